import { match, notStrictEqual, strictEqual } from "node:assert/strict";
import { configMap, wanted } from "./_objects_test.ts";
import { digest } from "./digest.ts";

const BASE = configMap({ a: "1", b: "2" });
const KEY = new Uint8Array(32);

Deno.test("digest() is short text that fits into an annotation", async () => {
  match(await digest(BASE), /^[\w-]{16}$/);
  match(await digest(BASE, KEY), /^[\w-]{16}$/);
});

for (
  const [name, other] of [
    ["the order of keys", configMap({ b: "2", a: "1" })],
    ["where it was written", configMap({ a: "1", b: "2" }, { origin: { file: "other.ts" } })],
    ["what it depends on", configMap({ a: "1", b: "2" }, { dependsOn: [{ group: "", kind: "Pod", name: "x" }] })],
    ["taking over", configMap({ a: "1", b: "2" }, { adopt: true })],
  ] as const
) {
  Deno.test(`digest() does not depend on ${name}`, async () => strictEqual(await digest(other), await digest(BASE)));
}

for (
  const [name, other] of [
    ["a value", configMap({ a: "1", b: "3" })],
    ["the type of a value", configMap({ a: "1", b: 2 })],
    ["a field", configMap({ a: "1" })],
    ["the apiVersion", wanted({ ...BASE.object, apiVersion: "v2" })],
    ["the option keep", configMap({ a: "1", b: "2" }, { keep: true })],
    ["the option ignore", configMap({ a: "1", b: "2" }, { ignore: ["data.a"] })],
    ["a mark of initial", configMap({ a: "1", b: "2" }, { initial: [["data", "a"]] })],
  ] as const
) {
  Deno.test(`digest() depends on ${name}`, async () => notStrictEqual(await digest(other), await digest(BASE)));
}

Deno.test("digest() leaves initial values out, also several of one list", async () => {
  const hash = (list: string[], ...initial: number[]) =>
    digest(configMap({ list }, { initial: initial.map((index) => ["data", "list", index]) }));
  const want = await hash(["b"]);
  strictEqual(await hash(["a", "b", "c"], 0, 2), want);
  strictEqual(await hash(["x", "b", "y"], 0, 2), want);
  notStrictEqual(await hash(["a", "x", "c"], 0, 2), want);
});

Deno.test("digest() with a key depends on the key", async () => {
  const keyed = await digest(BASE, KEY);
  strictEqual(await digest(BASE, new Uint8Array(32)), keyed);
  notStrictEqual(keyed, await digest(BASE));
  notStrictEqual(keyed, await digest(BASE, new Uint8Array(32).fill(1)));
});
