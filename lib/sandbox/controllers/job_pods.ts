/**
 * The Pods of Jobs, and their completion indexes.
 *
 * @module
 */

import type { Job } from "../../kinds/batch/v1.ts";
import type { Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { podOf } from "./pods.ts";

/** The finalizer by which no Pod goes before it was counted. */
export const TRACKING = "batch.kubernetes.io/job-tracking";
const INDEX = "batch.kubernetes.io/job-completion-index";

/**
 * Makes a Pod of a Job.
 *
 * @param job The Job.
 * @param index Its completion index, if the Job has them.
 * @returns The Pod.
 */
export function jobPod(job: Live<Job>, index: number | undefined): ReturnType<typeof podOf> {
  const { name } = job.metadata;
  const suffix = index === undefined ? "" : `${index}-`;
  const { metadata, spec } = podOf(job.spec!.template, job, { generateName: `${name}-${suffix}` });
  const finalizers = [...metadata!.finalizers ?? [], TRACKING];
  if (index === undefined) return { metadata: { ...metadata, finalizers }, spec: spec! };
  const entry = { [INDEX]: String(index) };
  const fieldRef = { fieldPath: `metadata.labels['${INDEX}']` };
  return {
    metadata: {
      ...metadata,
      finalizers,
      labels: { ...metadata!.labels, ...entry },
      annotations: { ...metadata!.annotations, ...entry },
    },
    spec: {
      ...spec!,
      hostname: `${name}-${index}`,
      containers: spec!.containers.map((container) => ({
        ...container,
        env: [...container.env ?? [], { name: "JOB_COMPLETION_INDEX", valueFrom: { fieldRef } }],
      })),
    },
  };
}

/**
 * Finds the completion index of a Pod.
 *
 * @param pod The Pod.
 * @returns The index; -1 if it has none.
 */
export function indexOf({ metadata }: Live<Pod>): number {
  return Number(metadata.annotations?.[INDEX] ?? -1);
}

/**
 * Reads completion indexes.
 *
 * @param text Such as `0-2,4`.
 * @returns The indexes.
 */
export function parseIndexes(text: string | undefined): number[] {
  return (text ? text.split(",") : []).flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * Writes completion indexes.
 *
 * @param indexes The indexes.
 * @returns Such as `0-2,4`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatIndexes([4, 0, 1, 2]), "0-2,4");
 * ```
 */
export function formatIndexes(indexes: Iterable<number>): string {
  const ranges: [first: number, last: number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range && range[1] === index - 1) range[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => first === last ? `${first}` : `${first}-${last}`).join(",");
}
