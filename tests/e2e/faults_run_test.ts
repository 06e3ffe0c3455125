/**
 * What a runner makes of networks and servers that fail: afterwards everything is as the script says, every change was
 * told at least once and in order, and the server was not flooded meanwhile. The runner goes by a clock that is faster
 * than the server's, so that a minute of its patience takes seconds.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { connect } from "../../lib/client/connect.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { startSecondApiServer } from "../cluster/second_api_server.ts";
import { failureStatus, statusAnswer } from "../../lib/testing/faults/answers.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { findWrongChanges } from "../runner/change_log.ts";
import { rateOf } from "../runner/request_rate.ts";
import { fastClock, type Run, startRun } from "../runner/run.ts";
import { seededRandom } from "../../lib/base/seeded_random.ts";
import { type Random, World } from "../runner/world.ts";
import { writeKubeconfigWith } from "./faulty_client.ts";

const cluster = testCluster();
const FACTOR = 5;
const MINUTE_MS = 60_000 / FACTOR;
/** So many that what others delete meanwhile is never suspiciously much. */
const SOURCES = 40;
const PATIENCE_MS = 40_000;
/** In a second of the server: the runner's own is five times as short. */
const MOST_REQUESTS = 50 * FACTOR;

interface Setup extends AsyncDisposable {
  readonly world: World;
  readonly proxy: FaultProxy;
  readonly random: Random;
  readonly run: Run;
}

