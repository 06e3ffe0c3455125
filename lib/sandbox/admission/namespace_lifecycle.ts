/**
 * `NamespaceLifecycle`: nothing is made where there is no namespace, or in one that goes.
 *
 * @module
 */

import type { AdmissionAttributes } from "../registry/admission.ts";
import { forbidden, notFound, type StatusError } from "../registry/status_error.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { refused } from "./refused.ts";

const PROTECTED = ["default", "kube-system", "kube-public"];
const REVIEWS = ["localsubjectaccessreviews"];

/**
 * Refuses what does not go with the life of namespaces.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 * @throws {StatusError} If the request is refused.
 */
export function namespaceLifecycle(
  attributes: AdmissionAttributes,
  { find }: AdmissionContext,
): void {
  const { operation, resource, namespace, name } = attributes;
  if (operation === "DELETE" && resource.storedAs === "/namespaces" && PROTECTED.includes(name)) {
    throw forbidden(resource, name, "this namespace may not be deleted");
  }
  if (operation !== "CREATE" || !resource.namespaced || REVIEWS.includes(resource.plural)) return;
  const home = find("/namespaces", "", namespace);
  if (home === undefined) throw notFound({ group: "", plural: "namespaces" }, namespace);
  if ((home.status as { phase?: string } | undefined)?.phase === "Terminating") {
    throw terminating(attributes);
  }
}

function terminating(attributes: AdmissionAttributes): StatusError {
  const { namespace } = attributes;
  const reason = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const error = refused(attributes, reason);
  const message = `namespace ${namespace} is being terminated`;
  const causes = [{ reason: "NamespaceTerminating", message, field: "metadata.namespace" }];
  error.status.details = { ...error.status.details, causes };
  return error;
}
