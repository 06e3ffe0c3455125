import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import type { LiveObject } from "../kube/object.ts";
import { FakeSender } from "./fake_sender_test.ts";
import { ManualClock, settle } from "../base/manual_clock.ts";
import { liveObject, watchEvent } from "./watched_objects_test.ts";
import { Informers } from "./informers.ts";
import type { StoreEvent } from "./store.ts";

const configMaps = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const nodes = { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false };

interface Setup extends AsyncDisposable {
  readonly sender: FakeSender;
  readonly informers: Informers;
  readonly errors: unknown[];
}

function setUp(): Setup {
  const sender = new FakeSender();
  const errors: unknown[] = [];
  const clock = new ManualClock();
  const informers = new Informers(sender.client(), { clock, onError: (error) => errors.push(error) });
  return { sender, informers, errors, [Symbol.asyncDispose]: () => informers[Symbol.asyncDispose]() };
}

/** Lets the bytes of a stream arrive. */
async function arrive(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await settle();
}

function describe({ type, object, from }: StoreEvent<LiveObject>): string {
  return `${type} ${object.metadata.name} (${from})`;
}

Deno.test("Informers share one watch for as long as somebody needs it", async () => {
  await using setup = setUp();
  const { sender: { streams }, informers } = setup;
  const project = (object: LiveObject) => object;
  const same = [
    informers.get(configMaps, { namespace: "shop", labels: { app: "web", tier: "x" } }),
    informers.get({ type: configMaps } as never, { labels: "tier=x,app=web" }),
  ];
  await settle();
  strictEqual(streams.length, 1);
  const others = [
    informers.get(configMaps),
    informers.get(configMaps, { allNamespaces: true }),
    informers.get(configMaps, { namespace: "other" }),
    informers.get(configMaps, { fields: "metadata.name=a" }),
    informers.get(configMaps, { as: "metadata" }),
    informers.get(configMaps, { project }),
    informers.get(nodes),
  ];
  await settle();
  strictEqual(streams.length, 8);
  using _ = informers.get(configMaps, { project });
  await settle();
  strictEqual(streams.length, 8);

  const aborted = () => streams.map(({ options }) => options.signal!.aborted);
  same[0]![Symbol.dispose]();
  same[0]![Symbol.dispose]();
  await settle();
  strictEqual(aborted()[0], false);
  for (const informer of [same[1]!, ...others]) informer[Symbol.dispose]();
  await settle();
  deepStrictEqual(aborted(), [true, true, true, true, true, true, false, true]);

  using again = informers.get(configMaps);
  await settle();
  strictEqual(streams.length, 9);
  strictEqual(again.hasSynced, false);
});

Deno.test("Informer finds objects, and knows when they are complete", async () => {
  await using setup = setUp();
  using informer = setup.informers.get(configMaps, { allNamespaces: true });
  let synced = false;
  const waiting = informer.synced().then(() => synced = true);
  await arrive();
  deepStrictEqual([informer.hasSynced, synced, informer.status.phase], [false, false, "syncing"]);
  setup.sender.streams[0]!.sync(liveObject("shop/a", 1), liveObject("blog/b", 2));
  await waiting;
  await informer.synced();
  deepStrictEqual([informer.hasSynced, informer.size, informer.status.phase], [true, 2, "live"]);
  const found = informer.get("blog/b");
  strictEqual(found?.metadata.uid, "blog/b");
  strictEqual(informer.get({ namespace: "blog", name: "b" }), found);
  strictEqual(informer.get(found!), found);
  strictEqual(informer.get("a")?.metadata.namespace, "shop");
  strictEqual(informer.get("b"), undefined);
  deepStrictEqual(informer.list({ namespace: "blog" }), [found]);
  strictEqual(informer.list().length, 2);
});

