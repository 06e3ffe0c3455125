/**
 * A folder of manifests as people write them: many kinds, values in forms that the server rewrites, several documents
 * to a file, lists, anchors, JSON beside YAML.
 *
 * @module
 */

/** How many objects the folder holds. */
export const MANY = 300;

const APPS = 20;

/**
 * Makes the files.
 *
 * @param namespace The namespace of the objects that name one, and a part of the names of cluster-scoped ones.
 * @returns The files: content by path.
 */
export function manyManifests(namespace: string): Record<string, string> {
  const indexes = Array.from({ length: APPS }, (_, i) => i);
  return {
    ...Object.fromEntries(indexes.map((i) => [`apps/app-${i}.yaml`, appFile(i, namespace)])),
    "batch/policies.yml": [...indexes.map(policies), ...[0, 1].map(batch)].join("---\n"),
    "lists/config.yaml": `apiVersion: v1\nkind: List\nitems:\n${indexes.map(listedConfig).join("")}`,
    "quotas.yaml": [0, 1, 2, 3].map(quotas).join("---\n"),
    "cluster.json": JSON.stringify({ apiVersion: "v1", kind: "List", items: clusterScoped(namespace) }, undefined, 2),
    "README.md": "Not a manifest",
  };
}

function appFile(i: number, namespace: string): string {
  return `# Everything of app-${i}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app-${i}
  labels: {app: app-${i}, app.kubernetes.io/part-of: many}
  annotations:
    example.com/note: |
      Two lines,
      with a "quote"
data:
  empty: ""
  number: "0644"
  yes: "on"
  nginx.conf: |
    server {
      listen 80;
    }
  folded: >-
    one
    line
binaryData: {logo: iVBORw0KGgo=}
---
apiVersion: v1
kind: Secret
metadata: {name: app-${i}, labels: {app: app-${i}, app.kubernetes.io/part-of: many}}
type: Opaque
data: {password: czNjcmV0}
stringData:
  user: jane-${i}
  empty: ""
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: app-${i}, namespace: ${namespace}, labels: {app: app-${i}, app.kubernetes.io/part-of: many}}
automountServiceAccountToken: no
imagePullSecrets: [{name: app-${i}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: app-${i}, namespace: ${namespace}}
rules:
- apiGroups: [""]
  resources: [configmaps, secrets]
  resourceNames: [app-${i}]
  verbs: [get, list]
- {apiGroups: [apps], resources: [deployments], verbs: ["*"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: app-${i}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: app-${i}}
subjects:
- {kind: ServiceAccount, name: app-${i}, namespace: ${namespace}}
- {kind: Group, name: developers, apiGroup: rbac.authorization.k8s.io}
---
${service(i)}---
${deployment(i)}---
${statefulSet(i)}---
---
`;
}

function service(i: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: app-${i}
  labels: &labels {app: app-${i}, app.kubernetes.io/part-of: many}
spec:
  type: ClusterIP
  selector: *labels
  sessionAffinity: None
  externalIPs: []
  ports:
  - {name: http, port: 80, targetPort: http}
  - {name: dns, port: 53, targetPort: 5353, protocol: UDP}
  - {name: dns-tcp, port: 53, targetPort: 5353}
`;
}

function podSpec(i: number, indent: string): string {
  return `serviceAccountName: app-${i}
restartPolicy: Always
terminationGracePeriodSeconds: 30
securityContext: {runAsNonRoot: true, fsGroup: 1000}
nodeSelector: {}
tolerations:
- {key: dedicated, operator: Equal, value: many, effect: NoSchedule}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector: {matchLabels: *labels}
topologySpreadConstraints:
- {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: *labels}}
initContainers:
- name: init
  image: busybox:1.37
  command: [sh, -c, "echo $HOME"]
  resources: {}
containers:
- name: web
  image: nginx:1.28
  args: []
  ports: [{name: http, containerPort: 8080}, {containerPort: 5353, protocol: UDP, name: dns}]
  env:
  - {name: EMPTY, value: ""}
  - {name: PLAIN, value: "1"}
  - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
  - {name: CPU, valueFrom: {resourceFieldRef: {containerName: web, resource: limits.cpu}}}
  - {name: USER, valueFrom: {secretKeyRef: {name: app-${i}, key: user}}}
  envFrom: [{configMapRef: {name: app-${i}, optional: true}}]
  resources:
    requests: {cpu: 0.5, memory: 1024Mi, ephemeral-storage: 1e9}
    limits: {cpu: 1000m, memory: "2147483648"}
  livenessProbe: {httpGet: {path: /, port: http}, periodSeconds: 5}
  readinessProbe: {exec: {command: ["true"]}, initialDelaySeconds: 0}
  securityContext: {capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true, privileged: false}
  volumeMounts:
  - {name: config, mountPath: /etc/app, readOnly: true}
  - {name: config, mountPath: /etc/app.conf, subPath: nginx.conf}
  - {name: cache, mountPath: /cache}
- name: sidecar
  image: envoy:1.33
  volumeMounts: [{name: all, mountPath: /all}]
