import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DesiredObject } from "../kube/desired_object.ts";
import type { LiveObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { applied, configMap, KUBECTL, SET, setBy } from "./_objects_test.ts";
import type { Change } from "./change.ts";
import { checkRails, parseAllowance, planRemovals, type RailFacts, releasePatch } from "./removal.ts";
import { ADOPTED_ANNOTATION, APPLIED_ANNOTATION, KEEP_ANNOTATION, PART_OF_LABEL } from "./set_identity.ts";

const CONFIG_MAPS: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

async function member(options: Partial<DesiredObject> = {}, annotations: object = {}): Promise<LiveObject> {
  return await applied(configMap({ a: "1" }, options, { annotations }));
}

for (
  const [name, live, action, reason] of [
    ["deletes what the set made", await member(), "delete", undefined],
    ["releases what is to be kept", await member({ keep: true }), "release", "it is to be kept"],
    [
      "releases what existed before",
      await member({ keep: true }, { [ADOPTED_ANNOTATION]: "true" }),
      "release",
      "it existed before the set took it over",
    ],
    [
      "believes no mark that somebody else made",
      setBy(await member(), KUBECTL, ["metadata", "annotations", KEEP_ANNOTATION], "true"),
      "delete",
      undefined,
    ],
  ] as const
) {
  Deno.test(`planRemovals() ${name}`, () => {
    const [change] = planRemovals([{ live, type: CONFIG_MAPS }], SET);
    const ref = { group: "", kind: "ConfigMap", namespace: "home", name: "c" };
    deepStrictEqual(change, {
      apiVersion: "v1",
      ref,
      type: CONFIG_MAPS,
      live,
      fields: [],
      action,
      ...(reason !== undefined && { reason }),
    });
  });
}

for (
  const [values, all, count] of [
    [[], false, 0],
    [["5"], false, 5],
    [["2", "5", "3"], false, 5],
    [["all"], true, 0],
    [["Namespace", "StatefulSet/shop/db", "-1", "1.5"], false, 0],
  ] as const
) {
  Deno.test(`parseAllowance() reads ${JSON.stringify(values)}`, () => {
    deepStrictEqual(parseAllowance(values), { all, count, names: new Set(values) });
  });
}

/** A deletion of `Kind.group/namespace/name` or `Kind.group/name`. */
function deletion(text: string, live?: object): Change {
  const [groupKind = "", ...rest] = text.split("/");
  const [name = "", namespace] = rest.reverse();
  const [kind = "", ...group] = groupKind.split(".");
  const ref = { group: group.join("."), kind, namespace, name };
  return { action: "delete", apiVersion: "v1", ref, fields: [], live: live as LiveObject | undefined };
}

const FOUR = [1, 2, 3, 4].map((i) => deletion(`ConfigMap/shop/c${i}`));
const CLAIMS = { spec: { volumeClaimTemplates: [{}] } };

interface RailCase {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly facts?: Partial<RailFacts>;
  readonly allow?: readonly string[];
  /** The reason; `undefined` if nothing is in the way. */
  readonly want?: string;
}

const RAIL_CASES: readonly RailCase[] = [
  { name: "nothing", changes: [] },
  { name: "three objects of any number", changes: FOUR.slice(1), facts: { members: 3 } },
  {
    name: "four of ten objects",
    changes: FOUR,
    facts: { members: 10 },
    want: "4 of the set's 10 objects would be deleted",
  },
  { name: "four of fourteen objects", changes: FOUR, facts: { members: 14 } },
  { name: "four releases", changes: FOUR.map((change) => ({ ...change, action: "release" })), facts: { members: 4 } },
  { name: "four of ten objects, allowed by number", changes: FOUR, allow: ["4"] },
  { name: "four of ten objects, of which three are allowed", changes: FOUR, allow: ["3"], want: "4 of the set's" },
  { name: "four of ten objects, allowed by kind", changes: FOUR, allow: ["ConfigMap"] },
  { name: "four of ten objects, of which one is named", changes: FOUR, allow: ["ConfigMap/shop/c1"] },
  { name: "four of ten objects, allowed at all", changes: FOUR, allow: ["all"] },
  { name: "the whole set", changes: FOUR, facts: { members: 4, wholeSet: true } },
  {
    name: "a Namespace",
    changes: [deletion("Namespace/shop")],
    want: "Namespace/shop would be deleted, and everything",
  },
  { name: "a Namespace by kind", changes: [deletion("Namespace/shop")], allow: ["Namespace"] },
  { name: "a Namespace by name", changes: [deletion("Namespace/shop")], allow: ["Namespace/shop"] },
  {
    name: "a Namespace by another name",
    changes: [deletion("Namespace/shop")],
    allow: ["Namespace/x"],
    want: "Namespace",
  },
  {
    name: "a Namespace by number",
    changes: [deletion("Namespace/shop")],
    allow: ["9"],
    want: "Namespace/shop would be",
  },
  { name: "a Namespace of another group", changes: [deletion("Namespace.example.com/default")] },
  {
    name: "the Namespace default",
    changes: [deletion("Namespace/default")],
    allow: ["all"],
    want: "Namespace/default belongs to the cluster",
  },
  {
    name: "a Namespace of the cluster, even with the whole set",
    changes: [deletion("Namespace/kube-public")],
    facts: { wholeSet: true },
    allow: ["all"],
    want: "Namespace/kube-public belongs to the cluster",
  },
  {
    name: "the home of the set",
    changes: [deletion("Namespace/home")],
    allow: ["all"],
    want: "Namespace/home is the home of the set",
  },
  {
    name: "the home with the whole set",
    changes: [deletion("Namespace/home")],
    facts: { wholeSet: true },
    allow: ["Namespace"],
  },
  {
    name: "a Namespace with strangers in it",
    changes: [deletion("Namespace/shop")],
    facts: { strangers: new Map([["shop", ["Pod/shop/a", "Pod/shop/b"]]]), wholeSet: true },
    allow: ["all"],
    want: "Namespace/shop holds objects that are not of the set: Pod/shop/a, Pod/shop/b",
  },
  {
    name: "a CustomResourceDefinition, even with the whole set",
    changes: [deletion("CustomResourceDefinition.apiextensions.k8s.io/widgets.example.com")],
    facts: { wholeSet: true },
    want: "CustomResourceDefinition/widgets.example.com would be deleted, and all objects of its kind with it",
  },
  {
    name: "a claim",
    changes: [deletion("PersistentVolumeClaim/shop/d")],
    want: "PersistentVolumeClaim/shop/d would be",
  },
  {
    name: "a volume",
    changes: [deletion("PersistentVolume/d")],
    want: "PersistentVolume/d would be deleted, and its data",
  },
  {
    name: "a StatefulSet with claims",
    changes: [deletion("StatefulSet.apps/shop/db", CLAIMS)],
    want: "StatefulSet/shop/db would be deleted, and it has volume claims",
  },
  {
    name: "a StatefulSet with claims, named",
    changes: [deletion("StatefulSet.apps/s/db", CLAIMS)],
    allow: ["StatefulSet/s/db"],
  },
  { name: "a StatefulSet without claims", changes: [deletion("StatefulSet.apps/shop/db", { spec: {} })] },
  { name: "a StatefulSet of which nothing is known", changes: [deletion("StatefulSet.apps/shop/db")] },
];

for (const { name, changes, facts, allow = [], want } of RAIL_CASES) {
  Deno.test(`checkRails() ${want === undefined ? "lets" : "stops"} ${name}`, () => {
    const all = { members: 10, home: "home", strangers: new Map(), wholeSet: false, ...facts };
    const reason = checkRails(changes, all, parseAllowance(allow))?.reason;
    strictEqual(want === undefined ? reason : reason?.slice(0, want.length), want);
  });
}

Deno.test("checkRails() tells what to allow", () => {
  const facts = { members: 4, home: "home", strangers: new Map(), wholeSet: false };
  const hint = (changes: readonly Change[]) => checkRails(changes, facts, parseAllowance([]))?.hint;
  strictEqual(hint(FOUR), "If that is meant, allow it with --allow-delete=4");
  strictEqual(hint([deletion("Namespace/shop")]), "If that is meant, allow it with --allow-delete=Namespace/shop");
});

Deno.test("releasePatch() removes the marks and our entry, and nothing else", async () => {
  const live = setBy(
    await member({ keep: true }, { [ADOPTED_ANNOTATION]: "true", other: "x" }),
    KUBECTL,
    ["metadata", "labels", "app"],
    "web",
  );
  deepStrictEqual(releasePatch(live, SET), [
    { op: "test", path: "/metadata/resourceVersion", value: "42" },
    { op: "remove", path: "/metadata/labels/applyset.kubernetes.io~1part-of" },
    ...[ADOPTED_ANNOTATION, APPLIED_ANNOTATION, KEEP_ANNOTATION].map((key) => ({
      op: "remove",
      path: `/metadata/annotations/${key.replace("/", "~1")}`,
    })),
    { op: "remove", path: "/metadata/managedFields/0" },
  ]);
});

Deno.test("releasePatch() resets managedFields that hold our entry only, as an empty list would change nothing", async () => {
  deepStrictEqual(releasePatch(await member(), SET).at(-1), {
    op: "replace",
    path: "/metadata/managedFields",
    value: [{}],
  });
});

Deno.test("releasePatch() names no mark that is not there", async () => {
  const live = await member();
  const bare = { ...live, metadata: { name: "c", uid: "1", resourceVersion: "7" } };
  deepStrictEqual(releasePatch(bare, SET), [{ op: "test", path: "/metadata/resourceVersion", value: "7" }]);
  const { [PART_OF_LABEL]: _label, ...labels } = live.metadata.labels!;
  const unlabelled = releasePatch({ ...live, metadata: { ...live.metadata, labels } }, SET);
  strictEqual(unlabelled.some(({ path }) => String(path).includes("labels")), false);
});
