import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import type { ApiError } from "../../lib/client/errors.ts";
import { ConfigMap, Deployment, Event } from "../../lib/kinds/mod.ts";
import type { Live } from "../../lib/kube/live.ts";
import type { KubeRequest } from "../../lib/kube/request.ts";
import type { Informer } from "../../lib/watch/informer.ts";
import { Informers } from "../../lib/watch/informers.ts";
import { waitFor, type WaitTimeoutError } from "../../lib/watch/wait_for.ts";
import { until } from "../e2e/objects.ts";
import { failureStatus, statusAnswer } from "../../lib/testing/faults/answers.ts";
import type { Fault, RequestMatcher } from "../../lib/testing/faults/fault.ts";
import type { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { deployment, refusal } from "./objects.ts";
import { connectThroughProxy } from "./proxied.ts";
import { recorder } from "./recorder.ts";
import { row, type RowContext } from "./row.ts";
import type { Target } from "./target.ts";

const LABELS = { test: "watch" };
const TOO_OLD = { reason: "Expired", message: "too old resource version: 1 (2)" };

function settings(name: string, data: Record<string, string> = {}): ConfigMap {
  return ConfigMap({ metadata: { name, labels: LABELS }, data });
}

row("C1", "watch one object, one namespace, all; ADDED, MODIFIED, DELETED, BOOKMARK, ERROR", async (context) => {
  const { target, k, namespace, step } = context;
  await using another = await target.namespace("row-c1");
  const { resourceVersion } = (await k.create(settings("start"))).metadata;
  for (const name of ["a", "b"]) await k.create(settings(name));
  await k.create({ ...settings("c"), metadata: { ...settings("c").metadata, namespace: another.name } });
  await k.patch(ConfigMap, "a", { data: { x: "1" } });
  for (const name of ["a", "b"]) await k.delete(ConfigMap, name);
  await k.create(settings("end"));
  const [a, b] = [["ADDED a", "MODIFIED a", "DELETED a"], ["ADDED b", "DELETED b"]];

  await step("one object", async () => {
    const seen: string[] = [];
    for await (const { type, object } of k.watch(ConfigMap, { resourceVersion, fields: "metadata.name=a" })) {
      seen.push(`${type} ${object.metadata.name}`);
      if (type === "MODIFIED") deepStrictEqual(object.data, { x: "1" });
      if (type === "DELETED") break;
    }
    deepStrictEqual(seen, a);
  });
  const watchUntilEnd = async (where: { allNamespaces?: boolean }) => {
    const seen: string[] = [];
    for await (const { type, object } of k.watch(ConfigMap, { ...where, resourceVersion, labels: LABELS })) {
      if (object.metadata.name === "end") break;
      if ([namespace, another.name].includes(object.metadata.namespace!)) seen.push(`${type} ${object.metadata.name}`);
    }
    return seen;
  };
  await step("one namespace", async () => {
    deepStrictEqual(await watchUntilEnd({}), [a[0], b[0], a[1], a[2], b[1]]);
  });
  await step("all", async () => {
    deepStrictEqual(await watchUntilEnd({ allNamespaces: true }), [a[0], b[0], "ADDED c", a[1], a[2], b[1]]);
  });
  await step("BOOKMARK, and the end of the stream", async () => {
    const events = await Array.fromAsync(k.watch(ConfigMap, { allowWatchBookmarks: true, timeoutSeconds: 4 }));
    ok(events.some(({ type, object }) => type === "BOOKMARK" && object.metadata.resourceVersion !== ""));
  });
  await step("ERROR", async () => {
    const error = await refuseWatch(context);
    deepStrictEqual([error.code, error.reason], [410, "Expired"]);
    match(error.message, /^Cannot watch events in namespace .*: .*resourceVersion .* is too old/);
  });
  await step("the end by a signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    await rejects(async () => {
      for await (const _ of k.watch(ConfigMap, { signal: controller.signal })) controller.abort(reason);
    }, reason);
  });
});

row("C2", "list, then watch from its resourceVersion; resume with nothing lost and nothing twice", async (context) => {
  const { target, k, namespace, step } = context;
  await k.create(settings("a"));
  const readTwo = async (resourceVersion: string) => {
    const names: string[] = [];
    let last = resourceVersion;
    for await (const { object } of k.watch(ConfigMap, { resourceVersion, labels: LABELS })) {
      names.push(object.metadata.name);
      last = object.metadata.resourceVersion;
      if (names.length === 2) break;
    }
    return { names, last };
  };

  await step("by hand", async () => {
    const [page] = await Array.fromAsync(k.list(ConfigMap, { labels: LABELS }).pages());
    deepStrictEqual(page!.items.map(({ metadata }) => metadata.name), ["a"]);
    for (const name of ["b", "c", "d", "e"]) await k.create(settings(name));
    const first = await readTwo(page!.resourceVersion);
    const second = await readTwo(first.last);
    deepStrictEqual([...first.names, ...second.names], ["b", "c", "d", "e"]);
  });
  await step("by an informer", async () => {
    await using through = await followThroughProxy(target, namespace);
    const { proxy, informer, events } = through;
    deepStrictEqual(events.splice(0), ["a", "b", "c", "d", "e"].map((name) => `added ${name}`));
    for (const name of ["f", "g"]) {
      await proxy.stop();
      await k.create(settings(name));
      await k.delete(ConfigMap, name);
      proxy.start();
      await until("the informer has caught up", () => Promise.resolve(events.includes(`deleted ${name}`)));
    }
    deepStrictEqual(events, ["added f", "deleted f", "added g", "deleted g"]);
    strictEqual(informer.size, 5);
  });
});

