import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { projectPath, type RunningKubescript, startKubescript, succeed } from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();
const MAIN = projectPath("examples/06_website/main.ts");

/** A CDN that knows sites by uid, and can be out of order. */
function fakeCdn() {
  const sites = new Map<string, string>();
  const requests: string[] = [];
  const state = { status: 200 };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const uid = new URL(request.url).pathname.slice("/sites/".length);
    const body = await request.text();
    requests.push(`${request.method} ${state.status}`);
    if (state.status !== 200) return new Response("", { status: state.status });
    if (request.method === "PUT") sites.set(uid, body);
    else sites.delete(uid);
    return new Response("");
  });
  return {
    sites,
    requests,
    state,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function setUp() {
  const stack = new AsyncDisposableStack();
  const { name: namespace } = stack.use(await cluster.namespace("websites"));
  const cdn = stack.use(fakeCdn());
  const flags = [MAIN, "--namespace", namespace, "--param", `cdn=${cdn.url}`];
  stack.defer(async () => {
    const allow = "--allow-delete=CustomResourceDefinition";
    await succeed(["delete", MAIN, "--namespace", namespace, "--yes", allow]);
  });
  const apply = (name: string, spec: object) =>
    kubectl(
      ["apply", "-f", "-", "-o", "jsonpath={.metadata.resourceVersion}"],
      JSON.stringify({ apiVersion: "web.example.com/v1", kind: "Website", metadata: { name, namespace }, spec }),
    );
  return {
    namespace,
    cdn,
    flags,
    apply,
    get: (name: string) => getObject(`website/${name}`, namespace),
    ready: async (name: string) =>
      await kubectl(["get", `website/${name}`, "-n", namespace, "-o", "jsonpath={.status.ready}"]),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function said(running: RunningKubescript, pattern: RegExp): Promise<void> {
  await until(`the log says ${pattern}: ${running.output}`, () => Promise.resolve(pattern.test(running.output)));
}

Deno.test("06_website makes Deployments and Services of Websites, and tells the CDN", async (t) => {
  await using site = await setUp();
  const { namespace, cdn } = site;
  await succeed(["apply", ...site.flags]);
  await using running = startKubescript(["run", ...site.flags]);
  const replicas = (name: string) =>
    kubectl(["get", `deployment/${name}`, "-n", namespace, "-o", "jsonpath={.spec.replicas}"]);

  await t.step("status is written when it changes, and not again and again", async () => {
    const created = await site.apply("free", { image: "web:1", tier: "free", hosts: ["a.example.com"] });
    await until("the website is ready", async () => await site.ready("free") === "1");
    const { uid, resourceVersion } = (await site.get("free")).metadata;
    await site.apply("paid", { image: "web:1", tier: "paid", hosts: ["b.example.com", "c.example.com"] });
    await until("the other one is ready, too", async () => await site.ready("paid") === "3");
    const path = `/apis/web.example.com/v1/namespaces/${namespace}/websites`;
    const events = await kubectl(["get", "--raw", `${path}?watch=1&timeoutSeconds=1&resourceVersion=${created}`]);
    const seen = events.trim().split("\n").map((line) => JSON.parse(line).object)
      .filter(({ metadata }) => metadata.uid === uid);
    deepStrictEqual(seen.map(({ status }) => status.ready).filter((ready) => ready !== 0), [1], events);
    ok(seen.length <= 2, events);
    strictEqual((await site.get("free")).metadata.resourceVersion, resourceVersion);
    match(JSON.stringify(seen.at(-1).status.conditions), /"reason":"Pods","status":"True","type":"Ready"/);
  });
  await t.step("only paid websites are held, and known to the CDN", async () => {
    const paid = (await site.get("paid")).metadata as { uid: string; finalizers?: string[] };
    await until("the CDN knows it", () => Promise.resolve(cdn.sites.has(paid.uid)));
    deepStrictEqual([...cdn.sites], [[paid.uid, '["b.example.com","c.example.com"]']]);
    deepStrictEqual(paid.finalizers, ["kubescript.dev/websites.cdn"]);
    strictEqual("finalizers" in (await site.get("free")).metadata, false);
  });
  await t.step("a change of the spec arrives", async () => {
    await site.apply("free", { image: "web:2", tier: "free", hosts: ["a.example.com"] });
    await until("the image is the new one", async () => {
      const path = "jsonpath={.spec.template.spec.containers[0].image}";
      return await kubectl(["get", "deployment/free", "-n", namespace, "-o", path]) === "web:2";
    });
  });
  await t.step("what can never work is told once, and works after the mistake is mended", async () => {
    await site.apply("free", { image: "web:3", tier: "free", hosts: ["a.example.com", "d.example.com"] });
    await said(running, /error sites Website\/\S+\/free: the free tier has one host/);
    match(JSON.stringify((await getObject("deployment/free", namespace)).spec.template), /web:2/);
    await site.apply("free", { image: "web:3", tier: "paid", hosts: ["a.example.com", "d.example.com"] });
    await until("it has what it pays for", async () => await replicas("free") === "3");
    strictEqual(running.output.match(/the free tier has one host/g)?.length, 1, running.output);
    await until("the CDN knows both", () => Promise.resolve(cdn.sites.size === 2));
  });
  await t.step("a website that does not pay any more is forgotten by the CDN, and held no longer", async () => {
    await site.apply("free", { image: "web:3", tier: "free", hosts: ["a.example.com"] });
    await until("the CDN knows one", () => Promise.resolve(cdn.sites.size === 1));
    await until("nothing holds it", async () => !("finalizers" in (await site.get("free")).metadata));
  });
  await t.step("a website stays until the CDN has forgotten it", async () => {
    cdn.state.status = 503;
    await kubectl(["delete", "website/paid", "-n", namespace, "--wait=false"]);
    await said(running, /error cdn Website\/\S+\/paid: the CDN does not forget paid: 503/);
    strictEqual(cdn.sites.size, 1);
    ok((await site.get("paid")).metadata);
    cdn.state.status = 200;
    await kubectl(["wait", "--for=delete", "website/paid", "-n", namespace, "--timeout=60s"]);
    strictEqual(cdn.sites.size, 0);
    await until(
      "its children are gone",
      async () =>
        await kubectl(["get", "deployment,service", "-n", namespace, "-l", "kubescript.dev/rule", "-o", "name"]) ===
          "deployment.apps/free\nservice/free\n",
    );
  });
  running.kill("SIGTERM");
  const { code, stderr } = await running.result;
  strictEqual(code, 0, stderr);
});

Deno.test("06_website changes nothing in a second run, and leaves no finalizer behind when it is deleted", async () => {
  await using site = await setUp();
  const { namespace, cdn } = site;
  await succeed(["apply", ...site.flags]);
  await site.apply("paid", { image: "web:1", tier: "paid", hosts: ["a.example.com"] });
  await succeed(["run", ...site.flags, "--once"]);
  await kubectl(["rollout", "status", "deployment/paid", "-n", namespace, "--timeout=60s"]);
  await succeed(["run", ...site.flags, "--once"]);
  strictEqual(await site.ready("paid"), "3");
  const versions = () => {
    const path = "jsonpath={.items[*].metadata.resourceVersion}";
    return kubectl(["get", "website,deployment,service", "-n", namespace, "-o", path]);
  };
  const before = await versions();
  await succeed(["run", ...site.flags, "--once"]);
  strictEqual(await versions(), before);
  strictEqual(cdn.sites.size, 1);
  // Without anybody who runs the rules, the definition and with it the Website must be able to go.
  await succeed(["delete", ...site.flags.slice(0, 3), "--yes", "--allow-delete=CustomResourceDefinition"]);
  strictEqual(await kubectl(["get", "crd/websites.web.example.com", "--ignore-not-found", "-o", "name"]), "");
});
