import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { formatDuration, parseDuration } from "../../lib/base/duration.ts";
import type { Client } from "../../lib/client/client.ts";
import { ConfigMap, Deployment, Pod, ReplicaSet, Secret } from "../../lib/kinds/mod.ts";
import { controllerOf, isOwnedBy, isTerminating, ownerReference } from "../../lib/kube/owner.ts";
import { canonicalQuantity, compareQuantities, parseQuantity } from "../../lib/kube/quantity.ts";
import { fieldOwners } from "../../lib/plan/field_owners.ts";
import { waitFor } from "../../lib/watch/wait_for.ts";
import { deployment, pod, refusal } from "./objects.ts";
import { row } from "./row.ts";

const FIRST = "example.com/first";
const SECOND = "example.com/second";

row("G1", "ownerReferences: set, check, adopt, orphan; garbage collection", async ({ k, step }) => {
  const settings = (name: string) => ConfigMap({ metadata: { name } });
  const owned = async (name: string, ownerName: string) => {
    const owner = await k.create(settings(ownerName));
    const ownerReferences = [ownerReference(owner, { blockOwnerDeletion: true })];
    return { owner, dependent: await k.create(Secret({ metadata: { name, ownerReferences } })) };
  };
  await step("set and check", async () => {
    const { owner, dependent } = await owned("set", "set");
    const stranger = await k.create(settings("stranger"));
    deepStrictEqual([isOwnedBy(dependent, owner), isOwnedBy(dependent, stranger)], [true, false]);
    strictEqual(controllerOf(dependent), undefined);
  });
  await step("at most one controller", async () => {
    const owners = [await k.get(ConfigMap, "set"), await k.get(ConfigMap, "stranger")];
    const ownerReferences = owners.map((owner) => ownerReference(owner, { controller: true }));
    const error = await refusal(k.create(Secret({ metadata: { name: "two", ownerReferences } })));
    match(error.message, /Only one reference can have Controller set to true/);
  });
  for (const propagationPolicy of ["Background", "Foreground"] as const) {
    await step(`what belongs to it goes with it: ${propagationPolicy}`, async () => {
      const { owner, dependent } = await owned(propagationPolicy.toLowerCase(), propagationPolicy.toLowerCase());
      await k.delete(ConfigMap, owner, { propagationPolicy });
      await waitFor(k, ConfigMap, owner, "deleted");
      // In the foreground, the owner waits for it.
      if (propagationPolicy === "Foreground") strictEqual(await k.find(Secret, dependent), undefined);
      await waitFor(k, Secret, dependent, "deleted");
    });
  }
  await step("orphan", async () => {
    const { owner, dependent } = await owned("orphan", "orphan");
    await k.delete(ConfigMap, owner, { propagationPolicy: "Orphan" });
    await waitFor(k, ConfigMap, owner, "deleted");
    const orphan = await waitFor(k, Secret, dependent, (object) => !isOwnedBy(object, owner));
    deepStrictEqual([orphan.metadata.uid, orphan.metadata.ownerReferences], [dependent.metadata.uid, undefined]);
  });
  await step("adopt by hand", async () => {
    const owner = await k.create(settings("adopter"));
    const ownerReferences = [ownerReference(owner, { controller: true })];
    const adopted = await k.patch(Secret, "orphan", { metadata: { ownerReferences } });
    deepStrictEqual([controllerOf(adopted)?.uid, isOwnedBy(adopted, owner)], [owner.metadata.uid, true]);
    await k.delete(ConfigMap, owner);
    await waitFor(k, Secret, adopted, "deleted");
  });
  await step("adopted by a controller", async () => {
    const first = await k.create(deployment("web"));
    const replicaSet = await onlyReplicaSet(k, "the first Deployment", first);
    await k.delete(Deployment, first, { propagationPolicy: "Orphan" });
    await waitFor(k, ReplicaSet, replicaSet, (object) => controllerOf(object) === undefined);
    const second = await k.create(deployment("web"));
    const adopted = await onlyReplicaSet(k, "the second Deployment", second);
    strictEqual(adopted.metadata.uid, replicaSet.metadata.uid);
  });
});

async function onlyReplicaSet(k: Client, what: string, owner: { metadata: { uid: string; name: string } }) {
  const { name } = owner.metadata;
  await waitFor(k, Deployment, name, ({ status, metadata }) => status?.observedGeneration === metadata.generation);
  const [replicaSet, ...others] = await k.list(ReplicaSet, { labels: { app: name } }).toArray();
  deepStrictEqual([controllerOf(replicaSet!)?.uid, others], [owner.metadata.uid, []], what);
  return replicaSet!;
}

