/**
 * The server's side of a WebSocket (RFC 6455).
 *
 * @module
 */

import { ByteReader } from "../../base/bytes.ts";
import type { Clock } from "../../base/clock.ts";
import type { Upgraded } from "./http_server.ts";
import { acceptKey, WebSocketConnection } from "./web_socket.ts";

/**
 * Agrees to go on by WebSocket, if the client speaks a subprotocol that this side speaks.
 *
 * @param headers The headers of the request.
 * @param protocols The subprotocols of this side; `undefined` to do without.
 * @param clock The clock.
 * @param carry Carries what follows.
 * @returns The answer; `undefined` if there is no common subprotocol, or no WebSocket is asked for.
 */
export async function acceptWebSocket(
  headers: Headers,
  protocols: readonly string[] | undefined,
  clock: Clock,
  carry: (connection: WebSocketConnection) => Promise<void>,
): Promise<Upgraded | undefined> {
  const key = headers.get("sec-websocket-key");
  // The order is the client's: best first.
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const protocol = protocols ? offered.find((name) => protocols.includes(name)) : "";
  if (key === null || protocol === undefined) return undefined;
  return {
    headers: new Headers({
      "sec-websocket-accept": await acceptKey(key),
      ...protocol && { "sec-websocket-protocol": protocol },
    }),
    async carry(stream) {
      const explain = (fault: unknown) => fault;
      const reader = new ByteReader(stream.bytes);
      using connection = new WebSocketConnection(stream, reader, { protocol, clock, explain, isServer: true });
      await carry(connection);
    },
  };
}
