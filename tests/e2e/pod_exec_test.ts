import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { ApiError } from "../../lib/client/errors.ts";
import { Deployment, Pod } from "../../lib/kinds/mod.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { startForwardProxy } from "../support/forward_proxy.ts";
import { kubectl, until } from "./objects.ts";
import { connectTo, podSpec, startPod } from "./pods.ts";

const cluster = testCluster();

Deno.test("D2: exec() keeps stdout and stderr apart, and tells the exit code", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const script = "echo out; echo err >&2; exit 3";
  deepStrictEqual(await k.exec(Pod, "web", ["sh", "-c", script]), { exitCode: 3, stdout: "out\n", stderr: "err\n" });
  deepStrictEqual(await k.exec("po", "web", ["true"]), { exitCode: 0, stdout: "", stderr: "" });
  // What is quoted by a shell comes as it is.
  strictEqual((await k.exec(Pod, "web", ["printf", "%s|", "a b", "*", "ü&x=1", ""])).stdout, "a b|*|ü&x=1||");
});

Deno.test("D2: exec() ends stdin, so that the command can end", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const stdins = [
    "hello",
    new TextEncoder().encode("hello"),
    ReadableStream.from(["he", "llo"]).pipeThrough(new TextEncoderStream()),
  ];
  for (const stdin of stdins) strictEqual((await k.exec(Pod, "web", ["cat"], { stdin })).stdout, "hello");
  strictEqual((await k.exec(Pod, "web", ["cat"])).stdout, "");
  // A command that does not read to the end.
  const endless = ReadableStream.from((function* () {
    for (;;) yield new Uint8Array(65_536);
  })());
  deepStrictEqual(await k.exec(Pod, "web", ["true"], { stdin: endless }), { exitCode: 0, stdout: "", stderr: "" });
});

Deno.test("D2: exec() carries 20 MB in and out as they are", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const [sent, received] = [createHash("sha256"), createHash("sha256")];
  const chunk = crypto.getRandomValues(new Uint8Array(65_536));
  const stdin = ReadableStream.from((function* () {
    for (let i = 0; i < 320; i++) {
      chunk[0] = i;
      const copy = chunk.slice();
      sent.update(copy);
      yield copy;
    }
  })());
  let bytes = 0;
  const stdout = new WritableStream<Uint8Array>({
    write(data) {
      received.update(data);
      bytes += data.length;
    },
  });
  await k.exec(Pod, "web", ["cat"], { stdin, stdout });
  strictEqual(bytes, 20 * 1024 * 1024);
  strictEqual(received.digest("hex"), sent.digest("hex"));
});

Deno.test("D2: exec() holds the command back while nobody takes its output", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const gate = Promise.withResolvers<void>();
  let bytes = 0;
  const stdout = new WritableStream<Uint8Array>({
    write(data) {
      bytes += data.length;
      return gate.promise;
    },
  });
  const script = "head -c 300000000 /dev/zero; echo done > done";
  const running = k.exec(Pod, "web", ["sh", "-c", script], { stdout });
  await until("output has come", () => Promise.resolve(bytes > 0));
  strictEqual((await k.exec(Pod, "web", ["cat", "done"])).exitCode, 1);
  gate.resolve();
  strictEqual((await running).exitCode, 0);
  strictEqual(bytes, 300_000_000);
});

Deno.test("D2: exec() gives the command a terminal, and tells its sizes", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const resized = Promise.withResolvers<void>();
  async function* terminalSizes() {
    yield { width: 132, height: 43 };
    await resized.promise;
    yield { width: 80, height: 24 };
  }
  let output = "";
  const stdout = new WritableStream<Uint8Array>({
    write(data) {
      output += new TextDecoder().decode(data);
      if (output.includes("43 132")) resized.resolve();
    },
  });
  const loop = `while :; do size=$(stty size); echo "$size"; test "$size" = "24 80" && exit 7; done`;
  const script = `test -t 0 && echo terminal >&2; ${loop}`;
  const result = await k.exec(Pod, "web", ["sh", "-c", script], { tty: true, terminalSizes: terminalSizes(), stdout });
  deepStrictEqual(result, { exitCode: 7, stdout: "", stderr: "" });
  match(output, /^terminal\r\n[^]*43 132\r\n[^]*24 80\r\n$/m);
});

Deno.test("D2: exec() chooses the container", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  const named = (name: string) => ({ name, env: [{ name: "ME", value: name }] });
  await startPod(namespace, "first", [named("app"), named("side")]);
  const annotations = { "kubectl.kubernetes.io/default-container": "side" };
  await startPod(namespace, "annotated", [named("app"), named("side")], { annotations });
  const me = async (pod: string, container?: string) =>
    (await k.exec(Pod, pod, ["printenv", "ME"], { container })).stdout.trim();
  deepStrictEqual([await me("first"), await me("first", "side"), await me("annotated"), await me("annotated", "app")], [
    "app",
    "side",
    "side",
    "app",
  ]);
});

