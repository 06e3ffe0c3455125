import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import {
  type KubescriptOptions,
  type KubescriptResult,
  projectPath,
  type RunningKubescript,
  startScript,
  tempFolder,
  writeScript,
} from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();

function start(name: string, args: readonly string[], options?: KubescriptOptions): RunningKubescript {
  return startScript(projectPath("examples/02_ops/" + name), args, options);
}

async function run(name: string, args: readonly string[], options?: KubescriptOptions): Promise<KubescriptResult> {
  await using started = start(name, args, options);
  return await started.result;
}

/** Runs a script to its end, which must be a good one, and returns what it told. */
async function succeed(name: string, args: readonly string[], options?: KubescriptOptions): Promise<string> {
  const { code, stdout, stderr } = await run(name, args, options);
  strictEqual(code, 0, stderr);
  return stdout + stderr;
}

async function create({ name }: TestNamespace, ...objects: object[]): Promise<void> {
  const items = objects.map((object) => ({ apiVersion: "v1", ...object }));
  await kubectl(["create", `--namespace=${name}`, "-f=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

interface DeploymentOptions {
  readonly replicas?: number;
  readonly labels?: Record<string, string>;
  /** Fields of the Pods' `spec`. */
  readonly spec?: object;
}

function deployment(name: string, { replicas = 1, labels = {}, spec = {} }: DeploymentOptions = {}): object {
  const matchLabels = { app: name };
  const template = {
    metadata: { labels: matchLabels },
    spec: { containers: [{ name: "web", image: "web:1" }], ...spec },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels }, template },
  };
}

async function untilAvailable({ name }: TestNamespace, ...deployments: string[]): Promise<void> {
  const names = deployments.map((deployment) => `deployment/${deployment}`);
  await kubectl(["wait", `--namespace=${name}`, "--for=condition=Available", "--timeout=60s", ...names]);
}

/** The Pods that are not on their way out: their names, and the Nodes where they are. */
async function podsOf({ name }: TestNamespace, labels: string): Promise<[name: string, node: string][]> {
  const args = ["get", "pods", `--namespace=${name}`, `--selector=${labels}`, "--output=json"];
  const { items } = JSON.parse(await kubectl(args));
  return items.filter(({ metadata }: { metadata: { deletionTimestamp?: string } }) => !metadata.deletionTimestamp)
    .map((
      { metadata, spec }: { metadata: { name: string }; spec: { nodeName: string } },
    ) => [metadata.name, spec.nodeName]);
}

Deno.test("examples/02_ops/scale.ts scales by name and by label, and only what is not as wanted", async () => {
  await using namespace = await cluster.namespace("ops");
  const labels = { tier: "backend" };
  await create(namespace, deployment("web"), deployment("api", { labels }), deployment("db", { labels, replicas: 2 }));
  const ref = (name: string) => `Deployment/${namespace.name}/${name}`;
  const replicas = async (name: string) => (await getObject(`deployment/${name}`, namespace.name)).spec.replicas;
  const flag = `--namespace=${namespace.name}`;

  strictEqual(
    await succeed("scale.ts", ["3", "web", flag, "--dry-run"]),
    `would scale ${ref("web")}\n    spec.replicas: 1 → 3\nDry run in context "test": would scale 1 Deployment\n`,
  );
  strictEqual(await replicas("web"), 1);
  strictEqual(await succeed("scale.ts", ["3", `${namespace.name}/web`]), 'In context "test": scaled 1 Deployment\n');
  strictEqual(await replicas("web"), 3);
  strictEqual(await succeed("scale.ts", ["3", "web", flag]), "");
  strictEqual(
    await succeed("scale.ts", ["2", "tier=backend", flag, "--verbose"]),
    `scaled ${ref("api")}\nIn context "test": scaled 1 Deployment\n`,
  );
  deepStrictEqual([await replicas("api"), await replicas("db")], [2, 2]);

  const { code, stderr } = await run("scale.ts", ["3", flag]);
  strictEqual(
    stderr,
    "error: Cannot run the script: an argument is missing or wrong\nhint: Usage: scale.ts REPLICAS NAME|LABELS\n",
  );
  strictEqual(code, 64);
  match((await run("scale.ts", ["many", "web", flag])).stderr, /RangeError: Cannot scale Deployment "web" to NaN/);
  strictEqual(await replicas("web"), 3);
});

Deno.test("examples/02_ops/restart.ts restarts one after the other, waits, and goes on after an interruption", async () => {
  await using namespace = await cluster.namespace("ops");
  const labels = { tier: "web" };
  const stuck = { nodeSelector: { "example.com/none": "none" } };
  await create(
    namespace,
    deployment("a", { labels, replicas: 2 }),
    deployment("b", { labels }),
    deployment("c", { labels }),
  );
  await untilAvailable(namespace, "a", "b", "c");
  const flag = `--namespace=${namespace.name}`;
  const before = await podsOf(namespace, "app");

  const dry = await succeed("restart.ts", ["tier=web", flag, "--dry-run"]);
  match(
    dry,
    /^would patch Deployment\/\S+\/a\n {4}spec.template.metadata.annotations: \(none\) → .*restartedAt.*\nwould/,
  );
  match(dry, /\nDry run in context "test": would patch 3 Deployments\n$/);
  deepStrictEqual(await podsOf(namespace, "app"), before);

  // The rollout of b does not come to its end.
  await kubectl([
    "patch",
    "deployment",
    "b",
    flag,
    `--patch=${JSON.stringify({ spec: { template: { spec: stuck } } })}`,
  ]);
  await using interrupted = start("restart.ts", ["tier=web", flag, "--verbose"]);
  await until("b is being restarted", () => Promise.resolve(interrupted.output.includes("/b\n")));
  interrupted.kill("SIGINT");
  const { code, stderr } = await interrupted.result;
  match(stderr, /\nInterrupted in context "test": patched 2 Deployments\n$/);
  strictEqual(code, 130);

  const selector = { spec: { template: { spec: { nodeSelector: null } } } };
  await kubectl(["patch", "deployment", "b", flag, `--patch=${JSON.stringify(selector)}`]);
  strictEqual(await succeed("restart.ts", ["tier=web", flag]), 'In context "test": patched 1 Deployment\n');
  const after = await podsOf(namespace, "app");
  const names = new Set(before.map(([name]) => name));
  ok(after.length === 4 && after.every(([name]) => !names.has(name)), `${before}\n${after}`);
  strictEqual(await succeed("restart.ts", [`${namespace.name}/a`]), "");
});

Deno.test("examples/02_ops/drain.ts evicts as fast as the budgets allow, and leaves alone what has to stay", async () => {
  await using namespace = await cluster.namespace("ops");
  await using nodes = await createNodes(namespace, ["left", "right"]);
  const [left, right] = nodes.names as [string, string];
  const own = { nodeSelector: { own: namespace.name }, tolerations: [{ key: "own", operator: "Exists" }] };
  const selector = { matchLabels: { app: "web" } };
  const container = { name: "web", image: "web:1" };
  const mirror = { "kubernetes.io/config.mirror": "x" };
  await kubectl(["cordon", right]);
  await create(
    namespace,
    deployment("web", { replicas: 2, spec: own }),
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "agent" },
      spec: {
        selector: { matchLabels: { app: "agent" } },
        template: { metadata: { labels: { app: "agent" } }, spec: { containers: [container], ...own } },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: { minAvailable: 2, selector },
    },
    {
      kind: "Pod",
      metadata: { name: "mirror", labels: { app: "mirror" }, annotations: mirror },
      spec: { nodeName: left, containers: [container] },
    },
    { kind: "Pod", metadata: { name: "lonely" }, spec: { nodeName: left, containers: [container], ...own } },
  );
  await untilAvailable(namespace, "web");
  await kubectl(["uncordon", right]);
  await until(
    "the budget knows its Pods",
    async () =>
      (await kubectl([
        "get",
        "pdb/web",
        `--namespace=${namespace.name}`,
        "--output=jsonpath={.status.currentHealthy}",
      ])) === "2",
  );
  const isCordoned = async () =>
    await kubectl(["get", "node", left, "--output=jsonpath={.spec.unschedulable}"]) === "true";
  const [first, second] = (await podsOf(namespace, "app=web")).map(([name]) => name) as [string, string];

  const lonely = await run("drain.ts", [left]);
  match(lonely.stderr, /\nerror: Cannot evict Pod "lonely": it has no controller to replace it\n$/);
  strictEqual(lonely.code, 1);
  await kubectl(["delete", "pod", "lonely", `--namespace=${namespace.name}`]);
  await kubectl(["uncordon", left]);

  const late = await run("drain.ts", [left, "1s"]);
  const why =
    `${namespace.name}/${first} has to wait: The disruption budget web needs 2 healthy pods and has 2 currently\n`;
  ok(late.stdout.includes(why), late.stdout);
  match(late.stderr, /\nerror: Cannot drain Node "\S+" within 1s: Pods left: 2\n$/);
  strictEqual(late.code, 1);
  strictEqual(await isCordoned(), true);
  await kubectl(["uncordon", left]);
  const budget = JSON.stringify({ spec: { minAvailable: 1 } });
  await kubectl(["patch", "pdb/web", "--type=merge", `--namespace=${namespace.name}`, `--patch=${budget}`]);
  await until(
    "the budget allows an eviction",
    async () =>
      (await kubectl([
        "get",
        "pdb/web",
        `--namespace=${namespace.name}`,
        "--output=jsonpath={.status.disruptionsAllowed}",
      ])) === "1",
  );

  strictEqual(
    await succeed("drain.ts", [left, "--dry-run"]),
    `would patch Node/${left}
    spec.unschedulable: (none) → true
would evict Pod/${namespace.name}/${first}
would evict Pod/${namespace.name}/${second}
Dry run in context "test": would patch 1 Node, evict 2 Pods
`,
  );
  strictEqual(await isCordoned(), false);

  const done = await succeed("drain.ts", [left]);
  match(done, /In context "test": patched 1 Node, evicted 2 Pods\n$/);
  strictEqual(await isCordoned(), true);
  await untilAvailable(namespace, "web");
  deepStrictEqual((await podsOf(namespace, "app=web")).map(([, node]) => node), [right, right]);
  deepStrictEqual((await podsOf(namespace, "app=agent")).map(([, node]) => node).sort(), [left, right]);
  deepStrictEqual(await podsOf(namespace, "app=mirror"), [["mirror", left]]);
  strictEqual(await succeed("drain.ts", [left]), 'In context "test": patched 1 Node\n');
});

