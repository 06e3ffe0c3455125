import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { KubeRequest } from "../kube/request.ts";
import { FakeSender } from "./fake_sender_test.ts";
import { settle } from "../base/manual_clock.ts";
import { liveObject, watchEvent } from "./watched_objects_test.ts";
import { clientSource, type ClientSourceOptions } from "./client_source.ts";
import type { SourceWatchOptions } from "./watch_source.ts";

const configMaps = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const selection = { namespace: "shop", labels: "app=web", fields: "metadata.name=a" };
const { signal } = new AbortController();

/** Watches, and gives the request without what it always says. */
function watch(options: Partial<SourceWatchOptions>, what: ClientSourceOptions = selection) {
  const sender = new FakeSender();
  const source = clientSource(sender.client(), configMaps, what);
  let opened = 0;
  const settings = { timeoutSeconds: 290, freshConnection: false, onOpen: () => void opened++, signal, ...options };
  const events = Array.fromAsync(source.watch(settings));
  events.catch(() => {});
  return { events, stream: sender.streams[0]!, opened: () => opened };
}

/** The path of a request, and the parameters of its query. */
function read({ path }: KubeRequest): [path: string, query: Record<string, string>] {
  const { pathname, searchParams } = new URL(path, "https://server");
  return [pathname, Object.fromEntries(searchParams)];
}

Deno.test("clientSource() watches from a version", () => {
  const { stream: { request, options } } = watch({ resourceVersion: "5", freshConnection: true });
  deepStrictEqual(read(request), ["/api/v1/namespaces/shop/configmaps", {
    ...{ watch: "true", resourceVersion: "5", timeoutSeconds: "290", allowWatchBookmarks: "true" },
    ...{ labelSelector: "app=web", fieldSelector: "metadata.name=a" },
  }]);
  deepStrictEqual(options, { signal, durationMs: 290_000, freshConnection: true });
});

Deno.test("clientSource() asks for what there is first if it has no version", () => {
  const { stream } = watch({}, {});
  deepStrictEqual(read(stream.request), ["/api/v1/configmaps", {
    ...{ watch: "true", timeoutSeconds: "290", allowWatchBookmarks: "true" },
    ...{ sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" },
  }]);
});

Deno.test("clientSource() tells when the server has accepted a watch, and only then", async () => {
  const accepted = watch({});
  strictEqual(accepted.opened(), 0);
  accepted.stream.sync();
  await settle();
  strictEqual(accepted.opened(), 1);
  const refused = watch({});
  refused.stream.refuse(403);
  await refused.events.catch(({ code }) => strictEqual(code, 403));
  strictEqual(refused.opened(), 0);
});

Deno.test("clientSource() calls metadata by the kind of the object", async () => {
  const { stream, events } = watch({}, { as: "metadata" });
  strictEqual(
    stream.request.accept,
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
  );
  const { object } = watchEvent("ADDED", "a", 1);
  stream.sync({ ...object, apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata" });
  stream.end();
  deepStrictEqual((await events)[0]!.object, liveObject("a", 1));
});

Deno.test("clientSource() lists", async () => {
  const sender = new FakeSender();
  sender.answer = { metadata: { resourceVersion: "7" }, items: [{ metadata: liveObject("a", 1).metadata }] };
  const list = async (what: ClientSourceOptions, limit: number) => {
    return await Array.fromAsync(clientSource(sender.client(), configMaps, what).list({ limit, signal }));
  };
  deepStrictEqual(await list(selection, 500), [
    { items: [liveObject("a", 1)], resourceVersion: "7", remainingItemCount: undefined },
  ]);
  await list({ as: "metadata" }, 0);
  const [whole, metadata] = sender.requests;
  deepStrictEqual(read(whole!), ["/api/v1/namespaces/shop/configmaps", {
    ...{ limit: "500", labelSelector: "app=web", fieldSelector: "metadata.name=a" },
  }]);
  deepStrictEqual(read(metadata!), ["/api/v1/configmaps", { limit: "0" }]);
  deepStrictEqual([whole!.accept, metadata!.accept], [
    undefined,
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
  ]);
});
