import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import {
  type KubescriptOptions,
  type KubescriptResult,
  projectPath,
  startScript,
  tempFolder,
  writeScript,
} from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();
const ERASE_LINE = "\r\x1b[K";
const IMPORTS = `import { connect } from "@kubescript/kubescript";
import { ConfigMap, Pod, Secret } from "@kubescript/kubescript/kinds";
`;

/** Runs a script of `tests/e2e/ad_hoc`, or a text, to its end. */
async function run(script: string, args: readonly string[], options?: KubescriptOptions): Promise<KubescriptResult> {
  await using folder = await tempFolder();
  const isFile = script.endsWith(".ts");
  const path = isFile ? projectPath(`tests/e2e/ad_hoc/${script}`) : await writeScript(folder, IMPORTS + script);
  await using started = startScript(path, args, options);
  return await started.result;
}

async function create({ name }: TestNamespace, ...objects: object[]): Promise<void> {
  const items = objects.map((object) => ({ apiVersion: "v1", ...object }));
  await kubectl(["create", `--namespace=${name}`, "-f=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

function configMap(name: string, labels: Record<string, string> = {}): object {
  return { kind: "ConfigMap", metadata: { name, labels }, data: { old: "1" } };
}

/** Everything in a namespace, to the byte. */
async function contentOf({ name }: TestNamespace): Promise<string> {
  const kinds = "configmaps,secrets,serviceaccounts,pods,poddisruptionbudgets,deployments,replicasets,events";
  return await kubectl(["get", kinds, `--namespace=${name}`, "--output=json", "--show-managed-fields"]);
}

async function countMany({ name }: TestNamespace): Promise<number> {
  const names = await kubectl(["get", "configmaps", "--selector=many", `--namespace=${name}`, "--output=name"]);
  return names.split("\n").length - 1;
}

Deno.test("a dry run reads, prints and tells what the same script then does, and leaves the cluster as it is", async () => {
  await using namespace = await cluster.namespace("adhoc");
  const labels = { app: "guarded" };
  const containers = [{ name: "web", image: "web:1" }, { name: "log", image: "log:1" }];
  await create(
    namespace,
    configMap("old"),
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers } },
      },
    },
    { kind: "Pod", metadata: { name: "evicted" }, spec: { containers } },
    { kind: "Pod", metadata: { name: "guarded", labels }, spec: { containers } },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "guard" },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
  );
  const wait = (what: string, ...names: string[]) =>
    kubectl(["wait", `--namespace=${namespace.name}`, `--for=${what}`, "--timeout=60s", ...names]);
  await wait("condition=Ready", "pod/evicted", "pod/guarded");
  await wait("jsonpath={.status.currentHealthy}=1", "poddisruptionbudget/guard");
  await wait("jsonpath={.status.observedGeneration}=1", "deployment/web");

  const before = await contentOf(namespace);
  const args = ["--namespace", namespace.name];
  const dry = await run("verbs.ts", [...args, "--dry-run"]);
  strictEqual(await contentOf(namespace), before);
  strictEqual(await kubectl(["get", "namespace", `${namespace.name}-new`, "--ignore-not-found"]), "");
  const real = await run("verbs.ts", [...args, "--verbose"]);
  deepStrictEqual([dry.code, real.code], [0, 0], dry.stderr + real.stderr);
  strictEqual(dry.stdout, real.stdout);

  const { fields = [], warnings = [], writes } = Object.groupBy(linesOf(dry), (line) => {
    return line.startsWith("    ") ? "fields" : line.startsWith("warning: ") ? "warnings" : "writes";
  });
  deepStrictEqual(writes, linesOf(real));
  const warning = "warning: The server, which matches field selectors, does not know what this dry run would change";
  deepStrictEqual(warnings, [warning]);
  match(linesOf(real).at(-1)!, /^In context "test": create 5 ConfigMaps, .*, make a token for 1 ServiceAccount$/);
  deepStrictEqual(fields.slice(0, 5).map((line) => line.trim()), [
    'data.n: "1" → (none)',
    'data.m: (none) → "2"',
    'data.o: (none) → "3"',
    "metadata.labels.app: a → b",
    'data.x: (none) → "1"',
  ]);
  ok(fields.includes("    spec.template.spec.containers[name=web].image: web:2 → web:3"), fields.join("\n"));
});

