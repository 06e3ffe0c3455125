import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { Change } from "../../plan/change.ts";
import { Mask } from "../../plan/mask.ts";
import { liveObject } from "../../watch/watched_objects_test.ts";
import { OWNER_LABEL, RULE_LABEL } from "../rules/child_marks.ts";
import { OwnWrites, takenByApply } from "./take_back.ts";

function map(data: Record<string, string>, manager = "stubborn", marks = {}): LiveObject {
  const object = liveObject("shop/a", 1);
  const managedFields = [{ manager, operation: "Update", fieldsV1: { "f:data": { "f:x": {} } } }];
  return { ...object, metadata: { ...object.metadata, labels: marks, managedFields }, data } as LiveObject;
}

function change(rest: Partial<Change>, marks = {}): Change {
  const desired = { object: { ...liveObject("shop/a", 1), metadata: { name: "a", labels: marks } } };
  const ref = { group: "", kind: "ConfigMap", namespace: "shop", name: "a" };
  const fields = [{ path: "data.x", from: "theirs", to: "ours" }];
  return { action: "update", apiVersion: "v1", ref, fields, live: map({ x: "theirs" }), desired, ...rest } as Change;
}

Deno.test("takenByApply() names the field and who had taken it", () => {
  const fight = { object: "ConfigMap/shop/a", field: "data.x", ours: "us", theirs: "stubborn" };
  deepStrictEqual(takenByApply(change({ drift: true }), "us"), fight);
  const removed = takenByApply(change({ drift: true, live: map({}, "us") }), "us");
  deepStrictEqual(removed, { ...fight, theirs: "somebody else" });
  const apply = { object: map({ x: "ours" }), force: true, restoreOwnership: false };
  deepStrictEqual(takenByApply(change({ apply }), "us"), fight);
  strictEqual(takenByApply(change({}), "us"), undefined);
  strictEqual(takenByApply(change({ action: "create", live: undefined }), "us"), undefined);
});

Deno.test("takenByApply() names another rule that had taken the child", () => {
  const marks = (rule: string, owner = "o") => ({ [RULE_LABEL]: rule, [OWNER_LABEL]: owner });
  const live = map({ x: "2" }, "us", marks("two"));
  strictEqual(takenByApply(change({ live }, marks("one")), "us")?.theirs, "rule two");
  strictEqual(takenByApply(change({ live }, marks("two", "p")), "us")?.theirs, "rule two");
  strictEqual(takenByApply(change({ live }, marks("two")), "us"), undefined);
});

function writes() {
  const clock = new ManualClock();
  return { clock, own: new OwnWrites({ clock, ours: "us", mask: new Mask() }) };
}

Deno.test("OwnWrites notices a value that is written again as somebody has changed it", () => {
  const { own } = writes();
  const [theirs, ours] = [map({ x: "theirs" }), map({ x: "ours" })];
  strictEqual(own.note(theirs, ours), undefined);
  const fight = { object: "ConfigMap/shop/a", field: "data.x", ours: "us", theirs: "stubborn" };
  deepStrictEqual(own.note(theirs, ours, theirs), fight);
  strictEqual(own.note(theirs, ours)?.theirs, "somebody else");
  strictEqual(own.note(ours, map({ x: "new" })), undefined);
});

Deno.test("OwnWrites does not take an answer to every change for a fight", () => {
  const { own } = writes();
  for (let i = 0; i < 20; i++) {
    strictEqual(own.note(map({ spec: `${i}`, x: `${i - 1}` }), map({ spec: `${i}`, x: `${i}` })), undefined);
  }
});

Deno.test("OwnWrites forgets", async () => {
  const { clock, own } = writes();
  for (let i = 0; i < 100; i++) {
    own.note(liveObject(`a-${i}`, 1), liveObject(`a-${i}`, 2));
    await clock.advance(10_000);
  }
  strictEqual(own.size <= 7, true, `${own.size}`);
  own.forget("a-99");
  strictEqual(own.size <= 6, true, `${own.size}`);
});
