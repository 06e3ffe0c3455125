/**
 * Requests that write: `create`, `update`, `patch`, `delete` and `deletecollection`.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { forbiddenField, required } from "../registry/field_error.ts";
import { Selection } from "../registry/selection.ts";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";
import { StatusError, unsupportedMediaType } from "../registry/status_error.ts";
import type { DeleteOptions, Patch, WriteOptions } from "../registry/write_options.ts";
import type { ApiContext } from "./api_context.ts";
import { type ApiRequest, cannotUnmarshal } from "./api_request.ts";
import { booleanOf } from "./query_values.ts";
import { listOptionsOf } from "./read_verbs.ts";

const PATCH_TYPES: Readonly<Record<string, Patch["type"]>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

const NO_PATCH = "415: Unsupported Media Type";

/** Answers `create`. */
export async function createVerb(
  context: ApiContext,
  request: ApiRequest,
  resource: ServedResource,
): Promise<Response> {
  const options = request.writeOptions("CreateOptions");
  const draft = await objectOf(request, resource.kind, resource.custom);
  const object = context.registry.create(resource, request.info.namespace, draft, options);
  return context.answerObject(request, resource, object, 201);
}

/** Answers `update`. */
export async function updateVerb(
  context: ApiContext,
  request: ApiRequest,
  resource: ServedResource,
): Promise<Response> {
  const { namespace, name } = request.info;
  const options = request.writeOptions("UpdateOptions");
  const draft = await objectOf(request, resource.kind, resource.custom);
  const isNew = !exists(context, request, resource);
  const object = context.registry.update(resource, namespace, name, draft, options);
  return context.answerObject(request, resource, object, isNew ? 201 : 200);
}

/** Answers `patch`. */
export async function patchVerb(context: ApiContext, request: ApiRequest, resource: ServedResource): Promise<Response> {
  const { namespace, name } = request.info;
  const { patch, options } = await patchOf(request, resource);
  const isNew = !exists(context, request, resource);
  const object = context.registry.patch(resource, namespace, name, patch, options);
  return context.answerObject(request, resource, object, isNew ? 201 : 200);
}

/** Answers `delete`. */
export async function deleteVerb(
  context: ApiContext,
  request: ApiRequest,
  resource: ServedResource,
): Promise<Response> {
  const { registry } = context;
  const { namespace, name } = request.info;
  const { deleteOptions, options } = await context.deleteOptions.read(request);
  warnOfOrphans(request, resource, deleteOptions);
  const { object, isGone } = registry.delete(resource, namespace, name, deleteOptions, options);
  const status = !isGone && deleteOptions.orphanDependents === false ? 202 : 200;
  const { returnsDeleted } = (registry.resources.findStored(resource.storedAs) ?? resource).strategy;
  if (!isGone || returnsDeleted) return context.answerObject(request, resource, object, status);
  return context.answerText(request, deletedText(resource, object), status);
}

/** Answers `deletecollection`. */
export async function deleteCollectionVerb(
  context: ApiContext,
  request: ApiRequest,
  resource: ServedResource,
): Promise<Response> {
  const namespace = request.info.namespace || undefined;
  const listOptions = listOptionsOf(request);
  // What is to be deleted must be clear before it matters how.
  new Selection(resource, namespace, listOptions).check();
  const { deleteOptions, options } = await context.deleteOptions.read(request);
  warnOfOrphans(request, resource, deleteOptions);
  const list = context.registry.deleteCollection(resource, namespace, listOptions, deleteOptions, options);
  return context.answerList(request, resource, list);
}

function warnOfOrphans(
  request: ApiRequest,
  { group, plural }: ServedResource,
  { propagationPolicy, orphanDependents }: DeleteOptions,
): void {
  if (group !== "batch" || plural !== "jobs" || propagationPolicy !== undefined || orphanDependents !== undefined) {
    return;
  }
  request.warn(
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them " +
      "or set propagationPolicy=Orphan to suppress this warning",
  );
}

/**
 * Reads the object in the body of a request.
 *
 * @param request The request.
 * @param kind The kind that it should be.
 * @param isCustom Whether the object itself must say what it is.
 * @returns The object.
 * @throws {StatusError} If there is none.
 */
export async function objectOf(request: ApiRequest, kind: string, isCustom = false): Promise<KubeObject> {
  const value = await request.value(kind);
  if (value !== null && !isJsonObject(value)) {
    throw request.notJson(kind, value === undefined ? "unexpected end of JSON input" : cannotUnmarshal(value));
  }
  const object = (value ?? {}) as unknown as KubeObject;
  for (const field of ["apiVersion", "kind"] as const) {
    const text: unknown = object[field] ?? "";
    if (text === "" && !isCustom) delete (object as Partial<KubeObject>)[field];
    if (typeof text === "string") continue;
    const type = cannotUnmarshal(text).split(" Go value ")[0];
    throw request.notJson(kind, `${type} Go struct field .${field} of type string`);
  }
  if (isCustom && !object.kind) {
    throw request.unrecognized(kind, `Object 'Kind' is missing in '${stringifyJson(value)}'`);
  }
  return object;
}

/**
 * Reads the patch in the body of a request.
 *
 * @param request The request.
 * @param resource The resource.
 * @returns The patch and the options of the request.
 * @throws {StatusError} If it is none.
 */
export async function patchOf(
  request: ApiRequest,
  { custom }: ServedResource,
): Promise<{ patch: Patch; options: WriteOptions }> {
  const type = PATCH_TYPES[request.contentType];
  const isApply = type === "apply";
  // Of built-in kinds, such a request does not even get to where patches are read.
  if (type === undefined && !custom) throw new StatusError(415, "UnsupportedMediaType", NO_PATCH, {});
  if (type === undefined || (custom && type === "strategic")) {
    throw unsupportedMediaType(Object.keys(PATCH_TYPES).filter((name) => PATCH_TYPES[name] !== "strategic"));
  }
  const force = booleanOf(request.query, "force");
  const options = request.writeOptions("PatchOptions", [
    ...isApply && !request.query.get("fieldManager") ? [required("fieldManager", "is required for apply patch")] : [],
    ...!isApply && force !== undefined ? [forbiddenField("force", "may not be specified for non-apply patch")] : [],
  ]);
  const text = await request.text();
  const body = request.parse(
    text,
    (why) => isApply ? `error decoding YAML: ${why}` : "invalid JSON patch",
  );
  return { patch: { type, body }, options: { ...options, force: force ?? false } };
}

function deletedText({ group, plural }: ServedResource, { metadata }: StoredObject): string {
  const { name, uid } = metadata;
  const details = { name, ...group !== "" && { group }, kind: plural, uid };
  return stringifyJson({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}

function exists({ registry }: ApiContext, { info }: ApiRequest, resource: ServedResource): boolean {
  try {
    registry.get(resource, info.namespace, info.name);
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.reason === "NotFound") return false;
    throw error;
  }
}