Deno.test("Informer finds objects without namespace", async () => {
  await using setup = setUp();
  using informer = setup.informers.get(nodes, { namespace: "ignored" });
  await settle();
  setup.sender.streams[0]!.sync(liveObject("node-1", 1));
  await informer.synced();
  strictEqual(informer.get("node-1")?.metadata.name, "node-1");
  strictEqual(informer.get({ namespace: "shop", name: "node-1" })?.metadata.name, "node-1");
});

Deno.test("Informer.synced() ends by its signal", async () => {
  await using setup = setUp();
  using informer = setup.informers.get(configMaps);
  const controller = new AbortController();
  const waiting = informer.synced({ signal: controller.signal });
  controller.abort(new Error("stopped"));
  await rejects(waiting, new Error("stopped"));
  await rejects(informer.synced({ signal: controller.signal }), new Error("stopped"));
});

Deno.test("Informer.subscribe() tells late consumers what is there, and everybody what happens", async () => {
  await using setup = setUp();
  using informer = setup.informers.get(configMaps);
  const early: string[] = [];
  const late: string[] = [];
  const phases: string[] = [];
  informer.subscribe({
    onEvent: (event) => early.push(describe(event)),
    onStatus: ({ phase }) => phases.push(phase),
  });
  await settle();
  const [stream] = setup.sender.streams;
  stream!.sync(liveObject("shop/a", 1));
  await informer.synced();
  const subscription = informer.subscribe({ onEvent: (event) => late.push(describe(event)) });
  deepStrictEqual(late, ["added a (list)"]);
  stream!.send(watchEvent("ADDED", "shop/b", 101));
  await arrive();
  subscription[Symbol.dispose]();
  stream!.send(watchEvent("DELETED", "shop/a", 102));
  await arrive();
  deepStrictEqual(early, ["added a (list)", "added b (watch)", "deleted a (watch)"]);
  deepStrictEqual(late, ["added a (list)", "added b (watch)"]);
  deepStrictEqual(phases, ["syncing", "live"]);
});

Deno.test("Informer tells a consumer that joins during an event every object once", async () => {
  await using setup = setUp();
  using informer = setup.informers.get(configMaps);
  const seen: string[] = [];
  informer.subscribe({
    onEvent() {
      if (seen.length === 0) informer.subscribe({ onEvent: (event) => seen.push(describe(event)) });
    },
  });
  await settle();
  setup.sender.streams[0]!.sync(liveObject("shop/a", 1), liveObject("shop/b", 2));
  await informer.synced();
  deepStrictEqual(seen, ["added a (list)", "added b (list)"]);
});

Deno.test("Informer goes on when a consumer fails, and reports it", async () => {
  await using setup = setUp();
  using informer = setup.informers.get(configMaps);
  const seen: string[] = [];
  informer.subscribe({
    onEvent: ({ object }) => {
      throw new Error(object.metadata.name);
    },
    onStatus: ({ phase }) => {
      throw new Error(phase);
    },
  });
  informer.subscribe({ onEvent: (event) => seen.push(describe(event)) });
  await settle();
  const [stream] = setup.sender.streams;
  stream!.sync(liveObject("shop/a", 1));
  await informer.synced();
  stream!.send(watchEvent("ADDED", "shop/b", 101));
  await arrive();
  deepStrictEqual(seen, ["added a (list)", "added b (watch)"]);
  deepStrictEqual(setup.errors.map(String), ["Error: syncing", "Error: a", "Error: live", "Error: b"]);
});

Deno.test("Informer.events() iterates over what is there and what happens, until it is disposed", async () => {
  await using setup = setUp();
  const informer = setup.informers.get(configMaps);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of informer.events()) seen.push(describe(event));
  })();
  await settle();
  const [stream] = setup.sender.streams;
  stream!.sync(liveObject("shop/a", 1));
  await informer.synced();
  stream!.send(watchEvent("MODIFIED", "shop/a", 101));
  await arrive();
  informer[Symbol.dispose]();
  await reading;
  deepStrictEqual(seen, ["added a (list)", "changed a (watch)"]);
});

