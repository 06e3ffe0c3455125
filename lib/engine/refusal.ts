/**
 * Why the server refused to apply an object, in words that stand beside the object's name.
 *
 * @module
 */

import type { KubescriptError } from "../kube/error.ts";

/** Why an object was not applied. */
export interface Refusal {
  /** What is wrong. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

// What does not fit the kind's schema is answered with words of the Go library that looks at it.
const NOT_OF_SCHEMA = /^failed to create typed patch object \([^)]*\): (?:errors:)?([^]*) \(500 Unknown\)$/;

/**
 * Says why an object was not applied.
 *
 * @param error What the apply threw.
 * @returns The reason, without the object's name, and a hint.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { KubescriptError } from "../kube/error.ts";
 *
 * const message = "Cannot apply ConfigMap/shop/a: failed to create typed patch object (shop/a; /v1, Kind=ConfigMap): " +
 *   ".dataa: field not declared in schema (500 Unknown)";
 * deepStrictEqual(describeRefusal(new KubescriptError(message)), {
 *   reason: "dataa: field not declared in schema",
 *   hint: 'The kind has no field "dataa": check its spelling, or take it out',
 * });
 * ```
 */
export function describeRefusal(error: KubescriptError): Refusal {
  const reason = error.message.replace(/^Cannot apply \S+: /, "");
  const [, list] = NOT_OF_SCHEMA.exec(reason) ?? [];
  if (list === undefined) return { reason, hint: error.hint };
  const problems = list.trim().split(/\n\s*/).map((problem) =>
    problem.replace(/^\./, "").replace(/&value\.valueUnstructured\{Value:(.*)\}/, "$1")
  );
  return { reason: problems.join("; "), hint: hintFor(problems) };
}

function hintFor(problems: readonly string[]): string | undefined {
  for (const problem of problems) {
    const [, field] = /^(.*): field not declared in schema$/.exec(problem) ?? [];
    if (field !== undefined) return `The kind has no field "${field}": check its spelling, or take it out`;
  }
  return problems.some((problem) => problem.includes(": expected string, got "))
    ? "Write a text in quotes: without them YAML takes yes, no, on, off, y and n for true and false, and 5 for a number"
    : undefined;
}
