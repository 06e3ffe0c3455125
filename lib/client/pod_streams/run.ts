/**
 * One run of a command over an open channel: stdin goes in, stdout and stderr come out, and in the end the exit code.
 *
 * @module
 */

import { concatenate } from "../../base/bytes.ts";
import { KubescriptError } from "../../kube/error.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { ApiError, TransportError } from "../errors.ts";
import type { Channel, Sender } from "../sender.ts";
import {
  CHANNEL,
  CHANNEL_PROTOCOL,
  dataMessage,
  endOfStdin,
  readEnd,
  resizeMessage,
  type TerminalSize,
} from "./channels.ts";

/** The streams of a command, as the caller sees them. */
export interface ProcessOptions {
  /** What the command reads; its end is told to the command. Without it, stdin is empty. */
  readonly stdin?: ReadableStream<Uint8Array> | Uint8Array | string | undefined;
  /** Where stdout goes; it is not closed. Collected as text if absent. */
  readonly stdout?: WritableStream<Uint8Array> | undefined;
  /** Where stderr goes; it is not closed. Collected as text if absent. */
  readonly stderr?: WritableStream<Uint8Array> | undefined;
  /** Whether the command has a terminal, so that stderr goes to stdout. @default {false} */
  readonly tty?: boolean | undefined;
  /** The sizes of the terminal: the first one, and each that it is changed to. */
  readonly terminalSizes?: AsyncIterable<TerminalSize> | undefined;
  /** Ends the connection. What runs in the container may go on until it reads or writes. */
  readonly signal?: AbortSignal | undefined;
}

/** How a command ended. */
export interface ExecResult {
  /** The exit code; 128 and the signal's number if it was killed. */
  readonly exitCode: number;
  /** What it wrote to stdout; empty if that went to a stream. */
  readonly stdout: string;
  /** What it wrote to stderr; empty if that went to a stream. */
  readonly stderr: string;
}

// The API server holds a whole message in memory.
const LARGEST_MESSAGE = 65_536;

/**
 * Tells which streams have to be asked for.
 *
 * @param options The caller's streams.
 * @returns The part of the query.
 */
export function streamQuery(
  { stdin, tty = false }: ProcessOptions,
): { stdin: boolean; stdout: true; stderr: boolean; tty: boolean } {
  return { stdin: stdin !== undefined, stdout: true, stderr: !tty, tty };
}

/**
 * Runs what a request asks for.
 *
 * @param sender Opens the channel.
 * @param request The request.
 * @param options The caller's streams.
 * @returns How it ended.
 * @throws {ApiError} If it cannot be run, for the server's reason.
 * @throws {TransportError} If the connection breaks before the end.
 */
export async function run(
  sender: Pick<Sender, "connect">,
  request: KubeRequest,
  options: ProcessOptions,
): Promise<ExecResult> {
  const { signal } = options;
  signal?.throwIfAborted();
  using channel = await sender.connect(request, [CHANNEL_PROTOCOL], { signal });
  const onAbort = () => channel[Symbol.dispose]();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await exchange(channel, request, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

async function exchange(channel: Channel, request: KubeRequest, options: ProcessOptions): Promise<ExecResult> {
  using input = new Input(channel, options);
  using stdout = new Output(options.stdout);
  using stderr = new Output(options.stderr);
  using end = new Output(undefined);
  const outputs = new Map<number, Output>([[CHANNEL.stdout, stdout], [CHANNEL.stderr, stderr], [CHANNEL.error, end]]);
  try {
    for await (const message of channel) {
      // The first one is empty, and says that the connection is there.
      if (message.length > 1) await outputs.get(message[0]!)?.write(message.subarray(1));
    }
  } catch (error) {
    throw input.fault ?? error;
  }
  if (end.text() === "") {
    throw new KubescriptError(`Cannot ${request.what}: the server ended the connection without saying how it ended`);
  }
  const outcome = readEnd(end.text());
  if ("failure" in outcome) throw new ApiError(request, outcome.failure.code ?? 500, outcome.failure);
  return { ...outcome, stdout: stdout.text(), stderr: stderr.text() };
}

/** What the caller sends: it begins with the run, and ends with it at the latest. */
class Input implements Disposable {
  readonly #channel: Channel;
  readonly #stdin: ReadableStreamDefaultReader<Uint8Array>;
  readonly #sizes: AsyncIterator<TerminalSize> | undefined;
  #over = false;
  #fault: unknown;

  constructor(channel: Channel, { stdin, terminalSizes }: ProcessOptions) {
    this.#channel = channel;
    this.#stdin = readableOf(stdin).getReader();
    this.#sizes = terminalSizes?.[Symbol.asyncIterator]();
    if (this.#sizes) this.#guard(this.#sendSizes(this.#sizes));
    if (stdin !== undefined) this.#guard(this.#sendStdin());
  }

  /** Why the caller's input could not be read. */
  get fault(): unknown {
    return this.#fault;
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#stdin.cancel().catch(() => {});
    this.#sizes?.return?.().catch(() => {});
  }

  // That nothing can be sent any more shows on the other side as well, where it may be no fault but the end.
  #guard(sending: Promise<void>): void {
    sending.catch((fault) => {
      if (this.#over || fault instanceof TransportError) return;
      this.#fault = fault;
      this.#channel[Symbol.dispose]();
    });
  }

  async #sendStdin(): Promise<void> {
    for (let part = await this.#stdin.read(); !part.done; part = await this.#stdin.read()) {
      for (let at = 0; at < part.value.length; at += LARGEST_MESSAGE) {
        await this.#channel.send(dataMessage(CHANNEL.stdin, part.value.subarray(at, at + LARGEST_MESSAGE)));
      }
    }
    await this.#channel.send(endOfStdin());
  }

  async #sendSizes(sizes: AsyncIterator<TerminalSize>): Promise<void> {
    for (let next = await sizes.next(); !next.done; next = await sizes.next()) {
      await this.#channel.send(resizeMessage(next.value));
    }
  }
}

/** Where one stream of the command goes: to the caller's stream, or into a text. */
class Output implements Disposable {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  readonly #parts: Uint8Array[] = [];

  constructor(stream: WritableStream<Uint8Array> | undefined) {
    this.#writer = stream?.getWriter();
  }

  async write(data: Uint8Array): Promise<void> {
    if (this.#writer) await this.#writer.write(data);
    else this.#parts.push(data);
  }

  text(): string {
    return new TextDecoder().decode(concatenate(this.#parts));
  }

  [Symbol.dispose](): void {
    this.#writer?.releaseLock();
  }
}

function readableOf(stdin: ProcessOptions["stdin"] = ""): ReadableStream<Uint8Array> {
  if (stdin instanceof ReadableStream) return stdin;
  return ReadableStream.from([typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin]);
}
