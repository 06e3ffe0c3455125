/**
 * Access to a test control plane that is up, from any process of this machine.
 *
 * @module
 */
import { join } from "node:path";
import {
  type Authority,
  type CertificateAndKey,
  type CertificateOptions,
  issueCertificate,
} from "../../lib/base/certificates.ts";
import { standInForKubectl } from "../support/kubectl/kubectl.ts";
import { readAuthority } from "./pki.ts";

/** Where a control plane is: all that another process has to know about it. */
export interface ClusterLocation {
  /** The folder with its kubeconfig, certificates and logs. */
  readonly dir: string;
  /** The folder with `kubectl` and the other programs; empty if there are none. */
  readonly binDir: string;
  /** The address of the API server. */
  readonly server: string;
  /** The address of etcd. */
  readonly etcd: string;
}

/** What a kubeconfig file says. */
export interface KubeconfigOptions {
  /** Who the user is: a token (see `tokens`), or a client certificate. */
  readonly user: { readonly token: string } | CertificateAndKey;
  /**
   * The address of the API server.
   *
   * @default {the cluster's}
   */
  readonly server?: string;
  /**
   * The certificate that the API server's is checked against, as PEM.
   *
   * @default {the cluster's}
   */
  readonly ca?: string;
  /** The namespace of the context. */
  readonly namespace?: string;
  /**
   * Where to write it.
   *
   * @default {a new file in the folder of the control plane}
   */
  readonly path?: string;
}

/** How a run of kubectl ended. */
export interface KubectlResult {
  /** The exit code. */
  readonly code: number;
  /** What it wrote to stdout. */
  readonly stdout: string;
  /** What it wrote to stderr. */
  readonly stderr: string;
}

/** A control plane that is up. */
export class Cluster implements ClusterLocation {
  readonly dir: string;
  readonly binDir: string;
  readonly server: string;
  readonly etcd: string;
  /** A kubeconfig file for a user who may do everything. */
  readonly kubeconfig: string;

  /**
   * Gives access to a control plane.
   *
   * @param location Where it is.
   */
  constructor({ dir, binDir, server, etcd }: ClusterLocation) {
    this.dir = dir;
    this.binDir = binDir;
    this.server = server;
    this.etcd = etcd;
    this.kubeconfig = join(dir, "kubeconfig");
  }

  /**
   * Runs kubectl, or what stands in for it.
   *
   * @param args Its arguments.
   * @param options What to hand it on stdin, and which kubeconfig file it uses if not the one with all rights.
   * @returns How it ended; a failure is not thrown.
   */
  async kubectl(
    args: readonly string[],
    { stdin = "", kubeconfig = this.kubeconfig }: { stdin?: string; kubeconfig?: string } = {},
  ): Promise<KubectlResult> {
    if (this.binDir === "") return await standInForKubectl(args, { stdin, kubeconfig });
    const process = new Deno.Command(join(this.binDir, "kubectl"), {
      args: [...args],
      // The cache in the home folder goes by address, and the next control plane may have the address of the last one.
      env: { KUBECONFIG: kubeconfig, KUBECACHEDIR: join(this.dir, "kubectl-cache") },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [{ code, stdout, stderr }] = await Promise.all([
      process.output(),
      // A kubectl that fails does not read to the end, which shows in its exit code.
      ReadableStream.from([new TextEncoder().encode(stdin)]).pipeTo(process.stdin).catch(() => {}),
    ]);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /**
   * Writes a kubeconfig file.
   *
   * @param options What it says.
   * @returns The path of the file, which goes away with the control plane.
   */
  async writeKubeconfig(options: KubeconfigOptions): Promise<string> {
    const { user, server = this.server, ca = (await this.#authority()).certificate, namespace } = options;
    const path = options.path ?? await Deno.makeTempFile({ dir: this.dir, suffix: ".kubeconfig" });
    const credentials = "token" in user ? user : {
      "client-certificate-data": btoa(user.certificate),
      "client-key-data": btoa(user.key),
    };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster: { server, "certificate-authority-data": btoa(ca) } }],
      users: [{ name: "test", user: credentials }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace } }],
      "current-context": "test",
    };
    await Deno.writeTextFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
    return path;
  }

  /**
   * Issues a client certificate that the API server trusts for as long as it is valid.
   *
   * @param options The name and groups of the user, and when it expires, maybe in the past.
   * @returns The certificate and its key.
   */
  async issueClientCertificate(
    options: Pick<CertificateOptions, "cn" | "groups" | "notAfter">,
  ): Promise<CertificateAndKey> {
    return issueCertificate(await this.#authority(), options);
  }

  #authority(): Promise<Authority> {
    return readAuthority(join(this.dir, "pki"));
  }
}
