/**
 * What a script wants to exist, as plain data: what `lib/script` produces and `lib/plan` reads.
 *
 * @module
 */

import type { KubeObject, LiveObject } from "./object.ts";
import type { ObjectRef } from "./object_ref.ts";

/** A path into a desired object: map keys and list indexes, from the root. */
export type FieldPath = readonly (string | number)[];

/** Where a desired object was written, for messages. */
export interface Origin {
  /** The file or address, as the user named it. */
  readonly file?: string | undefined;
  /** The line in the file, from 1. */
  readonly line?: number | undefined;
  /** The place within the script, such as `resources[2]`. */
  readonly path?: string | undefined;
  /** Finds the line of a field from here, if that can be told. */
  readonly lineOf?: ((path: FieldPath) => number) | undefined;
}

/** An object that should exist with exactly these fields. */
export interface DesiredObject {
  /** The object, plain JSON. Values marked `initial` stand in it as they are to be at creation. */
  readonly object: KubeObject;
  /** Fields that are set at creation and then left to others. */
  readonly initial: readonly FieldPath[];
  /** Field paths such as `spec.replicas` that are never sent. */
  readonly ignore: readonly string[];
  /** Objects that must be there and ready first. */
  readonly dependsOn: readonly ObjectRef[];
  /** Whether the object outlives the set: it is released instead of deleted. */
  readonly keep: boolean;
  /** Whether an existing foreign object is taken over even where fields conflict. */
  readonly adopt: boolean;
  /** Tells readiness in the user's own way: `true`, or the reason why not yet. */
  readonly readyWhen?: ((object: LiveObject) => boolean | string) | undefined;
  /** Where it was written. */
  readonly origin: Origin;
}

/** An object that must exist already, without belonging to the set. */
export interface Requirement {
  /** The object's `apiVersion`. */
  readonly apiVersion: string;
  /** The object. */
  readonly ref: ObjectRef;
  /** Where the requirement was written. */
  readonly origin: Origin;
}

/**
 * Prints where something was written: `shop.yaml:12`, or `resources[2]`.
 *
 * @param origin The place.
 * @returns The text; empty if nothing is known.
 */
export function formatOrigin(origin: Origin): string {
  const file = origin.file === undefined || origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
  return [file, origin.path].filter((part) => part !== undefined).join(" ");
}
