import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { projectPath, runKubescript, type RunningKubescript, startKubescript, succeed } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();
const MAIN = projectPath("examples/05_tenants/main.ts");

/** A team of its own, so that tests do not meet, and the namespace that is the home of the script. */
async function newTeam() {
  const home = await cluster.namespace("tenants");
  const team = home.name;
  const flags = [MAIN, "--namespace", home.name, "--param", `team=${team}`, "--param", "pods=5"];
  return {
    home,
    team,
    flags,
    // A set has one home: the next test makes another one.
    async [Symbol.asyncDispose]() {
      await succeed(["delete", ...flags, "--yes"]);
      await home[Symbol.asyncDispose]();
    },
  };
}

async function run(flags: readonly string[], ready: () => Promise<boolean>): Promise<RunningKubescript> {
  const running = startKubescript(["run", ...flags]);
  const ended = running.result.then(({ stderr }) => {
    throw new Error(`Cannot run the rules: ${stderr}`);
  });
  await Promise.race([until("the rules are running", ready), ended]);
  ended.catch(() => {});
  return running;
}

async function children(namespace: string): Promise<string[]> {
  const names = await kubectl(["get", "networkpolicy,resourcequota", "-n", namespace, "-o", "name"]);
  return names.split("\n").filter((name) => name !== "");
}

async function quota(namespace: string): Promise<string> {
  return await kubectl(["get", "resourcequota/quota", "-n", namespace, "-o", "jsonpath={.spec.hard.pods}"]);
}

async function isManaged(namespace: string): Promise<boolean> {
  const path = "jsonpath={.metadata.annotations.example\\.com/managed}";
  return await kubectl(["get", "namespace", namespace, "-o", path]) === "true";
}

const BOTH = ["networkpolicy.networking.k8s.io/deny", "resourcequota/quota"];

Deno.test("05_tenants gives labelled namespaces their children, and keeps them", async (t) => {
  await using team = await newTeam();
  await using early = await cluster.namespace("tenant");
  await using late = await cluster.namespace("tenant");
  await kubectl(["label", "namespace", early.name, `team=${team.team}`]);
  const has = async (namespace: string, wanted: readonly string[]) =>
    JSON.stringify(await children(namespace)) === JSON.stringify(wanted);
  await using running = await run(team.flags, () => has(early.name, BOTH));

  await t.step("a namespace that gets the label later", async () => {
    deepStrictEqual(await children(late.name), []);
    await kubectl(["label", "namespace", late.name, `team=${team.team}`]);
    await until("the children are there", () => has(late.name, BOTH));
    await until("the namespace is marked", () => isManaged(late.name));
  });
  await t.step("a foreign change to a quota is repaired", async () => {
    await kubectl([
      "patch",
      "resourcequota/quota",
      "-n",
      late.name,
      "--type=merge",
      "-p",
      '{"spec":{"hard":{"pods":9}}}',
    ]);
    await until("the quota is as before", async () => await quota(late.name) === "5");
  });
  await t.step("a child that somebody deleted comes back", async () => {
    await kubectl(["delete", "networkpolicy/deny", "-n", late.name]);
    await until("the child is back", () => has(late.name, BOTH));
  });
  await t.step("without the label they go", async () => {
    await kubectl(["label", "namespace", late.name, "team-"]);
    await until("the children are gone", () => has(late.name, []));
    await until("the mark is gone", async () => !await isManaged(late.name));
    deepStrictEqual(await children(early.name), BOTH);
  });
  await t.step("a namespace that is deleted goes, and nothing holds it", async () => {
    await kubectl(["delete", "namespace", early.name, "--timeout=60s"]);
  });
  running.kill("SIGTERM");
  const { code, stderr } = await running.result;
  strictEqual(code, 0, stderr);
  strictEqual(/ error /.test(stderr), false, stderr);
});

