/**
 * The kinds that the differential test writes, with parts of objects that are right and wrong.
 *
 * Controllers do not act on them, or say when they are done: Deployments are paused and have no replicas, Jobs and
 * CronJobs are suspended, and nobody schedules the Pods.
 *
 * @module
 */

/** A kind. */
export interface TestedKind {
  /** Where its objects are: a collection, in which `NAMESPACE` stands for the namespace. */
  readonly path: string;
  /** The group and version. */
  readonly apiVersion: string;
  /** The kind. */
  readonly kind: string;
  /** What makes an object that can be created. */
  readonly base: Readonly<Record<string, unknown>>;
  /** Parts of objects, right and wrong. */
  readonly parts: readonly unknown[];
  /** Parts of the status, if there is one. */
  readonly status?: readonly unknown[];
  /** Whether there is a scale. */
  readonly scales?: boolean;
  /** Whether objects are written by controllers, too. */
  readonly controlled?: boolean;
  /** Selectors of fields that it knows. */
  readonly selectors?: readonly string[];
}

const POD_PARTS = [
  { containers: [{ name: "main", image: "other" }] },
  { containers: [{ name: "main", env: [{ name: "A", value: "1" }, { name: "B", valueFrom: { fieldRef: {} } }] }] },
  { containers: [{ name: "second", image: "image:1", ports: [{ containerPort: 80 }, { containerPort: 0 }] }] },
  { containers: [{ name: "main", resources: { requests: { cpu: "100m", memory: "1Gi" }, limits: { cpu: "0.2" } } }] },
  { containers: [{ name: "main", resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }] },
  { containers: [{ name: "main", livenessProbe: { httpGet: { port: "web" }, periodSeconds: 5 } }] },
  { containers: [{ name: "main", unknown: true }] },
  { containers: [] },
  { containers: null },
  { volumes: [{ name: "v", emptyDir: {} }] },
  { volumes: [{ name: "v", configMap: { name: "c" } }, { name: "v", secret: { secretName: "s" } }] },
  { nodeSelector: { a: "b" } },
  { tolerations: [{ key: "a", operator: "Exists" }] },
  { tolerations: [{ key: "a", operator: "Sometimes" }] },
  { restartPolicy: "Never" },
  { restartPolicy: "Sometimes" },
  { terminationGracePeriodSeconds: 7 },
  { terminationGracePeriodSeconds: "7" },
  { activeDeadlineSeconds: 60 },
  { priorityClassName: "missing" },
  { serviceAccountName: "missing" },
  { hostname: "Upper" },
];

const POD = { schedulerName: "nobody", containers: [{ name: "main", image: "image:1" }] };

function template(labels: Record<string, string>, more: object = {}): object {
  return { metadata: { labels }, spec: { ...POD, ...more } };
}