Deno.test("D2: exec() takes a running Pod of a Deployment", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: podSpec([{ name: "app" }]) };
  const metadata = { namespace: namespace.name, name: "web" };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { selector: { matchLabels: labels }, template },
  };
  await kubectl(["create", "-f=-"], JSON.stringify(deployment));
  await kubectl(["rollout", "status", `--namespace=${namespace.name}`, "deployment/web"]);
  match((await k.exec(Deployment, "web", ["printenv", "HOSTNAME"])).stdout, /^web-/);
  await kubectl(["scale", `--namespace=${namespace.name}`, "deployment/web", "--replicas=0"]);
  await kubectl(["wait", `--namespace=${namespace.name}`, "--for=delete", "pod", "--selector=app=web"]);
  const message = `Cannot reach a Pod of Deployment/${namespace.name}/web: it has none`;
  await rejects(k.exec(Deployment, "web", ["true"]), { message });
});

Deno.test("D2: exec() gives the API's own reason if it cannot run", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const place = `Pod/${namespace.name}/web`;
  const cases = [
    { ref: "none", command: ["ls"], container: undefined, code: 404, message: /pods "none" not found/ },
    {
      ref: "web",
      command: ["ls"],
      container: "none",
      code: 400,
      message: new RegExp(`^Cannot run "ls" in ${place}: container none is not valid for pod web`),
    },
    {
      ref: "web",
      command: ["no-such-program"],
      container: undefined,
      code: 500,
      message: new RegExp(`^Cannot run "no-such-program" in ${place}: .*executable file not found`),
    },
  ];
  for (const { ref, command, container, code, message } of cases) {
    await rejects(k.exec(Pod, ref, command, { container }), (error) => {
      ok(error instanceof ApiError);
      strictEqual(error.code, code);
      match(error.message, message);
      return true;
    });
  }
  await rejects(k.exec(Pod, "web", []), TypeError);
});

Deno.test("D2: exec() tells which permission is missing", async () => {
  await using namespace = await cluster.namespace("exec");
  await startPod(namespace, "web");
  using k = await connectTo(namespace, await cluster.writeKubeconfig({ user: { token: tokens.viewer } }));
  const right = 'User "viewer" cannot get resource "pods/exec" in API group "" in the namespace';
  await rejects(k.exec(Pod, "web", ["true"]), { name: "ApiError", code: 403, message: new RegExp(right) });
});

Deno.test("D2: exec() works where only node:tls can connect: through a proxy, and without a look at the certificate", async () => {
  await using namespace = await cluster.namespace("exec");
  await startPod(namespace, "web");
  await using proxy = await startForwardProxy({ scheme: "socks5" });
  const { server } = cluster;
  const clusters: Record<string, unknown>[] = [
    { server, "insecure-skip-tls-verify": true },
    { server, "insecure-skip-tls-verify": true, "proxy-url": `socks5://${proxy.host}` },
  ];
  for (const cluster of clusters) {
    const kubeconfig = await Deno.makeTempFile();
    const config = {
      clusters: [{ name: "a", cluster }],
      users: [{ name: "a", user: { token: tokens.admin } }],
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      "current-context": "a",
    };
    await Deno.writeTextFile(kubeconfig, JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }));
    using k = await connectTo(namespace, kubeconfig);
    strictEqual((await k.exec(Pod, "web", ["cat"], { stdin: "hello" })).stdout, "hello");
    await Deno.remove(kubeconfig);
  }
  ok(proxy.connections.length > 0);
});

Deno.test("D2: exec() ends by its signal, and so does what writes in the container", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const controller = new AbortController();
  const reason = new DOMException("stopped", "AbortError");
  const script = "echo $$ > pid; while :; do echo x; sleep 0.02; done";
  const stdout = new WritableStream({ write: () => controller.abort(reason) });
  await rejects(k.exec(Pod, "web", ["sh", "-c", script], { stdout, signal: controller.signal }), reason);
  await until("the command is gone", async () => {
    return (await k.exec(Pod, "web", ["sh", "-c", "kill -0 $(cat pid)"])).exitCode !== 0;
  });
  await rejects(k.exec(Pod, "web", ["true"], { signal: controller.signal }), reason);
});

Deno.test("D2: exec() fails with the fault of the caller's own streams", async () => {
  await using namespace = await cluster.namespace("exec");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const fault = new Error("my own");
  const stdin = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(fault) });
  await rejects(k.exec(Pod, "web", ["cat"], { stdin }), fault);
  const stdout = new WritableStream({ write: () => Promise.reject(fault) });
  await rejects(k.exec(Pod, "web", ["echo", "x"], { stdout }), fault);
});
