import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { LogOptions } from "../../lib/client/pod_streams/logs.ts";
import { formatLogLine } from "../../lib/client/pod_streams/pod_logs.ts";
import { type Container, Deployment, Pod, type PodSpec, Service } from "../../lib/kinds/mod.ts";
import { waitFor } from "../../lib/watch/wait_for.ts";
import { tempFolder } from "../e2e/kubescript.ts";
import { until } from "../e2e/objects.ts";
import { deployment, pod, refusal } from "./objects.ts";
import { row, type RowContext } from "./row.ts";

/** Makes the part of a Pod that says what really runs. */
function running({ target }: RowContext, containers: readonly Partial<Container>[], spec: Partial<PodSpec> = {}) {
  return {
    nodeName: target.processNode,
    terminationGracePeriodSeconds: 0,
    ...spec,
    containers: containers.map((container) => ({ name: "app", image: "none", ...container })),
  };
}

/** Starts a Pod; a container without a command waits. */
async function start(
  context: RowContext,
  name: string,
  containers: readonly Partial<Container>[] = [{}],
  { spec = {}, labels = {} }: { spec?: Partial<PodSpec>; labels?: Record<string, string> } = {},
): Promise<void> {
  const { k } = context;
  await k.create(pod(name, running(context, containers, spec), labels));
  await waitFor(k, Pod, name, ({ status }) => status?.phase === "Running");
}

function shell(script: string): string[] {
  return ["sh", "-c", script];
}

row("D1", "logs: every option, all containers, many Pods by selector with prefixes", async (context) => {
  const { k, step } = context;
  const labels = { app: "web" };
  const count = { command: shell("for i in 1 2 3; do echo line $i; done; sleep infinity") };
  const aside = { name: "side", command: shell("echo aside; sleep infinity") };
  await start(context, "web-0", [count, aside], { labels });
  await start(context, "web-1", [aside], { labels });
  const all = ["line 1", "line 2", "line 3"];
  const lines = (options: LogOptions = {}) => Array.fromAsync(k.logs(Pod, "web-0", options));
  const podLines = async () =>
    await Array.fromAsync(k.podLogs(Pod, { labels }, { allContainers: true }), formatLogLine);
  await until("all is logged", async () => (await podLines()).length === 5);

  const cases: [name: string, options: LogOptions, lines: string[]][] = [
    ["the first container", {}, all],
    ["container", { container: "side" }, ["aside"]],
    ["tailLines", { tailLines: 1 }, all.slice(-1)],
    ["limitBytes", { limitBytes: 8 }, ["line 1", "l"]],
    ["sinceSeconds", { sinceSeconds: 600 }, all],
    ["sinceTime", { sinceTime: "2100-01-01T00:00:00Z" }, []],
  ];
  for (const [name, options, expected] of cases) {
    await step(name, async () => deepStrictEqual(await lines(options), expected));
  }
  await step("timestamps", async () => {
    const [line] = await lines({ timestamps: true, tailLines: 1 });
    match(line!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z line 3$/);
  });
  await step("as a text", async () => {
    strictEqual(await k.logs(Pod, "web-0").text(), "line 1\nline 2\nline 3\n");
  });
  await step("all containers of many Pods, with prefixes", async () => {
    const own = all.map((line) => `[pod/web-0/app] ${line}`);
    deepStrictEqual((await podLines()).sort(), [...own, "[pod/web-0/side] aside", "[pod/web-1/side] aside"]);
  });
  await step("follow, to the end", async () => {
    const command = shell("echo one; until test -f go; do sleep 0.05; done; echo two");
    await start(context, "ends", [{ command }], { spec: { restartPolicy: "Never" } });
    const seen: string[] = [];
    for await (const line of k.logs(Pod, "ends", { follow: true })) {
      seen.push(line);
      if (line === "one") await k.exec(Pod, "ends", ["touch", "go"]);
    }
    deepStrictEqual(seen, ["one", "two"]);
  });
  await step("follow, until a signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    await rejects(async () => {
      const log = k.podLogs(Pod, { labels }, { follow: true, signal: controller.signal });
      for await (const _ of log) controller.abort(reason);
    }, reason);
  });
  await step("previous", async () => {
    const command = shell("test -f again && exec sleep infinity; touch again; echo first; exit 1");
    await start(context, "restarts", [{ command }]);
    await waitFor(k, Pod, "restarts", ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1);
    strictEqual(await k.logs(Pod, "restarts", { previous: true }).text(), "first\n");
  });
  await step("what has no log", async () => {
    const refused = await refusal(k.logs(Pod, "nobody").text());
    deepStrictEqual([refused.isNotFound, refused.status.details?.name], [true, "nobody"]);
    match((await refusal(lines({ container: "none" }))).message, /container none is not valid for pod web-0/);
    match((await refusal(lines({ previous: true }))).message, /previous terminated container "app"/);
  });
});

