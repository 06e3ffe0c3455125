#!/usr/bin/env -S deno run -A
/**
 * An operator on a kind of its own: a Website becomes a Deployment and a Service, its status tells how it is doing, and
 * a CDN outside of the cluster is told about it, also when it goes.
 */
import { condition, crd, each, main, param, permanent, reconcile, retryAfter, script } from "@kubescript/kubescript";
import { Deployment, Service } from "@kubescript/kubescript/kinds";

const Website = crd({
  group: "web.example.com",
  version: "v1",
  kind: "Website",
  spec: {
    type: "object",
    required: ["image", "tier"],
    properties: {
      image: { type: "string" },
      tier: { type: "string", enum: ["free", "paid"] },
      hosts: { type: "array", items: { type: "string" } },
    },
  },
  status: {
    type: "object",
    properties: {
      ready: { type: "integer" },
      conditions: {
        type: "array",
        items: {
          type: "object",
          required: ["type", "status"],
          properties: {
            type: { type: "string" },
            status: { type: "string" },
            reason: { type: "string" },
            lastTransitionTime: { type: "string" },
          },
        },
      },
    },
  },
  printerColumns: [
    { name: "Tier", type: "string", jsonPath: ".spec.tier" },
    { name: "Ready", type: "integer", jsonPath: ".status.ready" },
  ],
});

const websites = script("websites", {
  params: { cdn: param.string({ default: "http://127.0.0.1:8080", help: "The address of the CDN" }) },

  resources: [Website.definition],

  rules: ({ params }) => ({
    // Children and status follow from the Website and from what was read: a change to either calls this again.
    sites: each(Website, { owns: [Deployment, Service], reads: [Deployment] }, (website, { get }) => {
      const { metadata: { name }, spec: { image, tier, hosts = [] } } = website;
      if (tier === "free" && hosts.length > 1) throw permanent("the free tier has one host: remove hosts, or pay");
      const labels = { app: name };
      const ready = get(Deployment, name)?.status?.readyReplicas ?? 0;
      return {
        children: [
          Deployment({
            metadata: { name },
            spec: {
              replicas: tier === "paid" ? 3 : 1,
              selector: { matchLabels: labels },
              template: { metadata: { labels }, spec: { containers: [{ name: "web", image }] } },
            },
          }),
          Service({ metadata: { name }, spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } }),
        ],
        status: {
          ready,
          conditions: [condition(website, { type: "Ready", status: ready > 0, reason: ready > 0 ? "Pods" : "NoPods" })],
        },
        // The watch tells when Pods are ready; this is for those who do not trust it.
        ...(ready === 0 && { again: "30s" }),
      };
    }),

    // What is not in Kubernetes: the Website stays until the CDN has forgotten it.
    cdn: reconcile(Website, {
      where: ({ spec }) => spec.tier === "paid",
      async finalize({ metadata: { name, uid } }, { signal, log }) {
        const answer = await fetch(`${params.cdn}/sites/${uid}`, { method: "DELETE", signal });
        await answer.body?.cancel();
        if (!answer.ok && answer.status !== 404) {
          throw retryAfter("1s", `the CDN does not forget ${name}: ${answer.status}`);
        }
        log.info("forgotten by the CDN");
      },
    }, async ({ metadata: { uid }, spec: { hosts = [] } }, { signal, log }) => {
      const body = JSON.stringify(hosts);
      const answer = await fetch(`${params.cdn}/sites/${uid}`, { method: "PUT", body, signal });
      await answer.body?.cancel();
      if (!answer.ok) throw retryAfter("1s", `the CDN does not take it: ${answer.status}`);
      log.info("told the CDN", { hosts: hosts.length });
    }),
  }),
});

export default websites;
if (import.meta.main) await main(websites);