/** The kinds by their names in paths. */
export const TESTED_KINDS: Readonly<Record<string, TestedKind>> = {
  configmaps: {
    path: "/api/v1/namespaces/NAMESPACE/configmaps",
    apiVersion: "v1",
    kind: "ConfigMap",
    base: { data: { k: "v" } },
    parts: [
      { data: { k: "w", "l.txt": "" } },
      { data: { k: null } },
      { data: null },
      { data: {} },
      { data: { k: 1 } },
      { data: { "bad key": "v" } },
      { data: ["k"] },
      { binaryData: { b: "aGVsbG8=" } },
      { binaryData: { b: "!" } },
      { binaryData: { k: "aGVsbG8=" } },
      { immutable: true },
      { immutable: false },
      { immutable: "true" },
    ],
  },
  secrets: {
    path: "/api/v1/namespaces/NAMESPACE/secrets",
    apiVersion: "v1",
    kind: "Secret",
    base: { data: { k: "dg==" } },
    parts: [
      { stringData: { k: "w" } },
      { stringData: { l: "new" } },
      { data: { k: "eA==", l: "" } },
      { data: { k: "not base64" } },
      { data: { k: null } },
      { type: "example.com/own" },
      { type: "kubernetes.io/tls" },
      { type: "kubernetes.io/basic-auth" },
      { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "e30=" } },
      { immutable: true },
      { immutable: null },
    ],
    selectors: ["type=Opaque", "type!=Opaque"],
  },
  services: {
    path: "/api/v1/namespaces/NAMESPACE/services",
    apiVersion: "v1",
    kind: "Service",
    base: { spec: { selector: { app: "a" }, ports: [{ port: 80 }] } },
    parts: [
      { spec: { ports: [{ port: 80, name: "web" }, { port: 443, name: "tls", targetPort: "https" }] } },
      { spec: { ports: [{ port: 80, protocol: "UDP" }] } },
      { spec: { ports: [{ port: 80 }, { port: 81 }] } },
      { spec: { ports: [{ port: 0 }] } },
      { spec: { ports: [{ port: "80" }] } },
      { spec: { ports: [{ port: 80, nodePort: 1 }] } },
      { spec: { ports: [] } },
      { spec: { type: "NodePort" } },
      { spec: { type: "LoadBalancer" } },
      { spec: { type: "ClusterIP" } },
      { spec: { type: "ExternalName", externalName: "example.com", clusterIP: null } },
      { spec: { type: "Odd" } },
      { spec: { clusterIP: "None" } },
      { spec: { clusterIP: "1.2.3.4" } },
      { spec: { selector: { app: "b" } } },
      { spec: { selector: null } },
      { spec: { sessionAffinity: "ClientIP" } },
      { spec: { externalTrafficPolicy: "Local" } },
      { spec: { internalTrafficPolicy: "Local" } },
      { spec: { ipFamilyPolicy: "PreferDualStack" } },
      { spec: { ipFamilyPolicy: "RequireDualStack" } },
      { spec: { publishNotReadyAddresses: true } },
      { spec: { externalIPs: ["1.2.3.4"] } },
      { spec: { loadBalancerSourceRanges: ["1.2.3.0/24"] } },
      { spec: { unknown: 1 } },
      { spec: null },
    ],
    status: [
      { status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } } },
      { status: { conditions: [{ type: "T", status: "True", reason: "R", message: "", lastTransitionTime: null }] } },
      { status: { unknown: 1 } },
    ],
    selectors: ["spec.type=ClusterIP"],
  },
  pods: {
    path: "/api/v1/namespaces/NAMESPACE/pods",
    apiVersion: "v1",
    kind: "Pod",
    base: { spec: POD },
    parts: POD_PARTS.map((spec) => ({ spec })),
    status: [
      { status: { phase: "Running", podIP: "1.2.3.4" } },
      { status: { phase: "Odd" } },
      { status: { conditions: [{ type: "Ready", status: "True" }] } },
      { status: { conditions: [{ type: "Ready", status: "False", reason: "Because" }] } },
      { status: { message: "text", unknown: 1 } },
      { status: { qosClass: "Guaranteed" } },
      { status: {} },
    ],
    selectors: ["status.phase=Pending", "spec.nodeName=", "spec.restartPolicy=Always,status.phase!=Running"],
  },
  deployments: {
    path: "/apis/apps/v1/namespaces/NAMESPACE/deployments",
    apiVersion: "apps/v1",
    kind: "Deployment",
    base: {
      spec: { replicas: 0, paused: true, selector: { matchLabels: { app: "a" } }, template: template({ app: "a" }) },
    },
    parts: [
      ...POD_PARTS.map((spec) => ({ spec: { template: { spec } } })),
      { spec: { template: { metadata: { labels: { app: "b" } } } } },
      { spec: { template: { metadata: { annotations: { at: "now" } } } } },
      { spec: { selector: { matchLabels: { app: "b" } } } },
      { spec: { selector: null } },
      { spec: { replicas: -1 } },
      { spec: { replicas: "0" } },
      { spec: { minReadySeconds: 5 } },
      { spec: { revisionHistoryLimit: null } },
      { spec: { progressDeadlineSeconds: 1 } },
      { spec: { strategy: { type: "Recreate" } } },
      { spec: { strategy: { type: "Recreate", rollingUpdate: null } } },
      { spec: { strategy: { rollingUpdate: { maxSurge: "30%", maxUnavailable: 0 } } } },
      { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
      { spec: { strategy: { rollingUpdate: { maxSurge: "x" } } } },
    ],
    status: [
      { status: { replicas: 1, readyReplicas: 1 } },
      { status: { readyReplicas: -1 } },
      { status: { conditions: [{ type: "Odd", status: "True" }] } },
      { status: { unknown: 1 } },
    ],
    scales: true,
    controlled: true,
  },
  jobs: {
    path: "/apis/batch/v1/namespaces/NAMESPACE/jobs",
    apiVersion: "batch/v1",
    kind: "Job",
    base: { spec: { suspend: true, template: { spec: { ...POD, restartPolicy: "Never" } } } },
    parts: [
      { spec: { parallelism: 2 } },
      { spec: { parallelism: -1 } },
      { spec: { completions: 3, completionMode: "Indexed" } },
      { spec: { completionMode: "Odd" } },
      { spec: { backoffLimit: 0 } },
      { spec: { activeDeadlineSeconds: 100 } },
      { spec: { ttlSecondsAfterFinished: 100 } },
      { spec: { template: { spec: { restartPolicy: "Always" } } } },
      { spec: { template: { spec: { containers: [{ name: "main", image: "other" }] } } } },
      { spec: { manualSelector: true } },
      { spec: { selector: { matchLabels: { a: "b" } } } },
    ],
    controlled: true,
  },
  cronjobs: {
    path: "/apis/batch/v1/namespaces/NAMESPACE/cronjobs",
    apiVersion: "batch/v1",
    kind: "CronJob",
    base: {
      spec: {
        suspend: true,
        schedule: "0 0 1 1 *",
        jobTemplate: { spec: { template: { spec: { ...POD, restartPolicy: "Never" } } } },
      },
    },
    parts: [
      { spec: { schedule: "*/5 * * * *" } },
      { spec: { schedule: "often" } },
      { spec: { schedule: "TZ=UTC 0 0 * * *" } },
      { spec: { timeZone: "Europe/Berlin" } },
      { spec: { timeZone: "Nowhere" } },
      { spec: { concurrencyPolicy: "Forbid" } },
      { spec: { concurrencyPolicy: "Odd" } },
      { spec: { successfulJobsHistoryLimit: 0 } },
      { spec: { failedJobsHistoryLimit: -1 } },
      { spec: { startingDeadlineSeconds: 5 } },
      { spec: { jobTemplate: { metadata: { labels: { x: "y" } } } } },
      { spec: { jobTemplate: { spec: { backoffLimit: 2 } } } },
    ],
    status: [{ status: { lastScheduleTime: "2001-01-01T00:00:00Z" } }, { status: { active: [{ name: "x" }] } }],
  },
  poddisruptionbudgets: {
    path: "/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets",
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    base: { spec: { minAvailable: 1, selector: { matchLabels: { app: "a" } } } },
    parts: [
      { spec: { minAvailable: "50%" } },
      { spec: { minAvailable: null, maxUnavailable: 1 } },
      { spec: { maxUnavailable: 1 } },
      { spec: { minAvailable: -1 } },
      { spec: { minAvailable: "x" } },
      { spec: { minAvailable: true } },
      { spec: { selector: null } },
      { spec: { selector: { matchExpressions: [{ key: "a", operator: "In", values: [] }] } } },
      { spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } },
      { spec: { unhealthyPodEvictionPolicy: "Odd" } },
    ],
    controlled: true,
  },
  roles: {
    path: "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    base: { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] },
    parts: [
      { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"], resourceNames: ["x"] }] },
      { rules: [{ resources: ["pods"], verbs: ["get"] }] },
      { rules: [{ apiGroups: [""], resources: ["pods"], verbs: [] }] },
      { rules: [{ nonResourceURLs: ["/x"], verbs: ["get"] }] },
      { rules: [] },
      { rules: null },
      { rules: {} },
    ],
  },
  rolebindings: {
    path: "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    base: {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" },
      subjects: [{ kind: "User", name: "u" }],
    },
    parts: [
      { subjects: [{ kind: "ServiceAccount", name: "s" }] },
      { subjects: [{ kind: "ServiceAccount", name: "s", namespace: "n" }, { kind: "Group", name: "g" }] },
      { subjects: [{ kind: "Odd", name: "x" }] },
      { subjects: [{ kind: "User" }] },
      { subjects: null },
      { roleRef: { name: "other" } },
      { roleRef: { kind: "Odd" } },
      { roleRef: null },
    ],
  },
  gadgets: {
    path: "/apis/applies.example.com/v1/namespaces/NAMESPACE/gadgets",
    apiVersion: "applies.example.com/v1",
    kind: "Gadget",
    base: { spec: { text: "t" } },
    parts: [
      { spec: { text: "other", count: 1, flag: true } },
      { spec: { text: null, count: null } },
      { spec: { text: 1, count: "1", flag: 0 } },
      { spec: { defaulted: null, nullable: null } },
      { spec: { defaulted: "own", nullable: "x" } },
      { spec: { any: 1 } },
      { spec: { any: "1" } },
      { spec: { any: true } },
      { spec: { any: 1.5 } },
      { spec: { replicas: 2 } },
      { spec: { replicas: -2 } },
      { spec: { atomicList: ["a", "b"] } },
      { spec: { set: ["a", "b"], numbers: [1, 2] } },
      { spec: { set: ["b", "c"], numbers: [2] } },
      { spec: { set: ["a", "a"] } },
      { spec: { list: [{ name: "x", value: "1" }, { name: "y", tags: ["t"] }] } },
      { spec: { list: [{ name: "y", value: "2", inner: [{ id: 1, open: true }] }] } },
      { spec: { list: [{ name: "x" }, { name: "x" }] } },
      { spec: { list: [{ value: "nameless" }] } },
      { spec: { list: null, set: [] } },
      { spec: { ports: [{ port: 1 }, { port: 1, protocol: "UDP", label: "l" }] } },
      { spec: { ports: [{ port: 1, protocol: null }] } },
      { spec: { struct: { a: "x", deep: { c: "y" } } } },
      { spec: { struct: { b: "x", deep: { d: "y" } }, atomicStruct: { a: "x" } } },
      { spec: { struct: null, atomicStruct: {} } },
      { spec: { map: { k: "v", l: "w" }, atomicMap: { k: "v" } } },
      { spec: { map: { k: null }, atomicMap: { l: "w" } } },
      { spec: { mapOfSets: { s: ["a"] }, mapOfStructs: { s: { a: "x" } } } },
      { spec: { free: { x: [1, { y: null }], z: null } } },
      { spec: { unknown: 1, struct: { unknown: 2 } } },
      { spec: "text" },
      { spec: null },
      { status: { phase: "x" } },
    ],
    status: [
      { status: { phase: "x", replicas: 3 } },
      { status: { phase: null } },
      { status: { phase: 1 } },
      { status: { conditions: [{ type: "A", status: "True" }, { type: "B" }] } },
      { status: { unknown: 1 } },
      { status: null },
      { spec: { text: "by status" }, metadata: { labels: { by: "status" } } },
    ],
    scales: true,
  },
  namespaces: {
    path: "/api/v1/namespaces",
    apiVersion: "v1",
    kind: "Namespace",
    base: {},
    parts: [
      { spec: { finalizers: ["kubernetes", "example.com/own"] } },
      { spec: { finalizers: [] } },
      { spec: { finalizers: ["bad one"] } },
      { spec: { unknown: 1 } },
      { metadata: { labels: { "kubernetes.io/metadata.name": "other" } } },
    ],
    status: [{ status: { phase: "Terminating" } }, { status: { phase: "Odd" } }],
  },
};
