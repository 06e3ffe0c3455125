import { strictEqual } from "node:assert/strict";
import type { ServedResource } from "../registry/served_resource.ts";
import { namesResource } from "./webhook_rules.ts";

const PODS = { group: "", version: "v1", plural: "pods", namespaced: true } as Partial<
  ServedResource
> as ServedResource;

const CASES: readonly [
  resources: string[],
  scope: "*" | "Cluster" | "Namespaced",
  subresource: string,
  isNamed: boolean,
][] = [
  [["pods"], "*", "", true],
  [["pods"], "*", "status", false],
  [["pods/status"], "*", "status", true],
  [["pods/*"], "*", "status", true],
  [["*"], "*", "", true],
  [["*"], "*", "status", false],
  [["*/*"], "*", "status", true],
  [["*/scale"], "*", "status", false],
  [["services"], "*", "", false],
  [["pods"], "Namespaced", "", true],
  [["pods"], "Cluster", "", false],
];

Deno.test("namesResource() reads rules as the API server does", () => {
  for (const [resources, scope, subresource, isNamed] of CASES) {
    const rules = [{ apiGroups: ["", "apps"], apiVersions: ["*"], operations: ["CREATE" as const], resources, scope }];
    const webhook = { name: "a", admissionReviewVersions: [], sideEffects: "None" as const, clientConfig: {}, rules };
    strictEqual(namesResource(webhook, PODS, subresource), isNamed, `${resources} ${scope} ${subresource}`);
  }
});
