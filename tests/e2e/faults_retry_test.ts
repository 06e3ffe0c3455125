/**
 * How the client gets through what passes: throttling, expired credentials, lost connections, forgotten snapshots.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { statusAnswer } from "../../lib/testing/faults/answers.ts";
import type { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { connectThroughFaults, writeKubeconfigWith } from "./faulty_client.ts";
import { endOf, errorOf, requestsOf, VERBS, withEachVerb } from "./faulty_verbs.ts";

const cluster = testCluster();
const unauthorized = statusAnswer(401, { reason: "Unauthorized", message: "Unauthorized" });
const expired = statusAnswer(410, { reason: "Expired", message: "The provided continue parameter is too old" });

function forAllVerbs<T>(value: T): Record<string, T> {
  return Object.fromEntries(VERBS.map(({ name }) => [name, value]));
}

Deno.test("Client ends with the signal's reason while it waits for a repetition", async () => {
  const reason = new DOMException("stopped", "AbortError");
  const answer = statusAnswer(429, { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 60 });
  const ends = await withEachVerb(async ({ verb, target, direct }) => {
    const controller = new AbortController();
    const onRetry = () => controller.abort(reason);
    await using faulty = await connectThroughFaults({ clock: systemClock, onRetry });
    const { client, proxy } = faulty;
    proxy.inject({ fault: "answer", answer }, { method: verb.method });
    const error = await errorOf(verb.run(client, target, controller.signal));
    return [error === reason, requestsOf(verb, proxy).length, await verb.effects?.(direct, target) ?? 0];
  });
  deepStrictEqual(ends, forAllVerbs([true, 1, 0]));
});

Deno.test("Client shows the new token after the old one was refused, and no third time", async () => {
  const ends = await withEachVerb(async ({ verb, target, direct }) => {
    const tokenFile = await Deno.makeTempFile({ dir: cluster.dir });
    await Deno.writeTextFile(tokenFile, tokens.viewer);
    await using faulty = await connectThroughFaults({
      writeKubeconfig: (proxy) => writeKubeconfigWith(proxy, { user: { tokenFile } }),
    });
    const { client, proxy } = faulty;
    await Deno.writeTextFile(tokenFile, tokens.admin);
    using once = proxy.inject({ fault: "answer", answer: unauthorized }, { times: 1 });
    const end = await endOf(verb.run(client, target));
    const shown = proxy.requests.slice(0, 2).map(({ authorization }) => authorization);
    const effects = await verb.effects?.(direct, target) ?? 1;

    once[Symbol.dispose]();
    proxy.requests.length = 0;
    proxy.inject({ fault: "answer", answer: unauthorized });
    const end2 = await endOf(verb.run(client, target));
    return [end, ...shown, effects, end2, proxy.requests.length];
  });
  const { viewer, admin } = tokens;
  deepStrictEqual(ends, forAllVerbs(["done", `Bearer ${viewer}`, `Bearer ${admin}`, 1, "ApiError 401", 1]));
});

// Whether each connection is closed while nobody uses it, or the server is gone for a moment.
const losses: [what: string, lose: (proxy: FaultProxy) => Promise<void>][] = [
  ["idle connections were closed", (proxy) => proxy.closeConnections()],
  ["the server was restarted", async (proxy) => {
    await proxy.stop();
    proxy.start();
  }],
];
for (const [what, lose] of losses) {
  Deno.test(`Client notices nothing if ${what}`, async () => {
    const ends = await withEachVerb(async ({ verb, target, direct }) => {
      await using faulty = await connectThroughFaults();
      const { client, proxy } = faulty;
      await lose(proxy);
      // By the time of this answer the closing has arrived, too.
      await direct.version();
      return [await endOf(verb.run(client, target)), requestsOf(verb, proxy).length];
    });
    deepStrictEqual(ends, forAllVerbs(["done", 1]));
  });
}

Deno.test("Client waits for a server that is restarted, whatever the verb", async () => {
  const ends = await withEachVerb(async ({ verb, target, direct }) => {
    let retries = 0;
    const up = (proxy: FaultProxy) => ++retries === 2 && proxy.start();
    await using faulty = await connectThroughFaults({ onRetry: () => up(faulty.proxy) });
    const { client, proxy } = faulty;
    await proxy.stop();
    await direct.version();
    return [await endOf(verb.run(client, target)), retries, requestsOf(verb, proxy).length];
  });
  deepStrictEqual(ends, forAllVerbs(["done", 2, 1]));
});

Deno.test("Client gives up if no server comes back", async () => {
  const ends = await withEachVerb(async ({ verb, target, direct }) => {
    await using faulty = await connectThroughFaults();
    const { client, proxy } = faulty;
    await proxy.stop();
    await direct.version();
    return (await errorOf(verb.run(client, target)))?.message.replace(/.*: no answer from \S+: /, "");
  });
  deepStrictEqual(ends, forAllVerbs("tcp connect error: Connection refused (5 attempts)"));
});

Deno.test("Client uses new connections after old ones went silent", async () => {
  const ends = await withEachVerb(async ({ verb, target }) => {
    await using stack = new AsyncDisposableStack();
    // The hole ends when the first attempt has failed.
    const onRetry = () => stack.disposeAsync();
    await using faulty = await connectThroughFaults({ requestTimeoutMs: 1_000, onRetry });
    const { client, proxy } = faulty;
    stack.use(proxy.blackHole());
    const end = await endOf(verb.run(client, target));
    return end === "done" && verb.idempotent ? proxy.requests.at(-1)!.connection > 0 : end;
  });
  const expected = VERBS.map(({ name, idempotent }) => [name, idempotent ? true : "TransportError"]);
  deepStrictEqual(ends, Object.fromEntries(expected));
});

interface Paging extends AsyncDisposable {
  readonly client: Client;
  readonly proxy: FaultProxy;
  readonly options: { readonly namespace: string; readonly labels: string; readonly limit: number };
  /** The requests for pages: `first`, or `next` for one with a token. */
  readonly requests: () => string[];
}

