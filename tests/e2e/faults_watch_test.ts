/**
 * How a watch of the client ends when it meets a fault. It is not repeated: whoever watches knows where to go on.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import type { Client } from "../../lib/client/client.ts";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { failureStatus, htmlAnswer, statusAnswer, textAnswer } from "../../lib/testing/faults/answers.ts";
import type { Fault, FaultAnswer } from "../../lib/testing/faults/fault.ts";
import { connectThroughFaults } from "./faulty_client.ts";
import { endOf, errorOf } from "./faulty_verbs.ts";

const cluster = testCluster();
const requestTimeoutMs = 2_000;

const tooMany = { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 1 };
const tooOld = { reason: "Expired", message: "too old resource version: 1 (2)" };

function errorEvent(code: number, status: typeof tooOld): string {
  return JSON.stringify({ type: "ERROR", object: failureStatus(code, status) });
}

function instead(answer: FaultAnswer): Fault {
  return { fault: "answer", answer };
}

// Which of the objects a, b and c are seen, how the watch ends, and what its error says.
const rows: [what: string, fault: Fault, seen: string, end: string, message?: RegExp][] = [
  ["a delay", { fault: "delay", ms: 50 }, "abc", "done"],
  ["a slow network", { fault: "throttle", bytesPerSecond: 20_000 }, "abc", "done"],
  ["events that come twice", { fault: "duplicate" }, "aabbcc", "done"],
  ["a dropped connection", { fault: "drop" }, "", "TransportError", /: connection closed before message completed$/],
  ["a black hole", { fault: "blackHole" }, "", "TransportError", /: no answer within 2 s$/],
  [
    "a connection that is cut between events",
    { fault: "cut", afterLines: 2 },
    "ab",
    "TransportError",
    /reading a body/,
  ],
  [
    "a connection that is cut within an event",
    { fault: "cut", afterLines: 1, afterBytes: 50 },
    "a",
    "TransportError",
    /reading a body/,
  ],
  ["a connection that falls silent", { fault: "stall", afterLines: 2 }, "ab", "TransportError", /within 3 s$/],
  [
    "a connection that falls silent within an event",
    { fault: "stall", afterLines: 2, afterBytes: 9 },
    "ab",
    "TransportError",
    /within 3 s$/,
  ],
  [
    "410",
    instead(statusAnswer(410, tooOld)),
    "",
    "ApiError 410",
    /: too old resource version: 1 \(2\) \(410 Expired\)$/,
  ],
  [
    "410 as an event",
    { fault: "insert", line: errorEvent(410, tooOld), afterLines: 1 },
    "a",
    "ApiError 410",
    /: too old resource version: 1 \(2\) \(410 Expired\)$/,
  ],
  [
    "500 as an event",
    { fault: "insert", line: errorEvent(500, { reason: "InternalError", message: "oops" }), afterLines: 2 },
    "ab",
    "ApiError 500",
    /: oops \(500 InternalError\)$/,
  ],
  ["429", instead(statusAnswer(429, tooMany)), "", "ApiError 429", /: slow down \(429 TooManyRequests\)$/],
  [
    "429 in plain text",
    instead(textAnswer(429, "slow", tooMany)),
    "",
    "ApiError 429",
    /: slow \(429 TooManyRequests\)$/,
  ],
  [
    "503",
    instead(statusAnswer(503, { reason: "ServiceUnavailable", message: "no" })),
    "",
    "ApiError 503",
    /: no \(503/,
  ],
  [
    "502 of a proxy",
    instead(htmlAnswer(502)),
    "",
    "UnexpectedResponseError 502",
    /502 text\/html that begins with "<htm/,
  ],
  [
    "a web page",
    instead(htmlAnswer(200)),
    "",
    "UnexpectedResponseError 200",
    /200 text\/html that begins with "<html>"$/,
  ],
  [
    "a line that is no event",
    { fault: "insert", line: '{"type":"ADDED"', afterLines: 1 },
    "a",
    "UnexpectedResponseError 200",
    /200 application\/json that begins with "{\\"type\\":\\"ADDED\\""$/,
  ],
];

Deno.test("Client.watch() meets faults", async (t) => {
  await using namespace = await cluster.namespace("faults");
  await using faulty = await connectThroughFaults({ requestTimeoutMs });
  const { client, proxy } = faulty;
  await createObjects(client, namespace);
  for (const [what, fault, seen, end, message] of rows) {
    await t.step(what, async () => {
      using injection = proxy.inject(fault, { watch: true });
      const names: string[] = [];
      const watching = watch(client, namespace, (name) => names.push(name));
      deepStrictEqual([await endOf(watching), names.join("")], [end, seen]);
      ok(injection.strikes > 0);
      const error = await errorOf(watching);
      match(error?.message ?? "", message ?? /^$/);
      if (error) ok(error.message.startsWith(`Cannot watch configmaps in namespace "${namespace.name}": `));
      // Other requests go on, whatever happened to the watch.
      strictEqual((await client.get("configmaps", { namespace: namespace.name, name: "a" })).kind, "ConfigMap");
    });
  }
});

Deno.test("Client.watch() ends if the server is restarted", async () => {
  await using namespace = await cluster.namespace("faults");
  await using faulty = await connectThroughFaults();
  const { client, proxy } = faulty;
  await createObjects(client, namespace);
  const restart = async (name: string) => {
    if (name !== "c") return;
    await proxy.stop();
    proxy.start();
  };
  strictEqual(await endOf(watch(client, namespace, restart)), "TransportError");
  strictEqual((await client.get("configmaps", { namespace: namespace.name, name: "a" })).kind, "ConfigMap");
});

Deno.test("Client.watch() tells how long to wait", async () => {
  await using faulty = await connectThroughFaults();
  faulty.proxy.inject(instead(statusAnswer(429, tooMany)));
  await rejects(Array.fromAsync(faulty.client.watch("configmaps")), { isTooManyRequests: true, retryAfterSeconds: 1 });
});

async function createObjects(client: Client, namespace: TestNamespace): Promise<void> {
  for (const name of ["a", "b", "c"]) {
    const metadata = { namespace: namespace.name, name, labels: { app: "watched" } };
    await client.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
  }
}

async function watch(
  client: Client,
  { name: namespace }: TestNamespace,
  onEvent: (name: string) => unknown,
): Promise<void> {
  for await (const { object } of client.watch("configmaps", { namespace, labels: "app=watched", timeoutSeconds: 1 })) {
    await onEvent(object.metadata.name);
  }
}
