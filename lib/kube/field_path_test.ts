import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import * as fc from "fast-check";
import { formatFieldPath, parseFieldPath, parsePathElement, type PathElement } from "./field_path.ts";

// Paths whose text reads back as the same path.
const PATHS: [string, PathElement[]][] = [
  ["spec", [{ field: "spec" }]],
  ["spec.replicas", [{ field: "spec" }, { field: "replicas" }]],
  ["data.my-key", [{ field: "data" }, { field: "my-key" }]],
  ['data["a b"]', [{ field: "data" }, { field: "a b" }]],
  ['data["say \\"hi\\""]', [{ field: "data" }, { field: 'say "hi"' }]],
  ['metadata.annotations["example.com/a.b"]', [
    { field: "metadata" },
    { field: "annotations" },
    { field: "example.com/a.b" },
  ]],
  ['["a.b"].c', [{ field: "a.b" }, { field: "c" }]],
  ["spec.containers[name=web].image", [
    { field: "spec" },
    { field: "containers" },
    { key: { name: "web" } },
    { field: "image" },
  ]],
  ["spec.ports[port=80,protocol=TCP].targetPort", [
    { field: "spec" },
    { field: "ports" },
    { key: { port: 80, protocol: "TCP" } },
    { field: "targetPort" },
  ]],
  ["ips[ip=10.0.0.1]", [{ field: "ips" }, { key: { ip: "10.0.0.1" } }]],
  ["mounts[mountPath=/var/run]", [{ field: "mounts" }, { key: { mountPath: "/var/run" } }]],
  ['items[a="80",b="",c="x,y=z",d=true,e="true",f=null]', [
    { field: "items" },
    { key: { a: "80", b: "", c: "x,y=z", d: true, e: "true", f: null } },
  ]],
  ["args[0]", [{ field: "args" }, { index: 0 }]],
  ["ports[=80]", [{ field: "ports" }, { value: 80 }]],
];

Deno.test("formatFieldPath() and parseFieldPath() agree", () => {
  for (const [text, elements] of PATHS) {
    strictEqual(formatFieldPath(elements), text);
    deepStrictEqual(parseFieldPath(text), elements, text);
  }
});

Deno.test("formatFieldPath() prints set items, sorted keys and the root", () => {
  strictEqual(formatFieldPath([{ field: "finalizers" }, { value: "x" }]), 'finalizers["x"]');
  strictEqual(formatFieldPath([{ field: "sets" }, { value: { b: 1, a: "x" } }]), 'sets[={"a":"x","b":1}]');
  strictEqual(
    formatFieldPath([{ field: "ports" }, { key: { protocol: "TCP", port: 80 } }]),
    "ports[port=80,protocol=TCP]",
  );
  strictEqual(formatFieldPath([]), "");
});

Deno.test("parseFieldPath() reads the API server's way of writing", () => {
  const want = parseFieldPath("spec.containers[name=web].image");
  deepStrictEqual(parseFieldPath('.spec.containers[name="web"].image'), want);
  deepStrictEqual(parseFieldPath('.metadata.finalizers[="x"]'), [
    { field: "metadata" },
    { field: "finalizers" },
    { value: "x" },
  ]);
});

Deno.test("parseFieldPath() refuses other texts and names the position", () => {
  const cases: [string, number][] = [
    ["", 1],
    [".", 1],
    ["spec.", 5],
    ["spec..replicas", 5],
    ["spec.a b", 7],
    ["spec.containers[*].image", 16],
    ["spec.containers[name=]", 16],
    ["spec.containers[name=web", 16],
    ['data["a\\q"]', 5],
    ['data["a]', 5],
    ["data[-1]", 5],
    ["/spec/replicas", 1],
  ];
  for (const [text, position] of cases) {
    throws(() => parseFieldPath(text), (error: unknown) => {
      strictEqual((error as Error).name, "RangeError");
      strictEqual((error as Error).message.split(":")[0], `Cannot read field path "${text}" at position ${position}`);
      return true;
    });
  }
});

Deno.test("parsePathElement() reads the keys of fieldsV1", () => {
  const cases: [string, PathElement | undefined][] = [
    ["f:spec", { field: "spec" }],
    ["f:example.com/a:b", { field: "example.com/a:b" }],
    ["f:", { field: "" }],
    ['k:{"name":"web"}', { key: { name: "web" } }],
    ['v:"example.com/x"', { value: "example.com/x" }],
    ["v:80", { value: 80 }],
    ["v:null", { value: null }],
    ["i:3", { index: 3 }],
    [".", undefined],
    ["", undefined],
    ["x:1", undefined],
    ["i:-1", undefined],
    ["k:[]", undefined],
    ["k:{", undefined],
    ["v:", undefined],
  ];
  for (const [key, want] of cases) deepStrictEqual(parsePathElement(key), want, key);
});

const scalar = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.boolean(), fc.constant(null));
const element: fc.Arbitrary<PathElement> = fc.oneof(
  fc.string({ unit: "binary" }).map((field) => ({ field })),
  fc.nat().map((index) => ({ index })),
  fc.dictionary(fc.stringMatching(/^[a-zA-Z]\w*$/), scalar, { minKeys: 1, noNullPrototype: true }).map((key) => ({
    key,
  })),
  scalar.filter((value) => typeof value !== "string").map((value) => ({ value })),
);

Deno.test("parseFieldPath() reads back what formatFieldPath() printed", () => {
  fc.assert(fc.property(fc.array(element, { minLength: 1 }), (elements) => {
    deepStrictEqual(parseFieldPath(formatFieldPath(elements)), elements);
  }));
});
