import { deepStrictEqual } from "node:assert/strict";
import { formatFieldPath } from "../kube/field_path.ts";
import { compare } from "./compare.ts";
import type { FieldNode } from "./field_set.ts";

interface Case {
  readonly name: string;
  readonly desired: Record<string, unknown>;
  readonly owned: FieldNode;
  readonly live: Record<string, unknown>;
  readonly custom?: boolean;
  readonly others?: readonly FieldNode[];
  /** `kind path`, with `?` behind a doubtful one. */
  readonly want: readonly string[];
}

const leaf = {};

function container(name: string, ...fields: string[]): FieldNode {
  return {
    [`k:{"name":"${name}"}`]: { ".": leaf, "f:name": leaf, ...Object.fromEntries(fields.map((f) => [`f:${f}`, leaf])) },
  };
}

const CASES: readonly Case[] = [
  {
    name: "equal values that we own are no difference",
    desired: { data: { a: "1" } },
    owned: { "f:data": { "f:a": leaf } },
    live: { data: { a: "1", other: "x" } },
    want: [],
  },
  {
    name: "another value is a change",
    desired: { data: { a: "2" } },
    owned: { "f:data": { "f:a": leaf } },
    live: { data: { a: "1" } },
    want: ["changed data.a"],
  },
  {
    name: "a map that was applied empty does not own what others put into it",
    desired: { data: { a: "1" } },
    owned: { "f:data": {} },
    live: { data: { a: "1" } },
    want: ["unowned data.a"],
  },
  {
    name: "a leaf below which others own fields is no atomic value",
    desired: { spec: { map: { a: "1" } } },
    owned: { "f:spec": { "f:map": {} } },
    live: { spec: { map: { a: "1" } } },
    others: [{ "f:spec": { "f:map": { "f:a": leaf } } }],
    want: ["unowned spec.map.a"],
  },
  {
    name: "a new field among owned ones is unowned",
    desired: { data: { a: "1", b: "2" } },
    owned: { "f:data": { "f:a": leaf } },
    live: { data: { a: "1" } },
    want: ["unowned data.b"],
  },
  {
    name: "a new map is reported field by field",
    desired: { spec: { strategy: { type: "Recreate" } } },
    owned: { "f:spec": { "f:replicas": leaf } },
    live: { spec: { replicas: 1 } },
    want: ["unowned spec.strategy.type", "removed spec.replicas"],
  },
  {
    name: "a dot in a field set is not a field",
    desired: { metadata: { labels: { a: "1" } } },
    owned: { "f:metadata": { "f:labels": { ".": leaf, "f:a": leaf } } },
    live: { metadata: { labels: { a: "1" } } },
    want: [],
  },
  {
    name: "a removed map is reported by its leaves",
    desired: {},
    owned: { "f:spec": { "f:a": { "f:b": leaf, "f:c": leaf } } },
    live: { spec: { a: { b: 1, c: 2 } } },
    want: ["removed spec.a.b", "removed spec.a.c"],
  },
  {
    name: "items of an associative list are found by their key",
    desired: { containers: [{ name: "web", image: "b" }] },
    owned: { "f:containers": container("web", "image") },
    live: { containers: [{ name: "sidecar", image: "x" }, { name: "web", image: "a", ready: true }] },
    want: ["changed containers[name=web].image"],
  },
  {
    name: "a key field with a default may be left out",
    desired: { ports: [{ containerPort: 80 }] },
    owned: { "f:ports": { 'k:{"containerPort":80,"protocol":"TCP"}': { ".": leaf, "f:containerPort": leaf } } },
    live: { ports: [{ containerPort: 80, protocol: "TCP" }] },
    want: [],
  },
  {
    name: "one port under two protocols is two items",
    desired: { ports: [{ port: 53 }, { port: 53, protocol: "UDP" }] },
    owned: {
      "f:ports": {
        'k:{"port":53,"protocol":"TCP"}': { ".": leaf, "f:port": leaf },
        'k:{"port":53,"protocol":"UDP"}': { ".": leaf, "f:port": leaf, "f:protocol": leaf },
      },
    },
    live: { ports: [{ port: 53, protocol: "TCP" }, { port: 53, protocol: "UDP" }] },
    want: [],
  },
  {
    name: "a new item is unowned, a dropped one removed",
    desired: { containers: [{ name: "new", image: "n" }] },
    owned: { "f:containers": container("old", "image") },
    live: { containers: [{ name: "old", image: "o" }] },
    want: ["unowned containers[name=new].name", "unowned containers[name=new].image", "removed containers[name=old]"],
  },
  {
    name: "a change of the order is seen",
    desired: { containers: [{ name: "a" }, { name: "b" }] },
    owned: { "f:containers": { ...container("a"), ...container("b") } },
    live: { containers: [{ name: "b" }, { name: "a" }] },
    want: ["reordered containers"],
  },
  {
    name: "foreign items in between do not change the order",
    desired: { containers: [{ name: "a" }, { name: "b" }] },
    owned: { "f:containers": { ...container("a"), ...container("b") } },
    live: { containers: [{ name: "x" }, { name: "a" }, { name: "y" }, { name: "b" }] },
    want: [],
  },
  {
    name: "two live items under one key are a difference",
    desired: { containers: [{ name: "a" }] },
    owned: { "f:containers": container("a") },
    live: { containers: [{ name: "a" }, { name: "a" }] },
    want: ["changed containers[name=a]"],
  },
  {
    name: "sets compare by value",
    desired: { finalizers: ["a", "c"] },
    owned: { "f:finalizers": { 'v:"a"': leaf, 'v:"b"': leaf } },
    live: { finalizers: ["a", "b"] },
    want: ['removed finalizers["b"]', 'unowned finalizers["c"]'],
  },
  {
    name: "text that Go escapes in a set is the same text",
    desired: { finalizers: ["a&b"] },
    owned: { "f:finalizers": { 'v:"a\\u0026b"': leaf } },
    live: { finalizers: ["a&b"] },
    want: [],
  },
  {
    name: "an atomic list is one value",
    desired: { args: ["a", "b"] },
    owned: { "f:args": leaf },
    live: { args: ["b", "a"] },
    want: ["changed args"],
  },
  {
    name: "defaults inside an atomic value are a likely sameness",
    desired: { spec: { valueFrom: { fieldRef: { fieldPath: "metadata.name" } } } },
    owned: { "f:spec": { "f:valueFrom": { "f:fieldRef": leaf } } },
    live: { spec: { valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } } },
    want: ["alike spec.valueFrom.fieldRef"],
  },
  {
    name: "other additions inside an atomic value are a doubt",
    desired: { spec: { ref: { a: 1 } } },
    owned: { "f:spec": { "f:ref": leaf } },
    live: { spec: { ref: { a: 1, b: 2 } } },
    want: ["changed spec.ref?"],
  },
  {
    name: "quantities compare by value in built-in kinds",
    desired: { spec: { resources: { limits: { cpu: "1000m", memory: "1024Mi" } } } },
    owned: { "f:spec": { "f:resources": { "f:limits": { "f:cpu": leaf, "f:memory": leaf } } } },
    live: { spec: { resources: { limits: { cpu: "1", memory: "1Gi" } } } },
    want: ["alike spec.resources.limits.cpu", "alike spec.resources.limits.memory"],
  },
  {
    name: "quantities of custom resources are text",
    desired: { spec: { resources: { limits: { cpu: "1000m" } } } },
    owned: { "f:spec": { "f:resources": { "f:limits": { "f:cpu": leaf } } } },
    live: { spec: { resources: { limits: { cpu: "1" } } } },
    custom: true,
    want: ["changed spec.resources.limits.cpu"],
  },
  {
    name: "data that looks like a quantity is text",
    desired: { data: { sizeLimit: "1000m" } },
    owned: { "f:data": { "f:sizeLimit": leaf } },
    live: { data: { sizeLimit: "1" } },
    want: ["changed data.sizeLimit"],
  },
  {
    name: "a zero value that the server left out is a likely sameness in built-in kinds",
    desired: { spec: { hostNetwork: false } },
    owned: { "f:spec": { "f:hostNetwork": leaf } },
    live: { spec: {} },
    want: ["alike spec.hostNetwork"],
  },
  {
    name: "a zero value that is missing from a custom resource is a difference",
    desired: { spec: { enabled: false } },
    owned: { "f:spec": { "f:enabled": leaf } },
    live: { spec: {} },
    custom: true,
    want: ["changed spec.enabled"],
  },
  {
    name: "an empty map that the server left out is no difference",
    desired: { spec: { template: { emptyDir: {} } } },
    owned: { "f:spec": { "f:template": { "f:emptyDir": leaf } } },
    live: { spec: { template: { emptyDir: {} } } },
    want: [],
  },
  {
    name: "an empty list leaves no trace",
    desired: { spec: { list: [] } },
    owned: {},
    live: { spec: {} },
    want: [],
  },
  {
    name: "an empty list where others have items is looked at",
    desired: { spec: { list: [] } },
    owned: {},
    live: { spec: { list: [1] } },
    want: ["unowned spec.list"],
  },
  {
    name: "an unknown kind of node is a difference",
    desired: { list: ["a"] },
    owned: { "f:list": { "i:0": leaf } },
    live: { list: ["a"] },
    want: ["changed list"],
  },
  {
    name: "an empty label inside an atomic value is not there until it is applied",
    desired: { spec: { nodeSelector: { os: "linux", worker: "" } } },
    owned: { "f:spec": { "f:nodeSelector": leaf } },
    live: { spec: { nodeSelector: { os: "linux" } } },
    want: ["alike spec.nodeSelector"],
  },
  {
    name: "a default of false in a schema is not there until it is applied",
    desired: { spec: { versions: [{ schema: { type: "boolean", default: false } }] } },
    owned: { "f:spec": { "f:versions": leaf } },
    live: { spec: { versions: [{ schema: { type: "boolean" } }] } },
    want: ["alike spec.versions"],
  },
  {
    name: "a map that was applied empty may have the desired values by default",
    desired: { spec: { strategy: { type: "RollingUpdate" } } },
    owned: { "f:spec": { "f:strategy": leaf } },
    live: { spec: { strategy: { type: "RollingUpdate" } } },
    want: ["alike spec.strategy"],
  },
  {
    name: "a map of a custom resource that was applied empty may have the desired values by default",
    desired: { spec: { serverRef: { kind: "Server" } } },
    owned: { "f:spec": { "f:serverRef": leaf } },
    live: { spec: { serverRef: { kind: "Server" } } },
    custom: true,
    want: ["alike spec.serverRef"],
  },
  {
    name: "selectors and references of built-in kinds are atomic",
    desired: { spec: { selector: { matchLabels: { a: "1" } }, roleRef: { name: "x" } } },
    owned: { "f:spec": { "f:selector": leaf, "f:roleRef": leaf } },
    live: { spec: { selector: { matchLabels: { a: "1" } }, roleRef: { name: "x" } } },
    want: [],
  },
  {
    name: "an atomic list of a built-in kind is owned as a whole",
    desired: { spec: { args: ["a"] } },
    owned: { "f:spec": { "f:args": leaf } },
    live: { spec: { args: ["a"] } },
    want: [],
  },
  {
    name: "an atomic item of an associative list is owned as a whole",
    desired: { imagePullSecrets: [{ name: "a" }] },
    owned: { "f:imagePullSecrets": { 'k:{"name":"a"}': leaf } },
    live: { imagePullSecrets: [{ name: "a" }] },
    want: [],
  },
  {
    name: "an empty map takes nothing from others' entries",
    desired: { data: {} },
    owned: { "f:data": leaf },
    live: { data: { a: "1" } },
    others: [{ "f:data": { "f:a": leaf } }],
    want: [],
  },
  {
    name: "an empty map that was not applied yet is looked at",
    desired: { data: {} },
    owned: {},
    live: { data: { a: "1" } },
    others: [{ "f:data": { "f:a": leaf } }],
    want: ["unowned data"],
  },
  {
    name: "an empty map in place of an atomic value is a difference",
    desired: { spec: { podSelector: {} } },
    owned: { "f:spec": { "f:podSelector": leaf } },
    live: { spec: { podSelector: { matchLabels: { a: "1" } } } },
    want: ["changed spec.podSelector?"],
  },
  {
    name: "an empty list takes nothing from others' items",
    desired: { spec: { list: [] } },
    owned: {},
    live: { spec: { list: [{ name: "x" }] } },
    others: [{ "f:spec": { "f:list": { 'k:{"name":"x"}': leaf } } }],
    want: [],
  },
  {
    name: "an empty list in place of others' atomic list is looked at",
    desired: { spec: { list: [] } },
    owned: {},
    live: { spec: { list: ["x"] } },
    others: [{ "f:spec": { "f:list": leaf } }],
    want: ["unowned spec.list"],
  },
  {
    name: "a list that was applied empty does not own what others put into it",
    desired: { spec: { map: { list: [{ name: "x" }] } } },
    owned: { "f:spec": { "f:map": { "f:list": leaf } } },
    live: { spec: { map: { list: [{ name: "x" }] } } },
    custom: true,
    others: [{ "f:spec": { "f:map": { "f:list": { 'k:{"name":"x"}': leaf } } } }],
    want: ["unowned spec.map.list"],
  },
  {
    name: "an item that comes twice is left to the server to refuse",
    desired: { containers: [{ name: "a" }, { name: "a" }], finalizers: ["x", "x"] },
    owned: { "f:containers": container("a"), "f:finalizers": { 'v:"x"': leaf } },
    live: { containers: [{ name: "a" }], finalizers: ["x"] },
    want: ["reordered containers", "reordered finalizers"],
  },
  {
    name: "a dropped key field with a default is a removed field",
    desired: { ports: [{ port: 53 }] },
    owned: { "f:ports": { 'k:{"port":53,"protocol":"UDP"}': { ".": leaf, "f:port": leaf, "f:protocol": leaf } } },
    live: { ports: [{ port: 53, protocol: "UDP" }] },
    want: ["removed ports[port=53,protocol=UDP].protocol"],
  },
  {
    name: "a single value in place of owned fields is a difference",
    desired: { spec: { a: 1 } },
    owned: { "f:spec": { "f:a": { "f:b": leaf } } },
    live: { spec: { a: 1 } },
    want: ["changed spec.a"],
  },
  {
    name: "null is the same only if nothing is there",
    desired: { spec: { a: null, b: null } },
    owned: { "f:spec": { "f:a": leaf, "f:b": leaf } },
    live: { spec: { b: 1 } },
    want: ["alike spec.a", "changed spec.b"],
  },
];

for (const { name, desired, owned, live, custom = false, others = [], want } of CASES) {
  Deno.test(`compare() ${name}`, () => {
    const found = compare(desired, owned, live, { builtIn: !custom, others }).map((difference) =>
      `${difference.kind} ${formatFieldPath(difference.path)}${difference.doubtful ? "?" : ""}`
    );
    deepStrictEqual(found, want);
  });
}