row("D2", "exec: streams apart, half-close, tty with resize, exit code, container, reasons", async (context) => {
  const { k, step } = context;
  await start(context, "web", [{}, { name: "side", env: [{ name: "ME", value: "side" }] }]);
  await step("stdout and stderr apart, and the exit code", async () => {
    const result = await k.exec(Pod, "web", shell("echo out; echo err >&2; exit 3"));
    deepStrictEqual(result, { exitCode: 3, stdout: "out\n", stderr: "err\n" });
  });
  await step("stdin with half-close", async () => {
    strictEqual((await k.exec(Pod, "web", ["cat"], { stdin: "hello" })).stdout, "hello");
    const stdin = ReadableStream.from(["a\n", "b\n"]).pipeThrough(new TextEncoderStream());
    match((await k.exec(Pod, "web", ["wc", "-l"], { stdin })).stdout, /^ *2\n$/);
  });
  await step("container", async () => {
    strictEqual((await k.exec(Pod, "web", ["printenv", "ME"], { container: "side" })).stdout, "side\n");
    strictEqual((await k.exec(Pod, "web", ["printenv", "ME"])).exitCode, 1);
  });
  await step("tty with resize", async () => {
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
    const script = 'until test "$size" = "24 80"; do size=$(stty size); echo "$size"; done; echo err >&2';
    const options = { tty: true, terminalSizes: terminalSizes(), stdout };
    strictEqual((await k.exec(Pod, "web", shell(script), options)).exitCode, 0);
    match(output, /43 132\r\n[^]*24 80\r\nerr\r\n$/);
  });
  await step("a Pod, a container or a command that is not there", async () => {
    strictEqual((await refusal(k.exec(Pod, "nobody", ["true"]))).isNotFound, true);
    const error = await refusal(k.exec(Pod, "web", ["true"], { container: "none" }));
    deepStrictEqual([error.isBadRequest, error.message.includes("container none is not valid")], [true, true]);
    match((await refusal(k.exec(Pod, "web", ["nothing-of-that-name"]))).message, /nothing-of-that-name/);
  });
});

row("D3", "attach: with and without tty and stdin", async (context) => {
  const { k, step } = context;
  const spec: Partial<PodSpec> = { restartPolicy: "Never" };
  await step("stdin", async () => {
    const command = shell('while read -r line; do echo "got $line"; echo e >&2; done');
    await start(context, "plain", [{ stdin: true, stdinOnce: true, command }], { spec });
    deepStrictEqual(await k.attach(Pod, "plain", { stdin: "a\n" }), { stdout: "got a\n", stderr: "e\n" });
    match((await refusal(k.attach(Pod, "plain"))).message, /not running|completed/);
  });
  await step("stdin and tty", async () => {
    const command = shell('read -r line; test -t 0 && echo "got $line"; echo e >&2');
    await start(context, "terminal", [{ stdin: true, tty: true, command }], { spec });
    const { stdout, stderr } = await k.attach(Pod, "terminal", { stdin: "a\n", tty: true });
    match(stdout, /got a\r\ne\r\n$/);
    strictEqual(stderr, "");
  });
  for (const tty of [false, true]) {
    await step(tty ? "tty alone" : "neither", async () => {
      const name = `clock-${tty}`;
      await start(context, name, [{ tty, command: shell("while :; do echo tick; sleep 0.05; done") }]);
      const controller = new AbortController();
      const reason = new Error("enough");
      let output = "";
      const stdout = new WritableStream<Uint8Array>({
        write(data) {
          output += new TextDecoder().decode(data);
          if (output.length >= 10) controller.abort(reason);
        },
      });
      await rejects(k.attach(Pod, name, { tty, stdout, signal: controller.signal }), reason);
      match(output, tty ? /tick\r\n/ : /tick\n/);
    });
  }
});

/** A server on this machine, which tells what came, but only when the other side has ended. */
interface Counter extends Disposable {
  readonly port: number;
}

function startCounter(name: string): Counter {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void (async () => {
    for await (const connection of listener) void answer(connection, name);
  })();
  return { port: listener.addr.port, [Symbol.dispose]: () => listener.close() };
}

async function answer(connection: Deno.TcpConn, name: string): Promise<void> {
  using _ = connection;
  const text = `${name}: ${await readAll(connection)}`;
  await connection.write(new TextEncoder().encode(text));
}

