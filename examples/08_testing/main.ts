#!/usr/bin/env -S deno run -A
/**
 * One rule of every kind, for [main_test.ts](main_test.ts) to show how each is tested.
 */
import {
  changed,
  cron,
  each,
  every,
  extend,
  main,
  param,
  reconcile,
  retryAfter,
  script,
  task,
} from "@kubescript/kubescript";
import { ConfigMap, Deployment, Job, Namespace, NetworkPolicy, Service } from "@kubescript/kubescript/kinds";

/** Registers hosts outside of the cluster; a test gives another one. */
export const dns = {
  async set(host: string, address: string | undefined): Promise<void> {
    const answer = await fetch(`https://dns.example.com/hosts/${host}`, { method: "PUT", body: address ?? "" });
    if (!answer.ok) throw new Error(`Cannot register "${host}": the registry answered ${answer.status}`);
  },
};

/** Closes a namespace, and says so on it: a pure function, which needs no cluster to be tested. */
export function closedNamespace({ metadata: { name } }: { readonly metadata: { readonly name: string } }) {
  return [
    NetworkPolicy({ metadata: { name: "deny", namespace: name }, spec: { podSelector: {}, policyTypes: ["Ingress"] } }),
    extend(Namespace, name, { metadata: { annotations: { "example.com/closed": "true" } } }),
  ];
}

const platform = script("platform", {
  namespace: "platform",
  params: { jobDays: param.integer({ default: 1, help: "After how many days a finished Job goes" }) },

  resources: () => [
    Namespace({ metadata: { name: "platform" } }),
    ConfigMap({ metadata: { name: "settings" }, data: { color: "blue" } }),
  ],

  rules: ({ params }) => ({
    closed: each(Namespace, { labels: "team", owns: [NetworkPolicy] }, closedNamespace),

    hosts: reconcile(Service, {
      labels: "host",
      finalize: ({ metadata }) => dns.set(metadata.labels!.host!, undefined),
    }, async ({ metadata, spec }) => {
      if (!spec?.clusterIP) throw retryAfter("10s", "it has no address yet");
      await dns.set(metadata.labels!.host!, spec.clusterIP);
    }),

    images: changed(
      Deployment,
      { of: ({ spec }) => spec?.template.spec?.containers[0]?.image },
      ({ old, now }, { log }) => {
        log.info("new image", { old, now });
      },
    ),

    sweep: every("10m", {}, async ({ k, now }) => {
      const beforeMs = now.getTime() - params.jobDays * 24 * 60 * 60 * 1_000;
      for await (const job of k.list(Job, { allNamespaces: true })) {
        const endMs = Date.parse(job.status?.completionTime ?? "");
        if (endMs < beforeMs) await k.delete(Job, job, { propagationPolicy: "Background" });
      }
    }),

    report: cron("0 3 * * *", { timeZone: "Europe/Berlin" }, async ({ k, log }) => {
      log.info("report", { namespaces: (await k.list(Namespace).toArray()).length });
    }),

    restart: task("Restart a Deployment", { deployment: param.string() }, async ({ deployment }, { k, now }) => {
      const annotations = { "example.com/restarted": now.toISOString() };
      await k.patch(Deployment, deployment, { spec: { template: { metadata: { annotations } } } });
    }),
  }),
});

export default platform;
if (import.meta.main) await main(platform);
