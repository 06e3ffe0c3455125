/**
 * Deployments and other kinds that keep Pods running, and their kin of the core group.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import { selects } from "../../kube/label_selector.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import {
  checkImmutable,
  checkLabels,
  checkNonNegative,
  checkOneOf,
  checkPercentOrNumber,
  checkSelector,
} from "./checks.ts";
import type { RulesByKind } from "./kind_rules.ts";
import { validatePodSpec } from "./pod_spec.ts";

const STATEFUL_SET_CHANGES =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const CHANGEABLE_OF_STATEFUL_SET = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** The rules of the kinds. */
export const APPS: RulesByKind = {
  "apps/Deployment": {
    generation: true,
    prepareForStatusUpdate({ metadata }, old) {
      metadata.labels = old.metadata.labels;
      if (metadata.labels === undefined) delete metadata.labels;
    },
    validate({ spec }, errors) {
      checkNonNegative(errors, spec, "spec.", "replicas");
      validateWorkload(spec, "deployment", errors);
      validateDeploymentStrategy(spec.strategy, errors);
      checkNonNegative(errors, spec, "spec.", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds");
      if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
        const detail = "must be greater than minReadySeconds";
        errors.invalid("spec.progressDeadlineSeconds", spec.progressDeadlineSeconds, detail);
      }
    },
    validateUpdate(draft, old, errors) {
      validateSelectorUpdate(draft, old, errors);
      validateDeploymentStatus(draft.status ?? {}, errors);
    },
  },
  "apps/DaemonSet": {
    generation: true,
    prepareForCreate: ({ metadata }) =>
      void (metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: "1" }),
    prepareForUpdate({ metadata, spec }, old) {
      const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
      const generation = String(jsonEquals(spec.template, old.spec.template) ? before : before + 1);
      metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: generation };
    },
    validate({ spec }, errors) {
      validateWorkload(spec, "daemonset", errors);
      checkNonNegative(errors, spec, "spec.", "minReadySeconds", "revisionHistoryLimit");
      const { type } = spec.updateStrategy;
      const allowed = ["RollingUpdate", "OnDelete"];
      if (!allowed.includes(type)) {
        errors.notSupported("spec.updateStrategy", { Type: type, RollingUpdate: null }, allowed);
      }
    },
    validateUpdate: validateSelectorUpdate,
  },
  "apps/ReplicaSet": {
    generation: true,
    selectable: { "status.replicas": ({ status }) => status?.replicas ?? 0 },
    validate({ spec }, errors) {
      checkNonNegative(errors, spec, "spec.", "replicas", "minReadySeconds");
      validateWorkload(spec, "deployment", errors);
    },
    validateUpdate: validateSelectorUpdate,
  },
  "apps/StatefulSet": {
    generation: true,
    validate({ spec }, errors) {
      if (!["OrderedReady", "Parallel"].includes(spec.podManagementPolicy)) {
        errors.invalid("spec.podManagementPolicy", spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
      }
      const { type } = spec.updateStrategy;
      if (!["RollingUpdate", "OnDelete"].includes(type)) {
        errors.invalid(
          "spec.updateStrategy",
          { Type: type, RollingUpdate: null },
          "must be 'RollingUpdate' or 'OnDelete'",
        );
      }
      checkNonNegative(errors, spec, "spec.", "replicas", "minReadySeconds", "revisionHistoryLimit");
      validateWorkload(
        spec,
        "statefulset",
        errors,
        (spec.volumeClaimTemplates ?? []).map(({ metadata }: Part) => metadata.name),
      );
    },
    validateUpdate({ spec }, { spec: old }, errors) {
      for (const field of ["selector", "serviceName", "podManagementPolicy"]) {
        checkImmutable(errors, `spec.${field}`, spec[field], old[field]);
      }
      const fixed = (one: Part) => Object.entries(one).filter(([field]) => !CHANGEABLE_OF_STATEFUL_SET.includes(field));
      if (errors.list.length === 0 && !jsonEquals(Object.fromEntries(fixed(spec)), Object.fromEntries(fixed(old)))) {
        errors.forbidden("spec", STATEFUL_SET_CHANGES);
      }
    },
  },
  "apps/ControllerRevision": { immutable: ["data"] },
  "/ReplicationController": {
    generation: true,
    defaultPropagation: "Orphan",
    selectable: { "status.replicas": ({ status }) => status?.replicas ?? 0 },
    validate({ spec }, errors) {
      checkNonNegative(errors, spec, "spec.", "replicas", "minReadySeconds");
      if (!spec.selector || Object.keys(spec.selector).length === 0) errors.required("spec.selector");
      if (!spec.template) return errors.required("spec.template");
      validateTemplate(spec.template, "spec.template", errors);
      if (spec.selector && !selects({ matchLabels: spec.selector }, spec.template.metadata.labels)) {
        const detail = "`selector` does not match template `labels`";
        errors.invalid("spec.template.metadata.labels", spec.template.metadata.labels, detail);
      }
    },
  },
  "/PodTemplate": {
    generation: true,
    validate: ({ template }, errors) => validateTemplate(template, "template", errors),
  },
};

