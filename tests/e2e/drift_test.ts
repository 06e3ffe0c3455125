import { deepStrictEqual, match, notDeepStrictEqual, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { runForJson, runKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { getContent, getObject, kubectl } from "./objects.ts";

const cluster = testCluster();

/** Something that somebody else does to an object of the set. */
interface Tampering {
  readonly name: string;
  readonly object: string;
  /** The arguments of kubectl. */
  readonly args: readonly string[];
  /** The one field that the plan shows, if it shows any. */
  readonly path?: string;
  /** The values that the plan shows for it; not compared if absent. */
  readonly values?: { readonly from?: unknown; readonly to?: unknown };
}

const containers = "/spec/template/spec/containers";
const settings = "configmap/settings";
const web = "deployment/web";
const tamperings: readonly Tampering[] = [
  {
    name: "a changed value of a ConfigMap",
    object: settings,
    args: ["patch", settings, "--type=merge", '--patch={"data":{"mode":"theirs"}}'],
    path: "data.mode",
    values: { from: "theirs", to: "ours" },
  },
  {
    name: "a removed value of a ConfigMap",
    object: settings,
    args: ["patch", settings, "--type=merge", '--patch={"data":{"mode":null}}'],
    path: "data.mode",
    values: { to: "ours" },
  },
  {
    name: "a changed value of a Secret",
    object: "secret/login",
    args: ["patch", "secret/login", "--type=merge", '--patch={"stringData":{"password":"theirs"}}'],
    path: "data.password",
  },
  {
    name: "the replicas of a scaled Deployment",
    object: web,
    args: ["scale", web, "--replicas=5"],
    path: "spec.replicas",
    values: { from: 5, to: 1 },
  },
  {
    name: "a removed label",
    object: settings,
    args: ["label", settings, "tier-"],
    path: "metadata.labels.tier",
    values: { to: "web" },
  },
  {
    name: "the removed label of the set",
    object: settings,
    args: ["label", settings, "applyset.kubernetes.io/part-of-"],
    path: 'metadata.labels["applyset.kubernetes.io/part-of"]',
  },
  {
    name: "a removed annotation",
    object: settings,
    args: ["annotate", settings, "example.com/owner-"],
    path: 'metadata.annotations["example.com/owner"]',
    values: { to: "ops" },
  },
  {
    name: "the removed annotation of the set",
    object: settings,
    args: ["annotate", settings, "kubescript.dev/applied-"],
  },
  {
    name: "a removed port of a container",
    object: web,
    args: ["patch", web, "--type=json", `--patch=[{"op":"remove","path":"${containers}/0/ports/1"}]`],
    path: "spec.template.spec.containers[name=web].ports[containerPort=8443].containerPort",
    values: { to: 8443 },
  },
  {
    name: "the re-ordered environment of a container",
    object: web,
    args: [
      "patch",
      web,
      "--type=json",
      `--patch=[{"op":"move","from":"${containers}/0/env/0","path":"${containers}/0/env/1"}]`,
    ],
    path: "spec.template.spec.containers[name=web].env",
    values: {
      from: [{ name: "SECOND", value: "2" }, { name: "FIRST", value: "1" }],
      to: [{ name: "FIRST", value: "1" }, { name: "SECOND", value: "2" }],
    },
  },
  {
    name: "re-ordered containers",
    object: web,
    args: ["patch", web, "--type=json", `--patch=[{"op":"move","from":"${containers}/0","path":"${containers}/1"}]`],
    path: "spec.template.spec.containers",
  },
];

for (const { name, object, args, path, values } of tamperings) {
  Deno.test(`plan sees and apply repairs ${name}`, async () => {
    await using set = await appliedSet();
    const { namespace } = set;
    const before = await getContent(object, namespace);
    await kubectl([...args, `--namespace=${namespace}`]);
    notDeepStrictEqual(await getContent(object, namespace), before);

    const planned = await runForJson(["plan", ...set.args]);
    const applied = await runForJson(["apply", ...set.args]);

    deepStrictEqual([planned.code, planned.document.summary], [0, { update: 1, unchanged: 2 }], planned.stdout);
    const [change] = planned.document.changes.filter(({ action }) => action === "update");
    strictEqual(`${change?.object.kind.toLowerCase()}/${change?.object.name}`, object);
    deepStrictEqual(change?.fields.map((field) => field.path), path === undefined ? [] : [path]);
    if (values) deepStrictEqual(change?.fields.map(({ path: _, note: __, ...shown }) => shown), [values]);
    deepStrictEqual([applied.code, applied.document.summary], [0, { update: 1, unchanged: 2 }], applied.stdout);
    deepStrictEqual(await getContent(object, namespace), before);
    deepStrictEqual((await runForJson(["plan", ...set.args])).document.summary, { unchanged: 3 });
  });
}

Deno.test("plan shows a changed value of a Secret without the value", async () => {
  await using set = await appliedSet();
  const patch = '--patch={"stringData":{"password":"theirs"}}';
  await kubectl(["patch", "secret/login", "--type=merge", patch, `--namespace=${set.namespace}`]);
  for (const form of ["text", "json"]) {
    const { stdout, stderr } = await runKubescript(["plan", ...set.args, `--output=${form}`, "--verbose"]);
    match(stdout, /data\.password/);
    for (const password of ["ours-s3cret", "theirs"]) {
      strictEqual(stdout.includes(password) || stdout.includes(btoa(password)) || stderr.includes(password), false);
    }
  }
});

Deno.test("apply takes an object back whose managedFields were cleared, so that removed fields go later", async () => {
  await using set = await appliedSet();
  const { namespace, args } = set;
  const before = await getContent(settings, namespace);
  const clear = '--patch={"metadata":{"managedFields":[{}]}}';
  await kubectl(["patch", settings, "--type=merge", clear, `--namespace=${namespace}`]);
  strictEqual((await getObject(settings, namespace)).metadata.managedFields, undefined);

  const planned = await runForJson(["plan", ...args]);
  const applied = await runForJson(["apply", ...args]);

  deepStrictEqual([planned.code, planned.document.summary], [0, { update: 1, unchanged: 2 }], planned.stdout);
  deepStrictEqual([applied.code, applied.document.summary], [0, { update: 1, unchanged: 2 }], applied.stdout);
  const { metadata } = await getObject(settings, namespace);
  deepStrictEqual(metadata.managedFields.map(({ manager, operation }) => [manager, operation]), [
    [`kubescript/${namespace}/${namespace}`, "Apply"],
  ]);
  deepStrictEqual(await getContent(settings, namespace), before);
  deepStrictEqual((await runForJson(["plan", ...args])).document.summary, { unchanged: 3 });

  await set.write({ data: `{ mode: "ours" }` });
  deepStrictEqual((await runForJson(["apply", ...args])).document.summary, { update: 1, unchanged: 2 });
  deepStrictEqual((await getObject(settings, namespace)).data, { mode: "ours" });
});

Deno.test("drift: report shows what somebody changed, and leaves it", async () => {
  await using set = await appliedSet({ options: `drift: "report",` });
  const { namespace, args } = set;
  await kubectl(["scale", web, "--replicas=5", `--namespace=${namespace}`]);
  await kubectl(["patch", settings, "--type=merge", '--patch={"data":{"mode":null}}', `--namespace=${namespace}`]);

  const planned = await runForJson(["plan", ...args]);
  const applied = await runForJson(["apply", ...args]);

  deepStrictEqual([planned.code, planned.document.summary], [0, { unchanged: 3 }], planned.stdout);
  const drifted = planned.document.changes.filter((change) => change.drift);
  deepStrictEqual(drifted.flatMap(({ fields }) => fields.map(({ path }) => path)), ["data.mode", "spec.replicas"]);
  deepStrictEqual([applied.code, applied.document.summary], [0, { unchanged: 3 }], applied.stdout);
  strictEqual((await getObject(web, namespace)).spec.replicas, 5);
  deepStrictEqual((await getObject(settings, namespace)).data, { level: "1" });
});

Deno.test("a field that somebody changed before the script changed is a conflict", async () => {
  await using set = await appliedSet();
  const { namespace, args } = set;
  await kubectl(["scale", web, "--replicas=5", `--namespace=${namespace}`]);

  await set.write({ image: "web:2" });
  const planned = await runForJson(["plan", ...args]);
  const applied = await runForJson(["apply", ...args]);

  deepStrictEqual([planned.code, planned.document.summary], [4, { conflict: 1, unchanged: 2 }], planned.stdout);
  const [conflict] = planned.document.changes.filter(({ action }) => action === "conflict");
  deepStrictEqual(conflict?.fields.map(({ path, from, to }) => ({ path, from, to })), [
    { path: "spec.replicas", from: 5, to: 1 },
  ]);
  strictEqual(applied.code, 4);
  const { spec } = await getObject(web, namespace);
  deepStrictEqual([spec.replicas, spec.template.spec.containers[0].image], [5, "web:1"]);
});

interface ScriptParts {
  /** Options of the script. */
  readonly options?: string;
  /** The data of the ConfigMap. */
  readonly data?: string;
  /** The image of the container. */
  readonly image?: string;
}

interface AppliedSet extends AsyncDisposable {
  readonly namespace: string;
  /** The file and the flags for kubescript. */
  readonly args: readonly string[];
  /** Writes the script anew. */
  readonly write: (parts: ScriptParts) => Promise<unknown>;
}

/** Applies a script with three objects in a namespace of its own. */
async function appliedSet(parts: ScriptParts = {}): Promise<AppliedSet> {
  await using resources = new AsyncDisposableStack();
  const { name: namespace } = resources.use(await cluster.namespace("drift"));
  const folder = resources.use(await tempFolder());
  const args = [await writeScript(folder, scriptText(namespace, parts)), `--namespace=${namespace}`];
  await succeed(["apply", ...args]);
  const owned = resources.move();
  return {
    namespace,
    args,
    write: (parts) => writeScript(folder, scriptText(namespace, parts)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function scriptText(name: string, parts: ScriptParts): string {
  const { options = "", data = `{ mode: "ours", level: "1" }`, image = "web:1" } = parts;
  return `
    import { script } from "@kubescript/kubescript";
    const labels = { app: "web" };
    export default script("${name}", {
      ${options}
      resources: [
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "settings", labels: { tier: "web" }, annotations: { "example.com/owner": "ops" } },
          data: ${data},
        },
        { apiVersion: "v1", kind: "Secret", metadata: { name: "login" }, stringData: { password: "ours-s3cret" } },
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "web" },
          spec: {
            replicas: 1,
            selector: { matchLabels: labels },
            template: {
              metadata: { labels },
              spec: {
                containers: [
                  {
                    name: "web",
                    image: "${image}",
                    ports: [{ containerPort: 8080 }, { containerPort: 8443 }],
                    env: [{ name: "FIRST", value: "1" }, { name: "SECOND", value: "2" }],
                  },
                  { name: "sidecar", image: "sidecar:1" },
                ],
              },
            },
          },
        },
      ],
    });
  `;
}
