import type { Answer } from "../client/answer.ts";
import { Client } from "../client/client.ts";
import { KindFinder } from "../client/kind_finder.ts";
import type { Sender, StreamOptions } from "../client/sender.ts";
import type { WatchEvent } from "../client/watch_stream.ts";
import type { LiveObject } from "../kube/object.ts";
import type { KubeRequest } from "../kube/request.ts";
import { bookmark } from "./watched_objects_test.ts";

/** A watch that a test answers, byte by byte. */
export class FakeStream {
  readonly request: KubeRequest;
  readonly options: StreamOptions;
  readonly #response = Promise.withResolvers<Response>();
  readonly #body = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#body.writable.getWriter();

  constructor(request: KubeRequest, options: StreamOptions) {
    this.request = request;
    this.options = options;
    options.signal?.addEventListener("abort", () => {
      this.#response.reject(options.signal!.reason);
      this.#writer.abort(options.signal!.reason).catch(() => {});
    });
  }

  /** Accepts the watch and sends what there is. */
  sync(...objects: LiveObject[]): void {
    this.#response.resolve(new Response(this.#body.readable));
    this.send(...objects.map((object): WatchEvent => ({ type: "ADDED", object })), bookmark(100, true));
  }

  /** Sends events. */
  send(...events: WatchEvent[]): void {
    for (const event of events) {
      this.#writer.write(new TextEncoder().encode(`${JSON.stringify(event)}\n`)).catch(() => {});
    }
  }

  /** Ends the watch. */
  end(): void {
    this.#writer.close().catch(() => {});
  }

  /** Refuses the watch. */
  refuse(code: number): void {
    const status = { apiVersion: "v1", kind: "Status", status: "Failure", message: "no", code };
    this.#response.resolve(Response.json(status, { status: code }));
  }

  /** What is read of the answer. */
  async *read<T>(read: (response: Response) => AsyncIterable<T>): AsyncGenerator<T> {
    yield* read(await this.#response.promise);
  }
}

/** A server that a test plays. */
export class FakeSender implements Sender {
  /** The watches that were asked for. */
  readonly streams: FakeStream[] = [];
  /** The other requests. */
  readonly requests: KubeRequest[] = [];
  /** What they are answered. */
  answer: unknown;

  serverTimeMs(): number {
    return 0;
  }

  send(request: KubeRequest): Promise<Answer> {
    this.requests.push(request);
    return Promise.resolve({ status: 200, headers: new Headers(), text: JSON.stringify(this.answer) });
  }

  stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options: StreamOptions = {},
  ): AsyncIterable<T> {
    const stream = new FakeStream(request, options);
    this.streams.push(stream);
    return stream.read(read);
  }

  connect(): Promise<never> {
    return Promise.reject(new Error("Cannot connect: no test does"));
  }

  [Symbol.dispose](): void {}

  /** Makes a client of the namespace `shop`. */
  client(): Client {
    return new Client({ sender: this, kinds: new KindFinder(this), namespace: "shop" });
  }
}
