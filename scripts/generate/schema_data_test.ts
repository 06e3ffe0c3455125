import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "../../lib/client/client.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Schema } from "../../lib/kube/schema.ts";
import type { BuiltInApi } from "./api.ts";
import fixture from "./fixtures/policy.json" with { type: "json" };
import { printColumns } from "./column_data.ts";
import { findLenience } from "./lenience.ts";
import { printOpenApi } from "./openapi_data.ts";
import { printSchemas } from "./schema_data.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STRICT = { required: new Set<string>(), enums: new Set<string>() };

function ref(name: string): Schema {
  return { allOf: [{ $ref: `#/components/schemas/io.k8s.${name}` }] };
}

const META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const GVK = { group: "widgets.k8s.io", version: "v1", kind: "Widget" };

/** An API of the kind Widget. */
function widgetApi(spec: Schema): BuiltInApi {
  return {
    serverVersion: "v1.0.0",
    types: [{ ...GVK, plural: "widgets", namespaced: true, verbs: ["get", "patch"] }],
    schemas: {
      [META]: { type: "object", properties: { name: { type: "string" } } },
      "io.k8s.api.widgets.v1.Widget": {
        description: "A widget.",
        type: "object",
        properties: {
          metadata: { $ref: `#/components/schemas/${META}`, default: {} },
          spec: ref("api.widgets.v1.WidgetSpec"),
        },
        "x-kubernetes-group-version-kind": [GVK],
      },
      "io.k8s.api.widgets.v1.WidgetSpec": spec,
      "io.k8s.api.widgets.v1.WidgetList": { type: "object", properties: { items: { type: "array", items: {} } } },
      "io.k8s.api.other.v1.Part": { type: "object", properties: { colour: { type: "string", enum: ["blue", "red"] } } },
      "io.k8s.apimachinery.pkg.api.resource.Quantity": { oneOf: [{ type: "string" }, { type: "number" }] },
      "io.k8s.apimachinery.pkg.apis.meta.v1.Time": { type: "string", format: "date-time", description: "A time." },
    },
  };
}

