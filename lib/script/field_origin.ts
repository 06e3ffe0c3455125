/**
 * The places of fields, for messages.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { type FieldPath, formatOrigin, type Origin } from "../kube/desired_object.ts";
import { formatFieldPath } from "../kube/field_path.ts";
import type { KubeObject } from "../kube/object.ts";
import { formatRef, refOf } from "../kube/object_ref.ts";

/**
 * Goes down from a place to a field.
 *
 * @param origin The place.
 * @param path The path of the field from there.
 * @returns The place of the field.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(fieldOrigin({ path: "resources" }, [2, "data", "a.b"]), { path: 'resources[2].data["a.b"]' });
 * ```
 */
export function fieldOrigin(origin: Origin, path: FieldPath): Origin {
  if (path.length === 0) return origin;
  const below = formatFieldPath(path.map((step) => typeof step === "number" ? { index: step } : { field: step }));
  const dot = origin.path === undefined || below.startsWith("[") ? "" : ".";
  const { lineOf } = origin;
  return {
    ...origin,
    path: `${origin.path ?? ""}${dot}${below}`,
    ...(lineOf && { lineOf: (further) => lineOf([...path, ...further]) }),
  };
}

/**
 * Says what is wrong with a field, and where that is.
 *
 * @param object The object.
 * @param origin The place of the object.
 * @param path The path of the field in it.
 * @param problem What is wrong; goes on from the field's name.
 * @returns One sentence.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
 * const origin = { file: "all.yaml", line: 1, lineOf: () => 5 };
 * strictEqual(
 *   formatProblem(object, origin, ["data", "n"], "must be text"),
 *   "all.yaml:5 data.n (ConfigMap/a): must be text",
 * );
 * ```
 */
export function formatProblem(object: object, origin: Origin, path: FieldPath, problem: string): string {
  const place = { ...fieldOrigin(origin, path), line: origin.lineOf?.(path) ?? origin.line };
  const who = isIdentified(object) ? ` (${formatRef(refOf(object))})` : "";
  return `${formatOrigin(place)}${who}: ${problem}`;
}

/**
 * Tells whether an object has what identifies it.
 *
 * @param value What a script wrote.
 * @returns Whether it has kind and name.
 */
export function isIdentified(value: unknown): value is KubeObject & { metadata: { name: string } } {
  return isJsonObject(value) && typeof value.apiVersion === "string" && typeof value.kind === "string" &&
    isJsonObject(value.metadata) && typeof value.metadata.name === "string";
}