/** Makes five objects, `page-0` to `page-4`, of which two fill a page. */
async function preparePaging(): Promise<Paging> {
  const stack = new AsyncDisposableStack();
  const namespace = stack.use(await cluster.namespace("faults"));
  const { client, proxy } = stack.use(await connectThroughFaults());
  for (let i = 0; i < 5; i++) {
    const metadata = { namespace: namespace.name, name: `page-${i}`, labels: { app: "paging" } };
    await client.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
  }
  proxy.requests.length = 0;
  return {
    client,
    proxy,
    options: { namespace: namespace.name, labels: "app=paging", limit: 2 },
    requests: () => proxy.requests.map(({ path }) => path.includes("continue=") ? "next" : "first"),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const NAMES = [0, 1, 2, 3, 4].map((i) => `page-${i}`);

Deno.test("Client lists once more from the start after 410 in the middle", async () => {
  await using paging = await preparePaging();
  const { client, proxy, options } = paging;
  for (const read of ["toArray", "iterate"]) {
    proxy.requests.length = 0;
    proxy.inject({ fault: "answer", answer: expired }, { path: /continue=/, skip: 1, times: 1 });
    const list = client.list("configmaps", options);
    const objects = read === "toArray" ? await list.toArray() : await Array.fromAsync(list);
    deepStrictEqual(objects.map(({ metadata }) => metadata.name), NAMES);
    deepStrictEqual(paging.requests(), ["first", "next", "next", "first", "next", "next"]);
  }
});

Deno.test("Client gives up a list after the second 410", async () => {
  await using paging = await preparePaging();
  const { client, proxy, options } = paging;
  proxy.inject({ fault: "answer", answer: expired }, { path: /continue=/ });
  for (const read of [() => client.list("cm", options).toArray(), () => Array.fromAsync(client.list("cm", options))]) {
    proxy.requests.length = 0;
    await rejects(read(), {
      name: "ApiError",
      isExpired: true,
      message: `Cannot list configmaps in namespace "${options.namespace}": ` +
        "The provided continue parameter is too old (410 Expired)",
    });
    deepStrictEqual(paging.requests(), ["first", "next", "first", "next"]);
  }
});

Deno.test("Client repeats a page that was lost, and not the whole list", async () => {
  await using paging = await preparePaging();
  const { client, proxy, options } = paging;
  proxy.inject({ fault: "cut", afterBytes: 100 }, { path: /continue=/, times: 1 });
  const objects = await Array.fromAsync(client.list("configmaps", options));
  deepStrictEqual(objects.map(({ metadata }) => metadata.name), NAMES);
  deepStrictEqual(paging.requests(), ["first", "next", "next", "next"]);
  strictEqual(new Set(proxy.requests.map(({ path }) => path)).size, 3);
});
