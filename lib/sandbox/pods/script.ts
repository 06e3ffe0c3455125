/**
 * What containers do in the sandbox: functions instead of images.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { TerminalSize } from "../../client/pod_streams/channels.ts";
import type { ByteStream } from "../../client/transport/byte_stream.ts";
import type { Container, Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";

/** Where a process writes to. */
export interface ProcessOutput {
  /**
   * Writes.
   *
   * @param data A text or bytes.
   * @returns Settles when there is room for more.
   */
  write(data: string | Uint8Array): Promise<void>;
}

/** What a process works with. */
export interface ProcessContext {
  /** The Pod, as it was when the process was started. */
  readonly pod: Live<Pod>;
  /** The container. */
  readonly container: DeepReadonly<Container>;
  /** The program and its arguments: of the container, or the command that is to be run in it. */
  readonly args: readonly string[];
  /** The variables that the container names with their values. */
  readonly env: Readonly<Record<string, string>>;
  /** What is written to it; empty if nobody writes. */
  readonly stdin: ReadableStream<Uint8Array>;
  /** Its output. */
  readonly stdout: ProcessOutput;
  /** Its errors; with a terminal the same as `stdout`. */
  readonly stderr: ProcessOutput;
  /** Aborted when it is to end: the Pod goes, or nobody waits for the command any more. */
  readonly signal: AbortSignal;
  /** Whether it has a terminal. */
  readonly tty: boolean;
  /** The sizes of the terminal, as they change. */
  readonly sizes: ReadableStream<TerminalSize>;
  /**
   * Tells whether the container is ready; commands that are run in it can tell, too.
   *
   * @param isReady Whether it is.
   */
  setReady(isReady: boolean): void;
}

/**
 * What a process does.
 *
 * @param context What it works with.
 * @returns Its exit code, 0 if nothing is returned. What it throws is why it could not run.
 *
 * @example Usage
 * ```ts
 * import type { ContainerScript } from "./script.ts";
 *
 * const hello: ContainerScript = async ({ stdout, args }) => {
 *   await stdout.write(`hello ${args[0]}\n`);
 *   return 3;
 * };
 * ```
 */
export type ContainerScript = (context: ProcessContext) => Promise<number | void> | number | void;

/**
 * What answers at a port of a Pod: a port of this machine, or a function that carries a connection.
 *
 * It gets the connection from the other side, which ends when the function does.
 */
export type PortTarget =
  | { readonly hostname: string; readonly port: number }
  | ((connection: ByteStream) => Promise<void>);

/** What containers do. All that is named must fit; what is not named fits all. */
export interface ContainerBehavior {
  /** Their image: the whole text, or a pattern. */
  readonly image?: string | RegExp | undefined;
  /** Their name. */
  readonly name?: string | undefined;
  /** Labels of their Pods. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Their process. By default it runs until the Pod goes; in the Pods of Jobs it succeeds at once. */
  readonly run?: ContainerScript | undefined;
  /** Commands that are run in them. By default there is no such program. */
  readonly exec?: ContainerScript | undefined;
  /** Whether they are ready as soon as they run; if not, their scripts tell. @default {true} */
  readonly ready?: boolean | undefined;
  /**
   * Finds what answers at a port.
   *
   * @param port The port.
   * @param pod The Pod.
   * @returns What answers; `undefined` if nothing does.
   */
  readonly port?: ((port: number, pod: Live<Pod>) => PortTarget | undefined) | undefined;
}

/**
 * Finds what a container does.
 *
 * @typeParam K What is looked for.
 * @param behaviors What is known, of which the first that fits counts.
 * @param what What is looked for.
 * @param pod The Pod.
 * @param container The container.
 * @returns It, if any behavior that fits names it.
 */
export function behaviorOf<K extends "run" | "exec" | "ready" | "port">(
  behaviors: readonly ContainerBehavior[],
  what: K,
  pod: Live<Pod>,
  container: DeepReadonly<Container>,
): ContainerBehavior[K] {
  return behaviors.find((behavior) => behavior[what] !== undefined && fits(behavior, pod, container))?.[what];
}

/**
 * Reads the variables of a container whose values are in the Pod itself.
 *
 * @param container The container.
 * @returns The variables.
 */
export function environmentOf({ env = [] }: DeepReadonly<Container>): Readonly<Record<string, string>> {
  return Object.fromEntries(env.flatMap(({ name, value }) => value === undefined ? [] : [[name, value]]));
}

function fits(
  { image, name, labels = {} }: ContainerBehavior,
  { metadata }: Live<Pod>,
  container: DeepReadonly<Container>,
): boolean {
  const ofContainer = container.image ?? "";
  return (image === undefined || (typeof image === "string" ? image === ofContainer : image.test(ofContainer))) &&
    (name === undefined || name === container.name) &&
    Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value);
}
