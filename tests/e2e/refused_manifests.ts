/**
 * What the API server refuses besides `bad_manifests.ts`: objects, and changes of objects.
 *
 * @module
 */

/** A manifest in `NAMESPACE`, with the name `NAME`, that is refused; or one that is taken, and whose change is not. */
export interface RefusedManifest {
  /** What is wrong. */
  readonly name: string;
  /** The manifest. */
  readonly yaml: string;
  /** The change, as a JSON merge patch. */
  readonly change?: Readonly<Record<string, unknown>>;
}

const CONTAINERS = "containers: [{ name: web, image: web:1 }]";

function pod(spec: string): string {
  return `{ apiVersion: v1, kind: Pod, metadata: { name: NAME }, spec: { ${spec} } }`;
}

function container(rest: string): string {
  return pod(`containers: [{ name: web, image: web, ${rest} }]`);
}

function workload(kind: string, spec: string, podSpec: string = CONTAINERS): string {
  return `{ apiVersion: apps/v1, kind: ${kind}, metadata: { name: NAME }, spec: { ${spec}
    selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { ${podSpec} } } } }`;
}

function job(spec: string, podSpec: string = `restartPolicy: Never, ${CONTAINERS}`): string {
  return `{ apiVersion: batch/v1, kind: Job, metadata: { name: NAME }, spec: { ${spec} template: { spec: { ${podSpec} } } } }`;
}

function cronJob(spec: string): string {
  return `{ apiVersion: batch/v1, kind: CronJob, metadata: { name: NAME }, spec: { ${spec},
    jobTemplate: { spec: { template: { spec: { restartPolicy: Never, ${CONTAINERS} } } } } } }`;
}

function service(spec: string): string {
  return `{ apiVersion: v1, kind: Service, metadata: { name: NAME }, spec: { ${spec} } }`;
}

function claim(spec: string): string {
  return `{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: NAME }, spec: { ${spec} } }`;
}

function autoscaler(spec: string): string {
  return `{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: NAME }, spec: { ${spec} } }`;
}

function ingress(spec: string): string {
  return `{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: NAME }, spec: { ${spec} } }`;
}

function policy(spec: string): string {
  return `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: NAME }, spec: { ${spec} } }`;
}

function plain(kind: string, rest: string, apiVersion = "v1"): string {
  return `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: NAME }, ${rest} }`;
}

const RBAC = "rbac.authorization.k8s.io/v1";
const TARGET = "scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }";
const STORAGE = "accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } }";

