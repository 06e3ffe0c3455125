/**
 * That a runner neither wakes itself nor fights for ever.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { connectThroughFaults, writeKubeconfigWith } from "./faulty_client.ts";
import { type RunningKubescript, startKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();

/** Runs rules in a namespace of their own, through a proxy that notes what they ask for. */
async function setUp(makeRules: (namespace: string) => string, options: { readonly standby?: boolean } = {}) {
  const stack = new AsyncDisposableStack();
  const { client, proxy } = stack.use(await connectThroughFaults());
  const { name: namespace } = stack.use(await cluster.namespace("safety"));
  const file = await writeScript(
    stack.use(await tempFolder()),
    `
import { changed, crd, each, reconcile, script } from "@kubescript/kubescript";
import { ConfigMap, Secret } from "@kubescript/kubescript/kinds";
const here = { namespaces: ["${namespace}"], labels: { app: "web" } };
const Site = crd({
  group: "${namespace}.example.com",
  version: "v1",
  kind: "Site",
  spec: { type: "object", properties: { image: { type: "string" } } },
  status: { type: "object", properties: { image: { type: "string" }, note: { type: "string" } } },
});
export default script("${namespace}", { namespace: "${namespace}", ${makeRules(namespace)} });
`,
  );
  stack.defer(async () => void await succeed(["delete", file, "--yes", "--allow-delete=CustomResourceDefinition"]));
  const kubeconfig = await writeKubeconfigWith(proxy, {});
  const start = () => stack.use(startKubescript(["run", file], { env: { KUBECONFIG: kubeconfig } }));
  const leader = options.standby ? stack.use(startKubescript(["run", file])) : undefined;
  if (leader) await said(leader, /This process leads/);
  const running = start();
  const k = (...args: string[]) => kubectl([...args, "-n", namespace]);
  return {
    namespace,
    client,
    proxy,
    running,
    leader,
    k,
    create: async (kind: string, name: string, content: object = {}, apiVersion = "v1") => {
      const metadata = { name, namespace, labels: { app: "web" } };
      await kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion, kind, metadata, ...content }));
    },
    /** Names a site, of whose kind other tests have another one. */
    site: (name: string) => `sites.${namespace}.example.com/${name}`,
    /** How often a rule ran for an object. */
    runs: (name: string) => running.output.split("\n").filter((line) => line.includes(`/${name}: ran`)).length,
    said: (pattern: RegExp) => said(running, pattern),
    async [Symbol.asyncDispose]() {
      // A test may have failed while the process stood still.
      for (const signal of ["SIGCONT", "SIGTERM"] as const) running.kill(signal);
      await running.result;
      await stack.disposeAsync();
    },
  };
}

async function said(running: RunningKubescript, pattern: RegExp): Promise<void> {
  await until(`the log says ${pattern}: ${running.output}`, () => Promise.resolve(pattern.test(running.output)));
}

const SITES = `
  resources: [Site.definition],
  rules: {
    sites: each(Site, {
      namespaces: here.namespaces,
      owns: [ConfigMap],
      async finalize() {},
    }, (site, { log }) => {
      log.info("ran");
      return {
        children: ConfigMap({ metadata: { name: "of-" + site.metadata.name }, data: { image: site.spec.image } }),
        status: { image: site.spec.image },
      };
    }),
  },
`;

