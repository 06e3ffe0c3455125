import { deepStrictEqual } from "node:assert/strict";
import type { KubeRequest } from "../kube/request.ts";
import { askAccess, askRules, askWho } from "./access.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** Gives one answer, and keeps the request. */
function server(status: Record<string, unknown>) {
  const requests: KubeRequest[] = [];
  const ask = (request: KubeRequest) => {
    requests.push(request);
    return Promise.resolve({ status });
  };
  return { ask, requests };
}

Deno.test("askWho() asks without a spec", async () => {
  const userInfo = { username: "ada", groups: ["dev"] };
  const { ask, requests } = server({ userInfo });
  deepStrictEqual(await askWho(ask), userInfo);
  deepStrictEqual(requests, [{
    method: "POST",
    verb: "create",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    what: "ask who we are",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    idempotent: true,
  }]);
});

Deno.test("askAccess() asks for one thing, and gives the reason", async () => {
  for (const reason of [undefined, "RBAC: allowed"]) {
    const { ask, requests } = server({ allowed: true, reason });
    const question = { namespace: "shop", name: "web-0", subresource: "log" };
    deepStrictEqual(await askAccess(ask, "get", pods, question), { allowed: true, reason: reason ?? "" });
    const [{ path, what, body }] = requests as [KubeRequest];
    deepStrictEqual([path, what], [
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      "ask whether we may get pods",
    ]);
    deepStrictEqual((body as { spec: unknown }).spec, {
      resourceAttributes: { verb: "get", group: "", version: "v1", resource: "pods", ...question },
    });
  }
});

Deno.test("askRules() asks for a namespace", async () => {
  const rules = [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }];
  const { ask, requests } = server({ resourceRules: rules, nonResourceRules: [], incomplete: true });
  deepStrictEqual(await askRules(ask, "shop"), { rules, incomplete: true });
  const [{ path, body }] = requests as [KubeRequest];
  deepStrictEqual(path, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews");
  deepStrictEqual((body as { spec: unknown }).spec, { namespace: "shop" });
});
