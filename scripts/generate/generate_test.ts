import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };
import type { Schema } from "../../lib/kube/schema.ts";
import { formatTypeScript } from "../../lib/typegen/format.ts";
import type { BuiltInApi } from "./api.ts";
import fixture from "./fixtures/policy.json" with { type: "json" };
import { NO_CHECK, printKindFiles } from "./kind_files.ts";
import { withKindExports } from "./project_exports.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PATHS = Object.values(project.exports).filter((path) => path.startsWith("./lib/kinds/"));

/** Generates one file from the kind Widget, with a spec and a status of one field each. */
async function generateWidget(spec: Schema, status: Schema, namespaced = true): Promise<string> {
  const ref = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] }) as const;
  const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
  const gvk = { group: "widgets.k8s.io", version: "v1", kind: "Widget" };
  const api: BuiltInApi = {
    serverVersion: "v1.0.0",
    types: [{
      ...gvk,
      plural: "widgets",
      namespaced,
      singular: "widget",
      shortNames: ["wd"],
      subresources: ["status"],
    }],
    schemas: {
      [meta]: { type: "object", properties: {} },
      "io.k8s.api.widgets.v1.Widget": {
        type: "object",
        properties: {
          metadata: { ...ref(meta), description: "Metadata." },
          spec: ref("io.k8s.api.widgets.v1.WidgetSpec"),
          status: ref("io.k8s.api.widgets.v1.WidgetStatus"),
        },
        "x-kubernetes-group-version-kind": [gvk],
      },
      "io.k8s.api.widgets.v1.WidgetSpec": { type: "object", properties: { field: spec }, required: ["field"] },
      "io.k8s.api.widgets.v1.WidgetStatus": { type: "object", properties: { field: status } },
      "io.k8s.api.other.v1.Part": { type: "object", properties: {} },
      "io.k8s.apimachinery.pkg.api.resource.Quantity": { oneOf: [{ type: "string" }, { type: "number" }] },
      "io.k8s.apimachinery.pkg.apis.meta.v1.Time": { type: "string", description: "A time." },
    },
  };
  return await formatTypeScript(printKindFiles(api).get("widgets/v1.ts")!, ROOT);
}

Deno.test("the generator prints a kind", async () => {
  const text = await generateWidget({ type: "integer" }, { type: "string" }, false);
  strictEqual(
    text.slice(text.indexOf("import")),
    `import type { ObjectMeta } from "../../kube/object.ts";
import { defineKind, type Kind } from "../../script/kind.ts";

export interface Widget {
  apiVersion: "widgets.k8s.io/v1";
  kind: "Widget";
  /** Metadata. */
  metadata?: ObjectMeta & { namespace?: never };
  spec?: WidgetSpec;
  status?: WidgetStatus;
}

/** The kind Widget: builds its objects, and names it to the API. */
export const Widget: Kind<Widget> = defineKind<Widget>("widgets.k8s.io/v1", "Widget", {
  plural: "widgets",
  namespaced: false,
  singular: "widget",
  shortNames: ["wd"],
  subresources: ["status"],
});

export interface WidgetSpec {
  field: number;
}

export interface WidgetStatus {
  field?: string;
}
`,
  );
});

Deno.test("the generator prints types", async () => {
  const ref = (name: string) => ({ $ref: `#/components/schemas/io.k8s.${name}` });
  const modes = { type: "string", enum: ["A", "B"] };
  const cases: [schema: Schema, type: string, inStatus?: string][] = [
    [modes, `"A" | "B"`, `"A" | "B" | (string & {})`],
    [{ type: "array", items: modes }, `Array<"A" | "B">`, `Array<"A" | "B" | (string & {})>`],
    [{ type: "array", items: { type: "boolean" } }, "boolean[]"],
    [
      { type: "object", additionalProperties: ref("apimachinery.pkg.api.resource.Quantity") },
      "Record<string, string | number>",
    ],
    [{ type: "object" }, "Record<string, unknown>"],
    [{}, "unknown"],
    [ref("apimachinery.pkg.apis.meta.v1.Time"), "string"],
    [{ allOf: [ref("api.widgets.v1.WidgetSpec")] }, "WidgetSpec"],
    [{ type: "array", items: ref("api.other.v1.Part") }, "Part[]"],
  ];
  for (const [schema, type, inStatus = type] of cases) {
    const found = [...(await generateWidget(schema, schema)).matchAll(/^ {2}field\??: (.*);$/gm)].map(([, type]) =>
      type
    );
    deepStrictEqual(found, [type, inStatus], JSON.stringify(schema));
  }
  match(await generateWidget({}, ref("api.other.v1.Part")), /^import type \{ Part \} from "\.\.\/other\/v1\.ts";$/m);
});

Deno.test("the generator keeps descriptions as comments", async () => {
  const description = `All of "*/*". ${"word ".repeat(25)}\n\n\tcode  kept\n - item`;
  const text = await generateWidget({ description }, {});
  strictEqual(
    text.slice(text.indexOf("interface WidgetSpec"), text.indexOf("field: unknown")),
    `interface WidgetSpec {
  /**
   * All of "*\\/*". ${"word ".repeat(18)}word
   * ${"word ".repeat(5)}word
   *
   *     code  kept
   * - item
   */
  `,
  );
});

Deno.test("the generator writes policy/v1 as it is, to the byte", async () => {
  const api = fixture as unknown as BuiltInApi;
  const text = printKindFiles(api).get("policy/v1.ts")!;
  strictEqual(await formatTypeScript(text, ROOT), await Deno.readTextFile(join(ROOT, "lib/kinds/policy/v1.ts")));
});

Deno.test("deno.json exports all kinds", async () => {
  const text = await Deno.readTextFile(join(ROOT, "deno.json"));
  strictEqual(withKindExports(text, PATHS.map((path) => path.slice("./lib/kinds/".length))), text);
  strictEqual(PATHS.length > 20, true);
});

Deno.test("lib/kinds has the right types, which nobody else checks", async () => {
  const dir = await Deno.makeTempDir();
  try {
    cpSync(join(ROOT, "lib"), join(dir, "lib"), { recursive: true });
    for (const path of PATHS) {
      const text = await Deno.readTextFile(join(dir, path));
      await Deno.writeTextFile(join(dir, path), text.replace(NO_CHECK, ""));
    }
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `--config=${join(ROOT, "deno.json")}`, ...PATHS],
      cwd: dir,
    }).output();
    strictEqual(success, true, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
