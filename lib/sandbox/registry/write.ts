/**
 * What creating and changing objects have in common.
 *
 * @module
 */

import { objectKey } from "../storage/storage.ts";
import type { AdmissionAttributes } from "./admission.ts";
import type { Core } from "./core.ts";
import type { Draft, FieldError, ServedResource, StoredObject } from "./served_resource.ts";
import { badRequest, invalid, StatusError } from "./status_error.ts";
import { SYSTEM_ADMIN } from "./user_info.ts";
import { validateMetadata } from "./validate_metadata.ts";
import type { DeleteOptions, WriteOptions } from "./write_options.ts";

/** A request that writes one object. */
export interface Write {
  /** The core of the registry. */
  readonly core: Core;
  /** The resource in the version of the request. */
  readonly resource: ServedResource;
  /** The namespace; empty for cluster-scoped kinds. */
  readonly namespace: string;
  /** Its options. */
  readonly options: WriteOptions;
}

/** The objects of a request for admission. */
export type Admitted = Pick<AdmissionAttributes, "operation" | "name" | "object" | "old"> & {
  readonly deleteOptions?: DeleteOptions;
};

/** Lets the hooks of admission see a request. */
export function admit(
  { core, resource, namespace, options }: Write,
  phase: "mutating" | "validating",
  admitted: Admitted,
): void {
  const attributes: AdmissionAttributes = {
    ...admitted,
    resource,
    namespace,
    subresource: options.subresource ?? "",
    dryRun: options.dryRun ?? false,
    user: options.user ?? SYSTEM_ADMIN,
    warn: (message) => options.warn?.(message),
  };
  for (const hook of core.admission[phase]) hook(attributes);
  if (phase === "validating") options.onAdmitted?.(attributes);
}

/** Fills in the namespace, or refuses another one; objects of cluster-scoped kinds lose theirs. */
export function settleNamespace({ resource, namespace }: Write, { metadata }: Draft): void {
  if (!resource.namespaced) delete metadata.namespace;
  else if (!metadata.namespace) metadata.namespace = namespace;
  else if (metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

/** Tells a client what is wrong with how it wrote an object, or refuses it. */
export function reportFaults({ resource, options }: Write): void {
  const { faults = [], fieldValidation = "Warn", warn } = options;
  if (faults.length > 0 && fieldValidation === "Strict") {
    const { kind, version } = resource;
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${faults.join(", ")}`,
    );
  }
  if (fieldValidation === "Warn") faults.forEach((fault) => warn?.(fault));
}

/** Judges an object by what holds for all kinds and what holds for its own. */
export function validate(
  write: Write,
  draft: Draft,
  old?: StoredObject,
  more: (stored: ServedResource) => readonly FieldError[] = () => [],
): void {
  const { core, resource, options } = write;
  const stored = core.storedVersion(resource);
  const context = core.context(options);
  const { strategy } = stored;
  const errors = [
    ...validateMetadata(draft.metadata, resource.namespaced, strategy.validateName),
    ...strategy.validate?.(draft, context, old) ?? [],
    ...more(stored),
  ];
  if (errors.length > 0) throw invalid(resource, draft.metadata.name ?? "", errors);
  if (options.subresource === undefined) strategy.warnings?.(draft).forEach(context.warn);
}

/** Stores an object, unless the request is a dry run, and gives it back in the version of the request. */
export function store({ core, resource, options }: Write, draft: Draft): StoredObject {
  const { namespace = "", name } = draft.metadata;
  const key = objectKey(namespace, name!);
  if (!options.dryRun) return core.view(resource, core.storage.put(resource.storedAs, key, draft));
  const old = core.storage.get(resource.storedAs, key);
  if (old !== undefined) draft.metadata.resourceVersion = old.metadata.resourceVersion!;
  return core.view(resource, draft);
}

/** What an etcd client says of a write that came too late. */
export function storageError(code: number, message: string): StatusError {
  return new StatusError(code, undefined, message);
}