async function setUp(options: { upstream?: string; user?: Record<string, unknown> } = {}): Promise<Setup> {
  await using stack = new AsyncDisposableStack();
  const { name: namespace } = stack.use(await cluster.namespace("faults-run"));
  const { kubeconfig } = cluster;
  const admin = stack.use(
    await connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock }),
  );
  const world = new World(admin, namespace);
  await world.create(SOURCES);
  const upstreamCa = await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`);
  const proxy = stack.use(new FaultProxy({ upstream: options.upstream ?? cluster.server, upstreamCa }));
  const path = await writeKubeconfigWith(proxy, options.user ? { user: options.user } : {});
  const run = stack.use(startRun({ kubeconfig: path, namespace, clock: fastClock(FACTOR) }));
  await settled({ world, run });
  const held = stack.move();
  return { world, proxy, random: seededRandom(1), run, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Waits until everything is as it should be, also what was told. */
async function settled({ world, run }: Pick<Setup, "world" | "run">): Promise<void> {
  const giveUpAtMs = systemClock.monotonic() + PATIENCE_MS;
  for (;;) {
    const wrong = [...await world.findWrong(), ...findWrongChanges(run.told, world.histories)];
    if (wrong.length === 0) return;
    if (systemClock.monotonic() > giveUpAtMs) {
      const log = run.lines.slice(-20).map((line) => JSON.stringify(line));
      throw new Error(`Cannot wait any longer:\n${[...wrong, ...log].join("\n")}`);
    }
    await systemClock.sleep(200);
  }
}

/** Lets others edit for a while, and counts the requests meanwhile and until all is well again. */
async function endure(setup: Setup, what: string, begin: () => Disposable | AsyncDisposable): Promise<void> {
  const { proxy, world, random } = setup;
  proxy.requests.length = 0;
  const startMs = systemClock.monotonic();
  {
    await using _ = begin() as AsyncDisposable;
    while (systemClock.monotonic() - startMs < MINUTE_MS) {
      await world.edit(random);
      await systemClock.sleep(250);
    }
  }
  const faultMs = systemClock.monotonic() - startMs;
  const during = rateOf(proxy.requests, faultMs);
  const endMs = systemClock.monotonic();
  await settled(setup);
  const after = rateOf(proxy.requests.slice(during.total), systemClock.monotonic() - endMs);
  console.log(
    `${what}: ${during.total} requests in a minute of the runner, ${during.most} in the worst second of the server; ` +
      `${Math.round(systemClock.monotonic() - endMs)} ms and ${after.total} requests until all was well`,
  );
  ok(during.most < MOST_REQUESTS, `${what}: ${during.most} requests a second`);
}

const tooOld = { reason: "Expired", message: "too old resource version: 1 (2)" };
const slowDown = { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 1 };

Deno.test("a runner survives a server that does not answer rightly for a minute", async (t) => {
  await using setup = await setUp();
  const { proxy } = setup;
  const gone = JSON.stringify({ type: "ERROR", object: failureStatus(410, tooOld) });
  const faults: [what: string, begin: () => Disposable][] = [
    ["down", () => {
      void proxy.closeConnections();
      return proxy.inject({ fault: "drop" });
    }],
    ["black hole", () => proxy.blackHole()],
    ["410 as answers", () => {
      void proxy.closeConnections();
      return proxy.inject({ fault: "answer", answer: statusAnswer(410, tooOld) }, { watch: true });
    }],
    ["410 as events", () => {
      void proxy.closeConnections();
      return proxy.inject({ fault: "insert", line: gone, afterLines: 3 }, { watch: true });
    }],
    ["429", () => {
      void proxy.closeConnections();
      return proxy.inject({ fault: "answer", answer: statusAnswer(429, slowDown) });
    }],
    ["500 on writes", () => {
      const answer = statusAnswer(500, { reason: "InternalError", message: "oops" });
      return proxy.inject({ fault: "answer", answer }, { path: /fieldManager|\/configmaps\/copy/ });
    }],
    ["answers that get lost", () => proxy.inject({ fault: "drop", carriedOut: true }, { watch: false })],
    ["watches that are cut", () => proxy.inject({ fault: "cut", afterLines: 2, afterBytes: 20 }, { watch: true })],
  ];
  for (const [what, begin] of faults) await t.step(what, () => endure(setup, what, begin));
});

Deno.test("a runner waits for a token that is valid", async () => {
  const tokenFile = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(tokenFile, tokens.admin);
    await using setup = await setUp({ user: { tokenFile } });
    await endure(setup, "expired token", () => {
      Deno.writeTextFileSync(tokenFile, "expired");
      void setup.proxy.closeConnections();
      return { [Symbol.dispose]: () => Deno.writeTextFileSync(tokenFile, tokens.admin) };
    });
  } finally {
    await Deno.remove(tokenFile);
  }
});

Deno.test("a runner finds back to a server that was killed, and whose history was compacted", async () => {
  await using second = await startSecondApiServer(cluster);
  const { clusters: [{ cluster: { server } }] } = JSON.parse(await Deno.readTextFile(second.kubeconfig));
  await using setup = await setUp({ upstream: server });
  await endure(setup, "killed and compacted", () => {
    const killed = second.kill();
    return {
      async [Symbol.asyncDispose]() {
        await killed;
        await compact();
        await second.start();
      },
    };
  });
});

/** Has etcd forget everything but the present. */
async function compact(): Promise<void> {
  const call = async (path: string, body: unknown) => {
    const response = await fetch(`${cluster.etcd}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
    strictEqual(response.status, 200);
    return await response.json();
  };
  const { header: { revision } } = await call("range", { key: "AA==" });
  await call("compaction", { revision });
}

Deno.test("a runner reads what the server would compress", async () => {
  await using stack = new AsyncDisposableStack();
  const { name: namespace } = stack.use(await cluster.namespace("faults-run"));
  const { kubeconfig } = cluster;
  const admin = stack.use(
    await connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock }),
  );
  const world = new World(admin, namespace);
  await world.create(400, "x".repeat(1_000));
  strictEqual(await encodingOf(namespace), "gzip");
  const run = stack.use(startRun({ kubeconfig, namespace, clock: systemClock }));
  await settled({ world, run });
  deepStrictEqual(run.lines.filter(({ level }) => level === "error"), []);
});

/** Tells how the server encodes the objects for a client that takes anything. */
async function encodingOf(namespace: string): Promise<string | null> {
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`)] });
  const headers = { authorization: `Bearer ${tokens.admin}`, "accept-encoding": "gzip" };
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const response = await fetch(cluster.server + path, { client, headers });
  await response.body?.cancel();
  // Deno takes the header away together with the encoding; what is sent in chunks has no length.
  return response.headers.get("content-encoding") ?? (response.headers.has("content-length") ? null : "gzip");
}
