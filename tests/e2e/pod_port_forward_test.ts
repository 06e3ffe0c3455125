import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import type { KindArgument } from "../../lib/client/kind_finder.ts";
import { Deployment, Pod, Service } from "../../lib/kinds/mod.ts";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { kubectl, until } from "./objects.ts";
import { connectTo, podSpec, startPod } from "./pods.ts";

const cluster = testCluster();

/** A server on this machine, which is where the test's Pods are. */
interface LocalServer extends Disposable {
  readonly port: number;
}

/** Starts a server that tells how many bytes came, but only when the other side has ended. */
function startCounter(name: string = "counter"): LocalServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void (async () => {
    for await (const connection of listener) void answer(connection, name);
  })();
  return { port: listener.addr.port, [Symbol.dispose]: () => listener.close() };
}

async function answer(connection: Deno.TcpConn, name: string): Promise<void> {
  using _ = connection;
  const buffer = new Uint8Array(65_536);
  let bytes = 0;
  for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
    bytes += length;
  }
  await connection.write(new TextEncoder().encode(`${name}: ${bytes}`));
}

/** Sends bytes to a local port, ends, and only then reads the answer. */
async function ask(port: number, bytes: number): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const data = new Uint8Array(bytes);
  for (let sent = 0; sent < bytes;) sent += await connection.write(data.subarray(sent, sent + 65_536));
  await connection.closeWrite();
  const buffer = new Uint8Array(1_024);
  let text = "";
  for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
    text += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return text;
}

async function create(object: unknown): Promise<void> {
  await kubectl(["create", "-f=-"], JSON.stringify(object));
}

async function startDeployment(namespace: TestNamespace, ports: unknown[]): Promise<void> {
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: podSpec([{ name: "app", ports }]) };
  const metadata = { namespace: namespace.name, name: "web" };
  await create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { selector: { matchLabels: labels }, template },
  });
  await kubectl(["rollout", "status", `-n=${namespace.name}`, "deployment/web"]);
}

Deno.test("D4: portForward() carries several connections at once to several ports, and ends each direction by itself", async () => {
  await using namespace = await cluster.namespace("forward");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  using one = startCounter("one");
  using two = startCounter("two");
  await using forward = await k.portForward(Pod, "web", [`0:${one.port}`, `:${two.port}`]);
  deepStrictEqual(forward.ports.map(({ remote }) => remote), [one.port, two.port]);
  const asked = Array.from({ length: 10 }, (_, i) => ({ to: forward.ports[i % 2]!, bytes: i * 100_000 }));
  const answers = await Promise.all(asked.map(({ to, bytes }) => ask(to.local, bytes)));
  deepStrictEqual(answers, asked.map(({ bytes }, i) => `${i % 2 === 0 ? "one" : "two"}: ${bytes}`));
});

Deno.test("D4: portForward() carries what real programs say", async () => {
  await using namespace = await cluster.namespace("forward");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  const body = "x".repeat(3_000_000);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(body));
  await using forward = await k.portForward(Pod, "web", [`0:${server.addr.port}`]);
  using client = Deno.createHttpClient({});
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`http://127.0.0.1:${forward.ports[0]!.local}`, { client });
    strictEqual(await response.text() === body, true);
  }
});

Deno.test("D4: portForward() tells why a port cannot be reached, and goes on", async () => {
  await using namespace = await cluster.namespace("forward");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  using counter = startCounter();
  const { port: closed, [Symbol.dispose]: close } = startCounter();
  close();
  const errors: unknown[] = [];
  const options = { onError: (error: unknown) => errors.push(error) };
  await using forward = await k.portForward(Pod, "web", [`0:${closed}`, `0:${counter.port}`], options);
  const [broken, working] = forward.ports.map(({ local }) => local);
  strictEqual(await ask(broken!, 0), "");
  await until("the failure is told", () => Promise.resolve(errors.length === 1));
  match(String(errors[0]), new RegExp(`Cannot forward a port to Pod/${namespace.name}/web: .*${closed}.*refused`));
  strictEqual(await ask(working!, 10), "counter: 10");
  strictEqual(errors.length, 1);
});

