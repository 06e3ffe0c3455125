import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { defineKind } from "./kind.ts";
import { requirementOf, requires } from "./requires.ts";

const Namespace = defineKind("v1", "Namespace", { plural: "namespaces", namespaced: false });
const Deployment = defineKind("apps/v1", "Deployment", { plural: "deployments" });

Deno.test("requires() tells what must exist", () => {
  deepStrictEqual(requirementOf(requires(Deployment, "shop/web")), {
    apiVersion: "apps/v1",
    ref: { group: "apps", kind: "Deployment", namespace: "shop", name: "web" },
  });
  strictEqual(requirementOf(requires(Namespace, "shop"))?.ref.namespace, undefined);
  strictEqual(requirementOf({}), undefined);
});

Deno.test("requires() refuses a namespace for a cluster-scoped kind", () => {
  throws(() => requires(Namespace, "a/b"), /Cannot require Namespace "a\/b": the kind is cluster-scoped/);
});
