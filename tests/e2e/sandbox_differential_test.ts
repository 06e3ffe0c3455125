/**
 * Random requests to a real API server and to the sandbox, which must answer alike.
 *
 * `SEQUENCES` says how many sequences of requests are sent, `SEED` where their choice begins.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseYamlDocuments } from "../../lib/base/yaml.ts";
import { Sandbox } from "../../lib/sandbox/sandbox.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { compare, type Outcome, type Pair } from "./differential/comparison.ts";
import { type Sequence, sequences } from "./differential/requests.ts";
import type { ServerLocation } from "./differential/server.ts";
import { until } from "./objects.ts";

const DEFAULT_SEQUENCES = 100;

Deno.test("the sandbox answers random requests as the real API server does", async () => {
  const seed = Number(Deno.env.get("SEED") ?? 1);
  const numRuns = Number(Deno.env.get("SEQUENCES") ?? DEFAULT_SEQUENCES);
  const cluster = testCluster();
  await using namespace = await cluster.namespace("differential");
  await using sandbox = await Sandbox.start();
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`)] });
  const pair: Pair = {
    real: { server: cluster.server, token: tokens.admin, client },
    sandbox: { server: sandbox.server, token: sandbox.adminToken },
    namespace: namespace.name,
  };
  await prepare(pair);
  const known = new Map<string, number>();
  let requests = 0;
  console.log(`seed ${seed}, ${numRuns} sequences`);
  await fc.assert(
    fc.asyncProperty(sequences(), async (sequence) => {
      const outcome = await compareSteadily(sequence, pair);
      requests += outcome.requests;
      if (outcome.known !== undefined) known.set(outcome.known, (known.get(outcome.known) ?? 0) + 1);
      if (outcome.disagreement !== undefined) throw new Error(outcome.disagreement);
    }),
    { seed, numRuns, interruptAfterTimeLimit: 3_600_000, markInterruptAsFailure: true, reporter },
  );
  console.log(`${requests} requests, known disagreements:`, Object.fromEntries(known));
});

/** Compares again what differs: controllers of the real cluster may come between two requests. */
async function compareSteadily(sequence: Sequence, pair: Pair): Promise<Outcome> {
  let outcome = await compare(sequence, pair);
  for (let again = 0; again < 2 && outcome.disagreement !== undefined; again++) outcome = await compare(sequence, pair);
  return outcome;
}

/** Tells of the shortest sequence that fails what both servers answered to it. */
function reporter({ failed, seed, counterexamplePath, errorInstance }: fc.RunDetails<[Sequence]>): void {
  if (!failed) return;
  const { message } = errorInstance as Error;
  throw new Error(`The servers disagree (seed ${seed}, path ${counterexamplePath}):\n${message}`);
}

async function prepare({ real, sandbox, namespace }: Pair): Promise<void> {
  await post(sandbox, "/api/v1/namespaces", { metadata: { name: namespace } });
  const file = new URL("../../lib/sandbox/field_manager/_cases/gadget.yaml", import.meta.url);
  const gadgets = parseYamlDocuments(await Deno.readTextFile(file))[0]!.value;
  for (const location of [real, sandbox]) {
    await post(location, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", gadgets);
    await post(location, `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: "owner" } });
    const path = `/apis/applies.example.com/v1/namespaces/${namespace}/gadgets`;
    await until("the kind Gadget is served", async () => (await send(location, path)).status === 200);
  }
}

async function post(location: ServerLocation, path: string, object: unknown): Promise<void> {
  const { status } = await send(location, path, { method: "POST", body: JSON.stringify(object) });
  // The definition may be there from another test.
  strictEqual([201, 409].includes(status), true, `${path}: ${status}`);
}

async function send({ server, token, client }: ServerLocation, path: string, init?: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(server + path, { ...init, headers, ...client && { client } });
  await answer.body?.cancel();
  return answer;
}
