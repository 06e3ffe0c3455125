import { strictEqual } from "node:assert/strict";
import { formatOrigin, type Origin } from "./desired_object.ts";

const CASES: readonly [origin: Origin, text: string][] = [
  [{}, ""],
  [{ file: "shop.yaml" }, "shop.yaml"],
  [{ file: "shop.yaml", line: 12 }, "shop.yaml:12"],
  [{ path: "resources[2]" }, "resources[2]"],
  [{ file: "shop.ts", path: "resources[2]" }, "shop.ts resources[2]"],
  [{ file: "shop.yaml", line: 12, path: "items[0]" }, "shop.yaml:12 items[0]"],
  [{ line: 12, path: "resources[2]" }, "resources[2]"],
];

for (const [origin, text] of CASES) {
  Deno.test(`formatOrigin() prints ${JSON.stringify(origin)}`, () => strictEqual(formatOrigin(origin), text));
}
