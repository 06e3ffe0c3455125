/**
 * A Pod that runs in the sandbox: which of its containers is to run when, and what its status says.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Container, Pod, PodStatus } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { formatTime } from "../../kube/time.ts";
import { earliest } from "../controllers/pods.ts";
import { RunningContainer } from "./container.ts";
import { podStatus } from "./pod_status.ts";
import type { ContainerBehavior } from "./script.ts";

/** What a worker is made of. */
export interface PodWorkerOptions {
  /** The Pod. */
  readonly pod: Live<Pod>;
  /** What containers do. */
  readonly behaviors: readonly ContainerBehavior[];
  /** The clock. */
  readonly clock: Clock;
  /** How long it takes to start the Pod. */
  readonly startMs: number;
  /** The address of the Pod. */
  readonly podIP: string;
  /** The address of its Node. */
  readonly hostIP: string;
  /** Called when something changed by itself. */
  readonly onChange: () => void;
  /** Records an event. */
  readonly onEvent: (type: "Normal" | "Warning", reason: string, message: string) => void;
}

const BACKOFF_MS = { first: 10_000, max: 300_000 };

/** Runs the containers of one Pod. */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #initContainers: readonly RunningContainer[];
  readonly #containers: readonly RunningContainer[];
  readonly #startedMs: number;
  readonly #restartAt = new Map<RunningContainer, number>();
  #killAtMs: number | undefined;

  /**
   * Makes a worker; nothing runs yet.
   *
   * @param options What it is made of.
   */
  constructor(options: PodWorkerOptions) {
    this.#options = options;
    this.#startedMs = options.clock.now();
    const make = (spec: DeepReadonly<Container>) => new RunningContainer({ ...options, spec });
    this.#initContainers = options.pod.spec?.initContainers?.map(make) ?? [];
    this.#containers = options.pod.spec?.containers.map(make) ?? [];
  }

  /** The uid of the Pod. */
  get uid(): string {
    return this.#options.pod.metadata.uid;
  }

  /** The Pod, as it was when it was started. */
  get pod(): Live<Pod> {
    return this.#options.pod;
  }

  /** What containers do. */
  get behaviors(): readonly ContainerBehavior[] {
    return this.#options.behaviors;
  }

  /**
   * Finds a container.
   *
   * @param name Its name.
   * @returns The container, if there is one.
   */
  find(name: string): RunningContainer | undefined {
    return [...this.#initContainers, ...this.#containers].find(({ spec }) => spec.name === name);
  }

  /**
   * Starts what is to run now.
   *
   * @returns When to look again without a change, in milliseconds from now.
   */
  advance(): number | undefined {
    const nowMs = this.#options.clock.now();
    const startsInMs = this.#startedMs + this.#options.startMs - nowMs;
    if (startsInMs > 0) return startsInMs;
    for (const container of this.#initContainers) {
      const isSidecar = container.spec.restartPolicy === "Always";
      this.#keep(container, isSidecar ? "Always" : this.#policy === "Never" ? "Never" : "OnFailure");
      const isDone = isSidecar ? container.isRunning : container.exitCode === 0;
      if (!isDone) return this.#nextRestart(nowMs);
    }
    for (const container of this.#containers) this.#keep(container, this.#policy);
    // Sidecars end with the last of those for which they are there.
    if (this.#hasEnded) { for (const container of this.#initContainers) container.stop(); }
    return this.#nextRestart(nowMs);
  }

  /**
   * Ends all containers: asks first, kills when the time is over.
   *
   * @param graceMs How long they have.
   * @returns When to look again; 0 or less if all have ended.
   */
  stop(graceMs: number): number {
    const { clock, onEvent } = this.#options;
    const running = () => [...this.#containers, ...this.#initContainers].filter(({ isRunning }) => isRunning);
    if (this.#killAtMs === undefined) {
      for (const { spec } of running()) onEvent("Normal", "Killing", `Stopping container ${spec.name}`);
    }
    this.#killAtMs = Math.min(this.#killAtMs ?? Infinity, clock.now() + graceMs);
    for (const container of running()) container.stop();
    const leftMs = this.#killAtMs - clock.now();
    if (leftMs <= 0) { for (const container of running()) container.kill(); }
    return running().length === 0 ? 0 : leftMs;
  }

  /**
   * Tells the status of the Pod.
   *
   * @param pod The Pod as it is stored.
   * @returns The status.
   */
  status(pod: Live<Pod>): DeepReadonly<PodStatus> {
    const { clock, podIP, hostIP, startMs } = this.#options;
    return podStatus(pod, {
      initContainers: this.#initContainers,
      containers: this.#containers,
      startTime: formatTime(this.#startedMs),
      isPlaced: clock.now() >= this.#startedMs + startMs,
      isGoing: this.#killAtMs !== undefined,
      podIP,
      hostIP,
      now: formatTime(clock.now()),
    });
  }

  get #policy(): string {
    return this.#options.pod.spec?.restartPolicy ?? "Always";
  }

  get #hasEnded(): boolean {
    return this.#containers.every(({ exitCode }) => exitCode !== undefined && !restarts(this.#policy, exitCode));
  }

  /** Starts a container that is to run, after a while if it has ended again and again. */
  #keep(container: RunningContainer, policy: string): void {
    const { clock, onEvent } = this.#options;
    const { exitCode, restarts: count, spec: { name, image } } = container;
    const { metadata } = this.pod;
    let restartAtMs = this.#restartAt.get(container);
    if (exitCode !== undefined) {
      if (!restarts(policy, exitCode)) return;
      const waitMs = count === 0 ? 0 : Math.min(BACKOFF_MS.max, BACKOFF_MS.first * 2 ** (count - 1));
      restartAtMs = clock.now() + waitMs;
      this.#restartAt.set(container, restartAtMs);
      if (waitMs > 0) {
        const who = `restarting failed container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
        container.backOff(`back-off ${formatBackoff(waitMs)} ${who}`);
        const short = `container ${name} in pod ${metadata.name}_${metadata.namespace}(${metadata.uid})`;
        onEvent("Warning", "BackOff", `Back-off restarting failed ${short}`);
        return;
      }
    }
    if (container.isRunning || (restartAtMs ?? 0) > clock.now()) return;
    this.#restartAt.delete(container);
    onEvent("Normal", "Pulled", `Container image "${image}" already present on machine`);
    onEvent("Normal", "Created", "Container created");
    onEvent("Normal", "Started", "Container started");
    container.start();
  }

  #nextRestart(nowMs: number): number | undefined {
    return earliest([...this.#restartAt.values()].map((atMs) => atMs - nowMs));
  }
}

/**
 * Tells whether a container that has ended is started again.
 *
 * @param policy When it is.
 * @param exitCode How it ended.
 * @returns Whether it is.
 */
export function restarts(policy: string, exitCode: number): boolean {
  return policy === "Always" || policy === "OnFailure" && exitCode !== 0;
}

function formatBackoff(ms: number): string {
  const [minutes, seconds] = [Math.floor(ms / 60_000), ms / 1_000 % 60];
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
