import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { applyScript } from "../../lib/engine/commands.ts";
import { initial, script } from "../../mod.ts";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { runForJson, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { getObject, kubectl } from "./objects.ts";

const cluster = testCluster();

Deno.test("a field that another applier took is a conflict, and nothing at all is written", async () => {
  await using namespace = await cluster.namespace("conflict");
  await using folder = await tempFolder();
  const args = [await writeScript(folder, configScript(namespace, "1")), `--namespace=${namespace.name}`];
  await succeed(["apply", ...args]);
  await applyAs("other", "taken", { value: "theirs" }, namespace.name);
  // Apart from the conflict there is something to update, and something to create.
  await writeScript(folder, configScript(namespace, "2", ["another"]));
  const before = await state(namespace.name);

  const planned = await runForJson(["plan", ...args]);
  const applied = await runForJson(["apply", ...args]);

  deepStrictEqual([planned.code, planned.document.summary], [4, { create: 1, update: 1, conflict: 1 }], planned.stdout);
  const conflict = planned.document.changes.find(({ action }) => action === "conflict");
  strictEqual(conflict?.object.name, "taken");
  deepStrictEqual(conflict.fields.map(({ path, from, to }) => ({ path, from, to })), [
    { path: "data.value", from: "theirs", to: "ours" },
  ]);
  match(conflict.reason ?? "", /^field "data\.value" is owned by "other" \(20\d\d-.*Z\)$/);
  strictEqual(applied.code, 4);
  deepStrictEqual(await state(namespace.name), before);
});

Deno.test("apply --force-conflicts takes a field back from another applier", async () => {
  await using namespace = await cluster.namespace("conflict");
  await using folder = await tempFolder();
  const args = [await writeScript(folder, configScript(namespace, "1")), `--namespace=${namespace.name}`];
  await succeed(["apply", ...args]);
  await applyAs("other", "taken", { value: "theirs", more: "theirs" }, namespace.name);

  const { code, document, stdout } = await runForJson(["apply", ...args, "--force-conflicts"]);

  deepStrictEqual([code, document.summary], [0, { update: 1, unchanged: 1 }], stdout);
  const { data, metadata } = await getObject("configmap/taken", namespace.name);
  deepStrictEqual(data, { value: "ours", more: "theirs" });
  const other = metadata.managedFields.find(({ manager }) => manager === "other");
  deepStrictEqual(other?.fieldsV1, { "f:data": { "f:more": {} } });
  await succeed(["plan", ...args, "--exit-code"]);
});

Deno.test("an object that is deleted between plan and apply is created anew as a whole", async () => {
  await using namespace = await cluster.namespace("conflict");
  await applySettings(namespace.name, "1");
  const first = await getObject("configmap/settings", namespace.name);

  const { outcomes, stopped } = await applySettings(namespace.name, "2", async () => {
    await kubectl(["delete", "configmap/settings", `--namespace=${namespace.name}`]);
  });

  deepStrictEqual(stopped, undefined);
  deepStrictEqual(outcomes.map(({ change, status }) => [change.action, status]), [["create", "done"]]);
  const { data, metadata } = await getObject("configmap/settings", namespace.name);
  deepStrictEqual(data, { level: "2", mode: "ours", size: "small" });
  strictEqual(metadata.uid === first.metadata.uid, false);
  deepStrictEqual(metadata.labels, { ...first.metadata.labels, tier: "web" });
  deepStrictEqual(Object.keys(metadata.annotations), ["kubescript.dev/applied"]);
  deepStrictEqual(metadata.managedFields.map(({ manager, operation }) => [manager, operation]), [
    [`kubescript/${namespace.name}/${namespace.name}`, "Apply"],
  ]);
});

/** Applies a ConfigMap with the engine itself, which calls back between planning and writing. */
function applySettings(
  namespace: string,
  level: string,
  whenPlanned?: () => Promise<void>,
): ReturnType<typeof applyScript> {
  const settings = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", labels: { tier: "web" } },
    data: { level, mode: "ours", size: initial("small") },
  };
  return applyScript({
    source: { script: script(namespace, { resources: [settings] }) },
    kubeconfig: cluster.kubeconfig,
    namespace,
    params: [],
    concurrency: 4,
    requestTimeoutMs: 30_000,
    forceConflicts: false,
    listen() {},
    signal: new AbortController().signal,
    clock: systemClock,
    allowDelete: [],
    allowEmpty: false,
    pruneEarly: false,
    wait: true,
    timeoutMs: 60_000,
    async confirm() {
      await whenPlanned?.();
      return true;
    },
  });
}

/** Applies a ConfigMap in the name of somebody else, who takes all of its fields. */
async function applyAs(manager: string, name: string, data: Record<string, string>, namespace: string): Promise<void> {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
  const flags = ["--server-side", `--field-manager=${manager}`, "--force-conflicts", "--filename=-"];
  await kubectl(["apply", ...flags], JSON.stringify(object));
}

/** The resource versions of all ConfigMaps and Secrets of a namespace, the set's own ones included. */
async function state(namespace: string): Promise<string[]> {
  const format = "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{'\\n'}{end}";
  const lines = await kubectl(["get", "configmaps,secrets", `--namespace=${namespace}`, `--output=${format}`]);
  return lines.split("\n").toSorted();
}

function configScript({ name }: TestNamespace, level: string, more: readonly string[] = []): string {
  return `
    import { script } from "@kubescript/kubescript";
    const configMap = (name: string, data: Record<string, string>) =>
      ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
    export default script("${name}", {
      resources: [
        configMap("settings", { level: "${level}" }),
        configMap("taken", { value: "ours" }),
        ...${JSON.stringify(more)}.map((name) => configMap(name, {})),
      ],
    });
  `;
}
