import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { FieldPath } from "../kube/desired_object.ts";
import { deepFreeze } from "./_objects_test.ts";
import { copyAt, removeAt, setAt, valueAt } from "./field_edit.ts";

const OBJECT = deepFreeze({ spec: { replicas: 2, containers: [{ name: "a", image: "x" }, { name: "b" }] }, data: {} });

for (
  const [path, want] of [
    [["spec", "replicas"], 2],
    [["spec", "containers", 0, "image"], "x"],
    [["spec", "containers", 2], undefined],
    [["spec", "missing", "deeper"], undefined],
    [["spec", "replicas", "deeper"], undefined],
    [[], OBJECT],
  ] as const
) {
  Deno.test(`valueAt() reads /${path.join("/")}`, () => deepStrictEqual(valueAt(OBJECT, path), want));
}

Deno.test("copyAt() copies along the path and shares the rest", () => {
  const copy = copyAt(OBJECT, ["spec", "containers", 0, "image"]) as typeof OBJECT;
  deepStrictEqual(copy, OBJECT);
  notStrictEqual(copy.spec.containers[0], OBJECT.spec.containers[0]);
  strictEqual(copy.spec.containers[1], OBJECT.spec.containers[1]);
  strictEqual(copy.data, OBJECT.data);
});

Deno.test("copyAt() adds nothing where the path leads nowhere", () => {
  deepStrictEqual(copyAt(OBJECT, ["spec", "missing", "deeper"]), OBJECT);
  const copy = copyAt(OBJECT, ["data", "constructor", "name"]) as typeof OBJECT;
  deepStrictEqual(Object.keys(copy.data), []);
});

for (
  const [path, want] of [
    [["a"], { list: [1, 2, 3] }],
    [["list", 1], { a: 1, list: [1, 3] }],
    [["list", 9], { a: 1, list: [1, 2, 3] }],
    [["missing", "deeper"], { a: 1, list: [1, 2, 3] }],
    [["list", "name"], { a: 1, list: [1, 2, 3] }],
    [[], { a: 1, list: [1, 2, 3] }],
  ] as const
) {
  Deno.test(`removeAt() removes /${path.join("/")}`, () => {
    deepStrictEqual(removeAt({ a: 1, list: [1, 2, 3] }, path), want);
  });
}

Deno.test("setAt() sets a field or an item, and nothing where its holder is missing", () => {
  deepStrictEqual(setAt({ a: { b: 1 } }, ["a", "b"], 2), { a: { b: 2 } });
  deepStrictEqual(setAt({ a: [1, 2] }, ["a", 1], 3), { a: [1, 3] });
  deepStrictEqual(setAt({ a: {} }, ["b", "c"], 3), { a: {} });
});

Deno.test("property: an edit of a copy never changes the original", () => {
  const place = fc.jsonValue({ maxDepth: 4 }).chain((value) =>
    fc.record({ value: fc.constant(value), path: fc.constantFrom(...pathsOf(value)) })
  );
  fc.assert(
    fc.property(place, ({ value, path }) => {
      deepFreeze(value);
      removeAt(copyAt(value, path), path);
      if (path.length === 0) return;
      strictEqual(valueAt(setAt(copyAt(value, path), path, "changed"), path), "changed");
    }),
    { numRuns: 150 },
  );
});

function pathsOf(value: unknown): FieldPath[] {
  if (typeof value !== "object" || value === null) return [[]];
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [[], ...steps.flatMap((step) => pathsOf(valueAt(value, [step])).map((rest) => [step, ...rest]))];
}
