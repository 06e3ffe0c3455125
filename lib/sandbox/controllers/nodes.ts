/**
 * The Nodes of the sandbox, with the Leases that tell that they live.
 *
 * @module
 */

import type { Controller, ControllerContext } from "./controller.ts";
import { timestamp } from "./controller.ts";
import { LEASES, NODES } from "./kinds.ts";

/** Options of {@linkcode nodeController}. */
export interface NodesOptions {
  /** How many there are at first, named `sandbox-0` and so on. @default {1} */
  readonly count?: number | undefined;
  /** The version that they tell, such as `v1.37.1`. */
  readonly version: string;
}

const CAPACITY = { cpu: "32", "ephemeral-storage": "1Ti", memory: "256Gi", pods: "110k" };
const HEARTBEAT_MS = 10_000;
const LEASE_SECONDS = 40;
const LEASE_NAMESPACE = "kube-node-lease";
const PRESSURES = [
  ["MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
] as const;

/**
 * Makes what keeps Nodes alive.
 *
 * @param context What it works with.
 * @param options How many there are.
 * @returns The controller.
 */
export function nodeController(context: ControllerContext, { count = 1, version }: NodesOptions): Controller {
  const { cache, clock } = context;
  const names = Array.from({ length: count }, (_, i) => `sandbox-${i}`);
  let registered = false;
  const controller: Controller = {
    name: "node",
    watches: [],
    reconcile(name) {
      if (!registered) register();
      const node = cache.get(NODES, "", name);
      if (!node) return undefined;
      renew(name);
      return HEARTBEAT_MS;
    },
  };
  for (const name of names) context.enqueue(controller, name);
  return controller;

  // Once: what is deleted later is meant to be gone.
  function register(): void {
    registered = true;
    for (const [i, name] of names.entries()) {
      if (cache.get(NODES, "", name)) continue;
      const writer = context.writer(name, "kubelet");
      const labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
      };
      writer.create(NODES, {
        metadata: { name, labels },
        spec: { podCIDR: `10.244.${i}.0/24`, podCIDRs: [`10.244.${i}.0/24`] },
      });
      writer.updateStatus(cache.get(NODES, "", name)!, statusOfNode(name, version, timestamp(clock)));
    }
  }

  function renew(name: string): void {
    const writer = context.writer(name, "kubelet");
    const renewTime = new Date(clock.now()).toISOString().replace("Z", "000Z");
    const lease = cache.get(LEASES, LEASE_NAMESPACE, name);
    if (lease) return writer.update(lease, { spec: { ...lease.spec, renewTime } });
    writer.create(LEASES, {
      metadata: { name, namespace: LEASE_NAMESPACE },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    });
  }
}

function statusOfNode(name: string, version: string, now: string): Readonly<Record<string, unknown>> {
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  return {
    addresses: [{ type: "InternalIP", address: "127.0.0.1" }, { type: "Hostname", address: name }],
    allocatable: CAPACITY,
    capacity: CAPACITY,
    conditions: [
      ...PRESSURES.map(([type, reason, message]) => ({ ...times, message, reason, status: "False", type })),
      { ...times, message: "kubelet is posting ready status", reason: "KubeletReady", status: "True", type: "Ready" },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: "amd64",
      bootID: "",
      containerRuntimeVersion: "sandbox://1",
      kernelVersion: "",
      kubeProxyVersion: "",
      kubeletVersion: version,
      machineID: "",
      operatingSystem: "linux",
      osImage: "kubescript sandbox",
      systemUUID: "",
    },
  };
}
