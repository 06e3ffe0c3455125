import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import {
  runKubescript,
  type RunningKubescript,
  startKubescript,
  succeed,
  tempFolder,
  writeScript,
} from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();
const TOKEN = "hunter2-hunter2";

/** A rule that fails for some objects, one whose kind is not there yet, and one that takes its time. */
function scriptFor(namespace: string): string {
  return `
import { defineKind, each, every, param, reconcile, script } from "@kubescript/kubescript";
import { ConfigMap, Secret } from "@kubescript/kubescript/kinds";
const Late = defineKind("${namespace}.example.com/v1", "Late", { plural: "lates" });
const namespaces = ["${namespace}"];
export default script("observed", {
  namespace: "${namespace}",
  params: { token: param.secret({ env: "TOKEN" }) },
  rules: ({ params }) => ({
    copies: each(Secret, { labels: { app: "${namespace}" }, namespaces, owns: [ConfigMap] }, ({ metadata: { name, labels } }) => {
      if (labels.broken) throw new Error("the copy is refused for " + params.token);
      return ConfigMap({ metadata: { name: "of-" + name } });
    }),
    late: reconcile(Late, { namespaces }, () => {}),
    slow: reconcile(ConfigMap, { labels: { slow: "yes" }, namespaces }, async (_, { k, log, signal }) => {
      log.info("begins", { level: "slow" });
      while (!await k.find(ConfigMap, "go")) {
        if (signal.aborted) return log.info("heeds its signal");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      log.info("comes to its end");
    }),
    sweep: every("1h", {}, () => {}),
  }),
});
`;
}

