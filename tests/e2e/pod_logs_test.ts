import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import type { LogLine } from "../../lib/client/pod_streams/pod_logs.ts";
import { Deployment, Pod } from "../../lib/kinds/mod.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { kubectl, until } from "./objects.ts";
import { connectTo, podSpec, startPod } from "./pods.ts";

const cluster = testCluster();

/** A container that logs some lines, and then waits. */
function logging(name: string, script: string) {
  return { name, command: ["sh", "-c", `${script}; sleep infinity`] };
}

const FIVE = "for i in 1 2 3 4 5; do echo line $i; done; echo; printf end";
const ALL = ["line 1", "line 2", "line 3", "line 4", "line 5", "", "end"];

Deno.test("D1: logs() reads lines or a text, and the part that is asked for", async () => {
  await using namespace = await cluster.namespace("logs");
  using k = await connectTo(namespace);
  await startPod(namespace, "web", [logging("app", FIVE), logging("side", "echo aside >&2")]);
  const lines = (options: Parameters<typeof k.logs>[2]) => Array.fromAsync(k.logs(Pod, "web", options));
  await until("all is logged", async () => (await lines({})).length === ALL.length);
  await until("all is logged", async () => (await lines({ container: "side" })).length > 0);

  deepStrictEqual(await lines({}), ALL);
  strictEqual(await k.logs(Pod, "web").text(), ALL.join("\n"));
  deepStrictEqual(await lines({ container: "side" }), ["aside"]);
  deepStrictEqual(await lines({ tailLines: 3 }), ALL.slice(-3));
  deepStrictEqual(await lines({ limitBytes: 9 }), ["line 1", "li"]);
  deepStrictEqual(await lines({ sinceSeconds: 600 }), ALL);
  deepStrictEqual(await lines({ sinceTime: "2100-01-01T00:00:00Z" }), []);
  const [stamped] = await lines({ timestamps: true, tailLines: 1 });
  match(stamped!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z end$/);
});

Deno.test("D1: logs() reads the run before the last restart", async () => {
  await using namespace = await cluster.namespace("logs");
  using k = await connectTo(namespace);
  const script = "test -f again && exec sleep infinity; touch again; echo first; exit 1";
  await startPod(namespace, "web", [{ name: "app", command: ["sh", "-c", script] }]);
  await until("it has restarted", async () => {
    return await kubectl([
      "get",
      "pod/web",
      `-n=${namespace.name}`,
      "-o=jsonpath={.status.containerStatuses[0].restartCount}",
    ]) === "1";
  });
  strictEqual(await k.logs(Pod, "web", { previous: true }).text(), "first\n");
});

Deno.test("D1: logs() follows until the container ends", async () => {
  await using namespace = await cluster.namespace("logs");
  using k = await connectTo(namespace);
  const command = ["sh", "-c", "echo one; while ! test -f go; do sleep 0.05; done; echo two; echo three"];
  await startPod(namespace, "web", [{ name: "app", command }], { spec: { restartPolicy: "Never" } });
  const seen: string[] = [];
  for await (const line of k.logs(Pod, "web", { follow: true })) {
    seen.push(line);
    if (line === "one") await k.exec(Pod, "web", ["touch", "go"]);
  }
  deepStrictEqual(seen, ["one", "two", "three"]);
});

Deno.test("D1: logs() ends by its signal, and when nobody reads on", async () => {
  await using namespace = await cluster.namespace("logs");
  using k = await connectTo(namespace);
  await startPod(namespace, "web", [logging("app", "echo one; echo two")]);
  for await (const line of k.logs(Pod, "web", { follow: true })) {
    if (line === "one") break;
  }
  const controller = new AbortController();
  const reason = new DOMException("stopped", "AbortError");
  await rejects(async () => {
    for await (const _ of k.logs(Pod, "web", { follow: true, signal: controller.signal })) controller.abort(reason);
  }, reason);
});

