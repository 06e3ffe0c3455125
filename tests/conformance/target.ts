/**
 * What the conformance suite runs against: anything that serves the Kubernetes API.
 *
 * @module
 */
import { type Clock, systemClock } from "../../lib/base/clock.ts";
import { Client } from "../../lib/client/client.ts";
import { openTransport } from "../../lib/client/connect.ts";
import { ApiError } from "../../lib/client/errors.ts";
import { KindFinder } from "../../lib/client/kind_finder.ts";
import type { ListProgress } from "../../lib/client/object_list.ts";
import type { Sender } from "../../lib/client/sender.ts";
import { Namespace, ServiceAccount } from "../../lib/kinds/mod.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Kind } from "../../lib/script/kind.ts";
import { attachVariable, type TestCluster, testCluster, type TestNamespace } from "../cluster/attach.ts";
import type { CertificateAndKey, CertificateOptions } from "../../lib/base/certificates.ts";
import { tokens } from "../cluster/pki.ts";
import { kubeletNode } from "../cluster/programs.ts";
import { until } from "../e2e/objects.ts";
import { missingPrograms } from "../support/process_containers.ts";
import { type SandboxLocation, testSandbox } from "../sandbox/test_sandbox.ts";
import { kubeconfigOf } from "./kubeconfigs.ts";

/** How to connect to a {@linkcode Target}. */
export interface ConnectOptions {
  /**
   * Who: `admin` may do everything, `viewer` has the role `view`, `nobody` may do nothing; or the bearer of a token.
   *
   * @default {"admin"}
   */
  readonly as?: keyof typeof tokens | { readonly token: string };
  /** The namespace of references and selections that name none. @default {"default"} */
  readonly namespace?: string;
  /** Told about every warning of the server. */
  readonly onWarning?: (message: string) => void;
  /** Told about every page of every list. */
  readonly onPage?: (progress: ListProgress) => void;
  /** Puts something before the transport, for example to count requests. */
  readonly wrap?: (sender: Sender) => Sender;
  /** What to go through, such as a fault proxy. */
  readonly through?: Location;
  /** The clock. @default {systemClock} */
  readonly clock?: Clock;
  /** Told about every repetition. */
  readonly onRetry?: (message: string) => void;
}

/** Where a server is. */
export interface Location {
  /** Its address. */
  readonly server: string;
  /** The authority that its certificate is checked against, as PEM. */
  readonly ca: string;
}

/** Runs kubectl with all rights, which has to succeed; gives all that it wrote. */
export type Kubectl = (...args: string[]) => Promise<string>;

/** A server of the Kubernetes API, with controllers that run Pods and workloads. */
export interface Target {
  /** The rows that it cannot do, and why. */
  readonly cannot: ReadonlyMap<string, string>;
  /** kubectl to compare with, or why there is none. */
  readonly kubectl: Kubectl | string;
  /**
   * The Node on which containers of the image `none` really run: as processes of this machine, each in a working folder
   * of its own and with the machine's programs and ports.
   */
  readonly processNode: string;
  /**
   * Connects to it.
   *
   * @param options As whom, and how.
   * @returns The client; dispose it in the end.
   */
  connect(options?: ConnectOptions): Promise<Client>;
  /**
   * Creates a namespace that nobody else has.
   *
   * @param prefix What its name begins with.
   * @returns The namespace, in which Pods can be created at once.
   */
  namespace(prefix: string): Promise<TestNamespace>;
  /**
   * Makes the server forget all states but the present one, as it does after some minutes: tokens of lists that were
   * begun before are expired. Watches may begin where they could, as far as the server keeps the last changes of a kind.
   *
   * @param kind The kind whose lists are to expire; others may.
   */
  forget<T extends KubeObject>(kind: Kind<T>): Promise<void>;
  /**
   * Tells where it is, for kubeconfig files and proxies.
   *
   * @returns Its address and authority.
   */
  locate(): Promise<Location>;
  /**
   * Issues a client certificate that it accepts.
   *
   * @param user The user's name and groups; who is in `system:masters` may do everything.
   * @returns The certificate and its key.
   */
  issueClientCertificate(user: Pick<CertificateOptions, "cn" | "groups">): Promise<CertificateAndKey>;
}

/**
 * Finds the target of this test run.
 *
 * @returns The real control plane if one was started for the run, else the sandbox.
 */
export function findTarget(): Target {
  return Deno.env.get(attachVariable) ? new RealTarget() : new SandboxTarget(testSandbox());
}

async function connectBy(kubeconfig: string, options: Omit<ConnectOptions, "as">): Promise<Client> {
  const { namespace = "default", onPage, wrap, through: _, clock = systemClock, ...told } = options;
  const { transport } = await openTransport({
    ...told,
    kubeconfig,
    concurrency: 16,
    requestTimeoutMs: 30_000,
    clock,
  });
  const sender = wrap ? wrap(transport) : transport;
  return new Client({ sender, kinds: new KindFinder(sender), namespace, onPage });
}

