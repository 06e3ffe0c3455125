import { deepStrictEqual } from "node:assert/strict";
import type { LiveObject } from "./object.ts";
import { readinessOf } from "./readiness.ts";

const CREATED = "2026-01-01T00:00:00Z";
const NOW_MS = Date.parse(CREATED) + 60_000;

interface Fields {
  metadata?: Record<string, unknown>;
  spec?: Record<string, unknown>;
  status?: unknown;
}

type Case = [name: string, type: string, fields: Fields, state: string, reason: string];

function live(type: string, { metadata, ...fields }: Fields): LiveObject {
  const [apiVersion = "", kind = ""] = type.split(" ");
  const identity = { name: "x", uid: "1", resourceVersion: "1", generation: 2, creationTimestamp: CREATED };
  return { apiVersion, kind, metadata: { ...identity, ...metadata }, ...fields };
}

function conditions(...list: [type: string, status: string, reason?: string, message?: string][]): object[] {
  return list.map(([type, status, reason, message]) => ({ type, status, reason, message }));
}

function run(name: string, cases: readonly Case[]): void {
  for (const [what, type, fields, state, reason] of cases) {
    Deno.test(`readinessOf() ${name}: ${what}`, () => {
      deepStrictEqual(readinessOf(live(type, fields), { nowMs: NOW_MS }), { state, reason });
    });
  }
}

const WIDGET = "example.com/v1 Widget";
run("any kind", [
  ["no status", WIDGET, {}, "ready", "has nothing to wait for"],
  ["a status of another shape", WIDGET, { status: "fine" }, "ready", "has nothing to wait for"],
  [
    "conditions of another shape",
    WIDGET,
    { status: { conditions: { Ready: "no" } } },
    "ready",
    "has nothing to wait for",
  ],
  ["null conditions", WIDGET, { status: { conditions: [null] } }, "ready", "has nothing to wait for"],
  ["deleted", WIDGET, { metadata: { deletionTimestamp: CREATED } }, "terminating", "is being deleted"],
  [
    "deleted with finalizers",
    WIDGET,
    { metadata: { deletionTimestamp: CREATED, finalizers: ["a.io/x", "b.io/y"] } },
    "terminating",
    "waits for finalizers: a.io/x, b.io/y",
  ],
  [
    "old generation",
    WIDGET,
    { status: { observedGeneration: 1, conditions: conditions(["Ready", "True"]) } },
    "progressing",
    "generation 1 is observed, not yet 2",
  ],
  [
    "no generation",
    WIDGET,
    { metadata: { generation: undefined }, status: { observedGeneration: 1 } },
    "ready",
    "has nothing to wait for",
  ],
  [
    "Reconciling",
    WIDGET,
    { status: { conditions: conditions(["Reconciling", "True", "Building", "step 1"], ["Ready", "True"]) } },
    "progressing",
    "Building: step 1",
  ],
  [
    "Stalled",
    WIDGET,
    { status: { conditions: conditions(["Reconciling", "False"], ["Stalled", "True", "NoImage"]) } },
    "failed",
    "NoImage",
  ],
  [
    "Ready",
    WIDGET,
    { status: { observedGeneration: 2, conditions: conditions(["Stalled", "False"], ["Ready", "True"]) } },
    "ready",
    'condition "Ready" is "True"',
  ],
  [
    "not Ready",
    WIDGET,
    { status: { conditions: conditions(["Ready", "False", "", "no disk"]) } },
    "progressing",
    "no disk",
  ],
  [
    "Ready unknown",
    WIDGET,
    { status: { conditions: conditions(["Ready", "Unknown"]) } },
    "progressing",
    'condition "Ready" is "Unknown"',
  ],
  [
    "Ready of an old generation",
    WIDGET,
    { status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } },
    "progressing",
    'condition "Ready" speaks of generation 1, not yet of 2',
  ],
  ["a kind without rules", "v1 ConfigMap", {}, "ready", "has nothing to wait for"],
  ["the name of a built-in kind in another group", "example.com/v1 Namespace", {}, "ready", "has nothing to wait for"],
]);

run("Namespace", [
  ["active", "v1 Namespace", { status: { phase: "Active" } }, "ready", "is active"],
  ["new", "v1 Namespace", {}, "progressing", 'phase is ""'],
]);

run("PersistentVolumeClaim", [
  ["bound", "v1 PersistentVolumeClaim", { status: { phase: "Bound" } }, "ready", "is bound"],
  ["pending", "v1 PersistentVolumeClaim", { status: { phase: "Pending" } }, "progressing", 'phase is "Pending"'],
  ["lost", "v1 PersistentVolumeClaim", { status: { phase: "Lost" } }, "failed", 'phase is "Lost"'],
]);

run("Service", [
  ["cluster IP", "v1 Service", { spec: { type: "ClusterIP" } }, "ready", "is set up"],
  ["new load balancer", "v1 Service", { spec: { type: "LoadBalancer" } }, "progressing", "has no cluster IP yet"],
  [
    "load balancer without an address",
    "v1 Service",
    { spec: { type: "LoadBalancer", clusterIP: "10.0.0.1" }, status: { loadBalancer: {} } },
    "ready",
    "is set up",
  ],
]);