/** Objects that are refused. */
export const REFUSED_MANIFESTS: readonly RefusedManifest[] = [
  { name: "a Pod without containers", yaml: pod("") },
  { name: "a Pod with an unknown restart policy", yaml: pod(`restartPolicy: Sometimes, ${CONTAINERS}`) },
  { name: "a Pod with an unknown DNS policy", yaml: pod(`dnsPolicy: Some, ${CONTAINERS}`) },
  { name: "a Pod of a missing service account", yaml: pod(`serviceAccountName: nobody, ${CONTAINERS}`) },
  { name: "a Pod of a missing priority class", yaml: pod(`priorityClassName: nobody, ${CONTAINERS}`) },
  { name: "a Pod with a deadline of zero", yaml: pod(`activeDeadlineSeconds: 0, ${CONTAINERS}`) },
  { name: "a Pod with a bad node selector", yaml: pod(`nodeSelector: { "a b": c }, ${CONTAINERS}`) },
  { name: "a Pod with a bad host name", yaml: pod(`hostname: A_b, ${CONTAINERS}`) },
  { name: "a Pod with a bad toleration", yaml: pod(`tolerations: [{ operator: Equal }], ${CONTAINERS}`) },
  {
    name: "a toleration with an unknown effect",
    yaml: pod(`tolerations: [{ key: a, operator: Exists, effect: X }], ${CONTAINERS}`),
  },
  {
    name: "a volume with two sources",
    yaml: pod(`volumes: [{ name: a, emptyDir: {}, configMap: { name: a } }], ${CONTAINERS}`),
  },
  { name: "a volume without a name", yaml: pod(`volumes: [{ emptyDir: {} }], ${CONTAINERS}`) },
  { name: "two volumes of one name", yaml: pod(`volumes: [{ name: a }, { name: a }], ${CONTAINERS}`) },
  { name: "a volume of a nameless secret", yaml: pod(`volumes: [{ name: a, secret: {} }], ${CONTAINERS}`) },
  {
    name: "a volume of a nameless claim",
    yaml: pod(`volumes: [{ name: a, persistentVolumeClaim: {} }], ${CONTAINERS}`),
  },
  {
    name: "a file mode that is too large",
    yaml: pod(`volumes: [{ name: a, configMap: { name: a, defaultMode: 4096 } }], ${CONTAINERS}`),
  },
  {
    name: "a path out of the volume",
    yaml: pod(`volumes: [{ name: a, configMap: { name: a, items: [{ key: a, path: ../b }] } }], ${CONTAINERS}`),
  },
  {
    name: "two mounts at one path",
    yaml: pod(
      "volumes: [{ name: a }], containers: [{ name: b, image: c, volumeMounts: [{ name: a, mountPath: /a }, { name: a, mountPath: /a }] }]",
    ),
  },
  {
    name: "a mount without a path",
    yaml: pod("volumes: [{ name: a }], containers: [{ name: b, image: c, volumeMounts: [{ name: a }] }]"),
  },
  { name: "a variable without a name", yaml: container("env: [{ value: a }]") },
  {
    name: "a variable with a value and a source",
    yaml: container("env: [{ name: A, value: a, valueFrom: { fieldRef: { fieldPath: metadata.name } } }]"),
  },
  { name: "a variable from nothing", yaml: container("env: [{ name: A, valueFrom: {} }]") },
  {
    name: "a variable from an unknown field",
    yaml: container("env: [{ name: A, valueFrom: { fieldRef: { fieldPath: spec.foo } } }]"),
  },
  {
    name: "a variable from a key without a name",
    yaml: container("env: [{ name: A, valueFrom: { secretKeyRef: { name: a } } }]"),
  },
  { name: "variables from nothing", yaml: container("envFrom: [{}]") },
  { name: "a port beyond 65535", yaml: container("ports: [{ containerPort: 70000 }]") },
  { name: "a port of an unknown protocol", yaml: container("ports: [{ containerPort: 80, protocol: HTTP }]") },
  { name: "a host port beyond 65535", yaml: container("ports: [{ containerPort: 80, hostPort: 70000 }]") },
  { name: "an unknown pull policy", yaml: container("imagePullPolicy: Often") },
  { name: "a probe without a handler", yaml: container("livenessProbe: { periodSeconds: 3 }") },
  {
    name: "a probe with two handlers",
    yaml: container("livenessProbe: { tcpSocket: { port: 1 }, exec: { command: [a] } }"),
  },
  { name: "a probe of port 0", yaml: container("livenessProbe: { httpGet: { port: 0 } }") },
  {
    name: "a probe with a negative delay",
    yaml: container("readinessProbe: { initialDelaySeconds: -1, tcpSocket: { port: 1 } }"),
  },
  {
    name: "a liveness probe that must succeed twice",
    yaml: container("livenessProbe: { successThreshold: 2, tcpSocket: { port: 1 } }"),
  },
  { name: "a probe without a command", yaml: container("livenessProbe: { exec: {} }") },
  { name: "a hook without a handler", yaml: container("lifecycle: { preStop: {} }") },
  { name: "a negative quantity", yaml: container("resources: { requests: { cpu: -1 } }") },
  { name: "an unknown resource", yaml: container("resources: { requests: { cpus: 1 } }") },
  {
    name: "an extended resource that is a fraction",
    yaml: container("resources: { limits: { example.com/a: 500m } }"),
  },
  { name: "an extended resource without a limit", yaml: container("resources: { requests: { example.com/a: 1 } }") },
  {
    name: "privileges without escalation",
    yaml: container("securityContext: { privileged: true, allowPrivilegeEscalation: false }"),
  },
  { name: "a user below zero", yaml: pod(`securityContext: { runAsUser: -1 }, ${CONTAINERS}`) },
  {
    name: "an affinity without terms",
    yaml: pod(
      `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } }, ${CONTAINERS}`,
    ),
  },
  {
    name: "an anti-affinity without a topology",
    yaml: pod(
      `affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } }, ${CONTAINERS}`,
    ),
  },
  {
    name: "a spread that is not satisfiable",
    yaml: pod(`topologySpreadConstraints: [{ maxSkew: 0, topologyKey: a, whenUnsatisfiable: X }], ${CONTAINERS}`),
  },
  { name: "a Deployment below zero", yaml: workload("Deployment", "replicas: -1,") },
  { name: "a Deployment with an unknown strategy", yaml: workload("Deployment", "strategy: { type: Slow },") },
  {
    name: "a recreation with a rolling update",
    yaml: workload("Deployment", "strategy: { type: Recreate, rollingUpdate: { maxSurge: 1 } },"),
  },
  {
    name: "a rolling update that cannot roll",
    yaml: workload("Deployment", "strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },"),
  },
  {
    name: "a surge that is no percentage",
    yaml: workload("Deployment", "strategy: { rollingUpdate: { maxSurge: many } },"),
  },
  {
    name: "a deadline that is too short",
    yaml: workload("Deployment", "minReadySeconds: 10, progressDeadlineSeconds: 5,"),
  },
  { name: "a DaemonSet whose Pods end", yaml: workload("DaemonSet", "", `restartPolicy: Never, ${CONTAINERS}`) },
  { name: "a DaemonSet with an unknown strategy", yaml: workload("DaemonSet", "updateStrategy: { type: X },") },
  { name: "a StatefulSet below zero", yaml: workload("StatefulSet", "serviceName: a, replicas: -2,") },
  {
    name: "a StatefulSet with an unknown policy",
    yaml: workload("StatefulSet", "serviceName: a, podManagementPolicy: X,"),
  },
  { name: "a ReplicaSet whose Pods end", yaml: workload("ReplicaSet", "", `restartPolicy: Never, ${CONTAINERS}`) },
  {
    name: "an empty selector of a DaemonSet",
    yaml: workload("DaemonSet", "").replace("{ matchLabels: { a: b } }", "{}"),
  },
  {
    name: "a selector with an unknown operator",
    yaml: workload("Deployment", "").replace(
      "{ matchLabels: { a: b } }",
      "{ matchExpressions: [{ key: a, operator: Is }] }",
    ),
  },
  {
    name: "a selector of values without values",
    yaml: workload("Deployment", "").replace(
      "{ matchLabels: { a: b } }",
      "{ matchExpressions: [{ key: a, operator: In }] }",
    ),
  },
  { name: "a Job with a negative parallelism", yaml: job("parallelism: -1,") },
  { name: "a Job with a selector of its own", yaml: job("selector: { matchLabels: { a: b } },") },
  { name: "a Job whose Pods restart", yaml: job("", `restartPolicy: Always, ${CONTAINERS}`) },
  { name: "an indexed Job without completions", yaml: job("completionMode: Indexed, parallelism: 2,") },
  { name: "a CronJob without a schedule", yaml: cronJob('schedule: ""') },
  { name: "a CronJob with a bad schedule", yaml: cronJob('schedule: "* * *"') },
  { name: "a CronJob with a bad minute", yaml: cronJob('schedule: "61 * * * *"') },
  { name: "a CronJob with an unknown time zone", yaml: cronJob('schedule: "* * * * *", timeZone: Moon/Sea') },
  { name: "a CronJob with an unknown policy", yaml: cronJob('schedule: "* * * * *", concurrencyPolicy: X') },
  { name: "a CronJob with a time zone in its schedule", yaml: cronJob('schedule: "TZ=UTC * * * * *"') },
  { name: "a Service without ports", yaml: service("selector: { a: b }") },
  { name: "a Service at port 0", yaml: service("ports: [{ port: 0 }]") },
  { name: "a Service with a bad address", yaml: service("clusterIP: 1.2.3, ports: [{ port: 80 }]") },
  { name: "a Service out of the range", yaml: service("clusterIP: 1.2.3.4, ports: [{ port: 80 }]") },
  { name: "a node port without node ports", yaml: service("ports: [{ port: 80, nodePort: 30080 }]") },
  { name: "an external name that is missing", yaml: service("type: ExternalName") },
  { name: "a bad external name", yaml: service("type: ExternalName, externalName: a_b.") },
  { name: "an unknown session affinity", yaml: service("sessionAffinity: X, ports: [{ port: 80 }]") },
  {
    name: "a load balancer class without a load balancer",
    yaml: service("loadBalancerClass: a.b/c, ports: [{ port: 80 }]"),
  },
  {
    name: "an external policy without external traffic",
    yaml: service("externalTrafficPolicy: Local, ports: [{ port: 80 }]"),
  },
  { name: "a selector with a bad label", yaml: service("selector: { a: b c }, ports: [{ port: 80 }]") },
  { name: "a claim without access modes", yaml: claim("resources: { requests: { storage: 1Gi } }") },
  { name: "a claim without a size", yaml: claim("accessModes: [ReadWriteOnce]") },
  { name: "a claim of nothing", yaml: claim("accessModes: [ReadWriteOnce], resources: { requests: { storage: 0 } }") },
  {
    name: "a claim with an unknown access mode",
    yaml: claim("accessModes: [X], resources: { requests: { storage: 1Gi } }"),
  },
  {
    name: "a volume without a source",
    yaml: plain("PersistentVolume", "spec: { accessModes: [ReadWriteOnce], capacity: { storage: 1Gi } }"),
  },
  {
    name: "a volume without a size",
    yaml: plain("PersistentVolume", "spec: { accessModes: [ReadWriteOnce], hostPath: { path: /a } }"),
  },
  { name: "an autoscaler of nothing", yaml: autoscaler("maxReplicas: 2") },
  { name: "an autoscaler to nothing", yaml: autoscaler(`${TARGET}, maxReplicas: 0`) },
  {
    name: "an autoscaler with a minimum above its maximum",
    yaml: autoscaler(`${TARGET}, minReplicas: 3, maxReplicas: 2`),
  },
  { name: "an autoscaler with a minimum of zero", yaml: autoscaler(`${TARGET}, minReplicas: 0, maxReplicas: 2`) },
  {
    name: "an autoscaler with an empty metric",
    yaml: autoscaler(`${TARGET}, maxReplicas: 2, metrics: [{ type: Resource }]`),
  },
  {
    name: "an autoscaler with an unknown metric",
    yaml: autoscaler(`${TARGET}, maxReplicas: 2, metrics: [{ type: X }]`),
  },
  { name: "an Ingress without anything", yaml: ingress("") },
  { name: "an Ingress with a bad host", yaml: ingress("rules: [{ host: A_b }]") },
  { name: "an Ingress at an address", yaml: ingress("rules: [{ host: 1.2.3.4 }]") },
  {
    name: "an Ingress with an unknown path type",
    yaml: ingress(
      "rules: [{ http: { paths: [{ path: /, pathType: X, backend: { service: { name: a, port: { number: 80 } } } }] } }]",
    ),
  },
  {
    name: "an Ingress without a backend",
    yaml: ingress("rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: {} }] } }]"),
  },
  { name: "an Ingress without paths", yaml: ingress("rules: [{ http: { paths: [] } }]") },
  { name: "an Ingress without a port", yaml: ingress("defaultBackend: { service: { name: a } }") },
  {
    name: "an Ingress with two kinds of ports",
    yaml: ingress("defaultBackend: { service: { name: a, port: { name: a, number: 1 } } }"),
  },
  { name: "a policy of an unknown type", yaml: policy("podSelector: {}, policyTypes: [X]") },
  { name: "a policy for nobody", yaml: policy("podSelector: {}, ingress: [{ from: [{}] }]") },
  {
    name: "a policy of a bad block",
    yaml: policy("podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 1.2.3.4 } }] }]"),
  },
  {
    name: "a policy of a block and a selector",
    yaml: policy("podSelector: {}, ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: 1.2.3.0/24 } }] }]"),
  },
  { name: "a policy of a bad port", yaml: policy("podSelector: {}, ingress: [{ ports: [{ port: 0 }] }]") },
  { name: "a rule without verbs", yaml: plain("Role", "rules: [{ apiGroups: [''], resources: [pods] }]", RBAC) },
  { name: "a rule without resources", yaml: plain("Role", "rules: [{ apiGroups: [''], verbs: [get] }]", RBAC) },
  { name: "a rule without groups", yaml: plain("ClusterRole", "rules: [{ resources: [pods], verbs: [get] }]", RBAC) },
  {
    name: "a rule of a path and a resource",
    yaml: plain(
      "ClusterRole",
      "rules: [{ apiGroups: [''], resources: [pods], nonResourceURLs: [/a], verbs: [get] }]",
      RBAC,
    ),
  },
  { name: "a path in a namespace", yaml: plain("Role", "rules: [{ nonResourceURLs: [/a], verbs: [get] }]", RBAC) },
  {
    name: "a binding of an unknown subject",
    yaml: plain(
      "RoleBinding",
      `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: a }, subjects: [{ kind: X, name: a }]`,
      RBAC,
    ),
  },
  {
    name: "a binding of an account without a namespace",
    yaml: plain(
      "ClusterRoleBinding",
      `roleRef: { kind: ClusterRole, name: a }, subjects: [{ kind: ServiceAccount, name: a }]`,
      RBAC,
    ),
  },
  { name: "a binding to an unknown kind", yaml: plain("RoleBinding", "roleRef: { kind: X, name: a }", RBAC) },
  {
    name: "a disruption budget of both bounds",
    yaml: plain("PodDisruptionBudget", "spec: { minAvailable: 1, maxUnavailable: 1 }", "policy/v1"),
  },
  {
    name: "a disruption budget below zero",
    yaml: plain("PodDisruptionBudget", "spec: { minAvailable: -1 }", "policy/v1"),
  },
  {
    name: "a disruption budget of 200 percent",
    yaml: plain("PodDisruptionBudget", "spec: { minAvailable: 200% }", "policy/v1"),
  },
  {
    name: "a storage class without a provisioner",
    yaml: plain("StorageClass", "", "storage.k8s.io/v1").replace(", }", " }"),
  },
  {
    name: "a storage class with an unknown binding",
    yaml: plain("StorageClass", "provisioner: a.b/c, volumeBindingMode: X", "storage.k8s.io/v1"),
  },
  {
    name: "a priority class that is too high",
    yaml: plain("PriorityClass", "value: 2000000000", "scheduling.k8s.io/v1"),
  },
  { name: "a lease of no time", yaml: plain("Lease", "spec: { leaseDurationSeconds: 0 }", "coordination.k8s.io/v1") },
  { name: "a quota below zero", yaml: plain("ResourceQuota", "spec: { hard: { pods: -1 } }") },
  { name: "a quota of a fraction", yaml: plain("ResourceQuota", "spec: { hard: { pods: 500m } }") },
  { name: "a quota of an unknown resource", yaml: plain("ResourceQuota", "spec: { hard: { foo: 1 } }") },
  {
    name: "a range with a minimum above its maximum",
    yaml: plain("LimitRange", "spec: { limits: [{ type: Container, min: { cpu: 2 }, max: { cpu: 1 } }] }"),
  },
  {
    name: "a range for Pods with defaults",
    yaml: plain("LimitRange", "spec: { limits: [{ type: Pod, default: { cpu: 2 } }] }"),
  },
  { name: "a namespace with a dot", yaml: "{ apiVersion: v1, kind: Namespace, metadata: { name: a.b } }" },
  { name: "a runtime class without a handler", yaml: plain("RuntimeClass", "handler: ''", "node.k8s.io/v1") },
  { name: "an ingress class without a controller", yaml: plain("IngressClass", "spec: {}", "networking.k8s.io/v1") },
  { name: "a secret for TLS without a key", yaml: plain("Secret", "type: kubernetes.io/tls, data: { tls.crt: '' }") },
  {
    name: "a secret for Docker that is not JSON",
    yaml: plain("Secret", "type: kubernetes.io/dockerconfigjson, stringData: { .dockerconfigjson: x }"),
  },
  { name: "a secret of a missing account", yaml: plain("Secret", "type: kubernetes.io/service-account-token") },
  { name: "a key in two places", yaml: plain("ConfigMap", "data: { a: b }, binaryData: { a: YQ== }") },
  {
    name: "a finalizer without a domain",
    yaml: "{ apiVersion: v1, kind: ConfigMap, metadata: { name: NAME, finalizers: [a] } }",
  },
  {
    name: "an owner without a name",
    yaml:
      "{ apiVersion: v1, kind: ConfigMap, metadata: { name: NAME, ownerReferences: [{ apiVersion: v1, kind: Pod, uid: a }] } }",
  },
  {
    name: "two controllers",
    yaml:
      "{ apiVersion: v1, kind: ConfigMap, metadata: { name: NAME, ownerReferences: [{ apiVersion: v1, kind: Pod, uid: a, name: a, controller: true }, { apiVersion: v1, kind: Pod, uid: b, name: b, controller: true }] } }",
  },
  {
    name: "a name that is too long",
    yaml: `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${"a".repeat(254)} } }`,
  },
  {
    name: "an endpoint at a loopback address",
    yaml: plain(
      "EndpointSlice",
      "addressType: IPv4, ports: [], endpoints: [{ addresses: [127.0.0.1] }]",
      "discovery.k8s.io/v1",
    ),
  },
  {
    name: "a slice of an unknown type",
    yaml: plain("EndpointSlice", "addressType: X, endpoints: []", "discovery.k8s.io/v1"),
  },
  {
    name: "a webhook without a client",
    yaml: plain(
      "ValidatingWebhookConfiguration",
      "webhooks: [{ name: a.b.c, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {} }]",
      "admissionregistration.k8s.io/v1",
    ),
  },
  {
    name: "a signing request without anything",
    yaml: plain("CertificateSigningRequest", "spec: { request: '', signerName: a.b/c }", "certificates.k8s.io/v1"),
  },
];

