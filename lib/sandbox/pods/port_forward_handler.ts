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
import { behaviorOf, type PortTarget } from "./script.ts";
import { type ForwardedConnection, serveSpdy } from "./spdy_session.ts";

/**
 * Makes the handler of forwarded ports.
 *
 * @param kubelet What runs Pods.
 * @returns The handler.
 */
export function portForwardHandler(kubelet: Kubelet): SubresourceHandler {
  return async ({ info, headers }, resource, { registry }) => {
    const pod = registry.get(resource, info.namespace, info.name) as unknown as Live<Pod>;
    const worker = workerOf(kubelet, pod);
    const answer = await acceptWebSocket(headers, [TUNNEL_PROTOCOL], registry.clock, async (connection) => {
      const gone = new AbortController();
      const target = (port: number) =>
        (pod.spec?.containers ?? []).map((container) =>
          behaviorOf(worker.behaviors, "port", pod, container)?.(port, pod)
        )
          .find((found) => found !== undefined);
      try {
        const messages = connection[Symbol.asyncIterator]();
        const send = (data: Uint8Array) => connection.send(data);
        await serveSpdy(messages, send, (forwarded) => forward(pod, forwarded, target(forwarded.port), gone.signal));
      } finally {
        gone.abort(new DOMException("the client is gone", "AbortError"));
      }
    });
    if (answer) return answer;
    throw badRequest("Upgrade request required");
  };
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
