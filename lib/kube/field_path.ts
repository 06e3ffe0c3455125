/**
 * Paths to fields, as people write them and as `managedFields` keeps them.
 *
 * The written form is that of the API server's conflict messages, without the leading dot and with fewer quotes:
 * `spec.template.spec.containers[name=web].image`, `metadata.annotations["example.com/a.b"]`, `args[0]`.
 *
 * @module
 */

import { canonicalJson, isJsonObject, parseJson } from "../base/json.ts";

/**
 * One step of a path, as in structured-merge-diff: the field of an object or entry of a map of that name, the list item
 * with these keys, the set item with this value, or the list item at this index.
 */
export type PathElement =
  | { readonly field: string }
  | { readonly key: Readonly<Record<string, unknown>> }
  | { readonly value: unknown }
  | { readonly index: number };

const NAME = String.raw`[\w$-]+`;
const STRING = String.raw`"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"`;
const BARE = String.raw`[^\s",=\[\]]+`;
const SCALAR = `(?:${STRING}|${BARE})`;
const ELEMENT = new RegExp(
  [
    String.raw`(?:^\.?|\.)(?<field>${NAME})`,
    String.raw`\[(?<quoted>${STRING})\]`,
    String.raw`\[(?<index>\d+)\]`,
    String.raw`\[=(?<value>${SCALAR})\]`,
    String.raw`\[(?<key>${NAME}=${SCALAR}(?:,${NAME}=${SCALAR})*)\]`,
  ].join("|"),
  "gy",
);
const KEY_FIELD = new RegExp(`(${NAME})=(${SCALAR})`, "g");
const IS_NAME = new RegExp(`^${NAME}$`);
const IS_BARE = new RegExp(`^${BARE}$`);
const IS_LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/**
 * Prints a path for people.
 *
 * @param elements The path.
 * @returns The text. Names with dots, slashes and the like are quoted: `data["a.b"]`. Set items look like map entries,
 * as `finalizers["example.com/x"]`; those that are not strings have a `=`, as `[=80]`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const elements = [{ field: "spec" }, { field: "ports" }, { key: { protocol: "TCP", port: 80 } }];
 * strictEqual(formatFieldPath(elements), "spec.ports[port=80,protocol=TCP]");
 * ```
 */
export function formatFieldPath(elements: readonly PathElement[]): string {
  return elements.map(formatElement).join("").replace(/^\./, "");
}

/**
 * Reads a path as people write it; also as the API server writes it, with a leading dot and all values quoted.
 *
 * @param text The path.
 * @returns The path. A quoted name in brackets is read as the entry of a map, although it may turn out to be an item of
 * a set: the text does not tell.
 * @throws {RangeError} If it is not a path.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseFieldPath('metadata.annotations["a.b/c"]'), [
 *   { field: "metadata" },
 *   { field: "annotations" },
 *   { field: "a.b/c" },
 * ]);
 * deepStrictEqual(parseFieldPath("containers[name=web]"), [{ field: "containers" }, { key: { name: "web" } }]);
 * ```
 */
export function parseFieldPath(text: string): PathElement[] {
  const elements: PathElement[] = [];
  let end = 0;
  for (const match of text.matchAll(ELEMENT)) {
    elements.push(readElement(match.groups!));
    end += match[0].length;
  }
  if (end < text.length || end === 0) {
    throw new RangeError(
      `Cannot read field path "${text}" at position ${end + 1}: write it like ` +
        `"spec.replicas", "metadata.annotations[\\"example.com/a\\"]" or "spec.containers[name=web].image"`,
    );
  }
  return elements;
}

/**
 * Reads one key of a `fieldsV1` trie.
 *
 * @param key For example `f:spec` (a field), `k:{"name":"web"}` (a list item), `v:"x"` (a set item), `i:0` (an index).
 * @returns The step; `undefined` for `.`, which stands for the object itself, and for unknown forms.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parsePathElement('k:{"port":80,"protocol":"TCP"}'), { key: { port: 80, protocol: "TCP" } });
 * strictEqual(parsePathElement("."), undefined);
 * ```
 */
export function parsePathElement(key: string): PathElement | undefined {
  const content = key.slice(2);
  switch (key.slice(0, 2)) {
    case "f:":
      return { field: content };
    case "k:": {
      const fields = readJson(content);
      return isJsonObject(fields) ? { key: fields } : undefined;
    }
    case "v:": {
      const value = readJson(content);
      return value === undefined ? undefined : { value };
    }
    case "i:":
      return /^\d+$/.test(content) ? { index: Number(content) } : undefined;
    default:
      return undefined;
  }
}

function formatElement(element: PathElement): string {
  if ("field" in element) {
    return IS_NAME.test(element.field) ? `.${element.field}` : `[${JSON.stringify(element.field)}]`;
  }
  if ("index" in element) return `[${element.index}]`;
  if ("value" in element) {
    return typeof element.value === "string"
      ? `[${JSON.stringify(element.value)}]`
      : `[=${formatScalar(element.value)}]`;
  }
  const fields = Object.keys(element.key).sort().map((name) => `${name}=${formatScalar(element.key[name])}`);
  return `[${fields.join(",")}]`;
}

function formatScalar(value: unknown): string {
  return typeof value === "string" && IS_BARE.test(value) && !IS_LITERAL.test(value) ? value : canonicalJson(value);
}

function readElement(groups: Readonly<Record<string, string | undefined>>): PathElement {
  const { field, quoted, index, value, key } = groups;
  if (field !== undefined) return { field };
  if (quoted !== undefined) return { field: JSON.parse(quoted) };
  if (index !== undefined) return { index: Number(index) };
  if (value !== undefined) return { value: readScalar(value) };
  const fields = Array.from(key!.matchAll(KEY_FIELD), ([, name, scalar]) => [name, readScalar(scalar!)]);
  return { key: Object.fromEntries(fields) };
}

function readScalar(text: string): unknown {
  return text.startsWith('"') || IS_LITERAL.test(text) ? parseJson(text) : text;
}

function readJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