/** Changes that are refused. */
export const REFUSED_CHANGES: readonly RefusedManifest[] = [
  {
    name: "the selector of a Deployment",
    yaml: workload("Deployment", "replicas: 0,"),
    change: { spec: { selector: { matchLabels: { a: "c" } }, template: { metadata: { labels: { a: "c" } } } } },
  },
  {
    name: "the selector of a DaemonSet",
    yaml: workload("DaemonSet", "", `nodeSelector: { no: where }, ${CONTAINERS}`),
    change: { spec: { selector: { matchLabels: { a: "c" } }, template: { metadata: { labels: { a: "c" } } } } },
  },
  {
    name: "the service of a StatefulSet",
    yaml: workload("StatefulSet", "serviceName: a, replicas: 0,"),
    change: { spec: { serviceName: "b" } },
  },
  {
    name: "the template of a Job",
    yaml: job("suspend: true, parallelism: 0,"),
    change: { spec: { template: { spec: { restartPolicy: "OnFailure" } } } },
  },
  { name: "the completions of a Job", yaml: job("suspend: true,"), change: { spec: { completions: 3 } } },
  {
    name: "the image and the command of a Pod",
    yaml: pod(CONTAINERS),
    change: { spec: { containers: [{ name: "web", image: "web:2", command: ["a"] }] } },
  },
  {
    name: "the number of containers of a Pod",
    yaml: pod(CONTAINERS),
    change: { spec: { containers: [{ name: "web", image: "web:1" }, { name: "b", image: "b" }] } },
  },
  {
    name: "the address of a Service",
    yaml: service("ports: [{ port: 80 }]"),
    change: { spec: { clusterIP: "10.96.200.201", clusterIPs: ["10.96.200.201"] } },
  },
  { name: "the type of a Secret", yaml: plain("Secret", "data: {}"), change: { type: "other" } },
  {
    name: "an immutable Secret",
    yaml: plain("Secret", "immutable: true, stringData: { a: b }"),
    change: { stringData: { a: "c" } },
  },
  {
    name: "an immutable ConfigMap",
    yaml: plain("ConfigMap", "immutable: true, data: { a: b }"),
    change: { data: { a: "c" } },
  },
  { name: "immutability", yaml: plain("ConfigMap", "immutable: true, data: { a: b }"), change: { immutable: null } },
  {
    name: "the class of a claim",
    yaml: claim(`${STORAGE}, storageClassName: none`),
    change: { spec: { storageClassName: "other" } },
  },
  {
    name: "the role of a binding",
    yaml: plain("RoleBinding", "roleRef: { kind: Role, name: a }", RBAC),
    change: { roleRef: { name: "b" } },
  },
  {
    name: "the provisioner of a class",
    yaml: plain("StorageClass", "provisioner: a.b/c", "storage.k8s.io/v1"),
    change: { provisioner: "d.e/f" },
  },
  {
    name: "the value of a priority class",
    yaml: plain("PriorityClass", "value: 1", "scheduling.k8s.io/v1"),
    change: { value: 2 },
  },
  {
    name: "the controller of an ingress class",
    yaml: plain("IngressClass", "spec: { controller: a.b/c }", "networking.k8s.io/v1"),
    change: { spec: { controller: "d.e/f" } },
  },
  {
    name: "the handler of a runtime class",
    yaml: plain("RuntimeClass", "handler: a", "node.k8s.io/v1"),
    change: { handler: "b" },
  },
  { name: "a name", yaml: plain("ConfigMap", "data: {}"), change: { metadata: { name: "other" } } },
  {
    name: "a uid",
    yaml: plain("ConfigMap", "data: {}"),
    change: { metadata: { uid: "0b1c2d3e-0000-4000-8000-000000000000" } },
  },
  {
    name: "the address type of a slice",
    yaml: plain("EndpointSlice", "addressType: IPv4, endpoints: []", "discovery.k8s.io/v1"),
    change: { addressType: "IPv6" },
  },
  {
    name: "the data of a revision",
    yaml: plain("ControllerRevision", "revision: 1, data: { a: 1 }", "apps/v1"),
    change: { data: { a: 2 } },
  },
];
