import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { getRequest, listRequest, watchRequest } from "./read_request.ts";
import type { KubeRequest, RequestTarget } from "./request.ts";
import { collectionPath, objectPath } from "./resource_path.ts";
import type { ResourceType } from "./resource_type.ts";
import { bindRequest, evictRequest, scaleRequest, tokenRequest } from "./subresource_request.ts";
import {
  applyRequest,
  createRequest,
  deleteCollectionRequest,
  deleteRequest,
  patchRequest,
  replaceRequest,
} from "./write_request.ts";

const PODS: ResourceType = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const DEPLOYMENTS: ResourceType = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
};
const NODES: ResourceType = { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false };

const WEB = { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "shop", name: "web" } };
const WEB_PATH = "/apis/apps/v1/namespaces/shop/deployments/web";
const ADDRESS = { namespace: "shop", name: "web" };

for (
  const [name, type, namespace, path] of [
    ["a core kind", PODS, "shop", "/api/v1/namespaces/shop/pods"],
    ["a kind of a group", DEPLOYMENTS, "shop", "/apis/apps/v1/namespaces/shop/deployments"],
    ["all namespaces", DEPLOYMENTS, undefined, "/apis/apps/v1/deployments"],
    ["a cluster-scoped kind, whatever the namespace", NODES, "shop", "/api/v1/nodes"],
    ["a namespace that would break out of the path", PODS, "a/../b", "/api/v1/namespaces/a%2F..%2Fb/pods"],
  ] as const
) {
  Deno.test(`collectionPath() makes the path of ${name}`, () => strictEqual(collectionPath(type, namespace), path));
}

for (
  const [name, type, address, path] of [
    ["an object", PODS, { namespace: "shop", name: "web-0" }, "/api/v1/namespaces/shop/pods/web-0"],
    [
      "a subresource",
      PODS,
      { namespace: "shop", name: "web-0", subresource: "log" },
      "/api/v1/namespaces/shop/pods/web-0/log",
    ],
    ["a cluster-scoped object", NODES, { name: "n1" }, "/api/v1/nodes/n1"],
    ["a name with a colon", NODES, { name: "system:a/b" }, "/api/v1/nodes/system%3Aa%2Fb"],
  ] as const
) {
  Deno.test(`objectPath() makes the path of ${name}`, () => strictEqual(objectPath(type, address), path));
}

for (
  const [name, call, message] of [
    [
      "an empty name",
      () => objectPath(PODS, { namespace: "shop", name: "" }),
      "Cannot address Pod as the name is empty",
    ],
    [
      "a missing namespace",
      () => objectPath(PODS, { name: "web-0" }),
      'Cannot address Pod "web-0" without a namespace',
    ],
    [
      "the creation of a namespaced object without a namespace",
      () => createRequest(PODS, { apiVersion: "v1", kind: "Pod", metadata: { name: "x" } }),
      'Cannot create Pod "x" without a namespace',
    ],
    [
      "the apply of an object without a name",
      () => applyRequest(NODES, { apiVersion: "v1", kind: "Node" }, { fieldManager: "me" }),
      "Cannot address Node as the name is empty",
    ],
  ] as const
) {
  Deno.test(`a request refuses ${name}`, () => {
    throws(call, { name: "TypeError", message });
  });
}

for (const replicas of [NaN, -1, 1.5, Infinity, "3" as never]) {
  Deno.test(`scaleRequest() refuses ${replicas} replicas`, () => {
    const message = `Cannot scale Deployment "web" to ${replicas}: it is not a number of replicas`;
    throws(() => scaleRequest(DEPLOYMENTS, ADDRESS, replicas), { name: "RangeError", message });
  });
}

