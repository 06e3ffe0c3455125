import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import type { ListProgress } from "../../lib/client/object_list.ts";
import { ConfigMap, Node, Pod, Secret } from "../../lib/kinds/mod.ts";
import type { LabelSelectorInput } from "../../lib/kube/label_selector.ts";
import { until } from "../e2e/objects.ts";
import { namesOf, pod, refusal } from "./objects.ts";
import { recorder } from "./recorder.ts";
import { row } from "./row.ts";

row("B1", "pagination behind one iterator; an expired token restarts it once; progress", async (context) => {
  const { target, namespace, step } = context;
  const { wrap, requests } = recorder();
  const progress: ListProgress[] = [];
  using k = await target.connect({ namespace, wrap, onPage: (page) => progress.push(page) });
  const create = (name: string) => k.create(Secret({ metadata: { name } }));
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const created = await Promise.all(names.map(create));
  const counts = () => progress.splice(0).map(({ read, remaining }) => [read, remaining]);

  await step("limit and continue", async () => {
    requests.length = 0;
    deepStrictEqual(await namesOf(k.list(Secret, { limit: 3 })), names);
    deepStrictEqual(counts(), [[3, 4], [6, 1], [7, undefined]]);
    const tokens = requests.map(({ path }) => new URL(path, "https://x").searchParams.get("continue"));
    deepStrictEqual(tokens.map((token) => token !== null), [false, true, true]);
    deepStrictEqual((await k.list(Secret, { limit: 4 }).toArray()).map(({ metadata }) => metadata.name), names);
    deepStrictEqual(counts(), [[4, 3], [7, undefined]]);
    deepStrictEqual(await namesOf(k.list(Secret)), names);
    deepStrictEqual(counts(), [[7, undefined]]);
  });
  await step("pages of one state", async () => {
    const pages = [];
    for await (const page of k.list(Secret, { limit: 3 }).pages()) {
      pages.push(page);
      if (pages.length === 1) await create("later");
    }
    deepStrictEqual(pages.map(({ items, remainingItemCount }) => [items.length, remainingItemCount]), [
      [3, 4],
      [3, 1],
      [1, undefined],
    ]);
    strictEqual(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size, 1);
    await k.delete(Secret, "later");
  });
  await step("expired token", async () => {
    const pages = k.list(Secret, { limit: 3 }).pages();
    await pages.next();
    requests.length = 0;
    const seen: string[] = [];
    for await (const { metadata: { name } } of k.list(Secret, { limit: 3 })) {
      seen.push(name);
      if (name !== "c") continue;
      await create("aa");
      await k.delete(Secret, "e");
      await target.forget(Secret);
    }
    deepStrictEqual(seen, ["a", "b", "c", "aa", "d", "f", "g"]);
    const lists = requests.filter(({ verb, target }) => verb === "list" && target?.namespace === namespace);
    // One page, the token that is too old, and the three pages of the restart.
    strictEqual(lists.length, 5);
    strictEqual((await refusal(pages.next())).isExpired, true);
    // A state that is gone does not come back by a restart.
    const { resourceVersion } = created[0]!.metadata;
    const exact = k.list(Secret, { resourceVersion, resourceVersionMatch: "Exact" });
    strictEqual((await refusal(exact.toArray())).isExpired, true);
  });
});

const selections: [selector: LabelSelectorInput, names: string[]][] = [
  ["team=x", ["a"]],
  ["team==x", ["a"]],
  ["team!=x", ["b", "c", "d"]],
  ["tier in (web, api)", ["a", "b", "c"]],
  ["tier notin (web)", ["b", "d"]],
  ["team", ["a", "b"]],
  ["!team", ["c", "d"]],
  ["tier=web,!team", ["c"]],
  ["team,tier notin (api),team!=y", ["a"]],
  ["", ["a", "b", "c", "d"]],
  [{ team: "x" }, ["a"]],
  [{ tier: ["web", "api"] }, ["a", "b", "c"]],
  [{ tier: ["web", "api"], team: "y" }, ["b"]],
];
const badTexts = ["team in x", "=x", "team=x,,", "team = = x", "-a", "a b"];
const badSelectors: LabelSelectorInput[] = [...badTexts, { team: "x y" }, { team: [] }];

