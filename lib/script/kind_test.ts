import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { defineKind } from "./kind.ts";
import { optionsOf } from "./read_options.ts";

Deno.test("defineKind() tells how the API serves the kind", () => {
  deepStrictEqual(defineKind("v1", "Namespace", { plural: "namespaces", namespaced: false }).type, {
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    namespaced: false,
  });
  deepStrictEqual(defineKind("apps/v1", "Deployment", { plural: "deployments" }).type, {
    group: "apps",
    version: "v1",
    kind: "Deployment",
    plural: "deployments",
    namespaced: true,
  });
});

Deno.test("a kind puts options beside the object it builds", () => {
  const ConfigMap = defineKind("v1", "ConfigMap", { plural: "configmaps" });
  const object = ConfigMap({ metadata: { name: "cfg" } }, { keep: true });
  deepStrictEqual(optionsOf(object, () => {}), { keep: true });
  strictEqual(JSON.stringify(object), '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cfg"}}');
});