row("G2", "finalizers: add and remove without losing others'", async ({ k, step }) => {
  await k.create(ConfigMap({ metadata: { name: "a" } }));
  const finalizers = async () => (await k.get(ConfigMap, "a")).metadata.finalizers;
  await step("add, at most once", async () => {
    deepStrictEqual((await k.addFinalizer(ConfigMap, "a", FIRST)).metadata.finalizers, [FIRST]);
    await k.addFinalizer(ConfigMap, "a", FIRST);
    await k.addFinalizer("cm", "a", SECOND);
    deepStrictEqual(await finalizers(), [FIRST, SECOND]);
  });
  await step("remove one's own", async () => {
    deepStrictEqual((await k.removeFinalizer(ConfigMap, "a", FIRST)).metadata.finalizers, [SECOND]);
    await k.removeFinalizer(ConfigMap, "a", "example.com/none");
    deepStrictEqual(await finalizers(), [SECOND]);
    await k.removeFinalizer(ConfigMap, "a", SECOND);
    strictEqual(await finalizers(), undefined);
  });
  await step("many at once", async () => {
    const names = ["a", "b", "c", "d"].map((name) => `example.com/${name}`);
    await Promise.all(names.map((name) => k.addFinalizer(ConfigMap, "a", name)));
    deepStrictEqual((await finalizers())?.toSorted(), names);
    await Promise.all(names.slice(1).map((name) => k.removeFinalizer(ConfigMap, "a", name)));
    deepStrictEqual(await finalizers(), names.slice(0, 1));
  });
  await step("the last one lets the object go", async () => {
    await k.delete(ConfigMap, "a");
    // Nobody can add one to what is on its way out.
    strictEqual((await refusal(k.addFinalizer(ConfigMap, "a", FIRST))).isInvalid, true);
    await k.removeFinalizer(ConfigMap, "a", "example.com/a");
    await waitFor(k, ConfigMap, "a", "deleted");
    strictEqual((await refusal(k.addFinalizer(ConfigMap, "a", FIRST))).isNotFound, true);
  });
});

row("G3", "managedFields: who owns a field, since when; take over, give up", async ({ k, step }) => {
  const settings = (data: Record<string, string>) => ConfigMap({ metadata: { name: "a" }, data });
  const ownersOf = async (path: string) => {
    const owners = fieldOwners(await k.get(ConfigMap, "a"), path);
    return owners.map(({ manager, operation }) => `${manager} ${operation}`).sort();
  };
  const [one, two] = [{ fieldManager: "one" }, { fieldManager: "two" }];
  await step("who, and since when", async () => {
    const live = await k.apply(settings({ color: "red", size: "1" }), one);
    const [owner] = fieldOwners(live, "data.color");
    deepStrictEqual([owner?.manager, owner?.operation, owner?.apiVersion], ["one", "Apply", "v1"]);
    ok(Math.abs(Date.parse(owner!.time!) - k.serverTimeMs()) < 60_000);
    deepStrictEqual(await ownersOf("data"), ["one Apply"]);
    deepStrictEqual(await ownersOf("data.shape"), []);
  });
  await step("take over", async () => {
    const error = await refusal(k.apply(settings({ color: "blue" }), two));
    deepStrictEqual([error.isApplyConflict, error.causes.map(({ field }) => field)], [true, [".data.color"]]);
    match(error.message, /conflict with "one"/);
    await k.apply(settings({ color: "blue" }), { ...two, force: true });
    deepStrictEqual([await ownersOf("data.color"), await ownersOf("data.size")], [["two Apply"], ["one Apply"]]);
  });
  await step("share what is alike", async () => {
    await k.apply(settings({ color: "blue", size: "1" }), one);
    deepStrictEqual(await ownersOf("data.color"), ["one Apply", "two Apply"]);
  });
  await step("give up", async () => {
    deepStrictEqual((await k.apply(settings({ size: "1" }), one)).data, { color: "blue", size: "1" });
    deepStrictEqual(await ownersOf("data.color"), ["two Apply"]);
    // What nobody owns any more is gone.
    deepStrictEqual((await k.apply(settings({}), two)).data, { size: "1" });
    deepStrictEqual(await ownersOf("data.color"), []);
  });
  await step("a subresource, and a list by its keys", async () => {
    await k.apply(deployment("web"), one);
    await k.scale(Deployment, "web", 1, { apply: true, force: true, ...two });
    const web = await k.get(Deployment, "web");
    deepStrictEqual(fieldOwners(web, "spec.replicas").map(({ manager, subresource }) => [manager, subresource]), [
      ["two", "scale"],
    ]);
    strictEqual(fieldOwners(web, "spec.template.spec.containers[name=main].image")[0]?.manager, "one");
  });
});

