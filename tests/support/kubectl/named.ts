/**
 * Finds the objects that the words of a kubectl call name.
 *
 * @module
 */
import type { LiveObject } from "../../../lib/kube/object.ts";
import { parseApiVersion, type ResourceType } from "../../../lib/kube/resource_type.ts";
import { readDrafts } from "./input.ts";
import type { Call } from "./kubectl.ts";

/** An object by its kind and name. */
export interface Named {
  /** Its kind. */
  readonly type: ResourceType;
  /** Its name. */
  readonly name: string;
}

/**
 * Reads `type name…`, `type/name…`, `type,type`, or `--filename`.
 *
 * @param call The call.
 * @returns The kinds without names, and the objects with names.
 */
export async function readNames(call: Call): Promise<{ types: ResourceType[]; named: Named[] }> {
  const { client, words } = call;
  if (call.flags.filename !== undefined) return { types: [], named: await readDraftNames(call) };
  const [first = "", ...rest] = words;
  const typeOf = (name: string) => client.typeOf(name);
  if (first.includes("/")) {
    const pairs = words.map((word) => word.split("/") as [string, string]);
    return {
      types: [],
      named: await Promise.all(pairs.map(async ([type, name]) => ({ type: await typeOf(type), name }))),
    };
  }
  const types = await Promise.all(first.split(",").map(typeOf));
  return { types, named: types.flatMap((type) => rest.map((name) => ({ type, name }))) };
}

async function readDraftNames(call: Call): Promise<Named[]> {
  const mapper = await call.client.mapper();
  return (await readDrafts(call)).map(({ apiVersion, kind, metadata }) => {
    return { type: mapper.find({ ...parseApiVersion(apiVersion), kind })!, name: metadata!.name! };
  });
}

/** An object and its kind. */
export interface Found {
  /** Its kind. */
  readonly type: ResourceType;
  /** The object. */
  readonly object: LiveObject;
}

/**
 * Reads the objects that a call names or selects.
 *
 * @param call The call.
 * @returns The objects, and whether they were asked for as a list.
 */
export async function readObjects(call: Call): Promise<{ found: Found[]; isList: boolean }> {
  const { client, flags } = call;
  const { types, named } = await readNames(call);
  if (named.length > 0) {
    const isOptional = flags["ignore-not-found"] === "true";
    const found = await Promise.all(named.map(async ({ type, name }) => {
      const object = await (isOptional ? client.find(type, name) : client.get(type, name));
      return object ? [{ type, object }] : [];
    }));
    return { found: found.flat(), isList: named.length > 1 };
  }
  const selection = { labels: flags.selector, fields: flags["field-selector"] };
  const lists = await Promise.all(types.map(async (type) => {
    return (await Array.fromAsync(client.list(type, selection))).map((object) => ({ type, object }));
  }));
  return { found: lists.flat(), isList: true };
}
