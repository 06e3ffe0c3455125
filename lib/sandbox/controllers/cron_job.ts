/**
 * CronJobs: Jobs at the times of a schedule.
 *
 * @module
 */

import { Cron } from "croner";
import type { CronJob, Job } from "../../kinds/batch/v1.ts";
import type { Live } from "../../kube/live.ts";
import { isTerminating } from "../../kube/owner.ts";
import {
  compareAge,
  type Controller,
  type ControllerContext,
  type Watch,
  watchControlled,
  watchSelf,
} from "./controller.ts";
import { formatTime } from "../../kube/time.ts";
import { isFinished } from "./job.ts";
import { CRON_JOBS, JOBS } from "./kinds.ts";
import { controllerReference } from "./pods.ts";
import type { Writer } from "./writer.ts";
import type { Cache } from "./cache.ts";
import type { Clock } from "../../base/clock.ts";

const SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp";
const MINUTE_MS = 60_000;

/**
 * Makes the controller of CronJobs.
 *
 * @param context What it works with.
 * @returns The controller.
 */
export function cronJobController(context: ControllerContext): Controller {
  return new CronJobController(context);
}

class CronJobController implements Controller {
  readonly name = "cronjob";
  readonly watches: readonly Watch[];
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #writer: Writer;

  constructor(context: ControllerContext) {
    const { cache, clock } = context;
    const writer = context.writer("cronjob-controller");
    this.watches = [watchSelf(CRON_JOBS), watchControlled(cache, JOBS, CRON_JOBS)];
    this.#cache = cache;
    this.#clock = clock;
    this.#writer = writer;
  }

  reconcile(key: string): number | undefined {
    const cron = this.#cache.byKey(CRON_JOBS, key);
    if (!cron || isTerminating(cron)) return undefined;
    this.#noteEnds(cron);
    this.#cleanUp(cron, "Complete", cron.spec!.successfulJobsHistoryLimit ?? 3);
    this.#cleanUp(cron, "Failed", cron.spec!.failedJobsHistoryLimit ?? 1);
    if (cron.spec!.suspend) return undefined;
    const schedule = new Cron(cron.spec!.schedule, { timezone: cron.spec!.timeZone ?? "UTC", paused: true });
    this.#runIfDue(this.#cache.byKey(CRON_JOBS, key)!, schedule);
    const nextMs = schedule.nextRun(new Date(this.#clock.now()))?.getTime();
    return nextMs === undefined ? undefined : nextMs - this.#clock.now();
  }

  #runIfDue(cron: Live<CronJob>, schedule: Cron): void {
    const { startingDeadlineSeconds, concurrencyPolicy, jobTemplate } = cron.spec!;
    const sinceMs = Math.max(
      Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp ?? ""),
      startingDeadlineSeconds === undefined ? -Infinity : this.#clock.now() - startingDeadlineSeconds * 1_000,
    );
    const dueMs = lastRunMs(schedule, sinceMs, this.#clock.now());
    if (dueMs === undefined) return;
    const active = this.#jobsOf(cron).filter((job) => !isFinished(job));
    if (concurrencyPolicy === "Forbid" && active.length > 0) {
      const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
      this.#writer.event(cron, "Normal", "JobAlreadyActive", message);
      return;
    }
    if (concurrencyPolicy === "Replace") { for (const job of active) this.#deleteJob(cron, job); }
    const { name, namespace } = cron.metadata;
    const jobName = `${name.slice(0, 52)}-${Math.floor(dueMs / MINUTE_MS)}`;
    if (!this.#cache.get(JOBS, namespace, jobName)) {
      const { labels, annotations } = jobTemplate.metadata ?? {};
      this.#writer.create(JOBS, {
        metadata: {
          name: jobName,
          namespace,
          ...(labels && { labels }),
          annotations: { ...annotations, [SCHEDULED_AT]: formatTime(dueMs) },
          ownerReferences: [controllerReference(cron)],
        },
        spec: jobTemplate.spec!,
      });
      this.#writer.event(cron, "Normal", "SuccessfulCreate", `Created job ${jobName}`);
    }
    this.#tell(cron, { lastScheduleTime: formatTime(dueMs) });
  }

  #noteEnds(cron: Live<CronJob>): void {
    const known = new Set(cron.status?.active?.map(({ name }) => name));
    const ended = this.#jobsOf(cron).filter((job) => isFinished(job) && known.has(job.metadata.name));
    for (const job of ended) {
      const condition = job.status!.conditions!.some(({ type }) => type === "Complete") ? "Complete" : "Failed";
      this.#writer.event(
        cron,
        "Normal",
        "SawCompletedJob",
        `Saw completed job: ${job.metadata.name}, condition: ${condition}`,
      );
    }
    const times = this.#jobsOf(cron).flatMap(({ status }) => status?.completionTime ?? []);
    const last = [...times, ...(cron.status?.lastSuccessfulTime ? [cron.status.lastSuccessfulTime] : [])].sort().at(-1);
    this.#tell(cron, last === undefined ? {} : { lastSuccessfulTime: last });
  }

  #cleanUp(cron: Live<CronJob>, condition: "Complete" | "Failed", limit: number): void {
    const ended = this.#jobsOf(cron).toSorted(compareAge).filter(({ status }) =>
      status?.conditions?.some(({ type, status }) => type === condition && status === "True")
    );
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) this.#deleteJob(cron, job);
  }

  #deleteJob(cron: Live<CronJob>, job: Live<Job>): void {
    this.#writer.delete(job, { propagationPolicy: "Background" });
    this.#writer.event(cron, "Normal", "SuccessfulDelete", `Deleted job ${job.metadata.name}`);
  }

  #jobsOf(cron: Live<CronJob>): Live<Job>[] {
    return this.#cache.controlledBy(JOBS, cron).filter((job) => !isTerminating(job));
  }

  #tell(cron: Live<CronJob>, more: Readonly<Record<string, string>>): void {
    const current = this.#cache.get(CRON_JOBS, cron.metadata.namespace, cron.metadata.name)!;
    const active = this.#jobsOf(cron).filter((job) => !isFinished(job)).map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      namespace: metadata.namespace,
      resourceVersion: metadata.resourceVersion,
      uid: metadata.uid,
    }));
    const before = current.status?.active ?? [];
    // A reference names the state of a Job when it was seen first.
    const references = active.map((job) => before.find(({ uid }) => uid === job.uid) ?? job);
    const { active: _, ...status } = current.status ?? {};
    this.#writer.updateStatus(current, { ...(references.length > 0 && { active: references }), ...status, ...more });
  }
}

/** The last time of a schedule after one time and up to another. */
function lastRunMs(schedule: Cron, afterMs: number, untilMs: number): number | undefined {
  // A start in the distant past must not mean a walk through all times since.
  const [previous] = schedule.previousRuns(1, new Date(untilMs + 1_000));
  const ms = previous?.getTime();
  return ms !== undefined && ms > afterMs && ms <= untilMs ? ms : undefined;
}