/** The rows that need a container that is a process. */
const ROWS_OF_PROCESSES = ["D1", "D2", "D3", "D4", "D5", "E5"];

/** A sandbox in a process of its own; what it cannot do depends on the machine alone. */
class SandboxTarget implements Target {
  readonly cannot: ReadonlyMap<string, string>;
  readonly kubectl = "these tests need nothing but Deno";
  readonly processNode = "sandbox-0";
  readonly #location: SandboxLocation;

  constructor(location: SandboxLocation) {
    this.#location = location;
    const missing = missingPrograms();
    const reason = `this machine has no ${missing.join(", ")}`;
    this.cannot = new Map(missing.length > 0 ? ROWS_OF_PROCESSES.map((id) => [id, reason]) : []);
  }

  async connect({ as = "admin", ...options }: ConnectOptions = {}): Promise<Client> {
    const { server, ca } = options.through ?? this.#location;
    const user = typeof as === "string" ? { token: tokens[as] } : as;
    const kubeconfig = await Deno.makeTempFile({ prefix: "kubescript-sandbox-" });
    try {
      await Deno.writeTextFile(
        kubeconfig,
        JSON.stringify(kubeconfigOf({ server, ca }, { cluster: {}, user, context: {} })),
      );
      return await connectBy(kubeconfig, options);
    } finally {
      await Deno.remove(kubeconfig);
    }
  }

  async namespace(prefix: string): Promise<TestNamespace> {
    using k = await this.connect();
    const { metadata: { name } } = await k.create(Namespace({ metadata: { generateName: `${prefix}-` } }));
    await until("Pods can be created", async () => {
      return await k.find(ServiceAccount, { name: "default", namespace: name }) !== undefined;
    });
    return {
      name,
      [Symbol.asyncDispose]: async () => {
        using k = await this.connect();
        await k.delete(Namespace, name);
      },
    };
  }

  locate(): Promise<Location> {
    return Promise.resolve(this.#location);
  }

  async issueClientCertificate(user: Pick<CertificateOptions, "cn" | "groups">): Promise<CertificateAndKey> {
    return await (await this.#post("certificate", JSON.stringify(user))).json();
  }

  async forget(): Promise<void> {
    await (await this.#post("compact")).body?.cancel();
  }

  async #post(what: string, body: string = ""): Promise<Response> {
    const { server, ca } = this.#location;
    using client = Deno.createHttpClient({ caCerts: [ca] });
    return await fetch(`${server}/sandbox/${what}`, { method: "POST", body, client });
  }
}

/** The real control plane of `tests/cluster`. */
class RealTarget implements Target {
  readonly cannot: ReadonlyMap<string, string> = new Map();
  readonly processNode = kubeletNode;
  readonly #cluster: TestCluster = testCluster();

  readonly kubectl: Kubectl = async (...args) => {
    const { code, stdout, stderr } = await this.#cluster.kubectl(args);
    if (code !== 0) throw new Error(`Cannot run kubectl ${args.join(" ")}: ${stderr}`);
    return stdout + stderr;
  };

  async connect({ as = "admin", ...options }: ConnectOptions = {}): Promise<Client> {
    const user = typeof as === "string" ? { token: tokens[as] } : as;
    return await connectBy(await this.#cluster.writeKubeconfig({ user, ...options.through }), options);
  }

  namespace(prefix: string): Promise<TestNamespace> {
    return this.#cluster.namespace(prefix);
  }

  async locate(): Promise<Location> {
    const { server, dir } = this.#cluster;
    return { server, ca: await Deno.readTextFile(`${dir}/pki/ca.crt`) };
  }

  issueClientCertificate(user: Pick<CertificateOptions, "cn" | "groups">): Promise<CertificateAndKey> {
    return this.#cluster.issueClientCertificate(user);
  }

  /** Compacts etcd up to now, and waits until the cache of the API server has taken notice, which it does every 15 s. */
  async forget<T extends KubeObject>(kind: Kind<T>): Promise<void> {
    using k = await this.connect();
    const { value: page } = await k.list(kind, { allNamespaces: true, limit: 1 }).pages().next();
    await compact(this.#cluster.etcd);
    const state = { resourceVersion: page!.resourceVersion, resourceVersionMatch: "Exact" } as const;
    await until("the server has forgotten the old states", async () => {
      try {
        await k.list(kind, { allNamespaces: true, limit: 1, ...state }).pages().next();
        return false;
      } catch (error) {
        return error instanceof ApiError && error.isExpired;
      }
    });
  }
}

/** Does what the API server does every five minutes: it notes the revision in a key of its own, then compacts. */
async function compact(etcd: string): Promise<void> {
  const key = btoa("compact_rev_key");
  const call = async (method: string, body: unknown) => {
    const response = await fetch(`${etcd}/v3/kv/${method}`, { method: "POST", body: JSON.stringify(body) });
    return await response.json();
  };
  const { header } = await call("range", { key });
  const revision = String(Number(header.revision) + 1);
  await call("put", { key, value: btoa(revision) });
  await call("compaction", { revision });
}
