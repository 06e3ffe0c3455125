import { deepStrictEqual } from "node:assert/strict";
import type { GroupVersionKind } from "../kube/resource_type.ts";
import { customSchemaName } from "./custom_schema.ts";
import type { TypeModel } from "./model.ts";
import { nameTypes } from "./names.ts";

function kind(group: string, version: string, kind: string): GroupVersionKind {
  return { group, version, kind };
}

/** Names kinds, and parts of the first of them, which are given by their paths. */
function namesOf(kinds: readonly GroupVersionKind[], ...paths: string[]): string[] {
  const model = { schema: {}, resource: undefined, statusOnly: false };
  const types: TypeModel[] = [
    ...kinds.map((gvk) => ({ ...model, schemaName: customSchemaName(gvk), gvk })),
    ...paths.map((path) => ({ ...model, schemaName: `${customSchemaName(kinds[0]!)}/${path}`, gvk: undefined })),
  ];
  return [...nameTypes(types, ({ version }) => version === "v1").values()];
}

Deno.test("nameTypes() names kinds after themselves, with the version where it is not the preferred one", () => {
  deepStrictEqual(namesOf([kind("a.io", "v1", "Widget"), kind("a.io", "v1alpha1", "Widget")]), [
    "Widget",
    "WidgetV1alpha1",
  ]);
  deepStrictEqual(namesOf([kind("a.io", "v1", "my-Kind")]), ["MyKind"]);
});

Deno.test("nameTypes() puts the group before names that are not unique, or that the code needs itself", () => {
  deepStrictEqual(namesOf([kind("networking.istio.io", "v1", "Gateway"), kind("gw.k8s.io", "v1", "Gateway")]), [
    "NetworkingIstioIoGateway",
    "GwK8sIoGateway",
  ]);
  deepStrictEqual(namesOf([kind("a-b.io", "v1", "Record"), kind("a.io", "v1", "Kind")]), ["ABIoRecord", "AIoKind"]);
});

Deno.test("nameTypes() names parts by their paths", () => {
  const cases: [path: string, name: string][] = [
    ["spec", "WidgetSpec"],
    ["spec/tlsConfig", "WidgetSpecTlsConfig"],
    ["spec/a%2Fb%20c", "WidgetSpecABC"],
    ["spec/*", "WidgetSpec"],
    ["$ref", "WidgetRef"],
  ];
  for (const [path, name] of cases) deepStrictEqual(namesOf([kind("a.io", "v1", "Widget")], path), ["Widget", name]);
  deepStrictEqual(namesOf([kind("a.io", "v1alpha1", "Widget")], "spec"), ["WidgetV1alpha1", "WidgetV1alpha1Spec"]);
});

Deno.test("nameTypes() counts parts of the same name, and gives way to kinds", () => {
  const kinds = [kind("a.io", "v1", "Widget"), kind("a.io", "v1", "WidgetSpec")];
  deepStrictEqual(namesOf(kinds, "spec", "spec/foo-bar", "spec/fooBar", "spec/foo_bar"), [
    "Widget",
    "WidgetSpec",
    "WidgetSpec2",
    "WidgetSpecFooBar",
    "WidgetSpecFooBar2",
    "WidgetSpecFooBar3",
  ]);
});
