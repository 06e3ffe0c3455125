import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Client } from "../../client/client.ts";
import { ApiError } from "../../client/errors.ts";
import type { LiveObject } from "../../kube/object.ts";
import { identifySet } from "../../plan/set_identity.ts";
import type { Checkpoint } from "./checkpoints.ts";
import { StoredCheckpoints } from "./stored_checkpoints.ts";

type Data = Record<string, string>;
interface Ref {
  readonly name: string;
}
interface ConfigMap {
  readonly metadata: Ref;
  readonly data: Data;
}

/** The ConfigMaps of one namespace, as far as checkpoints use them. */
class FakeConfigMaps {
  readonly data = new Map<string, Data>();
  writes = 0;
  /** Thrown by the next write. */
  failure: Error | undefined;

  readonly client = {
    list: () => ({
      toArray: () => Promise.resolve([...this.data].map(([name, data]) => ({ metadata: { name }, data }))),
    }),
    find: (_: unknown, { name }: Ref) => Promise.resolve(this.data.has(name) ? {} : undefined),
    create: (object: ConfigMap) => this.#write(object.metadata.name, object.data),
    replace: (object: ConfigMap) => this.#write(object.metadata.name, object.data),
    patch: (_: unknown, { name }: Ref, { data }: { data: Data }) => {
      const before = this.data.get(name);
      return before
        ? this.#write(name, { ...before, ...data })
        : Promise.reject(new ApiError({ method: "PATCH", url: "/" } as never, 404, { reason: "NotFound" } as never));
    },
    delete: (_: unknown, { name }: Ref) => Promise.resolve(this.data.delete(name)),
  } as unknown as Client;

  async #write(name: string, data: Data): Promise<void> {
    await Promise.resolve();
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
    this.writes++;
    this.data.set(name, data);
  }
}

const parent = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "p", uid: "1" } } as LiveObject;
const set = await identifySet("shop", "home");

async function load(maps: FakeConfigMaps, errors: unknown[] = []) {
  const clock = new ManualClock();
  const onError = (error: unknown) => errors.push(error);
  return { clock, checkpoints: await StoredCheckpoints.load({ client: maps.client, set, parent, clock, onError }) };
}

function web(value: string, uid = "1"): Checkpoint {
  return { uid, namespace: "shop", name: "web", value };
}

Deno.test("StoredCheckpoints knows after a restart what was flushed", async () => {
  const maps = new FakeConfigMaps();
  const { checkpoints } = await load(maps);
  checkpoints.begin("images");
  checkpoints.set("images", web("a"));
  checkpoints.set("images", web("b", "2"));
  checkpoints.set("images", web("c"));
  checkpoints.delete("images", "2");
  checkpoints.begin("silent");
  strictEqual(maps.writes, 0);
  await checkpoints.flush();
  const again = (await load(maps)).checkpoints;
  deepStrictEqual([...again.list("images")], [web("c")]);
  deepStrictEqual([again.has("silent"), again.has("other")], [true, false]);
});

Deno.test("StoredCheckpoints collects what happens within a second into one write, and writes nothing for nothing", async () => {
  const maps = new FakeConfigMaps();
  const { checkpoints, clock } = await load(maps);
  for (let i = 0; i < 100; i++) checkpoints.set("images", web(String(i), String(i)));
  await clock.advance(1_000);
  strictEqual(maps.writes, 1);
  await clock.advance(60_000);
  await checkpoints.flush();
  checkpoints.delete("images", "unknown");
  await checkpoints.flush();
  await clock.advance(60_000);
  strictEqual(maps.writes, 1);
});

Deno.test("StoredCheckpoints tries again what could not be stored, and tells why", async () => {
  const maps = new FakeConfigMaps();
  const errors: unknown[] = [];
  const { checkpoints, clock } = await load(maps, errors);
  maps.failure = new Error("no");
  checkpoints.set("images", web("a"));
  await clock.advance(1_000);
  deepStrictEqual(errors.map(String), ["Error: no"]);
  await clock.advance(5_000);
  deepStrictEqual([...(await load(maps)).checkpoints.list("images")], [web("a")]);

  maps.failure = new Error("still no");
  checkpoints.set("images", web("b"));
  await rejects(checkpoints.flush(), /still no/);
  await checkpoints.flush();
  deepStrictEqual([...(await load(maps)).checkpoints.list("images")], [web("b")]);
});

