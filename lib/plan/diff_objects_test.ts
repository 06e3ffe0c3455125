import { deepStrictEqual } from "node:assert/strict";
import { diffObjects } from "./diff_objects.ts";
import { Mask } from "./mask.ts";

type Fields = Record<string, unknown>;
const web = { name: "web", image: "web:1" };
const log = { name: "log", image: "log:1" };

const cases: Record<string, [before: Fields, after: Fields, changes: readonly string[], kind?: string]> = {
  "nothing": [{ spec: { a: [1], b: {} } }, { spec: { b: {}, a: [1] } }, []],
  "a value": [{ spec: { a: 1 } }, { spec: { a: 2 } }, ["spec.a: 1 -> 2"]],
  "a value that comes": [{ spec: {} }, { spec: { a: { b: 1 } } }, ['spec.a: undefined -> {"b":1}']],
  "a value that goes": [{ metadata: { labels: { "x.io/a": "1" } } }, { metadata: { labels: {} } }, [
    'metadata.labels["x.io/a"]: "1" -> undefined',
  ]],
  "a value that becomes an object": [{ a: 1 }, { a: { b: 1 } }, ['a: 1 -> {"b":1}']],
  "what the server keeps": [
    { metadata: { uid: "1", resourceVersion: "1", generation: 1, creationTimestamp: "1", managedFields: [] } },
    { metadata: { uid: "2", resourceVersion: "2", generation: 2, creationTimestamp: "2" } },
    [],
  ],
  "what only has the name of what the server keeps": [{ spec: { uid: 1 } }, { spec: { uid: 2 } }, ["spec.uid: 1 -> 2"]],
  "an item with a name": [{ c: [web, log] }, { c: [{ ...web, image: "web:2" }, log] }, [
    'c[name=web].image: "web:1" -> "web:2"',
  ]],
  "a new item with a name": [{ c: [web] }, { c: [log, web] }, [
    'c[name=log]: undefined -> {"name":"log","image":"log:1"}',
  ]],
  "an item with a name that goes": [{ c: [web, log] }, { c: [log] }, [
    'c[name=web]: {"name":"web","image":"web:1"} -> undefined',
  ]],
  "the order of items with names": [{ c: [web, log] }, { c: [log, web] }, ['c: ["web","log"] -> ["log","web"]']],
  "an item without a name": [{ p: [{ port: 80 }, { port: 81 }] }, { p: [{ port: 80 }, { port: 82 }] }, [
    "p[1].port: 81 -> 82",
  ]],
  "a list without names that grows": [{ args: ["a"] }, { args: ["a", "b"] }, ['args: ["a"] -> ["a","b"]']],
  "a secret value": [
    { data: { a: "b2xk", b: "eA==" } },
    { data: { a: "bmV3", b: "eA==" } },
    ['data.a: "<redacted #1>" -> "<redacted #2>"'],
    "Secret",
  ],
  "all secret values": [
    {},
    { data: { a: "b2xk", b: "eA==" } },
    ['data: undefined -> {"a":"<redacted #1>","b":"<redacted #2>"}'],
    "Secret",
  ],
};
for (const [what, [before, after, changes, kind = "Pod"]] of Object.entries(cases)) {
  Deno.test(`diffObjects() tells ${what}`, () => {
    const fields = diffObjects(before, after, { kind: { group: "", kind }, mask: new Mask() });
    deepStrictEqual(
      fields.map(({ path, from, to }) => `${path}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`),
      changes,
    );
  });
}
