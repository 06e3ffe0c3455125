import { deepStrictEqual } from "node:assert/strict";
import { change } from "../fake_host_test.ts";
import { planDocument, resultDocument } from "./json.ts";

const plan = {
  script: "shop",
  namespace: "prod",
  changes: [
    change("unchanged", "Namespace/prod"),
    change("update", "Deployment/prod/web", { fields: [{ path: "spec.replicas", from: 1, to: 2, note: "drift" }] }),
    change("create", "ConfigMap/prod/a"),
  ],
};
const summary = {
  create: 1,
  update: 1,
  adopt: 0,
  replace: 0,
  delete: 0,
  release: 0,
  unchanged: 1,
  conflict: 0,
  blocked: 0,
  unverified: 0,
};
const web = { apiVersion: "apps/v1", kind: "Deployment", namespace: "prod", name: "web" };
const settings = { apiVersion: "v1", kind: "ConfigMap", namespace: "prod", name: "a" };
const fields = [{ path: "spec.replicas", from: 1, to: 2, note: "drift" }];

Deno.test("planDocument() is a document of a fixed form", () => {
  deepStrictEqual(JSON.parse(planDocument(plan, { verbose: false })), {
    apiVersion: "kubescript.dev/v1",
    kind: "Plan",
    script: "shop",
    namespace: "prod",
    summary,
    changes: [
      { action: "update", object: web, fields },
      { action: "create", object: settings, fields: [] },
    ],
  });
  const { changes } = JSON.parse(planDocument(plan, { verbose: true }));
  deepStrictEqual(changes[0], {
    action: "unchanged",
    object: { apiVersion: "v1", kind: "Namespace", name: "prod" },
    fields: [],
  });
});

Deno.test("resultDocument() says how each change ended", () => {
  const adopted = { ...plan.changes[2]!, action: "adopt" as const };
  const result = {
    plan,
    outcomes: [
      { change: plan.changes[1]!, status: "failed" as const, reason: "denied", hint: "Ask" },
      { change: adopted, status: "done" as const, reason: "somebody else created it in the meantime" },
    ],
    notReady: [{ ref: plan.changes[1]!.ref, failed: false, reason: "not yet", details: ["one"] }],
    interrupted: false,
  };
  deepStrictEqual(JSON.parse(resultDocument(result, { verbose: false })), {
    apiVersion: "kubescript.dev/v1",
    kind: "Result",
    script: "shop",
    namespace: "prod",
    summary,
    changes: [
      { action: "update", object: web, fields, reason: "denied", hint: "Ask", status: "failed" },
      {
        action: "adopt",
        object: settings,
        fields: [],
        reason: "somebody else created it in the meantime",
        status: "done",
      },
    ],
    notReady: [{ object: web, failed: false, reason: "not yet", details: ["one"] }],
    interrupted: false,
  });
});

Deno.test("resultDocument() says what a stopped run did not touch", () => {
  const stopped = { by: "rail" as const, reason: "too much", hint: "Allow it" };
  const document = JSON.parse(
    resultDocument({ plan, outcomes: [], notReady: [], stopped, interrupted: false }, { verbose: true }),
  );
  deepStrictEqual(document.stopped, stopped);
  deepStrictEqual(document.changes.map(({ status }: { status: string }) => status), ["done", "skipped", "skipped"]);
});