/** What a run told of writes, as if it had been a dry run. */
function linesOf({ stderr }: KubescriptResult): string[] {
  const verbs = {
    created: "create",
    patched: "patch",
    replaced: "replace",
    applied: "apply",
    scaled: "scale",
    evicted: "evict",
    deleted: "delete",
    made: "make",
  } as const;
  return stderr.trim().split("\n").map((line) =>
    line.replace("Dry run in", "In").replace(/^would |(?<=: )would /, "").replace(/\/g-[^*]{5}$/, "/g-*****")
      .replace(/\b[a-z]+ed\b|\bmade\b/g, (verb) => verbs[verb as keyof typeof verbs] ?? verb)
  );
}

Deno.test("a dry run goes on where the permission is missing, and fails where the script would fail anyway", async () => {
  await using namespace = await cluster.namespace("adhoc");
  await create(
    namespace,
    configMap("a"),
    configMap("b", { many: "1" }),
    { kind: "ServiceAccount", metadata: { name: "reader" } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "ServiceAccount", name: "reader", namespace: namespace.name }],
    },
  );
  const token = (await kubectl(["create", "token", "reader", `--namespace=${namespace.name}`])).trim();
  const KUBECONFIG = await cluster.writeKubeconfig({ user: { token }, namespace: namespace.name });
  const text = `await using k = await connect();
await k.patch(ConfigMap, "a", { data: { new: "2" } });
console.log((await k.get(ConfigMap, "a")).data?.new);
await k.deleteCollection(ConfigMap, { labels: "many" });
console.log((await k.list(ConfigMap, { labels: "many" }).toArray()).length);
await k.create(Secret({ metadata: { name: "s" }, stringData: { a: "1" } }));
await k.delete(ConfigMap, "a");
`;
  const before = await contentOf(namespace);
  const dry = await run(text, ["--dry-run"], { env: { KUBECONFIG } });
  strictEqual(dry.stdout, "2\n0\n");
  strictEqual(
    dry.stderr,
    `would patch ConfigMap/${namespace.name}/a, not permitted
    data.new: (none) → "2"
would delete ConfigMap/${namespace.name}/b, not permitted
would create Secret/${namespace.name}/s, not permitted
would delete ConfigMap/${namespace.name}/a, not permitted
Dry run in context "test": would patch 1 ConfigMap (not permitted), delete 2 ConfigMaps (not permitted), create 1 Secret (not permitted)
`,
  );
  strictEqual(dry.code, 0);

  const real = await run(text, [], { env: { KUBECONFIG } });
  strictEqual(real.code, 1);
  match(
    real.stderr,
    /^error: Cannot patch ConfigMap\/\S+: .* is forbidden: User .* cannot patch .*\nhint: Ask for the permission/,
  );
  strictEqual(await contentOf(namespace), before);
});

Deno.test("a dry run fails where the server refuses what anybody would create", async () => {
  await using namespace = await cluster.namespace("adhoc");
  const hard = { "count/secrets": "0" };
  await create(namespace, { kind: "ResourceQuota", metadata: { name: "none" }, spec: { hard } });
  const isKnown = "--for=jsonpath={.status.hard.count/secrets}=0";
  await kubectl(["wait", `--namespace=${namespace.name}`, isKnown, "resourcequota/none"]);
  const args = ["--namespace", namespace.name, "--dry-run"];
  const { code, stderr } = await run(
    `await using k = await connect();
await k.create(Secret({ metadata: { name: "a" } }));
`,
    args,
  );
  match(stderr, /\nerror: Cannot create Secret\/\S+\/a: secrets "a" is forbidden: exceeded quota: none/);
  strictEqual(code, 1);
});

