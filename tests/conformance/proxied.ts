/**
 * A target behind a proxy that lets things go wrong.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import type { ConnectOptions, Target } from "./target.ts";

/** A client, and the proxy that it goes through, for as long as their variable lasts. */
export interface Proxied extends AsyncDisposable {
  /** The client, which knows the server's kinds already. */
  readonly k: Client;
  /** The proxy, which has forgotten that. */
  readonly proxy: FaultProxy;
}

/**
 * Starts a proxy before a target, and connects to it.
 *
 * @param target The target.
 * @param options How to connect.
 * @returns The client and the proxy.
 */
export async function connectThroughProxy(target: Target, options: ConnectOptions): Promise<Proxied> {
  const stack = new AsyncDisposableStack();
  const { server, ca } = await target.locate();
  const proxy = stack.use(new FaultProxy({ upstream: server, upstreamCa: ca }));
  const k = stack.use(await target.connect({ ...options, through: proxy }));
  await k.mapper();
  proxy.requests.length = 0;
  return { k, proxy, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
