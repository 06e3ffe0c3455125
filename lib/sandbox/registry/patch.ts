/**
 * Changing objects by patches of all four types.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { formatApiVersion, parseApiVersion } from "../../kube/resource_type.ts";
import { ApplyConflictError, ApplyError } from "../field_manager/errors.ts";
import type { ApplyRequest, FieldManager } from "../field_manager/field_manager.ts";
import { goText } from "../patch/go_text.ts";
import { applyJsonPatch } from "../patch/json_patch.ts";
import { applyMergePatch } from "../patch/merge_patch.ts";
import { cannotDecode, PatchError } from "../patch/patch_error.ts";
import { applyStrategicMergePatch } from "../patch/strategic_merge_patch.ts";
import { objectKey } from "../storage/storage.ts";
import { createDraft } from "./create.ts";
import { invalidValue } from "./field_error.ts";
import { ignoredPaths } from "./ignored_paths.ts";
import { decodeDraft, notRegistered } from "./read_draft.ts";
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
  settleNamespace(write, draft);
  checkName(draft, name);
  const managed = core.fieldManager(resource).update({ ...managedWrite(write), live, draft });
  return updateDraft(write, managed, stored);
}

function patched(live: StoredObject, { type, body }: Patch, { schema, custom }: ServedResource): KubeObject {
  try {
    if (type === "json") {
      const object = applyJsonPatch(live, body);
      if (!isJsonObject(object)) throw unprocessable();
      return object as unknown as KubeObject;
    }
    if (type === "merge") return applyMergePatch(live, body) as KubeObject;
    if (custom) throw unsupportedMediaType(CUSTOM_PATCH_TYPES);
    return applyStrategicMergePatch(live, body, schema) as unknown as KubeObject;
  } catch (error) {
    if (error instanceof PatchError) throw patchRefused(error);
    throw error;
  }
}

/** What is answered if a patch cannot be applied. */
export function patchRefused({ code, message }: PatchError): StatusError {
  const reasons = { 400: "BadRequest", 413: "RequestEntityTooLarge", 500: undefined };
  // What does not fit the object is not explained.
  return code === 422 ? unprocessable() : new StatusError(code, reasons[code], message);
}

function applyObject(write: Write, name: string, config: unknown, stored: StoredObject | undefined): StoredObject {
  const { core, resource, options } = write;
  if (stored === undefined && options.subresource) throw notFound(resource, name);
  checkConfig(write, config);
  const live = stored && core.view(resource, stored);
  const request = { ...managedWrite(write), live, config, force: options.force ?? false };
  const object = mergeApplied(core.fieldManager(resource), request);
  const merged = readPatched(write, object, { type: "apply", body: config });
  const uid = config.metadata?.uid;
  if (stored === undefined && uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(resource, name, why);
  }
  settleNamespace(write, merged);
  checkName(merged, name);
  if (stored !== undefined) return updateDraft(write, merged, stored);
  delete merged.metadata.resourceVersion;
  return createDraft(write, merged);
}

function checkConfig({ resource }: Write, config: unknown): asserts config is KubeObject {
  if (!isJsonObject(config ?? {})) throw cannotRead(config);
  const { apiVersion, kind } = namesOf((config ?? {}) as Partial<KubeObject>);
  if (apiVersion === formatApiVersion(resource) && kind === resource.kind) return;
  const { group, version } = parseApiVersion(apiVersion);
  throw badRequest(`invalid object type: ${group}/${version}, Kind=${kind}`);
}

function namesOf({ apiVersion, kind }: Partial<KubeObject>): { apiVersion: string; kind: string } {
  const text = (value: unknown) => typeof value === "string" ? value : "";
  return { apiVersion: text(apiVersion), kind: text(kind) };
}

function cannotRead(config: unknown): StatusError {
  const { message } = cannotDecode(config, "map[string]interface {}");
  return badRequest(`error decoding patch: error unmarshaling JSON: while decoding JSON: ${message}`);
}

