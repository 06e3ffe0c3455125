/**
 * Requests that write: `create`, `update`, `patch`, `delete` and `deletecollection`.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { forbiddenField, required } from "../registry/field_error.ts";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";
import { badRequest, invalid, StatusError, unsupportedMediaType } from "../registry/status_error.ts";
import type { DeleteOptions, Patch, WriteOptions } from "../registry/write_options.ts";
import type { ApiContext } from "./api_context.ts";
import { type ApiRequest, parseBody } from "./api_request.ts";
import { listOptionsOf } from "./read_verbs.ts";

const PATCH_TYPES: Readonly<Record<string, Patch["type"]>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

/** Answers `create`. */
export async function createVerb(
  context: ApiContext,
  request: ApiRequest,
  resource: ServedResource,
): Promise<Response> {
  const options = request.writeOptions("CreateOptions");
  const draft = await objectOf(request, resource.kind);
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
  const draft = await objectOf(request, resource.kind);
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
  const { deleteOptions, options } = await deleteOptionsOf(request);
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
  const { deleteOptions, options } = await deleteOptionsOf(request);
  const namespace = request.info.namespace || undefined;
  const list = context.registry.deleteCollection(resource, namespace, listOptionsOf(request), deleteOptions, options);
  return context.answerList(request, resource, list);
}

/**
 * Reads the object in the body of a request.
 *
 * @param request The request.
 * @param kind The kind that it should be.
 * @returns The object.
 * @throws {StatusError} If there is none.
 */
export async function objectOf(request: ApiRequest, kind: string): Promise<KubeObject> {
  const value = await request.value(kind);
  if (isJsonObject(value)) return value as unknown as KubeObject;
  const why = value === undefined ? "unexpected end of JSON input (<empty>)" : "json: cannot unmarshal into Go value";
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why}`,
  );
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
  if (type === undefined || (custom && type === "strategic")) {
    const types = Object.keys(PATCH_TYPES).filter((name) => !custom || PATCH_TYPES[name] !== "strategic");
    throw unsupportedMediaType(types);
  }
  const options = request.writeOptions("PatchOptions");
  const force = request.query.get("force");
  const errors = [
    ...isApply && !request.query.get("fieldManager") ? [required("fieldManager", "is required for apply patch")] : [],
    ...!isApply && force !== null ? [forbiddenField("force", "may not be specified for non-apply patch")] : [],
  ];
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", errors);
  const text = await request.text();
  const body = parseBody(
    text,
    request.contentType,
    (why) => isApply ? `error decoding YAML: ${why}` : "invalid JSON patch",
  );
  return { patch: { type, body }, options: { ...options, force: force === "true" || force === "1" } };
}

async function deleteOptionsOf(request: ApiRequest): Promise<{ deleteOptions: DeleteOptions; options: WriteOptions }> {
  const body = await request.value("DeleteOptions");
  if (body !== undefined && !isJsonObject(body)) throw badRequest("couldn't get version/kind; json parse error");
  const { query } = request;
  const options = request.writeOptions("DeleteOptions");
  if (body !== undefined) {
    const { dryRun } = body;
    const isDryRun = options.dryRun || (Array.isArray(dryRun) && dryRun.includes("All"));
    return { deleteOptions: withoutNulls(body), options: { ...options, dryRun: isDryRun } };
  }
  const seconds = query.get("gracePeriodSeconds");
  const orphan = query.get("orphanDependents");
  const policy = query.get("propagationPolicy");
  return {
    deleteOptions: {
      ...seconds && { gracePeriodSeconds: Number(seconds) },
      ...orphan && { orphanDependents: orphan === "true" },
      ...policy && { propagationPolicy: policy as NonNullable<DeleteOptions["propagationPolicy"]> },
    },
    options,
  };
}

function withoutNulls(value: Record<string, unknown>): DeleteOptions {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
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
