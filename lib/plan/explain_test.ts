import { deepStrictEqual } from "node:assert/strict";
import { formatFieldPath, parseFieldPath } from "../kube/field_path.ts";
import type { LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import { SET } from "./_objects_test.ts";
import type { Difference } from "./compare.ts";
import { explain } from "./explain.ts";

const leaf = {};

function entry(manager: string, fieldsV1: Record<string, unknown>, more: ManagedFieldsEntry = {}): ManagedFieldsEntry {
  return { manager, operation: "Update", fieldsV1, ...more };
}

function unowned(path: string, desired: unknown, live?: unknown): Difference {
  return { kind: "unowned", path: parseFieldPath(path), desired, ...(live !== undefined && { live }) };
}

interface Case {
  readonly name: string;
  readonly difference: Difference;
  readonly entries?: readonly ManagedFieldsEntry[];
  /** `meaning path` with the owners in brackets; the first one if the desire changed, the second one if not. */
  readonly want: readonly [changed: readonly string[], unchanged: readonly string[]];
}

const OURS = entry(SET.fieldManager, { "f:data": { "f:mine": leaf } }, { operation: "Apply" });
const DATA_A = { "f:data": { "f:a": leaf } };
const REPLICAS = { "f:spec": { "f:replicas": leaf } };
const ITEMS = { "f:spec": { "f:items": { 'k:{"name":"x"}': { ".": leaf, "f:name": leaf, "f:size": leaf } } } };

function always(...want: string[]): Case["want"] {
  return [want, want];
}

const CASES: readonly Case[] = [
  {
    name: "a changed value that we own",
    difference: { kind: "changed", path: parseFieldPath("data.a"), desired: "1", live: "2" },
    want: always("change data.a"),
  },
  {
    name: "a value that may be the same",
    difference: { kind: "changed", path: parseFieldPath("data.a"), desired: "1", live: "2", doubtful: true },
    want: always("change data.a"),
  },
  {
    name: "a value that is written in another way",
    difference: { kind: "alike", path: parseFieldPath("data.a"), desired: "" },
    want: [["shared data.a"], []],
  },
  {
    name: "a removed field",
    difference: { kind: "removed", path: parseFieldPath("data.a"), live: "1" },
    want: always("change data.a"),
  },
  {
    name: "a removed field that somebody else owns, too",
    difference: { kind: "removed", path: parseFieldPath("data.a"), live: "1" },
    entries: [entry("other", DATA_A)],
    want: always("change data.a (other)"),
  },
  {
    name: "another order",
    difference: { kind: "reordered", path: parseFieldPath("spec.list"), desired: [1, 2], live: [2, 1] },
    want: [["change spec.list"], ["drift spec.list"]],
  },
  {
    name: "a field that is not there",
    difference: unowned("data.a", "1"),
    want: [["change data.a"], ["drift data.a"]],
  },
  {
    name: "a zero value that is not there",
    difference: unowned("metadata.labels.a", ""),
    want: [["change metadata.labels.a"], ["drift metadata.labels.a"]],
  },
  {
    name: "a field that nobody owns, with the desired value",
    difference: unowned("data.a", "1", "1"),
    want: [["shared data.a"], ["drift data.a"]],
  },
  {
    name: "a field that nobody owns, with another value",
    difference: unowned("data.a", "1", "2"),
    want: [["change data.a"], ["drift data.a"]],
  },
  {
    name: "a field with the desired value that somebody owns",
    difference: unowned("data.a", "1", "1"),
    entries: [entry("kubectl-edit", DATA_A)],
    want: always("shared data.a (kubectl-edit)"),
  },
  {
    name: "a zero value that somebody else owns, too",
    difference: unowned("spec.replicas", 0),
    entries: [entry("other", REPLICAS, { operation: "Apply" })],
    want: always("shared spec.replicas (other)"),
  },
  {
    name: "a field with another value that a person owns",
    difference: unowned("data.a", "1", "2"),
    entries: [entry("kubectl-edit", DATA_A)],
    want: [["conflict data.a (kubectl-edit)"], ["drift data.a (kubectl-edit)"]],
  },
  {
    name: "a field with another value that an applier owns",
    difference: unowned("data.a", "1", "2"),
    entries: [entry("argocd", DATA_A, { operation: "Apply" })],
    want: always("conflict data.a (argocd)"),
  },
  {
    name: "a field that a person and an applier own",
    difference: unowned("data.a", "1", "2"),
    entries: [entry("kubectl-edit", DATA_A), entry("argocd", DATA_A, { operation: "Apply" })],
    want: always("conflict data.a (kubectl-edit, argocd)"),
  },
  {
    name: "replicas that an autoscaler set",
    difference: unowned("spec.replicas", 2, 7),
    entries: [entry("kube-controller-manager", REPLICAS, { subresource: "scale" })],
    want: always("conflict spec.replicas (kube-controller-manager)"),
  },
  {
    name: "replicas that a person set with kubectl scale",
    difference: unowned("spec.replicas", 2, 7),
    entries: [entry("kubectl", REPLICAS, { subresource: "scale" })],
    want: [["conflict spec.replicas (kubectl)"], ["drift spec.replicas (kubectl)"]],
  },
  {
    name: "a field below somebody's atomic value",
    difference: unowned("spec.selector.app", "a", "b"),
    entries: [entry("other", { "f:spec": { "f:selector": leaf } })],
    want: [["conflict spec.selector.app (other)"], ["drift spec.selector.app (other)"]],
  },
  {
    name: "an annotation beside somebody's empty map of annotations",
    difference: unowned("metadata.annotations.a", "1"),
    entries: [entry("kubectl-create", { "f:metadata": { "f:annotations": { ".": leaf } } })],
    want: [["change metadata.annotations.a"], ["drift metadata.annotations.a"]],
  },
  {
    name: "a list of which somebody owns an item",
    difference: unowned("spec.items", [{ name: "x", size: 1 }, { name: "y" }], [{ name: "x", size: 2 }]),
    entries: [entry("other", ITEMS, { operation: "Apply" })],
    want: [
      [
        "shared spec.items[name=x].name (other)",
        "conflict spec.items[name=x].size (other)",
        "change spec.items[name=y]",
      ],
      [
        "shared spec.items[name=x].name (other)",
        "conflict spec.items[name=x].size (other)",
        "drift spec.items[name=y]",
      ],
    ],
  },
  {
    name: "a set of which somebody owns an item",
    difference: unowned("metadata.finalizers", ["a", "b"], ["a"]),
    entries: [entry("other", { "f:metadata": { "f:finalizers": { 'v:"a"': leaf } } })],
    want: [
      ['shared metadata.finalizers["a"] (other)', 'change metadata.finalizers["b"]'],
      ['shared metadata.finalizers["a"] (other)', 'drift metadata.finalizers["b"]'],
    ],
  },
  {
    name: "an empty map in which somebody owns fields",
    difference: unowned("data", {}, { a: "1" }),
    entries: [entry("other", DATA_A, { operation: "Apply" })],
    want: always("shared data (other)"),
  },
  {
    name: "an empty list in place of somebody's atomic list",
    difference: unowned("spec.args", [], ["x"]),
    entries: [entry("other", { "f:spec": { "f:args": leaf } }, { operation: "Apply" })],
    want: always("conflict spec.args (other)"),
  },
];

for (const { name, difference, entries = [], want } of CASES) {
  for (const [i, unchangedDesire] of [false, true].entries()) {
    const live: LiveObject = {
      apiVersion: "v1",
      kind: "Widget",
      metadata: { name: "x", uid: "1", resourceVersion: "1", managedFields: [OURS, ...entries] },
    };
    Deno.test(`explain() explains ${name} if the desire ${unchangedDesire ? "is as it was" : "changed"}`, () => {
      deepStrictEqual(explained([difference], live, unchangedDesire), want[i]);
    });
  }
}

for (
  const [name, difference, want] of [
    ["the desired value", unowned("data.a", "1", "1"), "shared data.a (before-first-apply)"],
    ["another value", unowned("data.a", "1", "2"), "conflict data.a (before-first-apply)"],
    ["no value", unowned("data.a", "1"), "change data.a (before-first-apply)"],
  ] as const
) {
  Deno.test(`explain() explains ${name} in an object without managedFields`, () => {
    const metadata = { name: "x", uid: "1", resourceVersion: "1" };
    for (const managedFields of [undefined, []]) {
      const live = {
        apiVersion: "v1",
        kind: "Widget",
        metadata: { ...metadata, ...(managedFields && { managedFields }) },
      };
      deepStrictEqual(explained([difference], live, true), [want]);
    }
  });
}

function explained(differences: readonly Difference[], live: LiveObject, unchangedDesire: boolean): string[] {
  const options = { fieldManager: SET.fieldManager, unchangedDesire, builtIn: true };
  return explain(differences, live, options).map(({ difference, meaning, owners }) => {
    const names = owners.length > 0 ? ` (${owners.map((owner) => owner.manager).join(", ")})` : "";
    return `${meaning} ${formatFieldPath(difference.path)}${names}`;
  });
}
