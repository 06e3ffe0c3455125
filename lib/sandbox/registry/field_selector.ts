/**
 * Field selectors, such as `status.phase=Running,metadata.name!=web-0`.
 *
 * See {@link https://pkg.go.dev/k8s.io/apimachinery/pkg/fields | k8s.io/apimachinery/pkg/fields}.
 *
 * @module
 */

import type { ServedResource, StoredObject } from "./served_resource.ts";
import { badRequest } from "./status_error.ts";

/** What a selector demands of one field. */
export interface FieldRequirement {
  /** The field. */
  readonly field: string;
  /** Whether the field must have another value. */
  readonly isNegated: boolean;
  /** The value. */
  readonly value: string;
}

/**
 * Reads a field selector.
 *
 * @param text The selector.
 * @returns What it demands.
 * @throws {StatusError} If it is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseFieldSelector("status.phase!=Running"), [
 *   { field: "status.phase", isNegated: true, value: "Running" },
 * ]);
 * ```
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  const terms = text.match(/(?:\\.|[^,\\])+/g) ?? [];
  return terms.map((term) => {
    const [, field, operator, value] = /^((?:\\.|[^\\=!])*)(!=|==|=)(.*)$/s.exec(term) ?? [];
    if (field === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    return { field, isNegated: operator === "!=", value: value!.replaceAll(/\\([\\,=])/g, "$1") };
  });
}

/**
 * Refuses a selector that names fields by which a resource cannot be selected.
 *
 * @param requirements What the selector demands.
 * @param resource The resource.
 * @throws {StatusError} If a field is not known.
 */
export function checkFields(requirements: readonly FieldRequirement[], resource: ServedResource): void {
  if (requirements.length === 0) return;
  const known = fieldsOf({ kind: resource.kind, apiVersion: "", metadata: {} }, resource);
  for (const { field } of requirements) {
    if (Object.hasOwn(known, field)) continue;
    const isPlain = Object.keys(known).every((name) => name.startsWith("metadata."));
    const why = resource.group === "batch" && resource.kind === "Job"
      ? `field label ${JSON.stringify(field)} not supported for Job`
      : isPlain && !resource.custom
      ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${field}`;
    throw badRequest(why);
  }
}

/**
 * Tells whether an object meets a selector.
 *
 * @param requirements What the selector demands.
 * @param object The object, in the version of the resource.
 * @param resource The resource.
 * @returns Whether it meets all of it.
 */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  object: StoredObject,
  resource: ServedResource,
): boolean {
  if (requirements.length === 0) return true;
  const fields = fieldsOf(object, resource);
  return requirements.every(({ field, isNegated, value }) => ((fields[field] ?? "") === value) !== isNegated);
}

function fieldsOf(object: StoredObject, resource: ServedResource): Readonly<Record<string, string>> {
  const { name = "", namespace = "" } = object.metadata;
  const own = { "metadata.name": name, "metadata.namespace": namespace };
  return { ...resource.selectableFields(object), ...own };
}
