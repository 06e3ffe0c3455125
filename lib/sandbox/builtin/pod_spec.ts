/**
 * The rules of what Pods are to be.
 *
 * @module
 */

import { validateDataKey, validateDns1123Label, validateDns1123Subdomain, validateLabelKey } from "../../kube/names.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkLabelName, checkLabels, checkOneOf, checkSelector, checkSubdomain } from "./checks.ts";
import { validateContainers } from "./container.ts";

const TAINT_EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const MAX_INT32 = 2147483647;

/**
 * Judges the spec of a Pod, or of a template of Pods.
 *
 * @param spec The spec.
 * @param path Where it is.
 * @param errors Where to report.
 */
export function validatePodSpec(spec: Part, path: string, errors: FieldErrors): void {
  validateVolumes(spec.volumes ?? [], `${path}.volumes`, errors);
  validateContainers(spec, path, errors);
  checkOneOf(errors, `${path}.restartPolicy`, spec.restartPolicy, ["Always", "OnFailure", "Never"]);
  checkOneOf(errors, `${path}.dnsPolicy`, spec.dnsPolicy, [
    "ClusterFirstWithHostNet",
    "ClusterFirst",
    "Default",
    "None",
  ]);
  checkLabels(errors, `${path}.nodeSelector`, spec.nodeSelector);
  for (const field of ["runAsUser", "runAsGroup", "fsGroup"]) {
    const id = spec.securityContext?.[field];
    if (id < 0) {
      errors.invalid(`${path}.securityContext.${field}`, id, `must be between 0 and ${MAX_INT32}, inclusive`);
    }
  }
  checkSubdomain(errors, `${path}.serviceAccountName`, spec.serviceAccountName);
  checkSubdomain(errors, `${path}.nodeName`, spec.nodeName);
  validateAffinity(spec.affinity ?? {}, `${path}.affinity`, errors);
  if (spec.hostname) errors.invalid(`${path}.hostname`, spec.hostname, ...validateDns1123Label(spec.hostname));
  if (spec.subdomain) errors.invalid(`${path}.subdomain`, spec.subdomain, ...validateDns1123Label(spec.subdomain));
  validateTolerations(spec.tolerations ?? [], `${path}.tolerations`, errors);
  if (spec.priorityClassName) {
    errors.invalid(
      `${path}.priorityClassName`,
      spec.priorityClassName,
      ...validateDns1123Subdomain(spec.priorityClassName),
    );
  }
  if (
    spec.activeDeadlineSeconds !== undefined &&
    !(spec.activeDeadlineSeconds >= 1 && spec.activeDeadlineSeconds <= MAX_INT32)
  ) {
    errors.invalid(
      `${path}.activeDeadlineSeconds`,
      spec.activeDeadlineSeconds,
      `must be between 1 and ${MAX_INT32}, inclusive`,
    );
  }
  validateSpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`, errors);
}

function validateVolumes(volumes: readonly Part[], path: string, errors: FieldErrors): void {
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const volumePath = `${path}[${index}]`;
    const [, ...others] = Object.keys(volume).filter((field) => field !== "name");
    checkLabelName(errors, `${volumePath}.name`, volume.name);
    if (volume.name && names.has(volume.name)) errors.duplicate(`${volumePath}.name`, volume.name);
    names.add(volume.name);
    for (const source of others) errors.forbidden(`${volumePath}.${source}`, "may not specify more than 1 volume type");
    if (volume.secret && !volume.secret.secretName) errors.required(`${volumePath}.secret.secretName`);
    if (volume.persistentVolumeClaim && !volume.persistentVolumeClaim.claimName) {
      errors.required(`${volumePath}.persistentVolumeClaim.claimName`);
    }
    for (const field of ["configMap", "secret", "downwardAPI", "projected"]) {
      if (volume[field] !== undefined) validateFiles(volume[field], `${volumePath}.${field}`, field, errors);
    }
  }
}

function validateFiles({ name, defaultMode, items = [] }: Part, path: string, kind: string, errors: FieldErrors): void {
  if (kind === "configMap" && !name) errors.required(`${path}.name`);
  if (defaultMode < 0 || defaultMode > 0o777) {
    errors.invalid(`${path}.defaultMode`, defaultMode, "must be a number between 0 and 0777 (octal), both inclusive");
  }
  for (const [index, item] of items.entries()) {
    const itemPath = `${path}.items[${index}]`;
    if (kind !== "downwardAPI" && !item.key) errors.required(`${itemPath}.key`);
    else if (kind !== "downwardAPI") errors.invalid(`${itemPath}.key`, item.key, ...validateDataKey(item.key));
    if (!item.path) errors.required(`${itemPath}.path`);
    else if (item.path.startsWith("/")) errors.invalid(`${itemPath}.path`, item.path, "must be a relative path");
    else if (item.path.split("/").includes("..")) {
      errors.invalid(`${itemPath}.path`, item.path, "must not contain '..'");
    }
  }
}

function validateTolerations(tolerations: readonly Part[], path: string, errors: FieldErrors): void {
  for (const [index, { key, operator, value, effect, tolerationSeconds }] of tolerations.entries()) {
    const itemPath = `${path}[${index}]`;
    if (key) errors.invalid(`${itemPath}.key`, key, ...validateLabelKey(key));
    else if (operator !== "Exists") {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.invalid(`${itemPath}.operator`, operator ?? "", detail);
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      errors.invalid(`${itemPath}.effect`, effect ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === "Exists" && value) {
      errors.invalid(`${itemPath}.operator`, value, "value must be empty when `operator` is 'Exists'");
    } else if (operator && !["Equal", "Exists", "Lt", "Gt"].includes(operator)) {
      errors.notSupported(`${itemPath}.operator`, operator, ["Equal", "Exists"]);
    }
    if (effect) checkOneOf(errors, `${itemPath}.effect`, effect, TAINT_EFFECTS);
  }
}

function validateAffinity(
  { nodeAffinity, podAffinity, podAntiAffinity }: Part,
  path: string,
  errors: FieldErrors,
): void {
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined && !required.nodeSelectorTerms?.length) {
    errors.required(
      `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`,
      "must have at least one node selector term",
    );
  }
  for (const [name, affinity] of Object.entries<Part | undefined>({ podAffinity, podAntiAffinity })) {
    const requiredPath = `${path}.${name}.requiredDuringSchedulingIgnoredDuringExecution`;
    for (const [index, term] of (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      validateAffinityTerm(term, `${requiredPath}[${index}]`, errors);
    }
    const preferredPath = `${path}.${name}.preferredDuringSchedulingIgnoredDuringExecution`;
    for (const [index, term] of (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      validateAffinityTerm(term.podAffinityTerm, `${preferredPath}[${index}].podAffinityTerm`, errors);
      if (!(term.weight >= 1 && term.weight <= 100)) {
        errors.invalid(`${preferredPath}[${index}].weight`, term.weight, "must be in the range 1-100");
      }
    }
  }
}

function validateAffinityTerm({ labelSelector, topologyKey }: Part, path: string, errors: FieldErrors): void {
  checkSelector(errors, `${path}.labelSelector`, labelSelector);
  if (!topologyKey) errors.required(`${path}.topologyKey`, "can not be empty");
  errors.invalid(`${path}.topologyKey`, topologyKey, ...validateLabelKey(topologyKey));
}

function validateSpread(constraints: readonly Part[], path: string, errors: FieldErrors): void {
  for (const [index, { maxSkew, topologyKey, whenUnsatisfiable, labelSelector }] of constraints.entries()) {
    const itemPath = `${path}[${index}]`;
    if (maxSkew <= 0) errors.invalid(`${itemPath}.maxSkew`, maxSkew, "must be greater than zero");
    if (!topologyKey) errors.required(`${itemPath}.topologyKey`, "can not be empty");
    checkOneOf(errors, `${itemPath}.whenUnsatisfiable`, whenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"]);
    checkSelector(errors, `${itemPath}.labelSelector`, labelSelector);
  }
}
