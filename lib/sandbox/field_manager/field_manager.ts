/**
 * Field management of one kind: server-side apply, and `metadata.managedFields` after every write.
 *
 * @module
 */

import { isBuiltIn } from "../../kube/built_in.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../kube/object.ts";
import { parseApiVersion } from "../../kube/resource_type.ts";
import type { Draft, StoredObject } from "../registry/served_resource.ts";
import { capManagers } from "./cap_managers.ts";
import { ApplyConflictError, ApplyError } from "./errors.ts";
import { fieldSetOf } from "./field_set.ts";
import { FieldsCache } from "./fields_cache.ts";
import { lastAppliedFields, withLastApplied } from "./last_applied.ts";
import { decodeManaged, encodeManaged, type Managed, managerId, setOwned } from "./managed.ts";
import { ItemError } from "./typed_value.ts";
import { type FieldFilter, Updater, type Versions } from "./updater.ts";
import { validateValue } from "./validate.ts";

/** What every write tells. */
interface WriteRequest {
  /** The object before; `undefined` if there is none yet. */
  readonly live: StoredObject | undefined;
  /** The name of the field manager. */
  readonly manager: string;
  /** The subresource through which is written; empty for none. */
  readonly subresource: string;
  /** The present, RFC 3339 with seconds. */
  readonly now: string;
  /** Fields that the write cannot change, as names: what is below them cannot be changed either. */
  readonly ignoredPaths?: readonly (readonly string[])[];
  /** The only fields that the write can change, as names; `*` stands for all items of a list. */
  readonly keptPaths?: readonly (readonly string[])[];
}

/** A server-side apply. */
export interface ApplyRequest extends WriteRequest {
  /** The configuration, in the version of the request. */
  readonly config: KubeObject;
  /** Whether fields are taken from others who own them. */
  readonly force?: boolean;
}

/** A create, an update, or a patch that is no apply. */
export interface UpdateRequest extends WriteRequest {
  /** The object as it would be stored, in the version of the request, with defaults. */
  readonly draft: Draft;
}

