import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { formatApiVersion, parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import { DiscoveryError } from "./errors.ts";
import { RestMapper } from "./rest_mapper.ts";

function kind(apiVersion: string, kind: string, plural: string, ...shortNames: string[]): ResourceType {
  return { ...parseApiVersion(apiVersion), kind, plural, namespaced: true, singular: kind.toLowerCase(), shortNames };
}

const mapper = new RestMapper({
  types: [
    kind("v1", "Pod", "pods", "po"),
    kind("v1", "Event", "events", "ev"),
    kind("v1", "ComponentStatus", "componentstatuses", "cs"),
    { ...kind("apps/v1", "Deployment", "deployments", "deploy"), categories: ["all"] },
    kind("events.k8s.io/v1", "Event", "events", "ev"),
    ...["autoscaling/v2", "autoscaling/v1"].map((apiVersion) => ({
      ...kind(apiVersion, "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa"),
      categories: ["all", "scaling"],
    })),
    kind("example.com/v1", "Widget", "widgets"),
    kind("example.com/v1", "Cs", "cs"),
    { group: "old.example.com", version: "v1", kind: "Gadget", plural: "gadgets", namespaced: false, singular: "" },
  ],
  stale: ["metrics.k8s.io/v1beta1"],
});

const names: [name: string, found: string][] = [
  ["Deployment", "apps/v1 deployments"],
  ["deployment", "apps/v1 deployments"],
  ["deployments", "apps/v1 deployments"],
  ["DEPLOYMENTS", "apps/v1 deployments"],
  ["deploy", "apps/v1 deployments"],
  ["deployments.apps", "apps/v1 deployments"],
  ["deploy.apps", "apps/v1 deployments"],
  ["deployments.v1.apps", "apps/v1 deployments"],
  ["Deployment.v1.apps", "apps/v1 deployments"],
  ["po", "v1 pods"],
  ["pods.v1", "v1 pods"],
  ["ev", "v1 events"],
  ["events", "v1 events"],
  ["events.events.k8s.io", "events.k8s.io/v1 events"],
  ["events.v1.events.k8s.io", "events.k8s.io/v1 events"],
  ["hpa", "autoscaling/v2 horizontalpodautoscalers"],
  ["hpa.autoscaling", "autoscaling/v2 horizontalpodautoscalers"],
  ["hpa.v1.autoscaling", "autoscaling/v1 horizontalpodautoscalers"],
  ["widgets.example.com", "example.com/v1 widgets"],
  // The beginning of a group is enough, but a whole one counts more.
  ["events.events", "events.k8s.io/v1 events"],
  ["widgets.exam", "example.com/v1 widgets"],
  ["hpa.auto", "autoscaling/v2 horizontalpodautoscalers"],
  ["gadget", "old.example.com/v1 gadgets"],
  // A full name goes before the same short name of a kind that the server prefers.
  ["cs", "example.com/v1 cs"],
];
for (const [name, found] of names) {
  Deno.test(`RestMapper.resolve() finds ${name}`, () => {
    const type = mapper.resolve(name);
    strictEqual(`${formatApiVersion(type)} ${type.plural}`, found);
  });
}

const unknown: [name: string, hint: string][] = [
  ["deploymnets", 'Did you mean kind "Deployment" in "apps/v1"?'],
  ["horizontalpodautoscalar", 'Did you mean kind "HorizontalPodAutoscaler" in "autoscaling/v2" or "autoscaling/v1"?'],
  ["hpq", 'Did you mean kind "HorizontalPodAutoscaler" in "autoscaling/v2" or "autoscaling/v1"?'],
  ["componentstatusses", 'Did you mean kind "ComponentStatus" in "v1"?'],
  ["deployments.v2.apps", 'Did you mean kind "Deployment" in "apps/v1"?'],
  ["pods.apps", 'Did you mean kind "Pod" in "v1"?'],
  ["events.example.com", 'Did you mean kind "Event" in "v1" or "events.k8s.io/v1"?'],
  [
    "certificates",
    "Check kind and apiVersion; if the kind is a custom one, its CustomResourceDefinition is not installed",
  ],
  ["", "Check kind and apiVersion; if the kind is a custom one, its CustomResourceDefinition is not installed"],
];
for (const [name, hint] of unknown) {
  Deno.test(`RestMapper.resolve() does not find "${name}"`, () => {
    throws(() => mapper.resolve(name), {
      name: "DiscoveryError",
      message: `Cannot find kind "${name}": the server does not offer it`,
      hint,
    });
  });
}

Deno.test("RestMapper.find() prefers the server's first version", () => {
  const hpa = { group: "autoscaling", kind: "HorizontalPodAutoscaler" };
  strictEqual(mapper.find(hpa)?.version, "v2");
  strictEqual(mapper.find({ ...hpa, version: "v1" })?.version, "v1");
  strictEqual(mapper.find({ ...hpa, version: "v3" }), undefined);
  strictEqual(mapper.find({ group: "apps", kind: "HorizontalPodAutoscaler" }), undefined);
});

Deno.test("RestMapper.category() finds the kinds of a category in the versions that the server prefers", () => {
  const found = (name: string) => mapper.category(name).map((type) => `${formatApiVersion(type)} ${type.plural}`);
  deepStrictEqual(found("all"), ["apps/v1 deployments", "autoscaling/v2 horizontalpodautoscalers"]);
  deepStrictEqual(found("scaling"), ["autoscaling/v2 horizontalpodautoscalers"]);
  deepStrictEqual(found("none"), []);
});

Deno.test("RestMapper.unknown() tells other versions, and near kinds", () => {
  const hpa = { group: "autoscaling", version: "v3", kind: "HorizontalPodAutoscaler" };
  const error = mapper.unknown(hpa, "HorizontalPodAutoscaler/web");
  ok(error instanceof DiscoveryError);
  deepStrictEqual([error.message, error.hint], [
    "Cannot use HorizontalPodAutoscaler/web: the server does not offer kind " +
    '"HorizontalPodAutoscaler" in "autoscaling/v3"',
    'The server offers "autoscaling/v2", "autoscaling/v1"',
  ]);
  const near = mapper.unknown({ group: "extensions", version: "v1beta1", kind: "Deployment" }, "Deployment/web");
  strictEqual(near.hint, 'Did you mean kind "Deployment" in "apps/v1"?');
});

Deno.test("RestMapper.isStale() knows the groups of which not all kinds are known", () => {
  strictEqual(mapper.isStale("metrics.k8s.io"), true);
  strictEqual(mapper.isStale("k8s.io"), false);
  strictEqual(mapper.isStale(""), false);
  strictEqual(new RestMapper({ types: [], stale: ["v1"] }).isStale(""), true);
});
