/**
 * HorizontalPodAutoscalers: their defaults and rules, and their two versions.
 *
 * @module
 */

import { parseJson, stringifyJson } from "../../base/json.ts";
import type { Draft, StoredObject } from "../registry/served_resource.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part, TypeDefaults } from "../schema/typed_walk.ts";
import type { KindRules } from "./kind_rules.ts";

const CPU_UTILIZATION = 80;
const METRICS_ANNOTATION = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR_ANNOTATION = "autoscaling.alpha.kubernetes.io/behavior";
const PERCENT_POLICY = { type: "Percent", value: 100, periodSeconds: 15 };
const SOURCES: Readonly<Record<string, string>> = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};

/** The defaults by type. */
export const AUTOSCALER_DEFAULTS: Readonly<Record<string, TypeDefaults>> = {
  "autoscaling/v1.HorizontalPodAutoscalerSpec": { minReplicas: 1 },
  "autoscaling/v2.HorizontalPodAutoscalerSpec": (spec) => {
    spec.minReplicas ??= 1;
    if (!spec.metrics?.length) spec.metrics = [cpuMetric(CPU_UTILIZATION)];
  },
  "autoscaling/v2.HorizontalPodAutoscalerBehavior": (behavior) => {
    behavior.scaleUp = {
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: 4, periodSeconds: 15 }, { ...PERCENT_POLICY }],
      ...behavior.scaleUp,
    };
    behavior.scaleDown = { selectPolicy: "Max", policies: [{ ...PERCENT_POLICY }], ...behavior.scaleDown };
  },
};

/** The rules of the kind. */
export const AUTOSCALING: Readonly<Record<string, KindRules>> = {
  "autoscaling/HorizontalPodAutoscaler": { generation: true, validate: validateAutoscaler },
};

function cpuMetric(utilization: number): Part {
  return {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: utilization } },
  };
}

function validateAutoscaler({ spec }: Part, errors: FieldErrors): void {
  const { minReplicas = 1, maxReplicas, scaleTargetRef: target } = spec;
  const scalesOnOthers = spec.metrics?.some(({ type }: Part) => type === "Object" || type === "External");
  if (minReplicas < 0) errors.invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 0");
  if (maxReplicas < minReplicas) {
    errors.invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`");
  }
  if (!maxReplicas) errors.required("spec.maxReplicas");
  if (!target.kind) errors.required("spec.scaleTargetRef.kind");
  if (!target.name) errors.required("spec.scaleTargetRef.name");
  if (!target.apiVersion) errors.invalid("spec.scaleTargetRef.apiVersion", "", "apiVersion must specify API group");
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    validateMetric(metric, `spec.metrics[${index}]`, errors);
  }
  if (minReplicas === 0 && !scalesOnOthers) {
    errors.forbidden(
      "spec.metrics",
      "must specify at least one Object or External metric to support scaling to zero replicas",
    );
  }
}

function validateMetric(metric: Part, path: string, errors: FieldErrors): void {
  const source = SOURCES[metric.type];
  if (!metric.type) errors.required(`${path}.type`, "must specify a metric source type");
  else if (source === undefined) errors.notSupported(`${path}.type`, metric.type, Object.keys(SOURCES));
  else if (metric[source] === undefined) {
    errors.required(`${path}.${source}`, "must populate information for the given metric source");
  } else if (!metric[source].target?.type) {
    errors.required(`${path}.${source}.target.type`, "must specify a metric target type");
  }
  for (const other of Object.values(SOURCES)) {
    if (metric[other] !== undefined && other !== source && source !== undefined) {
      errors.forbidden(`${path}.${other}`, "must populate the given metric source only");
    }
  }
}

/**
 * Turns an object of `autoscaling/v2` into `autoscaling/v1`, where what that lacks is in annotations.
 *
 * @param object The object.
 * @returns The object in the other version.
 */
export function autoscalerToV1(object: StoredObject): StoredObject {
  const { metadata, spec, status } = object as Part;
  const { metrics = [], behavior, ...rest } = spec;
  const cpu = metrics.find(isCpuMetric);
  const others = metrics.filter((metric: unknown) => metric !== cpu);
  const annotations = {
    ...metadata.annotations,
    ...(others.length > 0 && { [METRICS_ANNOTATION]: stringifyJson(others) }),
    ...(behavior && { [BEHAVIOR_ANNOTATION]: stringifyJson(behavior) }),
  };
  const { currentMetrics, conditions: _, ...statusRest } = status ?? {};
  const current = currentMetrics?.find(({ type, resource }: Part) => type === "Resource" && resource?.name === "cpu");
  const utilization = current?.resource.current.averageUtilization;
  return {
    ...object,
    apiVersion: "autoscaling/v1",
    metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata,
    spec: { ...rest, ...(cpu && { targetCPUUtilizationPercentage: cpu.resource.target.averageUtilization }) },
    status: {
      currentReplicas: 0,
      ...statusRest,
      ...(utilization !== undefined && { currentCPUUtilizationPercentage: utilization }),
    },
  };
}

/**
 * Turns an object of `autoscaling/v1` into `autoscaling/v2`.
 *
 * @param object The object.
 * @returns The object in the other version.
 */
export function autoscalerToV2(object: Draft): Draft {
  const { metadata, spec, status } = object as Part;
  const { [METRICS_ANNOTATION]: others, [BEHAVIOR_ANNOTATION]: behavior, ...annotations } = metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: utilization, ...rest } = spec;
  const metrics = [
    ...(others === undefined ? [] : parseJson(others) as Part[]),
    ...(utilization === undefined ? [] : [cpuMetric(utilization)]),
  ];
  const { currentCPUUtilizationPercentage: current, ...statusRest } = status ?? {};
  const { annotations: _, ...plain } = metadata;
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    metadata: Object.keys(annotations).length > 0 ? { ...plain, annotations } : plain,
    spec: {
      ...rest,
      metrics: metrics.length > 0 ? metrics : [cpuMetric(CPU_UTILIZATION)],
      ...(behavior !== undefined && { behavior: parseJson(behavior) }),
    },
    status: {
      desiredReplicas: 0,
      currentMetrics: current === undefined
        ? null
        : [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } }],
      ...statusRest,
    },
  };
}

function isCpuMetric({ type, resource }: Part): boolean {
  return type === "Resource" && resource.name === "cpu" && resource.target.averageUtilization !== undefined;
}
