import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock, settle } from "../../base/manual_clock.ts";
import { ConfigMap } from "../../kinds/core/v1.ts";
import type { LiveObject } from "../../kube/object.ts";
import { FakeSender } from "../../watch/fake_sender_test.ts";
import { liveObject } from "../../watch/watched_objects_test.ts";
import { Informers } from "../../watch/informers.ts";
import type { Select } from "../../script/rules/select.ts";
import { Subjects } from "./subjects.ts";

type Meta = Partial<LiveObject["metadata"]>;

function map(version: number, { labels = { app: "web" }, ...meta }: Meta = {}, content: object = {}): LiveObject {
  const object = liveObject("shop/a", version);
  return { ...object, metadata: { ...object.metadata, labels, ...meta }, ...content };
}

/** Lets the bytes of a stream arrive. */
async function arrive(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await settle();
}

async function setUp(select: Select<never> = {}, ...objects: LiveObject[]) {
  const sender = new FakeSender();
  const informers = new Informers(sender.client(), { clock: new ManualClock(), onError: () => {} });
  const told: string[] = [];
  const subjects = new Subjects({
    informers,
    kind: ConfigMap,
    select: { labels: "app=web", ...select } as never,
    writer: "ours",
    onWritten: (old, { metadata }) => told.push(`wrote ${old.metadata.resourceVersion}>${metadata.resourceVersion}`),
    onChange: (_uid, { fresh, missed }) => told.push(`${fresh ? "news" : "echo"}${missed ? " missed" : ""}`),
  });
  await settle();
  for (const stream of sender.streams) stream.sync(...objects);
  await subjects.synced(new AbortController().signal);
  told.length = 0;
  return {
    told,
    subjects,
    informers,
    async send(type: "ADDED" | "MODIFIED" | "DELETED", object: LiveObject) {
      sender.streams[0]!.send({ type, object });
      await arrive();
    },
    async [Symbol.asyncDispose]() {
      subjects[Symbol.dispose]();
      await informers[Symbol.asyncDispose]();
    },
  };
}

const DELETION = { deletionTimestamp: "2026-01-01T00:00:00Z" };
const changes: [what: string, before: LiveObject, after: LiveObject, news: boolean][] = [
  ["spec", map(1, { generation: 1 }), map(101, { generation: 2 }), true],
  ["status", map(1, { generation: 1 }), map(101, { generation: 1 }, { status: { ready: 1 } }), false],
  ["finalizers", map(1, { generation: 1 }), map(101, { generation: 1, finalizers: ["a/b"] }), false],
  ["labels", map(1, { generation: 1 }), map(101, { generation: 1, labels: { app: "web", tier: "x" } }), true],
  ["annotations", map(1, { generation: 1 }), map(101, { generation: 1, annotations: { a: "b" } }), true],
  ["a deletion", map(1, { generation: 1 }), map(101, { generation: 1, ...DELETION }), true],
  ["anything of a kind without generation", map(1), map(101, {}, { data: { a: "b" } }), true],
];
for (const [what, before, after, news] of changes) {
  Deno.test(`Subjects tells that ${what} is ${news ? "news" : "none"}`, async () => {
    await using t = await setUp({}, before);
    await t.send("MODIFIED", after);
    deepStrictEqual(t.told, [news ? "news" : "echo"]);
  });
}

Deno.test("Subjects tells that an object matches now, whatever makes it match", async () => {
  const where = ((object: LiveObject) => object["status"] === "Failed") as never;
  await using t = await setUp({ where }, map(1, { generation: 1 }));
  strictEqual(t.subjects.find("shop/a"), undefined);
  await t.send("MODIFIED", map(101, { generation: 1 }, { status: "Failed" }));
  strictEqual(t.subjects.find("shop/a")?.metadata.resourceVersion, "101");
  await t.send("MODIFIED", map(102, { generation: 1, finalizers: ["a/b"] }, { status: "Failed" }));
  deepStrictEqual(t.told, ["news", "echo"]);
});

Deno.test("Subjects tells nothing about what its own rule writes, and has it", async () => {
  await using t = await setUp({}, map(1));
  const type = ConfigMap.type;
  t.informers.absorb(type, map(101, {}, { data: { a: "1" } }), "ours");
  deepStrictEqual(t.subjects.find("shop/a")?.["data"], { a: "1" });
  await t.send("MODIFIED", map(101, {}, { data: { a: "1" } }));
  deepStrictEqual(t.told, ["wrote 1>101"]);
  t.informers.absorb(type, map(102), "theirs");
  t.informers.absorb(type, map(103, DELETION), "ours");
  deepStrictEqual(t.told.slice(1), ["news", "news"]);
});

Deno.test("Subjects tells a write of somebody else that came before one's own", async () => {
  await using t = await setUp({}, map(1));
  t.informers.absorb(ConfigMap.type, map(102), "ours");
  await t.send("MODIFIED", map(101));
  await t.send("MODIFIED", map(102));
  deepStrictEqual(t.told, ["wrote 1>102", "news"]);
});

Deno.test("Subjects recognises its own write though the watch has it before the answer", async () => {
  await using t = await setUp({}, map(1));
  {
    using _ = t.informers.hold(ConfigMap.type, { namespace: "shop", name: "a" });
    await t.send("MODIFIED", map(101));
    await t.send("MODIFIED", map(102));
    t.informers.absorb(ConfigMap.type, map(101), "ours");
    deepStrictEqual(t.told, ["wrote 1>101"]);
  }
  deepStrictEqual(t.told, ["wrote 1>101", "news"]);
  strictEqual(t.subjects.find("shop/a")?.metadata.resourceVersion, "102");
});

Deno.test("Subjects leaves out what goes, what does not match and what is elsewhere", async () => {
  await using t = await setUp({ namespaces: ["shop"] }, map(1));
  strictEqual(t.subjects.get("shop/a")?.metadata.name, "a");
  await t.send("MODIFIED", map(101, DELETION));
  strictEqual(t.subjects.get("shop/a"), undefined);
  strictEqual(t.subjects.find("shop/a")?.metadata.name, "a");
  await t.send("DELETED", map(102, DELETION));
  strictEqual(t.subjects.look("shop/a"), undefined);
  await using other = await setUp({ namespaces: ["other"] }, map(1));
  strictEqual(other.subjects.find("shop/a"), undefined);
  strictEqual(other.subjects.look("shop/a")?.metadata.name, "a");
});
