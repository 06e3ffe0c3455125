/**
 * Tests of every kind of rule: `deno test -A`, without a cluster.
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ConfigMap, Deployment, Job, Namespace, NetworkPolicy, Service } from "@kubescript/kubescript/kinds";
import { changesOf, startSandbox, unavailable } from "@kubescript/kubescript/testing";
import platform, { closedNamespace, dns } from "./main.ts";

const shop = Namespace({ metadata: { name: "shop", labels: { team: "shop" } } });
const web = Deployment({
  metadata: { name: "web", namespace: "shop" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
  },
});

Deno.test("each: the function by itself", () => {
  const [policy] = closedNamespace({ metadata: { name: "shop" } });
  deepStrictEqual(
    policy,
    NetworkPolicy({
      metadata: { name: "deny", namespace: "shop" },
      spec: { podSelector: {}, policyTypes: ["Ingress"] },
    }),
  );
});

Deno.test("the resources: applied once, the second time there is nothing to do", async () => {
  await using sandbox = await startSandbox();
  deepStrictEqual(changesOf(await sandbox.apply(platform)), [
    "create Namespace/platform",
    "create ConfigMap/platform/settings",
  ]);
  deepStrictEqual(changesOf(await sandbox.plan(platform)), []);
});

Deno.test("the resources: what somebody else changes is repaired", async () => {
  await using sandbox = await startSandbox();
  await sandbox.apply(platform);
  await sandbox.as("ada").patch(ConfigMap, "platform/settings", { data: { color: "red" } });
  deepStrictEqual(changesOf(await sandbox.apply(platform)), ["update ConfigMap/platform/settings"]);
  strictEqual((await sandbox.client.get(ConfigMap, "platform/settings")).data?.color, "blue");
});

Deno.test("each: children come, are repaired, and go", async () => {
  await using sandbox = await startSandbox();
  await using run = await sandbox.run(platform);
  await sandbox.load(shop);
  await sandbox.client.get(NetworkPolicy, "shop/deny");
  strictEqual((await sandbox.client.get(Namespace, "shop")).metadata.annotations?.["example.com/closed"], "true");

  await sandbox.as("ada").delete(NetworkPolicy, "shop/deny");
  await run.settled();
  await sandbox.client.get(NetworkPolicy, "shop/deny");

  await sandbox.as("ada").patch(Namespace, "shop", { metadata: { labels: { team: null } } });
  await run.settled();
  strictEqual(await sandbox.client.find(NetworkPolicy, "shop/deny"), undefined);
});

Deno.test("reconcile: what is outside of the cluster follows", async (t) => {
  const hosts = new Map<string, string | undefined>();
  using _ = replaceDns((host, address) => void hosts.set(host, address));
  await using sandbox = await startSandbox();
  await using run = await sandbox.run(platform);
  const labels = { host: "shop.example.com" };
  const [service] = await sandbox.load(Service({ metadata: { name: "web", labels }, spec: { ports: [{ port: 80 }] } }));
  deepStrictEqual([...hosts], [["shop.example.com", (service as { spec?: { clusterIP?: string } }).spec?.clusterIP]]);

  await t.step("until it is deleted", async () => {
    await sandbox.as("ada").delete(Service, "web");
    await run.settled();
    deepStrictEqual([...hosts], [["shop.example.com", undefined]]);
  });
});

Deno.test("reconcile: a failure is tried again", async () => {
  let calls = 0;
  using _ = replaceDns(() => {
    if (++calls === 1) throw new Error("the registry is down");
  });
  await using sandbox = await startSandbox();
  await using _run = await sandbox.run(platform);
  await sandbox.load(Service({ metadata: { name: "web", labels: { host: "a.b" } }, spec: { ports: [{ port: 80 }] } }));
  strictEqual(calls, 1);
  await sandbox.advance("1s");
  strictEqual(calls, 2);
});

Deno.test("changed: told once for each change", async () => {
  await using sandbox = await startSandbox();
  await sandbox.load(web);
  await using run = await sandbox.run(platform);
  const spec = { template: { spec: { containers: [{ name: "web", image: "web:2" }] } } };
  await sandbox.as("ada").patch(Deployment, "shop/web", { spec });
  await run.settled();
  deepStrictEqual(run.log.map(({ message, fields }) => [message, fields]), [
    ["new image", { old: "web:1", now: "web:2" }],
  ]);
});

Deno.test("every: again and again, as time passes", async () => {
  await using sandbox = await startSandbox({ now: "2030-01-10T00:00:00Z" });
  await sandbox.load([finishedJob("old", "2030-01-01T00:00:00Z"), finishedJob("new", "2030-01-09T00:05:00Z")]);
  await using _run = await sandbox.run(platform);
  const jobs = async () => (await sandbox.client.list(Job).toArray()).map(({ metadata }) => metadata.name);
  deepStrictEqual(await jobs(), ["new"]);
  await sandbox.advance("10m");
  deepStrictEqual(await jobs(), []);
});

Deno.test("cron: at its time", async () => {
  // At 3 in Berlin it is 2 in London.
  await using sandbox = await startSandbox({ now: "2030-01-10T01:59:00Z" });
  await using run = await sandbox.run(platform);
  const reports = () => run.log.filter(({ message }) => message === "report").length;
  strictEqual(reports(), 0);
  await sandbox.advance("1m");
  strictEqual(reports(), 1);
});

Deno.test("task: once, with its arguments", async () => {
  await using sandbox = await startSandbox();
  await sandbox.load([Namespace({ metadata: { name: "platform" } }), {
    ...web,
    metadata: { name: "web", namespace: "platform" },
  }]);
  await sandbox.task(platform, "restart", { deployment: "web" });
  const { spec } = await sandbox.client.get(Deployment, "platform/web");
  strictEqual(spec?.template.metadata?.annotations?.["example.com/restarted"], sandbox.now.toISOString());
});

Deno.test("faults: a server that is not there for a while", async () => {
  await using sandbox = await startSandbox();
  using fault = sandbox.faults.inject(unavailable(), { kind: ConfigMap, verb: "patch" });
  await rejects(sandbox.apply(platform), /unable to handle the request/);
  fault[Symbol.dispose]();
  await sandbox.apply(platform);
});

function finishedJob(name: string, completionTime: string) {
  const conditions = [{ type: "Complete", status: "True" }];
  return {
    ...Job({
      metadata: { name },
      spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "job" }] } } },
    }),
    status: { startTime: completionTime, completionTime, succeeded: 1, conditions },
  };
}

function replaceDns(set: (host: string, address: string | undefined) => void): Disposable {
  const real = dns.set;
  dns.set = (...args) => Promise.resolve(set(...args));
  return { [Symbol.dispose]: () => void (dns.set = real) };
}
