import { deepStrictEqual, throws } from "node:assert/strict";
import { fieldOwners } from "./field_owners.ts";

const time = "2026-01-01T00:00:00Z";
const common = { apiVersion: "apps/v1", fieldsType: "FieldsV1", time };
const managedFields = [
  {
    ...common,
    manager: "shop",
    operation: "Apply",
    fieldsV1: {
      "f:spec": {
        "f:replicas": {},
        "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:image": {} } } } },
      },
    },
  },
  {
    ...common,
    manager: "hpa",
    operation: "Update",
    subresource: "scale",
    fieldsV1: { "f:spec": { "f:replicas": {} } },
  },
];
const web = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", managedFields } };

Deno.test("fieldOwners() names all owners, and since when", () => {
  deepStrictEqual(fieldOwners(web, "spec.replicas"), [
    { apiVersion: "apps/v1", manager: "shop", operation: "Apply", time },
    { apiVersion: "apps/v1", manager: "hpa", operation: "Update", subresource: "scale", time },
  ]);
});

const cases: [path: string, managers: string[]][] = [
  ["spec", ["shop", "hpa"]],
  ["spec.template.spec.containers[name=web].image", ["shop"]],
  ["spec.template.spec.containers[name=web].ports", []],
  ["spec.template.spec.containers[name=side]", []],
  ["status.replicas", []],
];
for (const [path, managers] of cases) {
  Deno.test(`fieldOwners() finds the owners of ${path}`, () => {
    deepStrictEqual(fieldOwners(web, path).map(({ manager }) => manager), managers);
  });
}

Deno.test("fieldOwners() finds none where nothing is known of owners", () => {
  deepStrictEqual(fieldOwners({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } }, "spec"), []);
});

Deno.test("fieldOwners() refuses what is no path", () => {
  throws(() => fieldOwners(web, "spec["), RangeError);
});
