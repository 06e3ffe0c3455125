import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { wanted } from "./_objects_test.ts";
import { normalize } from "./normalize.ts";

const SECRET = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } };
const ROLE = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "r" } };

for (
  const [name, object, want] of [
    ["turns stringData into data", { ...SECRET, stringData: { a: "ü", b: "" } }, {
      ...SECRET,
      data: { a: "w7w=", b: "" },
    }],
    ["prefers stringData, as the server does", { ...SECRET, stringData: { a: "1" }, data: { a: "eA==", b: "eQ==" } }, {
      ...SECRET,
      data: { a: "MQ==", b: "eQ==" },
    }],
    ["writes numbers as text", { ...SECRET, stringData: { a: 1 } }, { ...SECRET, data: { a: "MQ==" } }],
    ["leaves the rules of an aggregated ClusterRole out", { ...ROLE, aggregationRule: {}, rules: [] }, {
      ...ROLE,
      aggregationRule: {},
    }],
  ] as const
) {
  Deno.test(`normalize() ${name}`, () => deepStrictEqual(normalize(wanted(object)).object, want));
}

for (
  const object of [
    { ...SECRET, data: { a: "eA==" } },
    { ...ROLE, rules: [] },
    { ...SECRET, kind: "ConfigMap", stringData: { a: "x" } },
    { ...SECRET, apiVersion: "example.com/v1", stringData: { a: "x" } },
  ]
) {
  Deno.test(`normalize() leaves ${object.kind} of ${object.apiVersion} alone if there is nothing to do`, () => {
    const desired = wanted(object);
    strictEqual(normalize(desired), desired);
  });
}

Deno.test("normalize() moves marks of initial with their fields", () => {
  const initial = [["stringData", "a"], ["data", "b"], ["metadata", "labels", "x"]];
  const { object, initial: moved } = normalize(
    wanted({ ...SECRET, stringData: { a: "1" }, data: { b: "eQ==" } }, { initial }),
  );
  deepStrictEqual(moved, [["data", "a"], ["data", "b"], ["metadata", "labels", "x"]]);
  deepStrictEqual((object as unknown as { data: object }).data, { b: "eQ==", a: "MQ==" });
});
