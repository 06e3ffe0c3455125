import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { writeKubeconfig } from "./identity.ts";
import { runKubescript, startKubescript, tempFolder } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";
import { startPod } from "./pods.ts";

const cluster = testCluster();

/** A proxy that runs as long as its variable: `await using proxy = …`. */
interface Proxy extends AsyncDisposable {
  /** Where it serves: host and port, or a path. */
  readonly address: string;
  /** Ends it by Ctrl-C, and gives its exit code. */
  interrupt(): Promise<number>;
}

async function startProxy(args: readonly string[] = [], kubeconfig = cluster.kubeconfig): Promise<Proxy> {
  const port = args.some((arg) => arg.startsWith("--unix-socket")) ? [] : ["--port=0"];
  const run = startKubescript(["proxy", ...port, ...args], { env: { KUBECONFIG: kubeconfig } });
  const address = () => /^Starting to serve on (.+)\n/m.exec(run.output)?.[1];
  const failed = run.result.then(({ stderr }) => Promise.reject(new Error(`Cannot start the proxy: ${stderr}`)));
  failed.catch(() => {});
  await Promise.race([until("the proxy serves", () => Promise.resolve(address() !== undefined)), failed]);
  return {
    address: address()!,
    async interrupt() {
      run.kill("SIGINT");
      return (await run.result).code;
    },
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}

/** A kubectl that goes on beside the test, and is killed with its variable. */
interface RunningKubectl extends AsyncDisposable {
  /** What it wrote so far. */
  readonly output: string;
}

/** The arguments with which kubectl has no credentials, but the proxy. */
function through({ address }: Proxy, ...args: string[]): string[] {
  return ["--kubeconfig=/dev/null", `--server=http://${address}`, ...args];
}

async function ask(proxy: Proxy, args: string[], stdin = "", env: Record<string, string> = {}) {
  const process = new Deno.Command(join(cluster.binDir, "kubectl"), {
    args: through(proxy, ...args),
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function start(proxy: Proxy, args: string[], env: Record<string, string> = {}): RunningKubectl {
  const process = new Deno.Command(join(cluster.binDir, "kubectl"), {
    args: through(proxy, ...args),
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  const read = async () => {
    for await (const chunk of process.stdout) output += new TextDecoder().decode(chunk);
  };
  const ended = read();
  return {
    get output() {
      return output;
    },
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await Promise.all([ended, process.status]);
    },
  };
}

function shows(run: RunningKubectl, text: string): Promise<void> {
  return until(`kubectl shows ${text}`, () => Promise.resolve(run.output.includes(text)));
}

Deno.test("kubectl reads, writes and watches through the proxy, without credentials", async () => {
  await using namespace = await cluster.namespace("proxy");
  await using proxy = await startProxy();
  match(proxy.address, /^127\.0\.0\.1:\d+$/);
  const inNamespace = `--namespace=${namespace.name}`;
  const object = JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { text: "x".repeat(200_000) },
  });
  await using watching = start(proxy, ["get", "configmaps", inNamespace, "--watch", "--output=name"]);
  await shows(watching, "configmap/kube-root-ca.crt");
  for (const flags of [[], ["--server-side", "--force-conflicts"]]) {
    const { code, stderr } = await ask(proxy, ["apply", inNamespace, ...flags, "--filename=-"], object);
    strictEqual(code, 0, stderr);
  }
  await shows(watching, "configmap/a\n");
  const { stdout } = await ask(proxy, ["get", "configmap/a", inNamespace, "--output=jsonpath={.data.text}"]);
  strictEqual(stdout.length, 200_000);
  strictEqual((await ask(proxy, ["delete", "configmap/a", inNamespace])).code, 0);
  match((await ask(proxy, ["get", "configmap/a", inNamespace])).stderr, /Error from server \(NotFound\)/);
});

Deno.test("kubectl follows logs, runs commands and forwards ports through the proxy", async (t) => {
  await using namespace = await cluster.namespace("proxy");
  const command = ["sh", "-c", "i=0; while sleep 0.1; do echo line $i; i=$((i+1)); done"];
  await startPod(namespace, "web", [{ name: "app", command }]);
  const inNamespace = `--namespace=${namespace.name}`;
  await using proxy = await startProxy(["--reject-paths", ""]);
  await t.step("logs", async () => {
    await using following = start(proxy, ["logs", "web", inNamespace, "--follow"]);
    await shows(following, "line 0\n");
    await shows(following, "line 5\n");
  });
  for (const [protocol, websockets] of [["WebSocket", "true"], ["SPDY", "false"]] as const) {
    const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: websockets, KUBECTL_PORT_FORWARD_WEBSOCKETS: websockets };
    await t.step(`exec by ${protocol}`, async () => {
      const script = "cat; echo problem >&2; exit 7";
      const args = ["exec", "web", inNamespace, "--stdin", "--", "sh", "-c", script];
      const { code, stdout, stderr } = await ask(proxy, args, "x".repeat(300_000), env);
      deepStrictEqual([code, stdout.length], [7, 300_000]);
      match(stderr, /^problem\n/);
    });
    await t.step(`port-forward by ${protocol}`, async () => {
      await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
        return new Response("y".repeat(300_000));
      });
      await using forwarding = start(proxy, ["port-forward", "web", inNamespace, `:${server.addr.port}`], env);
      await shows(forwarding, "Forwarding from 127.0.0.1:");
      const [, port] = /127\.0\.0\.1:(\d+)/.exec(forwarding.output)!;
      const response = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } });
      strictEqual((await response.text()).length, 300_000);
    });
  }
});

