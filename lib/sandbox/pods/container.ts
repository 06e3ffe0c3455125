/**
 * A container that runs in the sandbox: its process, its log, and who is connected to it.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { TerminalSize } from "../../client/pod_streams/channels.ts";
import type { Container, ContainerState, ContainerStatus, Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { controllerOf } from "../../kube/owner.ts";
import { formatTime } from "../../kube/time.ts";
import { ContainerLog } from "./container_log.ts";
import {
  behaviorOf,
  type ContainerBehavior,
  type ContainerScript,
  environmentOf,
  type ProcessOutput,
} from "./script.ts";

/** The streams that somebody brings who runs a command, or connects to a container. */
export interface ProcessStreams {
  /** What is written to the process. */
  readonly stdin: ReadableStream<Uint8Array> | undefined;
  /** Its output. */
  readonly stdout: ProcessOutput;
  /** Its errors. */
  readonly stderr: ProcessOutput;
  /** Whether there is a terminal. */
  readonly tty: boolean;
  /** The sizes of the terminal. */
  readonly sizes: ReadableStream<TerminalSize>;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** What a container is made of. */
export interface ContainerOptions {
  /** The Pod. */
  readonly pod: Live<Pod>;
  /** The container. */
  readonly spec: DeepReadonly<Container>;
  /** What containers do. */
  readonly behaviors: readonly ContainerBehavior[];
  /** The clock. */
  readonly clock: Clock;
  /** Called whenever its status has changed by itself. */
  readonly onChange: () => void;
}

/** One container of one Pod. */
export class RunningContainer {
  /** The container. */
  readonly spec: DeepReadonly<Container>;
  /** The log of this run; absent as long as it has not begun. */
  log: ContainerLog | undefined;
  /** The log of the run before. */
  previousLog: ContainerLog | undefined;
  readonly #options: ContainerOptions;
  readonly #outputs = new Set<ProcessStreams>();
  #restarts = 0;
  #ready = false;
  #state: DeepReadonly<ContainerState> = { waiting: { reason: "ContainerCreating" } };
  #last: DeepReadonly<ContainerState> = {};
  #abort = new AbortController();
  #stdin: TransformStream<Uint8Array, Uint8Array> | undefined;
  #sizes: TransformStream<TerminalSize, TerminalSize> | undefined;
  #ended = Promise.withResolvers<void>();

  /**
   * Makes a container that does not run yet.
   *
   * @param options What it is made of.
   */
  constructor(options: ContainerOptions) {
    this.#options = options;
    this.spec = options.spec;
  }

  /** Whether it waits, runs or has ended. */
  get state(): DeepReadonly<ContainerState> {
    return this.#state;
  }

  /** Whether its process runs. */
  get isRunning(): boolean {
    return this.#state.running !== undefined;
  }

