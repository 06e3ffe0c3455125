/**
 * The programs of a control plane and their arguments.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The name of one of the programs. */
export type ProgramName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kwok"
  | "kubelet";

/** The node on which pods are real processes; only pods that name it in `spec.nodeName` run there. */
export const kubeletNode = "kubelet-0";

/** A program that is ready to be started. */
export interface Program {
  /** The path of its file. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** The ports of a control plane, all on 127.0.0.1. */
export interface Ports {
  /** kube-apiserver. */
  readonly server: number;
  /** etcd, for clients. */
  readonly etcd: number;
  /** etcd, for the other members of its cluster, of which there are none. */
  readonly etcdPeer: number;
  /** kwok, in the place of the kubelet of most nodes. */
  readonly kwok: number;
  /** The stand-in for a kubelet, of a node of its own. */
  readonly kubelet: number;
}

/** What the arguments depend on. */
export interface ProgramsOptions {
  /** The folder of the control plane. */
  readonly dir: string;
  /** The folder with the programs. */
  readonly binDir: string;
  /** The kwok program. */
  readonly kwok: string;
  /** The program that stands in for a kubelet. */
  readonly kubelet: string;
  /** The ports to listen on. */
  readonly ports: Ports;
}

/**
 * Lists the programs of a control plane.
 *
 * @param options What their arguments depend on.
 * @returns The programs by name.
 */
export function listPrograms(options: ProgramsOptions): Record<ProgramName, Program> {
  const { dir, binDir, kwok, kubelet, ports } = options;
  const pki = (name: string) => join(dir, "pki", name);
  const program = (name: string, args: string[]) => ({ command: join(binDir, name), args });
  const kubeconfig = `--kubeconfig=${join(dir, "kubeconfig")}`;
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const etcdPeer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    "etcd": program("etcd", [
      `--data-dir=${join(dir, "etcd")}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeer}`,
      `--initial-advertise-peer-urls=${etcdPeer}`,
      `--initial-cluster=default=${etcdPeer}`,
      "--quota-backend-bytes=8589934592",
      "--unsafe-no-fsync", // much faster, and nobody will miss the data
    ]),
    "kube-apiserver": program("kube-apiserver", [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.server}`,
      "--endpoint-reconciler-type=none", // the server refuses to advertise a loopback address
      `--tls-cert-file=${pki("server.crt")}`,
      `--tls-private-key-file=${pki("server.key")}`,
      `--client-ca-file=${pki("ca.crt")}`,
      `--token-auth-file=${pki("tokens.csv")}`,
      `--service-account-key-file=${pki("service-account.pub")}`,
      `--service-account-signing-key-file=${pki("service-account.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--kubelet-client-certificate=${pki("admin.crt")}`,
      `--kubelet-client-key=${pki("admin.key")}`,
      "--kubelet-preferred-address-types=InternalIP,Hostname",
      "--authorization-mode=Node,RBAC",
      "--service-cluster-ip-range=10.0.0.0/16",
      "--allow-privileged",
    ]),
    "kube-controller-manager": program("kube-controller-manager", [
      kubeconfig,
      `--service-account-private-key-file=${pki("service-account.key")}`,
      `--root-ca-file=${pki("ca.crt")}`,
      "--use-service-account-credentials",
      "--leader-elect=false",
      "--secure-port=0",
      "--cluster-cidr=10.244.0.0/16",
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ]),
    "kube-scheduler": program("kube-scheduler", [kubeconfig, "--leader-elect=false", "--secure-port=0"]),
    "kwok": {
      command: kwok,
      args: [
        kubeconfig,
        `--config=${fileURLToPath(new URL("kwok/stages.yaml", import.meta.url))}`,
        `--config=${join(dir, "kwok.yaml")}`,
        "--manage-all-nodes",
        `--server-address=127.0.0.1:${ports.kwok}`,
        "--node-ip=127.0.0.1",
        `--node-port=${ports.kwok}`,
        "--node-lease-duration-seconds=40",
        `--tls-cert-file=${pki("server.crt")}`,
        `--tls-private-key-file=${pki("server.key")}`,
      ],
    },
    "kubelet": {
      command: kubelet,
      args: [
        kubeconfig,
        `--node-name=${kubeletNode}`,
        `--port=${ports.kubelet}`,
        `--tls-cert-file=${pki("server.crt")}`,
        `--tls-private-key-file=${pki("server.key")}`,
        `--root-dir=${join(dir, "kubelet")}`,
      ],
    },
  };
}
