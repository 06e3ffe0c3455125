/**
 * Pods whose containers are real processes, for tests of what reaches into them.
 *
 * @module
 */
import { systemClock } from "../../lib/base/clock.ts";
import { openTransport } from "../../lib/client/connect.ts";
import { KindFinder } from "../../lib/client/kind_finder.ts";
import { PodClient } from "../../lib/client/pod_client.ts";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { kubeletNode } from "../cluster/programs.ts";
import { hasRealPrograms } from "./capabilities.ts";
import { kubectl } from "./objects.ts";

/** The node on which the test cluster runs containers as real processes. */
const processNode = hasRealPrograms() ? kubeletNode : "sandbox-0";

/** A container of a test. */
export interface TestContainer {
  /** Its name. */
  readonly name: string;
  /** What it runs; without it, it waits. */
  readonly command?: readonly string[];
  /** Further fields, such as `stdin`, `env` or `ports`. */
  readonly [field: string]: unknown;
}

/**
 * Makes the part of a Pod that says what runs, on the node where it really runs.
 *
 * @param containers The containers.
 * @returns The Pod's `spec`.
 */
export function podSpec(containers: readonly TestContainer[]): Record<string, unknown> {
  return {
    nodeName: processNode,
    terminationGracePeriodSeconds: 0,
    containers: containers.map((container) => ({ image: "none", ...container })),
  };
}

/**
 * Makes a Pod, and waits until it runs.
 *
 * @param namespace Its namespace.
 * @param name Its name.
 * @param containers Its containers.
 * @param options Fields that the Pod has besides.
 */
export async function startPod(
  { name: namespace }: TestNamespace,
  name: string,
  containers: readonly TestContainer[] = [{ name: "app" }],
  { labels = {}, annotations = {}, spec = {} }: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    spec?: Record<string, unknown>;
  } = {},
): Promise<void> {
  const metadata = { namespace, name, labels, annotations };
  const pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { ...podSpec(containers), ...spec } };
  await kubectl(["create", "-f=-"], JSON.stringify(pod));
  await kubectl(["wait", `--namespace=${namespace}`, "--for=jsonpath={.status.phase}=Running", `pod/${name}`]);
}

/**
 * Connects to the test cluster.
 *
 * @param namespace The namespace of references that name none.
 * @param kubeconfig The kubeconfig file; by default that of a user who may do everything.
 * @returns The client; dispose it in the end.
 */
export async function connectTo(
  { name: namespace }: TestNamespace,
  kubeconfig: string = testCluster().kubeconfig,
): Promise<PodClient & Disposable> {
  const options = { kubeconfig, concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock };
  const { transport } = await openTransport(options);
  const client = new PodClient({ sender: transport, kinds: new KindFinder(transport), namespace });
  return Object.assign(client, { [Symbol.dispose]: () => transport[Symbol.dispose]() });
}
