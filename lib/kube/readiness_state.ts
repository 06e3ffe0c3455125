/**
 * What can be said about an object's readiness.
 *
 * @module
 */

/** Whether an object has become what its spec asks for. */
export interface Readiness {
  /**
   * - `ready`: it has.
   * - `progressing`: not yet.
   * - `failed`: it has not, and will not by itself.
   * - `terminating`: it is being deleted.
   */
  readonly state: "ready" | "progressing" | "failed" | "terminating";
  /** Why, for people, such as `1 of 3 replicas are ready`. */
  readonly reason: string;
}

/**
 * Says that an object is ready.
 *
 * @param reason Why.
 * @returns The readiness.
 */
export function ready(reason: string): Readiness {
  return { state: "ready", reason };
}

/**
 * Says that an object is not ready yet.
 *
 * @param reason Why.
 * @returns The readiness.
 */
export function progressing(reason: string): Readiness {
  return { state: "progressing", reason };
}

/**
 * Says that an object will not become ready by itself.
 *
 * @param reason Why.
 * @returns The readiness.
 */
export function failed(reason: string): Readiness {
  return { state: "failed", reason };
}
