import { deepStrictEqual, match } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuiltInApi } from "./api.ts";
import goTypes from "./fixtures/go_types.json" with { type: "json" };
import fixture from "./fixtures/policy.json" with { type: "json" };
import { type GoStruct, printGoTypes } from "./go_types.ts";
import { printSchemas } from "./schema_data.ts";

const FOLDER = fileURLToPath(new URL("../../lib/sandbox/schema", import.meta.url));

Deno.test("the generator prints what Go types say, with the numbers of fields", () => {
  const properties = Object.fromEntries(
    ["size", "part", "count", "mode", "names", "since", "always", "inner"].map((name) => [name, { type: "integer" }]),
  );
  properties.mode = { type: "string" };
  const schemas = new Map([
    ["widgets/v1.json", JSON.stringify({ Widget: { properties }, Unknown: {} })],
    ["schema_files.ts", "no data"],
  ]);
  const structs: GoStruct[] = [
    {
      name: "widgets/v1.Widget",
      fields: [
        { type: "meta/v1.TypeMeta" },
        { name: "since", type: "custom v1.MicroTime", number: 9 },
        { name: "size", type: "custom resource.Quantity", number: 1 },
        { type: "widgets/v1.Source", number: 3 },
        { name: "part", type: "struct", omit: "omitempty", number: 4 },
        { name: "count", type: "int32", omit: "omitempty", number: 5 },
        { name: "mode", type: "v1.Mode", pointer: true, omit: "omitempty", number: 6 },
        { name: "names", type: "list", number: 8 },
        { name: "always", type: "int32", number: 10 },
        { name: "hidden", type: "int32", omit: "omitempty" },
      ],
    },
    { name: "widgets/v1.Source", fields: [{ name: "inner", type: "int64", omit: "omitempty", number: 2 }] },
    { name: "meta/v1.TypeMeta", fields: [{ name: "kind", type: "string", omit: "omitempty", number: 1 }] },
  ];
  const files = printGoTypes(structs, schemas);
  deepStrictEqual(JSON.parse(files.get("go_types.json")!), {
    "widgets/v1.Widget": {
      omit: "count inner",
      keep: "mode",
      null: "names since",
      object: "part",
      micro: "since",
      zero: { size: "0" },
      names: { mode: "v1.Mode" },
    },
  });
  deepStrictEqual(JSON.parse(files.get("protobuf_fields.json")!), {
    "widgets/v1.Source": "2 inner",
    "widgets/v1.Widget": "size 3 *widgets/v1.Source part count mode 8 names since always",
  });
});

Deno.test("the generator writes the Go types of policy/v1 as they are, to the byte", async (t) => {
  const strict = { required: new Set<string>(), enums: new Set<string>() };
  const schemas = printSchemas(fixture as unknown as BuiltInApi, strict);
  for (const [path, text] of printGoTypes(goTypes, schemas)) {
    await t.step(path, async () => {
      const written = await Deno.readTextFile(join(FOLDER, path));
      match(text, /"policy\/v1\.PodDisruptionBudgetSpec"/);
      deepStrictEqual(linesOf(text), linesOf(written));
    });
  }
});

function linesOf(text: string): string[] {
  return text.split(/,?\n/).filter((line) => line.startsWith('"policy/v1.'));
}