Deno.test("D4: portForward() closes its ports and their connections", async () => {
  await using namespace = await cluster.namespace("forward");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  using counter = startCounter();
  const controller = new AbortController();
  const errors: unknown[] = [];
  const options = { signal: controller.signal, onError: (error: unknown) => errors.push(error) };
  const forward = await k.portForward(Pod, "web", [`0:${counter.port}`, `0:${counter.port}`], options);
  const { local } = forward.ports[0]!;
  using open = await Deno.connect({ hostname: "127.0.0.1", port: local });
  await open.write(new Uint8Array(10));
  controller.abort();
  await forward[Symbol.asyncDispose]();
  const end = await open.read(new Uint8Array(1)).catch(() => null);
  strictEqual(end, null);
  await rejects(Deno.connect({ hostname: "127.0.0.1", port: local }), Deno.errors.ConnectionRefused);
  deepStrictEqual(errors, []);
});

Deno.test("D4: portForward() knows named ports, and the ports of a Service", async () => {
  await using namespace = await cluster.namespace("forward");
  using k = await connectTo(namespace);
  using counter = startCounter();
  await startDeployment(namespace, [{ name: "http", containerPort: counter.port }]);
  const ports = [{ name: "web", port: 80, targetPort: "http" }, { name: "direct", port: 81, targetPort: counter.port }];
  const metadata = { namespace: namespace.name, name: "web" };
  await create({ apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: "web" }, ports } });

  const reach = async (kind: KindArgument, port: string) => {
    await using forward = await k.portForward(kind, "web", [port]);
    const { local, remote } = forward.ports[0]!;
    return [remote, await ask(local, 5)];
  };
  deepStrictEqual(await reach(Service, "0:80"), [80, "counter: 5"]);
  deepStrictEqual(await reach(Service, "0:direct"), [81, "counter: 5"]);
  deepStrictEqual(await reach(Deployment, "0:http"), [counter.port, "counter: 5"]);
  await rejects(k.portForward(Service, "web", [82]), {
    message: `Cannot forward port 82 of Service/${namespace.name}/web: there is no such port`,
    hint: 'Name one of its ports: it has 80 ("web"), 81 ("direct")',
  });
});

Deno.test("D4: portForward() stays open when the Pod of a Deployment is replaced", async () => {
  await using namespace = await cluster.namespace("forward");
  using k = await connectTo(namespace);
  using counter = startCounter();
  await startDeployment(namespace, []);
  await using forward = await k.portForward(Deployment, "web", [`0:${counter.port}`]);
  const { local } = forward.ports[0]!;
  strictEqual(await ask(local, 1), "counter: 1");
  const podName = () => kubectl(["get", "pods", `-n=${namespace.name}`, "-o=name"]);
  const before = await podName();
  await kubectl(["delete", `-n=${namespace.name}`, before.trim()]);
  await kubectl(["rollout", "status", `-n=${namespace.name}`, "deployment/web"]);
  ok(before !== await podName());
  strictEqual(await ask(local, 2), "counter: 2");
});

Deno.test("D4: portForward() fails at once if it can lead nowhere", async () => {
  await using namespace = await cluster.namespace("forward");
  using k = await connectTo(namespace);
  await startPod(namespace, "web");
  using counter = startCounter();
  await rejects(k.portForward(Pod, "none", [80]), { message: /pods "none" not found/ });
  await rejects(k.portForward(Pod, "web", ["http"]), {
    message: /Cannot forward port "http" of .*: there is no such port/,
  });
  await rejects(k.portForward(Pod, "web", ["1:2:3"]), RangeError);
  await rejects(k.portForward(Pod, "web", [`${counter.port}:80`]), {
    message: `Cannot listen on 127.0.0.1:${counter.port}: it is in use`,
  });
});
