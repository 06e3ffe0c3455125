/**
 * `kubectl get`.
 *
 * @module
 */
import type { Call } from "./kubectl.ts";
import { readObjects } from "./named.ts";
import { formatObjects } from "./output.ts";

/**
 * Reads objects.
 *
 * @param call The call.
 * @returns The objects in the format that is asked for; their names by default.
 */
export async function get(call: Call): Promise<string> {
  const { raw, output = "" } = call.flags;
  if (raw !== undefined) return await call.client.raw(raw);
  const { found, isList } = await readObjects(call);
  if (found.length === 0 && !isList) return "";
  const objects = found.map(({ object }) => object);
  return formatObjects(objects, { format: output, isList, withManagers: call.flags["show-managed-fields"] === "true" });
}
