/**
 * Nothing is made of a kind whose CustomResourceDefinition goes: what there is would never be gone.
 *
 * @module
 */

import type { AdmissionAttributes } from "../registry/admission.ts";
import { resourceText, StatusError } from "../registry/status_error.ts";
import type { AdmissionContext } from "./admission_context.ts";

const WHY = "create not allowed while custom resource definition is terminating";

/**
 * Refuses what does not go with the life of definitions.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 * @throws {StatusError} If the request is refused.
 */
export function definitionLifecycle({ operation, resource }: AdmissionAttributes, { find }: AdmissionContext): void {
  if (operation !== "CREATE" || !resource.custom) return;
  const definition = find("apiextensions.k8s.io/customresourcedefinitions", "", resourceText(resource));
  if (definition?.metadata.deletionTimestamp === undefined) return;
  const { group, plural } = resource;
  throw new StatusError(405, "MethodNotAllowed", WHY, { group, kind: plural });
}
