/**
 * One forwarded connection: a program on this machine on one side, a port of a Pod on the other.
 *
 * @module
 */

import { ByteReader } from "../../base/bytes.ts";
import { KubescriptError } from "../../kube/error.ts";
import type { KubeRequest } from "../../kube/request.ts";
import type { Channel } from "../sender.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { dataFrame, openStreams, readSpdyEvent, STREAM } from "./spdy.ts";

/** The name of the protocol; API servers have it since Kubernetes 1.31, whatever their nodes run. */
export const TUNNEL_PROTOCOL = "SPDY/3.1+portforward.k8s.io";

/**
 * Carries data both ways until both sides have ended.
 *
 * @param channel The connection to the Pod, which only carries this.
 * @param local The connection from the program.
 * @param port The port of the Pod.
 * @param request The request, for messages.
 * @throws {KubescriptError} If the Pod cannot be reached at this port.
 * @throws {TransportError} If the connection breaks.
 */
export async function tunnel(
  channel: Channel,
  local: ByteStream,
  port: number,
  request: KubeRequest,
): Promise<void> {
  await channel.send(openStreams(port));
  let programIsGone = false;
  const upload = sendAll(channel, local).catch((error) => {
    programIsGone = !(error instanceof KubescriptError);
    channel[Symbol.dispose]();
  });
  try {
    await receiveAll(channel, local, request);
    await upload;
  } catch (error) {
    // A program that closes its connection before all is said may do so.
    if (!programIsGone && error instanceof KubescriptError) throw error;
  }
}

async function sendAll(channel: Channel, from: ByteStream): Promise<void> {
  for await (const data of from.bytes) await channel.send(dataFrame(STREAM.data, data, false));
  await channel.send(dataFrame(STREAM.data, new Uint8Array(), true));
}

async function receiveAll(channel: Channel, to: ByteStream, request: KubeRequest): Promise<void> {
  const reader = new ByteReader(channel[Symbol.asyncIterator]());
  const decoder = new TextDecoder();
  let refusal = "";
  for (;;) {
    const event = await readSpdyEvent(reader);
    if (event?.stream === STREAM.error) refusal += decoder.decode(event.data, { stream: true });
    if (event?.reply) await channel.send(event.reply);
    if (event?.stream === STREAM.data && event.data.length > 0) await to.write(event.data);
    if (!event || event.stream === STREAM.data && event.end) {
      if (refusal !== "") throw new KubescriptError(`Cannot ${request.what}: ${refusal}`);
      if (!event || event.reset) throw new KubescriptError(`Cannot ${request.what}: the Pod broke off the connection`);
      return await to.closeWrite();
    }
  }
}
