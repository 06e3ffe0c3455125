import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock } from "../base/manual_clock.ts";
import { seededRandom } from "../base/seeded_random.ts";
import { parseYamlDocuments } from "../base/yaml.ts";
import { formatTime } from "../kube/time.ts";
import { Sandbox } from "./sandbox.ts";
import { type AnsweredCase, readAnswers, readCases, replay, type WriteRequest } from "./write_cases_test.ts";

const TABLES = ["field_manager/_cases/applies", "patch/_cases/patches"];

for (const table of TABLES) {
  Deno.test(`a sandbox answers as the server: ${table}`, async (t) => {
    const replayed = await replayOnSandbox(table);
    const recorded = readAnswers(new URL(`${table}.jsonl`, import.meta.url));
    strictEqual(replayed.length, recorded.length);
    for (const [i, { name, answers }] of recorded.entries()) {
      await t.step(name, () => {
        for (const [step, answer] of answers.entries()) {
          deepStrictEqual(replayed[i]!.answers[step], answer, `step ${step}`);
        }
      });
    }
  });
}

async function replayOnSandbox(table: string): Promise<AnsweredCase[]> {
  const clock = new ManualClock(Date.parse("2030-01-01T00:00:00Z"), seededRandom(1));
  await using sandbox = await Sandbox.start({ clock });
  const send = async ({ method, path, contentType, body }: WriteRequest) => {
    const answer = await fetch(sandbox.server + path, {
      method,
      headers: { "content-type": contentType, "user-agent": "kubescript" },
      body: JSON.stringify(body),
    });
    return { code: answer.ok ? 200 : answer.status, body: await answer.json() };
  };
  const create = async (path: string, body: unknown) => {
    strictEqual((await send({ method: "POST", path, contentType: "application/json", body })).code, 200);
  };
  await create("/api/v1/namespaces", { metadata: { name: "writes" } });
  const gadget = await Deno.readTextFile(new URL("field_manager/_cases/gadget.yaml", import.meta.url));
  await create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", parseYamlDocuments(gadget)[0]!.value);
  return await replay(readCases(new URL(`${table}.yaml`, import.meta.url)), {
    namespace: "writes",
    send,
    async nextSecond() {
      await clock.advance(1_000);
      return formatTime(clock.now());
    },
  });
}
