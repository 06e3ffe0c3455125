/**
 * Kinds of small groups.
 *
 * @module
 */

import { validateDns1123Label } from "../../kube/names.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkPercentOrNumber, checkSelector, pathSegmentFaults } from "./checks.ts";
import type { KindRules, RulesByKind } from "./kind_rules.ts";

const ADMISSION = "admissionregistration.k8s.io";
const FLOWS = "flowcontrol.apiserver.k8s.io";
const MOST_USER_PRIORITY = 1_000_000_000;
const COUNTED: KindRules = { generation: true };
const WEBHOOKS: KindRules = {
  generation: true,
  validate({ webhooks = [] }, errors) {
    for (const [index, webhook] of webhooks.entries()) validateWebhook(webhook, `webhooks[${index}]`, errors);
  },
};

/** The rules of the kinds. */
export const OTHERS: RulesByKind = {
  [`${ADMISSION}/ValidatingWebhookConfiguration`]: WEBHOOKS,
  [`${ADMISSION}/MutatingWebhookConfiguration`]: WEBHOOKS,
  [`${ADMISSION}/ValidatingAdmissionPolicy`]: COUNTED,
  [`${ADMISSION}/ValidatingAdmissionPolicyBinding`]: COUNTED,
  [`${ADMISSION}/MutatingAdmissionPolicy`]: COUNTED,
  [`${ADMISSION}/MutatingAdmissionPolicyBinding`]: COUNTED,
  "apiextensions.k8s.io/CustomResourceDefinition": {
    generation: true,
    prepareForCreate(definition) {
      definition.status = {
        conditions: null,
        acceptedNames: { plural: "", kind: "" },
        storedVersions: storedVersions(definition),
      };
    },
    validate({ metadata, spec }, errors) {
      if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
        errors.invalid("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group');
      }
      if (spec.versions?.filter(({ storage }: Part) => storage).length !== 1) {
        errors.invalid("spec.versions", spec.versions, "must have exactly one version marked as storage version");
      }
    },
  },
  "apiregistration.k8s.io/APIService": { keepsStatus: true },
  "certificates.k8s.io/CertificateSigningRequest": {
    selectable: { "spec.signerName": true },
    nameFaults: pathSegmentFaults,
    prepareForCreate({ spec }, { user }) {
      // Who asks is what the server knows, not what the client says.
      for (const field of ["username", "uid", "groups", "extra"] as const) {
        if (user?.[field] === undefined) delete spec[field];
        else spec[field] = user[field];
      }
    },
    prepareForUpdate: (request, old) => void (request.spec = old.spec),
    prepareForStatusUpdate: ({ status }, old, { now }) => void setConditionTimes(status, old.status, now),
    subresources: {
      approval: {
        prepareForUpdate(request, old, { now }) {
          const { conditions } = request.status ?? {};
          setConditionTimes(request.status, old.status, now);
          request.spec = old.spec;
          request.status = { ...old.status, ...conditions && { conditions } };
        },
        validateUpdate: ({ status }, { status: old }, errors) => checkKeptConditions(status, old, errors),
      },
    },
    validate({ spec }, errors) {
      if (!atob(spec.request ?? "").includes("-----BEGIN CERTIFICATE REQUEST-----")) {
        errors.invalid("spec.request", spec.request ?? "", "PEM block type must be CERTIFICATE REQUEST");
      }
      if (!spec.usages?.length) errors.required("spec.usages");
    },
  },
  "certificates.k8s.io/ClusterTrustBundle": { selectable: { "spec.signerName": true }, nameFaults: pathSegmentFaults },
  "certificates.k8s.io/PodCertificateRequest": {
    selectable: { "spec.signerName": true, "spec.podName": true, "spec.nodeName": true },
    immutable: ["spec"],
  },
  "coordination.k8s.io/Lease": {
    validate({ spec }, errors) {
      for (const field of ["leaseDurationSeconds", "leaseTransitions"]) {
        const least = field === "leaseTransitions" ? 0 : 1;
        if (spec?.[field] < least) {
          const detail = least === 0 ? "must be greater than or equal to 0" : "must be greater than 0";
          errors.invalid(`spec.${field}`, spec[field], detail);
        }
      }
    },
  },
  "events.k8s.io/Event": {
    selectable: {
      "regarding.kind": true,
      "regarding.namespace": true,
      "regarding.name": true,
      "regarding.uid": true,
      "regarding.apiVersion": true,
      "regarding.resourceVersion": true,
      "regarding.fieldPath": true,
      reason: true,
      reportingController: true,
      type: true,
    },
  },
  [`${FLOWS}/FlowSchema`]: COUNTED,
  [`${FLOWS}/PriorityLevelConfiguration`]: COUNTED,
  "node.k8s.io/RuntimeClass": {
    validate({ handler }, errors) {
      if (!handler) errors.required("handler");
      else errors.invalid("handler", handler, ...validateDns1123Label(handler));
    },
    immutableByTag: ["handler"],
  },
  "policy/PodDisruptionBudget": {
    generation: true,
    prepareForCreate(budget) {
      budget.status = {
        ...budget.status,
        currentHealthy: 0,
        desiredHealthy: 0,
        disruptionsAllowed: 0,
        expectedPods: 0,
      };
    },
    validate: ({ spec }, errors) => validateBudget(spec, errors),
  },
  "resource.k8s.io/DeviceClass": COUNTED,
  "resource.k8s.io/DeviceTaintRule": COUNTED,
  "resource.k8s.io/ResourceSlice": {
    generation: true,
    selectable: { "spec.driver": true, "spec.nodeName": true, "spec.pool.name": true },
  },
  "resource.k8s.io/ResourceClaim": { immutable: ["spec"] },
  "resource.k8s.io/ResourceClaimTemplate": { immutable: ["spec"] },
  "scheduling.k8s.io/PriorityClass": {
    generation: true,
    validate({ metadata, value }, errors) {
      if (!metadata.name?.startsWith("system-") && value > MOST_USER_PRIORITY) {
        errors.forbidden("value", `maximum allowed value of a user defined priority is ${MOST_USER_PRIORITY}`);
      }
    },
    validateUpdate(draft, old, errors) {
      if ((draft.value ?? 0) !== (old.value ?? 0)) errors.forbidden("value", "may not be changed in an update.");
      if (draft.preemptionPolicy !== old.preemptionPolicy) errors.forbidden("preemptionPolicy", "field is immutable");
    },
  },
};

