import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ManualClock, settle } from "../../base/manual_clock.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import { extendedLabel, extenderOf, type Extension } from "../../plan/extension.ts";
import { identifySet } from "../../plan/set_identity.ts";
import { FakeSender } from "../../watch/fake_sender_test.ts";
import { Informers } from "../../watch/informers.ts";
import { liveObject } from "../../watch/watched_objects_test.ts";
import type { NotedKinds } from "../noted_kinds.ts";
import { extendedState, Extensions } from "./extensions.ts";

const set = await identifySet("shop", "shop");
const one = extenderOf(set, "one", "uid-1");
const two = extenderOf(set, "two", "uid-2");
const REF = { group: "", kind: "ConfigMap", namespace: "shop", name: "a" };

function extension(extender = one): Extension {
  return { apiVersion: "v1", ref: REF, type: CONFIG_MAP, extender };
}

/** Makes an extended object as the server has it: what is owned for whom. */
function extended(version: number, owned: readonly (readonly [typeof one, string])[]): LiveObject {
  const object = liveObject("shop/a", version);
  const managedFields = owned.map(([{ fieldManager: manager }, field]) => {
    return { manager, operation: "Apply", apiVersion: "v1", fieldsV1: { "f:data": { [`f:${field}`]: {} } } };
  });
  const labels = { [extendedLabel(set)]: "true" };
  return { ...object, metadata: { ...object.metadata, labels, managedFields } } as LiveObject;
}

function start(noted: readonly ResourceType[]) {
  const sender = new FakeSender();
  const informers = new Informers(sender.client(), { clock: new ManualClock(), onError: () => {} });
  const told: string[] = [];
  const added: string[] = [];
  const kinds = {
    types: noted,
    add: (types: readonly ResourceType[]) => Promise.resolve(void added.push(...types.map(({ kind }) => kind))),
  } as unknown as NotedKinds;
  const extensions = new Extensions({
    informers,
    set,
    project: (object) => extendedState(object, set),
    kinds,
    onDrift: ({ rule, owner }) => told.push(`${rule} ${owner}`),
  });
  return {
    sender,
    told,
    added,
    extensions,
    informers,
    async send(type: "ADDED" | "MODIFIED" | "DELETED", object: LiveObject) {
      sender.streams[0]!.send({ type, object });
      await new Promise((resolve) => setTimeout(resolve));
      await settle();
    },
    async [Symbol.asyncDispose]() {
      extensions[Symbol.dispose]();
      await informers[Symbol.asyncDispose]();
    },
  };
}

async function setUp(...objects: LiveObject[]) {
  const started = start([CONFIG_MAP]);
  await settle();
  started.sender.streams[0]!.sync(...objects);
  await started.extensions.synced(new AbortController().signal);
  started.told.length = 0;
  return started;
}

Deno.test("Extensions tells a foreign change of the fields of one rule, and nothing else", async () => {
  const both = [[one, "x"], [two, "y"]] as const;
  await using t = await setUp(extended(1, both));
  for (const extender of [one, two]) t.extensions.settle(extended(1, both), extender, "hash");
  strictEqual(t.extensions.isSettled(extension(), "hash"), true);
  strictEqual(t.extensions.isSettled(extension(), "other"), false);
  await t.send("MODIFIED", extended(101, both));
  deepStrictEqual(t.told, []);
  await t.send("MODIFIED", extended(102, [[one, "z"], [two, "y"]]));
  deepStrictEqual(t.told, ["one uid-1"]);
  strictEqual(t.extensions.isSettled(extension(), "hash"), false);
  strictEqual(t.extensions.isSettled(extension(two), "hash"), true);
});

Deno.test("Extensions tells all rules that their object is gone", async () => {
  const both = [[one, "x"], [two, "y"]] as const;
  await using t = await setUp(extended(1, both));
  for (const extender of [one, two]) t.extensions.settle(extended(1, both), extender, "hash");
  await t.send("DELETED", extended(101, both));
  deepStrictEqual(t.told, ["one uid-1", "two uid-2"]);
  deepStrictEqual([...t.extensions.owners()], []);
});

Deno.test("Extensions does not tell what a rule applies or gives up itself", async () => {
  await using t = await setUp();
  t.informers.absorb(CONFIG_MAP, extended(101, [[one, "x"]]), "one");
  t.extensions.settle(extended(101, [[one, "x"]]), one, "hash");
  await t.send("ADDED", extended(101, [[one, "x"]]));
  deepStrictEqual(t.extensions.of("one", "uid-1").map(({ ref }) => ref), [REF]);
  deepStrictEqual(t.extensions.of("one", "uid-2"), []);
  t.extensions.forget(REF, one);
  await t.send("DELETED", extended(102, []));
  deepStrictEqual(t.told, []);
});

Deno.test("Extensions tells a rule that somebody was faster than the answer to its apply", async () => {
  await using t = await setUp(extended(102, [[one, "theirs"]]));
  t.extensions.settle(extended(101, [[one, "x"]]), one, "hash");
  deepStrictEqual(t.told, ["one uid-1"]);
});

Deno.test("Extensions notes a kind, then watches it", async () => {
  await using t = start([]);
  const { signal } = new AbortController();
  const watched = t.extensions.watch(CONFIG_MAP, signal);
  deepStrictEqual([t.added, t.sender.streams.length], [["ConfigMap"], 0]);
  await settle();
  t.sender.streams[0]!.sync();
  await watched;
  await t.extensions.watch(CONFIG_MAP, signal);
  strictEqual(t.sender.streams.length, 1);
});

Deno.test("Extensions tells at once that a kind must not be watched", async () => {
  await using t = start([]);
  const watched = t.extensions.watch(CONFIG_MAP, new AbortController().signal);
  await Promise.all([
    rejects(watched, /Cannot watch ConfigMap, as whoever extends an object has to: /),
    settle().then(() => t.sender.streams[0]!.refuse(403)),
  ]);
});