Deno.test("Ctrl-C in a loop over 2,000 objects ends with what was done, and the next run does the rest", async () => {
  await using namespace = await cluster.namespace("adhoc");
  await create(namespace, ...Array.from({ length: 2_000 }, (_, i) => configMap(`m-${i}`, { many: "1" })));
  const args = ["--namespace", namespace.name];
  await using interrupted = startScript(projectPath("tests/e2e/ad_hoc/delete_all.ts"), args);
  await until("some are gone", async () => await countMany(namespace) < 1_900);
  interrupted.kill("SIGINT");
  const { code, stdout, stderr } = await interrupted.result;
  const left = await countMany(namespace);
  ok(left > 0, "all were gone before it was interrupted");
  deepStrictEqual([code, stdout], [130, ""]);
  match(stderr, /^\nInterrupted: finishing requests under way, press Ctrl-C again to exit at once\n/m);
  match(stderr, new RegExp(`^Interrupted in context "test": deleted ${2_000 - left} ConfigMaps\n$`, "m"));
  const rest = await run("delete_all.ts", args);
  deepStrictEqual([rest.code, rest.stdout], [0, "done\n"]);
  // Every five seconds there may be a line about how far it is.
  match(rest.stderr, new RegExp(`^(read \\d+ .*\n)*In context "test": deleted ${left} ConfigMaps\n$`));
  strictEqual(await countMany(namespace), 0);
});

const canFakeTerminal = (await new Deno.Command("script", { args: ["-V"] }).output().catch(() => undefined))?.success;
if (!canFakeTerminal) console.log("progress on a terminal: not tested, as PATH has no script of util-linux");

Deno.test({
  name: "a script tells on a terminal how far it is, and takes that away before anything else is written",
  ignore: !canFakeTerminal,
  async fn() {
    await using namespace = await cluster.namespace("adhoc");
    await create(namespace, ...Array.from({ length: 1_500 }, (_, i) => configMap(`m-${i}`, { many: "1" })));
    const deno = [Deno.execPath(), "run", "-A", "--no-check", "--no-lock", "-q", "--config", projectPath("deno.json")];
    const command = [...deno, projectPath("tests/e2e/ad_hoc/delete_all.ts"), "--namespace", namespace.name].join(" ");
    const { code, stdout } = await new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", `stty cols 100; ${command}`, "/dev/null"],
      env: { KUBECONFIG: cluster.kubeconfig, TERM: "xterm", NO_COLOR: "" },
      stdin: "null",
    }).output();
    const screen = new TextDecoder().decode(stdout);
    strictEqual(code, 0, screen);
    const lines = screen.replaceAll("\r\n", "\n").split(ERASE_LINE);
    ok(lines.some((line) => /^read 1000 configmaps so far, deleted \d+ ConfigMaps$/.test(line)), screen);
    strictEqual(lines.at(-1), 'done\n\x1b[1mIn context "test": deleted 1500 ConfigMaps\x1b[22m\n');
  },
});

Deno.test("a script does on several clusters what it is told, one after the other", async () => {
  await using eu = await cluster.namespace("adhoc-eu");
  await using us = await cluster.namespace("adhoc-us");
  await using folder = await tempFolder();
  const kubeconfig = join(folder.path, "config");
  await cluster.writeKubeconfig({ user: { token: tokens.admin }, path: kubeconfig });
  const config = JSON.parse(await Deno.readTextFile(kubeconfig));
  const contextOf = (name: string, namespace: string) => ({
    name,
    context: { ...config.contexts[0].context, namespace },
  });
  config.contexts = [contextOf("prod-eu", eu.name), contextOf("staging", eu.name), contextOf("prod-us", us.name)];
  await Deno.writeTextFile(kubeconfig, JSON.stringify(config));

  const result = await run("everywhere.ts", ["--kubeconfig", kubeconfig]);
  strictEqual(
    result.stderr,
    'In context "prod-eu": created 1 ConfigMap\nIn context "prod-us": created 1 ConfigMap\n',
  );
  for (const [{ name }, context] of [[eu, "prod-eu"], [us, "prod-us"]] as const) {
    strictEqual(
      await kubectl(["get", "configmap", "seen", `--namespace=${name}`, "--output=jsonpath={.data.context}"]),
      context,
    );
  }
  config.contexts = [contextOf("dev", eu.name)];
  await Deno.writeTextFile(kubeconfig, JSON.stringify(config));
  const { code, stderr } = await run("everywhere.ts", [], { env: { KUBECONFIG: kubeconfig } });
  deepStrictEqual([code, stderr], [1, 'error: Cannot find a context "prod-*"\nhint: The contexts are: dev\n']);
});

