import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { formatRef, type ObjectRef, refOf } from "../kube/object_ref.ts";
import type { KubeObject } from "../kube/object.ts";
import { deepFreeze } from "./_objects_test.ts";
import { DependencyCycleError, type OrderedObject, orderObjects } from "./order.ts";

const API_VERSIONS: Readonly<Record<string, string>> = {
  ClusterRole: "rbac.authorization.k8s.io/v1",
  CronJob: "batch/v1",
  CustomResourceDefinition: "apiextensions.k8s.io/v1",
  Deployment: "apps/v1",
  Role: "rbac.authorization.k8s.io/v1",
  RoleBinding: "rbac.authorization.k8s.io/v1",
  MutatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
  ValidatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
  Widget: "example.com/v1",
};

/** Makes an object from `Kind/namespace/name` or `Kind/name`. */
function object(text: string, fields: object = {}): KubeObject {
  const [kind = "", ...rest] = text.split("/");
  const [name, namespace] = rest.reverse();
  const metadata = { name: name!, ...(namespace !== undefined && { namespace }) };
  return { apiVersion: API_VERSIONS[kind] ?? "v1", kind, metadata, ...fields };
}

function item(text: string, fields: object = {}, ...dependsOn: ObjectRef[]): OrderedObject {
  return { object: object(text, fields), dependsOn };
}

function order(...items: OrderedObject[]): string[] {
  return orderObjects(items).map((node) => formatRef(refOf(node.item.object)));
}

function needs(subject: OrderedObject, ...others: OrderedObject[]): string[] {
  return orderObjects([subject, ...others]).find((node) => node.item === subject)!.needs.toSorted();
}

const POD_SPEC = {
  serviceAccountName: "runner",
  imagePullSecrets: [{ name: "registry" }],
  volumes: [
    { name: "a", configMap: { name: "files" } },
    { name: "b", secret: { secretName: "certificates" } },
    { name: "c", persistentVolumeClaim: { claimName: "disk" } },
    { name: "d", projected: { sources: [{ secret: { name: "projected" } }, { configMap: { name: "not-here" } }] } },
  ],
  containers: [{
    name: "web",
    envFrom: [{ configMapRef: { name: "env" } }],
    env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "a" } } }],
  }],
};
const NEEDED = [
  "ServiceAccount/s/runner",
  "Secret/s/registry",
  "ConfigMap/s/files",
  "Secret/s/certificates",
  "PersistentVolumeClaim/s/disk",
  "Secret/s/projected",
  "ConfigMap/s/env",
  "Secret/s/keys",
];
const NEEDED_KEYS = NEEDED.map((text) => text.replace("/", "./")).toSorted();

for (
  const [name, fields] of [
    ["Pod/s/web", { spec: POD_SPEC }],
    ["Deployment/s/web", { spec: { template: { spec: POD_SPEC } } }],
    ["CronJob/s/web", { spec: { jobTemplate: { spec: { template: { spec: POD_SPEC } } } } }],
  ] as const
) {
  Deno.test(`orderObjects() finds what the Pods of ${name} need`, () => {
    deepStrictEqual(needs(item(name, fields), ...NEEDED.map((text) => item(text))), NEEDED_KEYS);
    deepStrictEqual(needs(item(name, fields), ...NEEDED.map((text) => item(text.replace("/s/", "/other/")))), []);
  });
}

const WIDGET_DEFINITION = item("CustomResourceDefinition/widgets.example.com", {
  spec: { group: "example.com", names: { kind: "Widget" } },
});

