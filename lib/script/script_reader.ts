/**
 * What a script may read from the cluster while it declares its resources.
 *
 * @module
 */

import type { KubeObject } from "../kube/object.ts";
import type { Live } from "../kube/live.ts";
import type { Selection } from "../kube/selection.ts";
import type { Kind } from "./kind.ts";
import type { Ref } from "../kube/ref.ts";

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
  list<T extends KubeObject>(kind: Kind<T>, options?: Selection): LiveList<T>;
}
