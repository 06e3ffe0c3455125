/**
 * The verbs of kubectl that write whole objects.
 *
 * @module
 */
import { canonicalJson, isJsonObject, jsonEquals } from "../../../lib/base/json.ts";
import type { KubeObject, LiveObject } from "../../../lib/kube/object.ts";
import { parseApiVersion } from "../../../lib/kube/resource_type.ts";
import { CronJob } from "../../../lib/kinds/batch/v1.ts";
import { type Draft, readDrafts } from "./input.ts";
import type { Call } from "./kubectl.ts";
import { readObjects } from "./named.ts";
import { formatObjects } from "./output.ts";
import { waitUntil } from "./wait.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What `kubectl create <type> <name>` makes, by type. */
const DRAFTS: Readonly<Record<string, (name: string, call: Call) => Draft | Promise<Draft>>> = {
  configmap: (_, { literals }) => ({ apiVersion: "v1", kind: "ConfigMap", data: literals }),
  "secret generic": () => ({ apiVersion: "v1", kind: "Secret", type: "Opaque" }),
  deployment: (name, { flags }) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: { app: name } },
    spec: {
      replicas: Number(flags.replicas ?? 1),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: flags.image!.replace(/.*\/|:.*/g, ""), image: flags.image }] },
      },
    },
  }),
  job: async (name, { client, flags: { from } }) => {
    const { metadata, spec } = await client.get(CronJob, from!.replace(/^cronjob\//, ""));
    const { metadata: { labels } = {}, spec: jobSpec } = spec!.jobTemplate;
    const owner = { apiVersion: "batch/v1", kind: "CronJob", name: metadata.name, uid: metadata.uid, controller: true };
    const annotations = { "cronjob.kubernetes.io/instantiate": "manual" };
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name, labels, annotations, ownerReferences: [owner] },
      spec: jobSpec,
    } as Draft;
  },
  role: (_, { flags }) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    rules: [{ apiGroups: ["coordination.k8s.io"], resources: [flags.resource], verbs: flags.verb!.split(",") }],
  }),
  rolebinding: (_, { flags }) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: flags.role },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: flags.user }],
  }),
};

/**
 * `kubectl create`.
 *
 * @param call The call.
 * @returns The objects in the format that is asked for.
 */
export async function create(call: Call): Promise<string> {
  if (call.words[0] === "token") return await createToken(call);
  const drafts = call.flags.filename === undefined ? [await draftOf(call)] : await readDrafts(call);
  const dryRun = call.flags["dry-run"] === "server" ? "All" : undefined;
  const options = { fieldManager: "kubectl-create", fieldValidation: "Strict", dryRun } as const;
  const objects: LiveObject[] = [];
  for (const draft of drafts) objects.push(await call.client.create<KubeObject>(draft, options));
  return show(objects, call);
}

/**
 * `kubectl autoscale`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function autoscale(call: Call): Promise<string> {
  const { min, max, cpu } = call.flags;
  const target = { type: "Utilization", averageUtilization: parseInt(cpu!) };
  for (const { object: { apiVersion, kind, metadata: { name } } } of (await readObjects(call)).found) {
    const autoscaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name },
      spec: {
        scaleTargetRef: { apiVersion, kind, name },
        minReplicas: Number(min),
        maxReplicas: Number(max),
        metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      },
    };
    await call.client.create<KubeObject>(autoscaler, { fieldManager: "kubectl-autoscale" });
  }
  return "";
}

/**
 * `kubectl run`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function run({ client, words: [name], flags: { image } }: Call): Promise<string> {
  const metadata = { name: name!, labels: { run: name! } };
  const pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name, image }] } };
  await client.create<KubeObject>(pod, { fieldManager: "kubectl-run" });
  return "";
}

/**
 * `kubectl apply`, also with `--server-side`.
 *
 * @param call The call.
 * @returns The objects in the format that is asked for.
 */
export async function apply(call: Call): Promise<string> {
  const { client, flags } = call;
  const objects: LiveObject[] = [];
  for (const draft of await readDrafts(call)) {
    if (flags["server-side"] !== "true") objects.push(await applyHere(draft, call));
    else {
      const options = { fieldManager: flags["field-manager"] ?? "kubectl", force: flags["force-conflicts"] === "true" };
      objects.push(await client.apply<KubeObject>(draft, options));
    }
  }
  return show(objects, call);
}

/**
 * `kubectl delete`, which waits until the objects are gone unless `--wait=false`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function remove(call: Call): Promise<string> {
  const { found } = await readObjects(call);
  for (const { type, object } of found) await call.client.delete(type, object, { propagationPolicy: "Background" });
  if (call.flags.wait === "false") return "";
  const uids = new Set(found.map(({ object }) => object.metadata.uid));
  await waitUntil(call, (left) => !left.some(({ object }) => uids.has(object.metadata.uid)));
  return "";
}

async function createToken({ client, words, flags }: Call): Promise<string> {
  const { "bound-object-kind": kind, "bound-object-name": name } = flags;
  const boundObjectRef = kind !== undefined && name !== undefined ? { apiVersion: "v1", kind, name } : undefined;
  return (await client.createToken("serviceaccount", words[1]!, { boundObjectRef })).token;
}

/** Applies by comparing with what was applied last, as kubectl does without `--server-side`. */
async function applyHere(draft: Draft, { client }: Call): Promise<LiveObject> {
  const fieldManager = "kubectl-client-side-apply";
  const type = (await client.mapper()).find({ ...parseApiVersion(draft.apiVersion), kind: draft.kind })!;
  const metadata = { annotations: {}, ...type.namespaced && { namespace: client.namespace }, ...draft.metadata };
  const annotations = { ...metadata.annotations, [LAST_APPLIED]: `${canonicalJson({ ...draft, metadata })}\n` };
  const wanted = { ...draft, metadata: { ...metadata, annotations } };
  const name = { name: metadata.name!, namespace: metadata.namespace };
  const live = await client.find(type, name);
  if (!live) return await client.create<KubeObject>(wanted as Draft, { fieldManager });
  const last = JSON.parse(live.metadata.annotations?.[LAST_APPLIED] ?? "{}");
  const change = changeOf(last, wanted, live);
  return change === undefined ? live : await client.patch(type, name, change, { type: "merge", fieldManager });
}

/** The merge patch that sets what is wanted, and takes away what was wanted last. */
function changeOf(last: unknown, wanted: unknown, live: unknown): unknown {
  if (!isJsonObject(wanted) || !isJsonObject(live)) return jsonEquals(wanted, live) ? undefined : wanted;
  const gone = isJsonObject(last) ? Object.keys(last).filter((key) => !(key in wanted) && key in live) : [];
  const changes = Object.keys(wanted).map((key) => {
    return [key, changeOf(isJsonObject(last) ? last[key] : undefined, wanted[key], live[key])];
  });
  const patch = [...gone.map((key) => [key, null]), ...changes.filter(([, change]) => change !== undefined)];
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
}

async function draftOf(call: Call): Promise<Draft> {
  const kind = Object.keys(DRAFTS).find((kind) => call.words.join(" ").startsWith(`${kind} `));
  if (kind === undefined) throw new TypeError(`Cannot stand in for kubectl: it is not told of create ${call.words}`);
  const name = call.words[kind.split(" ").length]!;
  return { metadata: { name }, ...await DRAFTS[kind]!(name, call) };
}

function show(objects: readonly LiveObject[], { flags: { output } }: Call): string {
  if (output === undefined) return "";
  return formatObjects(objects, { format: output, isList: objects.length > 1, withManagers: false });
}
