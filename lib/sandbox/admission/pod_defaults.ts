/**
 * What admission adds to new Pods: the priority of their class, and how long they bear nodes that do not answer.
 *
 * @module
 */

import type { AdmissionAttributes } from "../registry/admission.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { refused } from "./refused.ts";

const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  "system-node-critical": 2000001000,
  "system-cluster-critical": 2000000000,
};
const UNREACHABLE = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const TOLERATION_SECONDS = 300;

/**
 * `Priority`: finds the priority of a new Pod.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 * @throws {StatusError} If there is no such class.
 */
export function priority(attributes: AdmissionAttributes, { find, list }: AdmissionContext): void {
  if (!isNewPod(attributes)) return;
  const { spec } = attributes.object as Part;
  const name = spec.priorityClassName;
  let found: Part | undefined;
  if (name) {
    found = find("scheduling.k8s.io/priorityclasses", "", name) as Part | undefined;
    if (found === undefined && name in SYSTEM_CLASSES) found = { value: SYSTEM_CLASSES[name] };
    if (found === undefined) {
      throw refused(attributes, `no PriorityClass with name ${name} was found`);
    }
  } else {
    found = [...list("scheduling.k8s.io/priorityclasses")].find(({ globalDefault }) => globalDefault) as
      | Part
      | undefined;
    if (found !== undefined) spec.priorityClassName = found.metadata.name;
  }
  const value = found?.value ?? 0;
  if (spec.priority !== undefined && spec.priority !== value) {
    const reason = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority ` +
      `admission controller computed ${value} from the given PriorityClass name`;
    throw refused(attributes, reason);
  }
  spec.priority = value;
  spec.preemptionPolicy ??= found?.preemptionPolicy ?? "PreemptLowerPriority";
}

/**
 * `DefaultTolerationSeconds`: lets a Pod stay a while on a node that does not answer.
 *
 * @param attributes The request.
 */
export function defaultTolerationSeconds(attributes: AdmissionAttributes): void {
  const { operation, resource, subresource, object } = attributes;
  if (operation === "DELETE" || resource.storedAs !== "/pods" || subresource !== "") return;
  const { spec } = object as Part;
  for (const key of UNREACHABLE) {
    const isTolerated = spec.tolerations?.some((toleration: Part) =>
      (toleration.key === key || !toleration.key) && (toleration.effect === "NoExecute" || !toleration.effect)
    );
    if (isTolerated) continue;
    const toleration = { key, operator: "Exists", effect: "NoExecute", tolerationSeconds: TOLERATION_SECONDS };
    spec.tolerations = [...(spec.tolerations ?? []), toleration];
  }
}

function isNewPod({ operation, resource, subresource, object }: AdmissionAttributes): boolean {
  return operation === "CREATE" && resource.storedAs === "/pods" && subresource === "" && object !== undefined;
}
