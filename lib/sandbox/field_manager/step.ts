/**
 * The steps of paths in field sets, as `FieldsV1` writes them, in the normal form of the server.
 *
 * @module
 */

import { parseJson } from "../../base/json.ts";
import { parsePathElement, type PathElement } from "../../kube/field_path.ts";

const KINDS = "fkvi";
// What Go escapes in JSON and JavaScript does not, or writes in another way.
const ESCAPED_BY_GO = /[<>&\u2028\u2029]|\\[bf]/g;

/**
 * Writes a step in its normal form.
 *
 * @param element The step.
 * @returns For example `f:spec` or `k:{"containerPort":80,"protocol":"TCP"}`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatStep({ key: { protocol: "TCP", containerPort: 80 } }), 'k:{"containerPort":80,"protocol":"TCP"}');
 * strictEqual(formatStep({ value: "a<b" }), String.raw`v:"a\u003cb"`);
 * ```
 */
export function formatStep(element: PathElement): string {
  if ("field" in element) return `f:${element.field}`;
  if ("index" in element) return `i:${element.index}`;
  if ("value" in element) return `v:${formatScalar(element.value)}`;
  const fields = Object.keys(element.key).sort().map((name) =>
    `${JSON.stringify(name)}:${formatScalar(element.key[name])}`
  );
  return `k:{${fields.join(",")}}`;
}

/**
 * Writes a step as the server's messages do.
 *
 * @param step The step in its normal form.
 * @returns For example `.spec`, `[name="web"]`, `[="a"]` or `[0]`.
 */
export function stepText(step: string): string {
  const element = parsePathElement(step)!;
  if ("field" in element) return `.${element.field}`;
  if ("index" in element) return `[${element.index}]`;
  if ("value" in element) return `[=${JSON.stringify(element.value)}]`;
  return `[${Object.entries(element.key).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
}

/**
 * Orders steps as the server does: fields, keys, values, indices; numbers by their size.
 *
 * @param a One step in its normal form.
 * @param b Another one.
 * @returns Below 0 if `a` comes first, above 0 if `b` does.
 */
export function compareSteps(a: string, b: string): number {
  if (a[0] !== b[0]) return KINDS.indexOf(a[0]!) - KINDS.indexOf(b[0]!);
  if (a[0] === "f") return compare(a, b);
  const [x, y] = [a, b].map((step) => parseJson(step.slice(2)));
  return a[0] === "k" ? compareKeys(Object.entries(x as object), Object.entries(y as object)) : compareScalars(x, y);
}

function compareKeys(a: readonly [string, unknown][], b: readonly [string, unknown][]): number {
  for (const [i, [name, value]] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    const order = compare(name, other[0]) || compareScalars(value, other[1]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareScalars(a: unknown, b: unknown): number {
  const [rankOfA, rankOfB] = [rank(a), rank(b)];
  return rankOfA === rankOfB ? compare(a, b) : rankOfA - rankOfB;
}

function rank(value: unknown): number {
  return value === null ? 3 : { number: 0, bigint: 0, string: 1, boolean: 2 }[typeof value as string] ?? 4;
}

// deno-lint-ignore no-explicit-any -- both are of one kind that JavaScript can order
function compare(a: any, b: any): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function formatScalar(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  return JSON.stringify(value).replace(ESCAPED_BY_GO, (text) => {
    const char = text === "\\b" ? "\b" : text === "\\f" ? "\f" : text;
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
