/**
 * `pods/exec` and `pods/attach`: commands in containers, and the processes that they run.
 *
 * @module
 */

import { parseJson } from "../../base/json.ts";
import { CHANNEL, dataMessage, type TerminalSize } from "../../client/pod_streams/channels.ts";
import type { WebSocketConnection } from "../../client/transport/web_socket.ts";
import { acceptWebSocket } from "../../client/transport/web_socket_server.ts";
import type { Pod } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { Status } from "../../kube/status.ts";
import type { SubresourceHandler } from "../api/api_server.ts";
import { badRequest, internalError, StatusError } from "../registry/status_error.ts";
import type { ProcessStreams, RunningContainer } from "./container.ts";
import type { Kubelet } from "./kubelet.ts";
import { containerName, containerOf } from "./pod_requests.ts";

/** The protocols: with the fifth version stdin can be ended. */
const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** What is done with the streams of a client. */
type Work = (container: RunningContainer, streams: ProcessStreams) => Promise<Status>;

/**
 * Makes the handler of commands.
 *
 * @param kubelet What runs Pods.
 * @returns The handler.
 */
export function execHandler(kubelet: Kubelet): SubresourceHandler {
  return async (request, resource, context) => {
    const command = request.query.getAll("command");
    if (command.length === 0) throw badRequest("you must specify at least one command for the container");
    return await streamHandler(kubelet, async (container, streams) => {
      const exitCode = await container.exec(command, streams);
      return exitCode === 0 ? SUCCESS : nonZeroExit(command, exitCode);
    }, "error executing command in container")(request, resource, context);
  };
}

/**
 * Makes the handler of connections to the processes that containers run.
 *
 * @param kubelet What runs Pods.
 * @returns The handler.
 */
export function attachHandler(kubelet: Kubelet): SubresourceHandler {
  return streamHandler(kubelet, async (container, streams) => {
    await container.attach(streams);
    return SUCCESS;
  }, "error attaching to container");
}

function streamHandler(kubelet: Kubelet, work: Work, failure: string): SubresourceHandler {
  return async ({ info, query, headers }, resource, { registry }) => {
    const pod = registry.get(resource, info.namespace, info.name) as unknown as Live<Pod>;
    containerName(pod, query.get("container"));
    if (!pod.spec?.nodeName) throw badRequest(`pod ${info.name} does not have a host assigned`);
    const answer = await acceptWebSocket(headers, PROTOCOLS, registry.clock, async (connection) => {
      const session = new Session(connection, query);
      await session.run(async (streams) => {
        try {
          return await work(containerOf(kubelet, pod, query.get("container")), streams);
        } catch (error) {
          const why = error instanceof StatusError
            ? error.message.replace(/^Internal error occurred: /, "")
            : reasonOf(error);
          return internalError(`${failure}: ${why}`).status;
        }
      });
    });
    if (answer) return answer;
    throw badRequest("Upgrade request required");
  };
}

/** The streams of one client over its connection. */
class Session {
  readonly #connection: WebSocketConnection;
  readonly #query: URLSearchParams;
  readonly #stdin = new TransformStream<Uint8Array, Uint8Array>();
  readonly #stdinWriter = this.#stdin.writable.getWriter();
  // Sizes are few, and must not hold back what follows them.
  readonly #sizes = new TransformStream<TerminalSize, TerminalSize>(undefined, { highWaterMark: 1_024 });
  readonly #sizesWriter = this.#sizes.writable.getWriter();
  readonly #gone = new AbortController();

  constructor(connection: WebSocketConnection, query: URLSearchParams) {
    this.#connection = connection;
    this.#query = query;
  }

  async run(work: (streams: ProcessStreams) => Promise<Status>): Promise<void> {
    // Clients wait for a first message, which tells that there is a connection.
    await this.#connection.send(dataMessage(CHANNEL.stdout, new Uint8Array()));
    const receiving = this.#receive();
    const tty = this.#has("tty");
    const status = await work({
      stdin: this.#has("stdin") ? this.#stdin.readable : undefined,
      stdout: this.#output("stdout"),
      stderr: this.#output(tty ? "stdout" : "stderr"),
      tty,
      sizes: this.#sizes.readable,
      signal: this.#gone.signal,
    });
    await this.#connection.send(dataMessage(CHANNEL.error, new TextEncoder().encode(JSON.stringify(status))));
    await this.#connection.close();
    // What nobody reads any more must not keep the client's answer from being read.
    this.#stdinWriter.abort().catch(() => {});
    await receiving;
  }

  async #receive(): Promise<void> {
    try {
      for await (const message of this.#connection) await this.#take(message[0]!, message.subarray(1));
    } catch {
      // A connection that breaks ends like any other.
    } finally {
      this.#gone.abort(new DOMException("the client is gone", "AbortError"));
      this.#stdinWriter.abort().catch(() => {});
      this.#sizesWriter.close().catch(() => {});
    }
  }

  async #take(channel: number, data: Uint8Array): Promise<void> {
    if (channel === CHANNEL.resize) {
      const { Width: width, Height: height } = parseJson(new TextDecoder().decode(data)) as Record<string, number>;
      this.#sizesWriter.write({ width: width!, height: height! }).catch(() => {});
    }
    const endsStdin = channel === CHANNEL.close && data[0] === CHANNEL.stdin;
    if (endsStdin) await this.#stdinWriter.close().catch(() => {});
    // An empty piece would read like the end to some.
    if (channel === CHANNEL.stdin && data.length > 0) await this.#stdinWriter.write(data).catch(() => {});
  }

  #output(name: "stdout" | "stderr"): { write(data: string | Uint8Array): Promise<void> } {
    if (!this.#has(name)) return { write: () => Promise.resolve() };
    return {
      write: (data) => {
        const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
        return this.#connection.send(dataMessage(CHANNEL[name], bytes));
      },
    };
  }

  #has(name: string): boolean {
    return ["true", "1"].includes(this.#query.get(name) ?? "");
  }
}

const SUCCESS: Status = { apiVersion: "v1", kind: "Status", metadata: {}, status: "Success" };

function nonZeroExit(command: readonly string[], exitCode: number): Status {
  return {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message: "command terminated with non-zero exit code: " +
      `error executing command [${command.join(" ")}], exit code ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
