/**
 * Jobs and CronJobs.
 *
 * @module
 */

import { selects } from "../../kube/label_selector.ts";
import { validateDns1123Label } from "../../kube/names.ts";
import type { StrategyContext } from "../registry/strategy.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { validateTemplate } from "./apps.ts";
import { checkImmutable, checkNonNegative, checkOneOf } from "./checks.ts";
import { cronFault } from "./cron.ts";
import type { RulesByKind } from "./kind_rules.ts";

const UID_LABEL = "batch.kubernetes.io/controller-uid";
const MOST_CRON_JOB_CHARACTERS = 52;

/** The rules of the kinds. */
export const BATCH: RulesByKind = {
  "batch/Job": {
    generation: true,
    defaultPropagation: "Orphan",
    selectable: { "status.successful": ({ status }) => status?.succeeded ?? 0 },
    prepareForCreate({ metadata, spec }) {
      if (spec.manualSelector) return;
      const { metadata: template } = spec.template;
      const generated = {
        [UID_LABEL]: metadata.uid,
        "batch.kubernetes.io/job-name": metadata.name ?? "",
        "controller-uid": metadata.uid,
        "job-name": metadata.name ?? "",
      };
      // Labels that a Job takes from its template are the same map in Go, so they are of both.
      const isShared = JSON.stringify(template.labels ?? {}) === JSON.stringify(metadata.labels ?? {});
      template.labels = { ...generated, ...template.labels };
      if (isShared) metadata.labels = { ...template.labels };
      spec.selector = { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, [UID_LABEL]: metadata.uid } };
    },
    prepareForStatusUpdate({ metadata, spec }) {
      const { labels } = spec.template.metadata;
      if (labels) metadata.labels ??= labels;
    },
    validate: validateJob,
    validateUpdate({ spec }, { spec: old, status }, errors) {
      if (spec.completionMode !== "Indexed") {
        checkImmutable(errors, "spec.completions", spec.completions, old.completions);
      } else if (![undefined, old.completions, spec.parallelism].includes(spec.completions)) {
        errors.invalid("spec.completions", spec.completions, "can only be modified in tandem with spec.parallelism");
      }
      checkImmutable(errors, "spec.selector", spec.selector, old.selector);
      const [template, oldTemplate] = old.suspend && !status?.startTime
        ? [schedulable(spec.template), schedulable(old.template)]
        : [spec.template, old.template];
      // Of a suspended Job the resources of its Pods can be changed, so the spec is looked at by itself.
      if (old.suspend) checkImmutable(errors, "spec.template.spec", template.spec, oldTemplate.spec);
      else checkImmutable(errors, "spec.template", template, oldTemplate);
      for (
        const field of ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"]
      ) {
        checkImmutable(errors, `spec.${field}`, spec[field], old[field]);
      }
    },
  },
  "batch/CronJob": {
    generation: true,
    validate({ metadata, spec }, errors) {
      validateCron(spec, errors);
      const { spec: job } = spec.jobTemplate;
      validateJobSpec(job, "spec.jobTemplate.spec", errors);
      if (metadata.name?.length > MOST_CRON_JOB_CHARACTERS) {
        errors.invalid("metadata.name", metadata.name, `must be no more than ${MOST_CRON_JOB_CHARACTERS} characters`);
      }
    },
  },
};

/** A template without what can be changed as long as the Job is suspended. */
function schedulable({ metadata, spec }: Part): Part {
  const { nodeSelector: _n, affinity: _a, tolerations: _t, schedulingGates: _g, ...rest } = spec;
  const containers = rest.containers?.map(({ resources: _, ...container }: Part) => container);
  return { metadata, spec: { ...rest, containers } };
}

function validateJob({ metadata, spec }: Part, errors: FieldErrors, _: StrategyContext, old: Part | undefined): void {
  if (!old && spec.completionMode === "Indexed" && spec.completions > 0) {
    const { name = "" } = metadata;
    const hostname = `${name}-${spec.completions - 1}`;
    if (validateDns1123Label(hostname).length > 0) {
      const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
      errors.invalid("metadata.name", name, detail);
    }
  }
  if (!spec.selector) errors.required("spec.selector");
  // Of a Job that is there already, nothing but that it did not change matters.
  else if (!old) {
    const labels = spec.selector.matchLabels ?? {};
    if (!spec.manualSelector && (Object.keys(labels).length !== 1 || spec.selector.matchExpressions)) {
      errors.invalid("spec.selector", spec.selector, "`selector` not auto-generated");
    }
    if (labels[UID_LABEL] !== metadata.uid && !spec.manualSelector) {
      errors.invalid("spec.selector", spec.selector, "`selector` not auto-generated");
    }
  }
  validateJobSpec(spec, "spec", errors);
  if (!spec.selector || !selects(spec.selector, spec.template.metadata.labels)) {
    const detail = "`selector` does not match template `labels`";
    errors.invalid("spec.template.metadata.labels", spec.template.metadata.labels, detail);
  }
}

function validateJobSpec(spec: Part, path: string, errors: FieldErrors): void {
  checkNonNegative(
    errors,
    spec,
    `${path}.`,
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
  );
  if (spec.completionMode === "Indexed" && spec.completions === undefined) {
    errors.required(`${path}.completions`, "when completion mode is Indexed");
  }
  validateTemplate(spec.template, `${path}.template`, errors);
  if (spec.template.spec.restartPolicy === "Always") {
    errors.required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"');
  }
}

function validateCron(spec: Part, errors: FieldErrors): void {
  if (!spec.schedule) errors.required("spec.schedule");
  else {
    const fault = spec.schedule.includes("TZ")
      ? "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
      : cronFault(spec.schedule);
    if (fault !== undefined) errors.invalid("spec.schedule", spec.schedule, fault);
  }
  checkNonNegative(
    errors,
    spec,
    "spec.",
    "startingDeadlineSeconds",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
  );
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
    errors.invalid("spec.timeZone", spec.timeZone, `unknown time zone ${spec.timeZone}`);
  }
  checkOneOf(errors, "spec.concurrencyPolicy", spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"]);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
