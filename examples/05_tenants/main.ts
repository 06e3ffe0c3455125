#!/usr/bin/env -S deno run -A
/**
 * A small operator: every namespace with the label of a team gets a network policy and a quota, and keeps them.
 */
import { changed, each, every, extend, main, param, script, task } from "@kubescript/kubescript";
import { Deployment, Job, Namespace, NetworkPolicy, ResourceQuota } from "@kubescript/kubescript/kinds";

const DAY_MS = 24 * 60 * 60 * 1_000;

const tenants = script("tenants", {
  params: {
    team: param.string({ default: "x", help: "The value of the label team" }),
    pods: param.integer({ default: 50, help: "How many Pods a namespace may have" }),
    sweep: param.string({ default: "10m", help: "How often finished Jobs are looked for" }),
    jobDays: param.integer({ default: 1, minimum: 0, help: "After how many days a finished Job goes" }),
  },

  rules: ({ params }) => ({
    // What is returned exists and stays so; it goes when the label or the namespace goes, or this rule.
    tenants: each(Namespace, { labels: { team: params.team }, owns: [NetworkPolicy, ResourceQuota] }, (ns) => {
      const namespace = ns.metadata.name;
      return [
        NetworkPolicy({ metadata: { name: "deny", namespace }, spec: { podSelector: {}, policyTypes: ["Ingress"] } }),
        ResourceQuota({ metadata: { name: "quota", namespace }, spec: { hard: { pods: params.pods } } }),
        // The namespace is somebody else's: only this annotation is the rule's, and is given up in the end.
        extend(Namespace, namespace, { metadata: { annotations: { "example.com/managed": "true" } } }),
      ];
    }),

    // Told once for each change, also for those that happened while nobody looked.
    images: changed(Deployment, {
      of: ({ spec }) => spec?.template.spec?.containers.map(({ image }) => image ?? "") ?? [],
      on: ["changed", "deleted"],
      namespaces: { labels: { team: params.team } },
    }, (change, { log }) => {
      if (change.event === "deleted") return log.info("gone", { image: change.old.join() });
      log.info("new image", { from: change.old.join(), to: change.now.join() });
    }),

    sweep: every(params.sweep, { jitter: "5s" }, async ({ k, now, log }) => {
      const before = now.getTime() - params.jobDays * DAY_MS;
      for await (const job of k.list(Job, { allNamespaces: true, labels: { team: params.team } })) {
        if (Date.parse(job.status?.completionTime ?? "") > before || !job.status?.completionTime) continue;
        await k.delete(Job, job, { propagationPolicy: "Background" });
        log.info("deleted a finished Job", { job: job.metadata.name });
      }
    }),

    restart: task("Restart one Deployment", { deployment: param.string() }, async ({ deployment }, { k, now }) => {
      const annotations = { "example.com/restarted": now.toISOString() };
      await k.patch(Deployment, deployment, { spec: { template: { metadata: { annotations } } } });
    }),
  }),
});

export default tenants;
if (import.meta.main) await main(tenants);
