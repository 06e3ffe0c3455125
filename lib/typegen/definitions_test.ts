import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { withOrigin } from "../script/object_origin.ts";
import { definition } from "./_definition_test.ts";
import { isDefinition, readDefinitions } from "./definitions.ts";

const TEXT = { type: "string" };

Deno.test("isDefinition() knows definitions in every version", () => {
  const cases: [apiVersion: string, kind: string, is: boolean][] = [
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", true],
    ["apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", true],
    ["example.com/v1", "CustomResourceDefinition", false],
    ["apiextensions.k8s.io/v1", "ConversionReview", false],
  ];
  for (const [apiVersion, kind, is] of cases) {
    strictEqual(isDefinition({ apiVersion, kind }), is, `${apiVersion} ${kind}`);
  }
});

Deno.test("readDefinitions() reads kinds as discovery gives them", () => {
  const { types } = readDefinitions([
    definition({ spec: TEXT, versions: [{ name: "v1", subresources: { scale: {}, status: {} } }] }),
  ]);
  deepStrictEqual(types, [{
    group: "example.com",
    version: "v1",
    kind: "Widget",
    plural: "widgets",
    namespaced: true,
    singular: "widget",
    shortNames: [],
    subresources: ["status", "scale"],
  }]);
});

Deno.test("readDefinitions() orders the versions that are served as a server does", () => {
  const names = ["v1alpha1", "foo10", "v2", "v1beta2", "v10", "foo1", "v1beta10", "v1", "v3beta1"];
  const versions = [...names.map((name) => ({ name })), { name: "v11", served: false }];
  const { types } = readDefinitions([definition({ spec: TEXT, versions })]);
  deepStrictEqual(
    types.map(({ version }) => version),
    ["v10", "v2", "v1", "v3beta1", "v1beta10", "v1beta2", "v1alpha1", "foo1", "foo10"],
  );
});

Deno.test("readDefinitions() takes null for what is absent, and keeps fields of any name", () => {
  const spec = JSON.parse('{"type":"object","required":null,"properties":{"__proto__":{"type":"string","enum":null}}}');
  const { schemas } = readDefinitions([definition({ spec })]);
  const read = schemas["com.example.v1.Widget"]!.properties!["spec"]!;
  deepStrictEqual(JSON.stringify(read), '{"type":"object","properties":{"__proto__":{"type":"string"}}}');
});

Deno.test("readDefinitions() says what is wrong with a definition, and where it is", () => {
  const good = definition({ spec: TEXT }) as KubeObject & { spec: Record<string, unknown> };
  const withSpec = (spec: Record<string, unknown>) => ({ ...good, spec: { ...good.spec, ...spec } });
  const withSchema = (openAPIV3Schema: unknown) =>
    withSpec({ versions: [{ name: "v1", schema: { openAPIV3Schema } }] });
  const cases: [definition: KubeObject, problem: string][] = [
    [
      { ...good, apiVersion: "apiextensions.k8s.io/v1beta1" },
      "it is in apiextensions.k8s.io/v1beta1, which Kubernetes has given up in 1.22",
    ],
    [{ ...good, spec: undefined } as KubeObject, 'field "spec" is missing'],
    [withSpec({ group: 1 }), 'field "spec.group" is wrong'],
    [withSpec({ names: { kind: "Widget" } }), 'field "spec.names.plural" is missing'],
    [withSpec({ versions: null }), 'field "spec.versions" is missing'],
    [withSpec({ versions: [{ name: "v1" }] }), 'field "spec.versions[0].schema.openAPIV3Schema" is missing'],
    [withSpec({ versions: ["v1"] }), 'field "spec.versions[0]" is wrong'],
    [withSchema("object"), 'field "spec.versions[0].schema.openAPIV3Schema" is wrong'],
    [withSchema({ type: ["string"] }), 'field "spec.versions[0].schema.openAPIV3Schema.type" is wrong'],
    [
      withSchema({ properties: { a: null } }),
      'field "spec.versions[0].schema.openAPIV3Schema.properties.a" is missing',
    ],
    [
      withSchema({ items: { required: "a" } }),
      'field "spec.versions[0].schema.openAPIV3Schema.items.required" is wrong',
    ],
    [
      withSchema({ additionalProperties: [] }),
      'field "spec.versions[0].schema.openAPIV3Schema.additionalProperties" is wrong',
    ],
  ];
  for (const [definition, problem] of cases) {
    throws(() => readDefinitions([withOrigin(definition, { file: "crd.yaml", line: 3 })]), {
      message: `Cannot read CustomResourceDefinition/widgets.example.com in crd.yaml:3: ${problem}`,
    });
  }
  throws(() => readDefinitions([good, good]), {
    message:
      "Cannot read CustomResourceDefinition/widgets.example.com: another definition has the same group, version and kind",
  });
});
