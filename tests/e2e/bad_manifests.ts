/**
 * Manifests with mistakes: what validation says about each, and what the API server says.
 *
 * @module
 */

/** A manifest with one mistake. */
export interface BadManifest {
  /** What is wrong. */
  readonly name: string;
  /** The manifest. `NAME` stands for a name of its own, `GROUP` for the group of the kind Gadget. */
  readonly yaml: string;
  /** What validation says: the line, the field and the message. */
  readonly problem: string;
  /** What the API server says. */
  readonly server: RegExp;
}

/** A manifest with fields that look wrong, and which the API server accepts. */
export type OddManifest = Pick<BadManifest, "name" | "yaml">;

function configMap(rest: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: NAME }\n${rest}\n`;
}

function secret(rest: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: { name: NAME }\n${rest}\n`;
}

/** A Service; its ports begin on line 6. */
function service(ports: string, rest = ""): string {
  return `apiVersion: v1\nkind: Service\nmetadata: { name: NAME }\nspec:${rest}\n  ports:\n${ports}\n`;
}

/** A Deployment; its spec goes on from line 8, its Pods' from line 10 and its container from line 13. */
function deployment(
  { spec = "", pod = "", container = "" }: { spec?: string; pod?: string; container?: string },
): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: web:1
${indent(8, container)}${indent(6, pod)}${indent(2, spec)}`;
}

function indent(count: number, text: string): string {
  return text === "" ? "" : text.split("\n").map((line) => `${" ".repeat(count)}${line}\n`).join("");
}

function gadget(spec: string, metadata = "{ name: NAME }"): string {
  return `apiVersion: GROUP/v1\nkind: Gadget\nmetadata: ${metadata}\nspec:\n  size: 1\n${indent(2, spec)}`;
}

/** Manifests with one mistake each. */
export const BAD_MANIFESTS: readonly BadManifest[] = [
  {
    name: "a field that does not exist",
    yaml: configMap("dataa: { a: b }"),
    problem: '4 dataa: is unknown: did you mean "data"?',
    server: /\.dataa: field not declared in schema/,
  },
  {
    name: "a field that does not exist and has no value",
    yaml: configMap("dataa: null"),
    problem: '4 dataa: is unknown: did you mean "data"?',
    server: /\.dataa: field not declared in schema/,
  },
  {
    name: "a field of metadata that does not exist",
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  label: { a: b }\n",
    problem: '5 metadata.label: is unknown: did you mean "labels"?',
    server: /\.metadata\.label: field not declared in schema/,
  },
  {
    name: "a field in other letters",
    yaml: deployment({ container: "imagepullpolicy: Always" }),
    problem: '13 spec.template.spec.containers[0].imagepullpolicy: is unknown: did you mean "imagePullPolicy"?',
    server: /imagepullpolicy: field not declared in schema/,
  },
  {
    name: "a field that belongs further down",
    yaml: deployment({ spec: "nodeSelector: { a: b }" }),
    problem: "13 spec.nodeSelector: is unknown here: it belongs in spec.template.spec",
    server: /\.spec\.nodeSelector: field not declared in schema/,
  },
  {
    name: "a field that belongs further up",
    yaml: deployment({ pod: "replicas: 3" }),
    problem: "13 spec.template.spec.replicas: is unknown here: it belongs in spec",
    server: /\.spec\.template\.spec\.replicas: field not declared in schema/,
  },
  {
    name: "a field of the container beside the containers",
    yaml: deployment({ pod: "env: [{ name: A, value: b }]" }),
    problem: "13 spec.template.spec.env: is unknown here: it belongs in spec.template.spec.containers[]",
    server: /\.spec\.template\.spec\.env: field not declared in schema/,
  },
  {
    name: "a number in quotes",
    yaml: deployment({ spec: 'replicas: "3"' }),
    problem: '13 spec.replicas: must be an integer, is "3": write it without quotes',
    server: /\.spec\.replicas: expected numeric \(int or float\), got string/,
  },
  {
    name: "a fraction",
    yaml: deployment({ spec: "replicas: 1.5" }),
    problem: "13 spec.replicas: must be an integer, is 1.5",
    server: /cannot convert float64 to int32/,
  },
  {
    name: "a truth in quotes",
    yaml: deployment({ spec: 'paused: "true"' }),
    problem: '13 spec.paused: must be true or false, is "true": write it without quotes',
    server: /\.spec\.paused: expected boolean/,
  },
  {
    name: "a number for a text",
    yaml: configMap("data:\n  a: x\n  port: 8080"),
    problem: "6 data.port: must be text, is 8080: put it in quotes",
    server: /\.data\.port: expected string/,
  },
  {
    name: "a truth for a text",
    yaml: deployment({ container: "env:\n- name: DEBUG\n  value: yes" }),
    problem: "15 spec.template.spec.containers[0].env[0].value: must be text, is true: put it in quotes",
    server: /env\[name="DEBUG"\]\.value: expected string/,
  },
  {
    name: "an object for a text",
    yaml: deployment({ container: "workingDir: { a: b }" }),
    problem: "13 spec.template.spec.containers[0].workingDir: must be text, is an object",
    server: /workingDir: expected string/,
  },
  {
    name: "a text for a list",
    yaml: deployment({ container: "command: sh -c true" }),
    problem: '13 spec.template.spec.containers[0].command: must be a list, is "sh -c true"',
    server: /command: expected list/,
  },
  {
    name: "an object for a list",
    yaml: deployment({ container: "env: { A: b }" }),
    problem: "13 spec.template.spec.containers[0].env: must be a list, is an object",
    server: /env: expected list/,
  },
  {
    name: "a list for an object",
    yaml: configMap("data: [a, b]"),
    problem: "4 data: must be an object, is a list",
    server: /\.data: expected map/,
  },
  {
    name: "a text in a list of objects",
    yaml: deployment({ pod: "imagePullSecrets: [registry]" }),
    problem: '13 spec.template.spec.imagePullSecrets[0]: must be an object, is "registry"',
    server: /imagePullSecrets: element 0: associative list with keys may not have non-map elements/,
  },
  {
    name: "an item without a value",
    yaml: deployment({ pod: "volumes:\n-" }),
    problem: "14 spec.template.spec.volumes[0]: is null: remove it",
    server: /volumes: element 0: associative list with keys may not have a null element/,
  },
  {
    name: "a port in quotes",
    yaml: deployment({ container: 'ports:\n- containerPort: "80"' }),
    problem:
      '14 spec.template.spec.containers[0].ports[0].containerPort: must be an integer, is "80": write it without quotes',
    server: /containerPort: expected numeric/,
  },
  {
    name: "a quantity that is none",
    yaml: deployment({ container: "resources:\n  limits: { memory: 1GB }" }),
    problem:
      '14 spec.template.spec.containers[0].resources.limits.memory: must be a quantity such as "500m" or "2Gi", ' +
      'is "1GB"',
    server: /quantities must match the regular expression/,
  },
  {
    name: "a quantity that is a truth",
    yaml: deployment({ container: "resources:\n  limits: { cpu: true }" }),
    problem:
      '14 spec.template.spec.containers[0].resources.limits.cpu: must be a quantity such as "500m" or "2Gi", is true',
    server: /quantities must match the regular expression/,
  },
  {
    name: "a fraction for an integer or a text",
    yaml: service("  - port: 80\n    targetPort: 80.5"),
    problem: "7 spec.ports[0].targetPort: must be an integer or text, is 80.5",
    server: /cannot unmarshal number 80\.5 into Go value of type int32/,
  },
  {
    name: "a truth for an integer or a text",
    yaml: service("  - port: 80\n    targetPort: on"),
    problem: "7 spec.ports[0].targetPort: must be an integer or text, is true",
    server: /cannot unmarshal bool into Go value of type int32/,
  },
  {
    name: "a value that is not among those allowed",
    yaml: service("  - port: 80", "\n  type: Loadbalancer"),
    problem: '5 spec.type: must be "ClusterIP", "ExternalName", "LoadBalancer" or "NodePort", is "Loadbalancer": ' +
      'did you mean "LoadBalancer"?',
    server: /spec\.type: Unsupported value: "Loadbalancer"/,
  },
  {
    name: "a value of the wrong case",
    yaml: service("  - port: 80\n    protocol: tcp"),
    problem: '7 spec.ports[0].protocol: must be "SCTP", "TCP" or "UDP", is "tcp": did you mean "TCP"?',
    server: /spec\.ports\[0\]\.protocol: Unsupported value: "tcp"/,
  },
  {
    name: "a time that is none",
    yaml: "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: { name: NAME }\nspec:\n  renewTime: yesterday\n",
    problem: '5 spec.renewTime: must be a time such as "2026-01-31T12:00:00Z", is "yesterday"',
    server: /parsing time "yesterday"/,
  },
  {
    name: "a Secret that is not encoded",
    yaml: secret("data:\n  password: hunter 2"),
    problem: "5 data.password: must be base64, is <redacted #N>",
    server: /illegal base64 data/,
  },
  {
    name: "a number in a Secret",
    yaml: secret("stringData:\n  password: 12345"),
    problem: "5 stringData.password: must be text, is <redacted #N>: put it in quotes",
    server: /\.stringData\.password: expected string/,
  },
  {
    name: "two containers of one name",
    yaml: deployment({ pod: "- { name: web, image: other }" }),
    problem: '13 spec.template.spec.containers[1]: has the same name "web" as item 0',
    server: /containers: duplicate entries for key \[name="web"\]/,
  },
  {
    name: "two variables of one name",
    yaml: deployment({ container: 'env:\n- { name: A, value: "1" }\n- { name: A, value: "2" }' }),
    problem: '15 spec.template.spec.containers[0].env[1]: has the same name "A" as item 0',
    server: /env: duplicate entries for key \[name="A"\]/,
  },
  {
    name: "two ports of one number",
    yaml: service("  - { name: a, port: 80 }\n  - { name: b, port: 80, protocol: TCP }"),
    problem: '7 spec.ports[1]: has the same port 80 and protocol "TCP" as item 0',
    server: /ports: duplicate entries for key \[port=80,protocol="TCP"\]/,
  },
  {
    name: "a finalizer twice",
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  finalizers: [a.b/c, a.b/c]\n",
    problem: '5 metadata.finalizers[1]: has the same value "a.b/c" as item 0',
    server: /finalizers: duplicate entries for key \[="a\.b\/c"\]/,
  },
  {
    name: "no selector",
    yaml: deployment({}).replace("  selector: { matchLabels: { app: web } }\n", ""),
    problem: "5 spec.selector: is missing",
    server: /spec\.selector: Required value/,
  },
  {
    name: "no spec",
    yaml: "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: NAME\n",
    problem: "1 spec: is missing",
    server: /spec\.selector: Required value/,
  },
  {
    name: "no name of a container",
    yaml: deployment({}).replace("- name: web\n        image", "- image"),
    problem: "11 spec.template.spec.containers[0].name: is missing",
    server: /spec\.template\.spec\.containers\[0\]\.name: Required value/,
  },
  {
    name: "an empty name of a container",
    yaml: deployment({}).replace("- name: web", '- name: ""'),
    problem: "11 spec.template.spec.containers[0].name: is empty",
    server: /spec\.template\.spec\.containers\[0\]\.name: Required value/,
  },
  {
    name: "no image",
    yaml: deployment({}).replace("        image: web:1\n", ""),
    problem: "11 spec.template.spec.containers[0].image: is missing",
    server: /spec\.template\.spec\.containers\[0\]\.image: Required value/,
  },
  {
    name: "no number of a port",
    yaml: deployment({ container: "ports: [{ name: http }]" }),
    problem: "13 spec.template.spec.containers[0].ports[0].containerPort: is missing",
    server: /ports\[0\]\.containerPort: Required value/,
  },
  {
    name: "no rules for which role",
    yaml: "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: NAME }\n",
    problem: "1 roleRef: is missing",
    server: /roleRef\.kind: Unsupported value: ""/,
  },
  {
    name: "no type of a path",
    yaml: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: NAME }
spec:
  rules:
  - http:
      paths:
      - path: /
        backend: { service: { name: web, port: { number: 80 } } }
`,
    problem: "8 spec.rules[0].http.paths[0].pathType: is missing",
    server: /pathType: Required value/,
  },
  {
    name: "a path without a slash",
    yaml: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: NAME }
