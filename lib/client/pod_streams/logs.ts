/**
 * The log of one container.
 *
 * @module
 */

import type { LogQuery } from "../../kube/pod_request.ts";
import type { Ref } from "../../kube/ref.ts";
import type { KindArgument } from "../kind_finder.ts";
import type { SendOptions } from "../sender.ts";
import { readLog, readLogText } from "./log_reader.ts";
import { defaultContainer, findPod, type Pod, type PodAccess } from "./pods.ts";

/** Options of {@linkcode Logs}. */
export interface LogOptions extends LogQuery, SendOptions {}

/** The log of one container: an iterable of lines, or a text. Nothing is asked before it is read. */
export class Logs implements AsyncIterable<string> {
  readonly #access: PodAccess;
  readonly #kind: KindArgument;
  readonly #ref: Ref;
  readonly #options: LogOptions;

  /**
   * Names a log.
   *
   * @param access Reads objects, carries the stream.
   * @param kind The kind: Pods, or anything that has Pods, of which the best is taken.
   * @param ref Which object.
   * @param options The container, by default the one that the Pod's annotation names, else its first; which part of its
   * log; the signal.
   */
  constructor(access: PodAccess, kind: KindArgument, ref: Ref, options: LogOptions = {}) {
    this.#access = access;
    this.#kind = kind;
    this.#ref = ref;
    this.#options = options;
  }

  /**
   * Reads line by line. With `follow` it ends when the container does; a connection that breaks is made anew, and no line
   * is lost or repeated.
   *
   * @yields One line after the other, without its line feed.
   * @throws {ApiError} If there is no such log.
   * @throws {TransportError} If the connection breaks and the log is not followed.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    const { pod, query, signal } = await this.#find();
    yield* readLog(this.#access, pod.metadata, query, { signal });
  }

  /**
   * Reads it as a whole.
   *
   * @returns The text, exactly as it was logged.
   * @throws {ApiError} If there is no such log.
   * @throws {TransportError} If the connection breaks.
   */
  async text(): Promise<string> {
    const { pod, query, signal } = await this.#find();
    return await readLogText(this.#access, pod.metadata, query, { signal });
  }

  async #find(): Promise<{ pod: Pod; query: LogQuery } & SendOptions> {
    const { signal, ...query } = this.#options;
    const { pod } = await findPod(this.#access, this.#kind, this.#ref, { signal });
    return { pod, query: { ...query, container: query.container ?? defaultContainer(pod) }, signal };
  }
}
