/**
 * What a script may read from the cluster while it declares its resources.
 *
 * @module
 */

import type { KubeObject } from "../kube/object.ts";
import type { Live } from "../kube/live.ts";
import type { Kind } from "./kind.ts";
import type { Ref } from "../kube/ref.ts";

/** Which objects to list. */
export interface ListOptions {
  /** The namespace; by default that of the script. */
  namespace?: string;
  /** Whether to list in all namespaces. @default {false} */
  allNamespaces?: boolean;
  /** A label selector, as text or as keys with the value or values that they may have. */
  labels?: string | Readonly<Record<string, string | readonly string[]>>;
  /** A field selector, such as `status.phase=Failed`. */
  fields?: string;
}

/**
 * The objects of a list, page by page as they are iterated.
 *
 * @typeParam T The type of the objects.
 */
export interface LiveList<T> extends AsyncIterable<Live<T>> {
  /** Reads all of them. */
  toArray(): Promise<Live<T>[]>;
}

/** Reads from the cluster. */
export interface ScriptReader {
  /**
   * Reads one object.
   *
   * @typeParam T The object's type.
   * @param kind Its kind.
   * @param ref Its name.
   * @returns The object.
   */
  get<T extends KubeObject>(kind: Kind<T>, ref: Ref): Promise<Live<T>>;
  /**
   * Lists objects.
   *
   * @typeParam T The type of the objects.
   * @param kind Their kind.
   * @param options Which of them.
   * @returns The objects.
   */
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): LiveList<T>;
}
