import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { builtInResources } from "../builtin/resources.ts";
import type { Draft, ServedResource, StoredObject } from "../registry/served_resource.ts";
import type { Part } from "../schema/typed_walk.ts";
import { admissionHooks } from "./hooks.ts";

const resources = await builtInResources();

/** A namespace and what is in it. */
class World {
  readonly #objects = new Map<string, Map<string, StoredObject>>();

  constructor() {
    this.add("/namespaces", { metadata: { name: "home" }, status: { phase: "Active" } });
    this.add("/serviceaccounts", { metadata: { name: "default", namespace: "home" } });
  }

  add(storedAs: string, object: Part): this {
    const { namespace = "", name } = object.metadata;
    const objects = this.#objects.get(storedAs) ?? new Map();
    this.#objects.set(storedAs, objects.set(`${namespace}/${name}`, object as StoredObject));
    return this;
  }

  request(operation: "CREATE" | "DELETE", kind: string, object: Part, namespace = "home"): Part {
    const resource: ServedResource = resources.find((one) => one.kind === kind)!;
    const draft = resource.decode({ apiVersion: "v1", kind, ...object }).draft as Draft & Part;
    resource.strategy.setDefaults?.(draft);
    const attributes = {
      operation,
      resource,
      subresource: "",
      namespace: resource.namespaced ? namespace : "",
      name: draft.metadata.name!,
      object: operation === "DELETE" ? undefined : draft,
      old: undefined,
      dryRun: false,
      user: { username: "me", groups: [] },
      warn: () => {},
    };
    const { mutating, validating } = admissionHooks({
      find: (storedAs, home, name) => this.#objects.get(storedAs)?.get(`${home}/${name}`),
      list: (storedAs, home) =>
        [...this.#objects.get(storedAs)?.values() ?? []].filter(({ metadata }) => !home || metadata.namespace === home),
      random: () => 0,
    });
    for (const hook of [...mutating, ...validating]) hook(attributes);
    return draft;
  }

  pod(resources: Part, rest: Part = {}): Part {
    const containers = [{ name: "a", image: "a", resources }];
    return this.request("CREATE", "Pod", { metadata: { name: "p" }, spec: { containers, ...rest } });
  }
}

function limited(): World {
  const limits = [{ type: "Container", min: { cpu: "100m" }, max: { cpu: "1" }, default: { memory: "64Mi" } }];
  const range = { metadata: { name: "r", namespace: "home" }, spec: { limits } };
  const { draft } = resources.find(({ kind }) => kind === "LimitRange")!.decode(range);
  resources.find(({ kind }) => kind === "LimitRange")!.strategy.setDefaults?.(draft);
  return new World().add("/limitranges", draft);
}

function withQuota(world = new World()): World {
  const hard = {
    pods: "1",
    "requests.cpu": "1",
    "limits.memory": "100Mi",
    "count/configmaps": "1",
    "services.nodeports": "1",
  };
  return world.add("/resourcequotas", { metadata: { name: "q", namespace: "home" }, spec: { hard } });
}

Deno.test("admissionHooks() gives containers the limits of their namespace", () => {
  const { metadata, spec } = limited().pod({});
  deepStrictEqual(metadata.annotations, {
    "kubernetes.io/limit-ranger":
      "LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a",
  });
  deepStrictEqual(spec.containers[0].resources, {
    limits: { cpu: "1", memory: "64Mi" },
    requests: { cpu: "1", memory: "64Mi" },
  });
});

// The messages are those of kube-apiserver 1.37.
const REFUSED: readonly [what: string, message: string, act: () => unknown][] = [
  [
    "a request below the minimum",
    'pods "p" is forbidden: minimum cpu usage per Container is 100m, but request is 50m',
    () => limited().pod({ requests: { cpu: "50m" } }),
  ],
  [
    "a limit above the maximum",
    'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    () => limited().pod({ limits: { cpu: "2" } }),
  ],
  [
    "more memory than the quota has",
    'pods "p" is forbidden: exceeded quota: q, requested: limits.memory=200Mi, used: limits.memory=0, ' +
    "limited: limits.memory=100Mi",
    () => withQuota(limited()).pod({ limits: { memory: "200Mi" } }),
  ],
  [
    "a Pod too many",
    'pods "p" is forbidden: exceeded quota: q, requested: limits.memory=64Mi,pods=1,requests.cpu=1, ' +
    "used: limits.memory=64Mi,pods=1,requests.cpu=1, limited: limits.memory=100Mi,pods=1,requests.cpu=1",
    () => {
      const world = withQuota(limited());
      const pod = world.pod({});
      return world.add("/pods", { ...pod, metadata: { name: "other", namespace: "home" } }).pod({});
    },
  ],
  [
    "a Pod that does not tell what it needs",
    'pods "p" is forbidden: failed quota: q: must specify limits.memory for: a; requests.cpu for: a',
    () => withQuota().pod({}),
  ],
  [
    "a ConfigMap too many",
    'configmaps "y" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, ' +
    "limited: count/configmaps=1",
    () => {
      const world = withQuota().add("/configmaps", { metadata: { name: "x", namespace: "home" } });
      return world.request("CREATE", "ConfigMap", { metadata: { name: "y" } });
    },
  ],
  [
    "a node port too many",
    'services "z" is forbidden: exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, ' +
    "limited: services.nodeports=1",
    () =>
      withQuota().request("CREATE", "Service", {
        metadata: { name: "z" },
        spec: { type: "NodePort", ports: [{ name: "a", port: 80 }, { name: "b", port: 81 }] },
      }),
  ],
  [
    "an object in a namespace that is not there",
    'namespaces "nope" not found',
    () => new World().request("CREATE", "ConfigMap", { metadata: { name: "x" } }, "nope"),
  ],
  [
    "an object in a namespace that goes",
    'configmaps "z" is forbidden: unable to create new content in namespace home because it is being terminated',
    () => {
      const world = new World().add("/namespaces", { metadata: { name: "home" }, status: { phase: "Terminating" } });
      return world.request("CREATE", "ConfigMap", { metadata: { name: "z" } });
    },
  ],
  [
    "the end of a protected namespace",
    'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    () => new World().request("DELETE", "Namespace", { metadata: { name: "kube-system" } }),
  ],
];

for (const [what, message, act] of REFUSED) {
  Deno.test(`admissionHooks() refuses ${what}`, () => void throws(act, { message }));
}

Deno.test("admissionHooks() mounts no token for an account that does not want it", () => {
  const account = { metadata: { name: "default", namespace: "home" }, automountServiceAccountToken: false };
  strictEqual(new World().add("/serviceaccounts", account).pod({}).spec.volumes, undefined);
});

Deno.test("admissionHooks() gives a Pod the priority of its class, or of the default one", () => {
  const world = new World()
    .add("scheduling.k8s.io/priorityclasses", { metadata: { name: "high" }, value: 7, preemptionPolicy: "Never" })
    .add("scheduling.k8s.io/priorityclasses", { metadata: { name: "usual" }, value: 3, globalDefault: true });
  const told = world.pod({}, { priorityClassName: "high" }).spec;
  deepStrictEqual([told.priority, told.preemptionPolicy], [7, "Never"]);
  const usual = world.pod({}).spec;
  deepStrictEqual([usual.priority, usual.priorityClassName], [3, "usual"]);
});

Deno.test("admissionHooks() gives a claim the newest default class", () => {
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
  const world = new World();
  for (const [name, creationTimestamp] of [["old", "2026-01-01T00:00:00Z"], ["new", "2026-02-01T00:00:00Z"]] as const) {
    world.add("storage.k8s.io/storageclasses", { metadata: { name, creationTimestamp, annotations } });
  }
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const claim = world.request("CREATE", "PersistentVolumeClaim", { metadata: { name: "c" }, spec });
  strictEqual(claim.spec.storageClassName, "new");
  deepStrictEqual(claim.metadata.finalizers, ["kubernetes.io/pvc-protection"]);
});
