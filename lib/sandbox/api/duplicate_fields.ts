/**
 * Fields that stand in a text twice: of them the last one counts, and clients are told.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";

/** What is open: an object with the keys that it has so far, or a list. */
interface Container {
  /** Where it is. */
  readonly path: string;
  readonly keys?: Set<string>;
  /** The key or the index of the value that is being read. */
  at: string | number;
}

const KEY_END = /"\s*:/g;
const TOKEN = /[{}[\],]|("(?:[^"\\]|\\.)*")\s*(:)?/g;

/**
 * Finds fields that stand in a text twice.
 *
 * @param text The text, which is JSON.
 * @param value What it means.
 * @returns The paths of the fields, such as `spec.containers[0].name`.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const text = '{"list":[{"a":1},{"a":1,"b":2,"a":3}]}';
 * deepStrictEqual(duplicateFields(text, JSON.parse(text)), ["list[1].a"]);
 * ```
 */
export function duplicateFields(text: string, value: unknown): string[] {
  // As good as all texts have no more keys than their values.
  if ((text.match(KEY_END)?.length ?? 0) === countKeys(value)) return [];
  const found = new Set<string>();
  const open: Container[] = [];
  for (const [token, quoted, colon] of text.matchAll(TOKEN)) {
    const container = open.at(-1);
    if (token === "{") open.push({ path: pathIn(container), keys: new Set(), at: "" });
    else if (token === "[") open.push({ path: pathIn(container), at: 0 });
    else if (token === "}" || token === "]") open.pop();
    else if (colon) {
      const key = container!.at = JSON.parse(quoted!) as string;
      if (container!.keys!.has(key)) found.add(pathIn(container));
      container!.keys!.add(key);
    } else if (token === "," && typeof container!.at === "number") container!.at++;
  }
  return [...found];
}

function pathIn(container: Container | undefined): string {
  if (container === undefined) return "";
  const { path, at } = container;
  if (typeof at === "number") return `${path}[${at}]`;
  return path === "" ? at : `${path}.${at}`;
}

function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item), 0);
  if (!isJsonObject(value)) return 0;
  let count = 0;
  for (const key in value) count += 1 + countKeys(value[key]);
  return count;
}
