import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { type KubescriptResult, projectPath, succeed, type TempFolder, tempFolder } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();
const main = projectPath("examples/07_cleanup/main.ts");
const HOME = "cleanup";

Deno.test("examples/07_cleanup cleans up in the cluster, with no more permissions than it needs", async (t) => {
  await using shop = await cluster.namespace("cleanup-shop");
  await using blog = await cluster.namespace("cleanup-blog");
  await using other = await cluster.namespace("cleanup-other");
  for (const namespace of [shop, blog, other]) await litter(namespace);
  const args = [main, `--param=namespaces=${shop.name},${blog.name}`, "--param=age=0s"];
  await using _set = { [Symbol.asyncDispose]: () => deleteSet(args) };
  match((await succeed(["apply", ...args, "--timeout=60s"])).stdout, /^Applied: 8 created /m);
  match((await succeed(["apply", ...args])).stdout, /^No changes: 8 objects/m);

  await using folder = await tempFolder();
  const container = await startJob(folder);

  await t.step("it needs every permission that it has", async () => {
    for (
      const [resource, verb, other] of [["jobs", "list", "delete"], ["jobs", "delete", "list"], [
        "pods",
        "list",
        "delete",
      ], ["pods", "delete", "list"]]
    ) {
      const index = resource === "jobs" ? 0 : 1;
      for (const { name } of [shop, blog]) {
        const patch = JSON.stringify([{ op: "replace", path: `/rules/${index}/verbs`, value: [other] }]);
        await kubectl(["patch", "role", "cleanup", `--namespace=${name}`, "--type=json", `--patch=${patch}`]);
      }
      const { stderr } = await container.run(["--dry-run"]);
      match(
        stderr,
        verb === "list" ? new RegExp(`cannot list resource "${resource}"`) : /^would delete \S+, not permitted$/m,
      );
      await succeed(["apply", ...args]);
    }
  });

  await t.step("it may do nothing else", async () => {
    using k = await connectAs(container.kubeconfig);
    using anyone = await connectAs(await accountOf("default"));
    const rulesIn = async (namespace: string) => {
      const common = (await anyone.rules({ namespace })).rules.map((rule) => JSON.stringify(rule));
      return (await k.rules({ namespace })).rules.filter((rule) => !common.includes(JSON.stringify(rule)));
    };
    for (const { name } of [shop, blog]) {
      deepStrictEqual(await rulesIn(name), [
        { verbs: ["list", "delete"], apiGroups: ["batch"], resources: ["jobs"] },
        { verbs: ["list", "delete"], apiGroups: [""], resources: ["pods"] },
      ]);
    }
    for (const namespace of [other.name, HOME, "default", "kube-system"]) deepStrictEqual(await rulesIn(namespace), []);
    const denied: [verb: string, kind: string, namespace?: string][] = [
      ["get", "jobs", shop.name],
      ["deletecollection", "jobs", shop.name],
      ["watch", "pods", shop.name],
      ["patch", "pods", shop.name],
      ["create", "pods", shop.name],
      ["list", "secrets", shop.name],
      ["delete", "deployments", shop.name],
      ["delete", "pods", other.name],
      ["list", "configmaps", HOME],
    ];
    for (const [verb, kind, namespace] of denied) {
      const { allowed } = await k.can(verb, kind, { namespace: namespace! });
      strictEqual(allowed, false, `${verb} ${kind} in ${namespace}`);
    }
    strictEqual((await k.can("list", "pods", { allNamespaces: true })).allowed, false);
  });

  await t.step("a dry run tells what the run then does", async () => {
    const before = await Promise.all([shop, blog, other].map(contentOf));
    const dry = await container.run(["--dry-run"]);
    deepStrictEqual(
      dry.stderr.split("\n").sort(),
      [
        "",
        'Dry run in context "test": would delete 4 Jobs, delete 2 Pods',
        ...[shop, blog].flatMap(({ name }) => [
          `would delete Job/${name}/done-0`,
          `would delete Job/${name}/done-1`,
          `would delete Pod/${name}/failed`,
        ]),
      ].sort(),
    );
    deepStrictEqual(await Promise.all([shop, blog, other].map(contentOf)), before);

    deepStrictEqual(await container.run([]), {
      code: 0,
      stdout: "",
      stderr: 'In context "test": deleted 4 Jobs, deleted 2 Pods\n',
    });
    for (const namespace of [shop, blog]) {
      await until(
        "only the others are there",
        async () => await contentOf(namespace) === "job.batch/suspended pod/running",
      );
    }
    strictEqual(await contentOf(other), before[2]);
    deepStrictEqual(await container.run([]), { code: 0, stdout: "", stderr: "" });
  });
});

