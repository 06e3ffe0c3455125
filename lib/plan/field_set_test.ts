import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseFieldPath, type PathElement } from "../kube/field_path.ts";
import { childAt, hasKey, isGranularMap, isLeaf, mayHaveKey, nodeAt } from "./field_set.ts";

const leaf = {};
const FIELDS = {
  "f:metadata": { "f:labels": { ".": leaf, "f:app": leaf }, "f:annotations": leaf },
  "f:data": { ".": leaf },
  "f:spec": {
    "f:selector": leaf,
    "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:port": leaf } },
    "f:finalizers": { 'v:"a\\u0026b"': leaf, "v:1": leaf },
    "f:args": { "i:0": leaf },
  },
};

for (
  const [node, want] of [
    [{}, true],
    [{ ".": leaf }, true],
    [{ "f:a": leaf }, false],
    [{ ".": leaf, "f:a": leaf }, false],
    [{ 'k:{"name":"a"}': leaf }, false],
  ] as const
) {
  Deno.test(`isLeaf() says ${want} for ${JSON.stringify(node)}`, () => strictEqual(isLeaf(node), want));
}

for (
  const [path, want] of [
    ["spec.selector", leaf],
    ["spec.selector.matchLabels.app", leaf], // below an atomic value
    ["metadata.labels.app", leaf],
    ["metadata.labels.other", undefined],
    ["metadata.annotations.other", undefined], // an empty map owns none of the entries of others
    ["data.other", undefined],
    ["spec.ports[port=80,protocol=TCP]", { "f:port": leaf }],
    ["spec.ports[protocol=TCP,port=80].port", leaf],
    ["spec.ports[port=80]", undefined],
    ["spec.args[0]", leaf],
    ["spec.args[1]", undefined],
    ["spec.finalizers[=1]", leaf],
    ["status", undefined],
    ["status.phase", undefined],
  ] as const
) {
  Deno.test(`nodeAt() finds what is owned at ${path}`, () =>
    deepStrictEqual(nodeAt(FIELDS, parseFieldPath(path)), want));
}

Deno.test("nodeAt() compares set items by value, however Go escaped them", () => {
  const path: PathElement[] = [{ field: "spec" }, { field: "finalizers" }, { value: "a&b" }];
  deepStrictEqual(nodeAt(FIELDS, path), leaf);
});

Deno.test("nodeAt() finds nothing without a field set, and all at the root", () => {
  strictEqual(nodeAt(undefined, [{ field: "spec" }]), undefined);
  strictEqual(nodeAt(FIELDS, []), FIELDS);
  strictEqual(nodeAt({}, [{ field: "spec" }]), undefined);
});

Deno.test("childAt() takes only nodes", () => strictEqual(childAt({ "f:a": "x" }, { field: "a" }), undefined));

for (
  const [path, want] of [
    ["data", true],
    ["binaryData", true],
    ["metadata.labels", true],
    ["spec.template.metadata.annotations", true],
    ["spec.data", false],
    ["spec.labels", false],
    ["spec.nodeSelector", false],
  ] as const
) {
  Deno.test(`isGranularMap() says ${want} for ${path}`, () => strictEqual(isGranularMap(parseFieldPath(path)), want));
}

const TCP = { port: 53, protocol: "TCP" };
for (
  const [item, has, mayHave] of [
    [{ port: 53, protocol: "TCP", name: "dns" }, true, true],
    [{ port: 53 }, false, true],
    [{}, false, true],
    [{ port: 53, protocol: "UDP" }, false, false],
    [{ port: "53", protocol: "TCP" }, false, false],
    [["TCP"], false, false],
    [null, false, false],
  ] as const
) {
  Deno.test(`hasKey() and mayHaveKey() judge ${JSON.stringify(item)}`, () => {
    deepStrictEqual([hasKey(item, TCP), mayHaveKey(item, TCP)], [has, mayHave]);
  });
}
