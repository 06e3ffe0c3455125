/**
 * Refusals of admission.
 *
 * @module
 */

import type { AdmissionAttributes } from "../registry/admission.ts";
import { forbidden, type StatusError } from "../registry/status_error.ts";

/**
 * Makes the error of a request that is refused; an object without a name is called by what its name is to begin with.
 *
 * @param attributes The request.
 * @param reason Why.
 * @returns The error.
 */
export function refused({ resource, name, object }: AdmissionAttributes, reason: string): StatusError {
  const { name: own, generateName } = object?.metadata ?? {};
  return forbidden(resource, name || own || generateName || "Unknown", reason);
}