async function ask(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  await connection.closeWrite();
  return await readAll(connection);
}

async function readAll(connection: Deno.TcpConn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1_024);
  let text = "";
  for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
    text += decoder.decode(buffer.subarray(0, length));
  }
  return text;
}

row("D4", "port-forward: ports, connections, closed target, half-close; Pod, Deployment, Service", async (context) => {
  const { k, namespace, step } = context;
  await start(context, "web");
  using one = startCounter("one");
  using two = startCounter("two");
  await step("several ports, several connections at once, half-close", async () => {
    await using forward = await k.portForward(Pod, "web", [`0:${one.port}`, `:${two.port}`]);
    const [toOne, toTwo] = forward.ports.map(({ local }) => local);
    const asked = ["a", "b", "c"].flatMap((text) => [ask(toOne!, text), ask(toTwo!, text)]);
    const answers = await Promise.all(asked);
    deepStrictEqual(answers, ["one: a", "two: a", "one: b", "two: b", "one: c", "two: c"]);
  });
  await step("a closed target", async () => {
    const closed = startCounter("closed");
    closed[Symbol.dispose]();
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    await using forward = await k.portForward(Pod, "web", [`0:${closed.port}`, `0:${one.port}`], { onError });
    const [broken, working] = forward.ports.map(({ local }) => local);
    strictEqual(await ask(broken!, "a"), "");
    await until("the failure is told", () => Promise.resolve(errors.length === 1));
    match(String(errors[0]), new RegExp(`Cannot forward a port to Pod/${namespace}/web: .*refused`));
    strictEqual(await ask(working!, "a"), "one: a");
  });
  await step("a local listener on loopback, as long as it is wanted", async () => {
    let local: number;
    {
      await using forward = await k.portForward(Pod, "web", [`0:${one.port}`]);
      local = forward.ports[0]!.local;
      strictEqual(await ask(local, "a"), "one: a");
    }
    await rejects(Deno.connect({ hostname: "127.0.0.1", port: local }), Deno.errors.ConnectionRefused);
  });
  await step("to a Deployment and a Service, by the names of their ports", async () => {
    const ports = [{ name: "http", containerPort: two.port }];
    const template = { metadata: { labels: { app: "shop" } }, spec: running(context, [{ ports }]) };
    await k.create(deployment("shop", { replicas: 1, template }));
    await waitFor(k, Deployment, "shop", { type: "Available" });
    const spec = { selector: { app: "shop" }, ports: [{ name: "web", port: 80, targetPort: "http" }] };
    await k.create(Service({ metadata: { name: "shop" }, spec }));
    for (const [kind, port] of [[Deployment, "0:http"], [Service, "0:80"], [Service, "0:web"]] as const) {
      await using forward = await k.portForward(kind, "shop", [port]);
      strictEqual(await ask(forward.ports[0]!.local, "a"), "two: a");
    }
    await rejects(k.portForward(Service, "shop", [82]), { message: /there is no such port/ });
  });
});

row("D5", "copy files from and to a Pod", async (context) => {
  const { k, step } = context;
  await start(context, "web");
  await using folder = await tempFolder();
  const local = (...names: string[]) => join(folder.path, ...names);
  const run = async (script: string) => {
    const { exitCode, stdout, stderr } = await k.exec(Pod, "web", shell(script));
    strictEqual(exitCode, 0, stderr);
    return stdout;
  };
  await step("a file", async () => {
    await Deno.writeTextFile(local("a b"), "hello");
    await k.copyTo(Pod, "web", local("a b"), "copied");
    strictEqual(await run("cat copied"), "hello");
    await k.copyFrom(Pod, "web", "copied", local("back"));
    strictEqual(await Deno.readTextFile(local("back")), "hello");
  });
  await step("a folder", async () => {
    await run("mkdir -p tree/sub/empty; printf x > tree/sub/ü; chmod 755 tree/sub/ü; ln -s sub/ü tree/link");
    await k.copyFrom(Pod, "web", "tree", local("tree"));
    const { mode } = await Deno.stat(local("tree", "sub", "ü"));
    deepStrictEqual([await Deno.readTextFile(local("tree", "link")), mode! & 0o777], ["x", 0o755]);
    await k.copyTo(Pod, "web", local("tree"), "again");
    strictEqual(await run("diff -r tree again && readlink again/link"), "sub/ü\n");
  });
  await step("what is not there", async () => {
    await rejects(k.copyFrom(Pod, "web", "none", local("x")), { message: /none.*No such file/ });
    await rejects(k.copyTo(Pod, "web", local("none"), "x"), Deno.errors.NotFound);
  });
});
