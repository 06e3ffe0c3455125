import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { dereference, referenceOf, type Schema, valuesOf } from "../kube/schema.ts";
import * as kinds from "./mod.ts";
import { loadBuiltInSchemas, loadMetadataSchema, OBJECT_META_SCHEMA } from "./schemas.ts";

Deno.test("loadBuiltInSchemas() finds every kind, and all to which it refers", async () => {
  let count = 0;
  for (const value of Object.values(kinds)) {
    const { group, version, kind } = value.type;
    const found = (await loadBuiltInSchemas(group, version))?.(kind);
    ok(found, kind);
    const seen = new Set<string>();
    const visit = (schema: Schema) => {
      const name = referenceOf(schema);
      if (name !== undefined && seen.has(name)) return;
      if (name !== undefined) ok(seen.add(name) && found.find(name), `${kind} refers to ${name}`);
      const { properties = {}, items, ...rest } = dereference(schema, found.find);
      for (const part of [...Object.values(properties), items, valuesOf(rest)]) if (part) visit(part);
    };
    visit(found.schema);
    count++;
  }
  ok(count > 60);
});

Deno.test("loadBuiltInSchemas() knows nothing of other groups, versions and kinds", async () => {
  strictEqual(await loadBuiltInSchemas("apps.example.com", "v1"), undefined);
  strictEqual(await loadBuiltInSchemas("apps", "v1beta1"), undefined);
  strictEqual(await loadBuiltInSchemas("extensions", "v1beta1"), undefined);
  strictEqual((await loadBuiltInSchemas("apps", "v1"))?.("Pod"), undefined);
});

Deno.test("the schemas say what matters for objects", async () => {
  const core = (await loadBuiltInSchemas("", "v1"))!("Pod")!;
  const field = (name: string, field: string) => core.find(name)?.properties?.[field];
  deepStrictEqual(field("core/v1.PodSpec", "containers"), {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": "name",
    items: { $ref: "core/v1.Container" },
  });
  deepStrictEqual(field("core/v1.ContainerPort", "protocol"), {
    type: "string",
    enum: ["SCTP", "TCP", "UDP"],
    default: "TCP",
  });
  deepStrictEqual(field("core/v1.ServicePort", "targetPort"), { format: "int-or-string" });
  deepStrictEqual(field("core/v1.ResourceRequirements", "limits"), {
    type: "object",
    additionalProperties: { format: "quantity" },
  });
  deepStrictEqual(core.find("meta/v1.LabelSelector")?.["x-kubernetes-map-type"], "atomic");
  // The server does not insist on a value.
  deepStrictEqual(core.find("core/v1.HTTPHeader")?.required, ["name"]);
  ok((await loadMetadataSchema())(OBJECT_META_SCHEMA)?.properties?.labels);
});