const REQUESTS: readonly [name: string, request: KubeRequest, want: KubeRequest][] = [
  [
    "getRequest() reads an object",
    getRequest(DEPLOYMENTS, ADDRESS),
    { method: "GET", verb: "get", path: WEB_PATH, what: "get Deployment/shop/web", idempotent: true },
  ],
  [
    "getRequest() reads a subresource",
    getRequest(DEPLOYMENTS, { ...ADDRESS, subresource: "scale" }),
    {
      method: "GET",
      verb: "get",
      path: `${WEB_PATH}/scale`,
      what: "get scale of Deployment/shop/web",
      idempotent: true,
    },
  ],
  [
    "getRequest() does not name a namespace that a cluster-scoped kind ignores",
    getRequest(NODES, { namespace: "shop", name: "n1" }),
    { method: "GET", verb: "get", path: "/api/v1/nodes/n1", what: "get Node/n1", idempotent: true },
  ],
  [
    "listRequest() lists everything by default",
    listRequest(DEPLOYMENTS),
    {
      method: "GET",
      verb: "list",
      path: "/apis/apps/v1/deployments",
      what: "list deployments in all namespaces",
      idempotent: true,
    },
  ],
  [
    "listRequest() passes options by their own names, and escapes them",
    listRequest(PODS, {
      namespace: "shop",
      labelSelector: "app in (a,b)",
      limit: 500,
      continue: "to+ken=",
      resourceVersion: undefined,
    }),
    {
      method: "GET",
      verb: "list",
      path: "/api/v1/namespaces/shop/pods?labelSelector=app+in+%28a%2Cb%29&limit=500&continue=to%2Bken%3D",
      what: 'list pods in namespace "shop"',
      idempotent: true,
    },
  ],
  [
    "listRequest() can ask for metadata only, and takes whole objects from a server that knows no other",
    listRequest(NODES, { as: "metadata" }),
    {
      method: "GET",
      verb: "list",
      path: "/api/v1/nodes",
      what: "list nodes",
      idempotent: true,
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
    },
  ],
  [
    "watchRequest() watches",
    watchRequest(PODS, { namespace: "shop", resourceVersion: "7", allowWatchBookmarks: true, timeoutSeconds: 290 }),
    {
      method: "GET",
      verb: "watch",
      path: "/api/v1/namespaces/shop/pods?resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=290&watch=true",
      what: 'watch pods in namespace "shop"',
      idempotent: true,
    },
  ],
  [
    "createRequest() posts to the collection and is not repeated",
    createRequest(DEPLOYMENTS, WEB, { dryRun: "All", fieldManager: "me", fieldValidation: "Strict" }),
    {
      method: "POST",
      verb: "create",
      path: "/apis/apps/v1/namespaces/shop/deployments?dryRun=All&fieldManager=me&fieldValidation=Strict",
      what: "create Deployment/shop/web",
      body: WEB,
      idempotent: false,
    },
  ],
  [
    "replaceRequest() puts",
    replaceRequest(DEPLOYMENTS, WEB),
    {
      method: "PUT",
      verb: "update",
      path: WEB_PATH,
      what: "replace Deployment/shop/web",
      body: WEB,
      idempotent: false,
    },
  ],
  [
    "patchRequest() says how the patch is meant",
    patchRequest(DEPLOYMENTS, { ...ADDRESS, subresource: "status" }, { status: {} }, "merge"),
    {
      method: "PATCH",
      verb: "patch",
      path: `${WEB_PATH}/status`,
      what: "patch status of Deployment/shop/web",
      body: { status: {} },
      contentType: "application/merge-patch+json",
      idempotent: false,
    },
  ],
  [
    "applyRequest() names its field manager and may be repeated",
    applyRequest(DEPLOYMENTS, WEB, { fieldManager: "kubescript/shop/web", force: true }),
    {
      method: "PATCH",
      verb: "patch",
      path: `${WEB_PATH}?fieldManager=kubescript%2Fshop%2Fweb&force=true`,
      what: "apply Deployment/shop/web",
      body: WEB,
      contentType: "application/apply-patch+yaml",
      idempotent: true,
    },
  ],
  [
    "deleteRequest() is not repeated without a uid",
    deleteRequest(DEPLOYMENTS, ADDRESS),
    {
      method: "DELETE",
      verb: "delete",
      path: WEB_PATH,
      what: "delete Deployment/shop/web",
      body: { apiVersion: "v1", kind: "DeleteOptions" },
      idempotent: false,
    },
  ],
  [
    "deleteRequest() puts its options into the body, dryRun as a list, and may be repeated with a uid",
    deleteRequest(DEPLOYMENTS, ADDRESS, {
      dryRun: "All",
      gracePeriodSeconds: 0,
      propagationPolicy: "Foreground",
      preconditions: { uid: "1", resourceVersion: "2" },
    }),
    {
      method: "DELETE",
      verb: "delete",
      path: WEB_PATH,
      what: "delete Deployment/shop/web",
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        gracePeriodSeconds: 0,
        propagationPolicy: "Foreground",
        preconditions: { uid: "1", resourceVersion: "2" },
        dryRun: ["All"],
      },
      idempotent: true,
    },
  ],
  [
    "deleteCollectionRequest() selects by the query, and is not repeated",
    deleteCollectionRequest(PODS, { namespace: "shop", labelSelector: "app=web" }, { gracePeriodSeconds: 0 }),
    {
      method: "DELETE",
      verb: "deletecollection",
      path: "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb",
      what: 'delete pods in namespace "shop"',
      body: { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 },
      idempotent: false,
    },
  ],
  [
    "scaleRequest() patches the scale",
    scaleRequest(DEPLOYMENTS, ADDRESS, 3, { fieldManager: "me" }),
    {
      method: "PATCH",
      verb: "patch",
      path: `${WEB_PATH}/scale?fieldManager=me`,
      what: "patch scale of Deployment/shop/web",
      body: { spec: { replicas: 3 } },
      contentType: "application/merge-patch+json",
      idempotent: false,
    },
  ],
  [
    "scaleRequest() applies the scale",
    scaleRequest(DEPLOYMENTS, ADDRESS, 3, { apply: true, force: true, fieldManager: "me" }),
    {
      method: "PATCH",
      verb: "patch",
      path: `${WEB_PATH}/scale?fieldManager=me&force=true`,
      what: "apply scale of Deployment/shop/web",
      body: { apiVersion: "autoscaling/v1", kind: "Scale", metadata: ADDRESS, spec: { replicas: 3 } },
      contentType: "application/apply-patch+yaml",
      idempotent: true,
    },
  ],
  [
    "evictRequest() posts an Eviction",
    evictRequest(PODS, ADDRESS, { dryRun: "All", preconditions: { uid: "1" } }),
    {
      method: "POST",
      verb: "create",
      path: "/api/v1/namespaces/shop/pods/web/eviction",
      what: "evict Pod/shop/web",
      body: {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: ADDRESS,
        deleteOptions: { preconditions: { uid: "1" }, dryRun: ["All"] },
      },
      idempotent: true,
    },
  ],
  [
    "bindRequest() posts a Binding",
    bindRequest(PODS, ADDRESS, "n1"),
    {
      method: "POST",
      verb: "create",
      path: "/api/v1/namespaces/shop/pods/web/binding",
      what: "bind Pod/shop/web",
      body: {
        apiVersion: "v1",
        kind: "Binding",
        metadata: ADDRESS,
        target: { apiVersion: "v1", kind: "Node", name: "n1" },
      },
      idempotent: false,
    },
  ],
  [
    "tokenRequest() posts a TokenRequest",
    tokenRequest({ ...PODS, kind: "ServiceAccount", plural: "serviceaccounts" }, ADDRESS, { expirationSeconds: 600 }),
    {
      method: "POST",
      verb: "create",
      path: "/api/v1/namespaces/shop/serviceaccounts/web/token",
      what: "make a token for ServiceAccount/shop/web",
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds: 600 },
      },
      idempotent: false,
    },
  ],
];

