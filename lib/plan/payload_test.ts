import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { DesiredObject, FieldPath } from "../kube/desired_object.ts";
import { parseFieldPath } from "../kube/field_path.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import { applied, configMap, deepFreeze, KUBECTL, SET, setBy, wanted } from "./_objects_test.ts";
import { followPath, payload, withAdoptedMark, withHash, withoutFields, withPreconditions } from "./payload.ts";
import { ADOPTED_ANNOTATION, APPLIED_ANNOTATION, KEEP_ANNOTATION, PART_OF_LABEL } from "./set_identity.ts";

const HPA = { manager: "kube-controller-manager", operation: "Update", subresource: "scale" };

function deployment(spec: object, options: Partial<DesiredObject> = {}): DesiredObject {
  return wanted(
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d", namespace: "home" }, spec },
    options,
  );
}

function annotationsOf(object: KubeObject): Record<string, string> {
  return object.metadata!.annotations!;
}

function fieldOf(object: KubeObject, path: string): unknown {
  return followPath(object, parseFieldPath(path));
}

Deno.test("payload() adds the marks of the set to those of the object", () => {
  const desired = configMap({}, {}, { labels: { a: "1" }, annotations: { b: "2" }, finalizers: ["x"] });
  deepStrictEqual(payload(desired, undefined, SET).metadata, {
    name: "c",
    namespace: "home",
    finalizers: ["x"],
    labels: { a: "1", [PART_OF_LABEL]: SET.id },
    annotations: { b: "2", [APPLIED_ANNOTATION]: "" },
  });
});

Deno.test("payload() lets no script set the marks of the set", () => {
  const marks = { labels: { [PART_OF_LABEL]: "mine" }, annotations: { [APPLIED_ANNOTATION]: "mine" } };
  const { metadata } = payload(configMap({}, {}, marks), undefined, SET);
  strictEqual(metadata!.labels![PART_OF_LABEL], SET.id);
  strictEqual(metadata!.annotations![APPLIED_ANNOTATION], "");
});

Deno.test("payload() carries the live hash over", async () => {
  const live = await applied(configMap({ a: "1" }));
  strictEqual(
    annotationsOf(payload(configMap({ a: "2" }), live, SET))[APPLIED_ANNOTATION],
    live.metadata.annotations![APPLIED_ANNOTATION],
  );
});

Deno.test("payload() marks what is to be kept", () => {
  strictEqual(annotationsOf(payload(configMap({}, { keep: true }), undefined, SET))[KEEP_ANNOTATION], "true");
});

Deno.test("payload() keeps the mark of adoption only if it is ours", async () => {
  const live = await applied(configMap({}, {}, { annotations: { [ADOPTED_ANNOTATION]: "true" } }));
  strictEqual(annotationsOf(payload(configMap({}), live, SET))[ADOPTED_ANNOTATION], "true");
  const foreign = setBy(live, KUBECTL, ["metadata", "annotations", ADOPTED_ANNOTATION], "true");
  strictEqual(ADOPTED_ANNOTATION in annotationsOf(payload(configMap({}), foreign, SET)), false);
});

const SCALED = deployment({ replicas: 2, paused: false }, { initial: [["spec", "replicas"]] });

for (
  const [name, change, want] of [
    ["sends an initial value at creation", undefined, { replicas: 2, paused: false }],
    ["sends the live value while we own the field", (live: LiveObject) => live, { replicas: 2, paused: false }],
    [
      "leaves the field out once somebody else took it",
      (live: LiveObject) => setBy(live, HPA, ["spec", "replicas"], 7),
      { paused: false },
    ],
    [
      "leaves the field out once somebody removed it",
      (live: LiveObject) => setBy(live, KUBECTL, ["spec", "replicas"], undefined),
      { paused: false },
    ],
    [
      "sends the live value that was changed without a change of the owner",
      (live: LiveObject) => ({ ...live, spec: { replicas: 9 } }),
      { replicas: 9, paused: false },
    ],
    [
      "leaves the field out if nothing is known of who owns it",
      (live: LiveObject) => ({ ...live, metadata: { ...live.metadata, managedFields: [] } }),
      { paused: false },
    ],
  ] as const
) {
  Deno.test(`payload() ${name}`, async () => {
    const object = payload(SCALED, change?.(await applied(SCALED)), SET);
    deepStrictEqual(fieldOf(object, "spec"), want);
  });
}

Deno.test("payload() finds an initial field of a list item by the item's key", async () => {
  const containers = [{ name: "a", image: "a:1" }, { name: "b", image: "b:1" }];
  const initial: FieldPath[] = [["spec", "containers", 1, "image"]];
  const live = structuredClone(await applied(deployment({ containers }))) as LiveObject & { spec: typeof SCALED };
  const liveItems = followPath(live, parseFieldPath("spec.containers")) as Record<string, string>[];
  liveItems.unshift({ name: "sidecar", image: "s:1" });
  liveItems.find((item) => item.name === "b")!.image = "b:9";
  const object = payload(deployment({ containers }, { initial }), live, SET);
  deepStrictEqual(fieldOf(object, "spec.containers"), [{ name: "a", image: "a:1" }, { name: "b", image: "b:9" }]);
});

