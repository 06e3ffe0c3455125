/**
 * Ways to make the API server refuse that take some preparation.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { testCluster } from "../cluster/attach.ts";
import type { KubeconfigOptions } from "../cluster/cluster.ts";
import { hastyClock } from "./faulty_client.ts";
import { errorOf } from "./faulty_verbs.ts";
import { until } from "./objects.ts";

/** Where to make the server refuse. */
export interface RefusalLab {
  /** May do everything. */
  readonly client: Client;
  /** The namespace of the test; it holds the ConfigMap `there`. */
  readonly namespace: string;
}

/**
 * Connects to the test cluster as a user.
 *
 * @param user The user's token or certificate.
 * @returns A client that does not wait before it repeats.
 */
export async function connectAs(user: KubeconfigOptions["user"]): Promise<Client> {
  const kubeconfig = await testCluster().writeKubeconfig({ user });
  return await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 60_000, clock: hastyClock });
}

/**
 * Makes a ConfigMap.
 *
 * @param namespace Its namespace.
 * @param name Its name.
 * @param data Its data.
 * @returns The object, which is sent nowhere yet.
 */
export function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data };
}

/**
 * Creates an object in a namespace that is going away.
 *
 * @param lab Where.
 */
export async function createInTerminatingNamespace({ client }: RefusalLab): Promise<void> {
  await using namespace = await testCluster().namespace("terminating");
  const { metadata, ...rest } = configMap(namespace.name, "stays");
  const held = await client.create({ ...rest, metadata: { ...metadata, finalizers: ["example.com/hold"] } });
  await client.delete("namespaces", namespace.name);
  try {
    await client.create(configMap(namespace.name, "late"));
  } finally {
    await client.patch("configmaps", held, { metadata: { finalizers: null } }, { type: "merge" });
  }
}

/**
 * Evicts a Pod that must stay.
 *
 * @param lab Where.
 */
export async function evictGuardedPod({ client, namespace }: RefusalLab): Promise<void> {
  const labels = { app: "guarded" };
  const pod = { namespace, name: "guarded", labels };
  await client.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: pod,
    spec: { containers: [{ name: "a", image: "a" }] },
  });
  await client.create({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { namespace, name: "guard" },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  });
  await until("the budget counts the Pod", async () => {
    const { status } = await client.get("poddisruptionbudgets", { namespace, name: "guard" }) as KubeObject & {
      readonly status?: { readonly currentHealthy?: number };
    };
    return status?.currentHealthy === 1;
  });
  await client.evict("pods", { namespace, name: "guarded" });
}

/**
 * Asks as a user who may ask for only one thing at a time, and does that already.
 *
 * @param lab Where.
 */
export async function askAsThrottledUser({ client, namespace }: RefusalLab): Promise<void> {
  const name = namespace;
  const apiVersion = "flowcontrol.apiserver.k8s.io/v1";
  const limited = { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0 };
  await using stack = new AsyncDisposableStack();
  const deleteLater = (kind: string) => stack.defer(async () => void await client.delete(kind, name));
  deleteLater("prioritylevelconfigurations");
  await client.create({
    apiVersion,
    kind: "PriorityLevelConfiguration",
    metadata: { name },
    spec: { type: "Limited", limited: { ...limited, limitResponse: { type: "Reject" } } },
  });
  deleteLater("flowschemas");
  await client.create({
    apiVersion,
    kind: "FlowSchema",
    metadata: { name },
    spec: {
      matchingPrecedence: 1_000,
      priorityLevelConfiguration: { name },
      rules: [{
        subjects: [{ kind: "User", user: { name } }],
        nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
        resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true }],
      }],
    },
  });
  await client.create({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { namespace, name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }],
  });
  using throttled = await connectAs(await testCluster().issueClientCertificate({ cn: name }));
  const controller = new AbortController();
  const { signal } = controller;
  let refusal: Error | undefined;
  // The server waits for this version, in vain.
  const path = `/api/v1/namespaces/${namespace}/configmaps?resourceVersion=999999999999`;
  const waiting = errorOf(throttled.raw(path, { signal }));
  stack.defer(async () => {
    controller.abort();
    await waiting;
  });
  await until("the user is throttled", async () => (refusal = await errorOf(throttled.version())) !== undefined);
  throw refusal;
}

/**
 * Creates an object that a webhook has to admit, which does not answer.
 *
 * @param lab Where.
 */
export async function createUnderWebhook({ client, namespace }: RefusalLab): Promise<void> {
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => void await client.delete("validatingwebhookconfigurations", namespace));
  await client.create({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: namespace },
    webhooks: [{
      name: "nobody.example.com",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      clientConfig: { url: "https://127.0.0.1:1/" },
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["secrets"], operations: ["CREATE"] }],
    }],
  });
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace, name: "a" } };
  await until(
    "the webhook is asked",
    async () => await errorOf(client.create(secret, { dryRun: "All" })) !== undefined,
  );
  await client.create(secret);
}
