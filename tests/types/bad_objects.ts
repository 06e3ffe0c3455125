/**
 * Objects with mistakes, and what the compiler says about them.
 *
 * @module
 */
import * as kinds from "../../lib/kinds/mod.ts";
import { crd } from "../../lib/script/crd.ts";

/** An object with a mistake. */
export interface BadObject {
  /** What is wrong with it. */
  readonly name: string;
  /** The expression that makes it: JavaScript, with the built-in kinds and {@linkcode Website} in scope. */
  readonly source: string;
  /** What the place begins with that the compiler points to. */
  readonly at?: string;
  /** What the compiler says: the innermost reason. Absent if it cannot know. */
  readonly typeError?: string;
}

/** An object with a mistake that is also looked for when a script is planned. */
export interface BadResource extends BadObject {
  /** What a plan says before any request; nothing of what only the server can tell. */
  readonly validation: readonly string[];
}

/** A kind of custom resources, for {@linkcode BAD_OBJECTS}. */
export const Website = crd({
  group: "example.com",
  version: "v1",
  kind: "Website",
  spec: {
    required: ["image", "tier"],
    properties: {
      image: { type: "string" },
      tier: { enum: ["free", "paid"] },
      hosts: { items: { type: "string" } },
    },
  },
  status: { properties: { ready: { type: "integer" } } },
});

