/**
 * All that admission does, in the order of kube-apiserver.
 *
 * @module
 */

import type { AdmissionAttributes, AdmissionHook } from "../registry/admission.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { definitionLifecycle } from "./definition_lifecycle.ts";
import { limitRanger, limitRangerDefaults } from "./limit_ranger.ts";
import { namespaceLifecycle } from "./namespace_lifecycle.ts";
import { defaultTolerationSeconds, priority } from "./pod_defaults.ts";
import { resourceQuota } from "./resource_quota.ts";
import { serviceAccount } from "./service_account.ts";
import { defaultStorageClass, storageObjectInUse } from "./storage.ts";

type Step = (attributes: AdmissionAttributes, context: AdmissionContext) => void;

const MUTATING: readonly Step[] = [
  definitionLifecycle,
  namespaceLifecycle,
  limitRangerDefaults,
  serviceAccount,
  defaultTolerationSeconds,
  priority,
  defaultStorageClass,
  storageObjectInUse,
];
const VALIDATING: readonly Step[] = [namespaceLifecycle, limitRanger, resourceQuota];

/**
 * Makes the hooks of admission.
 *
 * @param context What they can ask for.
 * @returns The hooks that may change objects, and those that only judge them.
 */
export function admissionHooks(context: AdmissionContext): { mutating: AdmissionHook[]; validating: AdmissionHook[] } {
  const bind = (steps: readonly Step[]) =>
    steps.map((step): AdmissionHook => (attributes) => step(attributes, context));
  return { mutating: bind(MUTATING), validating: bind(VALIDATING) };
}