for (const [name, { target: _, ...request }, want] of REQUESTS) {
  Deno.test(name, () => deepStrictEqual(request, want));
}

Deno.test("requests say what they are about", () => {
  const object = { namespace: "shop", name: "web" };
  const options = { fieldManager: "me", subresource: "status" };
  const cases: [KubeRequest, Omit<RequestTarget, "type">][] = [
    [getRequest(DEPLOYMENTS, { ...object, subresource: "scale" }), { ...object, subresource: "scale" }],
    [listRequest(DEPLOYMENTS, { namespace: "shop" }), { namespace: "shop" }],
    [watchRequest(DEPLOYMENTS), { namespace: undefined }],
    [createRequest(DEPLOYMENTS, { ...WEB, metadata: { namespace: "shop", generateName: "web-" } }), {
      namespace: "shop",
      name: undefined,
    }],
    [replaceRequest(DEPLOYMENTS, WEB), { ...object, subresource: undefined }],
    [patchRequest(DEPLOYMENTS, object, {}, "merge"), object],
    [applyRequest(DEPLOYMENTS, WEB, options), { ...object, subresource: "status" }],
    [deleteRequest(DEPLOYMENTS, object), object],
    [deleteCollectionRequest(DEPLOYMENTS, { namespace: "shop" }), { namespace: "shop" }],
    [scaleRequest(DEPLOYMENTS, object, 2), { ...object, subresource: "scale" }],
  ];
  for (const [request, want] of cases) deepStrictEqual(request.target, { type: DEPLOYMENTS, ...want }, request.what);
});