spec:
  rules:
  - http:
      paths:
      - path: shop
        pathType: Prefix
        backend: { service: { name: web, port: { number: 80 } } }
`,
    problem: '8 spec.rules[0].http.paths[0].path: must begin with "/", is "shop"',
    server: /paths\[0\]\.path: Invalid value: "shop": must be an absolute path/,
  },
  {
    name: "a name with an underscore",
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: NAME_1 }\n",
    problem: '3 metadata.name: is "NAME_1": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric ' +
      "characters, '-' or '.', and must start and end with an alphanumeric character",
    server: /metadata\.name: Invalid value/,
  },
  {
    name: "a Service with a dot in its name",
    yaml: "apiVersion: v1\nkind: Service\nmetadata: { name: NAME.x }\nspec: { ports: [{ port: 80 }] }\n",
    problem: '3 metadata.name: is "NAME.x": must not contain dots',
    server: /metadata\.name: Invalid value: ".*": must not contain dots/,
  },
  {
    name: "a label with a blank",
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  labels: { app: my app }\n",
    problem: '5 metadata.labels.app: is "my app": a valid label must be an empty string or consist of alphanumeric ' +
      "characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    server: /metadata\.labels: Invalid value: "my app"/,
  },
  {
    name: "the key of a label with two slashes",
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  labels: { a/b/c: x }\n",
    problem: '5 metadata.labels["a/b/c"]: is "a/b/c": a valid label key must consist of alphanumeric characters, ' +
      "'-', '_' or '.', and must start and end with an alphanumeric character",
    server: /metadata\.labels: Invalid value: "a\/b\/c"/,
  },
  {
    name: "the key of an annotation with a blank",
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  annotations: { a b: x }\n",
    problem:
      "5 metadata.annotations[\"a b\"]: is \"a b\": name part must consist of alphanumeric characters, '-', '_' " +
      "or '.', and must start and end with an alphanumeric character",
    server: /metadata\.annotations: Invalid value: "a b"/,
  },
  {
    name: "the key of a file with a slash",
    yaml: configMap("data: { a/b: x }"),
    problem: "4 data[\"a/b\"]: is \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    server: /data\[a\/b\]: Invalid value: "a\/b": a valid config key/,
  },
  {
    name: "a selector that does not match",
    yaml: deployment({}).replace("labels: { app: web }", "labels: { app: wob }"),
    problem: '8 spec.template.metadata.labels.app: is "wob", while spec.selector demands "web"',
    server: /`selector` does not match template `labels`/,
  },
  {
    name: "a selector that demands a label that is not there",
    yaml: deployment({}).replace("{ app: web } }", "{ app: web, tier: x } }"),
    problem: '8 spec.template.metadata.labels.tier: is missing, and spec.selector demands "x"',
    server: /`selector` does not match template `labels`/,
  },
  {
    name: "an empty selector",
    yaml: deployment({}).replace("selector: { matchLabels: { app: web } }", "selector: {}"),
    problem: "6 spec.selector: is empty",
    server: /spec\.selector: Invalid value: .*empty selector is invalid for deployment/,
  },
  {
    name: "a mount of a volume that is not there",
    yaml: deployment({
      container: "volumeMounts:\n- { name: dta, mountPath: /data }",
      pod: "volumes:\n- { name: data, emptyDir: {} }",
    }),
    problem: '14 spec.template.spec.containers[0].volumeMounts[0].name: is "dta", and there is no such volume: ' +
      'did you mean "data"?',
    server: /volumeMounts\[0\]\.name: Not found: "dta"/,
  },
  {
    name: "an init container with the name of a container",
    yaml: deployment({ pod: "initContainers:\n- { name: web, image: web:1 }" }),
    problem: '11 spec.template.spec.containers[0].name: is "web", as that of an init container',
    server: /initContainers\[0\]\.name: Duplicate value: "web"/,
  },
  {
    name: "the name of a container with capitals",
    yaml: deployment({}).replace("name: web\n        image", "name: Web\n        image"),
    problem:
      '11 spec.template.spec.containers[0].name: is "Web": a lowercase RFC 1123 label must consist of lower case ' +
      "alphanumeric characters or '-', and must start and end with an alphanumeric character",
    server: /containers\[0\]\.name: Invalid value: "Web"/,
  },
  {
    name: "a long name of a port",
    yaml: deployment({ container: "ports: [{ name: administration-x, containerPort: 80 }]" }),
    problem:
      '13 spec.template.spec.containers[0].ports[0].name: is "administration-x": must be no more than 15 characters',
    server: /ports\[0\]\.name: Invalid value: "administration-x"/,
  },
  {
    name: "two ports of a container of one name",
    yaml: deployment({ container: "ports:\n- { name: http, containerPort: 80 }\n- { name: http, containerPort: 81 }" }),
    problem: '15 spec.template.spec.containers[0].ports[1].name: is "http", as that of another one',
    server: /ports\[1\]\.name: Duplicate value: "http"/,
  },
  {
    name: "a request above the limit",
    yaml: deployment({ container: 'resources:\n  requests: { cpu: "2" }\n  limits: { cpu: 1500m }' }),
    problem:
      '14 spec.template.spec.containers[0].resources.requests.cpu: is "2", which is more than the limit of "1500m"',
    server: /must be less than or equal to cpu limit of 1500m/,
  },
  {
    name: "a Deployment whose Pods end",
    yaml: deployment({ pod: "restartPolicy: Never" }),
    problem: '13 spec.template.spec.restartPolicy: must be "Always", is "Never"',
    server: /restartPolicy: Unsupported value: "Never"/,
  },
  {
    name: "a Job whose Pods do not end",
    yaml: `apiVersion: batch/v1
