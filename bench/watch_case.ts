/**
 * One measurement of `bench/watch.ts`, in a process of its own: prints what it measured as JSON.
 *
 * @module
 */
import { reconcile, script } from "@kubescript/kubescript";
import { systemClock } from "../lib/base/clock.ts";
import { resolveConfig } from "../lib/client/config/resolve.ts";
import { connect } from "../lib/client/connect.ts";
import { ForwardingSender } from "../lib/client/forwarding_sender.ts";
import type { StreamOptions } from "../lib/client/sender.ts";
import type { WatchEvent } from "../lib/client/watch_stream.ts";
import { runScript } from "../lib/engine/commands.ts";
import { ConfigMap, Pod } from "../lib/kinds/core/v1.ts";
import { watchRequest } from "../lib/kube/read_request.ts";
import type { LiveObject } from "../lib/kube/object.ts";
import type { KubeRequest } from "../lib/kube/request.ts";
import { clientSource } from "../lib/watch/client_source.ts";
import { Informers } from "../lib/watch/informers.ts";
import { Reflector } from "../lib/watch/reflector.ts";
import { ServerGate } from "../lib/watch/server_gate.ts";
import { Store } from "../lib/watch/store.ts";
import type { WatchSource } from "../lib/watch/watch_source.ts";
import { runnerOptions } from "./runner_options.ts";

const [mode, plural, namespace, count, resourceVersion] = Deno.args as [string, string, string, string, string];
const type = plural === "pods" ? Pod.type : ConfigMap.type;
const total = Number(count);
const labels = "bench=watch";
const clock = systemClock;
const connectOptions = { concurrency: 16, requestTimeoutMs: 120_000, clock };

/** Runs an informer until it has read everything. */
async function sync(): Promise<void> {
  const startMs = performance.now();
  using client = await connect(connectOptions);
  await using informers = new Informers(client, { clock, onError: console.error });
  using informer = informers.get(type, {
    ...{ namespace, labels },
    as: mode === "metadata" ? "metadata" : undefined,
    project: mode === "projected"
      ? ({ metadata: { name, namespace, uid, resourceVersion } }: LiveObject) => ({
        metadata: { name, namespace, uid, resourceVersion },
      })
      : undefined,
  });
  await informer.synced();
  await report(performance.now() - startMs, informer.size);
}

/** Runs a reflector from a version on, until its store has taken all that has happened since. */
async function replay(): Promise<void> {
  using client = await connect(connectOptions);
  await client.version();
  const inner = clientSource(client, type, { namespace, labels, managedFields: false });
  const source: WatchSource = {
    list: inner.list,
    async *watch(options) {
      options.onOpen();
      yield beginning();
      yield* inner.watch({ ...options, onOpen() {}, resourceVersion });
    },
  };
  const stop = new AbortController();
  let seen = 0;
  const target = new Store<LiveObject>({
    project: (object) => object,
    onEvents: (events) => (seen += events.length) >= total && stop.abort(),
    onError: console.error,
  });
  const reflector = new Reflector({ source, target, gate: new ServerGate(clock), clock, onStatus() {} });
  const startMs = performance.now();
  await reflector.run(stop.signal);
  await report(performance.now() - startMs, target.size);
}

/** The end of the initial events of a watch that has none. */
function beginning(): WatchEvent {
  const annotations = { "k8s.io/initial-events-end": "true" };
  return { type: "BOOKMARK", object: { metadata: { resourceVersion, annotations } } as unknown as LiveObject };
}

let replayMs = 0;

/** Lets the first watch of the objects begin at a version, as soon as everything else is done. */
class ReplaySender extends ForwardingSender {
  override async *stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncGenerator<T> {
    if (!request.path.includes("sendInitialEvents") || !request.path.includes(encodeURIComponent(labels))) {
      return yield* this.sender.stream(request, read, options);
    }
    yield beginning() as T;
    await clock.sleep(5_000);
    const replayed = watchRequest(type, {
      ...{ labelSelector: labels, allowWatchBookmarks: true, timeoutSeconds: 300 },
      resourceVersion,
    });
    replayMs = performance.now();
    yield* this.sender.stream(replayed, read, options);
  }
}

/** Runs a rule for everything that has happened since a version. */
async function replayByRule(): Promise<void> {
  const seen = new Set<string>();
  const done = Promise.withResolvers<void>();
  const onObject = ({ metadata: { name } }: Pick<LiveObject, "metadata">) => {
    if (seen.add(name).size === total) done.resolve();
  };
  const name = `replay-${crypto.randomUUID().slice(0, 8)}`;
  const rules = {
    seen: reconcile(ConfigMap, { labels: { bench: "watch" } }, (object) => onObject(object as LiveObject)),
  };
  void runScript({
    ...runnerOptions(script(name, { namespace, rules })),
    ...connectOptions,
    connect: async (options) => (await connect(options)).withSender((sender) => new ReplaySender(sender)),
  });
  await done.promise;
  await report(performance.now() - replayMs, seen.size);
}

/** What any client in this runtime has to do at least: read, split, parse, keep. */
async function bare(): Promise<void> {
  const config = await resolveConfig({ clock });
  const { clientCertificate, authorization } = await config.credentials.get({});
  const { caCerts } = config.tls;
  using client = Deno.createHttpClient({ http2: false, caCerts: [...caCerts], ...clientCertificate } as never);
  const headers = { "accept-encoding": "identity", ...(authorization && { authorization }) };
  await (await fetch(`${config.server}/version`, { client, headers })).text();
  const initial = mode === "bare" && { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" } as const;
  const { path } = watchRequest(type, {
    ...{ namespace, labelSelector: labels, allowWatchBookmarks: true, timeoutSeconds: 300, ...initial },
    resourceVersion: mode === "bare" ? undefined : resourceVersion,
  });
  const startMs = performance.now();
  const { body } = await fetch(config.server + path, { client, headers });
  const objects = new Map<string, unknown>();
  const decoder = new TextDecoder();
  let rest = "";
  let seen = 0;
  for await (const chunk of body!) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const { type, object } = JSON.parse(line);
      if (type === "BOOKMARK") continue;
      objects.set(object.metadata.name, object);
      seen++;
    }
    if (seen === total) break;
  }
  await report(performance.now() - startMs, objects.size);
}

// What is no longer needed is collected within that time, or not soon.
async function report(ms: number, objects: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const rssMiB = Deno.memoryUsage().rss / 2 ** 20;
  // Only now, as it takes memory, too.
  const { user, system } = (await import("node:process")).default.cpuUsage();
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1_000, objects, rssMiB }));
}

if (mode.startsWith("bare")) await bare();
else if (mode === "replay") await replay();
else if (mode === "rule-replay") await replayByRule();
else await sync();
Deno.exit(0);
