/**
 * The streams of Pods as verbs of the client: logs, exec, attach, port-forward, copy.
 *
 * They take Pods, or anything that has Pods, such as a Deployment, a Job or a Service: of these, the Pod is taken that
 * runs, is ready, and is there the longest.
 *
 * @module
 */

import { systemClock } from "../base/clock.ts";
import type { Ref } from "../kube/ref.ts";
import type { Selection } from "../kube/selection.ts";
import { orStandIn, type StandInOptions } from "./dry_run_error.ts";
import type { KindArgument } from "./kind_finder.ts";
import { copyFrom } from "./pod_streams/copy_from.ts";
import { copyTo } from "./pod_streams/copy_to.ts";
import { attach, type AttachResult, exec, type ExecOptions } from "./pod_streams/exec.ts";
import type { PortArgument } from "./pod_streams/forwarded_port.ts";
import { type LogOptions, Logs } from "./pod_streams/logs.ts";
import { type LogLine, type PodLogOptions, podLogs } from "./pod_streams/pod_logs.ts";
import type { PodAccess } from "./pod_streams/pods.ts";
import { type PortForward, portForward, type PortForwardOptions } from "./pod_streams/port_forward.ts";
import type { ExecResult } from "./pod_streams/run.ts";
import type { CopyOptions, CopyResult } from "./pod_streams/tar.ts";
import { SubresourceClient } from "./subresource_client.ts";

/** Reads and writes objects, and reaches into Pods. */
export class PodClient extends SubresourceClient {
  /**
   * Reads the log of one container.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param options The container, which part of its log, the signal.
   * @returns The log, to iterate over line by line or to read as a text.
   */
  logs(kind: KindArgument, ref: Ref, options: LogOptions = {}): Logs {
    return new Logs(this.#access, kind, ref, options);
  }

  /**
   * Reads the logs of many Pods. With `follow`, containers that start later join.
   *
   * @param kind The kind.
   * @param where Which object, or, of Pods, which of them.
   * @param options Which containers, which part of their logs, the signal.
   * @returns One line after the other, with the names of Pod and container.
   */
  podLogs(kind: KindArgument, where: Ref | Selection, options: PodLogOptions = {}): AsyncIterable<LogLine> {
    return podLogs(this.#access, kind, where, options);
  }

  /**
   * Runs a command in a container. An exit code other than 0 is no error.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param command The program and its arguments; no shell is between.
   * @param options The container, the streams, the signal; what to go on with in a dry run, which does not run it.
   * @returns The exit code, and what the command wrote.
   * @throws {ApiError} If it cannot be run, for the server's reason.
   * @throws {DryRunError} In a dry run without anything to go on with.
   */
  async exec(
    kind: KindArgument,
    ref: Ref,
    command: readonly string[],
    options: ExecOptions & StandInOptions<ExecResult> = {},
  ): Promise<ExecResult> {
    return await orStandIn(exec(this.#access, kind, ref, command, options), options);
  }

  /**
   * Connects to the process that a container runs, until that ends.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param options The container, the streams, the signal; what to go on with in a dry run, which does not connect.
   * @returns What the process wrote meanwhile.
   * @throws {ApiError} If it is not running, for the server's reason.
   * @throws {DryRunError} In a dry run without anything to go on with.
   */
  async attach(
    kind: KindArgument,
    ref: Ref,
    options: ExecOptions & StandInOptions<AttachResult> = {},
  ): Promise<AttachResult> {
    return await orStandIn(attach(this.#access, kind, ref, options), options);
  }

  /**
   * Opens ports on 127.0.0.1 that lead to a Pod: to another one if it is replaced.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param ports The ports, for example `80`, `"http"`, `"8080:80"`, `"0:80"` for any local port that is free.
   * @param options Who is told of connections that fail; the signal; what to go on with in a dry run, which opens none.
   * @returns The open ports; dispose them in the end.
   * @throws {DryRunError} In a dry run without anything to go on with.
   */
  async portForward(
    kind: KindArgument,
    ref: Ref,
    ports: readonly PortArgument[],
    options: PortForwardOptions & StandInOptions<PortForward> = {},
  ): Promise<PortForward> {
    return await orStandIn(portForward(this.#access, kind, ref, ports, options), options);
  }

  /**
   * Copies a file or a folder out of a container.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param remote The path in the container.
   * @param local The path of the copy itself.
   * @param options The container, the signal.
   * @returns What was copied.
   */
  async copyFrom(
    kind: KindArgument,
    ref: Ref,
    remote: string,
    local: string,
    options: CopyOptions = {},
  ): Promise<CopyResult> {
    return await copyFrom(this.#access, kind, ref, remote, local, options);
  }

  /**
   * Copies a file or a folder into a container.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param local The file or folder.
   * @param remote The path of the copy itself.
   * @param options The container, the signal; what to go on with in a dry run, which copies nothing.
   * @returns What was copied.
   * @throws {DryRunError} In a dry run without anything to go on with.
   */
  async copyTo(
    kind: KindArgument,
    ref: Ref,
    local: string,
    remote: string,
    options: CopyOptions & StandInOptions<CopyResult> = {},
  ): Promise<CopyResult> {
    return await orStandIn(copyTo(this.#access, kind, ref, local, remote, options), options);
  }

  get #access(): PodAccess {
    return { client: this, sender: this.sender, clock: systemClock };
  }
}