kind: Job
metadata: { name: NAME }
spec:
  template:
    spec:
      containers: [{ name: a, image: a }]
`,
    problem: '6 spec.template.spec.restartPolicy: is missing: write "OnFailure" or "Never"',
    server: /restartPolicy: Required value: valid values: "OnFailure", "Never"/,
  },
  {
    name: "several ports without names",
    yaml: service("  - port: 80\n  - { name: b, port: 81 }"),
    problem: "6 spec.ports[0].name: is missing, as there are several ports",
    server: /spec\.ports\[0\]\.name: Required value/,
  },
  {
    name: "two ports of a Service of one name",
    yaml: service("  - { name: a, port: 80 }\n  - { name: a, port: 81 }"),
    problem: '7 spec.ports[1].name: is "a", as that of another one',
    server: /spec\.ports\[1\]\.name: Duplicate value: "a"/,
  },
  {
    name: "the number of a target port in quotes",
    yaml: service('  - port: 80\n    targetPort: "8080"'),
    problem: '7 spec.ports[0].targetPort: is "8080": must contain at least one letter (a-z)',
    server: /spec\.ports\[0\]\.targetPort: Invalid value: "8080"/,
  },
  {
    name: "a definition with another name",
    yaml: `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: NAME.example.com }
spec:
  group: example.com
  names: { kind: Thing, plural: things }
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object } }
`,
    problem: '3 metadata.name: must be "things.example.com", is "NAME.example.com"',
    server: /metadata\.name: Invalid value: .*must be spec\.names\.plural\+"\."\+spec\.group/,
  },
  {
    name: "a field of a custom resource that does not exist",
    yaml: gadget("siz: 2"),
    problem: '6 spec.siz: is unknown: did you mean "size"?',
    server: /\.spec\.siz: field not declared in schema/,
  },
  {
    name: "a number below the least",
    yaml: gadget("").replace("size: 1", "size: 0"),
    problem: "5 spec.size: must be at least 1, is 0",
    server: /spec\.size in body should be greater than or equal to 1/,
  },
  {
    name: "a number above the greatest",
    yaml: gadget("").replace("size: 1", "size: 6"),
    problem: "5 spec.size: must be at most 5, is 6",
    server: /spec\.size in body should be less than or equal to 5/,
  },
  {
    name: "a required field of a custom resource",
    yaml: gadget("").replace("size: 1", "mode: fast"),
    problem: "4 spec.size: is missing",
    server: /spec\.size: Required value/,
  },
  {
    name: "an empty text among values of a custom resource",
    yaml: gadget('mode: ""'),
    problem: '6 spec.mode: must be "fast" or "slow", is ""',
    server: /spec\.mode: Unsupported value: ""/,
  },
  {
    name: "a text that does not match",
    yaml: gadget("text: AB"),
    problem: '6 spec.text: must match ^[a-z]+$, is "AB"',
    server: /spec\.text in body should match/,
  },
  {
    name: "a text that is too long",
    yaml: gadget("text: abcde"),
    problem: '6 spec.text: must have at most 4 characters, is "abcde"',
    server: /spec\.text: Too long/,
  },
  {
    name: "null in a custom resource",
    yaml: gadget("text: null"),
    problem: "6 spec.text: is null: remove it",
    server: /spec\.text in body must be of type string: "null"/,
  },
  {
    name: "a fraction in a custom resource",
    yaml: gadget("either: 1.5"),
    problem: "6 spec.either: must be an integer or text, is 1.5",
    server: /spec\.either in body must be of type integer,string/,
  },
  {
    name: "a key twice in a custom resource",
    yaml: gadget("byName:\n- { name: a }\n- { name: a }"),
    problem: '8 spec.byName[1]: has the same name "a" as item 0',
    server: /byName: duplicate entries for key \[name="a"\]/,
  },
  {
    name: "too many items",
    yaml: gadget("byName: [{ name: a }, { name: b }, { name: c }]"),
    problem: "6 spec.byName: must have at most 2 items, has 3",
    server: /spec\.byName: Too many: 3: must have at most 2 items/,
  },
  {
    name: "a known field beside those of any name",
    yaml: gadget("free: { known: x, more: 1 }"),
    problem: '6 spec.free.known: must be an integer, is "x"',
    server: /\.spec\.free\.known: expected numeric/,
  },
  {
    name: "a field in an embedded object that does not exist",
    yaml: gadget("embedded: { apiVersion: v1, kind: Pod, spek: {} }"),
    problem: '6 spec.embedded.spek: is unknown: did you mean "spec"?',
    server: /\.spec\.embedded\.spek: field not declared in schema/,
  },
  {
    name: "a field of a custom resource's metadata that does not exist",
    yaml: gadget("", "{ name: NAME, label: {} }"),
    problem: '3 metadata.label: is unknown: did you mean "labels"?',
    server: /\.metadata\.label: field not declared in schema/,
  },
];

/** Manifests that look wrong, and are not. */
export const ODD_MANIFESTS: readonly OddManifest[] = [
  { name: "null for a map", yaml: configMap("data: null") },
  { name: "null for a text", yaml: configMap("data: { a: null }") },
  { name: "null for a number", yaml: deployment({ spec: "replicas: null" }) },
  { name: "null for an integer or a text", yaml: service("  - port: 80\n    targetPort: null") },
  { name: "null for a quantity", yaml: deployment({ container: "resources: { limits: { cpu: null } }" }) },
  { name: "null in a list of texts", yaml: deployment({ container: "args: [null]" }) },
  { name: "an integer with a decimal point", yaml: deployment({ spec: "replicas: 2.0" }) },
  {
    name: "numbers for quantities",
    yaml: deployment({ container: "resources: { limits: { cpu: 0.5, memory: 1e9 } }" }),
  },
  { name: "quantities with blanks", yaml: deployment({ container: 'resources: { limits: { cpu: " 1 " } }' }) },
  { name: "a quantity beyond all bounds", yaml: deployment({ container: "resources: { limits: { cpu: 1e4000 } }" }) },
  { name: "an empty text among values", yaml: service('  - port: 80\n    protocol: ""', '\n  type: ""') },
  { name: "an empty target port", yaml: service('  - port: 80\n    targetPort: ""') },
  { name: "no node port", yaml: service("  - port: 80\n    nodePort: 0") },
  {
    name: "ports of one number and different protocols",
    yaml: service("  - { name: a, port: 53 }\n  - { name: b, port: 53, protocol: UDP }"),
  },
  { name: "base64 with line breaks", yaml: secret('data: { a: "YWJj\\nYWJj\\n" }') },
  { name: "base64 with bits left over", yaml: secret('data: { a: "YR==" }') },
  {
    name: "the name of a role with a colon",
    yaml:
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: "system:NAME_1" }\nrules: []\n',
  },
  {
    name: "an annotation with capitals",
    yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  annotations: { Example.COM/Key: x y }\n",
  },
  { name: "an empty label", yaml: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  labels: { app: "" }\n' },
  {
    name: "a header without a value",
    yaml: deployment({ container: "livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: A }] } }" }),
  },
  { name: "no limits in a range", yaml: "apiVersion: v1\nkind: LimitRange\nmetadata: { name: NAME }\nspec: {}\n" },
  { name: "a number beyond 32 bits", yaml: deployment({ spec: "replicas: 4294967297" }) },
  {
    name: "claimed volumes",
    yaml: `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: NAME }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - { name: web, image: web, volumeMounts: [{ name: data, mountPath: /data }] }
  volumeClaimTemplates:
  - metadata: { name: data }
    spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
    status: { phase: Pending, conditions: [{}] }