/** Creates Nodes on which only Pods run that tolerate them. */
async function createNodes(
  { name }: TestNamespace,
  suffixes: readonly string[],
): Promise<AsyncDisposable & { names: string[] }> {
  const names = suffixes.map((suffix) => `${name}-${suffix}`);
  const nodes = names.map((node) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node, labels: { own: name } },
    spec: { taints: [{ key: "own", effect: "NoSchedule" }] },
  }));
  await kubectl(["create", "-f=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: nodes }));
  await kubectl(["wait", "node", `--selector=own=${name}`, "--for=condition=Ready", "--timeout=60s"]);
  return { names, [Symbol.asyncDispose]: async () => void await kubectl(["delete", "node", ...names]) };
}

Deno.test("examples/02_ops/finished_jobs.ts deletes old finished Jobs, and goes on after an interruption", async () => {
  await using namespace = await cluster.namespace("ops");
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "work", image: "work:1" }] } };
  const job = (name: string, fields: object = {}) => {
    return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: { template, ...fields } };
  };
  const spec = { schedule: "0 0 1 1 *", jobTemplate: { spec: { template } } };
  const COUNT = 40;
  await create(
    namespace,
    ...Array.from({ length: COUNT }, (_, i) => job(`job-${i}`)),
    job("running", { suspend: true }),
    { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "cron" }, spec },
  );
  const flag = `--namespace=${namespace.name}`;
  await kubectl(["create", "job", "of-cron", "--from=cronjob/cron", flag]);
  const jobs = async () => (await kubectl(["get", "jobs", flag, "--output=name"])).trim().split("\n");
  await kubectl([
    "wait",
    "job",
    "--for=condition=Complete",
    flag,
    "--timeout=120s",
    ...(await jobs()).filter((name) => !name.endsWith("running")).map((name) => name.split("/")[1]!),
  ]);

  strictEqual(await succeed("finished_jobs.ts", ["1h", flag]), "");
  const dry = await succeed("finished_jobs.ts", ["0s", flag, "--dry-run"]);
  match(
    dry,
    new RegExp(
      `^(would delete Job/${namespace.name}/job-\\d+\n){${COUNT}}Dry run in context "test": would delete ${COUNT} Jobs\n$`,
    ),
  );
  strictEqual((await jobs()).length, COUNT + 2);

  await using interrupted = start("finished_jobs.ts", ["0s", flag, "--verbose"]);
  await until("the first one is deleted", () => Promise.resolve(interrupted.output.includes("deleted")));
  interrupted.kill("SIGINT");
  const { code, stderr } = await interrupted.result;
  const left = (await jobs()).length - 2;
  ok(left > 0, "all were deleted before it was interrupted");
  match(stderr, new RegExp(`\nInterrupted in context "test": deleted ${COUNT - left} Jobs?\n$`));
  strictEqual(code, 130);

  strictEqual(
    await succeed("finished_jobs.ts", ["0s", flag]),
    `In context "test": deleted ${left} Job${left > 1 ? "s" : ""}\n`,
  );
  deepStrictEqual(await jobs(), ["job.batch/of-cron", "job.batch/running"]);
  await until("their Pods go, too", async () => (await podsOf(namespace, "batch.kubernetes.io/job-name")).length === 1);
});

