import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseFieldPath } from "../kube/field_path.ts";
import { Mask } from "./mask.ts";

const SECRET = { group: "", kind: "Secret" };
const CONFIG_MAP = { group: "", kind: "ConfigMap" };
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

for (
  const [name, kind, path, value, want] of [
    ["a Secret's value", SECRET, "data.password", "aHVudGVyMg==", "<redacted #1>"],
    ["a Secret's text", SECRET, "stringData.password", "hunter2", "<redacted #1>"],
    ["a whole Secret", SECRET, "data", { a: "x", b: ["y", { c: 1 }], d: null, e: "x" }, {
      a: "<redacted #1>",
      b: ["<redacted #2>", { c: "<redacted #3>" }],
      d: "<redacted #4>",
      e: "<redacted #1>",
    }],
    ["an empty value of a Secret", SECRET, "data.password", "", "<redacted #1>"],
    ["a Secret's label", SECRET, "metadata.labels.app", "web", "web"],
    ["a custom kind that is called Secret", { group: "example.com", kind: "Secret" }, "data.a", "x", "x"],
    ["a ConfigMap's value", CONFIG_MAP, "data.a", "x", "x"],
    ["a value that is not there", SECRET, "data.a", undefined, undefined],
    ["a copy of the object by kubectl", CONFIG_MAP, `metadata.annotations["${LAST_APPLIED}"]`, "{}", "<redacted #1>"],
    ["annotations with a copy of the object", SECRET, "metadata.annotations", { [LAST_APPLIED]: "{}", a: "b" }, {
      [LAST_APPLIED]: "<redacted #1>",
      a: "b",
    }],
    ["a secret param", CONFIG_MAP, "data.url", "http://me:hunter2@db", "http://me:<redacted #1>@db"],
    ["a secret param deep inside", CONFIG_MAP, "spec", [{ a: "hunter2" }, 7, true], [{ a: "<redacted #1>" }, 7, true]],
  ] as const
) {
  Deno.test(`Mask.field() shows ${name} as it may be shown`, () => {
    deepStrictEqual(new Mask(["hunter2", ""]).field(kind, parseFieldPath(path), value), want);
  });
}

Deno.test("Mask gives equal values equal stand-ins, and other values others", () => {
  const mask = new Mask();
  const shown = ["a", "b", "a"].map((value) => mask.field(SECRET, parseFieldPath("data.x"), value));
  deepStrictEqual(shown, ["<redacted #1>", "<redacted #2>", "<redacted #1>"]);
});

for (
  const [secrets, text, want] of [
    [[], "hunter2", "hunter2"],
    [[""], "hunter2", "hunter2"],
    [["hunter", "hunter2"], "is hunter2", "is <redacted #1>"], // the longer one, not only its beginning
    [["redacted", "x"], "x", "<redacted #1>"], // a stand-in is not looked into
    [["a.b", "$&"], "a.b axb $&", "<redacted #1> axb <redacted #2>"],
    [["x"], "x and x", "<redacted #1> and <redacted #1>"],
  ] as const
) {
  Deno.test(`Mask.text() hides ${JSON.stringify(secrets)} in ${JSON.stringify(text)}`, () => {
    strictEqual(new Mask(secrets).text(text), want);
  });
}

Deno.test("property: no secret is seen in a masked text", () => {
  // No letter of a stand-in, so that each hit is a leak.
  const secret = fc.string({ unit: fc.constantFrom("X", "Y", ".", "("), minLength: 1, maxLength: 4 });
  const place = fc.record({ secrets: fc.array(secret, { minLength: 1 }), words: fc.array(fc.nat()) });
  fc.assert(
    fc.property(place, ({ secrets, words }) => {
      const text = words.map((word) => secrets[word % secrets.length]).join(" ");
      const masked = new Mask(secrets).text(text);
      ok(secrets.every((secret) => !masked.includes(secret)), masked);
    }),
    { numRuns: 200 },
  );
});

Deno.test("property: nothing of a Secret's values is seen, however deep", () => {
  const text = fc.string({ unit: fc.constantFrom("X", "Y"), minLength: 1 });
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof({ maxDepth: 3 }, text, fc.array(tie("node")), fc.dictionary(fc.constantFrom("a", "b"), tie("node"))),
  })).node;
  fc.assert(
    fc.property(tree, fc.constantFrom("data", "stringData"), (value, field) => {
      ok(!/[XY]/.test(JSON.stringify(new Mask().field(SECRET, [{ field }], value))));
    }),
    { numRuns: 150 },
  );
});
