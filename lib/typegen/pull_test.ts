import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert/strict";
import type { Client } from "../client/client.ts";
import { RestMapper } from "../client/rest_mapper.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Schema } from "../kube/schema.ts";
import { definition } from "./_definition_test.ts";
import { formatTypeScript } from "./format.ts";
import { pullDefinedKinds, pullKinds } from "./pull.ts";

const TEXT: Schema = { type: "string" };
const ALL = { groups: [], kinds: [] };

/** Writes the kind Widget with a spec of the one field. */
function codeOf(field: Schema, rest: Schema = {}): string {
  const spec = { type: "object", properties: { field }, ...rest };
  return pullDefinedKinds([definition({ spec })], ALL).code;
}

function exportsOf(code: string): string[] {
  return Array.from(code.matchAll(/^export (?:interface|const) (\w+)/gm), ([, name]) => name!);
}

Deno.test("pullDefinedKinds() writes a module", async () => {
  const code = codeOf({ ...TEXT, description: "What it is." }, { required: ["field"] });
  strictEqual(
    await formatTypeScript(code, import.meta.dirname!),
    `/**
 * Kinds and types of \`example.com/v1\`.
 *
 * @module
 */

import type { ObjectMeta } from "@kubescript/kubescript";
import { defineKind, type Kind } from "@kubescript/kubescript";

export interface Widget {
  apiVersion: "example.com/v1";
  kind: "Widget";
  metadata?: ObjectMeta;
  spec?: WidgetSpec;
}

/** The kind Widget: builds its objects, and names it to the API. */
export const Widget: Kind<Widget> = defineKind<Widget>("example.com/v1", "Widget", {
  plural: "widgets",
  singular: "widget",
  shortNames: [],
  subresources: [],
});

export interface WidgetSpec {
  /** What it is. */
  field: string;
}
`,
  );
});

Deno.test("pullDefinedKinds() writes types", () => {
  const object: Schema = { type: "object", properties: { a: TEXT } };
  const open = { "x-kubernetes-preserve-unknown-fields": true };
  const eitherRequired = [{ required: ["a"] }, { required: ["b"] }];
  const cases: [schema: Schema, type: string][] = [
    [{ ...TEXT, nullable: true }, "string | null"],
    [{ ...TEXT, enum: ["a", 'b"', null], nullable: true }, '"a" | "b\\"" | null'],
    [{ ...TEXT, enum: ["a", "b"], nullable: true }, '"a" | "b"'],
    [{ ...TEXT, enum: ["a", null] }, '"a"'],
    [{ ...TEXT, enum: [null] }, "string"],
    [{ type: "integer", enum: [1, 9007199254740993n] }, "1 | 9007199254740993"],
    [{ "x-kubernetes-int-or-string": true }, "number | string"],
    [
      { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, TEXT], nullable: true },
      "number | string | null",
    ],
    [object, "WidgetSpecField"],
    [{ ...object, nullable: true }, "WidgetSpecField | null"],
    [{ ...object, oneOf: eitherRequired, anyOf: eitherRequired, allOf: eitherRequired }, "WidgetSpecField"],
    [{ type: "array", items: object }, "WidgetSpecField[]"],
    [{ type: "array", items: { ...object, nullable: true } }, "Array<WidgetSpecField | null>"],
    [{ type: "array", items: { type: "array", items: object } }, "WidgetSpecField[][]"],
    [{ type: "array" }, "unknown[]"],
    [{ type: "object", additionalProperties: object }, "Record<string, WidgetSpecField>"],
    [{ type: "object", additionalProperties: true }, "Record<string, unknown>"],
    [{ type: "object", ...open }, "Record<string, unknown>"],
    [{ ...open, oneOf: eitherRequired }, "unknown"],
    [{ type: "object" }, "Record<string, never>"],
    [{ type: "object", properties: {} }, "Record<string, never>"],
    [{ type: "object", properties: {}, ...open }, "Record<string, unknown>"],
    [{}, "unknown"],
  ];
  for (const [schema, type] of cases) {
    const [, found] = /^field\?: (.*);$/m.exec(codeOf(schema)) ?? [];
    strictEqual(found, type);
  }
});

