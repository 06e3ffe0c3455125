/**
 * What a dry run cannot try.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";
import type { KubeRequest } from "../../kube/request.ts";

/** A call cannot be tried without doing it, and this is a dry run. */
export class DryRunError extends KubescriptError {
  /**
   * Makes the error.
   *
   * @param request What was not sent.
   */
  constructor({ what }: Pick<KubeRequest, "what">) {
    super(`Cannot ${what}: this is a dry run, and there is no way to try it`, {
      hint: 'Give the call a value to go on with, as in { dryRun: "…" }, or skip it if k.dryRun is set',
    });
  }
}
