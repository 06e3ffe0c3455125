/**
 * Reads the log of one container. Following it survives a connection that breaks: it goes on after the last line that
 * came, without losing or repeating one.
 *
 * @module
 */

import { backoffMs } from "../../base/backoff.ts";
import { readLines } from "../../base/lines.ts";
import { type LogQuery, logRequest, type PodAddress } from "../../kube/pod_request.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { refuse } from "../answer.ts";
import { ApiError, TransportError } from "../errors.ts";
import type { SendOptions } from "../sender.ts";
import type { PodAccess } from "./pods.ts";

/** What reading a log needs. */
export type LogAccess = Pick<PodAccess, "sender" | "clock">;

const RETRY = { firstMs: 250, maxMs: 10_000 };

/**
 * Reads the log of a container.
 *
 * @param access Carries the stream.
 * @param pod Which Pod.
 * @param query Which container, and which part of its log.
 * @param options The signal that ends it.
 * @returns One line after the other.
 * @throws {ApiError} If there is no such log.
 * @throws {TransportError} If the connection breaks, unless the log is followed.
 */
export function readLog(
  access: LogAccess,
  pod: PodAddress,
  query: LogQuery,
  options: SendOptions,
): AsyncIterable<string> {
  // With a limit in bytes, it is not known how much of it a connection that broke has used up.
  if (query.follow && query.limitBytes === undefined) return followLog(access, pod, query, options);
  return stream(access, logRequest(pod, query), linesOf, options);
}

/**
 * Reads the log of a container as one text, exactly as it is.
 *
 * @param access Carries the stream.
 * @param pod Which Pod.
 * @param query Which container, and which part of its log.
 * @param options The signal that ends it.
 * @returns The text.
 * @throws {ApiError} If there is no such log.
 */
export async function readLogText(
  access: LogAccess,
  pod: PodAddress,
  query: LogQuery,
  options: SendOptions,
): Promise<string> {
  const parts = await Array.fromAsync(stream(access, logRequest(pod, query), textOf, options));
  return parts.join("");
}

async function* followLog(
  access: LogAccess,
  pod: PodAddress,
  query: LogQuery,
  options: SendOptions,
): AsyncGenerator<string> {
  const { clock } = access;
  const place = new LogPlace();
  let opened = false;
  const read = (response: Response) => {
    opened = true;
    return linesOf(response);
  };
  for (let failures = 1;; failures++) {
    const request = logRequest(pod, { ...query, timestamps: true, ...place.resume() });
    try {
      for await (const line of stream(access, request, read, options)) {
        failures = 0;
        if (place.isNew(line)) yield query.timestamps ? line : line.slice(line.indexOf(" ") + 1);
      }
      return;
    } catch (error) {
      if (opened && error instanceof ApiError && error.isNotFound) return; // the Pod is gone, and its log with it
      if (!opened || !mayPass(error)) throw error;
      await clock.sleep(backoffMs(failures, clock.random(), RETRY), options.signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof TransportError || (error instanceof ApiError && (error.code >= 500 || error.code === 429));
}

/**
 * How far a log was read. It can be asked for again only from a whole second on, so the lines of the last second are
 * counted; those that come again are as many, in the same order.
 */
class LogPlace {
  #latest = "";
  #count = 0;
  #toSkip = 0;

  resume(): Pick<LogQuery, "sinceTime" | "tailLines" | "sinceSeconds"> {
    if (this.#latest === "") return {};
    this.#toSkip = this.#count;
    const zone = this.#latest.slice("2026-01-01T00:00:00.000000000".length);
    return { sinceTime: secondOf(this.#latest) + zone, tailLines: undefined, sinceSeconds: undefined };
  }

  isNew(line: string): boolean {
    const time = line.slice(0, line.indexOf(" "));
    // A later line cannot have come before, even if the log was rotated and some of those that had are gone.
    if (this.#toSkip > 0 && time <= this.#latest) {
      this.#toSkip--;
      return false;
    }
    this.#toSkip = 0;
    const second = secondOf(this.#latest);
    if (secondOf(time) > second) this.#count = 0;
    if (secondOf(time) >= second) this.#count++;
    if (time > this.#latest) this.#latest = time;
    return true;
  }
}

// Times of one log have the same form, with nine digits and the zone of the node, so they compare as texts.
function secondOf(time: string): string {
  return time.slice(0, "2026-01-01T00:00:00".length);
}

async function* stream<T>(
  { sender }: LogAccess,
  request: KubeRequest,
  read: (body: Response) => AsyncIterable<T>,
  options: SendOptions,
): AsyncGenerator<T> {
  yield* sender.stream(request, async function* (response) {
    const { status, headers } = response;
    if (status !== 200) refuse(request, { status, headers, text: await response.text() });
    yield* read(response);
  }, options);
}

function linesOf({ body }: Response): AsyncIterable<string> {
  return readLines(body ?? ReadableStream.from([]), { all: true });
}

async function* textOf(response: Response): AsyncGenerator<string> {
  yield await response.text();
}
