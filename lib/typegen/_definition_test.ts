/**
 * CustomResourceDefinitions for tests.
 *
 * @module
 */

import type { KubeObject } from "../kube/object.ts";
import type { Schema } from "../kube/schema.ts";

/** Defines a kind `Widget`, or another one, with a spec, in the version `v1` unless others are given. */
export function definition(
  { spec, kind = "Widget", group = "example.com", ...rest }: {
    spec: Schema;
    kind?: string;
    group?: string;
    versions?: readonly Record<string, unknown>[];
  },
): KubeObject {
  const plural = `${kind.toLowerCase()}s`;
  const { versions = [{ name: "v1" }] } = rest;
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  const object = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural },
      scope: "Namespaced",
      versions: versions.map((version) => ({ served: true, schema, ...version })),
    },
  };
  return object;
}
