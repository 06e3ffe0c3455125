import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { KubeObject } from "../../kube/object.ts";
import { initial } from "../initial.ts";
import { defineKind } from "../kind.ts";
import { extend } from "./extend.ts";
import { readChildren } from "./read_children.ts";

interface Map extends KubeObject {
  readonly apiVersion: "v1";
  readonly kind: "ConfigMap";
  readonly data?: Readonly<Record<string, string>>;
}

const ConfigMap = defineKind<Map>("v1", "ConfigMap", { plural: "configmaps" });
function map(name: string): Map {
  return ConfigMap({ metadata: { name } });
}
const ORIGIN = { path: 'rule "a" for Namespace/x' };
function namesOf(returned: unknown): unknown {
  return readChildren(returned, ORIGIN)?.objects.map(({ object }) => object.metadata?.name);
}

for (
  const { name, returned, is } of [
    { name: "one object", returned: map("a"), is: ["a"] },
    { name: "nested lists with gaps", returned: [map("a"), false, [null, undefined, [map("b")]]], is: ["a", "b"] },
    { name: "nothing wanted", returned: [], is: [] },
    { name: "null, as nothing wanted", returned: null, is: [] },
    { name: "no opinion", returned: undefined, is: undefined },
    { name: "a result", returned: { children: [map("a")] }, is: ["a"] },
    { name: "a result with one child", returned: { children: map("a") }, is: ["a"] },
    { name: "a result without children", returned: { children: undefined, status: {} }, is: [] },
  ]
) {
  Deno.test(`readChildren() takes ${name}`, () => deepStrictEqual(namesOf(returned), is));
}

Deno.test("readChildren() tells extensions from children", () => {
  const read = readChildren([map("a"), extend(ConfigMap, "shop/b", { data: { x: "1" } })], ORIGIN)!;
  deepStrictEqual(read.objects.map(({ object }) => object.metadata?.name), ["a"]);
  deepStrictEqual(read.extensions.map(({ object }) => object), [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b", namespace: "shop" }, data: { x: "1" } },
  ]);
});

Deno.test("readChildren() reads status, and when to look again", () => {
  const { status, againMs } = readChildren({ children: [], status: { ready: 1 }, again: "10s" }, ORIGIN)!;
  deepStrictEqual([status, againMs], [{ ready: 1 }, 10_000]);
  strictEqual("status" in readChildren([], ORIGIN)!, false);
});

for (
  const { name, returned, message } of [
    { name: "a promise", returned: Promise.resolve([]), message: /: it is a promise: the function must not/ },
    { name: "a number", returned: [1], message: /children\[0\] is a number/ },
    { name: "a text for children", returned: { children: "x" }, message: /children is a string/ },
    { name: "an object without a name", returned: { apiVersion: "v1", kind: "ConfigMap" }, message: /name/ },
    {
      name: "an extension with an initial value",
      returned: [map("a"), extend(ConfigMap, "shop/b", { data: { x: initial("1") } })],
      message: /children\[1\] marks a field with initial\(\)/,
    },
    {
      name: "an extension of what the server sets",
      returned: extend(ConfigMap, "shop/b", { metadata: { uid: "1" } }),
      message: /metadata.uid .*is set by the server/,
    },
    { name: "all mistakes at once", returned: [1, ["a"]], message: /is a number[\s\S]*is a string/ },
  ]
) {
  Deno.test(`readChildren() refuses ${name}`, () => {
    throws(() => readChildren(returned, ORIGIN), { name: "ScriptError", message });
  });
}

Deno.test("readChildren() refuses a time that cannot be read", () => {
  throws(() => readChildren({ children: [], again: "soon" }, ORIGIN), RangeError);
});
