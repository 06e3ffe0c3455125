import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { applyScript } from "../../lib/engine/commands.ts";
import { script } from "../../mod.ts";
import { testCluster } from "../cluster/attach.ts";
import { configMap, create, find, type Manifest, ManifestSet, names, namespaceObject } from "./manifest_set.ts";
import { getObject, type SeenObject } from "./objects.ts";

const cluster = testCluster();
const ADOPTED = "kubescript.dev/adopted";
const theirs: Manifest = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "shared", labels: { app: "web" }, annotations: { note: "theirs" } },
  data: { equal: "1", other: "2" },
};

/** An object without what every write changes. */
function content({ metadata, ...rest }: SeenObject): unknown {
  const { resourceVersion: _, managedFields: __, ...others } = metadata;
  return { ...rest, metadata: others };
}

function managers({ metadata }: SeenObject): string[] {
  return metadata.managedFields.map(({ manager }) => manager!);
}

const ends: { name: string; end: (set: ManifestSet) => Promise<{ readonly actions: unknown }> }[] = [
  { name: "taken out of the script", end: (set) => set.succeed([configMap("a")]) },
  { name: "of a deleted set", end: (set) => set.delete() },
];
for (const { name, end } of ends) {
  Deno.test(`apply adopts an object of somebody else without a conflict; ${name} it is released`, async () => {
    await using home = await cluster.namespace("adopt");
    const set = new ManifestSet(home.name);
    await create(home.name, theirs);
    const before = await getObject("configmap/shared", home.name);
    const desired = [configMap("a"), configMap("shared", { equal: "1", ours: "3" })];
    deepStrictEqual((await set.plan(desired)).actions, { "ConfigMap/a": "create", "ConfigMap/shared": "adopt" });
    deepStrictEqual((await set.succeed(desired)).actions, { "ConfigMap/a": "create", "ConfigMap/shared": "adopt" });

    const adopted = await getObject("configmap/shared", home.name);
    deepStrictEqual(adopted.data, { equal: "1", other: "2", ours: "3" });
    strictEqual(adopted.metadata.uid, before.metadata.uid);
    strictEqual(adopted.metadata.annotations[ADOPTED], "true");
    strictEqual((await set.plan(desired)).document.summary.unchanged, 2);
    // Another change must not make it forget that it is not its own.
    const changed = [configMap("a"), configMap("shared", { equal: "1", ours: "4" })];
    deepStrictEqual((await set.succeed(changed)).actions, { "ConfigMap/shared": "update" });
    strictEqual((await getObject("configmap/shared", home.name)).metadata.annotations[ADOPTED], "true");

    const { actions } = await end(set) as { actions: Record<string, string> };
    strictEqual(actions["ConfigMap/shared"], "release");
    const released = await getObject("configmap/shared", home.name);
    deepStrictEqual(content(released), { ...content(before) as object, data: { equal: "1", other: "2", ours: "4" } });
    deepStrictEqual(managers(released), managers(before));
    deepStrictEqual((await set.succeed([configMap("a")])).document.summary.release, undefined);
  });
}

