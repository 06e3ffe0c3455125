/**
 * Reads the objects of requests.
 *
 * @module
 */

import type { KubeObject } from "../../kube/object.ts";
import { formatApiVersion, parseApiVersion } from "../../kube/resource_type.ts";
import type { Core } from "./core.ts";
import type { Draft, ServedResource } from "./served_resource.ts";
import { badRequest } from "./status_error.ts";
import type { Patch, WriteOptions } from "./write_options.ts";

/**
 * Reads an object that a client sent whole.
 *
 * @param core The core of the registry.
 * @param resource The resource.
 * @param value The object; it is not changed.
 * @param options The options of the request.
 * @returns A new object with nothing but the fields of its schema, complete with defaults.
 * @throws {StatusError} If it is of another kind, or cannot be read.
 */
export function readDraft(core: Core, resource: ServedResource, value: KubeObject, options: WriteOptions): Draft {
  checkKind(core, resource, value);
  return decodeDraft(resource, value, options, (why) => {
    return badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`,
    );
  });
}

/**
 * Reads an object of the right kind.
 *
 * @param resource The resource.
 * @param value The object; it is not changed.
 * @param options The options of the request.
 * @param refuse Makes the error if it cannot be read.
 * @param patchType The type of the patch that made the object; absent if it was sent whole.
 * @param faults What a client should know about its patch, as about fields that the schema does not know.
 * @returns A new object with nothing but the fields of its schema, complete with defaults.
 */
export function decodeDraft(
  resource: ServedResource,
  value: KubeObject,
  { fieldValidation = "Warn", warn }: WriteOptions,
  refuse: (why: string) => Error,
  patchType?: Patch["type"],
  faults: readonly string[] = [],
): Draft {
  const typed = { ...value, kind: resource.kind, apiVersion: formatApiVersion(resource) };
  const { draft: decoded, unknown, error } = resource.decode(typed, patchType !== "strategic" && patchType !== "apply");
  if (error !== undefined) throw refuse(error);
  const warnings = [...faults, ...unknown.map((field) => `unknown field ${JSON.stringify(field)}`)];
  if (warnings.length > 0 && fieldValidation === "Strict") {
    throw refuse(`strict decoding error: ${warnings.join(", ")}`);
  }
  if (fieldValidation === "Warn") warnings.forEach((message) => warn?.(message));
  // In the order in which the API server writes them.
  const { kind, apiVersion, metadata = {}, ...rest } = decoded;
  // By an empty list a client asks to forget all owners; the form of stored objects would not tell it from none.
  if (value.metadata?.managedFields?.length === 0) metadata.managedFields = [];
  const draft = { kind, apiVersion, metadata, ...rest };
  resource.strategy.setDefaults?.(draft);
  return draft;
}

function checkKind(core: Core, resource: ServedResource, value: KubeObject): void {
  const expected = formatApiVersion(resource);
  const { apiVersion = expected, kind = resource.kind } = value;
  if (apiVersion === expected && kind === resource.kind) return;
  if (
    kind === resource.kind && resource.custom ||
    core.resources.findKind(apiVersion, kind)?.storedAs === resource.storedAs
  ) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  const { group, version } = parseApiVersion(apiVersion);
  if (core.resources.findKind(apiVersion, kind) === undefined) {
    const why = notRegistered(kind, apiVersion);
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${resource.kind}: ${why}`);
  }
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${resource.kind}: converting ` +
      `(${goType(group, version, kind)}) to (${goType(resource.group, "", resource.kind)}): unknown conversion`,
  );
}

/** Says that there is no such kind. */
export function notRegistered(kind: string, apiVersion: string): string {
  const what = `${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
  return `no kind ${what} in scheme "pkg/runtime/scheme.go:111"`;
}

function goType(group: string, version: string, kind: string): string {
  return `${version || group.split(".")[0] || "core"}.${kind}`;
}
