/**
 * One measurement of `bench/latency.ts`, in a process of its own: prints what it measured as JSON. For `bench/outage.ts`
 * it prints what it is told.
 *
 * @module
 */
import { reconcile, script } from "@kubescript/kubescript";
import { systemClock } from "../lib/base/clock.ts";
import { resolveConfig } from "../lib/client/config/resolve.ts";
import { connect } from "../lib/client/connect.ts";
import { runScript } from "../lib/engine/commands.ts";
import { ConfigMap } from "../lib/kinds/core/v1.ts";
import type { LiveObject } from "../lib/kube/object.ts";
import { watchRequest } from "../lib/kube/read_request.ts";
import { Informers } from "../lib/watch/informers.ts";
import { runnerOptions } from "./runner_options.ts";

const UPDATES = 1_000;
const INTERVAL_MS = 10;

const [what, mode, namespace, countText] = Deno.args as [string, string, string, string];
const count = Number(countText);
const labels = { bench: "latency" };
const config = await resolveConfig({ clock: systemClock });
const { clientCertificate, authorization } = await config.credentials.get({});
const http = () =>
  Deno.createHttpClient({ http2: false, caCerts: [...config.tls.caCerts], ...clientCertificate } as never);
const headers = { "accept-encoding": "identity", ...(authorization && { authorization }) };
const startMs = performance.now();

/** Calls back for every object, and for every change of one. */
async function follow(onObject: (object: LiveObject) => void): Promise<void> {
  if (what === "bare") {
    // What can be reached at best: it tries anew ten times a second.
    while (mode === "outage") {
      await followBare(onObject).catch(() => {});
      await systemClock.sleep(100);
    }
    return await followBare(onObject);
  }
  if (what === "rule") return await followByRule(onObject);
  const client = await connect({ concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock });
  const informer = new Informers(client).get(ConfigMap, { namespace, labels });
  informer.subscribe({ onEvent: ({ object }) => onObject(object as LiveObject) });
}

async function followBare(onObject: (object: LiveObject) => void): Promise<void> {
  const { path } = watchRequest(ConfigMap.type, {
    ...{ namespace, labelSelector: "bench=latency", allowWatchBookmarks: true, timeoutSeconds: 600 },
    ...{ sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" },
  });
  const { body } = await fetch(config.server + path, { client: http(), headers });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body!) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const { type, object } = JSON.parse(line);
      if (type !== "BOOKMARK") onObject(object);
    }
  }
}

async function followByRule(onObject: (object: LiveObject) => void): Promise<void> {
  // Of scripts with one name one runs, and the next one would wait for the Lease of the one before.
  const name = `latency-${crypto.randomUUID().slice(0, 8)}`;
  const rules = { seen: reconcile(ConfigMap, { labels }, (object) => onObject(object as LiveObject)) };
  await runScript(runnerOptions(script(name, { namespace, rules })));
}

async function cpuMs(): Promise<number> {
  const { user, system } = (await import("node:process")).default.cpuUsage();
  return (user + system) / 1_000;
}

async function measureLatency(onSeen: (callback: (object: LiveObject) => void) => void): Promise<void> {
  const seen = new Map<string, number>();
  onSeen(({ metadata: { resourceVersion } }) => void seen.set(resourceVersion, performance.now()));
  const client = http();
  const written = new Map<string, number>();
  const put = async (i: number) => {
    const body = JSON.stringify({
      ...{ apiVersion: "v1", kind: "ConfigMap", data: { update: String(i) } },
      metadata: { name: `object-${i % 100}`, labels },
    });
    const path = `${config.server}/api/v1/namespaces/${namespace}/configmaps/object-${i % 100}`;
    const response = await fetch(path, {
      ...{ client, method: "PUT", body },
      headers: { ...headers, "content-type": "application/json" },
    });
    const { metadata } = await response.json();
    written.set(metadata.resourceVersion, performance.now());
  };
  const puts: Promise<void>[] = [];
  const fromMs = performance.now();
  for (let i = 0; i < UPDATES; i++) {
    await systemClock.sleep(Math.max(0, fromMs + i * INTERVAL_MS - performance.now()));
    puts.push(put(i));
  }
  await Promise.all(puts);
  await systemClock.sleep(1_000);
  const delays = [...written].map(([version, atMs]) => (seen.get(version) ?? Infinity) - atMs).sort((a, b) => a - b);
  const known = delays.filter(Number.isFinite);
  const at = (share: number) => known[Math.floor(known.length * share)]!;
  console.log(JSON.stringify({ p50Ms: at(0.5), p99Ms: at(0.99), handled: known.length }));
}

async function measureBurst(onSeen: (callback: (object: LiveObject) => void) => void, startedMs: number) {
  const before = await cpuMs();
  const latest = new Set<string>();
  const done = Promise.withResolvers<void>();
  const text = (object: LiveObject) => (object["data"] as Record<string, string> | undefined)?.["touched"];
  let last = performance.now();
  onSeen((object) => {
    last = performance.now();
    latest.add(`${object.metadata.name} ${text(object)}`);
    if (latest.size >= count) done.resolve();
  });
  console.log("ready");
  await done.promise;
  // Everything else that is to be done for it.
  while (performance.now() - last < 1_000) await systemClock.sleep(200);
  console.log(JSON.stringify({ startMs: startedMs, cpuMs: await cpuMs() - before }));
}

/** Tells what every event says, for as long as it runs. */
async function tell(onSeen: (callback: (object: LiveObject) => void) => void): Promise<never> {
  onSeen(({ data }) => console.log((data as Record<string, string>)["touched"]));
  console.log("ready");
  return await new Promise(() => {});
}

let handle: (object: LiveObject) => void = () => {};
const started = Promise.withResolvers<void>();
const names = new Set<string>();
void follow((object) => {
  names.add(object.metadata.name);
  if (names.size === count) started.resolve();
  handle(object);
});
await started.promise;
const startedMs = performance.now() - startMs;
if (mode !== "outage") await systemClock.sleep(3_000);
const onSeen = (callback: (object: LiveObject) => void) => void (handle = callback);
if (mode === "outage") await tell(onSeen);
else if (mode === "latency") await measureLatency(onSeen);
else await measureBurst(onSeen, startedMs);
Deno.exit(0);
