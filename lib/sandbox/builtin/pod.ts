/**
 * Pods.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { KindRules } from "./kind_rules.ts";
import { validatePodSpec } from "./pod_spec.ts";
import { POD_SUBRESOURCES } from "./pod_subresources.ts";
import { qosClass } from "./qos_class.ts";

const CHANGEABLE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
  "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n";

/** The rules of the kind. */
export const POD: KindRules = {
  generation: true,
  selectable: {
    "spec.nodeName": true,
    "spec.restartPolicy": true,
    "spec.schedulerName": true,
    "spec.serviceAccountName": true,
    "spec.hostNetwork": ({ spec }) => spec?.hostNetwork ?? false,
    "status.phase": true,
    "status.podIP": ({ status }) => status?.podIPs?.[0]?.ip,
    "status.nominatedNodeName": true,
  },
  prepareForCreate(pod) {
    pod.status = { phase: "Pending", qosClass: qosClass(pod.spec) };
    if (pod.spec.schedulingGates?.length) {
      pod.status.conditions = [{
        type: "PodScheduled",
        status: "False",
        lastProbeTime: null,
        lastTransitionTime: null,
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
      }];
    }
  },
  prepareForUpdate(pod, old) {
    // The class is told by the spec when it is not stored.
    pod.status = old.status;
  },
  prepareForStatusUpdate(pod, old) {
    const { ownerReferences } = old.metadata;
    if (ownerReferences === undefined) delete pod.metadata.ownerReferences;
    else pod.metadata.ownerReferences = ownerReferences;
    pod.status.qosClass ??= old.status?.qosClass ?? qosClass(old.spec);
  },
  validate: ({ spec }, errors) => validatePodSpec(spec, "spec", errors),
  validateUpdate: validatePodUpdate,
  subresources: POD_SUBRESOURCES,
  gracePeriodSeconds(object, seconds) {
    const { spec, status } = object as Part;
    const isOver = status?.phase === "Failed" || status?.phase === "Succeeded";
    if (!spec.nodeName || isOver) return 0;
    const period = seconds ?? spec.terminationGracePeriodSeconds ?? 0;
    return period < 0 ? 1 : period;
  },
};

function validatePodUpdate({ spec }: Part, { spec: old }: Part, errors: FieldErrors): void {
  for (const field of ["containers", "initContainers"]) {
    if ((spec[field] ?? []).length !== (old[field] ?? []).length) {
      errors.forbidden(`spec.${field}`, "pod updates may not add or remove containers");
      return;
    }
  }
  if (spec.activeDeadlineSeconds === undefined && old.activeDeadlineSeconds !== undefined) {
    errors.invalid("spec.activeDeadlineSeconds", null, "must not update from a positive integer to nil value");
  }
  const kept = (old.tolerations ?? []).every((one: unknown) =>
    spec.tolerations?.some((other: unknown) => jsonEquals(one, other))
  );
  if (!kept) {
    errors.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
  }
  if (!jsonEquals(fixedPart(spec, old), fixedPart(old, old))) errors.forbidden("spec", CHANGEABLE.trimEnd());
}

/** What of a spec cannot be changed; what can is as it was. */
function fixedPart(spec: Part, old: Part): Part {
  const withImages = (field: string) =>
    spec[field]?.map((container: Part, index: number) => ({ ...container, image: old[field]?.[index]?.image }));
  const gates = spec.schedulingGates?.length < old.schedulingGates?.length || old.schedulingGates?.length > 0;
  return JSON.parse(JSON.stringify({
    ...spec,
    containers: withImages("containers"),
    initContainers: withImages("initContainers"),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    schedulingGates: undefined,
    // A Pod that is held back may still be told where to go.
    ...(gates && { nodeSelector: undefined, affinity: undefined }),
    ...(old.terminationGracePeriodSeconds < 0 && { terminationGracePeriodSeconds: undefined }),
  }));
}
