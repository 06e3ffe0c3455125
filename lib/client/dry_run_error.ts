/**
 * What a dry run cannot try, and what it goes on with instead.
 *
 * @module
 */

import { KubescriptError } from "../kube/error.ts";
import type { KubeRequest } from "../kube/request.ts";

/** A call cannot be tried without doing it, and this is a dry run. */
export class DryRunError extends KubescriptError {
  /**
   * Makes the error.
   *
   * @param request What was not done.
   */
  constructor({ what }: Pick<KubeRequest, "what">) {
    super(`Cannot ${what}: this is a dry run, and there is no way to try it`, {
      hint: "Give the call a value to go on with, by its option dryRun, or skip it if k.dryRun is set",
    });
  }
}

/**
 * The option of calls that a dry run cannot try.
 *
 * @typeParam T What the call returns.
 */
export interface StandInOptions<T> {
  /** What the call returns in a dry run, in which nothing is sent; without it, the call throws a `DryRunError` then. */
  readonly dryRun?: T | undefined;
}

/**
 * Replaces what a dry run could not try by its stand-in.
 *
 * @typeParam T What the call returns.
 * @param call The call.
 * @param options The stand-in.
 * @returns What the call returns; in a dry run, the stand-in.
 * @throws {DryRunError} If this is a dry run and there is no stand-in.
 *
 * @example Usage
 * ```ts
 * import { rejects, strictEqual } from "node:assert/strict";
 *
 * const call = () => Promise.reject<string>(new DryRunError({ what: "run \"ls\" in Pod/shop/web-0" }));
 * strictEqual(await orStandIn(call(), { dryRun: "a.txt" }), "a.txt");
 * await rejects(orStandIn(call(), {}), DryRunError);
 * ```
 */
export async function orStandIn<T>(call: Promise<T>, { dryRun }: StandInOptions<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (dryRun === undefined || !(error instanceof DryRunError)) throw error;
    return dryRun;
  }
}
