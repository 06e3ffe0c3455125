import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseFieldPath } from "../kube/field_path.ts";
import { type Likeness, likeness } from "./normal_forms.ts";

interface Case {
  readonly name: string;
  readonly path: string;
  readonly desired: unknown;
  readonly live?: unknown;
  readonly builtIn: Likeness;
  readonly custom: Likeness;
}

const CASES: readonly Case[] = [
  { name: "equal values", path: "spec.a", desired: 1, live: 1, builtIn: "same", custom: "same" },
  { name: "other values", path: "spec.a", desired: 1, live: 2, builtIn: "different", custom: "different" },
  { name: "a number and its text", path: "spec.a", desired: 80, live: "80", builtIn: "different", custom: "different" },
  {
    name: "maps in another order",
    path: "a",
    desired: { a: 1, b: 2 },
    live: { b: 2, a: 1 },
    builtIn: "same",
    custom: "same",
  },
  {
    name: "lists in another order",
    path: "a",
    desired: [1, 2],
    live: [2, 1],
    builtIn: "different",
    custom: "different",
  },
  { name: "a longer list", path: "a", desired: [1], live: [1, 2], builtIn: "different", custom: "different" },
  { name: "null and nothing", path: "a", desired: null, builtIn: "alike", custom: "alike" },
  { name: "null and a value", path: "a", desired: null, live: 0, builtIn: "different", custom: "different" },
  ...[false, 0, "", {}, []].map((desired) => ({
    name: `the zero value ${JSON.stringify(desired)} and nothing`,
    path: "spec.a",
    desired,
    builtIn: "alike" as const,
    custom: "different" as const,
  })),
  { name: "a value and nothing", path: "spec.a", desired: 1, builtIn: "different", custom: "different" },
  { name: "a zero and another value", path: "spec.a", desired: 0, live: 1, builtIn: "different", custom: "different" },
  {
    name: "a zero value inside an atomic value",
    path: "spec.nodeSelector",
    desired: { os: "linux", worker: "" },
    live: { os: "linux" },
    builtIn: "alike",
    custom: "different",
  },
  {
    name: "a default inside an atomic value",
    path: "spec.ports",
    desired: [{ port: 80 }],
    live: [{ port: 80, protocol: "TCP" }],
    builtIn: "alike",
    custom: "doubtful",
  },
  {
    name: "more than a default inside an atomic value",
    path: "spec.ports",
    desired: [{ port: 80 }, { port: 81 }],
    live: [{ port: 80, protocol: "TCP" }, { port: 81, protocol: "UDP" }],
    builtIn: "doubtful",
    custom: "doubtful",
  },
  {
    name: "a doubt beside a difference",
    path: "spec.a",
    desired: { a: 1, b: {} },
    live: { a: 2, b: { c: 1 } },
    builtIn: "different",
    custom: "different",
  },
  {
    name: "a quantity deep inside an atomic value",
    path: "spec.volumeClaimTemplates",
    desired: [{ spec: { resources: { requests: { storage: "1024Mi" } } } }],
    live: [{ spec: { resources: { requests: { storage: "1Gi" } } } }],
    builtIn: "alike",
    custom: "different",
  },
];

for (const { name, path, desired, live, ...want } of CASES) {
  for (const kind of ["builtIn", "custom"] as const) {
    Deno.test(`likeness() judges ${name} in a ${kind} kind as ${want[kind]}`, () => {
      strictEqual(likeness(parseFieldPath(path), desired, live, kind === "builtIn"), want[kind]);
    });
  }
}

for (
  const [path, want] of [
    ["spec.template.spec.containers[name=web].resources.limits.cpu", "alike"],
    ["spec.resources.requests.storage", "alike"],
    ["spec.hard.cpu", "alike"],
    ["spec.hard.pods", "alike"],
    ["spec.capacity.storage", "alike"],
    ["spec.limits[0].max.memory", "alike"],
    ["spec.template.spec.volumes[name=tmp].emptyDir.sizeLimit", "alike"],
    ["spec.metrics[0].resource.target.averageValue", "alike"],
    ["data.cpu", "different"],
    ["metadata.labels.cpu", "different"],
    ["spec.template.spec.nodeSelector.cpu", "different"],
  ] as const
) {
  Deno.test(`likeness() knows whether a quantity stands at ${path}`, () => {
    strictEqual(likeness(parseFieldPath(path), "1000m", "1", true), want);
    strictEqual(likeness(parseFieldPath(path), "1000m", "2", true), "different");
    strictEqual(likeness(parseFieldPath(path), "many", "1", true), "different");
  });
}

Deno.test("property: what is called the same is equal", () => {
  // Few values, so that many pairs are alike.
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, "", 0, false, "1", 1),
      fc.array(tie("node"), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom("limits", "cpu", "protocol"), tie("node"), { maxKeys: 2 }),
    ),
  })).node;
  fc.assert(
    fc.property(value, value, fc.boolean(), (desired, live, builtIn) => {
      const same = likeness([{ field: "spec" }, { field: "resources" }], desired, live, builtIn) === "same";
      strictEqual(same, sorted(desired) === sorted(live));
    }),
    { numRuns: 200, examples: [[{}, { limits: [Object.create(null)] }, true]] },
  );
});

function sorted(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}
