/**
 * Jobs: Pods that run to their end, as often as wanted.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Job, JobCondition, JobStatus } from "../../kinds/batch/v1.ts";
import type { Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import {
  type Controller,
  type ControllerContext,
  setCondition,
  timestamp,
  watchControlled,
  watchSelf,
} from "./controller.ts";
import { formatIndexes, indexOf, jobPod, parseIndexes, TRACKING } from "./job_pods.ts";
import { JOBS, PODS } from "./kinds.ts";
import { claim, compareForDeletion, createPod, deletePod, earliest, hasEnded, isActive, isReady } from "./pods.ts";
import { selects } from "../../kube/label_selector.ts";
import type { Writer } from "./writer.ts";

const BACKOFF_MS = { first: 10_000, max: 600_000 };

type Status = DeepReadonly<JobStatus>;

/**
 * Makes the controller of Jobs.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function jobController(context: ControllerContext): Controller {
  const { cache, clock } = context;
  const writer = context.writer("job-controller");
  const cleaner = context.writer("ttl-after-finished-controller");
  return {
    name: "job",
    watches: [watchSelf(JOBS), watchControlled(cache, PODS, JOBS)],
    reconcile(key) {
      const job = cache.byKey(JOBS, key);
      if (!job) return undefined;
      if (isTerminating(job) || isFinished(job)) {
        release(cache.controlledBy(PODS, job));
        return isTerminating(job) ? undefined : expire(job);
      }
      return new JobSync(context, writer, job).run();
    },
  };

  function release(pods: readonly Live<Pod>[]): void {
    for (const pod of pods) dropFinalizer(writer, pod);
  }

  function expire(job: Live<Job>): number | undefined {
    const { ttlSecondsAfterFinished } = job.spec!;
    if (ttlSecondsAfterFinished === undefined) return undefined;
    const end = job.status!.conditions!.find(isEnd)!;
    const leftMs = Date.parse(end.lastTransitionTime ?? "") + ttlSecondsAfterFinished * 1_000 - clock.now();
    if (leftMs > 0) return leftMs;
    cleaner.delete(job, { propagationPolicy: "Foreground" });
    return undefined;
  }
}

/** One look at one Job that has not ended. */
class JobSync {
  readonly #context: ControllerContext;
  readonly #writer: Writer;
  readonly #job: Live<Job>;
  #status: Status;

  constructor(context: ControllerContext, writer: Writer, job: Live<Job>) {
    this.#context = context;
    this.#writer = writer;
    this.#job = job;
    this.#status = job.status ?? {};
  }

