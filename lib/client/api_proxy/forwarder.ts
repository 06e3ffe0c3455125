/**
 * Sends requests of other programs on to the API server, with our credentials.
 *
 * @module
 */

import type { ClusterConfig } from "../config/cluster_config.ts";
import type { ByteStream } from "../transport/byte_stream.ts";
import { ConnectionPool } from "../transport/connection_pool.ts";
import type { IncomingRequest, Upgraded } from "../transport/http_server.ts";
import { identityHeaders, sendAuthorized } from "../transport/identity.ts";
import { requestUpgrade, type UpgradedConnection } from "../transport/upgrade.ts";

/** What belongs to one connection (RFC 9110, section 7.6.1). */
const OF_CONNECTION = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What we say ourselves. */
const OWN = new Set(["accept-encoding", "authorization", "host"]);

const MOST_IDLE = 16;

/** Sends requests to one API server. */
export class Forwarder implements Disposable {
  readonly #config: ClusterConfig;
  readonly #pool: ConnectionPool;

  /**
   * Makes a forwarder; nothing is opened yet.
   *
   * @param config Where the server is, and who asks.
   */
  constructor(config: ClusterConfig) {
    this.#config = config;
    this.#pool = new ConnectionPool(config, MOST_IDLE);
  }

  /**
   * Sends a request on.
   *
   * @param request The request.
   * @param target Its path at the server, with its query.
   * @returns The server's answer; its body comes as the server sends it.
   * @throws {TypeError} If there is no answer, with what happened as its cause.
   * @throws {ConfigError} If there are no credentials.
   */
  async forward(request: IncomingRequest, target: string): Promise<Response | Upgraded> {
    const { upgrade } = request;
    const url = new URL(this.#config.server + target);
    return await (upgrade === undefined ? this.#fetch(request, url) : this.#upgrade(request, url, upgrade));
  }

  /** Closes the connections that are not in use. */
  [Symbol.dispose](): void {
    this.#pool.close();
  }

  async #fetch({ method, headers, body, signal }: IncomingRequest, url: URL): Promise<Response> {
    const { credentials, disableCompression } = this.#config;
    const wanted = headers.some(([name, value]) => name.toLowerCase() === "accept-encoding" && value.includes("gzip"));
    const encoding = wanted && !disableCompression && !isStream(url) ? "gzip" : "identity";
    const options = { signal, repeatable: body === undefined };
    const answer = await sendAuthorized(credentials, options, async (credential) => {
      const connections = await this.#pool.get(credential);
      const own: [string, string][] = [["accept-encoding", encoding], ...identityHeaders(this.#config, credential)];
      try {
        return await connections.fetch(url.href, { method, headers: [...passedOn(headers), ...own], body, signal });
      } catch (fault) {
        // The other connections may be dead as well.
        if (!signal.aborted) this.#pool.close();
        throw fault;
      }
    });
    const passed = new Headers(passedOn([...answer.headers]));
    if (encoding === "gzip" && passed.get("content-encoding") === "gzip") {
      // The body is decompressed already.
      passed.delete("content-encoding");
      passed.delete("content-length");
    }
    return new Response(answer.body, { status: answer.status, headers: passed });
  }

  async #upgrade(request: IncomingRequest, url: URL, protocol: string): Promise<Response | Upgraded> {
    const { method, headers, signal } = request;
    const { credentials } = this.#config;
    const answer = await sendAuthorized(credentials, { signal }, async (credential) => {
      const { config } = this.#pool;
      const all = [...passedOn(headers), ...identityHeaders(config, credential)];
      const { clientCertificate } = credential;
      return await requestUpgrade(config, clientCertificate, { method, url, protocol, headers: all }, signal);
    });
    const { status, text, connection } = answer;
    const passed = new Headers(passedOn([...answer.headers]));
    if (connection) return { headers: passed, carry: (local) => carry(local, connection) };
    passed.delete("content-length");
    return new Response(text || null, { status, headers: passed });
  }
}

/** Leaves out what belongs to the connection on which the headers came, and what we say ourselves. */
function passedOn(headers: IncomingRequest["headers"]): [name: string, value: string][] {
  const named = headers.filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.toLowerCase().split(",").map((name) => name.trim()));
  return headers.map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => !OF_CONNECTION.has(name) && !OWN.has(name) && !named.includes(name));
}

// Such answers are sent event by event. The server compresses them as many gzip members, of which fetch reads only the
// first.
function isStream({ pathname, searchParams }: URL): boolean {
  return searchParams.has("watch") || searchParams.has("follow") || pathname.includes("/watch/");
}

/** Carries data both ways until one of the sides has ended. */
async function carry(local: ByteStream, { stream, reader }: UpgradedConnection): Promise<void> {
  const end = () => {
    local.close();
    stream.close();
  };
  const upload = async () => {
    for await (const data of local.bytes) await stream.write(data);
  };
  const download = async () => {
    for (let data = await reader.takeSome(); data; data = await reader.takeSome()) await local.write(data);
  };
  // The other one fails then.
  await Promise.allSettled([upload().finally(end), download().finally(end)]);
}
