/**
 * What the client makes of an API server that is killed and started again: a real one, not a proxy.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import { testCluster } from "../cluster/attach.ts";
import { startSecondApiServer } from "../cluster/second_api_server.ts";
import { endOf, VERBS, withEachVerb } from "./faulty_verbs.ts";

const cluster = testCluster();

Deno.test("Client survives that the API server is killed and started again", async (t) => {
  await using second = await startSecondApiServer(cluster);
  let restarted: Promise<void> | undefined;
  using client = await connect({
    kubeconfig: second.kubeconfig,
    concurrency: 16,
    requestTimeoutMs: 30_000,
    // A repetition waits until the server is back.
    clock: { ...systemClock, sleep: () => restarted ??= second.start() },
  });
  await client.mapper();

  await t.step("between requests", async () => {
    await second.kill();
    restarted = undefined;
    const ends = await withEachVerb(async ({ verb, target, direct }) => {
      const end = await endOf(verb.run(client, target));
      return [end, await verb.effects?.(direct, target) ?? 1];
    });
    deepStrictEqual(ends, Object.fromEntries(VERBS.map(({ name }) => [name, ["done", 1]])));
  });

  await t.step("during requests", async () => {
    await using namespace = await cluster.namespace("restart");
    restarted = undefined;
    const create = async (i: number) => {
      const metadata = { namespace: namespace.name, generateName: "a-", labels: { number: String(i) } };
      return await endOf(client.create({ apiVersion: "v1", kind: "ConfigMap", metadata }));
    };
    const creating = Array.from({ length: 300 }, (_, i) => create(i));
    const reading = Array.from({ length: 300 }, () => endOf(client.get("namespaces", namespace.name)));
    await creating[30];
    await second.kill();
    const created = await Promise.all(creating);
    deepStrictEqual(new Set(await Promise.all(reading)), new Set(["done"]));

    const objects = await client.list("configmaps", { namespace: namespace.name, labels: "number" }).toArray();
    const counts = Map.groupBy(objects, ({ metadata }) => metadata.labels?.number);
    for (const [i, end] of created.entries()) {
      const count = counts.get(String(i))?.length ?? 0;
      // A request that was lost may have been carried out, but never twice.
      ok(end === "done" ? count === 1 : end === "TransportError" && count <= 1, `${i}: ${end}, ${count} objects`);
    }
    ok(created.includes("TransportError"));
  });

  await t.step("during a watch", async () => {
    await using namespace = await cluster.namespace("restart");
    const watch = async () => {
      for await (const _ of client.watch("configmaps", { namespace: namespace.name })) await second.kill();
    };
    strictEqual(await endOf(watch()), "TransportError");
  });
});