Deno.test("each does not run for its own children, status and finalizers, nor for the end of a child", async () => {
  await using t = await setUp(() => SITES);
  const apiVersion = `${t.namespace}.example.com/v1`;
  const crd = `crd/sites.${t.namespace}.example.com`;
  await until(t.running.output, async () => await kubectl(["get", crd, "--ignore-not-found"]) !== "");
  await kubectl(["wait", crd, "--for=condition=Established"]);
  const isDone = async (name: string, image: string) => {
    const child = await t.k("get", "configmap", `of-${name}`, "--ignore-not-found", "-o", "jsonpath={.data.image}");
    return child === image && (await t.k("get", t.site(name), "-o", "jsonpath={.status.image}")) === image;
  };
  await t.create("Site", "a", { spec: { image: "a:1" } }, apiVersion);
  await until("the first one is done", () => isDone("a", "a:1"));
  // Whatever echoes there are come before what happens later.
  for (const name of ["b", "c"]) {
    await t.create("Site", name, { spec: { image: name } }, apiVersion);
    await until(`${name} is done`, () => isDone(name, name));
  }
  deepStrictEqual(["a", "b", "c"].map(t.runs), [1, 1, 1]);

  await t.k("patch", t.site("a"), "--type=merge", "-p", '{"spec":{"image":"a:2"}}');
  await until("the change is done", () => isDone("a", "a:2"));
  await t.k("delete", t.site("b"), "--timeout=60s");
  await until("the child is gone", async () => await t.k("get", "configmap", "of-b", "--ignore-not-found") === "");
  await t.create("Site", "d", { spec: { image: "d" } }, apiVersion);
  await until("d is done", () => isDone("d", "d"));
  deepStrictEqual(["a", "b", "c", "d"].map(t.runs), [2, 1, 1, 1]);
});

const CDN = `
  resources: [Site.definition],
  rules: {
    cdn: reconcile(Site, { namespaces: here.namespaces, async finalize() {} }, async (site, { k, log }) => {
      log.info("ran");
      const seen = site.metadata.annotations?.["example.com/seen"];
      await k.patch(Site, site, { status: { image: site.spec.image } }, { type: "merge", subresource: "status" });
      if (seen !== site.spec.image) {
        await k.patch(Site, site, { metadata: { annotations: { "example.com/seen": site.spec.image } } });
      }
    }),
  },
`;

Deno.test("reconcile runs for what is wanted, not for what is, nor for what it writes itself", async () => {
  await using t = await setUp(() => CDN);
  const apiVersion = `${t.namespace}.example.com/v1`;
  const crd = `crd/sites.${t.namespace}.example.com`;
  await until(t.running.output, async () => await kubectl(["get", crd, "--ignore-not-found"]) !== "");
  await kubectl(["wait", crd, "--for=condition=Established"]);
  const isDone = async (name: string, image: string) => {
    const { metadata, status } = await getObject(t.site(name), t.namespace) as never as {
      metadata: { annotations: Record<string, string> };
      status?: { image?: string };
    };
    return status?.image === image && metadata.annotations["example.com/seen"] === image;
  };
  await t.create("Site", "a", { spec: { image: "a:1" } }, apiVersion);
  await until("it is done", () => isDone("a", "a:1"));
  const patch = (text: string, ...flags: string[]) => t.k("patch", t.site("a"), "--type=merge", "-p", text, ...flags);
  await patch('{"status":{"note":"foreign"}}', "--subresource=status");
  await patch('{"metadata":{"finalizers":["example.com/other","kubescript.dev/' + t.namespace + '.cdn"]}}');
  await t.create("Site", "b", { spec: { image: "b" } }, apiVersion);
  await until("b is done", () => isDone("b", "b"));
  deepStrictEqual(["a", "b"].map(t.runs), [1, 1]);

  await patch('{"metadata":{"labels":{"tier":"free"}}}');
  await until("a label makes it run", () => Promise.resolve(t.runs("a") === 2));
  await patch('{"spec":{"image":"a:2"}}');
  await until("a change of what is wanted makes it run", () => isDone("a", "a:2"));
  await patch('{"metadata":{"finalizers":["kubescript.dev/' + t.namespace + '.cdn"]}}');
  await t.k("delete", t.site("a"), "--timeout=60s");
  deepStrictEqual(["a", "b"].map(t.runs), [3, 1]);
});

