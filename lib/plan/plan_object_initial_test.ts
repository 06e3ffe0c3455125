import { configMap, KUBECTL } from "./_objects_test.ts";
import { ARGOCD, type Case, deployment, edit, HPA, rewrite, runCases } from "./_plan_cases_test.ts";

const SCALED = deployment({ replicas: 2, paused: true }, { initial: [["spec", "replicas"]] });

const CASES: readonly Case[] = [
  { name: "initial replicas while nobody else sets them", before: SCALED, want: { action: "unchanged" } },
  {
    name: "initial replicas that an autoscaler sets",
    before: SCALED,
    edits: [edit(HPA, ["spec", "replicas"], 7)],
    want: { action: "unchanged" },
  },
  {
    name: "a change beside initial replicas that we own: the live value is sent",
    before: SCALED,
    edits: [rewrite("spec", { replicas: 3, paused: true })],
    now: deployment({ replicas: 5, paused: false }, { initial: [["spec", "replicas"]] }),
    want: {
      action: "update",
      fields: ["spec.paused: true → false"],
      drift: false,
      sent: ["uid", "spec.replicas=3", "spec.paused=false"],
    },
  },
  {
    name: "a forced change beside initial replicas that an autoscaler sets: they are not sent",
    before: SCALED,
    edits: [edit(HPA, ["spec", "replicas"], 7), edit(ARGOCD, ["spec", "paused"], false)],
    context: { force: true },
    want: {
      action: "update",
      fields: ['spec.paused: false → true (owned by "argocd" (2026-01-03T00:00:00Z))'],
      drift: false,
      sent: ["force", "uid", "resourceVersion", "spec.paused=true"],
    },
  },
  {
    name: "replicas that are not initial any more, and that an autoscaler sets",
    before: SCALED,
    edits: [edit(HPA, ["spec", "replicas"], 7)],
    now: deployment({ replicas: 2, paused: true }),
    want: { action: "conflict", fields: ['spec.replicas: 7 → 2 (owned by "kube-controller-manager" (scale))'] },
  },
  {
    name: "the only entry of a map, initial and taken by others",
    before: configMap({ a: "1" }, { initial: [["data", "a"]] }),
    edits: [edit(KUBECTL, ["data", "a"], "x")],
    want: {
      action: "update",
      reason: /^the values are there already/,
      drift: false,
      sent: ["uid"],
    },
  },
  {
    name: "an ignored field that others change",
    before: deployment({ replicas: 2, paused: true }, { ignore: ["spec.replicas"] }),
    edits: [edit(KUBECTL, ["spec", "replicas"], 7)],
    want: { action: "unchanged" },
  },
  {
    name: "a field that is not ignored any more, set by kubectl",
    before: deployment({ replicas: 2, paused: true }, { ignore: ["spec.replicas"] }),
    edits: [edit(KUBECTL, ["spec", "replicas"], 7)],
    now: deployment({ replicas: 2, paused: true }),
    want: {
      action: "conflict",
      fields: ['spec.replicas: 7 → 2 (owned by "kubectl-edit" (2026-01-02T00:00:00Z))'],
    },
  },
];

runCases(CASES);