/**
 * Merges an applied configuration into an object.
 *
 * @param manager Manages the fields of the kind.
 * @param request The apply.
 * @returns The object.
 * @throws {StatusError} If others own what would change, or it cannot be applied.
 */
export function mergeApplied(manager: FieldManager, request: ApplyRequest): Draft {
  try {
    return manager.apply(request);
  } catch (error) {
    if (error instanceof ApplyConflictError) throw applyConflict(error.causes, error.message);
    if (error instanceof ApplyError) {
      throw error.code === 400 ? badRequest(error.message) : new StatusError(500, undefined, error.message);
    }
    throw error;
  }
}

/** What field managers want to know of a write. */
export function managedWrite({ core, resource, options }: Write) {
  return {
    manager: options.fieldManager ?? "unknown",
    subresource: options.subresource ?? "",
    now: core.now(),
    ignoredPaths: ignoredPaths(resource, options.subresource),
  };
}

/** Reads what came of a patch; of an apply, unknown fields were refused before. */
function readPatched({ core, resource, namespace, options }: Write, object: KubeObject, { type, body }: Patch): Draft {
  const refuse = (why: string): StatusError => {
    if (type === "apply") {
      const { name = "" } = object.metadata ?? {};
      const own = (body as KubeObject).metadata?.namespace;
      const kind = `${resource.group}/${resource.version}, Kind=${resource.kind}`;
      const message = `failed to convert new object (${own ? namespace : ""}/${name}; ${kind}) to proper version: ` +
        `unable to convert unstructured object to ${kind}: ${why}`;
      return new StatusError(500, undefined, message);
    }
    const value = type === "strategic" ? goText(body) : stringifyJson(object);
    return invalid({ group: "", kind: "" }, "", [invalidValue("patch", value, why)]);
  };
  if (type === "json" || type === "merge") {
    const why = faultOfType(object, resource);
    if (why !== undefined) throw refuse(why);
    const { apiVersion } = object;
    const kind = object.kind || resource.kind;
    if (resource.custom && apiVersion) {
      if (!options.subresource) checkCustomKind(resource, object);
    } else if (core.resources.findKind(apiVersion, kind) === undefined) throw refuse(notRegistered(kind, apiVersion));
  }
  const faults = [...options.faults ?? [], ...type === "json" ? unknownFields(body) : []];
  const decoding: WriteOptions = type === "apply" ? { ...options, fieldValidation: "Ignore" } : options;
  return decodeDraft(resource, object, decoding, refuse, type, faults);
}

const OPERATION_FIELDS = ["op", "path", "from", "value"];

/** The fields of JSON patches that there are not. */
function unknownFields(operations: unknown): string[] {
  return (operations as Record<string, unknown>[] ?? []).flatMap((operation, i) =>
    Object.keys(operation).filter((name) => !OPERATION_FIELDS.includes(name))
      .map((name) => `json patch unknown field "[${i}].${name}"`)
  );
}

/** Refuses an object of another kind, as kinds of custom resources are judged like all of their fields. */
function checkCustomKind(resource: ServedResource, { apiVersion, kind, metadata }: KubeObject): void {
  const expected = { apiVersion: formatApiVersion(resource), kind: resource.kind };
  const errors = Object.entries({ apiVersion, kind }).flatMap(([field, value]) => {
    const wanted = expected[field as keyof typeof expected];
    return value === wanted ? [] : [invalidValue(field, value, `must be ${wanted}`)];
  });
  if (errors.length > 0) {
    throw invalid({ group: parseApiVersion(apiVersion).group, kind }, metadata?.name ?? "", errors);
  }
}

function faultOfType(object: KubeObject, { custom }: ServedResource): string | undefined {
  for (const field of ["apiVersion", "kind"] as const) {
    const value: unknown = object[field] ?? "";
    if (typeof value === "string") continue;
    const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    return "couldn't get version/kind; json parse error: " +
      `json: cannot unmarshal ${type} into Go struct field .${field} of type string`;
  }
  // Of built-in kinds it goes without saying.
  return object.kind || !custom ? undefined : `Object 'Kind' is missing in '${stringifyJson(object)}'`;
}