const resumed: RequestMatcher = { watch: true, path: /configmaps\?(?!.*sendInitialEvents)/, times: 1 };
const initial: RequestMatcher = { watch: true, path: /sendInitialEvents/, times: 1 };

row("C3", "410 as HTTP status and as ERROR event: relist with synthetic deletes", async (context) => {
  const { target, k, namespace, step } = context;
  await step("of the server itself", async () => {
    const { resourceVersion } = (await k.create(settings("a"))).metadata;
    await k.delete(ConfigMap, "a");
    await target.forget(ConfigMap);
    const list = k.list(ConfigMap, { resourceVersion, resourceVersionMatch: "Exact" });
    strictEqual((await refusal(list.toArray())).isExpired, true);
    strictEqual((await refuseWatch(context)).isExpired, true);
  });
  const line = JSON.stringify({ type: "ERROR", object: failureStatus(410, TOO_OLD) });
  const faults: [what: string, fault: Fault][] = [
    ["as HTTP status", { fault: "answer", answer: statusAnswer(410, TOO_OLD) }],
    ["as ERROR event", { fault: "insert", line }],
  ];
  for (const [what, fault] of faults) {
    await step(what, async () => {
      for (const name of ["a", "b"]) await k.create(settings(name));
      await using through = await followThroughProxy(target, namespace);
      const { proxy, informer, events } = through;
      deepStrictEqual(events.splice(0), ["added a", "added b"]);
      await proxy.stop();
      await k.delete(ConfigMap, "a");
      await k.create(settings("c"));
      using struck = proxy.inject(fault, resumed);
      proxy.start();
      await until("the informer has read all again", () => Promise.resolve(events.length >= 2));
      deepStrictEqual(events.toSorted(), ["added c", "deleted a"]);
      deepStrictEqual([informer.size, struck.strikes], [2, 1]);
      await k.deleteCollection(ConfigMap, { labels: LABELS });
    });
  }
});

row("C4", "WatchList (sendInitialEvents) with fallback", async ({ target, k, namespace, step }) => {
  for (const name of ["a", "b"]) await k.create(settings(name));
  await step("by hand", async () => {
    const seen: string[] = [];
    const options = {
      sendInitialEvents: true,
      resourceVersionMatch: "NotOlderThan",
      allowWatchBookmarks: true,
    } as const;
    for await (const { type, object } of k.watch(ConfigMap, { ...options, labels: LABELS })) {
      if (type === "BOOKMARK") {
        strictEqual(object.metadata.annotations?.["k8s.io/initial-events-end"], "true");
        break;
      }
      seen.push(`${type} ${object.metadata.name}`);
    }
    deepStrictEqual(seen.sort(), ["ADDED a", "ADDED b"]);
  });
  await step("by an informer", async () => {
    await using through = await followThroughProxy(target, namespace);
    deepStrictEqual(through.events, ["added a", "added b"]);
    deepStrictEqual(listsAt(through.proxy), []);
  });
  await step("a server without it", async () => {
    const message = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled";
    const fault: Fault = { fault: "answer", answer: statusAnswer(422, { reason: "Invalid", message }) };
    await using through = await followThroughProxy(target, namespace, [fault, { ...initial, times: Infinity }]);
    deepStrictEqual(through.events, ["added a", "added b"]);
    ok(listsAt(through.proxy).length > 0);
    await k.create(settings("c"));
    await until("the watch goes on", () => Promise.resolve(through.events.includes("added c")));
  });
});