  run(): number | undefined {
    const { cache, clock } = this.#context;
    const { suspend = false, activeDeadlineSeconds, selector } = this.#job.spec!;
    claim(cache, this.#writer, PODS, this.#job, (labels) => selects(selector, labels));
    this.#suspendOrResume(suspend);
    if (!suspend && !this.#status.startTime) this.#status = { ...this.#status, startTime: timestamp(clock) };
    const ended = this.#count();
    const deadlineMs = activeDeadlineSeconds === undefined || suspend
      ? Infinity
      : Date.parse(this.#status.startTime!) + activeDeadlineSeconds * 1_000 - clock.now();
    const failure = this.#failure(deadlineMs);
    let waitMs: number | undefined;
    if (failure) this.#fail(...failure);
    else if (this.#isComplete) this.#succeed();
    else waitMs = suspend ? this.#shrink(0) : this.#resize();
    this.#tell();
    for (const pod of ended) dropFinalizer(this.#writer, pod);
    return earliest([deadlineMs, waitMs ?? Infinity]);
  }

  get #pods(): Live<Pod>[] {
    return this.#context.cache.controlledBy(PODS, this.#job);
  }

  get #isIndexed(): boolean {
    return this.#job.spec!.completionMode === "Indexed";
  }

  get #isComplete(): boolean {
    const { completions } = this.#job.spec!;
    const { succeeded = 0 } = this.#status;
    if (completions !== undefined) return succeeded >= completions;
    return succeeded > 0 && !this.#pods.some(isActive);
  }

  /** Counts the Pods that have ended since the last look. */
  #count(): Live<Pod>[] {
    const ended = this.#pods.filter((pod) =>
      pod.metadata.finalizers?.includes(TRACKING) && (hasEnded(pod) || isTerminating(pod))
    );
    if (ended.length === 0) return ended;
    const successes = ended.filter(({ status }) => status?.phase === "Succeeded");
    const indexes = new Set([...parseIndexes(this.#status.completedIndexes), ...successes.map(indexOf)]);
    const succeeded = this.#isIndexed ? indexes.size : (this.#status.succeeded ?? 0) + successes.length;
    const failed = (this.#status.failed ?? 0) + ended.length - successes.length;
    this.#status = {
      ...this.#status,
      ...(this.#isIndexed && indexes.size > 0 && { completedIndexes: formatIndexes(indexes) }),
      ...(succeeded > 0 && { succeeded }),
      ...(failed > 0 && { failed }),
    };
    return ended;
  }

  #failure(deadlineMs: number): readonly [reason: string, message: string] | undefined {
    const { backoffLimit = 6, template } = this.#job.spec!;
    if (deadlineMs <= 0) return ["DeadlineExceeded", "Job was active longer than specified deadline"];
    const restarts = this.#pods.filter(isActive)
      .flatMap(({ status }) => [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []])
      .reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
    const restartsTooOften = template.spec?.restartPolicy === "OnFailure" && restarts > 0 && restarts >= backoffLimit;
    if ((this.#status.failed ?? 0) <= backoffLimit && !restartsTooOften) return undefined;
    return ["BackoffLimitExceeded", "Job has reached the specified backoff limit"];
  }

  #fail(reason: string, message: string): void {
    this.#condition("FailureTarget", "True", reason, message);
    this.#shrink(0);
    if (this.#pods.some((pod) => !hasEnded(pod))) return;
    this.#condition("Failed", "True", reason, message);
    this.#writer.event(this.#job, "Warning", reason, message);
  }

  #succeed(): void {
    const [reason, message] = ["CompletionsReached", "Reached expected number of succeeded pods"];
    this.#condition("SuccessCriteriaMet", "True", reason, message);
    this.#shrink(0);
    if (this.#pods.some((pod) => !hasEnded(pod))) return;
    this.#condition("Complete", "True", reason, message);
    this.#status = { ...this.#status, completionTime: timestamp(this.#context.clock) };
    this.#writer.event(this.#job, "Normal", "Completed", "Job completed");
  }

  #suspendOrResume(suspend: boolean): void {
    const isSuspended =
      this.#status.conditions?.some(({ type, status }) => type === "Suspended" && status === "True") ?? false;
    if (suspend === isSuspended) return;
    if (suspend) {
      const { startTime: _, ...status } = this.#status;
      this.#status = status;
      this.#condition("Suspended", "True", "JobSuspended", "Job suspended");
      this.#writer.event(this.#job, "Normal", "Suspended", "Job suspended");
    } else {
      this.#condition("Suspended", "False", "JobResumed", "Job resumed");
      this.#writer.event(this.#job, "Normal", "Resumed", "Job resumed");
      this.#status = { ...this.#status, startTime: timestamp(this.#context.clock) };
    }
  }

  /** Makes and deletes Pods; tells when to try again after a failure. */
  #resize(): number | undefined {
    const { parallelism = 1, completions } = this.#job.spec!;
    const { succeeded = 0 } = this.#status;
    const active = this.#pods.filter(isActive);
    const wanted = completions !== undefined
      ? Math.min(parallelism, completions - succeeded)
      : succeeded > 0
      ? Math.min(parallelism, active.length)
      : parallelism;
    if (active.length > wanted) return this.#shrink(wanted);
    if (active.length === wanted) return undefined;
    const waitMs = this.#backoffMs();
    if (waitMs > 0) return waitMs;
    const taken = new Set([...parseIndexes(this.#status.completedIndexes), ...active.map(indexOf)]);
    for (let i = active.length; i < wanted; i++) {
      let index = 0;
      while (taken.has(index)) index++;
      taken.add(index);
      createPod(this.#writer, this.#job, jobPod(this.#job, this.#isIndexed ? index : undefined));
    }
    return undefined;
  }

  #shrink(size: number): undefined {
    const active = this.#pods.filter(isActive).toSorted(compareForDeletion);
    for (const pod of active.slice(0, Math.max(0, active.length - size))) deletePod(this.#writer, this.#job, pod);
  }

  /** After a failure the next Pod waits, longer each time. */
  #backoffMs(): number {
    const { failed = 0 } = this.#status;
    if (failed === 0) return 0;
    const ends = this.#pods.filter(({ status }) => status?.phase === "Failed").flatMap(({ status }) =>
      (status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ""))
    ).filter((ms) => !Number.isNaN(ms));
    const waitMs = Math.min(BACKOFF_MS.max, BACKOFF_MS.first * 2 ** (failed - 1));
    return Math.max(-Infinity, ...ends) + waitMs - this.#context.clock.now();
  }

  #condition(type: JobCondition["type"], status: "True" | "False", reason: string, message: string): void {
    const now = timestamp(this.#context.clock);
    const condition = { lastProbeTime: now, lastTransitionTime: now, message, reason, status, type };
    this.#status = { ...this.#status, conditions: setCondition(this.#status.conditions, condition) };
  }

  #tell(): void {
    const active = this.#pods.filter(isActive);
    const { active: _, ...status } = this.#status;
    this.#writer.updateStatus(this.#context.cache.get(JOBS, this.#job.metadata.namespace, this.#job.metadata.name)!, {
      ...status,
      ...(active.length > 0 && { active: active.length }),
      ready: active.filter(isReady).length,
      terminating: this.#pods.filter((pod) => isTerminating(pod) && !hasEnded(pod)).length,
      uncountedTerminatedPods: {},
    });
  }
}

/**
 * Tells whether a Job has ended.
 *
 * @param job The Job.
 * @returns Whether it is complete or has failed.
 */
export function isFinished({ status }: Live<Job>): boolean {
  return status?.conditions?.some(isEnd) ?? false;
}

function isEnd({ type, status }: DeepReadonly<JobCondition>): boolean {
  return (type === "Complete" || type === "Failed") && status === "True";
}

function dropFinalizer(writer: Writer, pod: Live<Pod>): void {
  const { finalizers } = pod.metadata;
  if (!finalizers?.includes(TRACKING)) return;
  const kept = finalizers.filter((name) => name !== TRACKING);
  writer.updateMetadata(pod, { finalizers: kept.length === 0 ? undefined : kept });
}