/** The fields that nobody owns. */
const UNOWNED = [
  ["apiVersion"],
  ["kind"],
  ["metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((name) => ["metadata", name]),
];

/** Manages the fields of the objects of one kind. */
export class FieldManager {
  readonly #updater: Updater;
  readonly #unowned = fieldSetOf(UNOWNED);
  readonly #cache = new FieldsCache();

  /**
   * Makes a field manager.
   *
   * @param versions The versions of the kind.
   */
  constructor(versions: Versions) {
    this.#updater = new Updater(versions);
  }

  /**
   * Merges an applied configuration into an object.
   *
   * @param request The apply.
   * @returns The object with its managedFields, in the version of the configuration and without defaults of what is new.
   * Fields of which nothing is left may be `null`. Of an object that did not change, only managedFields may be new.
   * @throws {ApplyConflictError} If others own fields that would change.
   * @throws {ApplyError} If the configuration cannot be applied.
   */
  apply(request: ApplyRequest): Draft {
    const { config } = request;
    const live = this.#liveOf(request.live, config);
    if (config.metadata?.managedFields != null) throw new ApplyError(400, "metadata.managedFields must be nil");
    let managed = this.#decodeOrRefuse(request.live?.metadata.managedFields);
    this.#checkType("patch", config, false);
    this.#checkType("live", live, true);
    if (managed.size === 0 && request.live !== undefined) {
      managed = this.#updateAs({ ...request, live: undefined, manager: "before-first-apply" }, live, managed);
    }
    if (request.manager !== "kubectl") return this.#applyTo(live, managed, request);
    return withLastApplied(this.#applyAsKubectl(live, managed, request), config);
  }

  /**
   * Keeps managedFields up to date after a write.
   *
   * @param request The write.
   * @returns The draft with its managedFields.
   */
  update(request: UpdateRequest): Draft {
    const { draft, live, subresource } = request;
    const sent = subresource === "" ? draft.metadata.managedFields : undefined;
    const managed = isReset(draft, sent) ? new Map() : this.#managedOf(sent, live?.metadata.managedFields);
    const bare = withoutManaged(draft);
    // Nobody ever applied, or the entries were removed on purpose: owners are not made up for what is there already.
    if (managed.size === 0 && live !== undefined) return this.#withManaged(bare, managed);
    try {
      return this.#withManaged(bare, this.#updateAs(request, bare, managed));
    } catch (error) {
      // What cannot be compared is refused by the validation that follows.
      if (!(error instanceof ItemError)) throw error;
      return this.#withManaged(bare, this.#decodeOrNothing(live?.metadata.managedFields));
    }
  }

  /** Applies for kubectl, which may take what it owned by its annotation. */
  #applyAsKubectl(live: KubeObject, managed: Managed, request: ApplyRequest): Draft {
    try {
      return this.#applyTo(live, managed, request);
    } catch (error) {
      if (!(error instanceof ApplyConflictError)) throw error;
      const own = lastAppliedFields(live, this.#updater.typeOf(live.apiVersion)!);
      if (own === undefined) throw error;
      const conflicts = error.conflicts.filter(({ path }) => !own.has(path));
      if (conflicts.length > 0) throw new ApplyConflictError(conflicts);
      return this.#applyTo(live, managed, { ...request, force: true });
    }
  }

  #applyTo(live: KubeObject, managed: Managed, request: ApplyRequest): Draft {
    const { config, force = false, now } = request;
    const id = idOf(request, "Apply", config.apiVersion);
    const { object, managed: owners } = this.#updater.apply(live, config, managed, id, filterOf(request), force);
    this.#strip(owners, id);
    const owned = owners.get(id);
    if (owned !== undefined) {
      const last = managed.get(id)?.fields;
      const fields = last?.equals(owned.fields) ? last : owned.fields;
      owners.set(id, { ...owned, fields, ...object !== undefined && { time: now } });
    }
    return this.#withManaged((object ?? live) as Draft, owners);
  }

  #updateAs(request: WriteRequest, draft: KubeObject, managed: Managed): Managed {
    const { apiVersion } = draft;
    const live = this.#liveOf(request.live, draft);
    // What the manager itself owned before is taken from it like from others, which tells whether it changed anything.
    const self = "current-operation";
    const owners = this.#updater.update(live, draft, managed, self, filterOf(request));
    this.#strip(owners, self);
    const written = owners.get(self);
    if (written !== undefined) {
      owners.delete(self);
      const id = idOf(request, "Update", apiVersion);
      const fields = owners.get(id)?.fields.union(written.fields) ?? written.fields;
      owners.set(id, { fields, apiVersion, isApplied: false, time: request.now });
    }
    capManagers(owners);
    return owners;
  }

  /** The object before a write, in the version of the write. */
  #liveOf(live: StoredObject | undefined, { apiVersion, kind }: KubeObject): KubeObject {
    if (live !== undefined) return this.#updater.convert(withoutManaged(live), apiVersion);
    return this.#updater.emptyObject(apiVersion, kind);
  }

  #checkType(what: string, object: KubeObject, allowDuplicates: boolean): void {
    const { apiVersion, kind, metadata } = object;
    const problem = validateValue(this.#updater.typeOf(apiVersion)!, object, { allowDuplicates });
    if (problem === undefined) return;
    const name = `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
    throw new ApplyError(
      500,
      `failed to create typed ${what} object (${name}; ${
        apiVersion.includes("/") ? "" : "/"
      }${apiVersion}, Kind=${kind}): ${problem}`,
    );
  }

  #strip(owners: Managed, id: string): void {
    const owned = owners.get(id);
    if (owned !== undefined) setOwned(owners, id, { ...owned, fields: owned.fields.difference(this.#unowned) });
  }

  /** Finds the owners to begin with: those that the client sends, if they are owners at all. */
  #managedOf(
    sent: readonly ManagedFieldsEntry[] | undefined,
    live: readonly ManagedFieldsEntry[] | undefined,
  ): Managed {
    const managed = this.#decodeOrNothing(sent);
    // Clients that know nothing of managedFields must not remove them by mistake.
    return managed.size > 0 ? managed : this.#decodeOrNothing(live);
  }

  #decodeOrNothing(entries: readonly ManagedFieldsEntry[] | undefined): Managed {
    try {
      return decodeManaged(entries, this.#cache);
    } catch {
      return new Map();
    }
  }

  #decodeOrRefuse(entries: readonly ManagedFieldsEntry[] | undefined): Managed {
    try {
      return decodeManaged(entries, this.#cache);
    } catch (error) {
      throw new ApplyError(500, `failed to decode managed fields: ${(error as Error).message}`);
    }
  }

  #withManaged(object: Draft, managed: Managed): Draft {
    const managedFields = encodeManaged(managed, this.#cache);
    return { ...object, metadata: { ...object.metadata, ...managedFields && { managedFields } } };
  }
}

function idOf({ manager, subresource }: WriteRequest, operation: string, apiVersion: string): string {
  return managerId({ manager: manager || "unknown", operation, apiVersion, subresource });
}

function filterOf({ ignoredPaths, keptPaths }: WriteRequest): FieldFilter {
  const ignored = ignoredPaths && fieldSetOf(ignoredPaths);
  const kept = keptPaths?.map((path) => path.map((name) => name === "*" ? name : `f:${name}`));
  return (fields) => {
    const changeable = ignored === undefined ? fields : fields.recursiveDifference(ignored);
    return kept === undefined ? changeable : changeable.below(kept);
  };
}

/** Tells whether a client asks to forget all owners; nobody tells an empty list of a custom resource from none. */
function isReset({ apiVersion }: KubeObject, sent: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (sent?.length === 0) return isBuiltIn(parseApiVersion(apiVersion).group);
  return sent?.length === 1 && Object.keys(sent[0]!).length === 0;
}

function withoutManaged<T extends KubeObject>(object: T): T {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}
