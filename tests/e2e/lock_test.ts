import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import type { RunningKubescript } from "./kubescript.ts";
import { configMap, create, type Manifest, ManifestSet, names, readRun } from "./manifest_set.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();
const LOCK = "kubescript.dev/lock";

// A run that applies it waits until somebody lets its Pod go.
const held: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "held" },
  spec: {
    selector: { matchLabels: { app: "held" } },
    template: {
      metadata: { labels: { app: "held" } },
      spec: { schedulingGates: [{ name: "example.com/hold" }], containers: [{ name: "held", image: "held:1" }] },
    },
  },
};

async function letGo(namespace: string): Promise<void> {
  const select = ["--selector=app=held", `--namespace=${namespace}`];
  await kubectl(["wait", "pods", "--for=create", ...select, "--timeout=60s"]);
  const pod = (await kubectl(["get", "pods", ...select, "--output=name"])).trim();
  const patch = JSON.stringify([{ op: "remove", path: "/spec/schedulingGates" }]);
  await kubectl(["patch", pod, "--type=json", `--patch=${patch}`, `--namespace=${namespace}`]);
}

async function saysThat(run: RunningKubescript, text: RegExp): Promise<void> {
  let ended = false;
  void run.result.then(() => ended = true);
  await until(`kubescript says ${text}`, () => Promise.resolve(ended || text.test(run.output)));
  match(run.output, text);
}

async function lockOf(set: ManifestSet): Promise<{ holder: string; renewTime: string } | undefined> {
  const { annotations } = (await getObject(`configmap/${set.parentName}`, set.namespace)).metadata;
  return annotations[LOCK] === undefined ? undefined : JSON.parse(annotations[LOCK]);
}

Deno.test("apply waits for another run on the same set, and plans again after it", async () => {
  await using home = await cluster.namespace("lock");
  const set = new ManifestSet(home.name);
  await using first = set.start([held, configMap("a"), configMap("b")]);
  await saysThat(first, /waiting for 1 to be ready/);
  const { holder } = (await lockOf(set))!;
  await using second = set.start([held, configMap("a", { key: "changed" }), configMap("c")]);
  await saysThat(second, /Waiting for another run/);
  ok(second.output.includes(`Waiting for another run on the same set: ${holder}\n`), second.output);
  // What happens in the meantime is part of the plan that counts.
  await create(home.name, configMap("c"));
  deepStrictEqual((await getObject("configmap/a", home.name)).data, { key: "value" });
  await letGo(home.name);
  strictEqual((await first.result).code, 0);
  const { code, stderr, actions } = readRun(await second.result);
  strictEqual(code, 0, stderr);
  deepStrictEqual(actions, { "ConfigMap/a": "update", "ConfigMap/b": "delete", "ConfigMap/c": "adopt" });
  deepStrictEqual(await names("configmaps", home.name), ["a", "c"]);
  deepStrictEqual((await getObject("configmap/a", home.name)).data, { key: "changed" });
  strictEqual(await lockOf(set), undefined);
  strictEqual(
    (await set.plan([held, configMap("a", { key: "changed" }), configMap("c")])).document.summary.unchanged,
    3,
  );
});

Deno.test("apply and delete at once end in the state of the last one", async () => {
  await using home = await cluster.namespace("lock");
  const set = new ManifestSet(home.name);
  await using first = set.start([held, configMap("a")]);
  await saysThat(first, /waiting for 1 to be ready/);
  await using second = set.startDelete();
  await saysThat(second, /Waiting for another run/);
  await letGo(home.name);
  deepStrictEqual([(await first.result).code, (await second.result).code], [0, 0]);
  deepStrictEqual([await names("configmaps", home.name), await names("deployments", home.name)], [[], []]);
});

Deno.test("apply takes the lock over from a run that was killed", async () => {
  await using home = await cluster.namespace("lock");
  const set = new ManifestSet(home.name);
  await using killed = set.start([held, configMap("a")]);
  await saysThat(killed, /waiting for 1 to be ready/);
  const { holder } = (await lockOf(set))!;
  killed.kill("SIGKILL");
  await killed.result;
  strictEqual((await lockOf(set))!.holder, holder);
  const run = await set.succeed([held, configMap("b")], "--no-wait");
  match(run.stderr, /Waiting for another run on the same set/);
  deepStrictEqual(run.actions, { "ConfigMap/a": "delete", "ConfigMap/b": "create" });
  deepStrictEqual(await names("configmaps", home.name), ["b"]);
  strictEqual(await lockOf(set), undefined);
});

Deno.test("apply writes nothing more once another run took its lock", async () => {
  await using home = await cluster.namespace("lock");
  const set = new ManifestSet(home.name);
  await set.succeed([configMap("a")]);
  await using stalled = set.start([held, configMap("b")]);
  await saysThat(stalled, /waiting for 1 to be ready/);
  stalled.kill("SIGSTOP");
  // As if it had stood still for long enough.
  const expired = JSON.stringify({ ...await lockOf(set), renewTime: "2000-01-01T00:00:00.000Z" });
  await kubectl(["annotate", `configmap/${set.parentName}`, `${LOCK}=${expired}`, "--overwrite", `-n${home.name}`]);
  await set.succeed([held, configMap("a"), configMap("c")], "--no-wait");
  deepStrictEqual(await names("configmaps", home.name), ["a", "c"]);
  stalled.kill("SIGCONT");
  await letGo(home.name);
  const { code, document } = readRun(await stalled.result);
  strictEqual(code, 1);
  match(document.stopped!.reason, /the lock was lost/);
  // Its script has no "a" any more, but it must not delete it.
  deepStrictEqual(await names("configmaps", home.name), ["a", "c"]);
});
