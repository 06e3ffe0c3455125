/**
 * Who owns what after an apply or another write, and what an apply makes of an object: structured-merge-diff's updater.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { KindSchema } from "../../kube/schema.ts";
import { compareValues, type Comparison } from "./compare.ts";
import { emptyObject } from "./empty_object.ts";
import { ApplyConflictError, type Conflict } from "./errors.ts";
import { FieldSet } from "./field_set.ts";
import { fieldsOf } from "./fields_of.ts";
import { type Managed, type ManagedSet, setOwned } from "./managed.ts";
import { mergeValues } from "./merge.ts";
import { reconcileFields } from "./reconcile.ts";
import { removeFields } from "./remove.ts";
import { type ValueType, ValueTypes } from "./value_type.ts";

/** The versions of a kind. */
export interface Versions {
  /**
   * Finds the schema of the kind in a version.
   *
   * @param apiVersion Group and version.
   * @returns The schema; `undefined` if the kind is not served in it.
   */
  schema(apiVersion: string): KindSchema | undefined;
  /**
   * Turns an object into another version.
   *
   * @param object The object.
   * @param apiVersion A version in which the kind is served.
   * @returns The object in that version.
   */
  convert(object: KubeObject, apiVersion: string): KubeObject;
}

/** Finds those fields of a set that a write through its path can change. */
export type FieldFilter = (fields: FieldSet) => FieldSet;

/** Computes new owners and merges configurations. */
export class Updater {
  readonly #versions: Versions;
  readonly #types = new ValueTypes();
  readonly #reconciled = new WeakMap<FieldSet, ValueType>();

  /**
   * Makes an updater.
   *
   * @param versions The versions of the kind.
   */
  constructor(versions: Versions) {
    this.#versions = versions;
  }

  /**
   * Finds the type of objects.
   *
   * @param apiVersion Group and version.
   * @returns The type; `undefined` if the kind is not served in that version.
   */
  typeOf(apiVersion: string): ValueType | undefined {
    const schema = this.#versions.schema(apiVersion);
    return schema && this.#types.of(schema);
  }

  /**
   * Turns an object into another version, if it is not in it.
   *
   * @param object The object.
   * @param apiVersion The version.
   * @returns The object in that version.
   */
  convert(object: KubeObject, apiVersion: string): KubeObject {
    return object.apiVersion === apiVersion ? object : this.#versions.convert(object, apiVersion);
  }

  /**
   * Makes an object in which nothing is set.
   *
   * @param apiVersion Group and version, in which the kind is served.
   * @param kind The kind.
   * @returns The object.
   */
  emptyObject(apiVersion: string, kind: string): KubeObject {
    return emptyObject(apiVersion, kind, this.#versions.schema(apiVersion)!);
  }

  /**
   * Computes the owners after a write that is no apply.
   *
   * @param live The object before.
   * @param draft The object after, in the same version.
   * @param managed The owners before.
   * @param id The identifier of who writes.
   * @param filter Finds what the write can change.
   * @returns The owners after.
   */
  update(live: KubeObject, draft: KubeObject, managed: Managed, id: string, filter: FieldFilter): Managed {
    const { apiVersion } = draft;
    const owners = this.#reconcile(managed);
    const comparison = this.#release(live, draft, owners, id, filter, true);
    const before = owners.get(id)?.fields ?? new FieldSet();
    const fields = filter(
      before.difference(comparison.removed).union(comparison.modified).union(comparison.added),
    );
    setOwned(owners, id, { fields, apiVersion, isApplied: false });
    return owners;
  }

  /**
   * Merges a configuration into an object and computes the owners.
   *
   * @param live The object before.
   * @param config The configuration, in the same version.
   * @param managed The owners before.
   * @param id The identifier of the applier.
   * @param filter Finds what the apply can change.
   * @param force Whether fields of others are taken from them.
   * @returns The object, `undefined` if it is the same as before, and the owners after.
   * @throws {ApplyConflictError} If others own fields that would change, and `force` is not given.
   */
  apply(
    live: KubeObject,
    config: KubeObject,
    managed: Managed,
    id: string,
    filter: FieldFilter,
    force: boolean,
  ): { object: KubeObject | undefined; managed: Managed } {
    const { apiVersion } = config;
    const type = this.typeOf(apiVersion)!;
    const owners = this.#reconcile(managed);
    const last = owners.get(id);
    const merged = mergeValues(type, live, config) as KubeObject;
    owners.set(id, { fields: filter(fieldsOf(type, config)), apiVersion, isApplied: true, time: last?.time });
    const object = last === undefined ? merged : this.#prune(merged, owners, id, last);
    this.#release(live, object, owners, id, filter, force);
    setOwned(owners, id, owners.get(id)!);
    return { object: jsonEquals(live, object) ? undefined : object, managed: owners };
  }

  /** Takes what changes from all other owners; owners in versions that are gone are forgotten. */
  #release(
    live: KubeObject,
    object: KubeObject,
    owners: Managed,
    id: string,
    filter: FieldFilter,
    force: boolean,
  ): Comparison {
    const comparisons = new Map<string, Comparison>();
    const compareIn = (apiVersion: string) => {
      let comparison = comparisons.get(apiVersion);
      if (comparison === undefined) {
        const [before, after] = [this.convert(live, apiVersion), this.convert(object, apiVersion)];
        comparison = filtered(compareValues(this.typeOf(apiVersion)!, before, after), filter);
        comparisons.set(apiVersion, comparison);
      }
      return comparison;
    };
    const conflicts: Conflict[] = [];
    const rest = new Map<string, FieldSet>();
    for (const [owner, { fields, apiVersion }] of owners) {
      if (owner === id) continue;
      const comparison = compareIn(apiVersion);
      const lost = fields.intersection(comparison.modified.union(comparison.added));
      for (const path of lost.paths()) conflicts.push({ manager: owner, path });
      rest.set(owner, fields.difference(lost).difference(comparison.removed));
    }
    if (!force && conflicts.length > 0) throw new ApplyConflictError(conflicts);
    for (const [owner, fields] of rest) setOwned(owners, owner, { ...owners.get(owner)!, fields });
    return compareIn(object.apiVersion);
  }

