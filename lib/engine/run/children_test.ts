import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock, settle } from "../../base/manual_clock.ts";
import type { LiveObject } from "../../kube/object.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import { identifySet, PART_OF_LABEL } from "../../plan/set_identity.ts";
import { FakeSender } from "../../watch/fake_sender_test.ts";
import { liveObject } from "../../watch/watched_objects_test.ts";
import { Informers } from "../../watch/informers.ts";
import { OWNER_LABEL, RULE_LABEL } from "../rules/child_marks.ts";
import { Children, childState } from "./children.ts";

const set = await identifySet("shop", "shop");

/** Makes a child as the server has it: `data` are the fields that we own beside its marks. */
function child(version: number, rule = "one", data: Record<string, unknown> = { "f:x": {} }): LiveObject {
  const object = liveObject("shop/a", version);
  const labels = { [PART_OF_LABEL]: set.id, [RULE_LABEL]: rule, [OWNER_LABEL]: "owner" };
  const fieldsV1 = { "f:metadata": { "f:labels": { [`f:${PART_OF_LABEL}`]: {} } }, "f:data": data };
  const managedFields = [{ manager: set.fieldManager, operation: "Apply", apiVersion: "v1", fieldsV1 }];
  return { ...object, metadata: { ...object.metadata, labels, managedFields } } as LiveObject;
}

const REF = { namespace: "shop", name: "a" };

async function setUp(...objects: LiveObject[]) {
  const sender = new FakeSender();
  const informers = new Informers(sender.client(), { clock: new ManualClock(), onError: () => {} });
  const told: string[] = [];
  const children = new Children({
    informers,
    set,
    project: (object) => childState(object, set),
    types: [CONFIG_MAP],
    onDrift: ({ rule, owner }) => told.push(`${rule} ${owner}`),
    onMember: () => told.push("member"),
  });
  await settle();
  sender.streams[0]!.sync(...objects);
  await children.synced([CONFIG_MAP], new AbortController().signal);
  told.length = 0;
  return {
    told,
    children,
    informers,
    async send(type: "ADDED" | "MODIFIED" | "DELETED", object: LiveObject) {
      sender.streams[0]!.send({ type, object });
      await new Promise((resolve) => setTimeout(resolve));
      await settle();
    },
    async [Symbol.asyncDispose]() {
      children[Symbol.dispose]();
      await informers[Symbol.asyncDispose]();
    },
  };
}

Deno.test("Children tells a foreign change of our fields, and nothing else", async () => {
  await using t = await setUp(child(1));
  t.children.settle(child(1), "hash");
  strictEqual(t.children.isSettled(CONFIG_MAP, REF, "hash"), true);
  strictEqual(t.children.isSettled(CONFIG_MAP, REF, "other"), false);
  await t.send("MODIFIED", child(101));
  deepStrictEqual(t.told, []);
  await t.send("MODIFIED", child(102, "one", {}));
  deepStrictEqual(t.told, ["one owner"]);
  strictEqual(t.children.isSettled(CONFIG_MAP, REF, "hash"), false);
  await t.send("DELETED", child(103));
  deepStrictEqual(t.told, ["one owner", "one owner"]);
  deepStrictEqual(t.children.of("one", "owner"), []);
});

Deno.test("Children does not tell what its rule applies or removes itself", async () => {
  await using t = await setUp();
  t.informers.absorb(CONFIG_MAP, child(101), "one");
  t.children.settle(child(101), "hash");
  await t.send("ADDED", child(101));
  t.children.leave(t.children.of("one", "owner")[0]!);
  await t.send("MODIFIED", { ...child(102), metadata: { ...child(102).metadata, deletionTimestamp: "2026" } });
  await t.send("DELETED", child(103));
  deepStrictEqual(t.told, []);
  // A new one of that name is another child.
  await t.send("ADDED", child(104));
  deepStrictEqual(t.told, ["one owner"]);
});

Deno.test("Children tells of a child that stays although it was to go", async () => {
  await using t = await setUp(child(1));
  t.children.leave(t.children.of("one", "owner")[0]!)();
  await t.send("MODIFIED", child(101, "one", {}));
  deepStrictEqual(t.told, ["one owner"]);
});

Deno.test("Children tells a rule that another one has taken its child", async () => {
  await using t = await setUp(child(1));
  t.children.settle(child(1), "hash");
  t.informers.absorb(CONFIG_MAP, child(101, "two"), "two");
  deepStrictEqual(t.told, ["one owner"]);
  t.children.settle(child(101, "two"), "hash");
  await t.send("MODIFIED", child(101, "two"));
  deepStrictEqual(t.told, ["one owner"]);
});

Deno.test("Children tells a rule that somebody was faster than the answer to its apply", async () => {
  await using t = await setUp(child(1));
  t.informers.absorb(CONFIG_MAP, child(102, "two"), "two");
  t.told.length = 0;
  t.children.settle(child(101), "hash");
  deepStrictEqual(t.told, ["one owner"]);
});
