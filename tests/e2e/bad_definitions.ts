/**
 * CustomResourceDefinitions with a mistake each.
 *
 * @module
 */
import type { KubeObject } from "../../lib/kube/object.ts";

type Content = Record<string, unknown>;

const OPEN: Content = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function definition(spec: Content = {}, version: Content = {}, schema: unknown = OPEN, name?: string): KubeObject {
  const { names, ...rest } = { names: { kind: "Thing", plural: "things" }, group: "bad.example.com", ...spec };
  const only = {
    name: "v1",
    served: true,
    storage: true,
    ...schema !== null && { schema: { openAPIV3Schema: schema } },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: name ?? `${(names as { plural?: string }).plural}.${rest.group}` },
    spec: { scope: "Namespaced", versions: [{ ...only, ...version }], names, ...rest },
  } as KubeObject;
}

function withSchema(schema: unknown): KubeObject {
  return definition({}, {}, schema);
}

function withField(field: Content): KubeObject {
  return withSchema({ type: "object", properties: { spec: { type: "object", properties: { field } } } });
}

const V1 = { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: OPEN } };

/** The definitions by their mistakes. */
export const BAD_DEFINITIONS: Readonly<Record<string, KubeObject>> = {
  "another name": definition({}, {}, OPEN, "other.bad.example.com"),
  "a group without a dot": definition({ group: "bad" }),
  "a group in capitals": definition({ group: "Bad.example.com" }, {}, OPEN, "things.bad.example.com"),
  "another scope": definition({ scope: "World" }),
  "no scope": definition({ scope: "" }),
  "a plural in capitals": definition(
    { names: { kind: "Thing", plural: "Things" } },
    {},
    OPEN,
    "things.bad.example.com",
  ),
  "a kind with a space": definition({ names: { kind: "Some Thing", plural: "things" } }),
  "the kind of the list": definition({ names: { kind: "Thing", plural: "things", listKind: "Thing" } }),
  "a short name in capitals": definition({ names: { kind: "Thing", plural: "things", shortNames: ["TH"] } }),
  "a category in capitals": definition({ names: { kind: "Thing", plural: "things", categories: ["ALL"] } }),
  "a version in capitals": definition({}, { name: "V1" }),
  "no schema": definition({}, {}, null),
  "nothing stored": definition({}, { storage: false }),
  "no versions": definition({ versions: null }),
  "two stored": definition({ versions: [V1, { ...V1, name: "v2" }] }),
  "two of a name": definition({ versions: [V1, { ...V1, storage: false }] }),
  "a column of another type": definition({}, {
    additionalPrinterColumns: [{ name: "A", type: "text", jsonPath: ".a" }],
  }),
  "a column without a path": definition({}, {
    additionalPrinterColumns: [{ name: "A", type: "string", jsonPath: "" }],
  }),
  "a column with a bad path": definition({}, {
    additionalPrinterColumns: [{ name: "A", type: "string", jsonPath: "a" }],
  }),
  "replicas elsewhere": definition({}, {
    subresources: { scale: { specReplicasPath: ".replicas", statusReplicasPath: ".status.replicas" } },
  }),
  "a protected group": definition({ group: "bad.k8s.io" }),
  "no type at the root": withSchema({ properties: {} }),
  "another type at the root": withSchema({ type: "array", items: { type: "string" } }),
  "nullable at the root": withSchema({ type: "object", nullable: true }),
  "values at the root": withSchema({ type: "object", additionalProperties: { type: "string" } }),
  "a field without a type": withField({}),
  "a list without items": withField({ type: "array" }),
  "items without a type": withField({ type: "array", items: {} }),
  "another type": withField({ type: "text" }),
  "unique items": withField({ type: "array", items: { type: "string" }, uniqueItems: true }),
  "fields and values": withField({
    type: "object",
    properties: { a: { type: "string" } },
    additionalProperties: { type: "string" },
  }),
  "a bad pattern": withField({ type: "string", pattern: "[" }),
  "a type in anyOf": withField({ type: "string", anyOf: [{ type: "string" }] }),
  "a new field in anyOf": withSchema({ type: "object", anyOf: [{ properties: { a: { minimum: 1 } } }] }),
  "a default in allOf": withField({ type: "string", allOf: [{ default: "a" }] }),
  "a default of another type": withField({ type: "string", default: 1 }),
  "a map without keys": withField({ type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map" }),
  "a map with unknown keys": withField({
    type: "array",
    items: { type: "object", properties: { a: { type: "string" } } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["b"],
  }),
  "a map with optional keys": withField({
    type: "array",
    items: { type: "object", properties: { a: { type: "string" } } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  "another kind of list": withField({ type: "array", items: { type: "string" }, "x-kubernetes-list-type": "heap" }),
  "a list type on an object": withField({ type: "object", "x-kubernetes-list-type": "set" }),
  "a set of objects": withField({ type: "array", items: { type: "object" }, "x-kubernetes-list-type": "set" }),
  "unknown fields are not kept": withField({ type: "object", "x-kubernetes-preserve-unknown-fields": false }),
  "an embedded text": withField({ type: "string", "x-kubernetes-embedded-resource": true }),
  "an embedded object without fields": withField({ type: "object", "x-kubernetes-embedded-resource": true }),
  "metadata with labels": withSchema({
    type: "object",
    properties: { metadata: { type: "object", properties: { labels: { type: "object" } } } },
  }),
  "an empty rule": withField({ type: "string", "x-kubernetes-validations": [{ rule: " " }] }),
  "a rule with a line break": withField({ type: "string", "x-kubernetes-validations": [{ rule: "self ==\n'a'" }] }),
  "a rule with another reason": withField({
    type: "string",
    "x-kubernetes-validations": [{ rule: "true", reason: "Because" }],
  }),
};
