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
import type { KindArgument } from "./kind_finder.ts";
import { copyFrom } from "./pod_streams/copy_from.ts";
import { copyTo } from "./pod_streams/copy_to.ts";
import { attach, exec, type ExecOptions } from "./pod_streams/exec.ts";
import type { PortArgument } from "./pod_streams/forwarded_port.ts";
import { type LogLine, type LogOptions, Logs, type PodLogOptions, podLogs } from "./pod_streams/logs.ts";
import { type PortForward, portForward, type PortForwardOptions } from "./pod_streams/port_forward.ts";
import type { ExecResult } from "./pod_streams/run.ts";
import type { CopyOptions, CopyResult } from "./pod_streams/tar.ts";
import { ResourceClient } from "./resource_client.ts";

/** Reads and writes objects, and reaches into Pods. */
export class PodClient extends ResourceClient {
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
   * @param options The container, the streams, the signal.
   * @returns The exit code, and what the command wrote.
   * @throws {ApiError} If it cannot be run, for the server's reason.
   */
  async exec(
    kind: KindArgument,
    ref: Ref,
    command: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> {
    return await exec(this.#access, kind, ref, command, options);
  }

  /**
   * Connects to the process that a container runs, until that ends.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param options The container, the streams, the signal.
   * @returns What the process wrote meanwhile.
   * @throws {ApiError} If it is not running, for the server's reason.
   */
  async attach(kind: KindArgument, ref: Ref, options: ExecOptions = {}): Promise<Omit<ExecResult, "exitCode">> {
    return await attach(this.#access, kind, ref, options);
  }

  /**
   * Opens ports on 127.0.0.1 that lead to a Pod: to another one if it is replaced.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param ports The ports, for example `80`, `"http"`, `"8080:80"`, `"0:80"` for any local port that is free.
   * @param options Who is told of connections that fail; the signal.
   * @returns The open ports; dispose them in the end.
   */
  async portForward(
    kind: KindArgument,
    ref: Ref,
    ports: readonly PortArgument[],
    options: PortForwardOptions = {},
  ): Promise<PortForward> {
    return await portForward(this.#access, kind, ref, ports, options);
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
   * @param options The container, the signal.
   * @returns What was copied.
   */
  async copyTo(
    kind: KindArgument,
    ref: Ref,
    local: string,
    remote: string,
    options: CopyOptions = {},
  ): Promise<CopyResult> {
    return await copyTo(this.#access, kind, ref, local, remote, options);
  }

  get #access(): ConstructorParameters<typeof Logs>[0] {
    return { client: this, sender: this.sender, clock: systemClock };
  }
}