Deno.test("D1: logs() gives the API's own reason if there is no log", async () => {
  await using namespace = await cluster.namespace("logs");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  await rejects(k.logs(Pod, "none").text(), { message: /pods "none" not found/ });
  await rejects(k.logs(Pod, "web", { container: "none" }).text(), {
    message: /container none is not valid for pod web/,
  });
  await rejects(k.logs(Pod, "web", { previous: true }).text(), { message: /previous terminated container "app"/ });
});

Deno.test("D1: podLogs() reads all containers of the Pods that are selected", async () => {
  await using namespace = await cluster.namespace("logs");
  using k = await connectTo(namespace);
  const labels = { app: "web" };
  await startPod(namespace, "web-0", [logging("app", "echo a"), logging("side", "echo b")], { labels });
  await startPod(namespace, "web-1", [logging("app", "echo c"), logging("side", "echo d")], { labels });
  await startPod(namespace, "other", [logging("app", "echo e")]);
  const lines = async (
    options: Parameters<typeof k.podLogs>[2],
    where: Parameters<typeof k.podLogs>[1] = { labels },
  ) => {
    const found = await Array.fromAsync(k.podLogs(Pod, where, options));
    return found.map(({ pod, container, line }) => `${pod}/${container}: ${line}`);
  };
  await until("all is logged", async () => (await lines({ allContainers: true }, {})).length === 5);
  deepStrictEqual(await lines({ allContainers: true }), [
    "web-0/app: a",
    "web-0/side: b",
    "web-1/app: c",
    "web-1/side: d",
  ]);
  deepStrictEqual(await lines({}), ["web-0/app: a", "web-1/app: c"]);
  deepStrictEqual(await lines({ container: "side" }), ["web-0/side: b", "web-1/side: d"]);
  deepStrictEqual(await lines({ allContainers: true }, "web-1"), ["web-1/app: c", "web-1/side: d"]);
});

Deno.test("D1: podLogs() follows the Pods of a Deployment, also those that come later and those that restart", async () => {
  await using namespace = await cluster.namespace("logs");
  using k = await connectTo(namespace);
  const labels = { app: "web" };
  const script = "echo started; while ! test -f end; do sleep 0.05; done; rm end";
  const template = { metadata: { labels }, spec: podSpec([{ name: "app", command: ["sh", "-c", script] }]) };
  const metadata = { namespace: namespace.name, name: "web" };
  const spec = { selector: { matchLabels: labels }, template };
  await kubectl(["create", "-f=-"], JSON.stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec }));

  const seen: LogLine[] = [];
  for await (const line of k.podLogs(Deployment, "web", { follow: true })) {
    strictEqual(line.line, "started");
    seen.push(line);
    if (seen.length === 1) await kubectl(["scale", `-n=${namespace.name}`, "deployment/web", "--replicas=2"]);
    if (seen.length === 2) await k.exec(Pod, line.pod, ["touch", "end"]);
    if (seen.length === 3) break;
  }
  const [first, second, third] = seen.map(({ pod }) => pod);
  ok(first !== second);
  strictEqual(third, second);
});

Deno.test("D1: logs() goes on after its connection was cut, and loses and repeats nothing", async () => {
  await using namespace = await cluster.namespace("logs");
  await startPod(namespace, "web", [logging("app", "i=0; while test $i -lt 3000; do echo $i; i=$((i+1)); done")]);
  const upstreamCa = await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`);
  await using proxy = new FaultProxy({ upstream: cluster.server, upstreamCa });
  const user = { token: tokens.admin };
  using k = await connectTo(namespace, await cluster.writeKubeconfig({ user, server: proxy.server, ca: proxy.ca }));
  using cuts = proxy.inject({ fault: "cut", afterLines: 700, afterBytes: 20 }, { path: /log\?/, times: 4 });
  const seen: string[] = [];
  for await (const line of k.logs(Pod, "web", { follow: true })) {
    seen.push(line);
    if (line === "2999") break;
  }
  strictEqual(cuts.strikes, 4);
  deepStrictEqual(seen, Array.from({ length: 3_000 }, (_, i) => String(i)));
});