for (
  const [name, subject, other, want] of [
    ["a namespace", item("ConfigMap/s/c"), item("Namespace/s"), ["Namespace.//s"]],
    ["another namespace", item("ConfigMap/s/c"), item("Namespace/t"), []],
    ["a definition", item("Widget/s/w"), WIDGET_DEFINITION, [
      "CustomResourceDefinition.apiextensions.k8s.io//widgets.example.com",
    ]],
    ["a definition without a spec", item("Widget/s/w"), item("CustomResourceDefinition/x"), []],
    [
      "a Role",
      item("RoleBinding/s/b", { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" } }),
      item("Role/s/r"),
      ["Role.rbac.authorization.k8s.io/s/r"],
    ],
    [
      "a ClusterRole",
      item("RoleBinding/s/b", { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "r" } }),
      item("ClusterRole/r"),
      ["ClusterRole.rbac.authorization.k8s.io//r"],
    ],
    [
      "what the user names",
      item("ConfigMap/s/c", {}, { group: "apps", kind: "Deployment", namespace: "s", name: "d" }),
      item("Deployment/s/d"),
      ["Deployment.apps/s/d"],
    ],
    [
      "nothing that is not in the set, nor itself",
      item("ConfigMap/s/c", {}, refOf(object("ConfigMap/s/c")), refOf(object("Pod/s/p"))),
      item("Secret/s/x"),
      [],
    ],
  ] as const
) {
  Deno.test(`orderObjects() knows the need of ${name}`, () => deepStrictEqual(needs(subject, other), want));
}

Deno.test("orderObjects() uses the order of kinds where needs leave a choice, then the names", () => {
  const want = [
    "CustomResourceDefinition/x",
    "Namespace/z",
    "ConfigMap/a/b",
    "ConfigMap/b/a",
    "Secret/a/a",
    "Deployment/a/a",
    "Job/a/a",
    "Widget/a/a",
    "MutatingWebhookConfiguration/a",
    "ValidatingWebhookConfiguration/a",
  ];
  deepStrictEqual(order(...want.map((text) => item(text)).reverse()), want);
});

Deno.test("orderObjects() orders kinds of the same name in different groups, whatever their order was", () => {
  const items = ["a.example.com/v1", "b.example.com/v1"].map((apiVersion): OrderedObject => ({
    object: { ...object("Certificate/s/c"), apiVersion },
    dependsOn: [],
  }));
  deepStrictEqual(orderObjects(items.toReversed()), orderObjects(items));
});

Deno.test("orderObjects() names the circle", () => {
  const [a, b, c] = ["a", "b", "c"].map((name): ObjectRef => ({ group: "", kind: "ConfigMap", namespace: "s", name }));
  const items = [item("ConfigMap/s/a", {}, b!), item("ConfigMap/s/b", {}, c!), item("ConfigMap/s/c", {}, b!)];
  throws(() => orderObjects(items), {
    name: DependencyCycleError.name,
    message: "Cannot order the objects: they need each other in a circle: " +
      "ConfigMap/s/b → ConfigMap/s/c → ConfigMap/s/b",
    hint: "Remove one of the dependsOn options on the way",
  });
  throws(() => orderObjects([item("ConfigMap/s/a", {}, a!, b!), item("ConfigMap/s/b", {}, a!)]), DependencyCycleError);
});

/** Sets of objects without circles: each depends only on some that come before it. */
const sets = fc.array(
  fc.record({
    kind: fc.constantFrom("ConfigMap", "Deployment", "Role", "Widget", "ValidatingWebhookConfiguration"),
    needs: fc.array(fc.nat(), { maxLength: 3 }),
  }),
  { maxLength: 12 },
).map((entries) => {
  const objects = entries.map(({ kind }, i) => object(`${kind}/s/o${i}`));
  return entries.map(({ needs }, i): OrderedObject => ({
    object: objects[i]!,
    dependsOn: i === 0 ? [] : needs.map((need) => refOf(objects[need % i]!)),
  }));
});

Deno.test("property: orderObjects() returns each object once, after all that it needs", () => {
  fc.assert(
    fc.property(sets, (items) => {
      deepFreeze(items);
      const graph = orderObjects(items);
      strictEqual(graph.length, items.length);
      deepStrictEqual(new Set(graph.map((node) => node.item)), new Set(items));
      const done = new Set<string>();
      for (const node of graph) {
        ok(node.needs.every((need) => done.has(need)), node.key);
        done.add(node.key);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("property: orderObjects() does not depend on the order of its input", () => {
  const shuffled = sets.chain((items) =>
    fc.record({ items: fc.constant(items), other: fc.shuffledSubarray(items, { minLength: items.length }) })
  );
  fc.assert(
    fc.property(shuffled, ({ items, other }) => deepStrictEqual(orderObjects(other), orderObjects(items))),
    { numRuns: 150 },
  );
});
