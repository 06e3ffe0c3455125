/**
 * Other code with mistakes, and what the compiler says about it.
 *
 * @module
 */

/** An expression with a mistake. */
export interface BadCode {
  /** What is wrong with it. */
  readonly name: string;
  /** The expression. */
  readonly source: string;
  /** What the place begins with that the compiler points to. */
  readonly at: string;
  /** What the compiler says: the innermost reason. */
  readonly typeError: string;
}

/** Uses of kinds and of objects that were read: `deployment`, `namespace`, `pod` and `website`. */
export const BAD_USES: readonly BadCode[] = [
  {
    name: "a kind that there is not",
    source: 'Deploymnet({ metadata: { name: "a" } })',
    at: "Deploymnet",
    typeError: "Cannot find name 'Deploymnet'. Did you mean 'Deployment'?",
  },
  {
    name: "a write to a label of an object that was read",
    source: 'deployment.metadata.labels!["a"] = "b"',
    at: "deployment.metadata.labels",
    typeError: "Index signature in type 'DeepReadonly<Record<string, string>>' only permits reading.",
  },
  {
    name: "a write to a field of an object that was read",
    source: "deployment.spec!.replicas = 3",
    at: "replicas",
    typeError: "Cannot assign to 'replicas' because it is a read-only property.",
  },
  {
    name: "a push to a list of an object that was read",
    source: 'deployment.spec!.template.spec!.containers.push({ name: "a" })',
    at: "push",
    typeError: "Property 'push' does not exist on type 'readonly DeepReadonly<Container>[]'.",
  },
  {
    name: "a sort of a list of an object that was read",
    source: "deployment.spec!.template.spec!.containers.sort()",
    at: "sort",
    typeError: "Property 'sort' does not exist on type 'readonly DeepReadonly<Container>[]'.",
  },
  {
    name: "a delete in an object that was read",
    source: 'delete deployment.metadata.annotations!["a"]',
    at: "deployment.metadata",
    typeError: "Index signature in type 'DeepReadonly<Record<string, string>>' only permits reading.",
  },
  {
    name: "a typo in a field to read",
    source: "deployment.spec?.replica",
    at: "replica",
    typeError: "Property 'replica' does not exist on type 'DeepReadonly<DeploymentSpec>'. Did you mean 'replicas'?",
  },
  {
    name: "a status that may be missing",
    source: "deployment.status.readyReplicas",
    at: "deployment.status",
    typeError: "'deployment.status' is possibly 'undefined'.",
  },
  {
    name: "the namespace of a cluster-scoped object as a text",
    source: "namespace.metadata.namespace.length",
    at: "namespace.metadata.namespace",
    typeError: "'namespace.metadata.namespace' is possibly 'undefined'.",
  },
  {
    name: "a comparison with what the field never is",
    source: 'pod.spec?.restartPolicy === "never"',
    at: "pod.spec",
    typeError:
      `This comparison appears to be unintentional because the types '"Always" | "Never" | "OnFailure" | undefined' and '"never"' have no overlap.`,
  },
  {
    name: "a field that the status of a custom resource does not have",
    source: "website.status?.foo",
    at: "foo",
    typeError: "Property 'foo' does not exist on type 'DeepReadonly<{ ready?: number; }>'.",
  },
  {
    name: "the options of another kind",
    source: 'Pod({ metadata: { name: "a" } }, { readyWhen: (pod) => pod.status?.readyReplicas === 1 })',
    at: "readyReplicas",
    typeError: "Property 'readyReplicas' does not exist on type 'DeepReadonly<PodStatus>'.",
  },
];

/** Definitions of kinds; `names` are group, version and kind. */
export const BAD_SCHEMAS: readonly BadCode[] = [
  {
    name: "a keyword with a typo",
    source: 'crd({ ...names, spec: { properties: { a: { type: "string", maxLenght: 3 } } } })',
    at: "maxLenght",
    typeError: `Type 'number' is not assignable to type '"maxLenght is not a keyword of schemas"'.`,
  },
  {
    name: "a keyword with a typo, in the items of a list",
    source: 'crd({ ...names, spec: { properties: { a: { items: { tpe: "string" } } } } })',
    at: "tpe",
    typeError: `Type '"string"' is not assignable to type '"tpe is not a keyword of schemas"'.`,
  },
  {
    name: "a keyword with a typo, at the top",
    source: 'crd({ ...names, spec: { property: { a: { type: "string" } } } })',
    at: "property",
    typeError: `Type '{ a: { type: string; }; }' is not assignable to type '"property is not a keyword of schemas"'.`,
  },
  {
    name: "a type with a typo",
    source: 'crd({ ...names, spec: { properties: { a: { type: "strng" } } } })',
    at: 'type: "strng',
    typeError:
      `Type '"strng"' is not assignable to type '"array" | "boolean" | "integer" | "number" | "object" | "string" | undefined'. Did you mean '"string"'?`,
  },
  {
    name: "a length that is a text",
    source: 'crd({ ...names, spec: { properties: { a: { type: "string", maxLength: "3" } } } })',
    at: "maxLength",
    typeError: "Type 'string' is not assignable to type 'number'.",
  },
  {
    name: "a required field that there is not",
    source: 'crd({ ...names, spec: { required: ["b"], properties: { a: { type: "string" } } } })',
    at: '"b"',
    typeError: `Type '"b"' is not assignable to type '"a"'.`,
  },
  {
    name: "a list type that there is not",
    source:
      'crd({ ...names, spec: { properties: { a: { items: { type: "string" }, "x-kubernetes-list-type": "sett" } } } })',
    at: '"x-kubernetes-list-type"',
    typeError: `Type '"sett"' is not assignable to type '"atomic" | "map" | "set" | undefined'. Did you mean '"set"'?`,
  },
  {
    name: "a keyword with a typo, in the status",
    source: 'crd({ ...names, spec: { type: "object" }, status: { propertis: {} } })',
    at: "propertis",
    typeError: `Type '{}' is not assignable to type '"propertis is not a keyword of schemas"'.`,
  },
  {
    name: "an option with a typo",
    source: 'crd({ ...names, spec: { type: "object" }, shortName: ["w"] })',
    at: "shortName",
    typeError:
      `Object literal may only specify known properties, but 'shortName' does not exist in type 'CrdOptions<"example.com", "v1", "Widget", { readonly type: "object"; }, never, "Namespaced">'. Did you mean to write 'shortNames'?`,
  },
  {
    name: "a column without its path",
    source: 'crd({ ...names, spec: { type: "object" }, printerColumns: [{ name: "A", type: "string" }] })',
    at: '{ name: "A"',
    typeError:
      `Property 'jsonPath' is missing in type '{ name: string; type: "string"; }' but required in type 'PrinterColumn'.`,
  },
  {
    name: "a scope that there is not",
    source: 'crd({ ...names, scope: "Namespace", spec: { type: "object" } })',
    at: "scope",
    typeError: `Type '"Namespace"' is not assignable to type 'CrdScope'. Did you mean '"Namespaced"'?`,
  },
  {
    name: "no spec",
    source: "crd({ ...names })",
    at: "{ ...names",
    typeError:
      `Property 'spec' is missing in type '{ group: "example.com"; version: "v1"; kind: "Widget"; }' but required in type 'CrdOptions<"example.com", "v1", "Widget", CheckedSchema<unknown>, never, "Namespaced">'.`,
  },
];
