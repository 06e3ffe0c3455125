import { deepStrictEqual } from "node:assert/strict";
import { patchLocally } from "./local_patch.ts";

const TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

const web = { name: "web", image: "web:1", ports: [80] };
const log = { name: "log", image: "log:1" };
const list = { containers: [web, log] };

const cases: [what: string, type: keyof typeof TYPES, value: unknown, patch: unknown, result: unknown][] = [
  ["sets and removes fields", "merge", { a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: 3 } }, { b: { c: 3, d: 2 } }],
  ["replaces lists", "merge", list, { containers: [{ name: "web" }] }, { containers: [{ name: "web" }] }],
  ["makes what is not there", "merge", undefined, { a: { b: 1, c: null } }, { a: { b: 1 } }],
  [
    "merges lists by name",
    "strategic",
    list,
    { containers: [{ name: "log", image: "log:2" }, { name: "new" }] },
    { containers: [web, { ...log, image: "log:2" }, { name: "new" }] },
  ],
  [
    "deletes items by name",
    "strategic",
    list,
    { containers: [{ name: "web", $patch: "delete" }] },
    { containers: [log] },
  ],
  ["replaces lists without names", "strategic", web, { ports: [81] }, { ...web, ports: [81] }],
  ["merges what is applied", "apply", list, { containers: [{ name: "web", image: "web:2" }] }, {
    containers: [{ ...web, image: "web:2" }, log],
  }],
  ["adds to an object", "json", { a: {} }, [{ op: "add", path: "/a/b", value: 1 }], { a: { b: 1 } }],
  ["adds to a list", "json", { a: [1, 3] }, [{ op: "add", path: "/a/1", value: 2 }], { a: [1, 2, 3] }],
  ["adds to the end of a list", "json", { a: [1] }, [{ op: "add", path: "/a/-", value: 2 }], { a: [1, 2] }],
  ["replaces in a list", "json", { a: [{ b: 1 }] }, [{ op: "replace", path: "/a/0/b", value: 2 }], { a: [{ b: 2 }] }],
  ["replaces an item", "json", { a: [1, 2] }, [{ op: "replace", path: "/a/1", value: 3 }], { a: [1, 3] }],
  ["removes", "json", { a: [1, 2], b: 1 }, [{ op: "remove", path: "/a/0" }, { op: "remove", path: "/b" }], { a: [2] }],
  ["moves", "json", { a: { x: 1 } }, [{ op: "move", from: "/a/x", path: "/b" }], { a: {}, b: 1 }],
  ["copies", "json", { a: 1 }, [{ op: "copy", from: "/a", path: "/b" }], { a: 1, b: 1 }],
  ["tests nothing", "json", { a: 1 }, [{ op: "test", path: "/a", value: 2 }], { a: 1 }],
  ["reads pointers", "json", {}, [{ op: "add", path: "/a.b~1c~0d", value: 1 }], { "a.b/c~d": 1 }],
  ["lets be what has no place", "json", { a: 1 }, [{ op: "add", path: "/b/c", value: 1 }], { a: 1 }],
];
for (const [what, type, value, patch, result] of cases) {
  Deno.test(`patchLocally() ${what}, by ${type}`, () => {
    const before = structuredClone(value);
    deepStrictEqual(patchLocally(value, patch, TYPES[type]), result);
    deepStrictEqual(value, before);
  });
}
