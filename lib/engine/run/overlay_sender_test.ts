import { deepStrictEqual, rejects } from "node:assert/strict";
import { Client } from "../../client/client.ts";
import { KindFinder } from "../../client/kind_finder.ts";
import type { LiveObject } from "../../kube/object.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import { applyRequest, createRequest } from "../../kube/write_request.ts";
import { FakeSender } from "../../watch/fake_sender_test.ts";
import { liveObject } from "../../watch/watched_objects_test.ts";
import { OverlaySender } from "./overlay_sender.ts";

function setUp(answer: unknown) {
  const transport = new FakeSender();
  transport.answer = answer;
  const told: string[] = [];
  const informers = {
    hold(_type: unknown, { namespace, name }: { namespace?: string | undefined; name: string }) {
      told.push(`hold ${namespace}/${name}`);
      return { [Symbol.dispose]: () => void told.push("end") };
    },
    absorb: (_type: unknown, { metadata }: LiveObject, by: string) => told.push(`absorb ${metadata.name} by ${by}`),
  };
  const sender = new OverlaySender(transport, informers, "rule");
  return { told, transport, client: new Client({ sender, kinds: new KindFinder(sender), namespace: "shop" }) };
}

const MAP = { ...liveObject("shop/a", 5) };
const REF = { namespace: "shop", name: "a" };
const WRITTEN = ["hold shop/a", "absorb a by rule", "end"];

for (
  const { what, write, told } of [
    { what: "a patch", write: (k: Client) => k.patch(CONFIG_MAP, REF, {}, { type: "merge" }), told: WRITTEN },
    {
      what: "a patch of the status",
      write: (k: Client) => k.patch(CONFIG_MAP, REF, {}, { type: "merge", subresource: "status" }),
      told: WRITTEN,
    },
    {
      what: "an apply",
      write: (k: Client) => k.fetch(applyRequest(CONFIG_MAP, MAP, { fieldManager: "x" })),
      told: WRITTEN,
    },
    { what: "a creation", write: (k: Client) => k.fetch(createRequest(CONFIG_MAP, MAP)), told: WRITTEN },
    { what: "a read", write: (k: Client) => k.get(CONFIG_MAP, REF), told: [] },
    { what: "a deletion", write: (k: Client) => k.delete(CONFIG_MAP, REF), told: [] },
    {
      what: "a write that is only tried",
      write: (k: Client) => k.patch(CONFIG_MAP, REF, {}, { type: "merge", dryRun: "All" }),
      told: [],
    },
  ] as readonly { what: string; write: (k: Client) => Promise<unknown>; told: readonly string[] }[]
) {
  Deno.test(`OverlaySender passes on ${told.length > 0 ? "the answer to" : "nothing of"} ${what}`, async () => {
    const t = setUp(MAP);
    await write(t.client);
    deepStrictEqual(t.told, told);
  });
}

Deno.test("OverlaySender passes on no object of another kind, and ends what it holds if a write fails", async () => {
  const scale = setUp({ ...MAP, kind: "Scale" });
  await scale.client.patch(CONFIG_MAP, REF, {}, { type: "merge", subresource: "resize" });
  deepStrictEqual(scale.told, ["hold shop/a", "end"]);
  const failing = setUp(MAP);
  failing.transport.send = () => Promise.reject(new Error("no answer"));
  await rejects(failing.client.patch(CONFIG_MAP, REF, {}, { type: "merge" }));
  deepStrictEqual(failing.told, ["hold shop/a", "end"]);
});
