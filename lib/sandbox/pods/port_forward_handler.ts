/**
 * `pods/portforward`: connections to the ports of Pods.
 *
 * @module
 */

import { TUNNEL_PROTOCOL } from "../../client/pod_streams/tunnel.ts";
import { type ByteStream, openByteStream } from "../../client/transport/byte_stream.ts";
import { acceptWebSocket } from "../../client/transport/web_socket_server.ts";
import type { Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { SubresourceHandler } from "../api/api_server.ts";
import { badRequest } from "../registry/status_error.ts";
import type { Kubelet } from "./kubelet.ts";
import { workerOf } from "./pod_requests.ts";
import { PORT_CHANNEL_PROTOCOL, portsOf, servePortChannels } from "./port_channels.ts";
import { behaviorOf, type ContainerBehavior, type PortTarget } from "./script.ts";
import { type ForwardedConnection, serveSpdy } from "./spdy_session.ts";

/**
 * Makes the handler of forwarded ports.
 *
 * @param kubelet What runs Pods.
 * @returns The handler.
 */
export function portForwardHandler(kubelet: Kubelet): SubresourceHandler {
  return async ({ info, query, headers }, resource, { registry }) => {
    const pod = registry.get(resource, info.namespace, info.name) as unknown as Live<Pod>;
    const { behaviors } = workerOf(kubelet, pod);
    // Only the older protocol names them.
    const ports = query.has("ports") ? portsOf(query) : [];
    const protocols = [TUNNEL_PROTOCOL, PORT_CHANNEL_PROTOCOL];
    const answer = await acceptWebSocket(headers, protocols, registry.clock, async (connection) => {
      const gone = new AbortController();
      const onConnection = (forwarded: ForwardedConnection) =>
        forward(pod, forwarded, targetOf(behaviors, pod, forwarded.port), gone.signal);
      try {
        if (connection.protocol !== TUNNEL_PROTOCOL) return await servePortChannels(connection, ports, onConnection);
        await serveSpdy(connection[Symbol.asyncIterator](), (data) => connection.send(data), onConnection);
      } finally {
        gone.abort(new DOMException("the client is gone", "AbortError"));
      }
    });
    if (answer) return answer;
    throw badRequest("Upgrade request required");
  };
}

function targetOf(behaviors: readonly ContainerBehavior[], pod: Live<Pod>, port: number): PortTarget | undefined {
  for (const container of pod.spec?.containers ?? []) {
    const target = behaviorOf(behaviors, "port", pod, container)?.(port, pod);
    if (target !== undefined) return target;
  }
  return undefined;
}

async function forward(
  { metadata }: Live<Pod>,
  { port, data, fail }: ForwardedConnection,
  target: PortTarget | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (target === undefined) throw new DOMException("connection refused", "NetworkError");
    if (typeof target === "function") await target(data);
    else await join(data, target, signal);
    await data.closeWrite();
  } catch (error) {
    const why = `failed to connect to localhost:${port} inside namespace "${metadata.uid}": ${
      (error as Error).message
    }`;
    await fail(`error forwarding port ${port} to pod ${metadata.uid}, uid : ${why}`);
  }
}

async function join(
  from: ByteStream,
  { hostname, port }: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
): Promise<void> {
  const tls = { caCerts: [], insecureSkipTlsVerify: false };
  const to = await openByteStream({ server: `http://${hostname}:${port}`, tls } as never, undefined, signal);
  const onGone = () => to.close();
  signal.addEventListener("abort", onGone);
  try {
    const upload = (async () => {
      for await (const bytes of from.bytes) await to.write(bytes);
      await to.closeWrite();
    })().catch(() => to.close());
    for await (const bytes of to.bytes) await from.write(bytes);
    await from.closeWrite();
    await upload;
  } finally {
    signal.removeEventListener("abort", onGone);
    to.close();
  }
}
