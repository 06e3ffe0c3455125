/**
 * Changing objects by patches of all four types.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { formatApiVersion, parseApiVersion } from "../../kube/resource_type.ts";
import { ApplyConflictError, ApplyError } from "../field_manager/errors.ts";
import { goText } from "../patch/go_text.ts";
import { applyJsonPatch } from "../patch/json_patch.ts";
import { applyMergePatch } from "../patch/merge_patch.ts";
import { PatchError } from "../patch/patch_error.ts";
import { applyStrategicMergePatch } from "../patch/strategic_merge_patch.ts";
import { objectKey } from "../storage/storage.ts";
import { createDraft } from "./create.ts";
import { invalidValue } from "./field_error.ts";
import { ignoredPaths } from "./ignored_paths.ts";
import { decodeDraft } from "./read_draft.ts";
import type { Draft, ServedResource, StoredObject } from "./served_resource.ts";
import {
  applyConflict,
  badRequest,
  conflict,
  invalid,
  notFound,
  StatusError,
  unprocessable,
  unsupportedMediaType,
} from "./status_error.ts";
import { checkName, updateDraft } from "./update.ts";
import { settleNamespace, type Write } from "./write.ts";
import type { Patch, WriteOptions } from "./write_options.ts";

/** The types of patches of custom resources, which have no merge keys. */
const CUSTOM_PATCH_TYPES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
];

/**
 * Changes an object by a patch.
 *
 * @param write The request.
 * @param name The name of the object.
 * @param patch The patch.
 * @returns What is there then.
 * @throws {StatusError} If it cannot be patched.
 */
export function patchObject(write: Write, name: string, patch: Patch): StoredObject {
  const { core, resource, namespace } = write;
  const stored = core.storage.get(resource.storedAs, objectKey(namespace, name));
  if (patch.type === "apply") return applyObject(write, name, patch.body, stored);
  if (stored === undefined) throw notFound(resource, name);
  const live = core.view(resource, stored);
  const draft = readPatched(write, patched(live, patch, resource), patch);
  checkName(draft, name);
  settleNamespace(write, draft);
  const managed = core.fieldManager(resource).update({ ...managedWrite(write), live, draft });
  return updateDraft(write, managed, stored);
}

function patched(live: StoredObject, { type, body }: Patch, { schema, custom }: ServedResource): KubeObject {
  try {
    if (type === "json") return applyJsonPatch(live, body) as KubeObject;
    if (type === "merge") return applyMergePatch(live, body) as KubeObject;
    if (custom) throw unsupportedMediaType(CUSTOM_PATCH_TYPES);
    return applyStrategicMergePatch(live, body, schema) as unknown as KubeObject;
  } catch (error) {
    if (error instanceof PatchError) throw patchRefused(error);
    throw error;
  }
}

function patchRefused({ code, message }: PatchError): StatusError {
  const reasons = { 400: "BadRequest", 413: "RequestEntityTooLarge", 500: undefined };
  // What does not fit the object is not explained.
  return code === 422 ? unprocessable() : new StatusError(code, reasons[code], message);
}

function applyObject(write: Write, name: string, config: unknown, stored: StoredObject | undefined): StoredObject {
  const { core, resource, options } = write;
  checkConfig(write, config);
  const { metadata } = config;
  if (metadata?.name !== undefined && metadata.name !== name) checkName(config as Draft, name);
  if (stored === undefined) {
    if (options.subresource) throw notFound(resource, name);
    if (metadata?.uid) {
      const why = `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`;
      throw conflict(resource, name, why);
    }
  }
  const live = stored && core.view(resource, stored);
  const named = { ...config, metadata: { ...metadata, name } };
  const merged = readPatched(write, merge(write, live, named), { type: "apply", body: config });
  settleNamespace(write, merged);
  if (stored !== undefined) return updateDraft(write, merged, stored);
  delete merged.metadata.resourceVersion;
  return createDraft(write, merged);
}

function checkConfig({ resource }: Write, config: unknown): asserts config is KubeObject {
  const { apiVersion, kind } = isJsonObject(config) ? config as unknown as KubeObject : { apiVersion: "", kind: "" };
  if (apiVersion === formatApiVersion(resource) && kind === resource.kind) return;
  const { group, version } = parseApiVersion(apiVersion ?? "");
  throw badRequest(`invalid object type: ${group}/${version}, Kind=${kind ?? ""}`);
}

function merge(write: Write, live: StoredObject | undefined, config: KubeObject): KubeObject {
  try {
    return write.core.fieldManager(write.resource).apply({
      ...managedWrite(write),
      live,
      config,
      force: write.options.force ?? false,
    });
  } catch (error) {
    if (error instanceof ApplyConflictError) throw applyConflict(error.causes, error.message);
    if (error instanceof ApplyError) {
      throw error.code === 400 ? badRequest(error.message) : new StatusError(500, undefined, error.message);
    }
    throw error;
  }
}

function managedWrite({ core, resource, options }: Write) {
  return {
    manager: options.fieldManager ?? "unknown",
    subresource: options.subresource ?? "",
    now: core.now(),
    ignoredPaths: ignoredPaths(resource, options.subresource),
  };
}

/** Reads what came of a patch; of an apply, unknown fields were refused before. */
function readPatched({ core, resource, options }: Write, object: KubeObject, { type, body }: Patch): Draft {
  const refuse = (why: string) => {
    const value = type === "strategic" ? goText(body) : stringifyJson(object);
    return invalid({ group: "", kind: "" }, "", [invalidValue("patch", value, why)]);
  };
  if (type === "json" || type === "merge") {
    for (const field of ["apiVersion", "kind"] as const) {
      const name = field === "kind" ? "Kind" : field;
      if (!object[field]) throw refuse(`Object '${name}' is missing in '${stringifyJson(object)}'`);
    }
  }
  const decoding: WriteOptions = type === "apply" ? { ...options, fieldValidation: "Ignore" } : options;
  return decodeDraft(core, resource, object, decoding, refuse, type);
}
