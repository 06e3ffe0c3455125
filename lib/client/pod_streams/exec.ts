/**
 * Commands in containers, and the processes that containers run.
 *
 * @module
 */

import { attachRequest, execRequest } from "../../kube/pod_request.ts";
import type { Ref } from "../../kube/ref.ts";
import type { KindArgument } from "../kind_finder.ts";
import type { Sender } from "../sender.ts";
import { defaultContainer, findPod, type Pod, type PodAccess } from "./pods.ts";
import { type ExecResult, type ProcessOptions, run, streamQuery } from "./run.ts";

/** Options of {@linkcode exec} and {@linkcode attach}. */
export interface ExecOptions extends ProcessOptions {
  /** The container; by default the one that the Pod's annotation names, else its first. */
  readonly container?: string | undefined;
}

/** What a process wrote while one was connected to it. */
export type AttachResult = Omit<ExecResult, "exitCode">;

/**
 * Runs a command in a container. An exit code other than 0 is no error.
 *
 * @param access Reads objects, carries the streams.
 * @param kind The kind: Pods, or anything that has Pods, of which the best is taken.
 * @param ref Which object.
 * @param command The program and its arguments; no shell is between.
 * @param options The container, the streams, the signal.
 * @returns The exit code, and what the command wrote.
 * @throws {TypeError} If there is no command.
 * @throws {ApiError} If it cannot be run, for the server's reason.
 * @throws {TransportError} If the connection breaks before the end.
 */
export async function exec(
  access: PodAccess,
  kind: KindArgument,
  ref: Ref,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  if (command.length === 0) throw new TypeError("Cannot run a command: its list is empty");
  const { pod } = await findPod(access, kind, ref, options);
  return await execIn(access.sender, pod, command, options);
}

/**
 * Runs a command in a container of a Pod that was read.
 *
 * @param sender Carries the streams.
 * @param pod The Pod.
 * @param command The program and its arguments.
 * @param options The container, the streams, the signal.
 * @returns The exit code, and what the command wrote.
 */
export async function execIn(
  sender: Pick<Sender, "connect">,
  pod: Pod,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { container = defaultContainer(pod) } = options;
  return await run(sender, execRequest(pod.metadata, { container, ...streamQuery(options), command }), options);
}

/**
 * Connects to the process that a container runs, until that ends.
 *
 * @param access Reads objects, carries the streams.
 * @param kind The kind: Pods, or anything that has Pods, of which the best is taken.
 * @param ref Which object.
 * @param options The container, the streams, the signal. Stdin and a terminal are there only if the container has them.
 * @returns What the process wrote meanwhile.
 * @throws {ApiError} If it is not running, for the server's reason.
 * @throws {TransportError} If the connection breaks before the end.
 */
export async function attach(
  access: PodAccess,
  kind: KindArgument,
  ref: Ref,
  options: ExecOptions = {},
): Promise<AttachResult> {
  const { pod } = await findPod(access, kind, ref, options);
  const { container = defaultContainer(pod) } = options;
  const request = attachRequest(pod.metadata, { container, ...streamQuery(options) });
  const { stdout, stderr } = await run(access.sender, request, options);
  return { stdout, stderr };
}