Deno.test("the generator prints schemas, one a line, in files that refer to each other", () => {
  const api = widgetApi({
    description: "The specification.",
    type: "object",
    required: ["size", "part"],
    properties: {
      size: { ...ref("apimachinery.pkg.api.resource.Quantity"), default: {}, description: "How big." },
      since: ref("apimachinery.pkg.apis.meta.v1.Time"),
      part: { ...ref("api.other.v1.Part"), "x-kubernetes-map-type": "atomic" },
      mode: { type: "string", enum: ["a", "b"], default: "a" },
      modes: { type: "array", items: { type: "string", enum: ["a"] }, "x-kubernetes-list-type": "set" },
      names: { type: "object", additionalProperties: { type: "string", default: "" } },
    },
  });
  const lenience = {
    required: new Set(["widgets/v1.WidgetSpec.part"]),
    enums: new Set(["widgets/v1.WidgetSpec.modes"]),
  };
  const files = printSchemas(api, lenience);
  deepStrictEqual([...files.keys()], ["meta/v1.json", "other/v1.json", "widgets/v1.json", "schema_files.ts"]);
  const properties = {
    size: { format: "quantity" },
    since: { type: "string", format: "date-time" },
    part: { $ref: "other/v1.Part", "x-kubernetes-map-type": "atomic" },
    mode: { type: "string", enum: ["a", "b"], default: "a" },
    modes: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
    names: { type: "object", additionalProperties: { type: "string", default: "" } },
  };
  const widget = { metadata: { $ref: "meta/v1.ObjectMeta" }, spec: { $ref: "widgets/v1.WidgetSpec" } };
  strictEqual(
    files.get("widgets/v1.json"),
    `{
"Widget":${JSON.stringify({ type: "object", properties: widget })},
"WidgetSpec":${JSON.stringify({ type: "object", required: ["size"], properties })}
}
`,
  );
  match(
    files.get("schema_files.ts")!,
    /"widgets\/v1": \{\s+uses: \["meta\/v1","other\/v1"\],\s+load: \(\) => import\(/,
  );
});

Deno.test("the generator writes the schemas of policy/v1 as they are, to the byte", async () => {
  const text = printSchemas(fixture as unknown as BuiltInApi, STRICT).get("policy/v1.json")!;
  strictEqual(text, await Deno.readTextFile(join(ROOT, "lib/kinds/policy/v1.json")));
});

Deno.test("the generator finds out on which marks a server insists", async () => {
  const text = { type: "string" };
  const choice = { type: "string", enum: ["a"] };
  const api = widgetApi({
    type: "object",
    required: ["kept", "lax"],
    properties: {
      kept: text,
      lax: text,
      strict: choice,
      open: choice,
      list: { type: "array", items: ref("api.widgets.v1.Part") },
      map: { type: "object", additionalProperties: ref("api.widgets.v1.Part") },
      hopeless: ref("api.widgets.v1.Hopeless"),
    },
  });
  const parts: Record<string, Schema> = {
    "io.k8s.api.widgets.v1.Part": {
      type: "object",
      required: ["kept", "atTimes"],
      properties: { kept: text, atTimes: text },
    },
    "io.k8s.api.widgets.v1.Hopeless": { type: "object", required: ["inner"], properties: { inner: text } },
  };
  const { required, enums } = await findLenience(strictServer(), { ...api, schemas: { ...api.schemas, ...parts } });
  deepStrictEqual([...required].sort(), [
    "widgets/v1.Hopeless.inner",
    "widgets/v1.Part.atTimes",
    "widgets/v1.WidgetSpec.lax",
  ]);
  deepStrictEqual([...enums], ["widgets/v1.WidgetSpec.open"]);
});

/** A server that insists on some fields, and does not take `spec.hopeless` at all. */
function strictServer(): Client {
  // deno-lint-ignore no-explicit-any -- it knows what it is asked
  const faults = ({ spec }: any): string[] =>
    Object.entries({
      "spec.kept": spec.kept,
      "spec.strict": (spec.strict ?? "a") === "a",
      "spec.list[0].kept": !spec.list || spec.list[0].kept,
      "spec.map[a-key].kept": !spec.map || spec.map["a-key"].kept,
      "spec.map[a-key].atTimes": !spec.map || spec.map["a-key"].atTimes,
      "spec.hopeless": !spec.hopeless,
    }).filter(([, isRight]) => !isRight).map(([field]) => field);
  const apply = (object: KubeObject) => {
    const causes = faults(object).map((field) => ({ field, message: "wrong" }));
    if (causes.length === 0) return Promise.resolve(object);
    const request = { method: "PATCH", verb: "patch", path: "/", what: "apply", idempotent: true } as const;
    return Promise.reject(new ApiError(request, 422, { apiVersion: "v1", kind: "Status", details: { causes } }));
  };
  return { apply } as unknown as Client;
}

Deno.test("the generator writes the published schemas of policy/v1 as they are, to the byte", async () => {
  const text = printOpenApi(fixture as unknown as BuiltInApi).get("policy/v1.openapi.json")!;
  const written = await Deno.readTextFile(join(ROOT, "lib/kinds/policy/v1.openapi.json"));
  const lines = new Set(written.split(/,?\n/));
  // The fixture has no lists.
  deepStrictEqual(text.split(/,?\n/).filter((line) => !lines.has(line)), []);
  match(text, /"io.k8s.api.policy.v1.PodDisruptionBudgetSpec"/);
});

Deno.test("the generator writes headings as they are, to the byte, and each description once", async () => {
  const text = await Deno.readTextFile(join(ROOT, "lib/kinds/columns.json"));
  const { descriptions, columns } = JSON.parse(text) as {
    descriptions: string[];
    columns: Record<string, { description: number; name: string; type: string; priority: number }[]>;
  };
  const served = Object.entries(columns).map(([kind, list]) => {
    return [kind, list.map((column) => ({ ...column, description: descriptions[column.description]! }))];
  });
  strictEqual(printColumns(Object.fromEntries(served)).get("columns.json"), text);
});