async function setUp() {
  const stack = new AsyncDisposableStack();
  const { name } = stack.use(await cluster.namespace("observed"));
  const file = await writeScript(stack.use(await tempFolder()), scriptFor(name));
  const env = { TOKEN };
  stack.defer(async () => void await succeed(["delete", file, "--yes"], { env }));
  const k = (...args: string[]) => kubectl([...args, "-n", name]);
  const start = (...flags: string[]) => startKubescript(["run", file, "--listen", "0", ...flags], { env });
  const status = (...flags: string[]) => runKubescript(["status", file, ...flags], { env });
  const states = async () => {
    const { rules } = JSON.parse((await status("-o", "json")).stdout).state ?? { rules: [] };
    return Object.fromEntries(rules.map(({ name, phase }: { name: string; phase: string }) => [name, phase]));
  };
  const events = async (object: string) => {
    const { items } = JSON.parse(
      await k("get", "events", "--field-selector", `involvedObject.name=${object}`, "-o", "json"),
    );
    return items.map(({ type, reason, message }: Record<string, string>) => `${type} ${reason}: ${message}`);
  };
  return { name, file, k, start, status, states, events, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Asks the server of a run. */
async function ask(
  running: RunningKubescript,
  path: string,
): Promise<{ readonly code: number; readonly text: string }> {
  await says(running, "Listening on");
  const [, address] = /Listening on ([\d.]+:\d+)/.exec(running.output)!;
  const answer = await fetch(`http://${address}${path}`);
  return { code: answer.status, text: await answer.text() };
}

async function says(running: RunningKubescript, text: string): Promise<void> {
  const ended = running.result.then(({ stderr }) => {
    if (!stderr.includes(text)) throw new Error(`Cannot go on: the run ended before it said "${text}": ${stderr}`);
  });
  await Promise.race([until(`it says "${text}"`, () => Promise.resolve(running.output.includes(text))), ended]);
  ended.catch(() => {});
}

async function define(namespace: string): Promise<AsyncDisposable> {
  const group = `${namespace}.example.com`;
  const schema = { openAPIV3Schema: { type: "object" } };
  await kubectl(
    ["apply", "-f", "-"],
    JSON.stringify({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `lates.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "lates", kind: "Late" },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    }),
  );
  return { [Symbol.asyncDispose]: async () => void await kubectl(["delete", "crd", `lates.${group}`]) };
}

Deno.test("run tells by probes, metrics, status and Events how its rules stand", async (t) => {
  await using o = await setUp();
  const none = await o.status("--exit-code");
  match(none.stdout, /Runner: {6}none so far; start one: kubescript run /);
  strictEqual(none.code, 3);
  await using running = o.start();

  await t.step("a kind that is not there yet", async () => {
    let ready = { code: 0, text: "" };
    await until("the other rules run", async () => {
      ready = await ask(running, "/readyz?verbose");
      return ready.text.includes("[+]rule/copies ok");
    });
    strictEqual(ready.code, 503);
    match(ready.text, /^\[-\]rule\/late failed: not synced: Late\.\S+ \(.*404/m);
    match(ready.text, /\nreadyz check failed\n$/);
    deepStrictEqual(await ask(running, "/livez"), { code: 200, text: "ok\n" });
    await until("the status says so", async () => (await o.states()).late === "Waiting");
  });

  await using _ = await define(o.name);
  await until("it is ready", async () => (await ask(running, "/readyz")).text === "ok\n");

  await t.step("a failure that lasts", async () => {
    await o.k("create", "secret", "generic", "good");
    await o.k("create", "secret", "generic", "bad");
    await o.k("label", "secret", "good", `app=${o.name}`);
    await o.k("label", "secret", "bad", `app=${o.name}`, "broken=yes");
    await until("there is an Event", async () => (await o.events("bad")).length > 0);
    const [event] = await o.events("bad");
    match(event, /^Warning RuleFailing: Rule "copies" fails: the copy is refused for <redacted/);
    await until("the status says so", async () => (await o.states()).copies === "Failing");
    const { stdout, code } = await o.status("--exit-code");
    match(stdout, /Runner: {6}\S+ leads, Lease renewed \d+m?s ago/);
    match(stdout, /^copies +each +Failing +2 +1 /m);
    match(stdout, /^sweep +every +Ready +- +0 +\S+ ago +in (1h|59m)/m);
    match(stdout, /Failing copies:\n {4}Secret\/\S+\/bad: the copy is refused for <redacted/);
    strictEqual(code, 3);
    strictEqual((await o.status()).code, 0);
    match((await o.status("-o", "yaml")).stdout, /^kind: Status$/m);
    doesNotMatch(running.output + stdout, new RegExp(TOKEN));
  });

  await t.step("its end", async () => {
    await o.k("label", "secret", "bad", "broken-");
    await until("an Event says so", async () => (await o.events("bad")).length === 2);
    ok((await o.events("bad")).includes('Normal RuleRecovered: Rule "copies" has succeeded again'));
    deepStrictEqual(await o.events("good"), []);
    await until("the status says so", async () => Object.values(await o.states()).every((phase) => phase === "Ready"));
    strictEqual((await o.status("--exit-code")).code, 0);
  });

  await t.step("metrics", async () => {
    const { text } = await ask(running, "/metrics");
    match(text, /^kubescript_leader 1$/m);
    match(text, /^kubescript_rule_runs_total\{rule="copies",result="failed"\} [3-9]/m);
    match(text, /^kubescript_rule_retries_total\{rule="copies"\} [2-9]/m);
    match(text, /^kubescript_rule_children_total\{rule="copies",outcome="applied"\} 2$/m);
    match(text, /^kubescript_rule_state\{rule="copies",state="Ready"\} 1$/m);
    match(text, /^kubescript_rule_latency_seconds_count\{rule="copies"\} \d/m);
    match(text, /^kubescript_watch_objects\{kind="Secret",selector="app=\S+"\} 2$/m);
    match(text, /^kubescript_watch_errors_total\{kind="Late\.\S+",code="404"\} \d/m);
    match(text, /^kubescript_client_requests_total\{verb="patch",code="20\d"\} \d/m);
    match(text, /^# TYPE kubescript_rule_run_duration_seconds histogram$/m);
    strictEqual((await ask(running, "/")).code, 404);
  });

  await t.step("nothing is written while nothing happens", async () => {
    const version = async (name: string) => (await getObject(`configmap/${name}`, o.name)).metadata.resourceVersion;
    const before = await version("kubescript-observed-status");
    const renewals = new Set<string>();
    await until("the lock was renewed twice", async () => renewals.add(await version("kubescript-observed")).size > 2);
    strictEqual(await version("kubescript-observed-status"), before);
  });

  running.kill("SIGTERM");
  strictEqual((await running.result).code, 0);
});

Deno.test("run drains: what is under way comes to its end, then the Lease is given back", async () => {
  await using o = await setUp();
  await using running = o.start("--log-format", "json");
  await o.k("create", "configmap", "first");
  await o.k("label", "configmap", "first", "slow=yes");
  await says(running, '"begins"');
  running.kill("SIGTERM");
  await says(running, `Draining: waiting for slow ConfigMap/${o.name}/first`);
  await o.k("create", "configmap", "go");
  await o.k("label", "configmap", "go", "slow=yes");
  const { code, stderr } = await running.result;
  strictEqual(code, 0, stderr);
  const lines = stderr.trim().split("\n").map((line) => JSON.parse(line));
  const end = lines.find(({ message }) => message === "comes to its end");
  deepStrictEqual([end.level, end.rule, end.object], ["info", "slow", `ConfigMap/${o.name}/first`]);
  const begins = lines.filter(({ message }) => message === "begins");
  deepStrictEqual(begins.map((line) => line["fields.level"]), ["slow"]);
  strictEqual((await getObject("lease/kubescript-observed", o.name)).spec.holderIdentity ?? "", "");
  match((await o.status()).stdout, /Runner: {6}none since \d+/);
});

Deno.test("run aborts what takes too long to drain, and exits at once on a second signal", async () => {
  await using o = await setUp();
  await o.k("create", "configmap", "first");
  await o.k("label", "configmap", "first", "slow=yes");
  {
    await using running = o.start("--grace-period", "6s");
    await says(running, "begins");
    running.kill("SIGTERM");
    const { code, stderr } = await running.result;
    strictEqual(code, 0, stderr);
    match(stderr, /Draining: out of time, aborting slow ConfigMap\/\S+\/first\n.*: heeds its signal\n/);
  }
  await using running = o.start();
  await says(running, "begins");
  running.kill("SIGTERM");
  await says(running, "Draining");
  running.kill("SIGTERM");
  const { code, stderr } = await running.result;
  strictEqual(code, 143, stderr);
  match(stderr, /Exiting at once, left undone: slow ConfigMap\/\S+\/first\n$/);
});
