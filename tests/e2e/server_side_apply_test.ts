import { deepStrictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { parseYamlDocuments } from "../../lib/base/yaml.ts";
import { connect } from "../../lib/client/connect.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { testCluster } from "../cluster/attach.ts";
import { until } from "./objects.ts";
import { readAnswers, readCases, replay, type WriteTarget } from "../../lib/sandbox/write_cases_test.ts";

const fieldManagerCases = new URL("../../lib/sandbox/field_manager/_cases/", import.meta.url);
const patchCases = new URL("../../lib/sandbox/patch/_cases/", import.meta.url);

const cluster = testCluster();

Deno.test("the API server answers to applies as the sandbox's field manager expects", async () => {
  await compareWith(new URL("applies.yaml", fieldManagerCases), new URL("applies.jsonl", fieldManagerCases));
});

Deno.test("the API server answers to patches as the sandbox's patches expect", async () => {
  await compareWith(new URL("patches.yaml", patchCases), new URL("patches.jsonl", patchCases));
});

/** Replays a table; with `UPDATE_CASES=1` it writes down the answers instead of comparing them. */
async function compareWith(table: URL, answers: URL): Promise<void> {
  await using namespace = await cluster.namespace("writes");
  using client = await connect({
    kubeconfig: cluster.kubeconfig,
    concurrency: 64,
    requestTimeoutMs: 30_000,
    clock: systemClock,
  });
  const gadget = await Deno.readTextFile(new URL("gadget.yaml", fieldManagerCases));
  await client.withFieldManager("test").apply(parseYamlDocuments(gadget)[0]!.value as KubeObject, { force: true });
  const gadgets = `/apis/applies.example.com/v1/namespaces/${namespace.name}/gadgets`;
  await until("the kind Gadget is served", () => client.raw(gadgets).then(() => true, () => false));

  const target: WriteTarget = {
    namespace: namespace.name,
    async send({ method, path, contentType, body }) {
      try {
        const text = await client.raw(path, { method, contentType, body });
        return { code: 200, body: JSON.parse(text) };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return { code: error.status.code ?? 0, body: error.status };
      }
    },
    nextSecond: async () => {
      const second = () => new Date(systemClock.now()).toISOString().replace(/\.\d+Z/, "Z");
      const last = second();
      await until("the next second", () => Promise.resolve(second() !== last));
      return second();
    },
  };
  const cases = readCases(table);
  const replayed = await replay(cases, target);
  // Objects with finalizers would keep their namespace for ever.
  await replay(
    cases.map((writeCase) => ({ ...writeCase, steps: [{ merge: { metadata: { finalizers: null } } }] })),
    target,
  );
  if (Deno.env.has("UPDATE_CASES")) {
    await Deno.writeTextFile(answers, replayed.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
  }
  deepStrictEqual(replayed, readAnswers(answers));
}
