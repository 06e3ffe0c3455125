import { configMap, KUBECTL, SET } from "./_objects_test.ts";
import {
  ARGOCD,
  BASE,
  type Case,
  deployment,
  edit,
  HPA,
  OTHER,
  rewrite,
  runCases,
  withMetadata,
} from "./_plan_cases_test.ts";
import { APPLIED_ANNOTATION, PART_OF_LABEL } from "./set_identity.ts";

const LABEL = ["metadata", "labels", PART_OF_LABEL];

const CASES: readonly Case[] = [
  {
    name: "a change by kubectl since",
    before: BASE,
    edits: [edit(KUBECTL, ["data", "a"], "x")],
    want: {
      action: "update",
      fields: ['data.a: x → 1 (drift: set by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      drift: true,
      sent: ["force", "uid", "resourceVersion", "data.a=1"],
    },
  },
  {
    name: "a removal by kubectl since",
    before: BASE,
    edits: [edit(KUBECTL, ["data", "a"])],
    want: {
      action: "update",
      fields: ["data.a: undefined → 1 (drift: it was removed or changed)"],
      drift: true,
      sent: ["uid", "data.a=1"],
    },
  },
  {
    name: "a field that kubectl changed and the script changes, too",
    before: BASE,
    edits: [edit(KUBECTL, ["data", "a"], "x")],
    now: OTHER,
    want: {
      action: "conflict",
      fields: ['data.a: x → 2 (owned by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      reason: /^field "data\.a" is owned by "kubectl-edit" \(2026-01-02T00:00:00Z\)$/,
      hint: /initial\(…\).*--force-conflicts/,
    },
  },
  {
    name: "a hash that somebody else put there",
    before: BASE,
    edits: [
      edit(KUBECTL, ["data", "a"], "x"),
      (live) =>
        edit(KUBECTL, ["metadata", "annotations", APPLIED_ANNOTATION], live.metadata.annotations![APPLIED_ANNOTATION])(
          live,
        ),
    ],
    want: { action: "conflict", fields: ['data.a: x → 1 (owned by "kubectl-edit" (2026-01-02T00:00:00Z))'] },
  },
  {
    name: "a field that another applier took",
    before: BASE,
    edits: [edit(ARGOCD, ["data", "a"], "x")],
    want: {
      action: "conflict",
      fields: ['data.a: x → 1 (owned by "argocd" (2026-01-03T00:00:00Z))'],
      reason: /^field "data\.a" is owned by "argocd"/,
    },
  },
  {
    name: "several fields that others took",
    before: configMap({ a: "1", b: "1" }),
    edits: [edit(ARGOCD, ["data", "a"], "x"), edit(ARGOCD, ["data", "b"], "x")],
    want: {
      action: "conflict",
      fields: ["a", "b"].map((key) => `data.${key}: x → 1 (owned by "argocd" (2026-01-03T00:00:00Z))`),
      reason: /\(and 1 more\)$/,
    },
  },
  {
    name: "a field that another applier took, with force",
    before: BASE,
    edits: [edit(ARGOCD, ["data", "a"], "x")],
    context: { force: true },
    want: {
      action: "update",
      fields: ['data.a: x → 1 (owned by "argocd" (2026-01-03T00:00:00Z))'],
      drift: false,
      sent: ["force", "uid", "resourceVersion", "data.a=1"],
    },
  },
  {
    name: "a field of a member that another applier took and the script changes, too, with force for what is its own",
    before: BASE,
    edits: [edit(ARGOCD, ["data", "a"], "x")],
    now: OTHER,
    context: { forceOwn: true },
    want: {
      action: "update",
      fields: ['data.a: x → 2 (owned by "argocd" (2026-01-03T00:00:00Z))'],
      drift: false,
      sent: ["force", "uid", "resourceVersion", "data.a=2"],
    },
  },
  {
    name: "a member of which another applier took a field, with the option adopt",
    before: configMap({ a: "1" }, { adopt: true }),
    edits: [edit(ARGOCD, ["data", "a"], "x")],
    want: { action: "conflict", fields: ['data.a: x → 1 (owned by "argocd" (2026-01-03T00:00:00Z))'] },
  },
  {
    name: "replicas that an autoscaler sets",
    before: deployment({ replicas: 2 }),
    edits: [edit(HPA, ["spec", "replicas"], 7)],
    want: {
      action: "conflict",
      fields: ['spec.replicas: 7 → 2 (owned by "kube-controller-manager" (scale))'],
      hint: /^Leave the field to its owner with initial\(…\)/,
    },
  },
  {
    name: "replicas of a member that an autoscaler sets, with force for what is its own",
    before: deployment({ replicas: 2 }),
    edits: [edit(HPA, ["spec", "replicas"], 7)],
    context: { forceOwn: true },
    want: {
      action: "conflict",
      fields: ['spec.replicas: 7 → 2 (owned by "kube-controller-manager" (scale))'],
    },
  },
  {
    name: "replicas that kubectl scale set",
    before: deployment({ replicas: 2 }),
    edits: [edit({ ...HPA, manager: "kubectl" }, ["spec", "replicas"], 7)],
    want: {
      action: "update",
      fields: ['spec.replicas: 7 → 2 (drift: set by "kubectl" (scale))'],
      drift: true,
      sent: ["force", "uid", "resourceVersion", "spec.replicas=2"],
    },
  },
  {
    name: "drift that is only reported",
    before: BASE,
    edits: [edit(KUBECTL, ["data", "a"], "x")],
    context: { drift: "report" },
    want: {
      action: "unchanged",
      fields: ['data.a: x → 1 (drift: set by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      reason: /^drift is reported, not repaired$/,
      drift: true,
    },
  },
  {
    name: "drift that is only reported, beside a change by admission: the drifted field is not sent",
    before: configMap({ a: "1", b: "1" }),
    edits: [edit(KUBECTL, ["data", "a"], "x"), rewrite("data", { a: "x", b: "2" })],
    context: { drift: "report" },
    want: {
      action: "update",
      fields: [
        'data.a: x → 1 (drift: set by "kubectl-edit" (2026-01-02T00:00:00Z))',
        "data.b: 2 → 1",
      ],
      reason: /^drift is reported, not repaired$/,
      drift: true,
      sent: ["uid", "data.b=1"],
    },
  },
  {
    name: "drift that is only reported, beside what the server wrote in another way",
    before: deployment({ paused: false, replicas: 2 }),
    edits: [rewrite("spec", { replicas: 2 }), edit(KUBECTL, ["spec", "replicas"], 7)],
    context: { drift: "report" },
    want: {
      action: "unchanged",
      fields: ['spec.replicas: 7 → 2 (drift: set by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      reason: /^drift is reported/,
      drift: true,
    },
  },
  {
    name: "another order that is only reported, beside a change by admission: the list is sent, or it would be removed",
    before: deployment({ list: [{ name: "a" }, { name: "b" }], paused: true }),
    edits: [rewrite("spec", { list: [{ name: "b" }, { name: "a" }], paused: false })],
    context: { drift: "report" },
    want: {
      action: "update",
      fields: [
        'spec.list: [{"name":"b"},{"name":"a"}] → [{"name":"a"},{"name":"b"}] (drift: the order was changed)',
        "spec.paused: false → true",
      ],
      reason: /^drift is reported/,
      drift: true,
      sent: ["uid", 'spec.list=[{"name":"a"},{"name":"b"}]', "spec.paused=true"],
    },
  },
  {
    name: "another order",
    before: deployment({ list: [{ name: "a" }, { name: "b" }] }),
    edits: [rewrite("spec", { list: [{ name: "b" }, { name: "a" }] })],
    want: {
      action: "update",
      fields: ['spec.list: [{"name":"b"},{"name":"a"}] → [{"name":"a"},{"name":"b"}] (drift: the order was changed)'],
      drift: true,
      sent: ["uid", 'spec.list=[{"name":"a"},{"name":"b"}]'],
    },
  },
  {
    name: "a label of the set that somebody removed",
    before: BASE,
    edits: [edit(KUBECTL, LABEL)],
    want: {
      action: "update",
      fields: [`metadata.labels["${PART_OF_LABEL}"]: undefined → ${SET.id} (drift: it was removed or changed)`],
      drift: true,
      sent: ["uid", "data.a=1"],
    },
  },
  {
    name: "managedFields that somebody cleared",
    before: BASE,
    edits: [withMetadata({ managedFields: [] })],
    want: {
      action: "update",
      reason: /^the record of who owns its fields was cleared$/,
      drift: false,
      sent: ["uid", "restoreOwnership", "data.a=1"],
    },
  },
  {
    name: "managedFields that somebody cleared, and a value that changed then",
    before: BASE,
    edits: [withMetadata({ managedFields: [] }), rewrite("data", { a: "x" })],
    want: {
      action: "update",
      fields: ['data.a: x → 1 (owned by "before-first-apply")'],
      reason: /^the record of who owns its fields was cleared$/,
      drift: false,
      sent: ["force", "uid", "resourceVersion", "restoreOwnership", "data.a=1"],
    },
  },
  {
    name: "managedFields that somebody cleared, and another desire: nothing proves that it is ours",
    before: BASE,
    edits: [withMetadata({ managedFields: [] })],
    now: OTHER,
    want: {
      action: "conflict",
      fields: ['data.a: 1 → 2 (owned by "before-first-apply")'],
    },
  },
];

runCases(CASES);