for (
  const [ignore, want] of [
    ["spec.replicas", { list: [{ name: "a", x: 1 }, { name: "b" }], args: ["x", "y"] }],
    ["spec.list[name=a].x", { replicas: 1, list: [{ name: "a" }, { name: "b" }], args: ["x", "y"] }],
    ["spec.list[name=a]", { replicas: 1, list: [{ name: "b" }], args: ["x", "y"] }],
    ["spec.args[0]", { replicas: 1, list: [{ name: "a", x: 1 }, { name: "b" }], args: ["y"] }],
    ["spec.list[name=c]", { replicas: 1, list: [{ name: "a", x: 1 }, { name: "b" }], args: ["x", "y"] }],
    ["status.phase", { replicas: 1, list: [{ name: "a", x: 1 }, { name: "b" }], args: ["x", "y"] }],
  ] as const
) {
  Deno.test(`payload() never sends the ignored ${ignore}`, () => {
    const desired = deployment({ replicas: 1, list: [{ name: "a", x: 1 }, { name: "b" }], args: ["x", "y"] }, {
      ignore: [ignore],
    });
    deepStrictEqual(fieldOf(payload(desired, undefined, SET), "spec"), want);
  });
}

Deno.test("payload() leaves several items of one list out", () => {
  const desired = deployment({ args: ["a", "b", "c", "d"] }, {
    ignore: ["spec.args[0]", "spec.args[3]", "spec.args[1]"],
  });
  deepStrictEqual(fieldOf(payload(desired, undefined, SET), "spec.args"), ["c"]);
});

Deno.test("payload() refuses an ignored path that cannot be read", () => {
  throws(() => payload(configMap({}, { ignore: ["spec[["] }), undefined, SET), RangeError);
});

Deno.test("withHash() and withAdoptedMark() add annotations to a copy", () => {
  const object = deepFreeze({ apiVersion: "v1", kind: "ConfigMap" });
  deepStrictEqual(withHash(withAdoptedMark(object), "h"), {
    ...object,
    metadata: { annotations: { [ADOPTED_ANNOTATION]: "true", [APPLIED_ANNOTATION]: "h" } },
  });
});

Deno.test("withPreconditions() names the object, and its exact state only if asked", async () => {
  const live = await applied(configMap({}));
  const object = deepFreeze({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
  deepStrictEqual(withPreconditions(object, live, false).metadata, { name: "c", uid: "uid-1" });
  deepStrictEqual(withPreconditions(object, live, true).metadata, { name: "c", uid: "uid-1", resourceVersion: "41" });
});

Deno.test("withoutFields() takes fields and items out of a copy", () => {
  const { object } = deployment({ a: 1, b: { c: 2 }, list: [{ name: "x", y: 1 }, { name: "z" }] });
  const paths = ["spec.a", "spec.b.c", "spec.list[name=x].y", "spec.list[name=z]", "spec.missing"].map(parseFieldPath);
  deepStrictEqual(fieldOf(withoutFields(object, paths), "spec"), { b: {}, list: [{ name: "x" }] });
});

for (
  const [path, want] of [
    ["spec.list[name=b].x", 2],
    ["spec.list[1].x", 2],
    ["spec.list[name=c].x", undefined],
    ["spec.set[=2]", 2],
    ["spec.set[=3]", undefined],
    ["spec.set.x", undefined],
    ["spec.list.x[name=a]", undefined],
  ] as const
) {
  Deno.test(`followPath() reads ${path}`, () => {
    const object = { spec: { list: [{ name: "a", x: 1 }, { name: "b", x: 2 }], set: [1, 2] } };
    strictEqual(followPath(object, parseFieldPath(path)), want);
  });
}

Deno.test("property: payload() changes neither what is desired nor what is live", async () => {
  const texts = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"));
  const some = fc.subarray(["a", "b", "c"]);
  await fc.assert(
    fc.asyncProperty(texts, texts, some, some, async (before, after, initial, ignore) => {
      const live = deepFreeze(await applied(configMap(before)));
      const desired = configMap(after, {
        initial: initial.filter((key) => key in after).map((key) => ["data", key]),
        ignore: ignore.map((key) => `data.${key}`),
      });
      const sent = payload(desired, live, SET) as KubeObject & { data: Record<string, string> };
      for (const key of Object.keys(after)) {
        // What is left to others is sent only while we own it, and then as it is.
        const left = initial.includes(key) || ignore.includes(key);
        strictEqual(sent.data[key], left ? before[key] : after[key]);
      }
    }),
    { numRuns: 150 },
  );
});