Deno.test("Informer.index() is kept up to date until the informer is disposed", async () => {
  await using setup = setUp();
  using other = setup.informers.get(configMaps);
  const informer = setup.informers.get(configMaps);
  const byUid = informer.index(({ metadata }) => metadata.uid);
  const lists: (() => unknown)[] = [() => byUid.get("shop/a").length, () => byUid.get("shop/b").length];
  await settle();
  const [stream] = setup.sender.streams;
  stream!.sync(liveObject("shop/a", 1));
  await informer.synced();
  deepStrictEqual(lists.map((list) => list()), [1, 0]);
  informer[Symbol.dispose]();
  stream!.send(watchEvent("ADDED", "shop/b", 101));
  await arrive();
  strictEqual(other.size, 2);
  deepStrictEqual(lists.map((list) => list()), [1, 0]);
});

Deno.test("Informer leaves managedFields out, unless told what to keep", async () => {
  await using setup = setUp();
  using informer = setup.informers.get(configMaps);
  using projected = setup.informers.get(configMaps, {
    project: ({ metadata }) => ({ metadata, managers: metadata.managedFields?.length }),
  });
  await settle();
  const object = liveObject("shop/a", 1);
  const whole = { ...object, metadata: { ...object.metadata, managedFields: [{ manager: "x" }] } };
  for (const stream of setup.sender.streams) stream.sync(whole);
  await Promise.all([informer.synced(), projected.synced()]);
  deepStrictEqual(informer.get("a"), object);
  deepStrictEqual(projected.get("a"), { metadata: whole.metadata, managers: 1 });
});

Deno.test("Informers refuse a label selector that is none, before any request", async () => {
  await using setup = setUp();
  throws(() => setup.informers.get(configMaps, { labels: "a==b==c" }), RangeError);
  strictEqual(setup.sender.streams.length, 0);
});

Deno.test("Informers end everything when they are disposed", async () => {
  const setup = setUp();
  const informer = setup.informers.get(configMaps);
  const ended = Array.fromAsync(informer.events());
  await settle();
  notStrictEqual(setup.sender.streams[0], undefined);
  await setup[Symbol.asyncDispose]();
  ok(setup.sender.streams[0]!.options.signal!.aborted);
  deepStrictEqual(await ended, []);
});

Deno.test("Informers.absorb() passes a write on to those who watch it, unless they are as far already", async () => {
  await using setup = setUp();
  using all = setup.informers.get(configMaps, { allNamespaces: true });
  using others = setup.informers.get(configMaps, { namespace: "other" });
  using web = setup.informers.get(configMaps, { namespace: "shop", labels: "app=web" });
  using some = setup.informers.get(configMaps, { allNamespaces: true, fields: "metadata.name=a" });
  using short = setup.informers.get(configMaps, { allNamespaces: true, as: "metadata" });
  await settle();
  const seen: string[] = [];
  const watching = { all, others, web, some, short };
  for (const stream of setup.sender.streams) stream.sync();
  for (const [name, informer] of Object.entries(watching)) {
    await informer.synced();
    informer.subscribe({ onEvent: (event) => seen.push(`${name}: ${describe(event)} by ${event.by}`) });
  }
  const object = liveObject("shop/a", 101);
  setup.informers.absorb(configMaps, { ...object, data: { x: "1" } }, "rule");
  deepStrictEqual(seen, ["all: added a (write) by rule", "short: added a (write) by rule"]);
  deepStrictEqual(all.get("shop/a")?.["data"], { x: "1" });
  strictEqual(short.get("shop/a")?.["data"], undefined);
  // The watches are at version 100: whatever is older may be gone already.
  setup.informers.absorb(configMaps, liveObject("shop/b", 100), "rule");
  setup.informers.absorb({ ...configMaps, version: "v2" }, liveObject("shop/c", 102), "rule");
  strictEqual(seen.length, 2);
});
