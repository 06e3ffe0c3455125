/**
 * What the compiler accepts and what it must catch. The functions are checked, never called.
 */

import { strictEqual } from "node:assert/strict";
import type { ObjectMeta } from "../kube/object.ts";
import { initial } from "./initial.ts";
import type { Live } from "../kube/live.ts";
import { defineKind } from "./kind.ts";
import { withOptions } from "./object_options.ts";
import { param } from "./param.ts";
import { requires } from "./requires.ts";
import { type Script, script } from "./script.ts";

interface Namespace {
  apiVersion: "v1";
  kind: "Namespace";
  metadata?: ObjectMeta & { namespace?: never };
  spec?: { finalizers?: string[] };
  status?: { phase?: string };
}
interface ConfigMap {
  apiVersion: "v1";
  kind: "ConfigMap";
  metadata?: ObjectMeta;
  data?: Record<string, string>;
}
interface Deployment {
  apiVersion: "apps/v1";
  kind: "Deployment";
  metadata?: ObjectMeta;
  spec?: {
    replicas?: number;
    selector: { matchLabels?: Record<string, string> };
    template: { metadata?: ObjectMeta; spec?: { containers: { name: string; image?: string; args?: string[] }[] } };
    strategy?: { type?: "Recreate" | "RollingUpdate" };
  };
  status?: { readyReplicas?: number };
}
interface AccessReview {
  apiVersion: "authorization.k8s.io/v1";
  kind: "AccessReview";
  metadata?: ObjectMeta & { name?: never };
  spec: { user: string };
  status?: { allowed: boolean };
}
const Namespace = defineKind<Namespace>("v1", "Namespace", { plural: "namespaces", namespaced: false });
const ConfigMap = defineKind<ConfigMap>("v1", "ConfigMap", { plural: "configmaps" });
const Deployment = defineKind<Deployment>("apps/v1", "Deployment", { plural: "deployments" });
const AccessReview = defineKind<AccessReview>("authorization.k8s.io/v1", "AccessReview", { plural: "accessreviews" });

const SIZES = { dev: { replicas: 1 }, prod: { replicas: 3 } } as const;

function shop(): Script {
  return script("shop", {
    params: {
      env: param.choice(["dev", "prod"], { default: "dev" }),
      image: param.string(),
      dbPassword: param.secret({ env: "DB_PASSWORD" }),
      hosts: param.list({ default: [] }),
      wait: param.duration({ default: "5m" }),
    },
    presets: { staging: { env: "dev", image: "shop:next" }, production: { env: "prod", wait: "10m" } },
    resources: async ({ params, k, signal }) => {
      const namespace = `shop-${params.env}`;
      const size = SIZES[params.env];
      const waitMs: number = params.wait;
      const cfg = ConfigMap({ metadata: { name: "cfg", namespace }, data: { hosts: params.hosts.join("\n") } });
      const shared = await k.get(ConfigMap, "ops/shared");
      const all = await k.list(ConfigMap, { labels: { tier: ["web", "api"] } }).toArray();
      await fetch("https://example.com", { signal });
      return [
        requires(Namespace, "shared"),
        Namespace({ metadata: { name: namespace } }, { keep: true }),
        cfg,
        params.hosts.length && ConfigMap({ metadata: { name: "hosts", namespace }, data: shared.data ?? {} }),
        params.image && all.map(({ metadata }) => ConfigMap({ metadata: { name: metadata.name, namespace } })),
        { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec: { hard: { pods: waitMs } } },
        withOptions({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } }, {
          readyWhen: (object) => object.type === "Opaque" || "not yet",
        }),
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "x", finalizers: ["e.c/f"] } } as const,
        Deployment({
          metadata: { name: "worker", namespace },
          spec: {
            replicas: initial(size.replicas),
            selector: { matchLabels: { app: "worker" } },
            strategy: { type: initial("Recreate") },
            template: {
              metadata: { labels: { app: "worker" } },
              spec: { containers: [{ name: "w", image: params.image, args: [shared.data?.queue ?? "default"] }] },
            },
          },
        }, { dependsOn: [cfg], ignore: ["spec.replicas"], readyWhen: (d) => (d.status?.readyReplicas ?? 0) > 0 }),
      ];
    },
  });
}