/** The objects. */
export const BAD_OBJECTS: readonly BadResource[] = [
  {
    name: "a typo in a top-level field",
    source: 'Deployment({ metadata: { name: "web" }, specc: { replicas: 2 } })',
    at: "specc",
    typeError:
      "Object literal may only specify known properties, but 'specc' does not exist in type 'Body<Deployment>'. Did you mean to write 'spec'?",
    validation: ['specc is unknown: did you mean "spec"?', "spec is missing"],
  },
  {
    name: "no metadata",
    source: 'ConfigMap({ data: { a: "b" } })',
    at: "{ data",
    typeError:
      "Property 'metadata' is missing in type '{ data: { a: string; }; }' but required in type '{ readonly metadata: DeepReadonly<ObjectMeta> & ({ readonly name: string; } | { readonly generateName: string; }); }'.",
    validation: ["metadata.name: is missing"],
  },
  {
    name: "no name",
    source: 'ConfigMap({ metadata: {}, data: { a: "b" } })',
    at: "metadata",
    typeError:
      "Type '{}' is not assignable to type 'DeepReadonly<ObjectMeta> & ({ readonly name: string; } | { readonly generateName: string; })'.",
    validation: ["metadata.name: is missing"],
  },
  {
    name: "a name that is a number",
    source: "ConfigMap({ metadata: { name: 1 } })",
    at: "name",
    typeError: "Type 'number' is not assignable to type 'string'.",
    validation: ['metadata.name: must be text, is 1: write "1"'],
  },
  {
    name: "a typo in the metadata",
    source: 'ConfigMap({ metadata: { name: "a", label: { app: "web" } } })',
    at: "label",
    typeError:
      "Object literal may only specify known properties, but 'label' does not exist in type 'DeepReadonly<ObjectMeta> & ({ readonly name: string; } | { readonly generateName: string; })'. Did you mean to write 'labels'?",
    validation: ['metadata.label is unknown: did you mean "labels"?'],
  },
  {
    name: "a label that is no text",
    source: 'ConfigMap({ metadata: { name: "a", labels: { stable: true } } })',
    at: "stable",
    typeError: "Type 'boolean' is not assignable to type 'string'.",
    validation: ['metadata.labels.stable (ConfigMap/a): must be text, is true: write "true"'],
  },
  {
    name: "an annotation that is an object",
    source: 'ConfigMap({ metadata: { name: "a", annotations: { note: { by: "me" } } } })',
    at: "note",
    typeError: "Type '{ by: string; }' is not assignable to type 'string'.",
    validation: ["metadata.annotations.note (ConfigMap/a): must be text"],
  },
  {
    name: "the name beside the metadata",
    source: 'ConfigMap({ name: "a", metadata: { name: "a" } })',
    at: "name",
    typeError: "Object literal may only specify known properties, and 'name' does not exist in type 'Body<ConfigMap>'.",
    validation: ["name is unknown here: it belongs in metadata"],
  },
  {
    name: "a namespace on a cluster-scoped kind",
    source: 'Namespace({ metadata: { name: "a", namespace: "b" } })',
    at: "namespace",
    typeError: "Type 'string' is not assignable to type 'never'.",
    validation: [],
  },
  {
    name: "a status",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a" }] }, status: { phase: "Running" } })',
    at: "status",
    typeError: "Object literal may only specify known properties, and 'status' does not exist in type 'Body<Pod>'.",
    validation: ["status (Pod/a): is set by the cluster: remove it"],
  },
  {
    name: "an apiVersion",
    source: 'ConfigMap({ apiVersion: "v1", metadata: { name: "a" } })',
    at: "apiVersion",
    typeError:
      "Object literal may only specify known properties, and 'apiVersion' does not exist in type 'Body<ConfigMap>'.",
    validation: [],
  },
  {
    name: "the spec of another kind",
    source: 'Service({ metadata: { name: "a" }, data: { a: "b" } })',
    at: "data",
    typeError: "Object literal may only specify known properties, and 'data' does not exist in type 'Body<Service>'.",
    validation: ['data is unknown: known are "apiVersion", "kind", "metadata", "spec" and "status"'],
  },
  {
    name: "no spec",
    source: 'HorizontalPodAutoscaler({ metadata: { name: "a" } })',
    at: "{ metadata",
    typeError:
      `Property 'spec' is missing in type '{ metadata: { name: string; }; }' but required in type 'DeepReadonly<Omit<HorizontalPodAutoscaler, "apiVersion" | "kind" | "metadata" | "status">>'.`,
    validation: ["spec is missing"],
  },
  {
    name: "an unknown option",
    source: 'ConfigMap({ metadata: { name: "a" } }, { kep: true })',
    at: "kep",
    typeError:
      "Object literal may only specify known properties, but 'kep' does not exist in type 'ObjectOptions<Live<ConfigMap>>'. Did you mean to write 'keep'?",
    validation: ['(ConfigMap/a): option "kep" is unknown: did you mean "keep"?'],
  },
  {
    name: "containers in the spec of a Deployment",
    source: 'Deployment({ metadata: { name: "web" }, spec: { selector: {}, containers: [{ name: "web" }] } })',
    at: "containers",
    typeError:
      "Object literal may only specify known properties, and 'containers' does not exist in type 'DeepReadonly<DeploymentSpec>'.",
    validation: [
      "spec.containers is unknown here: it belongs in spec.template.spec",
      "spec.template is missing",
      "spec.selector is empty",
    ],
  },
  {
    name: "the pod's spec without its template",
    source: 'Deployment({ metadata: { name: "web" }, spec: { selector: {}, template: { containers: [] } } })',
    at: "containers",
    typeError:
      "Object literal may only specify known properties, and 'containers' does not exist in type 'DeepReadonly<PodTemplateSpec>'.",
    validation: [
      "spec.template.containers is unknown here: it belongs in spec.template.spec",
      "spec.selector is empty",
    ],
  },
  {
    name: "no selector and no template",
    source: 'Deployment({ metadata: { name: "web" }, spec: { replicas: 2 } })',
    at: "spec",
    typeError:
      "Type '{ replicas: number; }' is missing the following properties from type 'DeepReadonly<DeploymentSpec>': selector, template",
    validation: ["spec.selector is missing", "spec.template is missing"],
  },
  {
    name: "replicas as a text",
    source: 'Deployment({ metadata: { name: "web" }, spec: { replicas: "2", selector: {}, template: {} } })',
    at: "replicas",
    typeError: "Type 'string' is not assignable to type 'number'.",
    validation: ['spec.replicas must be an integer, is "2": write it without quotes', "spec.selector is empty"],
  },
  {
    name: "labels in the place of a selector",
    source: 'Deployment({ metadata: { name: "web" }, spec: { selector: { app: "web" }, template: {} } })',
    at: "app",
    typeError:
      "Object literal may only specify known properties, and 'app' does not exist in type 'DeepReadonly<LabelSelector>'.",
    validation: [
      'spec.selector.app is unknown: known are "matchExpressions" and "matchLabels"',
      "spec.selector is empty",
    ],
  },
  {
    name: "a strategy that is a text",
    source: 'Deployment({ metadata: { name: "web" }, spec: { selector: {}, template: {}, strategy: "Recreate" } })',
    at: "strategy",
    typeError: "Type 'string' has no properties in common with type 'DeepReadonly<DeploymentStrategy>'.",
    validation: ['spec.strategy must be an object, is "Recreate"', "spec.selector is empty"],
  },
  {
    name: "a strategy that there is not",
    source:
      'Deployment({ metadata: { name: "web" }, spec: { selector: {}, template: {}, strategy: { type: "Rolling" } } })',
    at: "type",
    typeError: `Type '"Rolling"' is not assignable to type '"Recreate" | "RollingUpdate" | undefined'.`,
    validation: ['spec.strategy.type must be "Recreate" or "RollingUpdate", is "Rolling"', "spec.selector is empty"],
  },
  {
    name: "a typo in a container",
    source: `Deployment({
  metadata: { name: "web" },
  spec: {
    selector: {},
    template: {
      spec: {
        containers: [
          { name: "web", image: "web:1" },
          { name: "log", imagePullPolicyy: "Always" },
        ],
      },
    },
  },
})`,
    at: "imagePullPolicyy",
    typeError:
      "Object literal may only specify known properties, but 'imagePullPolicyy' does not exist in type 'DeepReadonly<Container>'. Did you mean to write 'imagePullPolicy'?",
    validation: [
      'spec.template.spec.containers[1].imagePullPolicyy is unknown: did you mean "imagePullPolicy"?',
      "spec.selector is empty",
      "spec.template.spec.containers[1].image is missing",
    ],
  },
  {
    name: "a typo in a probe",
    source: `Pod({
  metadata: { name: "a" },
  spec: {
    containers: [{
      name: "a",
      livenessProbe: {
        httpGet: {
          pth: "/healthz",
          port: 80,
        },
      },
    }],
  },
})`,
    at: "pth",
    typeError:
      "Object literal may only specify known properties, but 'pth' does not exist in type 'DeepReadonly<HTTPGetAction>'. Did you mean to write 'path'?",
    validation: [
      'spec.containers[0].livenessProbe.httpGet.pth is unknown: did you mean "path"?',
      "spec.containers[0].image is missing",
    ],
  },
  {
    name: "a wrong enum",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", imagePullPolicy: "always" }] } })',
    at: "imagePullPolicy",
    typeError:
      `Type '"always"' is not assignable to type '"Always" | "IfNotPresent" | "Never"'. Did you mean '"Always"'?`,
    validation: [
      'spec.containers[0].imagePullPolicy must be "Always", "IfNotPresent" or "Never", is "always": did you mean "Always"?',
      "spec.containers[0].image is missing",
    ],
  },
  {
    name: "a restart policy in the container",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", restartPolcy: "Never" }] } })',
    at: "restartPolcy",
    typeError:
      "Object literal may only specify known properties, but 'restartPolcy' does not exist in type 'DeepReadonly<Container>'. Did you mean to write 'restartPolicy'?",
    validation: [
      'spec.containers[0].restartPolcy is unknown: did you mean "restartPolicy"?',
      "spec.containers[0].image is missing",
    ],
  },
  {
    name: "a container without a name",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ image: "web:1" }] } })',
    at: "{ image",
    typeError:
      "Property 'name' is missing in type '{ image: string; }' but required in type 'DeepReadonly<Container>'.",
    validation: ["spec.containers[0].name is missing"],
  },
  {
    name: "containers as an object",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: { name: "a" } } })',
    at: "name",
    typeError:
      "Object literal may only specify known properties, and 'name' does not exist in type 'readonly DeepReadonly<Container>[]'.",
    validation: ["spec.containers must be a list, is an object"],
  },
  {
    name: "a port that is a text",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", ports: [{ containerPort: "80" }] }] } })',
    at: "containerPort",
    typeError: "Type 'string' is not assignable to type 'number'.",
    validation: [
      'spec.containers[0].ports[0].containerPort must be an integer, is "80": write it without quotes',
      "spec.containers[0].image is missing",
    ],
  },
  {
    name: "ports that are numbers",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", ports: [80] }] } })',
    at: "80",
    typeError: "Type 'number' is not assignable to type 'DeepReadonly<ContainerPort>'.",
    validation: ["spec.containers[0].ports[0] must be an object, is 80", "spec.containers[0].image is missing"],
  },
  {
    name: "the value of a variable as a number",
    source:
      'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", env: [{ name: "PORT", value: 80 }] }] } })',
    at: "value",
    typeError: "Type 'number' is not assignable to type 'string'.",
    validation: [
      "spec.containers[0].env[0].value must be text, is 80: put it in quotes",
      "spec.containers[0].image is missing",
    ],
  },
  {
    name: "variables as an object",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", env: { PORT: "80" } }] } })',
    at: "PORT",
    typeError:
      "Object literal may only specify known properties, and 'PORT' does not exist in type 'readonly DeepReadonly<EnvVar>[]'.",
    validation: ["spec.containers[0].env must be a list, is an object", "spec.containers[0].image is missing"],
  },
  {
    name: "a command as one text",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", command: "sleep 1" }] } })',
    at: "command",
    typeError: "Type 'string' is not assignable to type 'readonly string[]'.",
    validation: ['spec.containers[0].command must be a list, is "sleep 1"', "spec.containers[0].image is missing"],
  },
  {
    name: "resources without limits",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", resources: { cpu: "1" } }] } })',
    at: "cpu",
    typeError:
      "Object literal may only specify known properties, and 'cpu' does not exist in type 'DeepReadonly<ResourceRequirements>'.",
    validation: [
      'spec.containers[0].resources.cpu is unknown: known are "claims", "limits" and "requests"',
      "spec.containers[0].image is missing",
    ],
  },
  {
    name: "a quantity that is a boolean",
    source:
      'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", resources: { limits: { cpu: true } } }] } })',
    at: "cpu",
    typeError: "Type 'boolean' is not assignable to type 'number | string'.",
    validation: [
      'spec.containers[0].resources.limits.cpu must be a quantity such as "500m" or "2Gi", is true',
      "spec.containers[0].image is missing",
    ],
  },
  {
    name: "a volume of a kind that there is not",
    source:
      'Pod({ metadata: { name: "a" }, spec: { containers: [], volumes: [{ name: "v", configmap: { name: "c" } }] } })',
    at: "configmap",
    typeError:
      "Object literal may only specify known properties, but 'configmap' does not exist in type 'DeepReadonly<Volume>'. Did you mean to write 'configMap'?",
    validation: ['spec.volumes[0].configmap is unknown: did you mean "configMap"?'],
  },
  {
    name: "a mount without its path",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [{ name: "a", volumeMounts: [{ name: "v" }] }] } })',
    at: '{ name: "v"',
    typeError:
      "Property 'mountPath' is missing in type '{ name: string; }' but required in type 'DeepReadonly<VolumeMount>'.",
    validation: [
      "spec.containers[0].volumeMounts[0].mountPath is missing",
      "spec.containers[0].image is missing",
      'spec.containers[0].volumeMounts[0].name is "v", and there is no such volume',
    ],
  },
  {
    name: "a toleration with a wrong operator",
    source: 'Pod({ metadata: { name: "a" }, spec: { containers: [], tolerations: [{ operator: "In" }] } })',
    at: "operator",
    typeError: `Type '"In"' is not assignable to type '"Equal" | "Exists" | "Gt" | "Lt"'.`,
    validation: ['spec.tolerations[0].operator must be "Equal", "Exists", "Gt" or "Lt", is "In"'],
  },
  {
    name: "affinity at the wrong depth",
    source:
      'Pod({ metadata: { name: "a" }, spec: { containers: [], affinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } } })',
    at: "required",
    typeError:
      "Object literal may only specify known properties, and 'requiredDuringSchedulingIgnoredDuringExecution' does not exist in type 'DeepReadonly<Affinity>'.",
    validation: [
      "spec.affinity.requiredDuringSchedulingIgnoredDuringExecution is unknown here: it belongs in spec.affinity.nodeAffinity",
    ],
  },
  {
    name: "a Job's template beside its spec",
    source: 'Job({ metadata: { name: "a" }, template: { spec: { containers: [] } } })',
    at: "template",
    typeError: "Object literal may only specify known properties, and 'template' does not exist in type 'Body<Job>'.",
    validation: [
      "template is unknown here: it belongs in spec",
      'spec.template.spec.restartPolicy is missing: write "OnFailure" or "Never"',
    ],
  },
  {
    name: "a schedule without a jobTemplate",
    source: 'CronJob({ metadata: { name: "a" }, spec: { schedule: "* * * * *", template: {} } })',
    at: "template",
    typeError:
      "Object literal may only specify known properties, and 'template' does not exist in type 'DeepReadonly<CronJobSpec>'.",
    validation: [
      "spec.template is unknown here: it belongs in spec.jobTemplate.spec",
      "spec.jobTemplate is missing",
      'spec.jobTemplate.spec.template.spec.restartPolicy is missing: write "OnFailure" or "Never"',
    ],
  },
  {
    name: "a wrong concurrency policy",
    source:
      'CronJob({ metadata: { name: "a" }, spec: { schedule: "* * * * *", concurrencyPolicy: "Never", jobTemplate: {} } })',
    at: "concurrencyPolicy",
    typeError: `Type '"Never"' is not assignable to type '"Allow" | "Forbid" | "Replace"'.`,
    validation: [
      'spec.concurrencyPolicy must be "Allow", "Forbid" or "Replace", is "Never"',
      'spec.jobTemplate.spec.template.spec.restartPolicy is missing: write "OnFailure" or "Never"',
    ],
  },
  {
    name: "a StatefulSet's volumeClaimTemplate",
    source: 'StatefulSet({ metadata: { name: "a" }, spec: { selector: {}, template: {}, volumeClaimTemplate: [] } })',
    at: "volumeClaimTemplate",
    typeError:
      "Object literal may only specify known properties, but 'volumeClaimTemplate' does not exist in type 'DeepReadonly<StatefulSetSpec>'. Did you mean to write 'volumeClaimTemplates'?",
    validation: ['spec.volumeClaimTemplate is unknown: did you mean "volumeClaimTemplates"?', "spec.selector is empty"],
  },
  {
    name: "replicas of a DaemonSet",
    source: 'DaemonSet({ metadata: { name: "a" }, spec: { replicas: 2, selector: {}, template: {} } })',
    at: "replicas",
    typeError:
      "Object literal may only specify known properties, and 'replicas' does not exist in type 'DeepReadonly<DaemonSetSpec>'.",
    validation: [
      'spec.replicas is unknown: known are "minReadySeconds", "revisionHistoryLimit", "selector", "template" and "updateStrategy"',
      "spec.selector is empty",
    ],
  },
  {
    name: "the port of a Service as a text",
    source: 'Service({ metadata: { name: "a" }, spec: { ports: [{ port: "80" }] } })',
    at: "port",
    typeError: "Type 'string' is not assignable to type 'number'.",
    validation: ['spec.ports[0].port must be an integer, is "80": write it without quotes'],
  },
  {
    name: "a Service's ports as an object",
    source: 'Service({ metadata: { name: "a" }, spec: { ports: { port: 80 } } })',
    at: "port",
    typeError:
      "Object literal may only specify known properties, and 'port' does not exist in type 'readonly DeepReadonly<ServicePort>[]'.",
    validation: ["spec.ports must be a list, is an object"],
  },
  {
    name: "a Service's type with a typo",
    source: 'Service({ metadata: { name: "a" }, spec: { type: "NodePrt" } })',
    at: "type",
    typeError:
      `Type '"NodePrt"' is not assignable to type '"ClusterIP" | "ExternalName" | "LoadBalancer" | "NodePort" | undefined'. Did you mean '"NodePort"'?`,
    validation: [
      'spec.type must be "ClusterIP", "ExternalName", "LoadBalancer" or "NodePort", is "NodePrt": did you mean "NodePort"?',
    ],
  },
  {
    name: "a Service's selector with matchLabels",
    source: 'Service({ metadata: { name: "a" }, spec: { selector: { matchLabels: { app: "web" } } } })',
    at: "matchLabels",
    typeError: "Type '{ app: string; }' is not assignable to type 'string'.",
    validation: ["spec.selector.matchLabels must be text, is an object"],
  },
  {
    name: "an Ingress backend of the old form",
    source: 'Ingress({ metadata: { name: "a" }, spec: { defaultBackend: { serviceName: "web", servicePort: 80 } } })',
    at: "serviceName",
    typeError:
      "Object literal may only specify known properties, and 'serviceName' does not exist in type 'DeepReadonly<IngressBackend>'.",
    validation: [
      'spec.defaultBackend.serviceName is unknown: known are "resource" and "service"',
      'spec.defaultBackend.servicePort is unknown: known are "resource" and "service"',
    ],
  },
  {
    name: "an Ingress path without a pathType",
    source: `Ingress({
  metadata: { name: "a" },
  spec: {
    rules: [{
      http: {
        paths: [
          { path: "/", backend: {} },
        ],
      },
    }],
  },
})`,
    at: "{ path: ",
    typeError:
      "Property 'pathType' is missing in type '{ path: string; backend: {}; }' but required in type 'DeepReadonly<HTTPIngressPath>'.",
    validation: ["spec.rules[0].http.paths[0].pathType is missing"],
  },
  {
    name: "a policy type with a typo",
    source: 'NetworkPolicy({ metadata: { name: "a" }, spec: { podSelector: {}, policyTypes: ["Egress", "Ingres"] } })',
    at: '"Ingres"',
    typeError: `Type '"Ingres"' is not assignable to type '"Egress" | "Ingress"'. Did you mean '"Ingress"'?`,
    validation: ['spec.policyTypes[1] must be "Egress" or "Ingress", is "Ingres": did you mean "Ingress"?'],
  },
  {
    name: "data that is no text",
    source: 'ConfigMap({ metadata: { name: "a" }, data: { replicas: 2 } })',
    at: "replicas",
    typeError: "Type 'number' is not assignable to type 'string'.",
    validation: ["data.replicas must be text, is 2: put it in quotes"],
  },
  {
    name: "data that is an object",
    source: 'ConfigMap({ metadata: { name: "a" }, data: { config: { a: 1 } } })',
    at: "config",
    typeError: "Type '{ a: number; }' is not assignable to type 'string'.",
    validation: ["data.config must be text, is an object"],
  },
  {
    name: "a Secret's content in the wrong field",
    source: 'Secret({ metadata: { name: "a" }, stringdata: { password: "x" } })',
    at: "stringdata",
    typeError:
      "Object literal may only specify known properties, but 'stringdata' does not exist in type 'Body<Secret>'. Did you mean to write 'stringData'?",
    validation: ['stringdata is unknown: did you mean "stringData"?'],
  },
  {
    name: "rules of a Role in a spec",
    source: 'Role({ metadata: { name: "a" }, spec: { rules: [] } })',
    at: "spec",
    typeError: "Object literal may only specify known properties, and 'spec' does not exist in type 'Body<Role>'.",
    validation: ['spec is unknown: known are "apiVersion", "kind", "metadata" and "rules"'],
  },
  {
    name: "a rule without verbs",
    source: 'Role({ metadata: { name: "a" }, rules: [{ apiGroups: [""], resources: ["pods"] }] })',
    at: "{ apiGroups",
    typeError:
      "Property 'verbs' is missing in type '{ apiGroups: string[]; resources: string[]; }' but required in type 'DeepReadonly<PolicyRule>'.",
    validation: ["rules[0].verbs is missing"],
  },
  {
    name: "resources of a rule as one text",
    source: 'Role({ metadata: { name: "a" }, rules: [{ resources: "pods", verbs: ["get"] }] })',
    at: "resources",
    typeError: "Type 'string' is not assignable to type 'readonly string[]'.",
    validation: ['rules[0].resources must be a list, is "pods"'],
  },
  {
    name: "a binding without its role",
    source: 'RoleBinding({ metadata: { name: "a" }, subjects: [] })',
    at: "{ metadata",
    typeError:
      `Property 'roleRef' is missing in type '{ metadata: { name: string; }; subjects: never[]; }' but required in type 'DeepReadonly<Omit<RoleBinding, "apiVersion" | "kind" | "metadata" | "status">>'.`,
    validation: ["roleRef is missing"],
  },
  {
    name: "a subject without a name",
    source:
      'RoleBinding({ metadata: { name: "a" }, roleRef: { apiGroup: "", kind: "Role", name: "a" }, subjects: [{ kind: "User" }] })',
    at: '{ kind: "User"',
    typeError: "Property 'name' is missing in type '{ kind: string; }' but required in type 'DeepReadonly<Subject>'.",
    validation: ["subjects[0].name is missing"],
  },
  {
    name: "an access mode with a typo",
    source: 'PersistentVolumeClaim({ metadata: { name: "a" }, spec: { accessModes: ["readWriteOnce"] } })',
    at: '"readWriteOnce"',
    typeError:
      `Type '"readWriteOnce"' is not assignable to type '"ReadOnlyMany" | "ReadWriteMany" | "ReadWriteOnce" | "ReadWriteOncePod"'. Did you mean '"ReadWriteOnce"'?`,
    validation: [
      'spec.accessModes[0] must be "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce" or "ReadWriteOncePod", is "readWriteOnce": did you mean "ReadWriteOnce"?',
    ],
  },
  {
    name: "a size beside the requests",
    source: 'PersistentVolumeClaim({ metadata: { name: "a" }, spec: { resources: { storage: "1Gi" } } })',
    at: "storage",
    typeError:
      "Object literal may only specify known properties, and 'storage' does not exist in type 'DeepReadonly<VolumeResourceRequirements>'.",
    validation: ['spec.resources.storage is unknown: known are "limits" and "requests"'],
  },
  {
    name: "a target that is a number",
    source: 'HorizontalPodAutoscaler({ metadata: { name: "a" }, spec: { maxReplicas: 3, scaleTargetRef: 1 } })',
    at: "scaleTargetRef",
    typeError: "Type 'number' is not assignable to type 'DeepReadonly<CrossVersionObjectReference>'.",
    validation: ["spec.scaleTargetRef must be an object, is 1"],
  },
  {
    name: "a metric of the old API",
    source: `HorizontalPodAutoscaler({
  metadata: { name: "a" },
  spec: {
    maxReplicas: 3,
    scaleTargetRef: { kind: "Deployment", name: "web" },
    targetCPUUtilizationPercentage: 80,
  },
})`,
    at: "targetCPU",
    typeError:
      "Object literal may only specify known properties, and 'targetCPUUtilizationPercentage' does not exist in type 'DeepReadonly<HorizontalPodAutoscalerSpec>'.",
    validation: [
      'spec.targetCPUUtilizationPercentage is unknown: known are "behavior", "maxReplicas", "metrics", "minReplicas" and "scaleTargetRef"',
    ],
  },
  {
    name: "a budget with a typo",
    source: 'PodDisruptionBudget({ metadata: { name: "a" }, spec: { minAvailible: "50%" } })',
    at: "minAvailible",
    typeError:
      "Object literal may only specify known properties, but 'minAvailible' does not exist in type 'DeepReadonly<PodDisruptionBudgetSpec>'. Did you mean to write 'minAvailable'?",
    validation: ['spec.minAvailible is unknown: did you mean "minAvailable"?'],
  },
  {
    name: "a webhook without what it must say",
    source:
      'ValidatingWebhookConfiguration({ metadata: { name: "a" }, webhooks: [{ name: "a.b.c", clientConfig: {} }] })',
    at: '{ name: "a.b.c"',
    typeError:
      "Type '{ name: string; clientConfig: {}; }' is missing the following properties from type 'DeepReadonly<ValidatingWebhook>': admissionReviewVersions, sideEffects",
    validation: ["webhooks[0].sideEffects is missing", "webhooks[0].admissionReviewVersions is missing"],
  },
  {
    name: "a definition whose scope is missing",
    source:
      'CustomResourceDefinition({ metadata: { name: "a" }, spec: { group: "b", names: { kind: "A", plural: "as" }, versions: [] } })',
    at: "spec",
    typeError:
      "Property 'scope' is missing in type '{ group: string; names: { kind: string; plural: string; }; versions: never[]; }' but required in type 'DeepReadonly<CustomResourceDefinitionSpec>'.",
    validation: ["spec.scope is missing", 'metadata.name must be "as.b", is "a"'],
  },
  {
    name: "a StorageClass with a spec",
    source: 'StorageClass({ metadata: { name: "a" }, spec: { provisioner: "x" } })',
    at: "spec",
    typeError:
      "Object literal may only specify known properties, and 'spec' does not exist in type 'Body<StorageClass>'.",
    validation: ["spec is unknown", "provisioner is missing"],
  },
  {
    name: "a value of a custom resource that is none of the enum",
    source: 'Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "fre" } })',
    at: "tier",
    typeError: `Type '"fre"' is not assignable to type '"free" | "paid"'. Did you mean '"free"'?`,
    validation: ['spec.tier must be "free" or "paid", is "fre": did you mean "free"?'],
  },
  {
    name: "a custom resource without a required field",
    source: 'Website({ metadata: { name: "a" }, spec: { tier: "free" } })',
    at: "spec",
    typeError:
      `Property 'image' is missing in type '{ tier: "free"; }' but required in type 'DeepReadonly<{ image: string; tier: "free" | "paid"; hosts?: string[]; }>'.`,
    validation: ["spec.image is missing"],
  },
  {
    name: "a field that a custom resource does not have",
    source: 'Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "free", host: "a.example" } })',
    at: "host",
    typeError:
      `Object literal may only specify known properties, but 'host' does not exist in type 'DeepReadonly<{ image: string; tier: "free" | "paid"; hosts?: string[]; }>'. Did you mean to write 'hosts'?`,
    validation: ['spec.host is unknown: did you mean "hosts"?'],
  },
  {
    name: "an item of a custom resource with a wrong type",
    source: 'Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "free", hosts: ["a", 1] } })',
    at: "1]",
    typeError: "Type 'number' is not assignable to type 'string'.",
    validation: ["spec.hosts[1] must be text, is 1: put it in quotes"],
  },
  {
    name: "an untyped object with a wrong apiVersion",
    source: '({ apiVersion: "app/v1", kind: "Deployment", metadata: { name: "a" } })',
    validation: [],
  },
  {
    name: "an untyped object with a typo in its spec",
    source: '({ apiVersion: "v1", kind: "Service", metadata: { name: "a" }, spec: { prts: [] } })',
    validation: ['spec.prts is unknown: did you mean "ports"?'],
  },
  {
    name: "an untyped object with a typo in its metadata",
    source: '({ apiVersion: "v1", kind: "ConfigMap", metadata: { nam: "a" } })',
    at: "nam",
    typeError:
      "Object literal may only specify known properties, but 'nam' does not exist in type 'DeepReadonly<ObjectMeta>'. Did you mean to write 'name'?",
    validation: ["metadata.name: is missing"],
  },
  {
    name: "an untyped object without a kind",
    source: '({ apiVersion: "v1", metadata: { name: "a" } })',
    at: "{ apiVersion",
    typeError:
      "Property 'kind' is missing in type '{ apiVersion: string; metadata: { name: string; }; }' but required in type 'DeepReadonly<KubeObject>'.",
    validation: ["kind: is missing"],
  },
  {
    name: "an untyped object whose name is a number",
    source: '({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: 1 } })',
    at: "name",
    typeError: "Type 'number' is not assignable to type 'string'.",
    validation: ['metadata.name: must be text, is 1: write "1"'],
  },
];

/**
 * Makes an object, without a look of the compiler at it.
 *
 * @param object How it is made.
 * @returns The object.
 */
export function makeObject({ source }: BadObject): object {
  const scope = { ...kinds, Website };
  return new Function(...Object.keys(scope), `return ${source};`)(...Object.values(scope));
}
