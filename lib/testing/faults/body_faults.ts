/**
 * Faults in the body of an answer: each turns the bytes of the server into those that the client gets.
 *
 * @module
 */

import { concatenate } from "../../base/bytes.ts";
import type { BodyOffset, Fault } from "./fault.ts";
import { encode } from "./http1.ts";

/** How a fault keeps an answer back. */
export interface SpoilOptions {
  /** Waits so many milliseconds, or until the connection is closed. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Waits until the connection is closed. */
  readonly stall: () => Promise<never>;
}

const NEWLINE = 10;
const PIECES_PER_SECOND = 20;

/**
 * Lets a fault happen to a body.
 *
 * @param body The body as the server sends it.
 * @param fault The fault; those that are not about bodies change nothing.
 * @param options How it keeps the answer back.
 * @returns The body as the client gets it.
 */
export function spoilBody(
  body: AsyncIterable<Uint8Array>,
  fault: Fault | undefined,
  { sleep, stall }: SpoilOptions,
): AsyncIterable<Uint8Array> {
  if (fault?.fault === "cut") return begin(body, fault, () => Promise.reject(new Deno.errors.ConnectionAborted()));
  if (fault?.fault === "stall") return begin(body, fault, stall);
  if (fault?.fault === "throttle") return throttle(body, fault.bytesPerSecond, sleep);
  if (fault?.fault === "duplicate") return duplicate(body);
  if (fault?.fault === "insert") return insert(body, encode(`${fault.line}\n`), fault.afterLines ?? 0);
  return body;
}

/**
 * Waits for nothing but the end of a connection.
 *
 * @param signal Fires at the end.
 * @throws The signal's reason.
 */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function* begin(
  body: AsyncIterable<Uint8Array>,
  { afterLines = 0, afterBytes = 0 }: BodyOffset,
  end: () => Promise<never>,
): AsyncGenerator<Uint8Array> {
  let lines = 0;
  let bytes = 0;
  if (afterLines === 0 && afterBytes === 0) await end();
  for await (const piece of splitLines(body)) {
    if (lines < afterLines) {
      yield piece;
      if (endsLine(piece)) lines++;
    } else {
      const rest = piece.subarray(0, afterBytes - bytes);
      bytes += rest.length;
      yield rest;
    }
    if (lines === afterLines && bytes === afterBytes) await end();
  }
}

async function* throttle(
  body: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
  sleep: (ms: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const size = Math.max(1, Math.round(bytesPerSecond / PIECES_PER_SECOND));
  for await (const piece of body) {
    for (let offset = 0; offset < piece.length; offset += size) {
      const part = piece.subarray(offset, offset + size);
      await sleep(part.length / bytesPerSecond * 1_000);
      yield part;
    }
  }
}

async function* duplicate(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let line: Uint8Array[] = [];
  for await (const piece of splitLines(body)) {
    yield piece;
    line.push(piece);
    if (!endsLine(piece)) continue;
    yield concatenate(line);
    line = [];
  }
}

async function* insert(
  body: AsyncIterable<Uint8Array>,
  line: Uint8Array,
  afterLines: number,
): AsyncGenerator<Uint8Array> {
  let lines = 0;
  if (afterLines === 0) yield line;
  for await (const piece of splitLines(body)) {
    yield piece;
    if (endsLine(piece) && ++lines === afterLines) yield line;
  }
}

/** Cuts pieces so that a line feed is always the last byte of one. */
async function* splitLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    for (let start = 0; start < piece.length;) {
      const newline = piece.indexOf(NEWLINE, start);
      const end = newline < 0 ? piece.length : newline + 1;
      yield piece.subarray(start, end);
      start = end;
    }
  }
}

function endsLine(piece: Uint8Array): boolean {
  return piece.at(-1) === NEWLINE;
}
