import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { execRequest } from "../../kube/pod_request.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { bindRequest, evictRequest, scaleRequest, tokenRequest } from "../../kube/subresource_request.ts";
import { applyRequest, createRequest, deleteRequest, patchRequest, replaceRequest } from "../../kube/write_request.ts";
import { rawRequest } from "../../client/raw_request.ts";
import { Journal, type JournalEntry } from "./journal.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const policies = { group: "x", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies", namespaced: true };
const nodes = { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false };
const web = { namespace: "shop", name: "web" };
const pod = { apiVersion: "v1", kind: "Pod", metadata: web };

function told(dryRun: boolean, entries: readonly JournalEntry[]): { lines: string[]; summary: string } {
  const lines: string[] = [];
  const journal = new Journal({ dryRun, onEntry: (line) => lines.push(line) });
  entries.forEach((entry) => journal.note(entry));
  return { lines, summary: journal.summary() };
}

const requests: [request: KubeRequest, would: string, did: string][] = [
  [createRequest(pods, pod), "create Pod/shop/web", "created Pod/shop/web"],
  [replaceRequest(pods, pod), "replace Pod/shop/web", "replaced Pod/shop/web"],
  [patchRequest(pods, web, [], "json"), "patch Pod/shop/web", "patched Pod/shop/web"],
  [
    patchRequest(pods, { ...web, subresource: "status" }, {}, "strategic"),
    "patch status of Pod/shop/web",
    "patched status of Pod/shop/web",
  ],
  [applyRequest(pods, pod, { fieldManager: "x" }), "apply Pod/shop/web", "applied Pod/shop/web"],
  [deleteRequest(pods, web), "delete Pod/shop/web", "deleted Pod/shop/web"],
  [scaleRequest(pods, web, 3), "scale Pod/shop/web", "scaled Pod/shop/web"],
  [evictRequest(pods, web), "evict Pod/shop/web", "evicted Pod/shop/web"],
  [bindRequest(pods, web, "node"), "bind Pod/shop/web", "bound Pod/shop/web"],
  [tokenRequest(pods, web, {}), "make a token for Pod/shop/web", "made a token for Pod/shop/web"],
  [execRequest(web, { command: ["ls"] }), "run a command in Pod/shop/web", "ran a command in Pod/shop/web"],
  [deleteRequest(nodes, { name: "a" }), "delete Node/a", "deleted Node/a"],
  [rawRequest("/api/v1/x", { method: "POST" }), "post /api/v1/x", "post /api/v1/x"],
];
for (const [request, would, did] of requests) {
  Deno.test(`Journal tells that it ${did}`, () => {
    deepStrictEqual(told(true, [{ request }]).lines, [`would ${would}`]);
    deepStrictEqual(told(false, [{ request }]).lines, [did]);
  });
}

const create = createRequest(pods, pod);
const remove = deleteRequest(pods, web);
const summaries: [entries: JournalEntry[], would: string, did: string][] = [
  [[], "would change nothing", "changed nothing"],
  [[{ request: remove }], "would delete 1 Pod", "deleted 1 Pod"],
  [
    [{ request: remove }, { request: create }, { request: remove }],
    "would delete 2 Pods, create 1 Pod",
    "deleted 2 Pods, created 1 Pod",
  ],
  [
    [{ request: remove }, { request: remove, note: "not permitted" }],
    "would delete 1 Pod, delete 1 Pod (not permitted)",
    "deleted 1 Pod, deleted 1 Pod (not permitted)",
  ],
  [
    [{ request: deleteRequest(policies, web) }, { request: deleteRequest(policies, web) }],
    "would delete 2 NetworkPolicies",
    "deleted 2 NetworkPolicies",
  ],
  [[{ request: rawRequest("/api/v1/x", { method: "POST" }) }], "would post /api/v1/x", "post /api/v1/x"],
];
for (const [entries, would, did] of summaries) {
  Deno.test(`Journal sums up that it ${did}`, () => {
    strictEqual(told(true, entries).summary, would);
    strictEqual(told(false, entries).summary, did);
  });
}

Deno.test("Journal names what the server named, and says what is to be known", () => {
  const { lines } = told(true, [{ request: create, name: "web-*****" }, { request: remove, note: "not permitted" }]);
  deepStrictEqual(lines, ["would create Pod/shop/web-*****", "would delete Pod/shop/web, not permitted"]);
});

Deno.test("Journal is empty until something is noted", () => {
  const journal = new Journal({ dryRun: false });
  strictEqual(journal.isEmpty, true);
  journal.note({ request: remove });
  strictEqual(journal.isEmpty, false);
});