Deno.test("StoredCheckpoints.flush() leaves no timer behind, also if a write is under way", async () => {
  const maps = new FakeConfigMaps();
  const { checkpoints, clock } = await load(maps);
  checkpoints.set("images", web("a"));
  let flushed: Promise<void> | undefined;
  const write = clock.timer(1_000, () => {
    checkpoints.set("images", web("b"));
    flushed = checkpoints.flush();
  });
  await clock.advance(1_000);
  write();
  await flushed;
  const { writes } = maps;
  await clock.advance(60_000);
  strictEqual(maps.writes, writes);
  deepStrictEqual([...(await load(maps)).checkpoints.list("images")], [web("b")]);
});

Deno.test("StoredCheckpoints writes everything anew if somebody deleted the journal", async () => {
  const maps = new FakeConfigMaps();
  const { checkpoints, clock } = await load(maps);
  checkpoints.set("images", web("a"));
  await checkpoints.flush();
  maps.data.clear();
  checkpoints.set("images", web("b", "2"));
  await clock.advance(10_000);
  deepStrictEqual([...(await load(maps)).checkpoints.list("images")], [web("a"), web("b", "2")]);
});

Deno.test("StoredCheckpoints keeps 50,000 objects in ConfigMaps that the server takes, at a limited rate", async () => {
  const maps = new FakeConfigMaps();
  const { checkpoints, clock } = await load(maps);
  const value = "値".repeat(50);
  for (let i = 0; i < 50_000; i++) checkpoints.set("images", web(value, `00000000-0000-0000-0000-${i}`));
  for (let i = 0; i < 60; i++) await clock.advance(50);
  ok(maps.data.size > 10);
  for (const data of maps.data.values()) {
    ok(Object.values(data).reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0) < 1024 * 1024);
  }
  const { writes } = maps;
  checkpoints.set("images", web("new"));
  await clock.advance(60_000);
  strictEqual(maps.writes, writes);
  await clock.advance(120_000);
  strictEqual(maps.writes, writes + 1);
  strictEqual([...(await load(maps)).checkpoints.list("images")].length, 50_001);

  for (let i = 0; i < 50_000; i++) checkpoints.delete("images", `00000000-0000-0000-0000-${i}`);
  await checkpoints.flush();
  strictEqual(maps.data.size, 2);
  deepStrictEqual([...(await load(maps)).checkpoints.list("images")], [web("new")]);
});

Deno.test("StoredCheckpoints says the same as a map, whatever is done, and whenever it restarts", async () => {
  const step = fc.oneof(
    fc.record({ uid: fc.constantFrom("1", "2", "3"), value: fc.option(fc.string(), { nil: undefined }) }),
    fc.constantFrom("flush" as const, "pass" as const, "restart" as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const maps = new FakeConfigMaps();
      let { checkpoints, clock } = await load(maps);
      const model = new Map<string, Checkpoint>();
      for (const step of steps) {
        if (step === "pass") await clock.advance(1_500);
        else if (typeof step === "string") {
          await checkpoints.flush();
          if (step === "restart") ({ checkpoints, clock } = await load(maps));
        } else if (step.value === undefined) {
          model.delete(step.uid);
          checkpoints.delete("images", step.uid);
        } else {
          model.set(step.uid, web(step.value, step.uid));
          checkpoints.set("images", web(step.value, step.uid));
        }
      }
      await checkpoints.flush();
      const stored = [...(await load(maps)).checkpoints.list("images")];
      deepStrictEqual(new Map(stored.map((checkpoint) => [checkpoint.uid, checkpoint])), model);
    }),
    { numRuns: 100 },
  );
});