row("C5", "shared informer: one watch for many consumers, by key, by label, has synced", async (context) => {
  const { target, k, namespace, step } = context;
  const { wrap, requests } = recorder();
  using client = await target.connect({ namespace, wrap });
  await using informers = new Informers(client);
  for (const [name, team] of [["a", "x"], ["b", "y"], ["c", "x"]] as const) {
    await k.create(ConfigMap({ metadata: { name, labels: { team } }, data: { color: name === "a" ? "red" : "blue" } }));
  }
  using first = informers.get(ConfigMap, { labels: "team" });
  using second = informers.get(ConfigMap, { labels: "team" });

  await step("has synced", async () => {
    strictEqual(first.hasSynced, false);
    await first.synced();
    deepStrictEqual([first.hasSynced, second.hasSynced, first.size], [true, true, 3]);
  });
  await step("one watch", async () => {
    const [seen, alsoSeen] = [note(first), note(second)];
    await k.patch(ConfigMap, "b", { data: { color: "green" } });
    for (const events of [seen, alsoSeen]) {
      await until("the change is told", () => Promise.resolve(events.includes("changed b")));
      deepStrictEqual(events.toSorted(), ["added a", "added b", "added c", "changed b"]);
    }
    strictEqual(requests.filter(isInitial).length, 1);
  });
  await step("lookup by key", () => {
    strictEqual(first.get("b")?.data?.color, "green");
    strictEqual(first.get({ namespace, name: "b" }), second.get(`${namespace}/b`));
    strictEqual(first.get("nobody"), undefined);
    return Promise.resolve();
  });
  await step("by label, and by an index of one's own", async () => {
    const names = (objects: readonly Live<ConfigMap>[]) => objects.map(({ metadata }) => metadata.name).sort();
    deepStrictEqual(names(first.list({ labels: { team: "x" } })), ["a", "c"]);
    deepStrictEqual(names(first.list({ labels: "team!=x", namespace })), ["b"]);
    const byColor = first.index(({ data }) => data?.color ?? []);
    deepStrictEqual(names(byColor.get("blue")), ["c"]);
    await k.patch(ConfigMap, "a", { data: { color: "blue" } });
    await until("the index knows", () => Promise.resolve(byColor.get("blue").length === 2));
    deepStrictEqual(byColor.get("red"), []);
  });
  await step("as events, until nobody needs them", async () => {
    for await (const { type, object } of first.events()) {
      if (object.metadata.name === "d") break;
      if (object.metadata.name === "c") await k.create(ConfigMap({ metadata: { name: "d", labels: { team: "z" } } }));
      strictEqual(type, "added");
    }
    strictEqual(requests.filter(isInitial).length, 1);
  });
});

row(
  "C6",
  "wait for a condition: deleted, a status condition, a predicate; with timeout",
  async ({ k, namespace, step }) => {
    await step("a status condition", async () => {
      const waiting = waitFor(k, Deployment, "web", { type: "Available" });
      await k.create(deployment("web", { replicas: 1 }));
      strictEqual((await waiting).status?.availableReplicas, 1);
      await waitFor(k, "deploy", "web", { type: "Progressing", status: "True" });
    });
    await step("a predicate", async () => {
      const waiting = waitFor(k, ConfigMap, "a", ({ data }) => data?.step === "2" || "it is not so far");
      await k.create(settings("a", { step: "1" }));
      await k.patch(ConfigMap, "a", { data: { step: "2" } });
      deepStrictEqual((await waiting).data, { step: "2" });
    });
    await step("deleted", async () => {
      const live = await k.get(ConfigMap, "a");
      const waiting = waitFor(k, ConfigMap, live, "deleted");
      await k.delete(ConfigMap, "a");
      await waiting;
      strictEqual(await k.find(ConfigMap, "a"), undefined);
      // One that has taken its name is another one.
      await k.create(settings("a"));
      await waitFor(k, ConfigMap, live, "deleted");
    });
    await step("timeout and signal", async () => {
      const never = () => "never";
      await rejects(waitFor(k, ConfigMap, "a", never, { timeoutMs: 500 }), (error: WaitTimeoutError) => {
        const text = `Cannot wait longer than 500ms until ConfigMap/${namespace}/a is as wanted: never`;
        deepStrictEqual([error.name, error.message, error.object?.metadata.name], ["WaitTimeoutError", text, "a"]);
        return true;
      });
      const signal = AbortSignal.abort(new Error("enough"));
      await rejects(waitFor(k, ConfigMap, "a", "deleted", { signal }), /enough/);
    });
  },
);

/** Watches from a state that the server has forgotten: of Events, as it keeps the last changes of all other kinds. */
async function refuseWatch({ target, k }: RowContext): Promise<ApiError> {
  await target.forget(Event);
  return await refusal(Array.fromAsync(k.watch(Event, { resourceVersion: "1", timeoutSeconds: 10 })));
}

/** An informer whose requests go through a proxy, and what it tells. */
interface Followed extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly informer: Informer<Live<ConfigMap>>;
  readonly events: string[];
}

/** Follows the row's ConfigMaps, and waits until they were read. */
async function followThroughProxy(
  target: Target,
  namespace: string,
  fault?: [fault: Fault, matcher: RequestMatcher],
): Promise<Followed> {
  const stack = new AsyncDisposableStack();
  const { k, proxy } = stack.use(await connectThroughProxy(target, { namespace }));
  if (fault) proxy.inject(...fault);
  const informers = stack.use(new Informers(k));
  const informer = informers.get(ConfigMap, { labels: LABELS });
  await informer.synced();
  return { proxy, informer, events: note(informer), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Notes what an informer tells: at first all that is there. */
function note(informer: Informer<Live<ConfigMap>>): string[] {
  const events: string[] = [];
  informer.subscribe({ onEvent: ({ type, object }) => events.push(`${type} ${object.metadata.name}`) });
  return events;
}

function listsAt({ requests }: FaultProxy): string[] {
  return requests.map(({ path }) => path).filter((path) => /configmaps\?(?!.*watch=true)/.test(path));
}

function isInitial({ path }: KubeRequest): boolean {
  return path.includes("sendInitialEvents");
}
