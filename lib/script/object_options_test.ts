import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { withOptions } from "./object_options.ts";
import { optionsOf } from "./read_options.ts";

const OBJECT = Object.freeze({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "cfg" } });

Deno.test("withOptions() keeps the object plain JSON", () => {
  const object = withOptions(OBJECT, { keep: true });
  strictEqual(JSON.stringify(object), JSON.stringify(OBJECT));
  deepStrictEqual(Object.keys(object), Object.keys(OBJECT));
});

Deno.test("withOptions() adds to options that survive a spread", () => {
  const object = withOptions({ ...withOptions(OBJECT, { keep: true, adopt: true }) }, { adopt: false });
  deepStrictEqual(optionsOf(object, () => {}), { keep: true, adopt: false });
});
