import { deepStrictEqual } from "node:assert/strict";
import type { LiveObject } from "./object.ts";
import type { Readiness } from "./readiness_state.ts";
import {
  daemonSetReadiness,
  deploymentReadiness,
  replicaSetReadiness,
  statefulSetReadiness,
} from "./readiness_workloads.ts";

type Fields = Record<string, unknown>;
type Case = [name: string, spec: Fields, status: Fields | undefined, state: string, reason: string];

// Pod and Job are tested in readiness_test.ts; those here share their numbers.
function run(kind: string, rule: (object: LiveObject) => Readiness, cases: readonly Case[]): void {
  for (const [what, spec, status, state, reason] of cases) {
    Deno.test(`${rule.name}() ${what}`, () => {
      const metadata = { name: "x", uid: "1", resourceVersion: "1", generation: 1 };
      deepStrictEqual(rule({ apiVersion: "apps/v1", kind, metadata, spec, status }), { state, reason });
    });
  }
}

const AVAILABLE = { type: "Available", status: "True", reason: "MinimumReplicasAvailable" };
const COMPLETE = { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" };
const UPDATING = { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message: "is progressing" };
const ROLLED_OUT = {
  observedGeneration: 1,
  replicas: 3,
  updatedReplicas: 3,
  readyReplicas: 3,
  availableReplicas: 3,
  conditions: [AVAILABLE, COMPLETE],
};
const THREE = { replicas: 3, progressDeadlineSeconds: 600 };

run("Deployment", deploymentReadiness, [
  ["rolled out", THREE, ROLLED_OUT, "ready", "3 replicas are available"],
  [
    "one replica by default",
    { progressDeadlineSeconds: 600 },
    {
      ...ROLLED_OUT,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
    },
    "ready",
    "1 replica is available",
  ],
  ["new", THREE, undefined, "progressing", "is not observed yet"],
  ["new, with no replicas", { replicas: 0 }, {}, "progressing", "is not observed yet"],
  ["too few created", THREE, { ...ROLLED_OUT, replicas: 1 }, "progressing", "1 of 3 replicas are created"],
  ["too few updated", THREE, { ...ROLLED_OUT, updatedReplicas: 1 }, "progressing", "1 of 3 replicas are updated"],
  ["too many", THREE, { ...ROLLED_OUT, replicas: 4 }, "progressing", "4 replicas are there instead of 3"],
  [
    "too many of none",
    { replicas: 0 },
    { ...ROLLED_OUT, replicas: 1 },
    "progressing",
    "1 replica is there instead of 0",
  ],
  ["too few available", THREE, { ...ROLLED_OUT, availableReplicas: 2 }, "progressing", "2 of 3 replicas are available"],
  ["too few ready", THREE, { ...ROLLED_OUT, readyReplicas: 2 }, "progressing", "2 of 3 replicas are ready"],
  [
    "deadline exceeded",
    THREE,
    {
      ...ROLLED_OUT,
      availableReplicas: 0,
      conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
    },
    "failed",
    "ProgressDeadlineExceeded",
  ],
  [
    "still progressing",
    THREE,
    { ...ROLLED_OUT, conditions: [AVAILABLE, UPDATING] },
    "progressing",
    "ReplicaSetUpdated: is progressing",
  ],
  [
    "not known to progress",
    THREE,
    { ...ROLLED_OUT, conditions: [AVAILABLE] },
    "progressing",
    "the rollout has not begun",
  ],
  ["no deadline", { replicas: 3 }, { ...ROLLED_OUT, conditions: [AVAILABLE] }, "ready", "3 replicas are available"],
  [
    "a deadline that means none",
    { replicas: 3, progressDeadlineSeconds: 2147483647 },
    { ...ROLLED_OUT, conditions: [AVAILABLE] },
    "ready",
    "3 replicas are available",
  ],
  [
    "not available",
    THREE,
    {
      ...ROLLED_OUT,
      conditions: [COMPLETE, { type: "Available", status: "False", reason: "MinimumReplicasUnavailable" }],
    },
    "progressing",
    "MinimumReplicasUnavailable",
  ],
  [
    "availability unknown",
    THREE,
    { ...ROLLED_OUT, conditions: [COMPLETE] },
    "progressing",
    "its availability is not known yet",
  ],
]);

const SETTLED = {
  observedGeneration: 1,
  replicas: 3,
  readyReplicas: 3,
  currentReplicas: 3,
  updatedReplicas: 3,
  currentRevision: "x-1",
  updateRevision: "x-1",
};
const PARTITIONED = { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };

run("StatefulSet", statefulSetReadiness, [
  ["settled", { replicas: 3 }, SETTLED, "ready", "3 replicas are ready"],
  ["new", { replicas: 3 }, undefined, "progressing", "is not observed yet"],
  [
    "updated by hand",
    { replicas: 3, updateStrategy: { type: "OnDelete" } },
    {
      ...SETTLED,
      readyReplicas: 0,
    },
    "ready",
    "its update strategy is OnDelete",
  ],
  ["too few created", { replicas: 3 }, { ...SETTLED, replicas: 2 }, "progressing", "2 of 3 replicas are created"],
  ["too few ready", {}, { ...SETTLED, replicas: 1, readyReplicas: 0 }, "progressing", "0 of 1 replica is ready"],
  ["too many", { replicas: 2 }, SETTLED, "progressing", "3 replicas are there instead of 2"],
  [
    "too few current",
    { replicas: 3 },
    { ...SETTLED, currentReplicas: 1 },
    "progressing",
    "1 of 3 replicas are current",
  ],
  [
    "two revisions",
    { replicas: 3 },
    { ...SETTLED, updateRevision: "x-2" },
    "progressing",
    "the rollout of the latest revision is not complete",
  ],
  ["partition to do", PARTITIONED, { ...SETTLED, updatedReplicas: 0 }, "progressing", "0 of 1 replica is updated"],
  [
    "partition done",
    PARTITIONED,
    {
      ...SETTLED,
      updatedReplicas: 1,
      currentReplicas: 2,
      updateRevision: "x-2",
    },
    "ready",
    "3 replicas are ready",
  ],
]);

const EVERYWHERE = {
  observedGeneration: 1,
  desiredNumberScheduled: 2,
  currentNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
  numberReady: 2,
};

run("DaemonSet", daemonSetReadiness, [
  ["everywhere", {}, EVERYWHERE, "ready", "2 replicas are ready"],
  ["no nodes", {}, { observedGeneration: 1, desiredNumberScheduled: 0 }, "ready", "0 replicas are ready"],
  ["new", {}, { desiredNumberScheduled: 0 }, "progressing", "is not observed yet"],
  ["number unknown", {}, { observedGeneration: 1 }, "progressing", "its number of nodes is not known yet"],
  [
    "too few scheduled",
    {},
    { ...EVERYWHERE, currentNumberScheduled: 1 },
    "progressing",
    "1 of 2 replicas are scheduled",
  ],
  ["too few updated", {}, { ...EVERYWHERE, updatedNumberScheduled: 1 }, "progressing", "1 of 2 replicas are updated"],
  ["too few available", {}, { ...EVERYWHERE, numberAvailable: 1 }, "progressing", "1 of 2 replicas are available"],
  ["too few ready", {}, { ...EVERYWHERE, numberReady: undefined }, "progressing", "0 of 2 replicas are ready"],
]);

const COMPLETE_SET = {
  observedGeneration: 1,
  replicas: 2,
  fullyLabeledReplicas: 2,
  availableReplicas: 2,
  readyReplicas: 2,
};
const TWO = { replicas: 2 };

run("ReplicaSet", replicaSetReadiness, [
  ["complete", TWO, COMPLETE_SET, "ready", "2 replicas are available"],
  ["new", { replicas: 0 }, {}, "progressing", "is not observed yet"],
  [
    "failure",
    TWO,
    {
      ...COMPLETE_SET,
      conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "quota" }],
    },
    "progressing",
    "FailedCreate: quota",
  ],
  ["too few labeled", TWO, { ...COMPLETE_SET, fullyLabeledReplicas: 1 }, "progressing", "1 of 2 replicas are labeled"],
  ["too few available", TWO, { ...COMPLETE_SET, availableReplicas: 1 }, "progressing", "1 of 2 replicas are available"],
  ["too few ready", TWO, { ...COMPLETE_SET, readyReplicas: 1 }, "progressing", "1 of 2 replicas are ready"],
  ["too many", {}, COMPLETE_SET, "progressing", "2 replicas are there instead of 1"],
]);
