import { deepStrictEqual } from "node:assert/strict";
import { Index } from "./store_index.ts";

type Labelled = { readonly name: string; readonly keys?: string | readonly string[] };

Deno.test("Index finds objects under one key, several, or none", () => {
  const index = new Index<Labelled>(({ keys }) => keys, () => {});
  const a = { name: "a", keys: "x" };
  const b = { name: "b", keys: ["x", "y"] };
  const c = { name: "c" };
  for (const object of [a, b, c]) index.update(object.name, undefined, object);
  deepStrictEqual([index.get("x"), index.get("y"), index.get("z")], [[a, b], [b], []]);
  const moved = { name: "b", keys: ["y", "z"] };
  index.update("b", b, moved);
  index.update("a", a, undefined);
  deepStrictEqual([index.get("x"), index.get("y"), index.get("z")], [[], [moved], [moved]]);
  deepStrictEqual(index.keys(), ["y", "z"]);
});

Deno.test("Index reports what its function throws, and goes on", () => {
  const errors: unknown[] = [];
  const index = new Index<Labelled>(({ name }) => {
    if (name === "bad") throw new Error(name);
    return name;
  }, (error) => errors.push(error));
  index.update("bad", undefined, { name: "bad" });
  index.update("good", undefined, { name: "good" });
  deepStrictEqual([index.keys(), errors], [["good"], [new Error("bad")]]);
});
