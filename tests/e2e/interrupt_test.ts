import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { type RunningKubescript, startKubescript } from "./kubescript.ts";
import { configMap, type Manifest, ManifestSet, names, readRun } from "./manifest_set.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();
const COUNT = 1_000;
// Few lanes, so that the test is faster than the run.
const SLOWLY = "--concurrency=2";

function nameOf(index: number): string {
  return `c${String(index).padStart(4, "0")}`;
}

function configMaps(from: number, to: number): Manifest[] {
  return Array.from({ length: to - from }, (_, i) => configMap(nameOf(from + i)));
}

/** Waits until a run is in the middle of its work. */
async function untilSome(namespace: string, enough: (count: number) => boolean): Promise<void> {
  const list = ["get", "configmaps", "--output=name", "--chunk-size=0", `--namespace=${namespace}`];
  await until("some of the objects are done", async () => enough((await kubectl(list)).split("\n").length));
}

/** Checks that what a run says it did is how things are. */
async function isTrue(result: Awaited<RunningKubescript["result"]>, namespace: string): Promise<number> {
  const { code, document } = readRun(result);
  strictEqual(code, 130);
  strictEqual(document.interrupted, true);
  strictEqual(document.changes.length, COUNT);
  const named = (wanted: string) =>
    document.changes.filter(({ status }) => status === wanted).map(({ object }) => object.name).sort();
  const [done, interrupted] = [named("done"), named("interrupted")];
  strictEqual(done.length + interrupted.length, COUNT);
  ok(done.length > 0 && interrupted.length > 0, `${done.length} done`);
  const isApply = document.changes[0]!.action === "create";
  deepStrictEqual(await names("configmaps", namespace), isApply ? done : interrupted);
  return done.length;
}

async function isLocked(set: ManifestSet): Promise<boolean> {
  const { annotations } = (await getObject(`configmap/${set.parentName}`, set.namespace)).metadata;
  return annotations["kubescript.dev/lock"] !== undefined;
}

Deno.test("Ctrl-C in the middle of apply and delete leaves a true report and a set that the next run completes", async () => {
  await using home = await cluster.namespace("interrupt");
  const set = new ManifestSet(home.name);
  const all = configMaps(0, COUNT);
  await using apply = set.start(all, SLOWLY);
  await untilSome(home.name, (count) => count > 50);
  apply.kill("SIGINT");
  const applied = await isTrue(await apply.result, home.name);
  strictEqual(await isLocked(set), false);
  // What left the script meanwhile is pruned, although the run that made it did not get to its end.
  const changed = [...configMaps(1, COUNT), configMap("new")];
  const { create, delete: deleted, unchanged } = (await set.succeed(changed)).document.summary;
  deepStrictEqual({ create, deleted, unchanged }, { create: COUNT - applied + 1, deleted: 1, unchanged: applied - 1 });
  deepStrictEqual((await set.plan(changed)).document.summary, { unchanged: COUNT });
  deepStrictEqual(await names("configmaps", home.name), changed.map(({ metadata }) => metadata.name));

  await using deletion = set.startDelete(SLOWLY);
  await untilSome(home.name, (count) => count < COUNT - 50);
  deletion.kill("SIGINT");
  await isTrue(await deletion.result, home.name);
  strictEqual(await isLocked(set), false);
  strictEqual((await set.delete()).code, 0);
  deepStrictEqual(await names("configmaps", home.name), []);
});

Deno.test("kill -9 in the middle of apply leaves a set that the next run completes", async () => {
  await using home = await cluster.namespace("interrupt");
  const set = new ManifestSet(home.name);
  await using killed = set.start(configMaps(0, COUNT), SLOWLY);
  await untilSome(home.name, (count) => count > 50);
  killed.kill("SIGKILL");
  await killed.result;
  const partly = await names("configmaps", home.name);
  ok(partly.includes(nameOf(0)) && partly.length < COUNT, `${partly.length} objects`);
  const changed = configMaps(1, COUNT + 1);
  const run = await set.succeed(changed);
  strictEqual(run.document.summary.delete, 1);
  deepStrictEqual((await set.plan(changed)).document.summary, { unchanged: COUNT });
  deepStrictEqual(await names("configmaps", home.name), changed.map(({ metadata }) => metadata.name));
  strictEqual(await isLocked(set), false);
});

Deno.test("Ctrl-C in the middle of apply says in words how far it came", async () => {
  await using home = await cluster.namespace("interrupt");
  const items = configMaps(0, COUNT);
  const args = ["apply", "-", `--name=${home.name}`, `--namespace=${home.name}`, SLOWLY];
  await using run = startKubescript(args, { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  await untilSome(home.name, (count) => count > 50);
  run.kill("SIGTERM");
  const { code, stdout } = await run.result;
  strictEqual(code, 130);
  const { length } = await names("configmaps", home.name);
  ok(length < COUNT);
  match(stdout, new RegExp(`^Interrupted: ${length} of ${COUNT} objects`, "m"));
});