/** Sets a field of a ConfigMap back whenever somebody else has set it, until told to stop. */
async function fightBack(
  t: Awaited<ReturnType<typeof setUp>>,
  name: string,
  until: () => boolean,
): Promise<{ rounds: number }> {
  let rounds = 0;
  const ref = { namespace: t.namespace, name };
  const type = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
  const k = t.client.withFieldManager("stubborn");
  while (!until()) {
    const live = await k.get(type, ref) as unknown as { data?: { x?: string } };
    if (live.data?.x === "theirs") await new Promise((resolve) => setTimeout(resolve, 5));
    else {
      await k.patch(type, ref, { data: { x: "theirs" } }, { type: "merge" });
      rounds++;
    }
  }
  return { rounds };
}

Deno.test("each gives up on a child that somebody changes back again and again, and says why", async () => {
  await using t = await setUp(() => `
  rules: {
    maps: each(Secret, { ...here, owns: [ConfigMap] }, ({ metadata: { name } }) =>
      ConfigMap({ metadata: { name }, data: { x: "ours" } })),
  },
`);
  await t.create("Secret", "s");
  await until("the child is there", async () => await t.k("get", "configmap", "s", "--ignore-not-found") !== "");
  const { rounds } = await fightBack(t, "s", () => /throttled/.test(t.running.output));
  const ours = `kubescript/${t.namespace}/${t.namespace}`;
  match(
    t.running.output,
    new RegExp(
      `warn  maps Secret/${t.namespace}/s: "${ours}" and "stubborn" take data\\.x of ConfigMap/${t.namespace}/s`,
    ),
  );
  ok(rounds >= 11 && rounds <= 12, `${rounds}`);
  const events = () =>
    t.k("get", "events.events.k8s.io", "--field-selector", "reason=Throttled", "-o", "jsonpath={.items[*].note}");
  await until("there is an Event", async () => (await events()).includes('"stubborn"'));

  // Nothing is sent any more, whatever the other one does.
  const applies = () =>
    t.proxy.requests.filter(({ method, path }) => method === "PATCH" && path.includes("/configmaps/s"));
  const before = applies().filter(({ path }) => path.includes("fieldManager=kubescript")).length;
  await t.k("patch", "configmap", "s", "--type=merge", "-p", '{"data":{"x":"theirs"}}');
  for (let i = 0; i < 20; i++) await t.k("label", "configmap", "s", `round=${i}`, "--overwrite");
  await t.create("Secret", "later");
  await until("others are served", async () => await t.k("get", "configmap", "later", "--ignore-not-found") !== "");
  strictEqual(applies().filter(({ path }) => path.includes("fieldManager=kubescript")).length, before);
  strictEqual((await getObject("configmap/s", t.namespace)).data.x, "theirs");
});

Deno.test("two rules of one script that want the same child are found out", async () => {
  await using t = await setUp(() => `
  rules: {
    one: each(Secret, { ...here, owns: [ConfigMap] }, () => ConfigMap({ metadata: { name: "both" }, data: { x: "1" } })),
    two: each(Secret, { ...here, owns: [ConfigMap] }, () => ConfigMap({ metadata: { name: "both" }, data: { x: "2" } })),
  },
`);
  await t.create("Secret", "s");
  await t.said(/warn +one .* and "rule two" take .* of ConfigMap\/\S+\/both back from each other; throttled/);
  await t.said(/warn +two .* and "rule one" take/);
});

Deno.test("reconcile gives up on a field that somebody changes back again and again", async () => {
  await using t = await setUp(() => `
  rules: {
    maps: reconcile(ConfigMap, here, async (map, { k }) => {
      await k.patch(ConfigMap, map, { data: { x: "ours" } });
    }),
  },
`);
  await t.create("ConfigMap", "m", { data: { x: "theirs" } });
  await until("it is set", async () => (await getObject("configmap/m", t.namespace)).data.x === "ours");
  const { rounds } = await fightBack(t, "m", () => /throttled/.test(t.running.output));
  match(
    t.running.output,
    new RegExp(`"kubescript/${t.namespace}/${t.namespace}:maps" and "stubborn" take data\\.x of ConfigMap/\\S+/m back`),
  );
  ok(rounds >= 11 && rounds <= 13, `${rounds}`);
});