interface Failure {
  readonly text?: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: number;
  readonly stderr: RegExp;
}

const CONNECT = "await using k = await connect();\n";
const failures: Record<string, Failure> = {
  "an error of the server, after the sum": {
    text: `${CONNECT}
await k.create(ConfigMap({ metadata: { name: "a" } }));
await k.create(ConfigMap({ metadata: { name: "a" } }));
`,
    code: 1,
    stderr:
      /^In context "test": created 1 ConfigMap\nerror: Cannot create ConfigMap\/\S+\/a: .* already exists \(409 AlreadyExists\)\n$/,
  },
  "an error after which the client is not disposed": {
    text: `const k = await connect();
await k.delete(ConfigMap, "kube-root-ca.crt", { preconditions: { uid: "other" } });
`,
    code: 1,
    stderr: /^error: Cannot delete ConfigMap\/\S+: .* \(409 Conflict\)\n$/,
  },
  "a missing permission, and what to do about it": {
    text: `${CONNECT}await k.delete(Pod, "none");\n`,
    args: ["--as=nobody"],
    code: 1,
    stderr: /^error: Cannot delete Pod\/\S+: .* is forbidden: User "nobody" .*\nhint: Ask for the permission/,
  },
  "a mistake of the script, with its place": {
    text: `${CONNECT}null.x;\n`,
    args: ["--dry-run"],
    code: 1,
    stderr:
      /^Dry run in context "test": would change nothing\nerror: Uncaught .*TypeError: Cannot read properties of null[^]*main.ts:4/,
  },
  "that there is no kubeconfig": {
    text: CONNECT,
    // Deno keeps its cache elsewhere: it must not make this folder.
    env: { KUBECONFIG: "", HOME: "/none", DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno` },
    code: 1,
    stderr:
      /^error: Cannot find a cluster: KUBECONFIG is not set; "\/none\/.kube\/config" does not exist; .*\nhint: Pass --kubeconfig FILE or set KUBECONFIG/,
  },
  "a context that is not there": {
    text: CONNECT,
    args: ["--context=none"],
    code: 1,
    stderr: /^error: Cannot use context "none": .*\nhint: The contexts are: test\n$/,
  },
  "a wrong flag": {
    text: CONNECT,
    args: ["--color=red"],
    code: 64,
    stderr: /^error: Cannot use --color=red: write auto, always or never\nhint: Run it with --help/,
  },
  "a dry run that is none, before anything is done": {
    text: `${CONNECT}await k.create(ConfigMap({ metadata: { name: "mistake" } }));\n`,
    args: ["--dryrun"],
    code: 64,
    stderr: /^error: Cannot use "--dryrun": write --dry-run/,
  },
};
for (const [what, { text = "", args = [], env = {}, code, stderr }] of Object.entries(failures)) {
  Deno.test(`a script tells ${what}`, async () => {
    await using namespace = await cluster.namespace("adhoc");
    const result = await run(text, ["--namespace", namespace.name, ...args], { env: { NO_COLOR: "1", ...env } });
    match(result.stderr, stderr);
    strictEqual(result.code, code);
    doesNotMatch(await kubectl(["get", "configmaps", `--namespace=${namespace.name}`]), /mistake/);
  });
}
