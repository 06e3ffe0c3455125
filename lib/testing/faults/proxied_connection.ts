/**
 * One connection of a client to the fault proxy: requests one after the other, each of them over a connection of its
 * own to the API server.
 *
 * @module
 */

import { concatenate } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import { spoilBody, untilAborted } from "./body_faults.ts";
import { type Fault, type FaultInstead, isInstead } from "./fault.ts";
import {
  encode,
  encodeHead,
  encodePiece,
  fieldOf,
  type Framing,
  framingOf,
  type Head,
  MessageReader,
} from "./http1.ts";

/** A request as the proxy saw it. */
export interface RecordedRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  /** The value of the `Authorization` header. */
  readonly authorization: string | undefined;
  /** The body. */
  readonly body: string;
  /** The number of the client's connection, counted from 0. */
  readonly connection: number;
  /** When it had arrived, in milliseconds of the clock's monotonic time. */
  readonly atMs: number;
  /** The fault that struck it. */
  readonly fault: Fault | undefined;
}

/** What a connection needs of its proxy. */
export interface ProxyContext {
  /** The clock. */
  readonly clock: Clock;
  /** Opens a connection to the API server. */
  readonly connectUpstream: () => Promise<Deno.Conn>;
  /** Decides which fault strikes a request. */
  readonly chooseFault: (method: string, path: string) => Fault | undefined;
  /** Told about every request. */
  readonly onRequest: (request: RecordedRequest) => void;
  /** How long a new connection waits before it is served, in milliseconds. */
  readonly acceptDelayMs: () => number;
  /** While nothing gets through: waits until something does. */
  readonly passable: () => Promise<void> | undefined;
}

interface Request {
  readonly head: Head;
  readonly body: Uint8Array;
  readonly record: RecordedRequest;
}

/** The server's answer to a request; its body is still to be read. */
interface Answer {
  readonly head: Head;
  readonly framing: Framing;
  readonly reader: MessageReader;
}

/** One connection of a client. */
export class ProxiedConnection {
  readonly #client: Deno.Conn;
  readonly #number: number;
  readonly #context: ProxyContext;
  readonly #reader: MessageReader;
  readonly #closing = new AbortController();
  #upstream: Deno.Conn | undefined;

  /**
   * Takes a connection over.
   *
   * @param client The connection of the client.
   * @param number Its number.
   * @param context What it needs of its proxy.
   */
  constructor(client: Deno.Conn, number: number, context: ProxyContext) {
    this.#client = client;
    this.#number = number;
    this.#context = context;
    this.#reader = new MessageReader(client);
  }

  /** Serves the connection until one side, or a fault, closes it. */
  async serve(): Promise<void> {
    const { clock, acceptDelayMs } = this.#context;
    try {
      if (acceptDelayMs() > 0) await clock.sleep(acceptDelayMs(), this.#closing.signal);
      for (let open = true; open;) {
        const request = await this.#readRequest();
        open = request !== undefined && await this.#answer(request);
      }
    } catch (error) {
      if (!isHangUp(error)) throw error;
    } finally {
      this.close();
    }
  }

  /** Closes the connection at once. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Deno.errors.ConnectionAborted());
    this.#client.close();
    this.#closeUpstream();
  }

  async #readRequest(): Promise<Request | undefined> {
    const head = await this.#reader.readHead();
    if (!head) return undefined;
    const body = concatenate(await Array.fromAsync(this.#reader.readBody(framingOf(head, 0))));
    await this.#passable();
    const [method = "", path = ""] = head.line.split(" ");
    const record: RecordedRequest = {
      method,
      path,
      authorization: fieldOf(head, "authorization"),
      body: new TextDecoder().decode(body),
      connection: this.#number,
      atMs: this.#context.clock.monotonic(),
      fault: this.#context.chooseFault(method, path),
    };
    this.#context.onRequest(record);
    return { head, body, record };
  }

  /** Answers a request, and tells whether the connection can take another one. */
  async #answer(request: Request): Promise<boolean> {
    const { fault } = request.record;
    // A client that gives up closes its connection, which ends what is done for it.
    void this.#reader.fill().then((more) => more || this.close(), () => this.close());
    if (fault?.fault === "delay") await this.#context.clock.sleep(fault.ms, this.#closing.signal);
    const instead = isInstead(fault) ? fault : undefined;
    if (instead && !instead.carriedOut) return await this.#answerInstead(instead);
    try {
      const answer = await this.#forward(request);
      if (!instead) return await this.#relay(answer, fault);
      await Array.fromAsync(answer.reader.readBody(answer.framing));
      return await this.#answerInstead(instead);
    } finally {
      this.#closeUpstream();
    }
  }

