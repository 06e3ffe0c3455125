/**
 * A resource as the sandbox serves it: what discovery tells of it, its schema, and how its objects come to be.
 *
 * @module
 */

import type { KubeObject, ObjectMeta } from "../../kube/object.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import type { KindSchema } from "../../kube/schema.ts";
import type { StatusCause } from "../../kube/status.ts";
import type { Decoded } from "../schema/decode.ts";
import type { Strategy } from "./strategy.ts";

/** An object that is being made and not stored yet: everything in it may be changed. */
export type Draft = KubeObject & {
  /** Always there. */
  metadata: ObjectMeta;
  /** What else the kind has. */
  [field: string]: unknown;
};

/** An object as it was stored; nobody may change it. */
export type StoredObject = Readonly<Draft>;

/** A column of the tables that `kubectl get` shows. */
export interface TableColumn {
  /** The heading, such as `Ready`. */
  readonly name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`. */
  readonly type: string;
  /** For example `name`. */
  readonly format?: string;
  /** What it shows. */
  readonly description: string;
  /** 0 for columns that are always shown, 1 for those of `-o wide`. */
  readonly priority: number;
  /**
   * Finds the value of a row.
   *
   * @param object The object.
   * @param nowMs The present in milliseconds since the epoch, for ages.
   * @param listed The objects of the list in which it stands; none if it stands alone.
   * @returns A string, number, boolean or `null`.
   */
  cell(object: StoredObject, nowMs: number, listed?: readonly StoredObject[]): unknown;
}

/** A part of a resource with a path of its own, such as `status`, `scale` or `eviction`. */
export interface ServedSubresource {
  /** The name, such as `status`. */
  readonly name: string;
  /** The verbs, such as `get`, `update`, `patch`; of streams `get` and `create`. */
  readonly verbs: readonly string[];
  /** The group, version and kind of what is read and written, if they are not those of the resource. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** Where a custom resource keeps its scale, if this is it; built-in kinds have it where Deployments do. */
  readonly scale?: ScalePaths;
}

/** Where an object keeps what its subresource `scale` shows. */
export interface ScalePaths {
  /** The number of replicas that there are to be. */
  readonly specReplicasPath: string;
  /** The number of replicas that there are. */
  readonly statusReplicasPath: string;
  /** The selector of the replicas: a text, a map of labels, or a LabelSelector. */
  readonly labelSelectorPath?: string;
}

/** One resource in one version. */
export interface ServedResource extends ResourceType {
  /** The singular name. */
  readonly singular: string;
  /** Short names. */
  readonly shortNames: readonly string[];
  /** Categories. */
  readonly categories: readonly string[];
  /** The verbs. */
  readonly verbs: readonly string[];
  /** The kind of its lists, such as `PodList`. */
  readonly listKind: string;
  /** Its subresources by their names. */
  readonly served: ReadonlyMap<string, ServedSubresource>;
  /**
   * Under what its objects are stored, as `group/plural`. Versions of one resource share it; so do resources that two
   * groups serve, such as events.
   */
  readonly storedAs: string;
  /** Whether its objects are stored in this version; without it they are stored in the first of all versions. */
  readonly isStored?: boolean;
  /** The schema of its objects, by which unknown fields are found and patches and applies are merged. */
  readonly schema: KindSchema;
  /** Whether a CustomResourceDefinition defines it. */
  readonly custom: boolean;
  /** What whoever uses it is warned of, such as that it is deprecated. */
  readonly warning?: string;
  /**
   * Reads an object: one of a built-in kind as Go reads it into its type, a custom resource by its schema.
   *
   * @param value The object as JSON; it is not changed.
   * @param isText Whether it is read from text; otherwise it was put together from parts. @default {true}
   * @returns What was read.
   */
  decode(value: Record<string, unknown>, isText?: boolean): Decoded;
  /** The columns of its tables, of which the first shows the name. */
  readonly columns: readonly TableColumn[];
  /** How objects are completed and judged. */
  readonly strategy: Strategy;
  /**
   * Finds the fields that field selectors can name, besides `metadata.name` and `metadata.namespace`.
   *
   * @param object An object in this version.
   * @returns Values by field, such as `status.phase`.
   */
  selectableFields(object: StoredObject): Readonly<Record<string, string>>;
  /**
   * Turns an object of the version in which it is stored into this version.
   *
   * @param object The object as stored.
   * @returns The object in this version; the same one if it is stored in this version.
   */
  fromStored(object: StoredObject): StoredObject;
  /**
   * Turns an object of this version into the one in which it is stored.
   *
   * @param object The object; it may be changed.
   * @returns The object to store.
   */
  toStored(object: Draft): Draft;
}

/** A field at fault: `reason` as in Go's `field.ErrorType`, such as `FieldValueRequired` or `FieldValueInvalid`. */
export type FieldError = Required<Pick<StatusCause, "reason" | "message" | "field">>;

/** The resources that are served now. */
export interface ResourceCatalog {
  /**
   * Finds a resource by its path.
   *
   * @param group The API group.
   * @param version The version.
   * @param plural The name in URLs.
   * @returns The resource; `undefined` if it is not served.
   */
  find(group: string, version: string, plural: string): ServedResource | undefined;
  /**
   * Finds a resource by its kind.
   *
   * @param apiVersion Group and version.
   * @param kind The kind.
   * @returns The resource; `undefined` if it is not served.
   */
  findKind(apiVersion: string, kind: string): ServedResource | undefined;
  /**
   * Finds the version in which the objects of a resource are stored.
   *
   * @param storedAs Under what they are stored.
   * @returns The resource in that version.
   */
  findStored(storedAs: string): ServedResource | undefined;
  /** All resources, groups in the order of discovery, versions best first. */
  all(): readonly ServedResource[];
  /** Counts the changes of what is served. */
  readonly generation: number;
}