const TENANTS = `
  rules: {
    maps: each(Secret, { ...here, owns: [ConfigMap], reads: [Secret] }, ({ metadata: { name } }, { get }) =>
      ConfigMap({ metadata: { name }, data: { x: get(Secret, "other") ? "1" : "2" } })),
    seen: changed(Secret, { ...here, of: ({ data }) => data?.x ?? "", existing: "include", on: ["appeared", "changed"] }, ({ event }, { log }) =>
      log.info(event)),
  },
`;

/** Requests that read objects of a kind of the rules as a whole. */
function fullReads(requests: readonly { readonly method: string; readonly path: string }[]): string[] {
  return requests.filter(({ method, path }) => method === "GET" && /\/(configmaps|secrets)(\?|$)/.test(path))
    .map(({ path }) => path)
    .filter((path) => !path.includes("watch=") || path.includes("sendInitialEvents"))
    // What was handled is read anew after another process led: these are a few objects of the home namespace.
    .filter((path) => !path.includes("kubescript.dev%2Fcheckpoints"))
    // The resources of the script are compared at the beginning of each term, by a list of the members of the set.
    .filter((path) => !/part-of.*&limit=/.test(path));
}

Deno.test("a standby takes over without reading anything as a whole", async () => {
  await using t = await setUp(() => TENANTS, { standby: true });
  await t.said(/Standing by/);
  await t.create("Secret", "a");
  await until("the leader serves", async () => await t.k("get", "configmap", "a", "--ignore-not-found") !== "");
  await until("the standby has read all", () => Promise.resolve(fullReads(t.proxy.requests).length >= 2));
  await t.create("Secret", "b");
  const before = t.proxy.requests.length;
  t.leader!.kill("SIGKILL");
  await t.leader!.result;
  await t.k("delete", "configmap", "a");
  await t.said(/This process leads/);
  await until("the child is back", async () => await t.k("get", "configmap", "a", "--ignore-not-found") !== "");
  deepStrictEqual(fullReads(t.proxy.requests.slice(before)), []);
});

Deno.test("a leader that lost the Lease to nobody goes on with what it knew", async () => {
  await using t = await setUp(() => TENANTS);
  await t.create("Secret", "a", { stringData: { x: "1" } });
  await t.said(/seen \S+a: appeared/);
  await until("the child is there", async () => await t.k("get", "configmap", "a", "--ignore-not-found") !== "");
  t.running.kill("SIGSTOP");
  await t.k("patch", "secret", "a", "-p", '{"stringData":{"x":"2"}}');
  const stoppedMs = performance.now();
  await until("the Lease was not renewed in time", () => Promise.resolve(performance.now() - stoppedMs > 11_000));
  const before = t.proxy.requests.length;
  t.running.kill("SIGCONT");
  await t.said(/Standing by[^]*This process leads/);
  await t.said(/seen \S+a: changed/);
  strictEqual(t.running.output.split("appeared").length, 2, t.running.output);
  const after = t.proxy.requests.slice(before);
  deepStrictEqual(fullReads(after), []);
  deepStrictEqual(after.filter(({ path }) => path.includes("kubescript.dev%2Fcheckpoints")), []);
});

Deno.test("a leader that stood still calls nothing after another one has taken over", async () => {
  await using t = await setUp(() => TENANTS, { standby: true });
  const leader = t.leader!;
  await t.said(/Standing by/);
  await t.create("Secret", "a", { stringData: { x: "1" } });
  await said(leader, /seen \S+a: appeared/);
  leader.kill("SIGSTOP");
  await t.k("patch", "secret", "a", "-p", '{"stringData":{"x":"2"}}');
  // What was handled may not have been stored yet.
  await t.said(/seen \S+a: (changed|appeared)/);
  const before = leader.output.split("\n").filter((line) => line.includes("seen")).length;
  leader.kill("SIGCONT");
  await said(leader, /Standing by/);
  strictEqual(leader.output.split("\n").filter((line) => line.includes("seen")).length, before, leader.output);
  leader.kill("SIGTERM");
  await leader.result;
});
