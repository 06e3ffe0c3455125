/**
 * A real Kubernetes control plane on loopback: etcd, kube-apiserver, kube-controller-manager and kube-scheduler; kwok,
 * which plays one node and the pods on it; and a stand-in for a kubelet, on whose node pods are real processes.
 *
 * @module
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinaries } from "./binaries.ts";
import { Cluster, type ClusterLocation } from "./cluster.ts";
import { writePki } from "./pki.ts";
import { Processes } from "./processes.ts";
import { kubeletNode, listPrograms, type Ports, type ProgramName } from "./programs.ts";

/** How to start a control plane. */
export interface ControlPlaneOptions {
  /**
   * An empty folder for its data, certificates and logs, which is removed in the end.
   *
   * @default {a new temporary folder}
   */
  readonly dir?: string;
  /** More arguments for some of the programs. */
  readonly args?: Readonly<Partial<Record<ProgramName, readonly string[]>>>;
}

/** How long one step of the start may take. */
const stepTimeoutMs = 120_000;

const initialObjects = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "node-0",
        labels: { "kubernetes.io/hostname": "node-0", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" },
      },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "viewer" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "viewer" }],
    },
  ],
};

/**
 * Starts a control plane and waits until pods can run on it.
 *
 * @param options Where and how.
 * @returns The control plane.
 * @throws {Error} If a program is missing or fails; the message ends with what the program logged last.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { dir: binDir, kwok, kubelet } = await findBinaries();
  const dir = options.dir ?? await Deno.makeTempDir({ prefix: "kubescript-cluster-" });
  const ports = freePorts();
  const processes = new Processes(dir);
  const location = { dir, binDir, server: `https://127.0.0.1:${ports.server}`, etcd: `http://127.0.0.1:${ports.etcd}` };
  const plane = new ControlPlane(location, processes);
  try {
    await writeFiles(plane);
    const programs = listPrograms({ dir, binDir, kwok, kubelet, ports });
    const start = (name: ProgramName) => {
      const { command, args } = programs[name];
      processes.start(name, command, [...args, ...options.args?.[name] ?? []]);
    };
    await bringUp(plane, processes, start);
    return plane;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

/** A control plane that belongs to this process: it ends with it, also when that is interrupted or terminated. */
export class ControlPlane extends Cluster implements AsyncDisposable {
  readonly #processes: Processes;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  /**
   * Ties programs to this process, before they are started.
   *
   * @param location Where the control plane is.
   * @param processes Its programs.
   */
  constructor(location: ClusterLocation, processes: Processes) {
    super(location);
    this.#processes = processes;
    Deno.addSignalListener("SIGINT", this.#onInterrupt);
    Deno.addSignalListener("SIGTERM", this.#onTerminate);
  }

  /** Fires when the control plane is about to end, which is the end of whatever uses it. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Ends all programs and removes the folder. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  /** Ends all programs and removes the folder. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  readonly #onInterrupt = () => void this.stop().then(() => Deno.exit(130));
  readonly #onTerminate = () => void this.stop().then(() => Deno.exit(143));

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#processes.stop();
    await Deno.remove(this.dir, { recursive: true });
    Deno.removeSignalListener("SIGINT", this.#onInterrupt);
    Deno.removeSignalListener("SIGTERM", this.#onTerminate);
  }
}

/** Finds free ports by having the system choose them; all are held until the last is known, so that they differ. */
function freePorts(): Ports {
  using listeners = new DisposableStack();
  const port = () => listeners.use(Deno.listen({ hostname: "127.0.0.1", port: 0 })).addr.port;
  return { server: port(), etcd: port(), etcdPeer: port(), kwok: port(), kubelet: port() };
}

async function writeFiles(plane: ControlPlane): Promise<void> {
  const { dir } = plane;
  const admin = await writePki(join(dir, "pki"));
  await plane.writeKubeconfig({ user: admin, path: plane.kubeconfig });
  const podLog = join(dir, "pod.log");
  const lines = [1, 2, 3, 4, 5].map((n) => `2026-01-01T00:00:0${n}.000000000Z stdout F line ${n}\n`);
  await Deno.writeTextFile(podLog, lines.join(""));
  const settings = [
    ["ClusterLogs", { logs: [{ logsFile: podLog, follow: true }] }],
    ["ClusterAttach", { attaches: [{ logsFile: podLog }] }],
    ["ClusterExec", { execs: [{ local: { workDir: dir } }] }],
  ] as const;
  const documents = settings.map(([kind, spec]) => {
    return JSON.stringify({ apiVersion: "kwok.x-k8s.io/v1alpha1", kind, metadata: { name: "all" }, spec });
  });
  await Deno.writeTextFile(join(dir, "kwok.yaml"), documents.join("\n---\n"));
}

/** Starts the programs in order and waits for what each of them has to bring about. */
async function bringUp(plane: ControlPlane, processes: Processes, start: (name: ProgramName) => void): Promise<void> {
  const fail = async (name: string, why: string) => {
    throw new Error(`Cannot start the control plane: ${name} ${why}\n${await processes.logTail(name)}`);
  };
  const until = async (name: ProgramName, args: string[], stdin = "") => {
    const giveUpAt = Date.now() + stepTimeoutMs;
    while ((await plane.kubectl(args, { stdin })).code !== 0) {
      const end = processes.unexpectedEnd;
      if (end) await fail(end.name, `ended with code ${end.code}`);
      if (Date.now() > giveUpAt) await fail(name, `did not do its part in ${stepTimeoutMs / 1000} s`);
      await sleep(50);
    }
  };

  start("etcd");
  start("kube-apiserver");
  await until("kube-apiserver", ["get", "--raw=/readyz", "--request-timeout=1s"]);
  start("kube-controller-manager");
  start("kube-scheduler");
  start("kwok");
  start("kubelet");
  await until("kube-apiserver", ["apply", "--server-side", "-f=-"], JSON.stringify(initialObjects));
  await until("kwok", ["wait", "--for=condition=Ready", "node/node-0", "--timeout=1s"]);
  await until("kubelet", ["wait", "--for=condition=Ready", `node/${kubeletNode}`, "--timeout=1s"]);
  await until("kube-controller-manager", [
    "wait",
    "--for=create",
    "-n=default",
    "serviceaccount/default",
    "--timeout=1s",
  ]);
}
