/**
 * The configuration of a program that runs in a Pod: the service account that Kubernetes mounts there, see
 * {@link https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ | accessing the API from a Pod}.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { ConfigError } from "../config_error.ts";
import type { ClusterConfig, ImpersonationOptions } from "./cluster_config.ts";
import { fileCredentials } from "./credentials.ts";
import { type Fail, readFile, readTokenFile } from "./files.ts";
import { completeImpersonation } from "./impersonation.ts";
import type { Env } from "./kubeconfig.ts";
import { parseCertificates } from "./pem.ts";

/** Options of {@linkcode inClusterConfig}. */
export interface InClusterOptions {
  /** Reads an environment variable. */
  readonly env: Env;
  /** Where the service account is mounted. */
  readonly folder: string;
  /** Whom to act as. */
  readonly impersonate?: ImpersonationOptions | undefined;
  /** The clock. */
  readonly clock: Clock;
}

/**
 * Reads the service account of the Pod in which the program runs.
 *
 * @param options Where to look.
 * @returns The configuration; `undefined` outside a Pod.
 * @throws {ConfigError} If the service account is not mounted or cannot be read.
 */
export async function inClusterConfig(options: InClusterOptions): Promise<ClusterConfig | undefined> {
  const { env, folder, clock } = options;
  const host = env("KUBERNETES_SERVICE_HOST");
  const port = env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return undefined;
  const failOf = (name: string): Fail => (problem, failOptions) =>
    new ConfigError(`Cannot use the service account of this Pod: file "${folder}/${name}" ${problem}`, {
      hint: "Mount it (automountServiceAccountToken), or set KUBECONFIG",
      ...failOptions,
    });
  const readAuthorization = () => readTokenFile(`${folder}/token`, failOf("token"));
  const credentials = fileCredentials(clock, async () => ({ authorization: await readAuthorization() }));
  await credentials.get();
  const readCaCerts = async () =>
    parseCertificates(await readFile(`${folder}/ca.crt`, failOf("ca.crt")), failOf("ca.crt"));
  const namespace = (await readFile(`${folder}/namespace`, failOf("namespace"))).trim();
  return {
    name: "in-cluster",
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    namespace: namespace || "default",
    tls: { caCerts: await readCaCerts(), readCaCerts, insecureSkipTlsVerify: false },
    credentials,
    disableCompression: false,
    impersonate: completeImpersonation(options.impersonate ?? {}, (problem, failOptions) => {
      return new ConfigError(`Cannot act as somebody else: the user ${problem}`, failOptions);
    }),
    source: `service account in "${folder}"`,
  };
}