const CRD = "apiextensions.k8s.io/v1 CustomResourceDefinition";
run("CustomResourceDefinition", [
  ["new", CRD, {}, "progressing", "is not established yet"],
  [
    "installing",
    CRD,
    { status: { conditions: conditions(["NamesAccepted", "True"], ["Established", "False", "Installing"]) } },
    "progressing",
    "is not established yet",
  ],
  [
    "established",
    CRD,
    { status: { conditions: conditions(["NamesAccepted", "True"], ["Established", "True"]) } },
    "ready",
    "is established",
  ],
  [
    "names refused",
    CRD,
    { status: { conditions: conditions(["Established", "True"], ["NamesAccepted", "False", "PluralConflict"]) } },
    "failed",
    "PluralConflict",
  ],
  [
    "not accepted",
    CRD,
    { status: { conditions: conditions(["Established", "False", "NotAccepted", "not all names are accepted"]) } },
    "failed",
    "NotAccepted: not all names are accepted",
  ],
]);

const API_SERVICE = "apiregistration.k8s.io/v1 APIService";
run("APIService", [
  ["new", API_SERVICE, {}, "progressing", "its availability is not known yet"],
  [
    "available",
    API_SERVICE,
    { status: { conditions: conditions(["Available", "True"]) } },
    "ready",
    'condition "Available" is "True"',
  ],
  [
    "not available",
    API_SERVICE,
    { status: { conditions: conditions(["Available", "False", "ServiceNotFound"]) } },
    "progressing",
    "ServiceNotFound",
  ],
]);

run("Pod", [
  ["new", "v1 Pod", {}, "progressing", "is not observed yet"],
  ["completed", "v1 Pod", { status: { phase: "Succeeded" } }, "ready", "has completed"],
  ["failed", "v1 Pod", { status: { phase: "Failed" } }, "ready", "has ended with a failure"],
  ["ready", "v1 Pod", { status: { phase: "Running", conditions: conditions(["Ready", "True"]) } }, "ready", "is ready"],
  ["running", "v1 Pod", { status: { phase: "Running" } }, "progressing", "is running, but not ready"],
  [
    "running, not ready",
    "v1 Pod",
    { status: { phase: "Running", conditions: conditions(["Ready", "False", "ContainersNotReady"]) } },
    "progressing",
    "ContainersNotReady",
  ],
  [
    "crash loop",
    "v1 Pod",
    {
      status: {
        phase: "Running",
        containerStatuses: [
          { name: "proxy", state: { waiting: { reason: "ContainerCreating" } } },
          { name: "web", state: { waiting: { reason: "CrashLoopBackOff" } } },
        ],
      },
    },
    "failed",
    'container "web" waits: CrashLoopBackOff',
  ],
  [
    "image pull",
    "v1 Pod",
    {
      status: {
        phase: "Pending",
        containerStatuses: [{ name: "web", state: { running: {} } }, {
          name: "db",
          state: { waiting: { reason: "ImagePullBackOff" } },
        }],
      },
    },
    "progressing",
    'container "db" waits: ImagePullBackOff',
  ],
  ["pending", "v1 Pod", { status: { phase: "Pending" } }, "progressing", 'phase is "Pending"'],
  ["unknown", "v1 Pod", { status: { phase: "Unknown" } }, "progressing", 'phase is "Unknown"'],
  [
    "crash loop of an init container",
    "v1 Pod",
    {
      status: {
        phase: "Pending",
        initContainerStatuses: [{ name: "migrate", state: { waiting: { reason: "CrashLoopBackOff" } } }],
        containerStatuses: [{ name: "web", state: { waiting: { reason: "PodInitializing" } } }],
      },
    },
    "progressing",
    'container "migrate" waits: CrashLoopBackOff',
  ],
]);

Deno.test("readinessOf() Pod: gives the scheduler 15 s", () => {
  const status = { phase: "Pending", conditions: conditions(["PodScheduled", "False", "Unschedulable", "no node"]) };
  const pod = live("v1 Pod", { status });
  const reason = "Unschedulable: no node";
  for (const [ageMs, state] of [[0, "progressing"], [14_999, "progressing"], [15_000, "failed"]] as const) {
    deepStrictEqual(readinessOf(pod, { nowMs: Date.parse(CREATED) + ageMs }), { state, reason });
  }
});

const JOB = "batch/v1 Job";
run("Job", [
  ["new", JOB, { spec: { completions: 3 } }, "progressing", "is not started yet"],
  [
    "running",
    JOB,
    { spec: { completions: 3 }, status: { startTime: CREATED, succeeded: 1 } },
    "progressing",
    "1 of 3 pods have succeeded",
  ],
  [
    "running in parallel",
    JOB,
    { spec: { parallelism: 2 }, status: { startTime: CREATED } },
    "progressing",
    "0 of 2 pods have succeeded",
  ],
  [
    "complete",
    JOB,
    { status: { conditions: conditions(["SuccessCriteriaMet", "True"], ["Complete", "True"]) } },
    "ready",
    "is complete",
  ],
  [
    "failed",
    JOB,
    { status: { startTime: CREATED, conditions: conditions(["Failed", "True", "BackoffLimitExceeded"]) } },
    "failed",
    "BackoffLimitExceeded",
  ],
  [
    "suspended",
    JOB,
    { spec: { suspend: true }, status: { conditions: conditions(["Suspended", "True"]) } },
    "ready",
    "is suspended",
  ],
  [
    "just resumed",
    JOB,
    { spec: { suspend: false }, status: { conditions: conditions(["Suspended", "True"]) } },
    "progressing",
    "is not started yet",
  ],
]);
