/**
 * `kubectl get`.
 *
 * @module
 */
import { collectionPath } from "../../../lib/kube/resource_path.ts";
import type { Call } from "./kubectl.ts";
import { readObjects } from "./named.ts";
import { formatObjects, formatTable, type Table } from "./output.ts";

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

/**
 * Reads objects.
 *
 * @param call The call.
 * @returns The objects in the format that is asked for; by default a table of all of a kind, or the names of objects.
 */
export async function get(call: Call): Promise<string> {
  const { raw, output = "" } = call.flags;
  if (raw !== undefined) return await call.client.raw(raw);
  if (output === "" && call.words.length === 1 && !call.words[0]!.includes("/")) return await getTable(call);
  const { found, isList } = await readObjects(call);
  if (found.length === 0 && !isList) return "";
  const objects = found.map(({ object }) => object);
  return formatObjects(objects, { format: output, isList, withManagers: call.flags["show-managed-fields"] === "true" });
}

async function getTable({ client, words: [kind] }: Call): Promise<string> {
  const type = await client.typeOf(kind!);
  const text = await client.raw(collectionPath(type, client.namespace), { accept: TABLE });
  return formatTable(JSON.parse(text) as Table);
}
