/**
 * What tables show of workloads besides Pods.
 *
 * @module
 */

import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "../../kinds/apps/v1.ts";
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from "../../kinds/autoscaling/v2.ts";
import type { CronJob, Job } from "../../kinds/batch/v1.ts";
import type { PodTemplate, ReplicationController } from "../../kinds/core/v1.ts";
import { type Cells, cellsOf, containerCells, count, field, labelsText, selectorText, shortList } from "./cells.ts";
import { age, humanDuration } from "./human_duration.ts";

const REPLICAS: Cells = {
  Desired: field("spec.replicas", 0),
  Current: field("status.replicas", 0),
  Ready: field("status.readyReplicas", 0),
};

const TEMPLATE = containerCells(({ spec }: Deployment) => spec?.template);

/** The cells by group and kind. */
export const WORKLOAD_CELLS: Readonly<Record<string, Cells>> = {
  "/PodTemplate": {
    ...containerCells(({ template }: PodTemplate) => template),
    ...cellsOf<PodTemplate>({ "Pod Labels": ({ template }) => labelsText(template?.metadata?.labels) }),
  },
  "/ReplicationController": {
    ...REPLICAS,
    ...containerCells(({ spec }: ReplicationController) => spec?.template),
    ...cellsOf<ReplicationController>({ Selector: ({ spec }) => labelsText(spec?.selector) }),
  },
  "apps/ControllerRevision": cellsOf<{ metadata: { ownerReferences?: Owner[] } }>({
    Controller: ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller);
      if (!owner) return "<none>";
      const [group] = owner.apiVersion.includes("/") ? owner.apiVersion.split("/") : [""];
      return `${owner.kind}${group && `.${group}`}`.toLowerCase() + `/${owner.name}`;
    },
    Revision: field("revision", 0) as never,
  }),
  "apps/DaemonSet": {
    Desired: field("status.desiredNumberScheduled", 0),
    Current: field("status.currentNumberScheduled", 0),
    Ready: field("status.numberReady", 0),
    "Up-to-date": field("status.updatedNumberScheduled", 0),
    Available: field("status.numberAvailable", 0),
    ...TEMPLATE,
    ...cellsOf<DaemonSet>({
      "Node Selector": ({ spec }) => labelsText(spec?.template.spec?.nodeSelector),
      Selector: ({ spec }) => selectorText(spec?.selector) || "<none>",
    }),
  },
  "apps/Deployment": {
    "Up-to-date": field("status.updatedReplicas", 0),
    Available: field("status.availableReplicas", 0),
    ...TEMPLATE,
    ...cellsOf<Deployment>({ Ready: readyText, Selector: ({ spec }) => selectorText(spec?.selector) }),
  },
  "apps/ReplicaSet": {
    ...REPLICAS,
    ...TEMPLATE,
    ...cellsOf<ReplicaSet>({ Selector: ({ spec }) => selectorText(spec?.selector) || "<none>" }),
  },
  "apps/StatefulSet": { ...TEMPLATE, ...cellsOf<StatefulSet>({ Ready: readyText }) },
  "autoscaling/HorizontalPodAutoscaler": {
    MinPods: (object) => String(field("spec.minReplicas", "<unset>")(object, 0, [])),
    MaxPods: field("spec.maxReplicas", 0),
    Replicas: field("status.currentReplicas", 0),
    ...cellsOf<HorizontalPodAutoscaler>({
      Reference: ({ spec }) => `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`,
      Targets: ({ spec, status }) => metricsText(spec?.metrics ?? [], status?.currentMetrics ?? []),
    }),
  },
  "batch/CronJob": {
    Schedule: field("spec.schedule"),
    Timezone: field("spec.timeZone", "<none>"),
    Active: count("status.active"),
    ...containerCells(({ spec }: CronJob) => spec?.jobTemplate.spec?.template),
    ...cellsOf<CronJob>({
      Suspend: ({ spec }) => spec?.suspend === undefined ? "<unset>" : spec.suspend ? "True" : "False",
      "Last Schedule": ({ status }, nowMs) => status?.lastScheduleTime ? age(status.lastScheduleTime, nowMs) : "<none>",
      Selector: ({ spec }) => selectorText(spec?.jobTemplate.spec?.selector) || "<none>",
    }),
  },
  "batch/Job": {
    ...TEMPLATE,
    ...cellsOf<Job>({
      Status: jobStatus,
      Completions: ({ spec, status }) => {
        const { completions, parallelism = 0 } = spec ?? {};
        return `${status?.succeeded ?? 0}/${completions ?? (parallelism > 1 ? `1 of ${parallelism}` : 1)}`;
      },
      Duration: ({ status }, nowMs) => {
        if (!status?.startTime) return "";
        const endMs = status.completionTime ? Date.parse(status.completionTime) : nowMs;
        return humanDuration(endMs - Date.parse(status.startTime));
      },
      Selector: ({ spec }) => selectorText(spec?.selector) || "<none>",
    }),
  },
};

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean;
}

function readyText({ spec, status }: Deployment | StatefulSet): string {
  return `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`;
}

/** What a Job is, by the first of these conditions that holds. */
const ENDED_JOB = ["Complete", "Failed"];
const LIVE_JOB = ["Suspended", "FailureTarget", "SuccessCriteriaMet"];

function jobStatus({ metadata, status }: Job): string {
  const holds = (wanted: string) => status?.conditions?.find(({ type }) => type === wanted)?.status === "True";
  return ENDED_JOB.find(holds) ??
    (metadata?.deletionTimestamp ? "Terminating" : LIVE_JOB.find(holds) ?? "Running");
}

function metricsText(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  const texts = specs.map((spec, i) => metricText(spec, statuses[i]));
  return texts.length === 0 ? "<none>" : shortList(texts, { max: 2, separator: ", " });
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case "External":
    case "Object": {
      const { target } = (spec.external ?? spec.object)!;
      const { current } = status?.external ?? status?.object ?? {};
      if (target.averageValue !== undefined) {
        return `${current?.averageValue ?? "<unknown>"}/${target.averageValue} (avg)`;
      }
      return `${current ? current.value ?? "0" : "<unknown>"}/${target.value ?? "<nil>"}`;
    }
    case "Pods":
      return `${status?.pods?.current.averageValue ?? "<unknown>"}/${spec.pods!.target.averageValue}`;
    case "Resource":
    case "ContainerResource": {
      const { name, target } = (spec.resource ?? spec.containerResource)!;
      const { current } = status?.resource ?? status?.containerResource ?? {};
      if (target.averageValue !== undefined) {
        return `${name}: ${current?.averageValue ?? "<unknown>"}/${target.averageValue}`;
      }
      const percent = (value: number | undefined, absent: string) => value === undefined ? absent : `${value}%`;
      const utilization = percent(current?.averageUtilization, "<unknown>");
      return `${name}: ${utilization}/${percent(target.averageUtilization, "<auto>")}`;
    }
    default:
      return "<unknown type>";
  }
}
