import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { formatRef, type ObjectRef, refKey, refOf } from "./object_ref.ts";

const WEB: ObjectRef = { group: "apps", kind: "Deployment", namespace: "shop", name: "web" };

Deno.test("refOf() leaves the version out", () => {
  const metadata = { namespace: "shop", name: "web" };
  deepStrictEqual(refOf({ apiVersion: "apps/v1", kind: "Deployment", metadata }), WEB);
  deepStrictEqual(refOf({ apiVersion: "apps/v1beta1", kind: "Deployment", metadata }), WEB);
});

Deno.test("refOf() reads a missing name as the empty string", () => {
  const want = { group: "", kind: "Pod", namespace: undefined, name: "" };
  deepStrictEqual(refOf({ apiVersion: "v1", kind: "Pod" }), want);
  deepStrictEqual(refOf({ apiVersion: "v1", kind: "Pod", metadata: { generateName: "web-" } }), want);
});

Deno.test("formatRef() prints the namespace if there is one, and never the group", () => {
  strictEqual(formatRef(WEB), "Deployment/shop/web");
  strictEqual(formatRef({ group: "", kind: "Namespace", name: "shop" }), "Namespace/shop");
  strictEqual(formatRef({ group: "", kind: "Namespace", namespace: "", name: "shop" }), "Namespace/shop");
});

for (
  const [part, other] of [
    ["group", { ...WEB, group: "extensions" }],
    ["kind", { ...WEB, kind: "StatefulSet" }],
    ["namespace", { ...WEB, namespace: "other" }],
    ["name", { ...WEB, name: "web-2" }],
    ["namespace that is missing", { ...WEB, namespace: undefined }],
  ] as const
) {
  Deno.test(`refKey() differs by ${part}`, () => notStrictEqual(refKey(other), refKey(WEB)));
}

Deno.test("refKey() takes an empty namespace for none", () => {
  const { namespace: _namespace, ...clusterScoped } = WEB;
  strictEqual(refKey({ ...WEB, namespace: "" }), refKey(clusterScoped));
});
