/**
 * The configuration that a context of a kubeconfig stands for.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { ConfigError } from "../config_error.ts";
import type { ClusterConfig, Impersonation, ImpersonationOptions, TlsConfig } from "./cluster_config.ts";
import type { ConfigObject } from "./config_object.ts";
import { fixedCredentials } from "./credentials.ts";
import { completeImpersonation } from "./impersonation.ts";
import { findEntry, type Kubeconfig } from "./kubeconfig.ts";
import { parseCertificates } from "./pem.ts";
import { isProxyUrl } from "./proxy.ts";
import { userCredentials } from "./user_credentials.ts";

/** Options of {@linkcode contextConfig}. */
export interface ContextConfigOptions {
  /** The context to use instead of the current one. */
  readonly context?: string | undefined;
  /** Whom to act as instead. */
  readonly impersonate?: ImpersonationOptions | undefined;
  /** Whether standard input is a terminal at which a credential plugin may ask questions. */
  readonly stdinIsTerminal: boolean;
  /** The clock by which credentials expire. */
  readonly clock: Clock;
}

/**
 * Reads a context with its cluster and its user. Entries that it does not name may be wrong.
 *
 * @param kubeconfig The kubeconfig.
 * @param options Which context, and what its credentials need.
 * @returns The configuration.
 * @throws {ConfigError} If there is no such context, or it is wrong.
 */
export async function contextConfig(kubeconfig: Kubeconfig, options: ContextConfigOptions): Promise<ClusterConfig> {
  const { clock, stdinIsTerminal } = options;
  const name = options.context ?? currentContext(kubeconfig);
  const context = findEntry(kubeconfig, "contexts", name, (problem, hint) => {
    return new ConfigError(`Cannot use context "${name}": it ${problem}`, hint);
  });
  const cluster = findNamed(kubeconfig, "clusters", context, "cluster");
  // As in kubectl, nobody has to be somebody.
  const user = context.get("user") === undefined
    ? context.object("user")
    : findNamed(kubeconfig, "users", context, "user");
  const connection = {
    server: readServer(cluster),
    tls: await readTls(cluster),
    proxyUrl: readProxyUrl(cluster),
    disableCompression: cluster.boolean("disable-compression"),
  };
  const credentials = connection.server.startsWith("https:")
    ? await userCredentials(user, { clock, stdinIsTerminal, cluster: execCluster(cluster, connection) })
    : fixedCredentials({});
  return {
    name,
    namespace: context.string("namespace") ?? "default",
    ...connection,
    credentials,
    impersonate: readImpersonation(user, options.impersonate),
    source: `context "${name}" of "${context.file}"`,
  };
}

function currentContext(kubeconfig: Kubeconfig): string {
  if (kubeconfig.currentContext !== undefined) return kubeconfig.currentContext;
  const files = kubeconfig.files.map((file) => `"${file}"`).join(" or ");
  const known = [...kubeconfig.contexts.keys()].slice(0, 10).join(", ");
  throw new ConfigError(`Cannot choose a context: field "current-context" is not set in ${files}`, {
    hint: known === "" ? "There are no contexts" : `Pass --context with one of: ${known}`,
  });
}

function findNamed(
  kubeconfig: Kubeconfig,
  list: "clusters" | "users",
  context: ConfigObject,
  field: string,
): ConfigObject {
  const name = context.required(field);
  return findEntry(kubeconfig, list, name, (problem, hint) => {
    return context.error(field, `names "${name}", which ${problem}`, hint);
  });
}

function readServer(cluster: ConfigObject): string {
  const server = cluster.required("server");
  const url = URL.parse(server);
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    throw cluster.error("server", `must be an address such as "https://10.0.0.1:6443": it is "${server}"`);
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function readProxyUrl(cluster: ConfigObject): string | undefined {
  const proxyUrl = cluster.string("proxy-url");
  if (proxyUrl === undefined) return undefined;
  if (isProxyUrl(proxyUrl)) return proxyUrl;
  throw cluster.error("proxy-url", "must be an http, https or socks5 address");
}

async function readTls(cluster: ConfigObject): Promise<TlsConfig> {
  const readCaCerts = async () => await cluster.dataOrFile("certificate-authority", parseCertificates) ?? [];
  const caCerts = await readCaCerts();
  const insecureSkipTlsVerify = cluster.boolean("insecure-skip-tls-verify");
  if (insecureSkipTlsVerify && caCerts.length > 0) {
    throw cluster.error("insecure-skip-tls-verify", "cannot stand beside a certificate authority: remove one of them");
  }
  return { caCerts, readCaCerts, insecureSkipTlsVerify, serverName: cluster.string("tls-server-name") };
}

function readImpersonation(user: ConfigObject, given: ImpersonationOptions = {}): Impersonation | undefined {
  const extra = user.object("as-user-extra");
  return completeImpersonation({
    user: given.user ?? user.string("as"),
    uid: given.uid ?? user.string("as-uid"),
    groups: given.groups ?? user.strings("as-groups"),
    extra: given.extra ?? Object.fromEntries(extra.names().map((key) => [key, extra.strings(key)])),
  }, (problem, options) => user.error("as", problem, options));
}

/** What credential plugins are told about the cluster: `ExecCredential.spec.cluster`, without what is not the case. */
function execCluster(
  cluster: ConfigObject,
  { tls, proxyUrl, disableCompression }: Pick<ClusterConfig, "tls" | "proxyUrl" | "disableCompression">,
): Record<string, unknown> {
  const extension = cluster.objects("extensions").find((item) => item.get("name") === EXEC_EXTENSION);
  return {
    server: cluster.get("server"),
    "tls-server-name": tls.serverName,
    "insecure-skip-tls-verify": tls.insecureSkipTlsVerify || undefined,
    "certificate-authority-data": new TextEncoder().encode(tls.caCerts.join("")).toBase64() || undefined,
    "proxy-url": proxyUrl,
    "disable-compression": disableCompression || undefined,
    config: extension?.get("extension") ?? null,
  };
}

const EXEC_EXTENSION = "client.authentication.k8s.io/exec";
