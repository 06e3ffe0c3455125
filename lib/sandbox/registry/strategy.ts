/**
 * How the objects of a resource are completed and judged on their way into the storage, as `rest.RESTCreateStrategy` and
 * its siblings do it in kube-apiserver.
 *
 * @module
 */

import type { Draft, FieldError, StoredObject } from "./served_resource.ts";
import type { UserInfo } from "./user_info.ts";

/** What strategies can ask for. */
export interface StrategyContext {
  /** The present, RFC 3339 with seconds. */
  readonly now: string;
  /** Who writes, if that is known. */
  readonly user?: UserInfo;
  /**
   * Draws a random number.
   *
   * @returns A number from 0 to 1, without 1.
   */
  random(): number;
  /**
   * Finds a stored object.
   *
   * @param storedAs Under what it is stored, such as `/namespaces`.
   * @param namespace Its namespace; empty for cluster-scoped kinds.
   * @param name Its name.
   * @returns The object; `undefined` if there is none.
   */
  find(storedAs: string, namespace: string, name: string): StoredObject | undefined;
  /**
   * Lists stored objects.
   *
   * @param storedAs Under what they are stored.
   * @param namespace Their namespace; absent for all.
   * @returns The objects.
   */
  list(storedAs: string, namespace?: string): Iterable<StoredObject>;
  /**
   * Tells the client something beside the answer.
   *
   * @param message The warning.
   */
  warn(message: string): void;
}

/** How writes to a subresource that has no kind of its own, such as `approval`, are completed and judged. */
export interface SubresourceStrategy {
  /** Keeps what such a write cannot change. */
  prepareForUpdate(draft: Draft, old: StoredObject, context: StrategyContext): void;
  /** Judges the change, in place of the method of that name for writes to the object. */
  validateUpdate?(draft: Draft, old: StoredObject): FieldError[];
}

/**
 * The strategy of a resource; its methods are called in this order: `setDefaults` on every object that is read from a
 * request, `prepareForCreate` or `prepareForUpdate`, then `validate`, `validateUpdate` and `warnings`.
 */
export interface Strategy {
  /**
   * Fills in what the schema's defaults do not, as Go's `SetDefaults_*` functions do.
   *
   * @param draft The object, complete with the defaults of its schema.
   */
  setDefaults?(draft: Draft): void;
  /**
   * Drops what clients cannot set, and sets what only the server can. Name, uid and creation time are there already.
   *
   * @param draft The new object.
   * @param context What it can ask for.
   */
  prepareForCreate?(draft: Draft, context: StrategyContext): void;
  /**
   * Keeps what clients cannot change. That `status` is kept where there is a subresource of that name, and that
   * `metadata.generation` counts the changes of everything but metadata and status, happens without it.
   *
   * @param draft The object as the client wants it.
   * @param old The object as it is stored.
   * @param context What it can ask for.
   */
  prepareForUpdate?(draft: Draft, old: StoredObject, context: StrategyContext): void;
  /**
   * The same for a write to the subresource `status`; that everything but the status and some metadata is kept happens
   * without it.
   */
  prepareForStatusUpdate?(draft: Draft, old: StoredObject, context: StrategyContext): void;
  /**
   * Judges an object, new or changed.
   *
   * @param draft The object.
   * @param context What it can ask for.
   * @param old The object as it is stored; absent if it is new.
   * @returns What is wrong with it.
   */
  validate?(draft: Draft, context: StrategyContext, old?: StoredObject): FieldError[];
  /**
   * Judges a change, also one of the status.
   *
   * @param draft The object as it would be stored.
   * @param old The object as it is stored.
   * @param context What it can ask for.
   * @returns What is wrong with the change.
   */
  validateUpdate?(draft: Draft, old: StoredObject, context: StrategyContext): FieldError[];
  /**
   * Tells what is allowed and not advised; it is not asked about writes to subresources.
   *
   * @param draft The object, in which nothing is wrong.
   * @returns The warnings.
   */
  warnings?(draft: Draft): string[];
  /**
   * Tells how long an object has to go after it was asked to; without it objects go at once.
   *
   * @param object The object.
   * @param seconds What the client asked for, if it did.
   * @returns The seconds; 0 for at once.
   */
  gracePeriodSeconds?(object: StoredObject, seconds: number | undefined): number;
  /**
   * Tells what is wrong with a name; names are RFC 1123 subdomains without it.
   *
   * @param name The name.
   * @returns One message per fault.
   */
  validateName?(name: string): string[];
  /** What is particular about writes to other subresources, by name. */
  readonly subresources?: Readonly<Record<string, SubresourceStrategy>>;
  /**
   * Tells whether an object that was asked to go must stay, besides for the finalizers in its metadata.
   *
   * @param object The object.
   * @returns Whether it must, as Namespaces for their `spec.finalizers`.
   */
  isHeld?(object: StoredObject): boolean;
  /**
   * Changes an object that was asked to go and stays for now.
   *
   * @param draft The object.
   */
  prepareForDelete?(draft: Draft): void;
  /** Whether a deletion answers with the object instead of a `Status`. @default {false} */
  readonly returnsDeleted?: boolean;
  /** The fields that a write to `status` cannot set, besides which nothing but `spec` is. */
  readonly statusIgnoredPaths?: readonly (readonly string[])[];
  /** Whether objects can be made by an update or a patch: `allowCreateOnUpdate`. @default {false} */
  readonly createOnUpdate?: boolean;
  /** Whether an update may leave out the resourceVersion: `allowUnconditionalUpdate`. @default {true} */
  readonly unconditionalUpdate?: boolean;
  /** Whether `metadata.generation` is counted; kinds without it have none. @default {false} */
  readonly generation?: boolean;
  /** The policy of deletions that name none: `orphan` of some old kinds, `background` of all others. */
  readonly defaultPropagation?: "Orphan" | "Background";
  /** A finalizer that objects get when they are to go, so that somebody can clean up before. */
  readonly deletionFinalizer?: string;
}