  /** The exit code, once it has ended. */
  get exitCode(): number | undefined {
    return this.#state.terminated?.exitCode;
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts its process, anew if it has run before. */
  start(): void {
    const { pod, behaviors, clock } = this.#options;
    if (this.#state.terminated) this.#last = this.#state;
    if (this.log) {
      this.#restarts++;
      this.previousLog = this.log;
    }
    this.log = new ContainerLog(clock);
    this.#state = { running: { startedAt: formatTime(clock.now()) } };
    this.#abort = new AbortController();
    this.#ended = Promise.withResolvers();
    this.#ready = behaviorOf(behaviors, "ready", pod, this.spec) ?? true;
    const script = behaviorOf(behaviors, "run", pod, this.spec);
    if (script) void this.#run(script);
    else if (controllerOf(pod)?.kind === "Job") this.#end(0);
  }

  /**
   * Waits before it is started again.
   *
   * @param message Why.
   */
  backOff(message: string): void {
    if (this.#state.terminated) this.#last = this.#state;
    this.#state = { waiting: { reason: "CrashLoopBackOff", message } };
  }

  /** Asks its process to end. */
  stop(): void {
    const { pod, behaviors } = this.#options;
    if (!this.isRunning) return;
    this.#abort.abort(new DOMException("the container is stopped", "AbortError"));
    if (!behaviorOf(behaviors, "run", pod, this.spec)) this.#end(0);
  }

  /** Ends its process without asking. */
  kill(): void {
    this.#abort.abort(new DOMException("the container is killed", "AbortError"));
    this.#end(137);
  }

  /**
   * Tells its status.
   *
   * @returns The status.
   */
  status(): DeepReadonly<ContainerStatus> {
    const { pod } = this.#options;
    const { name, image = "" } = this.spec;
    const hasBegun = this.log !== undefined;
    const containerID = `sandbox://${pod.metadata.uid}-${name}-${this.#restarts}`;
    const state = this.#state.terminated ? { terminated: { containerID, ...this.#state.terminated } } : this.#state;
    return {
      ...(hasBegun && { containerID }),
      image,
      imageID: hasBegun ? `sandbox://${image}` : "",
      lastState: this.#last,
      name,
      ready: this.isRunning && this.#ready,
      restartCount: this.#restarts,
      started: this.isRunning,
      state,
    };
  }

  /**
   * Tells whether the container is ready.
   *
   * @param isReady Whether it is.
   */
  setReady(isReady: boolean): void {
    if (this.#ready === isReady) return;
    this.#ready = isReady;
    this.#options.onChange();
  }

  /**
   * Runs a command.
   *
   * @param args The program and its arguments.
   * @param streams Its streams.
   * @returns Its exit code.
   */
  async exec(args: readonly string[], streams: ProcessStreams): Promise<number> {
    const { pod, behaviors } = this.#options;
    const script = behaviorOf(behaviors, "exec", pod, this.spec) ?? refuseCommand;
    const signal = AbortSignal.any([streams.signal, this.#abort.signal]);
    const { stdin = emptyStream(), stdout, stderr, sizes, tty } = streams;
    return await script({ ...this.#context(args, signal), stdin, stdout, stderr, sizes, tty }) ?? 0;
  }

  /**
   * Connects streams with the process, until it ends or nobody waits any more.
   *
   * @param streams The streams.
   */
  async attach(streams: ProcessStreams): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    streams.signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    this.#outputs.add(streams);
    const preventClose = !this.spec.stdinOnce;
    const quietly = () => {}; // that one side is gone is for the other no fault
    if (this.#stdin) {
      streams.stdin?.pipeTo(this.#stdin.writable, { preventClose, preventAbort: true, signal: streams.signal }).catch(
        quietly,
      );
    }
    if (this.#sizes) {
      streams.sizes.pipeTo(this.#sizes.writable, { preventClose: true, preventAbort: true, signal: streams.signal })
        .catch(quietly);
    }
    await Promise.race([this.#ended.promise, aborted.promise]);
    this.#outputs.delete(streams);
  }

  async #run(script: ContainerScript): Promise<void> {
    const { stdin, tty = false, command = [], args = [] } = this.spec;
    this.#stdin = stdin ? new TransformStream() : undefined;
    this.#sizes = tty ? new TransformStream(undefined, { highWaterMark: 16 }) : undefined;
    const abort = this.#abort;
    let exitCode = 0;
    let failure: string | undefined;
    // What is started synchronously must not end before its start is noted.
    await Promise.resolve();
    try {
      exitCode = await script({
        ...this.#context([...command, ...args], abort.signal),
        stdin: this.#stdin?.readable ?? emptyStream(),
        stdout: this.#output("stdout"),
        stderr: this.#output(tty ? "stdout" : "stderr"),
        sizes: this.#sizes?.readable ?? emptyStream(),
        tty,
      }) ?? 0;
    } catch (error) {
      // That it is torn from its work is no fault of a script.
      if (abort.signal.aborted) exitCode = 143;
      else [exitCode, failure] = [128, String(error)];
    }
    if (abort !== this.#abort || !this.isRunning) return;
    this.#end(exitCode, failure);
    this.#options.onChange();
  }

  #context(args: readonly string[], signal: AbortSignal) {
    const { pod } = this.#options;
    const setReady = (isReady: boolean) => this.setReady(isReady);
    return { pod, container: this.spec, args, env: environmentOf(this.spec), signal, setReady };
  }

  #output(name: "stdout" | "stderr"): ProcessOutput {
    const log = this.log!;
    return {
      write: async (data) => {
        const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
        log.append(bytes);
        // Who does not listen any more is told by their own stream.
        await Promise.allSettled([...this.#outputs].map((streams) => streams[name].write(bytes)));
      },
    };
  }

  #end(exitCode: number, failure?: string): void {
    const { running } = this.#state;
    if (!running) return;
    const finishedAt = formatTime(this.#options.clock.now());
    const reason = failure === undefined ? (exitCode === 0 ? "Completed" : "Error") : "StartError";
    this.#state = {
      terminated: {
        exitCode,
        finishedAt,
        ...(failure !== undefined && { message: failure }),
        reason,
        startedAt: running.startedAt!,
      },
    };
    this.log?.close();
    this.#ended.resolve();
  }
}

function refuseCommand({ args }: { readonly args: readonly string[] }): never {
  throw new TypeError(`Cannot start container process: exec: "${args[0]}": executable file not found in $PATH`);
}

function emptyStream<T>(): ReadableStream<T> {
  return ReadableStream.from<T>([]);
}
