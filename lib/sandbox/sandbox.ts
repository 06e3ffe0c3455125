/**
 * An embedded Kubernetes API server, with controllers that make workloads ready: a whole small cluster in this process.
 *
 * It serves HTTP or HTTPS on loopback, to kubectl, to client libraries and to kubescript itself, and behaves as
 * kube-apiserver 1.37 does. What it does not do:
 *
 * - Answers in Protobuf: bodies may come in it, answers are JSON, which all clients take.
 * - Mutating admission webhooks, conversion webhooks, aggregated API servers, and admission policies in CEL: the objects
 *   are stored, and nothing is called. Validating admission webhooks are called, but only by URL.
 * - Containers run no images, but functions; there is no network between Pods, and Services route nothing.
 * - HorizontalPodAutoscalers scale nothing, as there are no metrics.
 *
 * @module
 */

import { issueCertificate } from "../base/certificates.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { type HttpServer, type RequestHandler, serveHttp, type ServerTls } from "../client/transport/http_server.ts";
import { KubescriptError } from "../kube/error.ts";
import { AccessControl } from "./auth/access_control.ts";
import { withAuthenticated } from "./auth/authenticator.ts";
import { type Cluster, createCluster } from "./cluster.ts";
import { createInitialObjects } from "./initial_objects.ts";
import { createKeys, type Keys, keysIn } from "./keys.ts";
import type { ContainerBehavior } from "./pods/script.ts";
import type { Registry } from "./registry/registry.ts";
import type { UserInfo } from "./registry/user_info.ts";
import { apiHandler } from "./api/api_server.ts";
import { answerPath } from "./paths.ts";
import { ValidatingWebhooks } from "./webhooks/validating_webhooks.ts";

/** A user who is known by a token. */
export interface SandboxUser {
  /** The token. */
  readonly token: string;
  /** The uid. */
  readonly uid?: string | undefined;
  /** The groups, without `system:authenticated`; in `system:masters` everything is allowed. */
  readonly groups?: readonly string[] | undefined;
}

/** How a sandbox is set up. */
export interface SandboxOptions {
  /** The port on 127.0.0.1; 0 for any that is free. @default {0} */
  readonly port?: number | undefined;
  /**
   * Whether to serve HTTPS, where clients show a token or a certificate. Over HTTP, who shows nothing may do everything.
   *
   * @default {false}
   */
  readonly tls?: boolean | undefined;
  /** How many Nodes there are. @default {1} */
  readonly nodes?: number | undefined;
  /** A folder in which all objects are kept; by default they are gone with the sandbox. */
  readonly dataDir?: string | undefined;
  /** Whether roles count; by default everybody who is known may do everything. @default {false} */
  readonly rbac?: boolean | undefined;
  /** Users by their names; the user `admin` is always there. */
  readonly users?: Readonly<Record<string, SandboxUser>> | undefined;
  /** What containers do; the first that fits counts. By default they run and say nothing. */
  readonly containers?: readonly ContainerBehavior[] | undefined;
  /** How long a Pod takes to start, in milliseconds. @default {0} */
  readonly podStartMs?: number | undefined;
  /** How many changes of a kind watches can go back. @default {10_000} */
  readonly historyLimit?: number | undefined;
  /** The clock. @default {systemClock} */
  readonly clock?: Clock | undefined;
  /** Stands before the API, for example to disturb it. */
  readonly wrap?: ((handle: RequestHandler) => RequestHandler) | undefined;
  /** Told about faults of the sandbox itself. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * A running sandbox.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * await using sandbox = await Sandbox.start({ nodes: 3 });
 * const { items } = await (await fetch(`${sandbox.server}/api/v1/nodes`)).json();
 * strictEqual(items.length, 3);
 * ```
 */
export class Sandbox implements AsyncDisposable {
  /** Its address, such as `http://127.0.0.1:39201`. */
  readonly server: string;
  /** The authority by which clients know the server, as PEM; absent if it serves HTTP. */
  readonly ca: string | undefined;
  readonly #cluster: Cluster;
  readonly #http: HttpServer;
  readonly #keys: Keys;
  readonly #users: SandboxOptions["users"];

  private constructor(cluster: Cluster, http: HttpServer, keys: Keys, options: SandboxOptions) {
    this.#cluster = cluster;
    this.#http = http;
    this.#keys = keys;
    this.#users = options.users;
    this.server = `${options.tls ? "https" : "http"}://${http.address}`;
    this.ca = options.tls ? keys.authority.certificate : undefined;
  }

