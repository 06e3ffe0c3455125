import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { DesiredObject } from "../kube/desired_object.ts";
import { parseFieldPath } from "../kube/field_path.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import { applied, configMap, KUBECTL, liveOf, OTHER_SET, SET, setBy, wanted } from "./_objects_test.ts";
import {
  ARGOCD,
  BASE,
  type Case,
  deployment,
  describeSent,
  edit,
  formatField,
  HPA,
  OTHER,
  plan,
  rewrite,
  runCases,
  withMetadata,
} from "./_plan_cases_test.ts";
import { digest } from "./digest.ts";
import { Mask } from "./mask.ts";
import { normalize } from "./normalize.ts";
import { followPath } from "./payload.ts";
import { ADOPTED_ANNOTATION, APPLIED_ANNOTATION, KEEP_ANNOTATION } from "./set_identity.ts";

const CASES: readonly Case[] = [
  { name: "an object that is as it was applied", before: BASE, want: { action: "unchanged" } },
  {
    name: "an object of which others set other fields",
    before: BASE,
    edits: [edit(KUBECTL, ["data", "b"], "x"), edit(ARGOCD, ["metadata", "labels", "x"], "y")],
    want: { action: "unchanged" },
  },
  {
    name: "a change of one field",
    before: BASE,
    now: OTHER,
    want: { action: "update", fields: ["data.a: 1 → 2"], drift: false, sent: ["uid", "data.a=2"] },
  },
  {
    name: "a new field",
    before: BASE,
    now: configMap({ a: "1", b: "2" }),
    want: { action: "update", fields: ["data.b: undefined → 2"], drift: false, sent: ["uid", "data.a=1", "data.b=2"] },
  },
  {
    name: "a new label that is empty",
    before: BASE,
    now: configMap({ a: "1" }, {}, { labels: { x: "" } }),
    want: { action: "update", fields: ["metadata.labels.x: undefined → "], drift: false, sent: ["uid", "data.a=1"] },
  },
  {
    name: "a removed field",
    before: configMap({ a: "1", b: "2" }),
    now: BASE,
    want: { action: "update", fields: ["data.b: 2 → undefined (removed)"], drift: false, sent: ["uid", "data.a=1"] },
  },
  {
    name: "a removed field that stays",
    before: configMap({ a: "1", b: "2" }),
    edits: [(live) => {
      const fieldsV1 = { "f:data": { "f:b": {} } };
      return withMetadata({ managedFields: [...live.metadata.managedFields!, { ...KUBECTL, fieldsV1 }] })(live);
    }],
    now: BASE,
    want: {
      action: "update",
      fields: ['data.b: 2 → undefined (stays, as it is also owned by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      drift: false,
      sent: ["uid", "data.a=1"],
    },
  },
  {
    name: "removed replicas",
    before: deployment({ replicas: 2, paused: true }),
    now: deployment({ paused: true }),
    want: {
      action: "update",
      fields: [
        "spec.replicas: 2 → undefined " +
        "(removed: the server sets its default of 1; mark it initial(…) to leave it to others)",
      ],
      drift: false,
      sent: ["uid", "spec.paused=true"],
    },
  },
  {
    name: "a value that is there already, set by somebody else",
    before: BASE,
    edits: [edit(KUBECTL, ["data", "a"], "2")],
    now: OTHER,
    want: {
      action: "update",
      reason: /^the values are there already, and become owned by this script$/,
      drift: false,
      sent: ["uid", "data.a=2"],
    },
  },
  {
    name: "the same fields in another apiVersion",
    before: wanted({ ...deployment({ paused: true }).object, apiVersion: "apps/v1beta2" }),
    now: deployment({ paused: true }),
    want: {
      action: "update",
      reason: /^its fields are recorded under another apiVersion$/,
      drift: false,
      sent: ["uid", "spec.paused=true"],
    },
  },
  {
    name: "an object that is going",
    before: BASE,
    edits: [withMetadata({ deletionTimestamp: "2026-01-02T00:00:00Z", finalizers: ["a", "b"] })],
    want: {
      action: "blocked",
      reason: /^it is being deleted, waiting for finalizers "a", "b"$/,
      hint: /^Run again when it is gone$/,
    },
  },
  {
    name: "an object that is going without finalizers, and that would have to change",
    before: BASE,
    edits: [withMetadata({ deletionTimestamp: "2026-01-02T00:00:00Z" })],
    now: OTHER,
    context: { force: true },
    want: { action: "blocked", reason: /^it is being deleted$/, hint: /^Run again/ },
  },
  {
    name: "an object that a controller owns",
    before: BASE,
    edits: [withMetadata({ ownerReferences: [{ kind: "ReplicaSet", name: "web", controller: true }] })],
    context: { force: true },
    want: {
      action: "conflict",
      reason: /^it is controlled by ReplicaSet\/web$/,
      hint: /^Change what controls it instead, or use another name$/,
    },
  },
  {
    name: "the option keep, newly given",
    before: BASE,
    now: configMap({ a: "1" }, { keep: true }),
    context: { drift: "report" },
    want: {
      action: "update",
      fields: [`metadata.annotations["${KEEP_ANNOTATION}"]: undefined → true`],
      drift: false,
      sent: ["uid", "keep", "data.a=1"],
    },
  },
  {
    name: "the option keep, taken away",
    before: configMap({ a: "1" }, { keep: true }),
    now: BASE,
    want: {
      action: "update",
      fields: [`metadata.annotations["${KEEP_ANNOTATION}"]: true → undefined (removed)`],
      drift: false,
      sent: ["uid", "data.a=1"],
    },
  },
  {
    name: "a quantity that the server wrote in another way",
    before: deployment({ resources: { limits: { cpu: "1000m" } } }),
    edits: [rewrite("spec", { resources: { limits: { cpu: "1" } } })],
    want: { action: "unchanged" },
  },
  {
    name: "a zero that the script adds to an atomic value",
    before: deployment({ nodeSelector: { os: "linux" } }),
    now: deployment({ nodeSelector: { os: "linux", worker: "" } }),
    edits: [(live) => ownedAsAWhole(live, "nodeSelector")],
    want: {
      action: "update",
      reason: /./,
      drift: false,
      sent: ["uid", 'spec.nodeSelector={"os":"linux","worker":""}'],
    },
  },
  {
    name: "a map that was applied empty, and whose defaults the script writes out now",
    before: deployment({ strategy: {} }),
    now: deployment({ strategy: { type: "RollingUpdate" } }),
    edits: [rewrite("spec", { strategy: { type: "RollingUpdate" } })],
    want: { action: "update", reason: /./, drift: false, sent: ["uid", 'spec.strategy={"type":"RollingUpdate"}'] },
  },
  {
    name: "an empty list beside others' items",
    before: deployment({ list: [], paused: true }),
    edits: [(live) => {
      const fieldsV1 = { "f:spec": { "f:list": { 'k:{"name":"x"}': { ".": {}, "f:name": {} } } } };
      const own = live.metadata.managedFields![0]!;
      const spec = own.fieldsV1!["f:spec"] as Record<string, unknown>;
      const { "f:list": _list, ...fields } = spec;
      const entries = [{ ...own, fieldsV1: { ...own.fieldsV1, "f:spec": fields } }, { ...KUBECTL, fieldsV1 }];
      return rewrite("spec", { list: [{ name: "x" }], paused: true })(withMetadata({ managedFields: entries })(live));
    }],
    want: { action: "unchanged" },
  },
];

runCases(CASES);

function ownedAsAWhole(live: LiveObject, field: string): LiveObject {
  const copy = structuredClone(live);
  (copy.metadata.managedFields![0]!.fieldsV1!["f:spec"] as Record<string, unknown>)[`f:${field}`] = {};
  return copy;
}

Deno.test("planObject() plans create for an object that is not there, with initial values and without preconditions", async () => {
  const desired = deployment({ replicas: 2, paused: true }, { initial: [["spec", "replicas"]] });
  const change = await plan(desired, undefined);
  strictEqual(change.action, "create");
  deepStrictEqual(change.fields, []);
  deepStrictEqual(describeSent(change), ["spec.replicas=2", "spec.paused=true"]);
  deepStrictEqual(change.ref, { group: "apps", kind: "Deployment", namespace: "home", name: "d" });
  strictEqual(change.apply!.object.metadata!.annotations![APPLIED_ANNOTATION], await digest(desired));
});

Deno.test("planObject() plans create for a Secret of which no hash can be made, with an empty hash", async () => {
  const change = await plan(secret({ a: "x" }), undefined, { digest: () => Promise.resolve(undefined) });
  strictEqual(change.action, "create");
  strictEqual(change.apply!.object.metadata!.annotations![APPLIED_ANNOTATION], "");
});

Deno.test("planObject() sends the new hash, so that the next plan finds nothing", async () => {
  const change = await plan(OTHER, await applied(BASE));
  const sent = change.apply!.object;
  strictEqual(sent.metadata!.annotations![APPLIED_ANNOTATION], await digest(OTHER));
  const { uid: _uid, ...metadata } = sent.metadata!;
  const live = liveOf({ ...sent, metadata }, { manager: SET.fieldManager, operation: "Apply" });
  strictEqual((await plan(OTHER, live)).action, "unchanged");
});

for (
  const [name, data, desired, context, action, fields, sent] of [
    ["with equal values", { a: "1", x: "y" }, BASE, {}, "adopt", [], ["uid", "adopted", "data.a=1"]],
    ["without the desired fields", { x: "y" }, BASE, {}, "adopt", ["data.a: undefined → 1"], [
      "uid",
      "adopted",
      "data.a=1",
    ]],
    [
      "with another value",
      { a: "x" },
      BASE,
      {},
      "conflict",
      ['data.a: x → 1 (owned by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      undefined,
    ],
    [
      "with another value, by the option adopt",
      { a: "x" },
      configMap({ a: "1" }, { adopt: true }),
      {},
      "adopt",
      ['data.a: x → 1 (owned by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      ["force", "uid", "resourceVersion", "adopted", "data.a=1"],
    ],
    [
      "with another value, by force",
      { a: "x" },
      BASE,
      { force: true },
      "adopt",
      ['data.a: x → 1 (owned by "kubectl-edit" (2026-01-02T00:00:00Z))'],
      ["force", "uid", "resourceVersion", "adopted", "data.a=1"],
    ],
  ] as const
) {
  Deno.test(`planObject() plans ${action} for a foreign object ${name}`, async () => {
    const change = await plan(desired, liveOf(configMap(data).object), context);
    strictEqual(change.action, action, change.reason);
    deepStrictEqual(change.fields.map(formatField), fields);
    deepStrictEqual(describeSent(change), sent);
    strictEqual(change.drift, undefined);
  });
}

Deno.test("planObject() plans adopt for a foreign object with values that nobody owns", async () => {
  const live = liveOf(configMap({ x: "y" }).object);
  const change = await plan(BASE, { ...live, data: { x: "y", a: "other" } });
  deepStrictEqual(change.fields.map(formatField), ["data.a: other → 1"]);
  strictEqual(change.action, "adopt");
  strictEqual(change.apply!.force, false);
});

Deno.test("planObject() takes a copied manifest of a member for a foreign object", async () => {
  const { metadata, data } = await applied(BASE) as LiveObject & { data: object };
  const { labels, annotations } = metadata;
  const copy = liveOf(
    { ...configMap(data).object, metadata: { name: "c", namespace: "home", labels, annotations } } as KubeObject,
  );
  strictEqual((await plan(BASE, copy)).action, "adopt");
});

Deno.test("planObject() does not touch a member of another set, even by force", async () => {
  const change = await plan(BASE, await applied(BASE, OTHER_SET), { force: true });
  deepStrictEqual([change.action, change.reason, change.hint], [
    "conflict",
    'it belongs to another set, applied by "kubescript/home/other"',
    "Take it out of the other set first",
  ]);
  strictEqual(change.apply, undefined);
});

Deno.test("planObject() keeps the mark of adoption in later updates", async () => {
  const before = configMap({ a: "1" }, {}, { annotations: { [ADOPTED_ANNOTATION]: "true" } });
  const change = await plan(OTHER, await applied(before));
  deepStrictEqual(change.fields.map(formatField), ["data.a: 1 → 2"]);
  deepStrictEqual(describeSent(change), ["uid", "adopted", "data.a=2"]);
});

Deno.test("planObject() shows no value of a Secret", async () => {
  const live = setBy(await applied(secret({ a: "hunter2", b: "1" })), KUBECTL, ["data", "a"], "c3RvbGVu");
  for (const force of [false, true]) {
    const { action, fields, reason, hint } = await plan(secret({ a: "hunter3", b: "2" }), live, {
      force,
      mask: new Mask(),
    });
    strictEqual(action, force ? "update" : "conflict");
    const shown = JSON.stringify({ fields, reason, hint });
    for (const value of ["c3RvbGVu", btoa("hunter3"), "hunter3", btoa("2")]) ok(!shown.includes(value), shown);
    match(shown, /redacted #1.*redacted #2/);
  }
});

Deno.test("planObject() leaves a Secret unverified whose hash cannot be made, unless it is certainly unchanged", async () => {
  const noKey = { digest: () => Promise.resolve(undefined), mask: new Mask() };
  const live = await applied(secret({ a: "x" }));
  strictEqual((await plan(secret({ a: "x" }), live, noKey)).action, "unchanged");
  const change = await plan(secret({ a: "y" }), live, noKey);
  strictEqual(change.action, "unverified");
  match(change.reason!, /^the key of its hash cannot be read/);
  deepStrictEqual(change.fields.map(formatField), ["data.a: <redacted #1> → <redacted #2>"]);
  strictEqual(change.apply, undefined);
});

Deno.test("property: unchanged is planned only for what an apply would leave as it is", async () => {
  const keys = ["a", "b", "c"] as const;
  const texts = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom("", "1", "2"));
  const edits = fc.array(
    fc.record({
      owner: fc.constantFrom(KUBECTL, ARGOCD, HPA),
      key: fc.constantFrom(...keys),
      value: fc.constantFrom("", "1", "2", undefined),
    }),
    { maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(texts, texts, fc.boolean(), edits, async (before, after, same, edits) => {
      const now = configMap(same ? before : after);
      const live = edits.reduce(
        (live, { owner, key, value }) => setBy(live, owner, ["data", key], value),
        await applied(configMap(before)),
      );
      const change = await plan(now, live);
      const owned = Object.keys(live.metadata.managedFields![0]!.fieldsV1!["f:data"] ?? {}).toSorted();
      const wanted = (now.object as unknown as { data: Record<string, string> }).data;
      const stands = keys.every((key) =>
        !(key in wanted) || followPath(live, parseFieldPath(`data.${key}`)) === wanted[key]
      );
      const ownsExactly = JSON.stringify(owned) === JSON.stringify(
        Object.keys(wanted).map((key) => `f:${key}`).toSorted(),
      );
      if (change.action === "unchanged") ok(stands && ownsExactly, "a false unchanged");
      else if (stands && ownsExactly && Object.keys(wanted).length > 0) ok(false, "an apply for nothing");
    }),
    { numRuns: 150 },
  );
});

function secret(stringData: Record<string, string>): DesiredObject {
  const metadata = { name: "s", namespace: "home" };
  return normalize(wanted({ apiVersion: "v1", kind: "Secret", metadata, stringData }));
}