Deno.test("The proxy runs no command in a container, unless it is told to", async () => {
  await using namespace = await cluster.namespace("proxy");
  await startPod(namespace, "web");
  await using proxy = await startProxy();
  for (const websockets of ["true", "false"]) {
    const args = ["exec", "web", `--namespace=${namespace.name}`, "--", "true"];
    const { code, stderr } = await ask(proxy, args, "", { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: websockets });
    strictEqual(code, 1);
    match(stderr, /The proxy cannot pass on the request: its path is not passed on/);
  }
});

Deno.test("The proxy asks as whom it was told to, and in nobody else's name", async () => {
  await using namespace = await cluster.namespace("proxy");
  await using proxy = await startProxy(["--as=viewer"]);
  const create = ["create", "configmap", "a", `--namespace=${namespace.name}`];
  match((await ask(proxy, create)).stderr, /User "viewer" cannot create resource "configmaps"/);
  match((await ask(proxy, ["auth", "whoami", `--token=${tokens.admin}`])).stdout, /Username +viewer\n/);
  match((await ask(proxy, [...create, "--as=admin"])).stderr, /it is to be made as another user; start the proxy with/);
});

const ways = {
  "tls-server-name": { "tls-server-name": "kubernetes.default.svc" },
  "insecure-skip-tls-verify": { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true },
};
for (const [field, fields] of Object.entries(ways)) {
  Deno.test(`The proxy passes everything on to a cluster with ${field}, and a client certificate`, async () => {
    await using folder = await tempFolder();
    await using namespace = await cluster.namespace("proxy");
    await startPod(namespace, "web");
    const { certificate, key } = await cluster.issueClientCertificate({ cn: "jane", groups: ["system:masters"] });
    const user = { "client-certificate-data": btoa(certificate), "client-key-data": btoa(key) };
    await using proxy = await startProxy(
      ["--reject-paths", ""],
      await writeKubeconfig(folder, { cluster: fields, user }),
    );
    const inNamespace = `--namespace=${namespace.name}`;
    match((await ask(proxy, ["auth", "whoami"])).stdout, /Username +jane\n/);
    await using watching = start(proxy, ["get", "configmaps", inNamespace, "--watch", "--output=name"]);
    await shows(watching, "configmap/kube-root-ca.crt");
    const data = { text: "x".repeat(200_000) };
    const object = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data });
    strictEqual((await ask(proxy, ["create", inNamespace, "--filename=-"], object)).code, 0);
    await shows(watching, "configmap/a\n");
    const { stdout } = await ask(proxy, ["exec", "web", inNamespace, "--stdin", "--", "cat"], "hello");
    strictEqual(stdout, "hello");
  });
}

Deno.test("The proxy gives answers as the server does, many at once", async () => {
  await using proxy = await startProxy();
  const direct = await kubectl(["get", "--raw=/openapi/v2"]);
  const documents = await Promise.all(Array.from({ length: 10 }, async () => {
    const response = await fetch(`http://${proxy.address}/openapi/v2`, { headers: { accept: "application/json" } });
    return await response.text();
  }));
  for (const document of documents) ok(document === direct, `${document.length} of ${direct.length}`);
});

Deno.test("The proxy serves at a Unix socket, and Ctrl-C ends it and its watches", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "proxy.sock");
  await using proxy = await startProxy([`--unix-socket=${path}`]);
  strictEqual(proxy.address, path);
  strictEqual((await Deno.stat(path)).mode! & 0o077, 0);
  using connection = await Deno.connect({ transport: "unix", path });
  const request = "GET /api/v1/namespaces?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  let text = "";
  const buffer = new Uint8Array(65_536);
  while (!text.includes('"ADDED"')) {
    text += new TextDecoder().decode(buffer.subarray(0, (await connection.read(buffer))!));
  }
  strictEqual(await proxy.interrupt(), 0);
  while (await connection.read(buffer).catch(() => null) !== null);
  deepStrictEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("The proxy does not listen where others can reach it, unless it is told for whom", async () => {
  const { code, stdout, stderr } = await runKubescript(["proxy", "--port=0", "--address=0.0.0.0"]);
  deepStrictEqual([code, stdout], [1, ""]);
  match(stderr, /^error: Cannot listen on 0\.0\.0\.0: everybody who can reach it would have your rights\nhint: /);
  await using proxy = await startProxy(["--address=0.0.0.0", "--accept-hosts=^localhost$"]);
  const port = proxy.address.split(":")[1];
  const [accepted, refused] = await Promise.all(["localhost", "127.0.0.1"].map(async (host) => {
    const response = await fetch(`http://${host}:${port}/version`);
    await response.body?.cancel();
    return response.status;
  }));
  deepStrictEqual([accepted, refused], [200, 403]);
});