function connectAs(kubeconfig: string): Promise<Client> {
  return connect({ kubeconfig, clock: systemClock, concurrency: 16, requestTimeoutMs: 30_000 });
}

/** Makes a kubeconfig for a ServiceAccount. */
async function accountOf(name: string, bound: readonly string[] = []): Promise<string> {
  const token = (await kubectl(["create", "token", name, `--namespace=${HOME}`, ...bound])).trim();
  return await cluster.writeKubeconfig({ user: { token } });
}

/** Makes what is to be cleaned up, and what is not. */
async function litter({ name }: TestNamespace): Promise<void> {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "work", image: "work:1" }] } };
  const job = (name: string, suspend: boolean) => {
    return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: { suspend, template } };
  };
  const pod = (name: string, nodeName?: string) => {
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { containers: [{ name: "web", image: "web:1" }], nodeName },
    };
  };
  const items = [
    job("done-0", false),
    job("done-1", false),
    job("suspended", true),
    pod("running"),
    pod("failed", "none"),
  ];
  await kubectl(["create", `--namespace=${name}`, "-f=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const failed = JSON.stringify({ status: { phase: "Failed" } });
  await kubectl([
    "patch",
    "pod",
    "failed",
    `--namespace=${name}`,
    "--subresource=status",
    "--type=merge",
    `--patch=${failed}`,
  ]);
  await kubectl([
    "wait",
    "job/done-0",
    "job/done-1",
    "--for=condition=Complete",
    `--namespace=${name}`,
    "--timeout=60s",
  ]);
  await kubectl(["wait", "pod/running", "--for=condition=Ready", `--namespace=${name}`, "--timeout=60s"]);
}

async function contentOf({ name }: TestNamespace): Promise<string> {
  return (await kubectl(["get", "jobs,pods", `--namespace=${name}`, "--output=name"])).trim().replaceAll("\n", " ");
}

async function deleteSet(args: readonly string[]): Promise<void> {
  await succeed(["delete", ...args, "--yes", "--allow-delete=all"]);
  await kubectl(["wait", "--for=delete", `namespace/${HOME}`, "--timeout=60s"]);
}

/** The container of the CronJob's Pod, as a process here. */
interface Container {
  /** Who it is. */
  readonly kubeconfig: string;
  /** Runs what the Pod says, with some arguments more. */
  run(args: readonly string[]): Promise<KubescriptResult>;
}

/** Lets the CronJob start a Job now, and does for its Pod what a kubelet does: mounts, account, environment, process. */
async function startJob(folder: TempFolder): Promise<Container> {
  // The strictest of the Pod Security Standards.
  await kubectl(["label", "namespace", HOME, "pod-security.kubernetes.io/enforce=restricted"]);
  await kubectl(["create", "job", "now", "--from=cronjob/cleanup", `--namespace=${HOME}`]);
  await kubectl(["wait", "job/now", "--for=condition=Complete", `--namespace=${HOME}`, "--timeout=60s"]);
  const pods = JSON.parse(
    await kubectl([
      "get",
      "pods",
      "--selector=batch.kubernetes.io/job-name=now",
      `--namespace=${HOME}`,
      "--output=json",
    ]),
  );
  const [{ metadata: { name }, spec: { containers: [{ command, args, volumeMounts }], volumes, serviceAccountName } }] =
    pods.items;

  const mount = volumes.find(({ name }: { name: string }) => name === volumeMounts[0].name).configMap.name;
  const { data } = JSON.parse(await kubectl(["get", "configmap", mount, `--namespace=${HOME}`, "--output=json"]));
  for (const [file, text] of Object.entries<string>(data)) await Deno.writeTextFile(join(folder.path, file), text);
  const kubeconfig = await accountOf(serviceAccountName, ["--bound-object-kind=Pod", `--bound-object-name=${name}`]);
  const [deno, ...words]: string[] = [...command, ...args].map((word: string) =>
    word.replace("$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)", new URL(cluster.server).host)
      .replace(/^--allow-read=.*/, `--allow-read=${kubeconfig}`)
      .replace(/^--allow-env=.*/, "--allow-env=KUBECONFIG")
      .replace(volumeMounts[0].mountPath, folder.path)
  );
  strictEqual(deno, "deno");
  return {
    kubeconfig,
    async run(more) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...words, ...more],
        // As in a container whose file system cannot be written to, and that has no other environment.
        env: { KUBECONFIG: kubeconfig, DENO_DIR: "/proc/none", NO_COLOR: "1" },
        clearEnv: true,
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
  };
}