Deno.test("pullDefinedKinds() leaves objects open that keep unknown fields", () => {
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  match(
    codeOf({ ...open, properties: { a: TEXT } }),
    /interface WidgetSpecField \{\na\?: string;\n\[field: string\]: unknown;\n\}/,
  );
  const embedded = { ...open, "x-kubernetes-embedded-resource": true };
  match(
    codeOf(embedded),
    /Field \{\napiVersion: string;\nkind: string;\nmetadata\?: ObjectMeta;\n\[field: string\]: unknown;\n\}/,
  );
  const root = (openAPIV3Schema: Schema) => {
    const versions = [{ name: "v1", schema: { openAPIV3Schema } }];
    return pullDefinedKinds([definition({ spec: TEXT, versions })], ALL).code;
  };
  match(root(open), /kind: "Widget";\nmetadata\?: ObjectMeta;\n\[field: string\]: unknown;\n\}/);
  // An index signature would take away the types of the other fields where the object is built.
  match(root({ ...open, properties: { data: TEXT } }), /kind: "Widget";\ndata\?: string;\nmetadata\?: ObjectMeta;\n\}/);
});

Deno.test("pullDefinedKinds() requires what the server requires", () => {
  const spec: Schema = {
    type: "object",
    required: ["a", "b", "other"],
    properties: { a: TEXT, b: { ...TEXT, default: "x" }, c: TEXT },
  };
  match(
    pullDefinedKinds([definition({ spec })], ALL).code,
    /WidgetSpec \{\na: string;\nb\?: string;\nc\?: string;\nother: unknown;\n\}/,
  );
});

Deno.test("pullDefinedKinds() can name every field", () => {
  const names = ["foo-bar", "1st", "$ref", "constructor", "__proto__"];
  const fields = Object.fromEntries(names.map((name) => [name, TEXT]));
  match(
    pullDefinedKinds([definition({ spec: { type: "object", properties: fields } })], ALL).code,
    /WidgetSpec \{\n\$ref\?: string;\n"1st"\?: string;\n__proto__\?: unknown;\nconstructor\?: unknown;\n"foo-bar"\?: string;\n\}/,
  );
});

Deno.test("pullDefinedKinds() takes kinds by group and by every name, in the version that is preferred or named", () => {
  const definitions = [
    definition({ spec: TEXT, versions: [{ name: "v1alpha1" }, { name: "v1" }] }),
    definition({ spec: TEXT, kind: "Gadget" }),
    definition({ spec: TEXT, kind: "Widget", group: "example.org" }),
  ];
  const pull = (
    groups: string[],
    kinds: string[],
  ) => [...new Set(exportsOf(pullDefinedKinds(definitions, { groups, kinds }).code))];
  deepStrictEqual(pull([], []), ["Gadget", "ExampleComWidget", "ExampleOrgWidget"]);
  deepStrictEqual(pull(["example.com"], []), ["Gadget", "Widget"]);
  deepStrictEqual(pull(["example.org"], ["gadgets"]), ["Gadget", "Widget"]);
  deepStrictEqual(pull([], ["widget.example.org", "Widget.example.org"]), ["Widget"]);
  deepStrictEqual(pull([], ["Widget.v1alpha1.example.com"]), ["WidgetV1alpha1"]);
  deepStrictEqual(pull([], ["widgets", "Widget.v1alpha1.example.com"]), ["Widget", "WidgetV1alpha1"]);
});

Deno.test("pullDefinedKinds() says what it does not find, and what there is", () => {
  const definitions = [definition({ spec: TEXT }), definition({ spec: TEXT, kind: "Gadget" })];
  const cases: [groups: string[], kinds: string[], message: string, hint: string][] = [
    [[], ["widgte"], 'Cannot find kind "widgte": there is none of that name in the files', 'Did you mean "Widget"?'],
    [
      [],
      ["widgets.example.org"],
      'Cannot find kind "widgets.example.org": there is none of that name in the files',
      'Did you mean "Widget"?',
    ],
    [[], ["x"], 'Cannot find kind "x": there is none of that name in the files', "There are Gadget, Widget"],
    [
      ["exmple.com"],
      [],
      'Cannot find group "exmple.com": there is none of that name in the files',
      'Did you mean "example.com"?',
    ],
    [["apps"], [], 'Cannot pull group "apps": it is built in', 'Import it from "@kubescript/kubescript/kinds"'],
  ];
  for (const [groups, kinds, message, hint] of cases) {
    throws(() => pullDefinedKinds(definitions, { groups, kinds }), { message, hint });
  }
});