function accepted(d: Live<Deployment>, c: Live<ConfigMap>): unknown[] {
  return [
    // What was read can be passed on.
    Deployment({
      metadata: { name: `${d.metadata.name}-canary`, namespace: d.metadata.namespace },
      spec: { selector: d.spec!.selector, template: d.spec!.template },
    }),
    ConfigMap({
      metadata: { name: "b", ...(c.metadata.labels && { labels: c.metadata.labels }) },
      data: { ...c.data },
    }),
    ConfigMap({ metadata: { generateName: "b-" } }),
    // Reviews have no names.
    AccessReview({ spec: { user: "jane" } }),
    AccessReview({ metadata: { namespace: "shop" }, spec: { user: "jane" } }),
    shop(),
  ];
}

function rejected(d: Live<Deployment>, ns: Live<Namespace>): unknown[] {
  // @ts-expect-error what was read is read-only
  d.metadata.labels!["a"] = "b";
  // @ts-expect-error cluster-scoped: no namespace to read
  const namespace: string = ns.metadata.namespace;
  return [
    namespace,
    Deployment({
      metadata: { name: "x" },
      // @ts-expect-error typo deep in the body
      spec: { selector: {}, template: { spec: { containers: [{ name: "a", imagePullPolicyy: "x" }] } } },
    }),
    // @ts-expect-error neither name nor generateName
    ConfigMap({ metadata: {} }),
    // @ts-expect-error no metadata
    ConfigMap({ data: {} }),
    // @ts-expect-error reviews have no names
    AccessReview({ metadata: { name: "a" }, spec: { user: "jane" } }),
    // @ts-expect-error the spec is missing
    AccessReview({}),
    // @ts-expect-error cluster-scoped: no namespace to write
    Namespace({ metadata: { name: "a", namespace: "b" } }),
    // @ts-expect-error status is not for scripts
    Namespace({ metadata: { name: "a" }, status: { phase: "Active" } }),
    // @ts-expect-error unknown option
    ConfigMap({ metadata: { name: "a" } }, { kep: true }),
    // @ts-expect-error the marked value keeps its type
    ConfigMap({ metadata: { name: "a" }, data: { n: initial(1) } }),
    script("x", {
      params: { n: param.integer() },
      // @ts-expect-error a number is no name
      resources: ({ params }) => [ConfigMap({ metadata: { name: params.n } })],
    }),
    script("x", {
      params: { n: param.integer() },
      // @ts-expect-error unknown param
      resources: ({ params }) => [ConfigMap({ metadata: { name: params.m } })],
    }),
    // @ts-expect-error params without declaration
    script("x", { resources: ({ params }) => [ConfigMap({ metadata: { name: params.n } })] }),
    // @ts-expect-error not one of the choices
    script("x", { params: { env: param.choice(["dev", "prod"]) }, presets: { p: { env: "staging" } } }),
    // @ts-expect-error unknown param in a preset
    script("x", { params: { env: param.string() }, presets: { p: { evn: "staging" } } }),
    // @ts-expect-error a secret in a preset
    script("x", { params: { token: param.secret() }, presets: { p: { token: "hunter2" } } }),
    // @ts-expect-error a default that is no choice
    param.choice(["dev", "prod"], { default: "staging" }),
    // @ts-expect-error a secret with a default
    param.secret({ default: "hunter2" }),
    // @ts-expect-error a function that returns nothing
    script("x", { resources: () => {} }),
    // @ts-expect-error an await is missing
    script("x", { resources: [Promise.resolve(Namespace({ metadata: { name: "a" } }))] }),
    // @ts-expect-error the kind of another type
    defineKind<ConfigMap>("v1", "Secret", { plural: "secrets" }),
  ];
}

Deno.test("the types hold what they promise", () => {
  // That this file passes the type check is the test.
  strictEqual([accepted, rejected].every((snippets) => typeof snippets === "function"), true);
});
