import { deepStrictEqual, throws } from "node:assert/strict";
import { parseObjectText } from "./object_text.ts";

Deno.test("parseObjectText() reads YAML and JSON", () => {
  const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { on: "yes" } };
  deepStrictEqual(parseObjectText(JSON.stringify(settings)), settings);
  deepStrictEqual(
    parseObjectText("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {'on': 'yes'}"),
    settings,
  );
});

Deno.test("parseObjectText() refuses what is not one object", () => {
  const cases: [text: string, message: RegExp][] = [
    ["", /has 0 documents$/],
    ["a: 1\n---\nb: 1", /has 2 documents$/],
    ["kind: Pod", /has no "apiVersion" and "kind"$/],
    ["- apiVersion: v1\n  kind: Pod", /has no "apiVersion" and "kind"$/],
    ["a: [", /^Cannot parse YAML: line 1/],
  ];
  for (const [text, message] of cases) throws(() => parseObjectText(text), { message }, text);
});