/**
 * Judges a template of Pods.
 *
 * @param template The template.
 * @param path Where it is.
 * @param errors Where to report.
 */
export function validateTemplate({ metadata, spec }: Part, path: string, errors: FieldErrors): void {
  checkLabels(errors, `${path}.labels`, metadata.labels);
  validatePodSpec(spec, `${path}.spec`, errors);
}

function validateWorkload(spec: Part, kind: string, errors: FieldErrors, claims: readonly string[] = []): void {
  const { selector, template } = spec;
  if (selector === null || selector === undefined) errors.required("spec.selector");
  else {
    const isSelector = checkSelector(errors, "spec.selector", selector);
    if (isSelector && !selector.matchLabels && !selector.matchExpressions) {
      errors.invalid("spec.selector", selector, `empty selector is invalid for ${kind}`);
    }
    if (!isSelector) errors.invalid("spec.selector", selector, "invalid label selector");
  }
  const canSelect = selector && errors.list.every(({ field }) => !field.startsWith("spec.selector."));
  if (!selector || canSelect && !isEmpty(selector) && !selects(selector, template.metadata.labels)) {
    const detail = "`selector` does not match template `labels`";
    errors.invalid("spec.template.metadata.labels", template.metadata.labels, detail);
  }
  const volumes = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const { restartPolicy } = template.spec;
  validateTemplate(
    claims.length === 0
      ? template
      : { ...template, spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...volumes] } },
    "spec.template",
    errors,
  );
  checkOneOf(errors, "spec.template.spec.restartPolicy", restartPolicy, ["Always"]);
  if (template.spec.activeDeadlineSeconds !== undefined) {
    errors.forbidden(
      "spec.template.spec.activeDeadlineSeconds",
      `activeDeadlineSeconds in ${kindName(kind)} is not Supported`,
    );
  }
}

function kindName(kind: string): string {
  return { deployment: "ReplicaSet", daemonset: "DaemonSet", statefulset: "StatefulSet" }[kind] ?? kind;
}

function isEmpty(selector: Part): boolean {
  return !selector.matchLabels && !selector.matchExpressions;
}

function validateDeploymentStrategy({ type, rollingUpdate }: Part, errors: FieldErrors): void {
  const path = "spec.strategy.rollingUpdate";
  const allowed = ["Recreate", "RollingUpdate"];
  if (!allowed.includes(type)) errors.notSupported("spec.strategy", { Type: type, RollingUpdate: null }, allowed);
  if (type === "Recreate" && rollingUpdate !== undefined) {
    errors.forbidden(path, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type === "RollingUpdate") {
    const { maxUnavailable, maxSurge } = rollingUpdate;
    checkPercentOrNumber(errors, `${path}.maxUnavailable`, maxUnavailable);
    checkPercentOrNumber(errors, `${path}.maxSurge`, maxSurge);
    if (Number.parseInt(maxUnavailable) === 0 && Number.parseInt(maxSurge) === 0) {
      errors.invalid(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0");
    }
    if (/^\d+%$/.test(maxUnavailable) && Number.parseInt(maxUnavailable) > 100) {
      errors.invalid(`${path}.maxUnavailable`, maxUnavailable, "must not be greater than 100%");
    }
  }
}

function validateDeploymentStatus(status: Part, errors: FieldErrors): void {
  checkNonNegative(errors, status, "status.", "observedGeneration", "replicas", "updatedReplicas", "readyReplicas");
  checkNonNegative(errors, status, "status.", "availableReplicas", "unavailableReplicas", "terminatingReplicas");
  checkNonNegative(errors, status, "status.", "collisionCount");
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  for (const field of ["updatedReplicas", "readyReplicas", "availableReplicas"]) {
    if (status[field] > replicas) {
      errors.invalid(`status.${field}`, status[field], "cannot be greater than status.replicas");
    }
  }
  if (availableReplicas > readyReplicas) {
    errors.invalid("status.availableReplicas", availableReplicas, "cannot be greater than readyReplicas");
  }
}

function validateSelectorUpdate({ spec }: Part, { spec: old }: Part, errors: FieldErrors): void {
  checkImmutable(errors, "spec.selector", spec.selector, old.selector);
}