volumes:
- {name: config, configMap: {name: app-${i}, defaultMode: 0644, items: [{key: nginx.conf, path: nginx.conf, mode: 0o400}]}}
- {name: login, secret: {secretName: app-${i}, defaultMode: 0400}}
- {name: cache, emptyDir: {}}
- {name: memory, emptyDir: {medium: Memory, sizeLimit: 1024Mi}}
- name: all
  projected:
    sources:
    - serviceAccountToken: {path: token, expirationSeconds: 7200}
    - configMap: {name: app-${i}}
    - downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
`.trimEnd().replaceAll(/^/gm, indent);
}

function deployment(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: app-${i}, labels: &labels {app: app-${i}, app.kubernetes.io/part-of: many}}
spec:
  replicas: 0
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}
  selector: {matchLabels: *labels}
  template:
    metadata:
      labels: *labels
      creationTimestamp: null
    spec:
${podSpec(i, "      ")}
status: {}
`;
}

function statefulSet(i: number): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: app-${i}, labels: &labels {app: app-${i}, app.kubernetes.io/part-of: many}}
spec:
  replicas: 0
  serviceName: app-${i}
  podManagementPolicy: Parallel
  updateStrategy: {type: RollingUpdate}
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: *labels}
    spec:
${podSpec(i, "      ")}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1024Mi}}
`;
}

function listedConfig(i: number): string {
  return `- apiVersion: v1
  kind: ConfigMap
  immutable: true
  metadata: {name: listed-${i}}
  data: {index: "${i}"}
`;
}

function policies(i: number): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: app-${i}}
spec:
  podSelector: {matchLabels: {app: app-${i}}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {}
      namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [a, b]}]}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports: [{port: http}, {port: 53, protocol: UDP}, {port: 8000, endPort: 9000}]
  egress: [{}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: app-${i}}
spec: {maxUnavailable: ${i % 2 === 0 ? 1 : "50%"}, selector: {matchLabels: {app: app-${i}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app-${i}
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$1}
spec:
  ingressClassName: nginx
  tls: [{hosts: [app-${i}.example.com], secretName: tls-${i}}]
  rules:
  - host: app-${i}.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: app-${i}, port: {name: http}}}}
      - {path: /api, pathType: Exact, backend: {service: {name: app-${i}, port: {number: 80}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: app-${i}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app-${i}}
  minReplicas: 1
  maxReplicas: 5
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}
  - {type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: 1000m}}}
  behavior:
    scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Pods, value: 1, periodSeconds: 60}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: app-${i}}
spec:
  schedule: "*/5 * * * *"
  suspend: true
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: OnFailure
          containers: [{name: job, image: "job:1", resources: {limits: {cpu: "0.1", memory: 128M}}}]
`;
}

function batch(i: number): string {
  return `apiVersion: batch/v1
kind: Job
metadata: {name: job-${i}}
spec:
  suspend: true
  completions: 3
  completionMode: Indexed
  podFailurePolicy:
    rules:
    - {action: FailJob, onExitCodes: {containerName: job, operator: In, values: [7, 42]}}
  template:
    spec: {restartPolicy: Never, containers: [{name: job, image: "job:1"}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent-${i}}
spec:
  selector: {matchLabels: {app: agent-${i}}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 10%}}
  template:
    metadata: {labels: {app: agent-${i}}}
    spec:
      hostNetwork: true
      nodeSelector: {example.com/none: "true"}
      containers:
      - name: agent
        image: agent:1
        ports: [{containerPort: 9100, hostPort: 9100}]
        volumeMounts: [{name: root, mountPath: /host, readOnly: true, mountPropagation: HostToContainer}]
      volumes: [{name: root, hostPath: {path: /, type: ""}}]
`;
}

function quotas(i: number): string {
  return `apiVersion: v1
kind: ResourceQuota
metadata: {name: quota-${i}}
spec:
  hard: {requests.cpu: "1000", limits.memory: 1024Gi, pods: 1k, requests.storage: 0.5Ti}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits-${i}}
spec:
  limits:
  - type: Container
    max: {cpu: 4000m, memory: 8192Mi}
    default: {cpu: 500m, memory: 0.5Gi}
    defaultRequest: {cpu: 0.1, memory: 64Mi}
  - {type: PersistentVolumeClaim, min: {storage: 1024Mi}}
`;
}

function clusterScoped(namespace: string): unknown[] {
  const name = (i: number) => `${namespace}-${i}`;
  return [0, 1, 2].flatMap((i) => [
    {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: name(i) },
      value: i * 1_000,
      globalDefault: false,
      description: "",
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: name(i), labels: { aggregate: namespace } },
      ...(i === 0
        ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { aggregate: name(1) } }] }, rules: [] }
        : { rules: [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }] }),
    },
    ...(i === 0 ? [] : [{
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: name(i) },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: name(i) },
      subjects: [{ kind: "ServiceAccount", name: "app-0", namespace }],
    }]),
  ]);
}
