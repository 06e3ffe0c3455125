/**
 * A kind of custom resources for end-to-end tests.
 *
 * @module
 */
import type { Manifest } from "./manifest_set.ts";

/**
 * Defines the kind `Thing`.
 *
 * @param group Its group, one that no other test has.
 * @returns The CustomResourceDefinition.
 */
export function definition(group: string): Manifest {
  const text = { type: "string" };
  const item = { type: "object", properties: { name: text, value: text }, required: ["name"] };
  const spec = {
    type: "object",
    properties: {
      size: { type: "integer", default: 1 },
      limit: { "x-kubernetes-int-or-string": true },
      byName: { type: "array", items: item, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
      tags: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      atomic: { type: "array", items: item },
      anything: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    },
  };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `things.${group}` },
    spec: {
      group,
      names: { kind: "Thing", plural: "things" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}

/**
 * Makes a `Thing`.
 *
 * @param group The group of its definition.
 * @param name Its name.
 * @returns The object.
 */
export function customResource(group: string, name: string): Manifest {
  return {
    apiVersion: `${group}/v1`,
    kind: "Thing",
    metadata: { name },
    spec: {
      limit: "1000m",
      byName: [{ name: "b", value: "2" }, { name: "a", value: "1" }],
      tags: ["y", "x"],
      atomic: [{ name: "b" }, { name: "a", value: "" }],
      anything: { cpu: "1000m", nested: { list: [1, { two: 2 }], zero: 0, no: false, text: "" } },
    },
  };
}
