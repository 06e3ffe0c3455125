/**
 * Names the types of one file.
 *
 * @module
 */

import type { GroupVersionKind } from "../kube/resource_type.ts";
import type { TypeModel } from "./model.ts";

/** What the printed code uses itself. */
const RESERVED = ["Array", "Kind", "ObjectMeta", "Record"];

/**
 * Names types so that no two in a file have the same name.
 *
 * A kind has its own name, with the version if that is not the preferred one, and with the group in front if another
 * kind has the same name. A part of a kind is named by its path: `WidgetSpecTemplate`.
 *
 * @param types The types.
 * @param isPreferred Tells whether a kind is of the version that its server prefers.
 * @returns The names by the full names of the schemas.
 */
export function nameTypes(
  types: readonly TypeModel[],
  isPreferred: (gvk: GroupVersionKind) => boolean,
): Map<string, string> {
  const kinds = types.flatMap(({ schemaName, gvk }) => {
    if (!gvk) return [];
    const name = pascalCase(gvk.kind) + (isPreferred(gvk) ? "" : pascalCase(gvk.version));
    return [{ schemaName, name, longName: pascalCase(gvk.group) + name }];
  });
  const rivals = Map.groupBy(kinds, ({ name }) => name);
  const names = new Map<string, string>();
  const taken = new Set<string>(RESERVED);
  const give = (schemaName: string, name: string) => {
    let free = name;
    for (let count = 2; taken.has(free); count++) free = name + count;
    taken.add(free);
    names.set(schemaName, free);
  };
  for (const { schemaName, name, longName } of kinds) {
    give(schemaName, rivals.get(name)!.length > 1 || taken.has(name) ? longName : name);
  }
  for (const { schemaName, gvk } of types) {
    if (gvk) continue;
    const [owner, ...path] = schemaName.split("/");
    const start = names.get(owner!) ?? owner!.split(".").at(-1)!;
    give(schemaName, start + path.map((field) => pascalCase(decodeURIComponent(field))).join(""));
  }
  return names;
}

function pascalCase(text: string): string {
  return text.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
