/**
 * What the functions of rules get beside their subject.
 *
 * @module
 */

import type { Client } from "../../client/client.ts";
import type { LabelSelectorInput } from "../../kube/label_selector.ts";
import type { KindOf, Live } from "../../kube/live.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { Ref } from "../../kube/ref.ts";

/** A value that can be stored as JSON. `undefined` is left out of objects, as JSON does. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [field: string]: Json };

/** Writes to the log of the runner, with the rule and the object beside each line. */
export interface Log {
  /**
   * Logs what happened.
   *
   * @param message What happened.
   * @param fields Values that belong to it.
   */
  info(message: string, fields?: Readonly<Record<string, Json>>): void;
  /**
   * Logs what somebody should look at.
   *
   * @param message What happened.
   * @param fields Values that belong to it.
   */
  warn(message: string, fields?: Readonly<Record<string, Json>>): void;
}

/** What every function of a rule gets. */
export interface RuleContext {
  /** Reads and writes the cluster, in the name of the rule. */
  readonly k: Client;
  /** Writes to the log. */
  readonly log: Log;
  /** Aborts when the function has run for too long, or the runner stops. */
  readonly signal: AbortSignal;
  /** When the run began; for timers, when it was due. */
  readonly now: Date;
  /** Whether writes are only tried. */
  readonly dryRun: boolean;
  /**
   * Tells how far a long run has come.
   *
   * @param done How much is done.
   * @param of How much there is to do, if that is known.
   */
  progress(done: number, of?: number): void;
}

/** Which objects a rule's function reads. */
export interface ReadSelection {
  /** The namespace; all namespaces if absent. */
  readonly namespace?: string | undefined;
  /** A label selector, as text or as keys with the value or values that they may have. */
  readonly labels?: LabelSelectorInput | undefined;
}

/**
 * Reads the kinds that a rule names under `reads`, from memory. What is read is remembered: a change runs the rule again
 * for the object.
 *
 * @typeParam R The types of the objects that may be read.
 */
export interface Reads<R> {
  /**
   * Reads one object.
   *
   * @typeParam T The object's type.
   * @param kind Its kind.
   * @param ref Its name; without a namespace, that of the rule's object is meant.
   * @returns The object, or `undefined` if there is none.
   */
  get<T extends KubeObject & R>(kind: KindOf<T>, ref: Ref): Live<T> | undefined;
  /**
   * Lists objects.
   *
   * @typeParam T The type of the objects.
   * @param kind Their kind.
   * @param selection Which of them; all by default.
   * @returns The objects.
   */
  list<T extends KubeObject & R>(kind: KindOf<T>, selection?: ReadSelection): readonly Live<T>[];
}

/** Kinds that a rule names. */
export type Kinds = readonly KindOf<KubeObject>[];

/**
 * The type of the objects of a kind.
 *
 * @typeParam K The kind.
 */
export type ObjectOf<K> = K extends KindOf<infer T> ? T : never;
