import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { evictRequest, scaleRequest } from "../../kube/subresource_request.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { applyRequest, createRequest, deleteRequest, patchRequest, replaceRequest } from "../../kube/write_request.ts";
import { rebase, suppose, supposeDeletion } from "./supposition.ts";

const type = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true };
const web = { namespace: "shop", name: "web" };
const identity = { uid: "u", resourceVersion: "7", creationTimestamp: "2025-01-01T00:00:00Z" };
const live = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { ...web, ...identity },
  spec: { replicas: 1, a: 1 },
};
const made = { name: "1", uid: "made-1", creationTimestamp: "2026-01-01T00:00:00Z" };
const { name: _, ...madeIdentity } = { ...made, resourceVersion: "" };
const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: web, spec: { replicas: 2 } };

const cases: Record<string, [request: KubeRequest, before: LiveObject | undefined, after: unknown]> = {
  "a creation": [createRequest(type, body), undefined, { ...body, metadata: { ...web, ...madeIdentity } }],
  "a creation with a generated name": [
    createRequest(type, { ...body, metadata: { namespace: "shop", generateName: "g-" } }),
    undefined,
    { ...body, metadata: { ...made, namespace: "shop", generateName: "g-", resourceVersion: "" } },
  ],
  "an apply of what is not there": [
    applyRequest(type, body, { fieldManager: "x" }),
    undefined,
    { ...body, metadata: { ...web, ...madeIdentity } },
  ],
  "an apply": [applyRequest(type, body, { fieldManager: "x" }), live, { ...live, spec: { replicas: 2, a: 1 } }],
  "a patch": [
    patchRequest(type, web, { spec: { a: null } }, "merge"),
    live,
    { ...live, spec: { replicas: 1 } },
  ],
  "a replacement": [replaceRequest(type, body), live, { ...body, metadata: { ...web, ...identity } }],
  "a change of status": [
    patchRequest(type, { ...web, subresource: "status" }, { spec: { a: 2 }, status: { b: 1 } }, "merge"),
    live,
    { ...live, status: { b: 1 } },
  ],
  "a change of scale": [scaleRequest(type, web, 3), live, { ...live, spec: { replicas: 3, a: 1 } }],
  "an applied scale": [
    scaleRequest(type, web, 3, { apply: true, fieldManager: "x" }),
    live,
    { ...live, spec: { replicas: 3, a: 1 } },
  ],
  "a deletion": [deleteRequest(type, web), live, undefined],
  "an eviction": [evictRequest(type, web), live, undefined],
};
for (const [what, [request, before, after]] of Object.entries(cases)) {
  Deno.test(`suppose() supposes the result of ${what}`, () => {
    deepStrictEqual(suppose(request, before, made), after);
  });
}

for (const [finalizers, stays] of [[["x.io/a"], true], [["foregroundDeletion"], false], [["orphan"], false]] as const) {
  Deno.test(`supposeDeletion() knows that an object ${stays ? "stays" : "goes"} with finalizer ${finalizers}`, () => {
    const object = { ...live, metadata: { ...live.metadata, finalizers: [...finalizers] } };
    strictEqual(
      supposeDeletion(object, made.creationTimestamp)?.metadata.deletionTimestamp,
      stays ? made.creationTimestamp : undefined,
    );
  });
}

function items(...images: string[]): object[] {
  return images.map((image, index) => ({ name: `c${index}`, image }));
}

const rebases: Record<string, [base: unknown, before: unknown, after: unknown, result: unknown]> = {
  "nothing was done": [{ a: 2 }, { a: 1 }, { a: 1 }, { a: 2 }],
  "another field was changed": [{ a: 2, b: 1 }, { a: 1, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 2 }],
  "a field was added": [{ a: 2 }, { a: 1 }, { a: 1, b: { c: 1 } }, { a: 2, b: { c: 1 } }],
  "a field was added to what was not there": [{ a: { b: 1 } }, {}, { a: { c: 1 } }, { a: { b: 1, c: 1 } }],
  "an item was added to what was not there": [items("x1"), undefined, [{ name: "y" }], [...items("x1"), { name: "y" }]],
  "an object has become something else": [{ a: { b: 1 } }, { a: {} }, { a: 1 }, { a: 1 }],
  "a field was removed": [{ a: 2, b: 1 }, { a: 1, b: 1 }, { a: 1 }, { a: 2 }],
  "another item was changed": [items("x2", "y1"), items("x1", "y1"), items("x1", "y2"), items("x2", "y2")],
  "an item was added": [items("x2"), items("x1"), items("x1", "y1"), items("x2", "y1")],
  "an item was removed": [items("x2", "y1"), items("x1", "y1"), items("x1"), items("x2")],
  "a list without names was changed": [[1, 2], [1], [1, 3], [1, 3]],
};
for (const [what, [base, before, after, result]] of Object.entries(rebases)) {
  Deno.test(`rebase() works where ${what}`, () => deepStrictEqual(rebase(base, before, after), result));
}

Deno.test("rebase() gives the new state if there was no change before, and keeps the changes if there was none since", () => {
  const json = fc.jsonValue({ noUnicodeString: true } as never);
  fc.assert(fc.property(json, json, (before, after) => {
    deepStrictEqual(rebase(before, before, after), after);
    deepStrictEqual(rebase(after, before, before), after);
  }));
});
