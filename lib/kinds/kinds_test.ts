/**
 * What the compiler accepts of the generated kinds, and what it must catch. The functions are checked, never called.
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DeepReadonly } from "../base/deep_readonly.ts";
import { initial } from "../script/initial.ts";
import type { Live } from "../kube/live.ts";
import { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1, type Scale } from "./autoscaling/v1.ts";
import {
  ConfigMap,
  type Container,
  ControllerRevision,
  CustomResourceDefinition,
  Deployment,
  Event,
  HorizontalPodAutoscaler,
  Namespace,
  NetworkPolicy,
  Pod,
  type PodSpec,
  ResourceClaim,
  ResourceQuota,
  Service,
} from "./mod.ts";

const container: Container = { name: "web", image: "web:1", ports: [{ containerPort: 80, protocol: "TCP" }] };

function accepted(
  d: Live<Deployment>,
  c: Live<ConfigMap>,
  ns: Live<Namespace>,
  pod: Live<Pod>,
  readOnly: DeepReadonly<PodSpec>,
): unknown[] {
  const nothing: undefined = ns.metadata.namespace;
  const phase: string | undefined = pod.status?.phase;
  const isOver: boolean = pod.status?.phase === "Succeeded" || pod.status?.phase === "AddedLater";
  const time: string | undefined = pod.status?.startTime;
  const scale: Scale = { apiVersion: "autoscaling/v1", kind: "Scale", spec: { replicas: 1 } };
  return [
    [nothing, phase, isOver, time, scale],
    // What was read can be passed on.
    Deployment({
      metadata: { name: `${d.metadata.name}-canary`, namespace: d.metadata.namespace },
      spec: { selector: d.spec!.selector, template: d.spec!.template },
    }, { readyWhen: ({ status }) => (status?.readyReplicas ?? 0) > 0 }),
    ConfigMap({
      metadata: { name: "b", ...(c.metadata.labels && { labels: c.metadata.labels }) },
      data: { ...c.data },
    }),
    Pod({ metadata: { generateName: "web-" }, spec: readOnly }),
    // Quantities, ports and percentages are numbers or strings.
    ResourceQuota({ metadata: { name: "q" }, spec: { hard: { pods: 10, "limits.cpu": "500m" } } }),
    Service({
      metadata: { name: "web" },
      spec: { ports: [{ port: 80, targetPort: 8080 }, { port: 81, targetPort: "a" }] },
    }),
    Deployment({
      metadata: { name: "web" },
      spec: {
        replicas: initial(2),
        selector: { matchLabels: { app: "web" } },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
        template: { spec: { containers: [container] } },
      },
    }),
    ControllerRevision({ metadata: { name: "r" }, revision: 1, data: { any: ["thing"] } }),
    CustomResourceDefinition({
      metadata: { name: "widgets.example.com" },
      spec: {
        group: "example.com",
        names: { kind: "Widget", plural: "widgets" },
        scope: "Namespaced",
        versions: [{
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: {
                spec: { type: "array", items: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
              },
              additionalProperties: false,
            },
          },
        }],
      },
    }),
  ];
}

function rejected(pod: Live<Pod>): unknown[] {
  // @ts-expect-error what was read is read-only
  pod.spec!.nodeName = "node-0";
  return [
    Deployment({
      metadata: { name: "x" },
      // @ts-expect-error typo deep in the body
      spec: { selector: {}, template: { spec: { containers: [{ name: "a", imagePullPolicyy: "Always" }] } } },
    }),
    Deployment({
      metadata: { name: "x" },
      // @ts-expect-error not one of the enum
      spec: { selector: {}, template: { spec: { containers: [{ name: "a", imagePullPolicy: "always" }] } } },
    }),
    // @ts-expect-error not one of the enum, in a list
    NetworkPolicy({ metadata: { name: "x" }, spec: { podSelector: {}, policyTypes: ["Ingres"] } }),
    // @ts-expect-error selector and template are missing
    Deployment({ metadata: { name: "x" }, spec: { replicas: 2 } }),
    // @ts-expect-error the spec is missing
    HorizontalPodAutoscaler({ metadata: { name: "x" } }),
    // @ts-expect-error the container has no name
    Pod({ metadata: { name: "x" }, spec: { containers: [{ image: "a" }] } }),
    // @ts-expect-error neither name nor generateName
    ConfigMap({ metadata: {} }),
    // @ts-expect-error cluster-scoped
    Namespace({ metadata: { name: "a", namespace: "b" } }),
    // @ts-expect-error status is not for scripts
    Pod({ metadata: { name: "x" }, status: { phase: "Running" } }),
    // @ts-expect-error the values of a ConfigMap are strings
    ConfigMap({ metadata: { name: "x" }, data: { replicas: 1 } }),
    // @ts-expect-error the kind of another type
    Pod satisfies typeof Service,
  ];
}

Deno.test("the types of the kinds hold what they promise", () => {
  // That this file passes the type check is the test.
  strictEqual([accepted, rejected].every((snippets) => typeof snippets === "function"), true);
});

Deno.test("a kind builds objects and tells how the API serves them", () => {
  deepStrictEqual(ConfigMap({ metadata: { name: "a" }, data: { b: "c" } }), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { b: "c" },
  });
  deepStrictEqual(Deployment.type, {
    group: "apps",
    version: "v1",
    kind: "Deployment",
    plural: "deployments",
    namespaced: true,
    singular: "deployment",
    shortNames: ["deploy"],
    subresources: ["scale", "status"],
  });
  strictEqual(Namespace.type.namespaced, false);
});

Deno.test("a name that several groups use is one of them", () => {
  const groupVersions = [HorizontalPodAutoscaler, HorizontalPodAutoscalerV1, Event, ResourceClaim]
    .map(({ type }) => `${type.group}/${type.version}`);
  deepStrictEqual(groupVersions, ["autoscaling/v2", "autoscaling/v1", "/v1", "resource.k8s.io/v1"]);
});