Deno.test("examples/02_ops/without_limits.ts prints a table, CSV and JSON", async () => {
  await using namespace = await cluster.namespace("ops");
  const container = (name: string, resources: object) => ({ name, image: "web:1", resources });
  const none = container("none", { limits: { cpu: "1" } });
  const some = container("some", { limits: { memory: "1Gi" } });
  const request = container("request", { requests: { memory: "64Mi" } });
  await create(namespace, {
    kind: "Pod",
    metadata: { name: "a" },
    spec: { initContainers: [none], containers: [some, request] },
  });

  const rowsOf = (text: string) => text.trim().split("\n").filter((line) => line.includes(namespace.name));
  const table = await succeed("without_limits.ts", []);
  match(table, /^NAMESPACE +POD +CONTAINER +REQUEST\n/);
  deepStrictEqual(rowsOf(table).map((line) => line.split(/ {2,}/)), [
    [namespace.name, "a", "none"],
    [namespace.name, "a", "request", "64Mi"],
  ]);
  const csv = await succeed("without_limits.ts", ["--csv"]);
  match(csv, /^NAMESPACE,POD,CONTAINER,REQUEST\n/);
  deepStrictEqual(rowsOf(csv), [`${namespace.name},a,none,`, `${namespace.name},a,request,64Mi`]);
  const rows = JSON.parse(await succeed("without_limits.ts", ["--json"]));
  deepStrictEqual(rows.filter((row: { namespace: string }) => row.namespace === namespace.name), [
    { namespace: namespace.name, pod: "a", container: "none", request: "" },
    { namespace: namespace.name, pod: "a", container: "request", request: "64Mi" },
  ]);
});