row("B2", "label selectors, as text or as an object; bad ones are refused before any request", async (context) => {
  const { target, k, namespace, step } = context;
  const labels = { a: { team: "x", tier: "web" }, b: { team: "y", tier: "api" }, c: { tier: "web" }, d: {} };
  for (const [name, own] of Object.entries(labels)) await k.create(Secret({ metadata: { name, labels: own } }));
  for (const [selector, names] of selections) {
    await step(JSON.stringify(selector), async () => {
      deepStrictEqual(await namesOf(k.list(Secret, { labels: selector })), names);
    });
  }
  await step("everywhere", async () => {
    const selection = { labels: { team: ["x", "y"] } };
    deepStrictEqual(await namesOf(k.listMetadata(Secret, selection)), ["a", "b"]);
    strictEqual((await k.table(Secret, selection)).rows.length, 2);
    const watched = [];
    for await (const { type, object } of k.watch(Secret, { ...selection, resourceVersion: "0" })) {
      watched.push(`${type} ${object.metadata.name}`);
      if (watched.length === 2) break;
    }
    deepStrictEqual(watched.sort(), ["ADDED a", "ADDED b"]);
    strictEqual((await k.deleteCollection(Secret, selection)).length, 2);
    deepStrictEqual(await namesOf(k.list(Secret)), ["c", "d"]);
  });
  await step("bad syntax", async () => {
    const { wrap, requests } = recorder();
    using recorded = await target.connect({ namespace, wrap });
    for (const labels of badSelectors) {
      // By name, too, which is not even looked up.
      for (const kind of [Secret, "secrets"]) {
        throws(() => recorded.list(kind, { labels }), RangeError, JSON.stringify(labels));
        throws(() => recorded.listMetadata(kind, { labels }), RangeError);
        await rejects(recorded.table(kind, { labels }), RangeError);
        await rejects(Array.fromAsync(recorded.watch(kind, { labels })), RangeError);
        await rejects(recorded.deleteCollection(kind, { labels }), RangeError);
      }
    }
    deepStrictEqual(requests, []);
  });
});

row("B3", "field selectors; an unsupported one gives the server's reason", async ({ k, namespace, step }) => {
  await k.create(pod("pending"));
  await k.create(pod("running", { schedulerName: "default-scheduler" }));
  await until("it runs", async () => (await k.get(Pod, "running")).status?.phase === "Running");
  const node = (await k.get(Pod, "running")).spec!.nodeName!;
  const cases: [fields: string, names: string[]][] = [
    ["metadata.name=pending", ["pending"]],
    ["metadata.name==pending", ["pending"]],
    ["metadata.name!=pending", ["running"]],
    ["status.phase=Running", ["running"]],
    ["status.phase!=Running", ["pending"]],
    [`spec.nodeName=${node}`, ["running"]],
    ["spec.nodeName=", ["pending"]],
    [`status.phase=Running,spec.nodeName=${node},metadata.name!=pending`, ["running"]],
    ["status.phase=Running,metadata.name=pending", []],
  ];
  for (const [fields, names] of cases) {
    await step(fields, async () => deepStrictEqual(await namesOf(k.list(Pod, { fields })), names));
  }
  await step("metadata.namespace", async () => {
    const fields = `metadata.namespace=${namespace}`;
    deepStrictEqual(await namesOf(k.list(Pod, { allNamespaces: true, fields })), ["pending", "running"]);
    const names = await namesOf(k.list(Pod, { allNamespaces: true, fields: `metadata.namespace!=${namespace}` }));
    ok(!names.includes("pending"));
    deepStrictEqual(await namesOf(k.list(Node, { fields: `metadata.name=${node}` })), [node]);
  });
  await step("with a label selector", async () => {
    await k.patch(Pod, "pending", { metadata: { labels: { team: "x" } } });
    deepStrictEqual(await namesOf(k.list(Pod, { labels: { team: "x" }, fields: "status.phase!=Running" })), [
      "pending",
    ]);
  });
  await step("unsupported", async () => {
    const error = await refusal(k.list(Pod, { fields: "spec.image=a" }).toArray());
    strictEqual(error.isBadRequest, true);
    match(error.message, /^Cannot list pods in namespace "row-b3-\w+": .*field label not supported: spec.image/);
    strictEqual((await refusal(k.list(Pod, { fields: "status.phase" }).toArray())).isBadRequest, true);
  });
});

