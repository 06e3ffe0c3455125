import { strictEqual } from "node:assert/strict";
import { defineKind, type Kind } from "../script/kind.ts";
import { param } from "../script/param.ts";
import { changed } from "../script/rules/changed.ts";
import { each } from "../script/rules/each.ts";
import { extend } from "../script/rules/extend.ts";
import { reconcile } from "../script/rules/reconcile.ts";
import { definitionOf, type Rule } from "../script/rules/rule.ts";
import { task } from "../script/rules/task.ts";
import { cron, every } from "../script/rules/timer.ts";
import { script } from "../script/script.ts";
import { ConfigMap, Deployment, Namespace, NetworkPolicy, ResourceQuota, Secret } from "./mod.ts";

interface Website {
  apiVersion: "example.com/v1";
  kind: "Website";
  metadata?: { name?: string; namespace?: string };
  spec: { image: string };
  status?: { ready?: number };
}
const Website: Kind<Website> = defineKind<Website>("example.com/v1", "Website", { plural: "websites" });

// The compiler is the test: what is right must pass as it is, what is wrong must be an error at its line.
Deno.test("rules take what is right, and nothing else", () => {
  const rules: Rule[] = [
    each(Namespace, { owns: [NetworkPolicy, ResourceQuota], reads: [Secret] }, (ns, { get, list, log }) => {
      const namespace = ns.metadata.name;
      const pull = get(Secret, "ops/pull");
      log.info("secrets", { count: list(Secret, { labels: { app: ["a", "b"] } }).length, pull: pull?.type });
      // @ts-expect-error ConfigMaps are not among what the rule reads
      get(ConfigMap, "a/b");
      // @ts-expect-error what was read is read-only
      ns.metadata.labels!["a"] = "b";
      ns.metadata.namespace satisfies undefined;
      return [
        NetworkPolicy({ metadata: { name: "deny", namespace }, spec: { podSelector: {}, policyTypes: ["Ingress"] } }),
        [ResourceQuota({ metadata: { name: "quota", namespace }, spec: { hard: { pods: "5" } } })],
        pull && extend(Namespace, namespace, { metadata: { annotations: { "example.com/managed": "true" } } }),
      ];
    }),
    // @ts-expect-error the rule does not own the kind
    each(Namespace, { owns: [NetworkPolicy] }, (ns) => [ResourceQuota({ metadata: { name: ns.metadata.name } })]),
    // @ts-expect-error a pure rule has no client
    each(Namespace, {}, (_ns, { k }) => [k]),
    each(Website, { owns: [Deployment], where: ({ spec }) => spec.image !== "" }, (site) => ({
      children: [],
      status: { ready: site.status?.ready ?? 0 },
      again: "10s",
    })),
    // @ts-expect-error the status has no such field
    each(Website, {}, () => ({ children: [], status: { readdy: 1 } })),
    // A child may be built from what was read.
    each(Deployment, { owns: [Deployment] }, ({ metadata, spec }) => [
      Deployment({ metadata: { name: `${metadata.name}-canary`, namespace: metadata.namespace }, spec: spec! }),
    ]),
    reconcile(Website, { finalize: async (site, { k }) => void await k.find(Website, site) }, async (site, { k }) => {
      await k.event(site, "Normal", "Seen", site.spec.image);
    }),
    changed(Deployment, { of: ({ spec }) => spec?.replicas ?? 0 }, ({ old, now, event }) => {
      strictEqual(typeof (old + now), "number");
      event satisfies "changed";
    }),
    changed(Deployment, { of: ({ spec }) => spec?.replicas ?? 0, on: ["changed", "deleted"] }, (change) => {
      if (change.event === "changed") return change.object.spec;
      // @ts-expect-error of what is gone only the identity is known
      return change.object.spec;
    }),
    // @ts-expect-error the part that is looked at must be a value
    changed(Deployment, { of: ({ metadata }) => Promise.resolve(metadata.name) }, () => {}),
    every(
      "10m",
      { jitter: "30s" },
      async ({ k, now, signal }) => [now, await k.list(Secret, { signal }).toArray()],
    ),
    cron("0 3 * * *", { timeZone: "Europe/Berlin" }, ({ log }) => log.info("hello")),
    task("Restart", { deployment: param.string() }, ({ deployment }) => deployment.length),
    // @ts-expect-error there is no such argument
    task("Restart", { deployment: param.string() }, ({ deploymet }) => deploymet),
  ];
  // @ts-expect-error metadata has no such field
  extend(Namespace, "x", { metadata: { label: {} } });
  strictEqual(rules.every((rule) => definitionOf(rule) !== undefined), true);
  script("loop", { rules: Object.fromEntries(rules.map((rule, i) => [`rule-${i}`, rule])) });
});