  /**
   * Starts a sandbox.
   *
   * @param options How it is set up.
   * @returns The sandbox; dispose it in the end.
   * @throws {KubescriptError} If it cannot listen.
   */
  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const { dataDir, clock = systemClock, users = {}, rbac = false, wrap = (handle) => handle } = options;
    if (dataDir !== undefined) await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
    const keys = dataDir === undefined ? createKeys() : await keysIn(dataDir);
    const cluster = await createCluster({ ...options, clock, ca: options.tls ? keys.authority.certificate : "" });
    try {
      const { registry } = cluster;
      const access = new AccessControl({
        registry,
        tokens: tokensOf(users, keys),
        signingKey: keys.signingKey,
        // Clients of Go send no tokens without TLS.
        anonymous: options.tls ? undefined : withAuthenticated(ADMIN),
        rbac,
      });
      cluster.admission.validating.push((attributes) => access.refuseEscalation(attributes));
      createInitialObjects(registry);
      access.start();
      cluster.settle();
      const answer = apiHandler({
        registry,
        handlers: new Map([...cluster.handlers, ...access.handlers()]),
        paths: (request) => answerPath(cluster, request),
        webhooks: new ValidatingWebhooks(registry),
        authenticate: (request) => access.authenticate(request),
        authorize: (user, attributes) => access.authorize(user, attributes),
      });
      const handle = wrap(options.tls ? answer : refuseBrowsers(answer));
      const tls = options.tls ? serverTls(keys) : undefined;
      const http = await serveHttp({ hostname: "127.0.0.1", port: options.port ?? 0 }, handle, tls);
      return new Sandbox(cluster, http, keys, options);
    } catch (error) {
      cluster[Symbol.dispose]();
      throw error;
    }
  }

  /** The token of the user `admin`. */
  get adminToken(): string {
    return this.#keys.adminToken;
  }

  /** The verbs of the API without HTTP, synchronous and with all rights. */
  get registry(): Registry {
    return this.#cluster.registry;
  }

  /**
   * Makes a kubeconfig.
   *
   * @param options As whom, and in which namespace.
   * @returns The kubeconfig, as a value; it can be written as JSON.
   * @throws {KubescriptError} If there is no such user.
   */
  kubeconfig(options: KubeconfigOptions = {}): Record<string, unknown> {
    const { user = "admin", namespace = "default" } = options;
    const token = user === "admin" ? this.#keys.adminToken : this.#users?.[user]?.token;
    if (token === undefined) throw new KubescriptError(`Cannot act as "${user}": the sandbox has no such user`);
    const ca = this.ca === undefined ? {} : { "certificate-authority-data": btoa(this.ca) };
    return {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "sandbox", cluster: { server: this.server, ...ca } }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: "sandbox", context: { cluster: "sandbox", user, namespace } }],
      "current-context": "sandbox",
    };
  }

  /**
   * Issues a certificate by which the server knows a client.
   *
   * @param cn The user.
   * @param groups The groups.
   * @returns The certificate and its key, as PEM.
   */
  issueClientCertificate(cn: string, groups: readonly string[] = []): { certificate: string; key: string } {
    return issueCertificate(this.#keys.authority, { cn, groups });
  }

  /** Closes all connections, as a server does that restarts; new ones are taken. */
  disconnect(): void {
    this.#http.disconnect();
  }

  /** Lets the controllers do now what they have to do, without waiting for their turn. */
  settle(): void {
    this.#cluster.settle();
  }

  /** Ends the sandbox and all connections to it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
    this.#cluster[Symbol.dispose]();
  }
}

/** As whom a kubeconfig is. */
export interface KubeconfigOptions {
  /** The user. @default {"admin"} */
  readonly user?: string | undefined;
  /** The namespace. @default {"default"} */
  readonly namespace?: string | undefined;
}

const ADMIN: UserInfo = { username: "admin", groups: ["system:masters"] };

function tokensOf(users: Readonly<Record<string, SandboxUser>>, { adminToken }: Keys): Map<string, UserInfo> {
  const tokens = new Map<string, UserInfo>([[adminToken, ADMIN]]);
  for (const [username, { token, uid, groups = [] }] of Object.entries(users)) {
    tokens.set(token, { username, ...(uid !== undefined && { uid }), groups });
  }
  return tokens;
}

/** Refuses what web pages send to servers of the machine that shows them: by a name of their own, or across origins. */
function refuseBrowsers(handle: RequestHandler): RequestHandler {
  return (request) => {
    const values = (wanted: string) => request.headers.filter(([name]) => name.toLowerCase() === wanted);
    const isLocal = values("host").every(([, host]) => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host));
    if (isLocal && values("origin").length === 0) return handle(request);
    return Promise.resolve(new Response("not for web pages\n", { status: 403 }));
  };
}

function serverTls({ authority }: Keys): ServerTls {
  const dnsNames = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
  const { certificate, key } = issueCertificate(authority, {
    cn: "kube-apiserver",
    dnsNames,
    addresses: ["127.0.0.1"],
  });
  return { cert: certificate, key, clientCa: authority.certificate };
}