row("B4", "resourceVersion and resourceVersionMatch", async ({ k, step }) => {
  const create = (name: string) => k.create(Secret({ metadata: { name } }));
  const [a, b, c] = [await create("a"), await create("b"), await create("c")];
  const [early, late] = [a, c].map(({ metadata }) => metadata.resourceVersion);
  await step("Exact", async () => {
    const resourceVersionMatch = "Exact";
    deepStrictEqual(await namesOf(k.list(Secret, { resourceVersion: early, resourceVersionMatch })), ["a"]);
    const resourceVersion = b.metadata.resourceVersion;
    deepStrictEqual(await namesOf(k.list(Secret, { resourceVersion, resourceVersionMatch })), ["a", "b"]);
    // By pages, too, of which only the first may name the version.
    const exact = k.list(Secret, { resourceVersion: late, resourceVersionMatch, limit: 2 });
    deepStrictEqual(await namesOf(exact), ["a", "b", "c"]);
    const { value: page } = await k.list(Secret, { resourceVersion: early, resourceVersionMatch }).pages().next();
    strictEqual(page?.resourceVersion, early);
  });
  await step("NotOlderThan", async () => {
    const resourceVersionMatch = "NotOlderThan";
    deepStrictEqual(await namesOf(k.list(Secret, { resourceVersion: late, resourceVersionMatch })), ["a", "b", "c"]);
    const any = await namesOf(k.list(Secret, { resourceVersion: "0", resourceVersionMatch }));
    ok(any.every((name) => ["a", "b", "c"].includes(name)));
  });
  await step("of one object", async () => {
    const changed = await k.patch(Secret, "a", { metadata: { labels: { team: "x" } } });
    const { resourceVersion } = changed.metadata;
    strictEqual((await k.get(Secret, "a", { resourceVersion })).metadata.labels?.team, "x");
    strictEqual((await k.get(Secret, "a", { resourceVersion: "0" })).metadata.uid, a.metadata.uid);
  });
  await step("of metadata and tables", async () => {
    const state = { resourceVersion: early, resourceVersionMatch: "Exact" } as const;
    deepStrictEqual(await namesOf(k.listMetadata(Secret, state)), ["a"]);
    deepStrictEqual((await k.table(Secret, state)).rows.map(({ object }) => object.metadata.name), ["a"]);
  });
  await step("what makes no sense", async () => {
    const error = await refusal(k.list(Secret, { resourceVersionMatch: "Exact" }).toArray());
    match(error.message, /resourceVersionMatch/);
  });
});

row("B5", "metadata-only lists and server-side tables", async ({ k, namespace, step }) => {
  const labels = { team: "x" };
  await k.create(ConfigMap({ metadata: { name: "a", labels }, data: { big: "x".repeat(10_000) } }));
  await k.create(pod("p", {}, labels));
  await step("metadata", async () => {
    const [object] = await k.listMetadata(ConfigMap, { labels }).toArray();
    deepStrictEqual(Object.keys(object!).sort(), ["apiVersion", "kind", "metadata"]);
    const { apiVersion, kind, metadata } = object!;
    deepStrictEqual([apiVersion, kind, metadata.name, metadata.labels], ["v1", "ConfigMap", "a", labels]);
    deepStrictEqual(await namesOf(k.listMetadata("pods", { limit: 1, namespace })), ["p"]);
  });
  await step("metadata of changes", async () => {
    for await (const { object } of k.watch(ConfigMap, { labels, resourceVersion: "0", as: "metadata" })) {
      deepStrictEqual([object.metadata.name, object.data], ["a", undefined]);
      break;
    }
  });
  await step("table", async () => {
    const { columnDefinitions, rows } = await k.table(Pod, { labels });
    const shown = columnDefinitions.filter(({ priority }) => priority === 0).map(({ name }) => name);
    deepStrictEqual(shown, ["Name", "Ready", "Status", "Restarts", "Age"]);
    deepStrictEqual(rows.map(({ cells }) => cells.slice(0, 3)), [["p", "0/1", "Pending"]]);
    deepStrictEqual(rows.map(({ object }) => [object.metadata.name, object.metadata.namespace]), [["p", namespace]]);
    strictEqual((await k.table("cm", { fields: "metadata.name=a" })).rows[0]?.cells[0], "a");
    ok((await k.table(Pod, { allNamespaces: true, labels })).rows.length >= 1);
    deepStrictEqual((await k.table(Pod, { labels: "team=nobody" })).rows, []);
  });
});
