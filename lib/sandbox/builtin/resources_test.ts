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
  const { draft } = type.decode({ metadata: { name: "a" }, ...object });
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

Deno.test("builtInResources() tells by which fields to select before there is an object", () => {
  for (const { selectableFields, kind } of resources) {
    const fields = selectableFields({ apiVersion: "", kind, metadata: {} });
    for (const [field, value] of Object.entries(fields)) strictEqual(typeof value, "string", `${kind} ${field}`);
  }
});

Deno.test("builtInResources() holds Namespaces until their finalizers are gone", () => {
  const { strategy } = resource("namespaces");
  const held = read(resource("namespaces"), { spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } });
  strictEqual(strategy.isHeld!(held), true);
  strategy.prepareForDelete!(held);
  deepStrictEqual(held.status, { phase: "Terminating" });
  strictEqual(strategy.isHeld!(read(resource("namespaces"), { spec: {} })), false);
});

Deno.test("builtInResources() changes nothing but resources by resize, and nothing but ephemeral containers", () => {
  const { strategy } = resource("pods");
  const container = (cpu: string, image = "i") => ({ name: "c", image, resources: { requests: { cpu } } });
  const old = read(resource("pods"), { spec: { containers: [container("1")] } });
  old.status = { phase: "Running", qosClass: "Burstable" };
  const { resize, ephemeralcontainers } = strategy.subresources!;

  const resized = read(resource("pods"), { spec: { containers: [container("2", "other")] } });
  resize!.prepareForUpdate(resized, old, context());
  const [{ image, resources }] = resized.spec.containers;
  deepStrictEqual([image, resources], ["i", { requests: { cpu: "2" } }]);
  deepStrictEqual(resize!.validateUpdate!(resized, old), []);
  const other = read(resource("pods"), { spec: { containers: [{ name: "d", image: "i" }] } });
  resize!.prepareForUpdate(other, old, context());
  deepStrictEqual(resize!.validateUpdate!(other, old).map(({ field }) => field), ["spec", "spec.containers[0].name"]);

  const debugged = read(resource("pods"), {
    spec: { containers: [container("2")], ephemeralContainers: [{ name: "e", image: "e" }] },
  });
  ephemeralcontainers!.prepareForUpdate(debugged, old, context());
  deepStrictEqual(debugged.spec.containers, old.spec.containers);
  deepStrictEqual(ephemeralcontainers!.validateUpdate!(debugged, old), []);
  const [error] = ephemeralcontainers!.validateUpdate!(old, debugged as StoredObject);
  ok(error!.message.includes('existing ephemeral containers "e" may not be removed'));
});

Deno.test("builtInResources() lets approvals change nothing but conditions", () => {
  const type = resource("certificatesigningrequests", "certificates.k8s.io");
  const old = read(type, { spec: { request: "YQ==", signerName: "s" } });
  const approved = read(type, {
    spec: { request: "Yg==", signerName: "s" },
    status: { certificate: "Yw==", conditions: [{ type: "Approved", status: "True" }] },
  });
  const { approval } = type.strategy.subresources!;
  approval!.prepareForUpdate(approved, old, context());
  deepStrictEqual([approved.spec, approved.status.certificate], [old.spec, undefined]);
  strictEqual(approved.status.conditions[0].lastTransitionTime, "2026-01-01T00:00:00Z");
  strictEqual(approval!.validateUpdate!(old, approved as StoredObject).length, 1);
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

Deno.test("builtInResources() does not let the address of a Service change, and warns of what is not advised", () => {
  const { strategy } = resource("services");
  const port = { port: 80 };
  const old = read(resource("services"), { spec: { ports: [port], clusterIP: "10.0.1.2", clusterIPs: ["10.0.1.2"] } });
  const next = read(resource("services"), { spec: { ...old.spec, clusterIP: "None" } });
  strategy.prepareForUpdate!(next, old, context());
  deepStrictEqual(next.spec.clusterIPs, ["None"]);
  deepStrictEqual(strategy.validateUpdate!(next, old, context()).map(({ field }) => field), ["spec.clusterIPs[0]"]);
  const headless = { clusterIP: "None", sessionAffinity: "ClientIP", ports: [port] };
  deepStrictEqual(strategy.warnings!(read(resource("services"), { spec: headless })), [
    "spec.SessionAffinity is ignored for headless services",
  ]);
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
