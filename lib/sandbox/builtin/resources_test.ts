import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Draft, ServedResource, StoredObject } from "../registry/served_resource.ts";
import type { StrategyContext } from "../registry/strategy.ts";
import type { Part } from "../schema/typed_walk.ts";
import { builtInResources } from "./resources.ts";

const resources = await builtInResources();

function resource(plural: string, group = "", version = "v1"): ServedResource {
  return resources.find((one) => one.plural === plural && one.group === group && one.version === version)!;
}

function context(services: readonly Part[] = []): StrategyContext {
  return {
    now: "2026-01-01T00:00:00Z",
    random: () => 0,
    find: () => undefined,
    list: (storedAs) => storedAs === "/services" ? services as StoredObject[] : [],
    warn: () => {},
  };
}

function read(type: ServedResource, object: Part): Draft & Part {
  const { draft } = type.decode!({ metadata: { name: "a" }, ...object });
  type.strategy.setDefaults?.(draft);
  return draft;
}

Deno.test("builtInResources() has every resource once, with a stored version for each", () => {
  strictEqual(resources.length, 72);
  strictEqual(new Set(resources.map(({ group, version, plural }) => `${group}/${version}/${plural}`)).size, 72);
  for (const { storedAs } of resources) {
    strictEqual(resources.filter((one) => one.storedAs === storedAs && one.isStored).length, 1, storedAs);
  }
});

Deno.test("builtInResources() lets Pods go gracefully only where they run", () => {
  const { strategy } = resource("pods");
  const pod = (spec: Part, phase = "Running") => ({ spec, status: { phase } }) as unknown as StoredObject;
  const running = { nodeName: "n", terminationGracePeriodSeconds: 30 };
  strictEqual(strategy.gracePeriodSeconds!(pod(running), undefined), 30);
  strictEqual(strategy.gracePeriodSeconds!(pod(running), 5), 5);
  strictEqual(strategy.gracePeriodSeconds!(pod(running), -1), 1);
  strictEqual(strategy.gracePeriodSeconds!(pod(running, "Succeeded"), 5), 0);
  strictEqual(strategy.gracePeriodSeconds!(pod({ terminationGracePeriodSeconds: 30 }), undefined), 0);
});

Deno.test("builtInResources() tells what field selectors can name", () => {
  const pod = { spec: { nodeName: "n" }, status: { podIPs: [{ ip: "10.1.0.1" }] } } as unknown as StoredObject;
  const fields = resource("pods").selectableFields(pod);
  deepStrictEqual([fields["spec.nodeName"], fields["status.podIP"], fields["spec.hostNetwork"]], [
    "n",
    "10.1.0.1",
    "false",
  ]);
  deepStrictEqual(resource("configmaps").selectableFields(pod), {});
});

Deno.test("builtInResources() gives Services addresses and ports that are free, and keeps them", () => {
  const services = resource("services");
  const create = (others: readonly Part[]) => {
    const draft = read(services, { spec: { type: "NodePort", ports: [{ port: 80 }] } });
    services.strategy.prepareForCreate!(draft, context(others));
    return draft;
  };
  const first = create([]);
  const second = create([first]);
  notStrictEqual(second.spec.clusterIP, first.spec.clusterIP);
  notStrictEqual(second.spec.ports[0].nodePort, first.spec.ports[0].nodePort);

  const next = read(services, { spec: { type: "ClusterIP", ports: [{ port: 80 }] } });
  services.strategy.prepareForUpdate!(next, first, context([first]));
  strictEqual(next.spec.clusterIP, first.spec.clusterIP);
  strictEqual(next.spec.ports[0].nodePort, undefined);
});

Deno.test("builtInResources() serves events in both groups", () => {
  const events = resource("events", "events.k8s.io");
  const event = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    regarding: { name: "p" },
    note: "x",
    reportingController: "c",
  };
  const stored = events.toStored({ ...event, metadata: { name: "a" } } as Draft) as Part;
  deepStrictEqual([stored.apiVersion, stored.involvedObject, stored.message, stored.reportingComponent], [
    "v1",
    { name: "p" },
    "x",
    "c",
  ]);
  deepStrictEqual(events.fromStored(stored as StoredObject), { ...event, metadata: { name: "a" } });
});

Deno.test("builtInResources() keeps in annotations what autoscaling/v1 lacks", () => {
  const v1 = resource("horizontalpodautoscalers", "autoscaling", "v1");
  const v2 = resource("horizontalpodautoscalers", "autoscaling", "v2");
  const memory = {
    type: "Resource",
    resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } },
  };
  const stored = read(v2, {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    spec: { maxReplicas: 3, scaleTargetRef: {}, metrics: [memory], behavior: { scaleUp: { selectPolicy: "Min" } } },
  });
  const old = v1.fromStored(stored);
  ok(old.metadata.annotations!["autoscaling.alpha.kubernetes.io/metrics"]);
  const back = v1.toStored(structuredClone(old) as Draft) as Part;
  deepStrictEqual([back.metadata, back.spec], [stored.metadata, stored.spec]);
});

Deno.test("builtInResources() counts the templates of DaemonSets", () => {
  const daemonSets = resource("daemonsets", "apps");
  const draft = (image: string) =>
    read(daemonSets, { spec: { template: { spec: { containers: [{ name: "a", image }] } } } });
  const first = draft("a:1");
  daemonSets.strategy.prepareForCreate!(first, context());
  const generations = ["a:1", "a:2"].map((image) => {
    const next = draft(image);
    daemonSets.strategy.prepareForUpdate!(next, first, context());
    return next.metadata.annotations!["deprecated.daemonset.template.generation"];
  });
  deepStrictEqual(generations, ["1", "2"]);
});
