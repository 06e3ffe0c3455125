import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { heldBytes } from "../../../tests/support/memory.ts";
import { ManualClock, settle } from "../../base/manual_clock.ts";
import { ConfigMap, Secret } from "../../kinds/core/v1.ts";
import { Mask } from "../../plan/mask.ts";
import { ID_LABEL, identifySet, TOOLING_ANNOTATION } from "../../plan/set_identity.ts";
import { changed } from "../../script/rules/changed.ts";
import { each } from "../../script/rules/each.ts";
import { reconcile } from "../../script/rules/reconcile.ts";
import { definitionOf, type Rule } from "../../script/rules/rule.ts";
import { FakeSender } from "../../watch/fake_sender_test.ts";
import { liveObject } from "../../watch/watched_objects_test.ts";
import { NotedKinds } from "../noted_kinds.ts";
import type { Session } from "../session.ts";
import { MemoryCheckpoints } from "./memory_checkpoints.ts";
import type { LogLine } from "./rule_call.ts";
import { RunCaches } from "./run_caches.ts";
import { Runner } from "./runner.ts";
import type { RunnerOptions } from "./runner_options.ts";

/** Runs rules about ConfigMaps, of which a test plays the watch. */
async function start(rules: Readonly<Record<string, Rule>>) {
  const stack = new AsyncDisposableStack();
  const sender = new FakeSender();
  const set = await identifySet("shop", "shop");
  const parent = liveObject(`shop/${set.parentName}`, 1);
  const annotations = { [TOOLING_ANNOTATION]: "kubescript/v0" };
  sender.answer = { ...parent, metadata: { ...parent.metadata, labels: { [ID_LABEL]: set.id }, annotations } };
  const clock = new ManualClock();
  const session = { client: sender.client(), set, options: { clock } } as unknown as Session;
  const caches = stack.use(new RunCaches(session, () => {}));
  const lines: LogLine[] = [];
  const runner = stack.use(
    new Runner({
      session,
      caches,
      extendedKinds: new NotedKinds(session, undefined, "extended"),
      rules: new Map(Object.entries(rules).map(([name, rule]) => [name, definitionOf(rule)!])),
      context: { mask: new Mask(), set } as unknown as RunnerOptions["context"],
      checkpoints: new MemoryCheckpoints(),
      concurrency: 16,
      once: false,
      mayAct: () => true,
      resources: undefined,
      log: (line) => lines.push(line),
    }),
  );
  const started = runner.start();
  await settle();
  const secrets = sender.streams.filter(({ request }) => request.path.includes("/secrets"));
  const maps = sender.streams.filter(({ request }) => request.path.includes("/configmaps"));
  const arrive = async () => {
    await new Promise((resolve) => setTimeout(resolve));
    await settle();
    await runner.idle();
    sender.requests.length = 0;
  };
  return { started, runner, lines, maps, secrets, arrive, clock, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const read = { reads: [Secret] } as const;

Deno.test("Runner keeps nothing of 10,000 objects that came and went", async () => {
  const seen = { each: 0, reconcile: 0, deleted: 0 };
  await using t = await start({
    each: each(ConfigMap, read, (_map, { get }) => {
      seen.each++;
      get(Secret, "any");
      return [];
    }),
    reconcile: reconcile(ConfigMap, read, (_map, { read }) => {
      seen.reconcile++;
      read.list(Secret, { labels: { app: "web" } });
    }),
    changed: changed(ConfigMap, { of: () => 1, on: ["deleted"] }, () => void seen.deleted++),
  });
  for (const stream of [...t.maps, ...t.secrets]) stream.sync();
  await t.started;
  let version = 101;
  const live = async (count: number) => {
    for (let i = 0; i < count; i += 250) {
      const objects = Array.from({ length: 250 }, (_, j) => liveObject(`shop/a-${i + j}`, version++, `uid-${version}`));
      t.maps[0]!.send(...objects.map((object) => ({ type: "ADDED", object }) as const));
      await t.arrive();
      t.maps[0]!.send(...objects.map((object) => {
        const metadata = { ...object.metadata, resourceVersion: String(version++) };
        return { type: "DELETED", object: { ...object, metadata } } as const;
      }));
      await t.arrive();
    }
  };
  await live(2_000);
  const before = heldBytes();
  await live(10_000);
  const grownBytes = heldBytes() - before;
  strictEqual(seen.each, 12_000);
  strictEqual(seen.reconcile, 12_000);
  strictEqual(seen.deleted > 0, true);
  // What one forgotten object holds is some hundred bytes; the heap as such moves by less than a hundred for each.
  ok(grownBytes < 2_000_000, `${grownBytes}`);
});

Deno.test("Runner runs a rule for others though it fails for one object, and other rules though one cannot start", async () => {
  const seen: string[] = [];
  await using t = await start({
    bad: each(ConfigMap, {}, ({ metadata: { name } }) => {
      if (name === "bad") throw new Error("unlucky");
      seen.push(`bad ${name}`);
      return [];
    }),
    waits: each(ConfigMap, read, ({ metadata: { name } }) => {
      seen.push(`waits ${name}`);
      return [];
    }),
    good: reconcile(ConfigMap, {}, ({ metadata: { name } }) => void seen.push(`good ${name}`)),
  });
  for (const stream of t.maps) stream.sync(liveObject("shop/bad", 1), liveObject("shop/a", 2));
  // Nobody may read Secrets.
  for (const stream of t.secrets) stream.refuse(403);
  await t.arrive();
  deepStrictEqual(seen.sort(), ["bad a", "good a", "good bad"]);
  deepStrictEqual(t.lines.map(({ rule, message }) => `${rule}: ${message}`), ["bad: unlucky"]);
  strictEqual(t.runner.states().find(({ name }) => name === "waits")?.phase, "Waiting");
});