  /** Removes what the applier applied last time, no longer applies, and nobody else owns. */
  #prune(merged: KubeObject, owners: Managed, id: string, last: ManagedSet): KubeObject {
    const { fields, apiVersion } = owners.get(id)!;
    if (last.apiVersion === apiVersion && last.fields.difference(fields).isEmpty) return merged;
    const type = this.typeOf(last.apiVersion)!;
    const whole = this.convert(merged, last.apiVersion);
    const lastFields = last.fields.withNamedFields(type);
    let pruned = removeFields(type, whole, lastFields) as KubeObject;
    pruned = this.#addBackOwned(whole, pruned, owners, last.apiVersion);
    // What only those own who did not apply, or nobody owns, was never the applier's to remove.
    const prunedFields = fieldsOf(type, this.convert(pruned, last.apiVersion)).withNamedFields(type);
    const wholeFields = fieldsOf(type, whole).withNamedFields(type);
    const gone = wholeFields.difference(prunedFields).intersection(lastFields);
    return this.convert(removeFields(type, whole, gone) as KubeObject, apiVersion);
  }

  /** Puts back what anybody owns, first in the version of the pruned object, without which it may not be convertible. */
  #addBackOwned(merged: KubeObject, pruned: KubeObject, owners: Managed, prunedVersion: string): KubeObject {
    const owned = new Map<string, FieldSet>();
    for (const { apiVersion, fields } of owners.values()) {
      owned.set(apiVersion, owned.get(apiVersion)?.union(fields) ?? fields);
    }
    const versions = [...owned.keys()].sort((a, b) => Number(b === prunedVersion) - Number(a === prunedVersion));
    for (const version of versions) {
      const type = this.typeOf(version)!;
      merged = this.convert(merged, version);
      const named = (fields: FieldSet) => fields.withNamedFields(type);
      const kept = named(fieldsOf(type, this.convert(pruned, version))).union(named(owned.get(version)!));
      pruned = removeFields(type, merged, named(fieldsOf(type, merged)).difference(kept)) as KubeObject;
    }
    return pruned;
  }

  #reconcile(managed: Managed): Managed {
    const owners: Managed = new Map();
    for (const [id, owned] of managed) {
      const type = this.typeOf(owned.apiVersion);
      if (type === undefined) continue;
      const isKnown = this.#reconciled.get(owned.fields) === type;
      const fields = isKnown ? owned.fields : reconcileFields(type, owned.fields);
      this.#reconciled.set(fields, type);
      owners.set(id, { ...owned, fields });
    }
    return owners;
  }
}

function filtered({ added, modified, removed }: Comparison, filter: FieldFilter): Comparison {
  return { added: filter(added), modified: filter(modified), removed: filter(removed) };
}