Deno.test("examples/02_ops/copy_secret.ts copies to all Namespaces with a label, and overwrites nobody", async () => {
  await using source = await cluster.namespace("ops");
  await using a = await cluster.namespace("ops");
  await using b = await cluster.namespace("ops");
  const targets = [a, b].sort((x, y) => x.name < y.name ? -1 : 1);
  const label = `copy=${source.name}`;
  await kubectl(["label", "namespace", source.name, ...targets.map(({ name }) => name), label]);
  await create(source, { kind: "Secret", metadata: { name: "pull" }, data: { key: btoa("one") } });
  const args = [`${source.name}/pull`, label];
  const valueIn = async ({ name }: TestNamespace) => atob((await getObject("secret/pull", name)).data.key!);

  strictEqual(
    await succeed("copy_secret.ts", [...args, "--dry-run"]),
    targets.map(({ name }) => `would create Secret/${name}/pull\n`).join("") +
      'Dry run in context "test": would create 2 Secrets\n',
  );
  strictEqual(await succeed("copy_secret.ts", args), 'In context "test": created 2 Secrets\n');
  deepStrictEqual(await Promise.all(targets.map(valueIn)), ["one", "one"]);
  strictEqual(
    await succeed("copy_secret.ts", [...args, "--dry-run"]),
    targets.map(({ name }) => `would apply Secret/${name}/pull, no change\n`).join("") +
      'Dry run in context "test": would apply 2 Secrets (no change)\n',
  );

  const patch = (key: string) => `--patch=${JSON.stringify({ data: { key: btoa(key) } })}`;
  await kubectl(["patch", "secret", "pull", `--namespace=${source.name}`, patch("two")]);
  await kubectl(["patch", "secret", "pull", `--namespace=${targets[0]!.name}`, patch("other")]);
  const dry = await run("copy_secret.ts", [...args, "--dry-run"]);
  match(dry.stderr, /\n {4}data.key: <redacted #1> → <redacted #2>\n/);
  const { code, stderr } = await run("copy_secret.ts", args);
  match(
    stderr,
    /^Cannot apply Secret\/\S+\/pull: .*conflict with "kubectl-patch".*\nIn context "test": applied 1 Secret\n$/,
  );
  strictEqual(code, 1);
  deepStrictEqual(await Promise.all(targets.map(valueIn)), ["other", "two"]);
});

Deno.test("examples/02_ops/ops.ts does its three things in every context that matches", async () => {
  await using ops = await createNamespace("ops");
  await using web = await cluster.namespace("ops");
  await until(
    "no other namespace has its label",
    async () => (await kubectl(["get", "namespace", "--selector=team", "--output=name"])) === "",
  );
  await kubectl(["label", "namespace", web.name, "team=web"]);
  await create(ops, { kind: "Secret", metadata: { name: "pull" }, data: { key: btoa("one") } });
  const limits = { limits: { memory: "1Gi" } };
  const bare = deployment("bare", { labels: { tier: "web" }, replicas: 0 });
  const fine = { containers: [{ name: "web", image: "web:1", resources: limits }] };
  await create(web, bare, deployment("fine", { labels: { tier: "api" }, replicas: 0, spec: fine }));
  await create(web, {
    kind: "Pod",
    metadata: { name: "failed" },
    spec: { containers: [{ name: "web", image: "web:1" }], nodeName: "none" },
  });
  const failed = JSON.stringify({ status: { phase: "Failed" } });
  await kubectl([
    "patch",
    "pod",
    "failed",
    `--namespace=${web.name}`,
    "--subresource=status",
    "--type=merge",
    `--patch=${failed}`,
  ]);

  await using folder = await tempFolder();
  const KUBECONFIG = join(folder.path, "config");
  await cluster.writeKubeconfig({ user: { token: tokens.admin }, namespace: web.name, path: KUBECONFIG });
  const config = JSON.parse(await Deno.readTextFile(KUBECONFIG));
  config.contexts = ["prod-eu", "dev"].map((name) => ({ ...config.contexts[0], name }));
  await Deno.writeTextFile(KUBECONFIG, JSON.stringify(config));

  // Two days later, the Pod is an old one.
  const url = pathToFileURL(projectPath("examples/02_ops/ops.ts"));
  const later = await writeScript(
    folder,
    `Date.now = ((now) => () => now() + 172_800_000)(Date.now);\nawait import("${url}");\n`,
  );
  await using dry = startScript(later, ["--dry-run"], { env: { KUBECONFIG } });
  const lines = (await dry.result).stderr.split("\n");
  ok(lines.includes(`would delete Pod/${web.name}/failed`), lines.join("\n"));
  deepStrictEqual(lines.filter((line) => !line.startsWith("would delete")), [
    `would patch Deployment/${web.name}/bare`,
    '    spec.template.spec.containers[name=web].resources.limits: (none) → {"memory":"256Mi"}',
    `would create Secret/${web.name}/pull`,
    lines.at(-2)!,
    "",
  ]);
  match(lines.at(-2)!, /^Dry run in context "prod-eu": would delete \d+ Pods?, patch 1 Deployment, create 1 Secret$/);

  const done = 'In context "prod-eu": patched 1 Deployment, created 1 Secret\n';
  strictEqual(await succeed("ops.ts", [], { env: { KUBECONFIG } }), done);
  const [container] = (await getObject("deployment/bare", web.name)).spec.template.spec.containers;
  deepStrictEqual(container.resources, { limits: { memory: "256Mi" } });
  strictEqual(atob((await getObject("secret/pull", web.name)).data.key!), "one");
  strictEqual(await succeed("ops.ts", [], { env: { KUBECONFIG } }), 'In context "prod-eu": applied 1 Secret\n');
});

/** Creates a namespace whose name a script knows. */
async function createNamespace(name: string): Promise<TestNamespace> {
  await kubectl(["create", "namespace", name]);
  return { name, [Symbol.asyncDispose]: async () => void await kubectl(["delete", "namespace", name]) };
}