row("G4", "deletionTimestamp and generation: terminating objects are not there", async ({ k, step }) => {
  await step("generation counts what is wanted", async () => {
    const generations = [
      await k.create(deployment("web")),
      await k.patch(Deployment, "web", { metadata: { labels: { team: "x" } } }),
      await k.patch(Deployment, "web", { spec: { paused: true } }),
    ].map(({ metadata }) => metadata.generation);
    deepStrictEqual(generations, [1, 1, 2]);
    const isObserved = await waitFor(k, Deployment, "web", ({ status }) => status?.observedGeneration === 2);
    strictEqual(isObserved.metadata.generation, 2);
  });
  await step("what is terminating can be read, but it is on its way out", async () => {
    const live = await k.create(ConfigMap({ metadata: { name: "held", finalizers: [FIRST] } }));
    strictEqual(isTerminating(live), false);
    const last = await k.delete(ConfigMap, live);
    deepStrictEqual([isTerminating(last!), isTerminating(await k.get(ConfigMap, live))], [true, true]);
    ok(Math.abs(Date.parse(last!.metadata.deletionTimestamp!) - k.serverTimeMs()) < 60_000);
    strictEqual(last!.metadata.deletionGracePeriodSeconds, 0);
    await rejects(waitFor(k, ConfigMap, live, "deleted", { timeoutMs: 300 }), {
      message: /is deleted: it is held by finalizers "example\.com\/first"$/,
    });
    strictEqual((await refusal(k.create(ConfigMap({ metadata: { name: "held" } })))).isAlreadyExists, true);
    await k.removeFinalizer(ConfigMap, live, FIRST);
    const next = await k.create(ConfigMap({ metadata: { name: "held" } }));
    // What was read means itself, not what has taken its name.
    strictEqual((await refusal(k.delete(ConfigMap, live))).isConflict, true);
    await waitFor(k, ConfigMap, live, "deleted");
    strictEqual((await k.get(ConfigMap, "held")).metadata.uid, next.metadata.uid);
  });
  await step("a Pod that is terminating does not stand for its Deployment", async () => {
    for (const name of ["going", "staying"]) await k.create(pod(name, {}, { app: "web" }));
    await k.addFinalizer(Pod, "going", FIRST);
    await k.delete(Pod, "going");
    await rejects(k.exec(Deployment, "web", ["true"]), { message: /^Cannot run "true" in Pod\/.*\/staying: / });
    await k.removeFinalizer(Pod, "going", FIRST);
  });
});

row("G5", "quantities and durations: parse, compare, format as the API does", async ({ k, step }) => {
  await step("quantities as the server formats them", async () => {
    const written = ["1000m", "0.5", "1.5", "2e3", "1500m", "0.1", "12345m", "1E3", "100k"];
    const sizes = ["1.5Gi", "1024Ki", "1G", "0.5Mi", "129e6", "128974848", "1Ti", "1000Mi", "2e3"];
    for (const [i, cpu] of written.entries()) {
      const memory = sizes[i]!;
      const limits = { cpu, memory };
      const containers = [{ name: "main", image: "main:1", resources: { limits } }];
      const { spec } = await k.create(pod("a", { containers }), { dryRun: "All" });
      const expected = { cpu: canonicalQuantity(cpu), memory: canonicalQuantity(memory) };
      deepStrictEqual(spec?.containers[0]?.resources?.limits, expected);
    }
    const bad = { limits: { cpu: "1 GB" } };
    const containers = [{ name: "main", image: "main:1", resources: bad }];
    strictEqual((await refusal(k.create(pod("a", { containers })))).isBadRequest, true);
    throws(() => parseQuantity("1 GB"), RangeError);
  });
  await step("quantities parsed and compared", () => {
    deepStrictEqual(parseQuantity("1.5Gi"), { unscaled: 1_610_612_736n, exponent: 0, format: "BinarySI" });
    strictEqual(compareQuantities("1Gi", "1024Mi"), 0);
    strictEqual(compareQuantities("999m", 1), -1);
    const sorted = ["1Gi", "1G", "500M", "2000000k", "100"].toSorted(compareQuantities);
    deepStrictEqual(sorted, ["100", "500M", "1G", "1Gi", "2000000k"]);
    return Promise.resolve();
  });
  await step("durations", () => {
    deepStrictEqual(["90s", "1h30m", "250ms", "1.5m", "0"].map(parseDuration), [90_000, 5_400_000, 250, 90_000, 0]);
    deepStrictEqual([90_000, 5_400_000, 250, 0].map(formatDuration), ["1m30s", "1h30m", "250ms", "0ms"]);
    ok(parseDuration("90m") > parseDuration("1h"));
    throws(() => parseDuration("soon"), RangeError);
    return Promise.resolve();
  });
});
