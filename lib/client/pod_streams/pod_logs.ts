/**
 * The logs of many Pods at once.
 *
 * @module
 */

import { backoffMs } from "../../base/backoff.ts";
import { type LogQuery, POD_TYPE } from "../../kube/pod_request.ts";
import type { Ref } from "../../kube/ref.ts";
import type { Selection } from "../../kube/selection.ts";
import { ApiError, TransportError } from "../errors.ts";
import type { KindArgument } from "../kind_finder.ts";
import type { SendOptions } from "../sender.ts";
import { readLog } from "./log_reader.ts";
import type { LogOptions } from "./logs.ts";
import { Merge } from "./merge.ts";
import { containerRuns, defaultContainer, type Pod, type PodAccess, selectorOf } from "./pods.ts";

/** Options of {@linkcode podLogs}. */
export interface PodLogOptions extends LogOptions {
  /** Whether all containers are meant, and not only one of each Pod. @default {false} */
  readonly allContainers?: boolean | undefined;
}

/** One line of the log of one of several containers. */
export interface LogLine {
  /** The Pod's namespace. */
  readonly namespace: string;
  /** The Pod's name. */
  readonly pod: string;
  /** The container's name. */
  readonly container: string;
  /** The line. */
  readonly line: string;
}

/**
 * Reads the logs of many Pods. Containers that have not started yet are left out; with `follow` they join when they
 * start, as do new Pods and containers that are started again, until the signal or the reader ends it.
 *
 * @param access Reads objects, carries the streams.
 * @param kind The kind: Pods, or anything that has Pods.
 * @param where Which object, or which Pods.
 * @param options Which containers, which part of their logs, the signal.
 * @yields One line after the other: with `follow` as they come, else one container after the other.
 * @throws {ApiError} If the server refuses.
 */
export async function* podLogs(
  access: PodAccess,
  kind: KindArgument,
  where: Ref | Selection,
  options: PodLogOptions = {},
): AsyncGenerator<LogLine> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const merge = new Merge<LogLine>();
  try {
    const selection = await selectionOf(access, kind, where, { signal });
    const reader = new PodLogs(access, selection, { ...options, signal });
    if (options.follow) merge.add(reader.follow(merge));
    yield* options.follow ? merge : reader.once();
  } finally {
    stop.abort();
    await merge.settled();
  }
}

/**
 * Prints a line as kubectl does with `--prefix`.
 *
 * @param line The line.
 * @returns For example `[pod/web-0/app] started`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const line = { namespace: "shop", pod: "web-0", container: "app", line: "started" };
 * strictEqual(formatLogLine(line), "[pod/web-0/app] started");
 * ```
 */
export function formatLogLine({ pod, container, line }: LogLine): string {
  return `[pod/${pod}/${container}] ${line}`;
}

async function selectionOf(
  { client }: PodAccess,
  kind: KindArgument,
  where: Ref | Selection,
  { signal }: SendOptions,
): Promise<Selection> {
  const type = await client.typeOf(kind, { signal });
  const isRef = typeof where === "string" || "name" in where || "metadata" in where;
  if (!isRef) {
    if (type.kind === "Pod") return where;
    throw new TypeError(`Cannot read the logs of all that is selected of kind "${type.kind}": select Pods, or name it`);
  }
  const object = await client.get(type, where, { signal });
  const { namespace, name } = object.metadata;
  if (type.kind === "Pod") return { namespace, fields: `metadata.name=${name}` };
  return { namespace, labels: selectorOf(object) };
}

const RETRY = { firstMs: 250, maxMs: 10_000 };
const WATCH_SECONDS = 290;

/** Reads the logs of the Pods that are selected. */
class PodLogs {
  readonly #access: PodAccess;
  readonly #selection: Selection;
  readonly #query: LogQuery;
  readonly #allContainers: boolean;
  readonly #signal: AbortSignal;
  readonly #seen = new Set<string>();

  constructor(
    access: PodAccess,
    selection: Selection,
    { signal, allContainers = false, ...query }: PodLogOptions & { readonly signal: AbortSignal },
  ) {
    this.#access = access;
    this.#selection = selection;
    this.#query = query;
    this.#allContainers = allContainers;
    this.#signal = signal;
  }

  async *once(): AsyncGenerator<LogLine> {
    const pods = await this.#access.client.list(POD_TYPE, { ...this.#selection, signal: this.#signal }).toArray();
    for (const pod of pods as Pod[]) {
      for (const log of this.#newLogs(pod, this.#query)) yield* log;
    }
  }

  // One list after the other, with a watch in between; it never ends by itself.
  // deno-lint-ignore require-yield -- the lines come from the logs that it adds
  async *follow(merge: Merge<LogLine>): AsyncGenerator<never> {
    const { client, clock } = this.#access;
    const selection = { ...this.#selection, signal: this.#signal };
    // Of what starts later, all is new.
    const { tailLines: _, sinceSeconds: _seconds, sinceTime: _time, ...whole } = this.#query;
    let query: LogQuery = this.#query;
    const add = (pod: Pod) => this.#newLogs(pod, query).forEach((log) => merge.add(log));
    for (let failures = 1;; failures++) {
      try {
        let resourceVersion = "";
        for await (const page of client.list(POD_TYPE, selection).pages()) {
          page.items.forEach((pod) => add(pod as Pod));
          resourceVersion = page.resourceVersion;
        }
        query = whole;
        const watch = { ...selection, resourceVersion, timeoutSeconds: WATCH_SECONDS };
        for await (const { type, object } of client.watch(POD_TYPE, watch)) {
          failures = 0;
          if (type === "ADDED" || type === "MODIFIED") add(object as Pod);
        }
      } catch (error) {
        const passes = error instanceof TransportError || (error instanceof ApiError && error.code >= 410);
        if (!passes) throw error;
      }
      await clock.sleep(backoffMs(Math.max(failures, 1), clock.random(), RETRY), this.#signal);
    }
  }

  #newLogs(pod: Pod, query: LogQuery): AsyncGenerator<LogLine>[] {
    const { container = defaultContainer(pod), previous } = query;
    return containerRuns(pod)
      .filter((run) => this.#allContainers || run.container === container)
      .filter(({ restarts }) => !previous || restarts > 0)
      .filter(({ container, restarts }) => this.#isNew(`${pod.metadata.uid}/${container}/${restarts}`))
      .map(({ container }) => this.#read(pod, { ...query, container }));
  }

  #isNew(key: string): boolean {
    return this.#seen.size < this.#seen.add(key).size;
  }

  async *#read({ metadata }: Pod, query: LogQuery & { readonly container: string }): AsyncGenerator<LogLine> {
    const { namespace, name: pod } = metadata;
    try {
      for await (const line of readLog(this.#access, metadata, query, { signal: this.#signal })) {
        yield { namespace, pod, container: query.container, line };
      }
    } catch (error) {
      // The Pod has gone since it was listed.
      if (!(error instanceof ApiError && error.isNotFound)) throw error;
    }
  }
}
