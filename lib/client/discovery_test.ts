import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { KubeRequest } from "../kube/request.ts";
import { discover } from "./discovery.ts";
import { ApiError } from "./errors.ts";

const verbs = ["get", "list"];
const pods = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
  singular: "pod",
  shortNames: ["po"],
  categories: ["all"],
  verbs,
  subresources: ["log", "status"],
};
const widgets = {
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: false,
  singular: "widget",
  shortNames: [],
  categories: [],
  verbs,
  subresources: [],
};

const aggregatedCore = {
  kind: "APIGroupDiscoveryList",
  items: [{
    versions: [{
      version: "v1",
      freshness: "Current",
      resources: [{
        resource: "pods",
        responseKind: { kind: "Pod" },
        scope: "Namespaced",
        singularResource: "pod",
        verbs,
        shortNames: ["po"],
        categories: ["all"],
        subresources: [{ subresource: "log" }, { subresource: "status" }],
      }],
    }],
  }],
};
const aggregatedGroups = {
  kind: "APIGroupDiscoveryList",
  items: [
    {
      metadata: { name: "example.com" },
      versions: [{
        version: "v1",
        freshness: "Current",
        resources: [
          {
            resource: "widgets",
            responseKind: { kind: "Widget" },
            scope: "Cluster",
            singularResource: "widget",
            verbs,
          },
          // Only its subresources exist.
          { resource: "gadgets", scope: "Cluster", subresources: [{ subresource: "scale" }] },
        ],
      }],
    },
    { metadata: { name: "metrics.k8s.io" }, versions: [{ version: "v1beta1", freshness: "Stale" }] },
  ],
};

const legacy: Record<string, Record<string, unknown>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": {
    kind: "APIGroupList",
    groups: [
      { name: "example.com", versions: [{ groupVersion: "example.com/v1" }] },
      { name: "metrics.k8s.io", versions: [{ groupVersion: "metrics.k8s.io/v1beta1" }] },
    ],
  },
  "/api/v1": {
    kind: "APIResourceList",
    resources: [
      {
        name: "pods",
        singularName: "pod",
        namespaced: true,
        kind: "Pod",
        verbs,
        shortNames: ["po"],
        categories: ["all"],
      },
      { name: "pods/log", namespaced: true, kind: "Pod", verbs: ["get"] },
      { name: "pods/status", namespaced: true, kind: "Pod", verbs: ["get"] },
    ],
  },
  "/apis/example.com/v1": {
    kind: "APIResourceList",
    resources: [{ name: "widgets", singularName: "widget", namespaced: false, kind: "Widget", verbs }],
  },
};

function server(documents: Record<string, Record<string, unknown>>, requests: KubeRequest[] = []) {
  return (request: KubeRequest) => {
    requests.push(request);
    const document = documents[request.path];
    if (document) return Promise.resolve(document);
    return Promise.reject(new ApiError(request, 503, { apiVersion: "v1", kind: "Status" }));
  };
}

Deno.test("discover() reads aggregated discovery by two requests", async () => {
  const requests: KubeRequest[] = [];
  deepStrictEqual(await discover(server({ "/api": aggregatedCore, "/apis": aggregatedGroups }, requests)), {
    types: [pods, widgets],
    stale: ["metrics.k8s.io/v1beta1"],
  });
  deepStrictEqual(requests.map(({ path }) => path), ["/api", "/apis"]);
  strictEqual(
    requests[0]!.accept,
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
      "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
  );
});

Deno.test("discover() falls back to a request per group and version, of which some may fail", async () => {
  const requests: KubeRequest[] = [];
  deepStrictEqual(await discover(server(legacy, requests)), {
    types: [pods, widgets],
    stale: ["metrics.k8s.io/v1beta1"],
  });
  strictEqual(requests.length, 5);
});

Deno.test("discover() falls back for one of the two roots alone", async () => {
  const { types } = await discover(server({ ...legacy, "/api": aggregatedCore }));
  deepStrictEqual(types, [pods, widgets]);
});

Deno.test("discover() fails if a root does not answer", async () => {
  await rejects(discover(server({ "/api": aggregatedCore })), {
    message: "Cannot discover the server's kinds (/apis): the server gave no message (503 Unknown)",
  });
});

Deno.test("discover() does not take a cancellation for a group that fails", async () => {
  const reason = new DOMException("stopped", "AbortError");
  const fetchObject = server(legacy);
  const cancelled = (request: KubeRequest) =>
    request.path === "/api/v1" ? Promise.reject(reason) : fetchObject(request);
  await rejects(discover(cancelled), reason);
});
