/**
 * Ports of this machine that lead to ports of a Pod.
 *
 * Every connection has a tunnel of its own, so that one that breaks or waits does not touch the others, and so that the
 * ports stay open when a Pod is replaced: the next connection goes to a Pod that is there.
 *
 * @module
 */

import { portForwardRequest } from "../../kube/pod_request.ts";
import type { Ref } from "../../kube/ref.ts";
import { ApiError } from "../errors.ts";
import type { KindArgument } from "../kind_finder.ts";
import type { Channel, SendOptions } from "../sender.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { listenLocally, type LocalListener } from "../transport/local_listener.ts";
import { findPort, parsePort, type PortArgument } from "./forwarded_port.ts";
import { findPod, type FoundPod, type PodAccess } from "./pods.ts";
import { tunnel, TUNNEL_PROTOCOL } from "./tunnel.ts";

/** Options of {@linkcode portForward}. */
export interface PortForwardOptions {
  /** Told why a connection failed, for example as nothing listens at the port. The others go on. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Closes the ports and their connections. */
  readonly signal?: AbortSignal | undefined;
}

/** Open ports; disposing them closes them and their connections. */
export interface PortForward extends AsyncDisposable {
  /** The ports, in the order in which they were asked for. */
  readonly ports: readonly ForwardedPort[];
}

/** An open port. */
export interface ForwardedPort {
  /** The port on 127.0.0.1. */
  readonly local: number;
  /** The port of the object; of a Service, that of the Service. */
  readonly remote: number;
}

/**
 * Opens ports on 127.0.0.1 that lead to a Pod.
 *
 * @param access Reads objects, carries the streams.
 * @param kind The kind: Pods, Services, or anything that has Pods, of which the best is taken.
 * @param ref Which object.
 * @param ports The ports.
 * @param options Who is told of failures, and what closes the ports.
 * @returns The open ports.
 * @throws {RangeError} If a port is none.
 * @throws {KubescriptError} If there is no Pod or no such port, or a local port cannot be opened.
 * @throws {ApiError} If the server refuses.
 */
export async function portForward(
  access: PodAccess,
  kind: KindArgument,
  ref: Ref,
  ports: readonly PortArgument[],
  options: PortForwardOptions = {},
): Promise<PortForward> {
  const { onError = ignore } = options;
  const wanted = ports.map(parsePort);
  const closing = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
  const target = new Target(access, (search) => findPod(access, kind, ref, search), signal);
  const found = await target.find();
  // So that a missing permission is an error here, and not of every connection.
  (await target.connect())[Symbol.dispose]();

  await using undo = new AsyncDisposableStack();
  const serving: Promise<void>[] = [];
  undo.defer(() => Promise.all(serving).then(ignore));
  const open = wanted.map(({ local, remote }) => {
    const { own } = findPort(found.object, found.pod, remote);
    const listener = undo.use(listenLocally(local ?? own));
    signal.addEventListener("abort", () => listener[Symbol.dispose](), { once: true });
    serving.push(serve(listener, (connection) => target.carry(connection, remote), onError, signal));
    return { local: listener.port, remote: own };
  });
  undo.defer(() => closing.abort());
  const forwarding = undo.move();
  return { ports: open, [Symbol.asyncDispose]: () => forwarding.disposeAsync() };
}

async function serve(
  listener: LocalListener,
  carry: (connection: ByteStream) => Promise<void>,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const carrying = new Set<Promise<void>>();
  for await (const connection of listener) {
    const work = carry(connection).catch((error) => {
      if (!signal.aborted) onError(error);
    }).finally(() => carrying.delete(work));
    carrying.add(work);
  }
  await Promise.all(carrying);
}

/** What the ports lead to. */
class Target {
  readonly #sender: PodAccess["sender"];
  readonly #search: (options: SendOptions) => Promise<FoundPod>;
  readonly #signal: AbortSignal;
  #found: Promise<FoundPod> | undefined;

  constructor({ sender }: PodAccess, search: (options: SendOptions) => Promise<FoundPod>, signal: AbortSignal) {
    this.#sender = sender;
    this.#search = search;
    this.#signal = signal;
  }

  find(): Promise<FoundPod> {
    return this.#found ??= this.#search({ signal: this.#signal });
  }

  async connect(): Promise<Channel> {
    const wasKnown = this.#found !== undefined;
    try {
      const { pod } = await this.find();
      return await this.#sender.connect(portForwardRequest(pod.metadata), [TUNNEL_PROTOCOL], { signal: this.#signal });
    } catch (error) {
      // The Pod may be gone, and another in its place.
      this.#found = undefined;
      if (wasKnown && error instanceof ApiError) return await this.connect();
      throw error;
    }
  }

  async carry(local: ByteStream, port: number | string): Promise<void> {
    using closed = new DisposableStack();
    const end = () => local.close();
    closed.defer(end);
    this.#signal.addEventListener("abort", end, { once: true });
    closed.defer(() => this.#signal.removeEventListener("abort", end));
    using channel = await this.connect();
    const { object, pod } = await this.find();
    await tunnel(channel, local, findPort(object, pod, port).target, portForwardRequest(pod.metadata));
  }
}

function ignore(): void {}