`,
  },
  {
    name: "a selector of expressions",
    yaml: deployment({}).replace(
      "{ matchLabels: { app: web } }",
      "{ matchExpressions: [{ key: app, operator: Exists }] }",
    ),
  },
  { name: "null where a custom resource allows it", yaml: gadget("nullable: null\nwithDefault: null") },
  {
    name: "anything in a custom resource",
    yaml: gadget("free: { more: [1, { a: 1 }], inner: { unknown: 1 } }\nanything: [1]\nplain: { a: { b: 1 } }"),
  },
  {
    name: "an embedded object",
    yaml: gadget("embedded: { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { more: 1 } }"),
  },
  { name: "a time in small letters", yaml: gadget("time: 2026-01-31t12:00:00z") },
  { name: "what is left to the server", yaml: gadget("one: { a: x }") },
];

/**
 * Defines the kind Gadget.
 *
 * @param group Its group.
 * @returns The CustomResourceDefinition, as JSON.
 */
export function gadgetDefinition(group: string): string {
  const text = { type: "string" };
  const item = {
    type: "object",
    properties: { name: text, port: { type: "integer", default: 80 } },
    required: ["name", "port"],
  };
  const properties = {
    size: { type: "integer", minimum: 1, maximum: 5 },
    mode: { ...text, enum: ["fast", "slow"] },
    text: { ...text, minLength: 1, maxLength: 4, pattern: "^[a-z]+$" },
    nullable: { ...text, nullable: true },
    withDefault: { ...text, default: "x" },
    either: { "x-kubernetes-int-or-string": true },
    time: { ...text, format: "date-time" },
    byName: {
      type: "array",
      items: item,
      maxItems: 2,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    },
    free: {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      properties: { known: { type: "integer" }, inner: { type: "object", properties: { a: text } } },
    },
    anything: { "x-kubernetes-preserve-unknown-fields": true },
    plain: { type: "object" },
    embedded: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    },
    one: { type: "object", properties: { a: text, b: text }, oneOf: [{ required: ["a"] }, { required: ["b"] }] },
  };
  const spec = { type: "object", properties, required: ["size", "withDefault"] };
  return JSON.stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      names: { kind: "Gadget", plural: "gadgets" },
      scope: "Namespaced",
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec }, required: ["spec"] } },
      }],
    },
  });
}