Deno.test("05_tenants cleans up for a rule that was renamed, or has gone", async () => {
  await using team = await newTeam();
  await using tenant = await cluster.namespace("tenant");
  await kubectl(["label", "namespace", tenant.name, `team=${team.team}`]);
  await succeed(["run", ...team.flags, "--once"]);
  deepStrictEqual(await children(tenant.name), BOTH);
  const labels = async () =>
    await kubectl([
      "get",
      "resourcequota/quota",
      "-n",
      tenant.name,
      "-o",
      "jsonpath={.metadata.labels.kubescript\\.dev/rule}",
    ]);
  strictEqual(await labels(), "tenants");

  const folder = await Deno.makeTempDir();
  try {
    const text = await Deno.readTextFile(MAIN);
    const renamed = `${folder}/main.ts`;
    const flags = [renamed, ...team.flags.slice(1)];
    await Deno.writeTextFile(renamed, text.replace("    tenants: each(", "    quotas: each("));
    await succeed(["run", ...flags, "--once"]);
    strictEqual(await labels(), "quotas");
    deepStrictEqual(await children(tenant.name), BOTH);

    const without = text.replace(/ {4}tenants: each\([\s\S]*?\n {4}\}\),\n/, "");
    await Deno.writeTextFile(
      renamed,
      without.replace(
        "const tenants = script",
        "const unused = [NetworkPolicy, ResourceQuota, Namespace, each];\nvoid unused;\nconst tenants = script",
      ),
    );
    await succeed(["apply", ...flags, "--yes", "--allow-empty"]);
    await until("the children are gone", async () => (await children(tenant.name)).length === 0);
    strictEqual(await isManaged(tenant.name), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("05_tenants tells once about an image that changed while nobody looked", async () => {
  await using team = await newTeam();
  await using tenant = await cluster.namespace("tenant");
  await kubectl(["label", "namespace", tenant.name, `team=${team.team}`]);
  await kubectl(["create", "deployment", "web", "--image=web:1", "-n", tenant.name]);
  await succeed(["run", ...team.flags, "images", "--once"]);
  await kubectl(["set", "image", "deployment/web", "web=web:2", "-n", tenant.name]);
  const first = await succeed(["run", ...team.flags, "images", "--once"]);
  match(first.stderr, /images Deployment\/\S+\/web: new image from="web:1" to="web:2"/);
  const second = await succeed(["run", ...team.flags, "images", "--once"]);
  strictEqual(second.stderr.includes("new image"), false, second.stderr);
  await kubectl(["delete", "deployment/web", "-n", tenant.name]);
  const third = await succeed(["run", ...team.flags, "images", "--once"]);
  match(third.stderr, /images Deployment\/\S+\/web: gone image="web:2"/);
});

Deno.test("05_tenants deletes finished Jobs at the next tick, and restarts a Deployment when it is asked to", async () => {
  await using team = await newTeam();
  await using tenant = await cluster.namespace("tenant");
  const job = (name: string) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: tenant.name, labels: { team: team.team } },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "job", image: "job:1" }] } } },
  });
  const jobs = Array.from({ length: 10 }, (_, i) => job(`job-${i}`));
  await kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: jobs }));
  await kubectl(["wait", "--for=condition=Complete", "jobs", "--all", "-n", tenant.name, "--timeout=60s"]);
  const flags = [...team.flags, "--param", "jobDays=0"];
  await succeed(["run", ...flags, "sweep"]);
  strictEqual(await kubectl(["get", "jobs", "-n", tenant.name, "-o", "name"]), "");

  await kubectl(["create", "deployment", "web", "--image=web:1", "-n", tenant.name]);
  await succeed(["run", ...flags, "restart", "--param", `deployment=${tenant.name}/web`]);
  match(
    await kubectl(["get", "deployment/web", "-n", tenant.name, "-o", "jsonpath={.spec.template.metadata.annotations}"]),
    /example.com\/restarted/,
  );
  const wrong = await runKubescript(["run", ...flags, "restrat"]);
  strictEqual(wrong.code, 1);
  match(wrong.stderr, /it has no rule "restrat": did you mean "restart"\?/);
});

Deno.test("05_tenants runs as two replicas of which one acts, and the other takes over", async () => {
  await using team = await newTeam();
  await using tenant = await cluster.namespace("tenant");
  await kubectl(["label", "namespace", tenant.name, `team=${team.team}`]);
  const hasBoth = async () => JSON.stringify(await children(tenant.name)) === JSON.stringify(BOTH);
  await using first = await run(team.flags, hasBoth);
  await using second = startKubescript(["run", ...team.flags]);
  await until("the second one stands by", () => Promise.resolve(second.output.includes("Standing by")));
  await kubectl(["delete", "networkpolicy/deny", "-n", tenant.name]);
  await until("the child is back", hasBoth);
  strictEqual(second.output.includes("created"), false, second.output);

  first.kill("SIGKILL");
  await first.result;
  await kubectl(["delete", "networkpolicy/deny", "-n", tenant.name]);
  await until("the second one leads, and repairs", hasBoth);
  match(second.output, /This process leads/);
  second.kill("SIGTERM");
  strictEqual((await second.result).code, 0, second.output);
});