function setConditionTimes({ conditions = [] }: Part = {}, { conditions: old = [] }: Part = {}, now: string): void {
  for (const condition of conditions) {
    const before = old.find(({ type, status }: Part) => type === condition.type && status === condition.status);
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= before?.lastTransitionTime ?? now;
  }
}

function checkKeptConditions({ conditions = [] }: Part = {}, { conditions: old = [] }: Part = {}, errors: FieldErrors) {
  for (const wanted of ["Approved", "Denied", "Failed"]) {
    const count = (list: readonly Part[]) => list.filter(({ type }) => type === wanted).length;
    if (count(conditions) >= count(old)) continue;
    errors.forbidden("status.conditions", `updates may not remove a condition of type "${wanted}"`);
  }
}

function storedVersions({ spec }: Part): string[] {
  return (spec.versions ?? []).filter(({ storage }: Part) => storage).map(({ name }: Part) => name);
}

function validateWebhook(
  { clientConfig, sideEffects, admissionReviewVersions }: Part,
  path: string,
  errors: FieldErrors,
): void {
  if (!admissionReviewVersions?.length) {
    errors.required(`${path}.admissionReviewVersions`, "must specify one of v1, v1beta1");
  }
  if (!sideEffects) errors.required(`${path}.sideEffects`, 'must specify one of "None", "NoneOnDryRun"');
  if ((clientConfig.url === undefined) === (clientConfig.service === undefined)) {
    errors.required(`${path}.clientConfig`, "exactly one of url or service is required");
  }
}

function validateBudget({ minAvailable, maxUnavailable, selector }: Part, errors: FieldErrors): void {
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const spec = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: null,
    };
    errors.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
  }
  for (const [field, value] of Object.entries({ minAvailable, maxUnavailable })) {
    checkPercentOrNumber(errors, `spec.${field}`, value);
    if (/^\d+%$/.test(value ?? "") && Number.parseInt(value) > 100) {
      errors.invalid(`spec.${field}`, value, "must not be greater than 100%");
    }
  }
  checkSelector(errors, "spec.selector", selector);
}
