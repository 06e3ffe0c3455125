/**
 * A second API server of a test control plane that is up: it serves the same objects, and belongs to one test, which
 * may kill it.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { tokens } from "./pki.ts";
import { Processes } from "./processes.ts";
import { listPrograms, type Program } from "./programs.ts";

const name = "kube-apiserver";

/** How long a start may take. */
const startTimeoutMs = 120_000;

const signals: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];

/** A second API server, which ends with its variable: `await using second = …`. */
export class SecondApiServer implements AsyncDisposable {
  /** A kubeconfig file that leads to it, for a user who may do everything. */
  readonly kubeconfig: string;
  readonly #cluster: Cluster;
  readonly #program: Program;
  readonly #logDir: string;
  #processes: Processes;

  /**
   * Ties a program to a control plane; nothing is started yet.
   *
   * @param cluster The control plane.
   * @param program The program.
   * @param kubeconfig The kubeconfig file that leads to it.
   * @param logDir The folder for its log.
   */
  constructor(cluster: Cluster, program: Program, kubeconfig: string, logDir: string) {
    this.#cluster = cluster;
    this.#program = program;
    this.kubeconfig = kubeconfig;
    this.#logDir = logDir;
    this.#processes = new Processes(logDir);
    for (const signal of signals) Deno.addSignalListener(signal, this.#onSignal);
  }

  /**
   * Starts it, also after it was killed, and waits until it is ready.
   *
   * @throws {Error} If it ends early; the message ends with what it logged last.
   */
  async start(): Promise<void> {
    const processes = this.#processes = new Processes(this.#logDir);
    processes.start(name, this.#program.command, this.#program.args);
    const giveUpAt = Date.now() + startTimeoutMs;
    while (!await this.#isReady()) {
      if (processes.unexpectedEnd || Date.now() > giveUpAt) {
        throw new Error(`Cannot start a second ${name}: it is not ready\n${await processes.logTail(name)}`);
      }
      await sleep(50);
    }
  }

  /** Kills it (`kill -9`): connections break, and nobody listens any more. */
  async kill(): Promise<void> {
    await this.#processes.kill();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of signals) Deno.removeSignalListener(signal, this.#onSignal);
    await this.#processes.kill();
    await Deno.remove(this.#logDir, { recursive: true });
  }

  // It must not outlive the test.
  readonly #onSignal = () => void this[Symbol.asyncDispose]().then(() => Deno.exit(1));

  async #isReady(): Promise<boolean> {
    const args = ["get", "--raw=/readyz", "--request-timeout=1s"];
    return (await this.#cluster.kubectl(args, { kubeconfig: this.kubeconfig })).code === 0;
  }
}

/**
 * Starts a second API server, with the etcd, the certificates and the tokens of the first.
 *
 * @param cluster The control plane.
 * @returns The server, which is ready.
 */
export async function startSecondApiServer(cluster: Cluster): Promise<SecondApiServer> {
  const port = freePort();
  const { dir, binDir, etcd } = cluster;
  const ports = { server: port, etcd: Number(new URL(etcd).port), etcdPeer: 0, kwok: 0, kubelet: 0 };
  const program = listPrograms({ dir, binDir, kwok: "", kubelet: "", ports })[name];
  const kubeconfig = await cluster.writeKubeconfig({
    user: { token: tokens.admin },
    server: `https://127.0.0.1:${port}`,
  });
  const logDir = await Deno.makeTempDir({ prefix: "kubescript-second-api-server-" });
  const second = new SecondApiServer(cluster, program, kubeconfig, logDir);
  try {
    await second.start();
    return second;
  } catch (error) {
    await second[Symbol.asyncDispose]();
    throw error;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