  async #answerInstead(fault: FaultInstead): Promise<boolean> {
    if (fault.fault === "drop") return false;
    if (fault.fault === "blackHole") return await untilAborted(this.#closing.signal);
    const { status, headers, body } = fault.answer;
    const bytes = encode(body);
    const fields: [string, string][] = [...Object.entries(headers), ["content-length", String(bytes.length)]];
    await this.#send(concatenate([encodeHead({ line: `HTTP/1.1 ${status} Fault`, fields }), bytes]));
    return true;
  }

  async #forward({ head, body, record }: Request): Promise<Answer> {
    const upstream = await this.#connectUpstream();
    const fields = head.fields.filter(([name]) => !/^(transfer-encoding|content-length|expect)$/i.test(name));
    if (body.length > 0) fields.push(["content-length", String(body.length)]);
    await writeAll(upstream, concatenate([encodeHead({ line: head.line, fields }), body]));
    const reader = new MessageReader(upstream);
    const answer = await reader.readHead();
    if (!answer) throw new Deno.errors.UnexpectedEof("the server closed the connection");
    const hasNoBody = record.method === "HEAD" || /^(101|204|304)$/.test(statusOf(answer));
    return { head: answer, framing: hasNoBody ? 0 : framingOf(answer, "close"), reader };
  }

  async #relay({ head, framing, reader }: Answer, fault: Fault | undefined): Promise<boolean> {
    let held: Uint8Array = encodeHead(head);
    if (statusOf(head) === "101") {
      await this.#send(held);
      return await this.#tunnel(reader);
    }
    // What has come in one piece goes on in one piece: small ones would wait for each other's acknowledgement.
    const flush = async () => {
      await this.#send(held);
      held = new Uint8Array();
    };
    if (fault || !reader.hasMore) await flush();
    const { signal } = this.#closing;
    const options = {
      sleep: (ms: number) => this.#context.clock.sleep(ms, signal),
      stall: () => untilAborted(signal),
    };
    for await (const piece of spoilBody(reader.readBody(framing), fault, options)) {
      if (piece.length === 0) continue; // an empty chunk would be the end
      held = concatenate([held, encodePiece(piece, framing)]);
      if (fault || !reader.hasMore) await flush();
    }
    if (framing === "chunked") held = concatenate([held, encode("0\r\n\r\n")]);
    await flush();
    return framing !== "close" && fieldOf(head, "connection")?.toLowerCase() !== "close";
  }

  /** Passes on whatever comes from either side, such as the frames of a WebSocket. */
  async #tunnel(server: MessageReader): Promise<false> {
    const pump = async (from: MessageReader, to: Deno.Conn) => {
      for await (const bytes of from.readBody("close")) {
        await this.#passable();
        await writeAll(to, bytes);
      }
      await to.closeWrite();
    };
    await Promise.all([pump(this.#reader, this.#upstream!), pump(server, this.#client)]);
    return false;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    await this.#passable();
    await writeAll(this.#client, bytes);
  }

  async #passable(): Promise<void> {
    const passable = this.#context.passable();
    if (passable) await Promise.race([passable, untilAborted(this.#closing.signal)]);
  }

  async #connectUpstream(): Promise<Deno.Conn> {
    const upstream = this.#upstream = await this.#context.connectUpstream();
    if (this.#closing.signal.aborted) this.#closeUpstream();
    return upstream;
  }

  #closeUpstream(): void {
    this.#upstream?.close();
    this.#upstream = undefined;
  }
}

function statusOf({ line }: Head): string {
  return line.split(" ")[1] ?? "";
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += await connection.write(bytes.subarray(offset));
}

/** Tells whether a connection ended, by whichever side, rather than this code being wrong. */
function isHangUp(error: unknown): boolean {
  return Object.values(Deno.errors).some((type) => error instanceof type);
}
