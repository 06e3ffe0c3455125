import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import { applied, configMap, KUBECTL, OTHER_SET, SET, setBy } from "./_objects_test.ts";
import { applyEntry, isMember, otherEntries, otherSetOf, ownsAnnotation } from "./ownership.ts";
import { APPLIED_ANNOTATION, PART_OF_LABEL } from "./set_identity.ts";

const OURS: ManagedFieldsEntry = { manager: SET.fieldManager, operation: "Apply", fieldsV1: {} };
const LABEL = ["metadata", "labels", PART_OF_LABEL];

async function member(): Promise<LiveObject> {
  return await applied(configMap({ a: "1" }));
}

function withEntries(live: LiveObject, managedFields: ManagedFieldsEntry[] | undefined): LiveObject {
  return { ...live, metadata: { ...live.metadata, managedFields: managedFields! } };
}

for (
  const [name, entry, want] of [
    ["our apply", OURS, true],
    ["another manager's apply", { ...OURS, manager: "other" }, false],
    ["an update in our name", { ...OURS, operation: "Update" }, false],
    ["an apply of a subresource in our name", { ...OURS, subresource: "status" }, false],
    ["an apply with an empty subresource", { ...OURS, subresource: "" }, true],
  ] as const
) {
  Deno.test(`applyEntry() and otherEntries() tell whose ${name} is`, async () => {
    const live = withEntries(await member(), [KUBECTL, entry]);
    strictEqual(applyEntry(live, SET.fieldManager), want ? entry : undefined);
    deepStrictEqual(otherEntries(live, SET.fieldManager), want ? [KUBECTL] : [KUBECTL, entry]);
  });
}

Deno.test("applyEntry() and otherEntries() bear missing managedFields", async () => {
  const live = withEntries(await member(), undefined);
  strictEqual(applyEntry(live, SET.fieldManager), undefined);
  deepStrictEqual(otherEntries(live, SET.fieldManager), []);
});

Deno.test("isMember() takes an object that we applied", async () => strictEqual(isMember(await member(), SET), true));

const NO_MEMBERS: readonly [name: string, change: (live: LiveObject) => LiveObject][] = [
  ["without the label", (live) => setBy(live, KUBECTL, LABEL, undefined)],
  ["with another set's label", (live) => setBy(live, KUBECTL, LABEL, OTHER_SET.id)],
  ["whose label somebody else set to the same value", (live) => setBy(live, KUBECTL, LABEL, SET.id)],
  ["whose managedFields were cleared", (live) => withEntries(live, [])],
  ["of which we own only an empty map of labels", (live) => {
    return withEntries(live, [{ ...OURS, fieldsV1: { "f:metadata": { "f:labels": {} } } }]);
  }],
  ["that a controller owns", (live) => {
    const ownerReferences = [{ apiVersion: "v1", kind: "Service", name: "web", uid: "2", controller: true }];
    return { ...live, metadata: { ...live.metadata, ownerReferences } };
  }],
];

for (const [name, change] of NO_MEMBERS) {
  Deno.test(`isMember() refuses an object ${name}`, async () =>
    strictEqual(isMember(change(await member()), SET), false));
}

Deno.test("otherSetOf() names another set that applied the object, and nobody else", async () => {
  const live = await member();
  strictEqual(otherSetOf(live, SET), undefined);
  strictEqual(otherSetOf(live, OTHER_SET), SET.fieldManager);
  const copied = setBy(live, KUBECTL, LABEL, OTHER_SET.id);
  strictEqual(otherSetOf(copied, SET), undefined);
  strictEqual(otherSetOf(setBy(live, KUBECTL, LABEL, undefined), OTHER_SET), undefined);
});

Deno.test("ownsAnnotation() tells whether an entry owns an annotation", async () => {
  const live = await member();
  const own = applyEntry(live, SET.fieldManager);
  strictEqual(ownsAnnotation(own, APPLIED_ANNOTATION), true);
  strictEqual(ownsAnnotation(own, "other"), false);
  strictEqual(ownsAnnotation(undefined, APPLIED_ANNOTATION), false);
  const taken = setBy(live, KUBECTL, ["metadata", "annotations", APPLIED_ANNOTATION], "old");
  strictEqual(ownsAnnotation(applyEntry(taken, SET.fieldManager), APPLIED_ANNOTATION), false);
});