Deno.test("apply writes nothing if somebody else owns a field with another value, unless it is forced", async () => {
  await using home = await cluster.namespace("adopt");
  const set = new ManifestSet(home.name);
  await create(home.name, theirs);
  const before = await getObject("configmap/shared", home.name);
  const desired = [configMap("a"), configMap("shared", { equal: "changed" })];
  for (const run of [await set.plan(desired), await set.apply(desired)]) {
    strictEqual(run.code, 4);
    const change = run.document.changes.find(({ object }) => object.name === "shared")!;
    strictEqual(change.action, "conflict");
    match(change.reason!, /"data\.equal" is owned by "kubectl-create"/);
    match(change.hint!, /initial\(.*--force-conflicts/);
  }
  deepStrictEqual(await getObject("configmap/shared", home.name), before);
  deepStrictEqual(await names("configmaps", home.name), ["shared"]);
  strictEqual(await find(`configmap/${set.parentName}`, home.name), undefined);

  const { actions } = await set.succeed(desired, "--force-conflicts");
  deepStrictEqual(actions, { "ConfigMap/a": "create", "ConfigMap/shared": "adopt" });
  const taken = await getObject("configmap/shared", home.name);
  deepStrictEqual(taken.data, { equal: "changed", other: "2" });
  strictEqual(taken.metadata.annotations[ADOPTED], "true");
  strictEqual((await set.plan(desired)).document.summary.unchanged, 2);
  deepStrictEqual((await set.delete()).actions, { "ConfigMap/a": "delete", "ConfigMap/shared": "release" });
  deepStrictEqual((await getObject("configmap/shared", home.name)).data, { equal: "changed", other: "2" });
});

Deno.test("apply refuses an object of another set, even if it is forced", async () => {
  await using home = await cluster.namespace("adopt");
  const [first, second] = [new ManifestSet(home.name), new ManifestSet(home.name, `${home.name}-second`)];
  await first.succeed([configMap("a")]);
  const before = await getObject("configmap/a", home.name);
  for (const flags of [[], ["--force-conflicts"]]) {
    const { code, document } = await second.apply([configMap("a"), configMap("b")], ...flags);
    strictEqual(code, 4);
    match(document.stopped!.reason, new RegExp(`belongs to another set, applied by "${first.fieldManager}"`));
  }
  deepStrictEqual(await getObject("configmap/a", home.name), before);
  deepStrictEqual(await names("configmaps", home.name), ["a"]);
});

Deno.test("delete leaves a Namespace that was there before the script, and what others have in it", async () => {
  await using home = await cluster.namespace("adopt");
  const set = new ManifestSet(home.name);
  await create(home.name, configMap("theirs"));
  const before = await getObject(`namespace/${home.name}`, "");
  const { actions } = await set.succeed([namespaceObject(home.name), configMap("ours")]);
  deepStrictEqual(actions, { [`Namespace/${home.name}`]: "adopt", "ConfigMap/ours": "create" });
  const run = await set.delete();
  deepStrictEqual(run.actions, { [`Namespace/${home.name}`]: "release", "ConfigMap/ours": "delete" });
  strictEqual(run.code, 0);
  deepStrictEqual(await names("configmaps", home.name), ["theirs"]);
  const after = await getObject(`namespace/${home.name}`, "");
  deepStrictEqual(content(after), content(before));
  strictEqual(after.metadata.deletionTimestamp, undefined);
  strictEqual(await find(`configmap/${set.parentName}`, home.name), undefined);
});

Deno.test("apply adopts what somebody else created after it was planned", async () => {
  await using home = await cluster.namespace("adopt");
  const set = new ManifestSet(home.name);
  const value = script(set.name, { namespace: home.name, resources: [configMap("shared", { equal: "1", ours: "3" })] });
  const result = await applyScript({
    source: { script: value },
    kubeconfig: cluster.kubeconfig,
    params: [],
    concurrency: 4,
    requestTimeoutMs: 10_000,
    forceConflicts: false,
    allowDelete: [],
    allowEmpty: false,
    pruneEarly: false,
    wait: true,
    timeoutMs: 10_000,
    listen: () => {},
    signal: new AbortController().signal,
    clock: systemClock,
    async confirm(plan) {
      deepStrictEqual(plan.changes.map(({ action }) => action), ["create"]);
      await create(home.name, theirs);
      return true;
    },
  });
  deepStrictEqual(result.outcomes.map(({ change, status }) => [change.action, status]), [["adopt", "done"]]);
  strictEqual((await getObject("configmap/shared", home.name)).metadata.annotations[ADOPTED], "true");
  deepStrictEqual((await set.delete()).actions, { "ConfigMap/shared": "release" });
  deepStrictEqual((await getObject("configmap/shared", home.name)).data, { equal: "1", other: "2", ours: "3" });
});

Deno.test("the first apply of a set adopts a Secret, and then knows drift from conflict", async () => {
  await using home = await cluster.namespace("adopt");
  const set = new ManifestSet(home.name);
  const secret: Manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "login" }, data: { user: "YQ==" } };
  await create(home.name, secret);
  const desired = [{ ...secret, data: { user: "YQ==", password: "Yg==" } }];
  deepStrictEqual((await set.plan(desired)).actions, { "Secret/login": "adopt" });
  deepStrictEqual((await set.succeed(desired)).actions, { "Secret/login": "adopt" });
  strictEqual((await set.plan(desired)).document.summary.unchanged, 1);

  const patch = JSON.stringify({ data: { password: "Yw==" } });
  await cluster.kubectl(["patch", "secret", "login", "-n", home.name, "--type=merge", "-p", patch]);
  deepStrictEqual((await set.succeed(desired)).actions, { "Secret/login": "update" });
  deepStrictEqual((await getObject("secret/login", home.name)).data, { user: "YQ==", password: "Yg==" });
});