/** A cluster with the kinds, and the documents of OpenAPI by their paths. */
function cluster(types: readonly ResourceType[], documents: Record<string, Record<string, Schema>>) {
  const asked: string[] = [];
  const paths = Object.fromEntries(
    Object.keys(documents).map((path) => [path, { serverRelativeURL: `/${path}?hash=1` }]),
  );
  const client = {
    mapper: () => Promise.resolve(new RestMapper({ types, stale: [] })),
    fetch({ path }: KubeRequest) {
      asked.push(path);
      const schemas = documents[path.slice(1).replace("?hash=1", "")];
      return Promise.resolve(path === "/openapi/v3" ? { paths } : { components: { schemas } });
    },
  };
  return { client: client as unknown as Client, asked };
}

const POD: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const METRICS: ResourceType = {
  group: "metrics.k8s.io",
  version: "v1beta1",
  kind: "PodMetrics",
  plural: "pods",
  namespaced: true,
  singular: "pod",
  shortNames: [],
  subresources: [],
};

Deno.test("pullKinds() writes kinds of extension servers, too", async () => {
  const reference = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });
  const { client, asked } = cluster([POD, METRICS], {
    "api/v1": {},
    "apis/metrics.k8s.io": {},
    "apis/metrics.k8s.io/v1beta1": {
      "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        type: "object",
        properties: { owner: reference("io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference") },
      },
      "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference": { type: "object", properties: { uid: TEXT } },
      "io.k8s.apimachinery.pkg.api.resource.Quantity": { oneOf: [TEXT, { type: "number" }] },
      "io.k8s.metrics.v1.ContainerMetrics": {
        type: "object",
        properties: {
          name: { ...TEXT, default: "" },
          usage: {
            type: "object",
            additionalProperties: reference("io.k8s.apimachinery.pkg.api.resource.Quantity"),
          },
        },
        required: ["name"],
      },
      "io.k8s.metrics.pkg.v1beta1.PodMetrics": {
        type: "object",
        properties: {
          metadata: reference("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"),
          containers: { type: "array", items: reference("io.k8s.metrics.v1.ContainerMetrics") },
        },
        "x-kubernetes-group-version-kind": [METRICS],
      },
    },
  });
  const { code, types, untyped } = await pullKinds(client, ALL);
  deepStrictEqual({ types, untyped }, { types: [METRICS], untyped: [] });
  deepStrictEqual(asked, ["/openapi/v3", "/apis/metrics.k8s.io/v1beta1?hash=1"]);
  deepStrictEqual(exportsOf(code), ["PodMetrics", "PodMetrics", "ContainerMetrics"]);
  match(code, /ContainerMetrics \{\nname: string;\nusage\?: Record<string, string \| number>;\n\}/);
});

Deno.test("pullKinds() leaves out kinds without a schema, unless they are named", async () => {
  const widget = { ...METRICS, group: "example.com", version: "v1", kind: "Widget", plural: "widgets" };
  const schema = { type: "object", "x-kubernetes-group-version-kind": [widget] };
  const { client } = cluster([METRICS, widget], { "apis/example.com/v1": { "com.example.v1.Widget": schema } });
  const { types, untyped } = await pullKinds(client, ALL);
  deepStrictEqual({ types, untyped }, { types: [widget], untyped: [METRICS] });
  const message = 'Cannot pull kind "PodMetrics": the cluster publishes no schema of it';
  await rejects(pullKinds(client, { groups: [], kinds: ["podmetrics"] }), { message });
  await rejects(pullKinds(client, { groups: ["metrics.k8s.io"], kinds: [] }), { message });
});

Deno.test("pullKinds() says that a cluster has no custom resources, and what is built in", async () => {
  const { client } = cluster([POD], {});
  await rejects(pullKinds(client, ALL), {
    message: "Cannot find custom resources: there are none in the cluster",
    hint: "Install their CustomResourceDefinitions, or name files that hold them with --crd",
  });
  await rejects(pullKinds(cluster([POD, METRICS], {}).client, { groups: [], kinds: ["pods"] }), {
    message: 'Cannot pull kind "Pod": it is built in',
  });
});
