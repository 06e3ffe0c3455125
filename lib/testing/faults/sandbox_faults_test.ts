import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ApiError, TransportError } from "../../client/errors.ts";
import { ConfigMap, Secret } from "../../kinds/core/v1.ts";
import { script } from "../../script/script.ts";
import { changed } from "../../script/rules/changed.ts";
import { startSandbox } from "../test_sandbox.ts";
import type { Fault } from "./fault.ts";
import { expired, expiredToken, expiredWatch, internalError, tooManyRequests, unavailable } from "./known_faults.ts";

function settings(name = "settings"): ReturnType<typeof ConfigMap> {
  return ConfigMap({ metadata: { name }, data: { color: "blue" } });
}

const answers: readonly [string, Fault, number][] = [
  ["500", internalError(), 500],
  ["503", unavailable(), 503],
  ["401", expiredToken(), 401],
  ["429", tooManyRequests(1), 429],
];

for (const [name, fault, code] of answers) {
  Deno.test(`SandboxFaults.inject() answers ${name} as often as it is told to`, async () => {
    await using sandbox = await startSandbox();
    using injected = sandbox.faults.inject(fault, { verb: "create", kind: ConfigMap, times: 100 });
    const created = rejects(
      sandbox.client.create(settings()),
      (error) => error instanceof ApiError && error.code === code,
    );
    await sandbox.advance("10m");
    await created;
    strictEqual(injected.strikes > 0, true);
    await sandbox.client.create(Secret({ metadata: { name: "other" } }));
  });
}

Deno.test("SandboxFaults.inject() lets a request be tried again when the server says", async () => {
  await using sandbox = await startSandbox();
  sandbox.faults.inject(tooManyRequests(5), { verb: "create", times: 1 });
  const before = sandbox.now.getTime();
  const created = sandbox.client.create(settings());
  await sandbox.advance("4s");
  strictEqual(await sandbox.client.find(ConfigMap, "settings"), undefined);
  await sandbox.advance("10s");
  await created;
  strictEqual(sandbox.now.getTime() - before, 14_000);
});

Deno.test("SandboxFaults.inject() loses the answer of what was carried out", async () => {
  await using sandbox = await startSandbox();
  sandbox.faults.inject({ fault: "drop", carriedOut: true }, { verb: "create" });
  await rejects(sandbox.client.create(settings()), TransportError);
  strictEqual((await sandbox.client.get(ConfigMap, "settings")).data?.color, "blue");
});

Deno.test("SandboxFaults.inject() keeps requests waiting until they give up", async () => {
  await using sandbox = await startSandbox();
  sandbox.faults.inject({ fault: "blackHole" }, { verb: "create" });
  const created = rejects(sandbox.client.create(settings()), TransportError);
  await sandbox.advance("31s");
  await created;
  strictEqual(await sandbox.client.find(ConfigMap, "settings"), undefined);
});

Deno.test("SandboxFaults.inject() delays and throttles by the clock of the sandbox", async () => {
  await using sandbox = await startSandbox();
  await sandbox.load(settings());
  for (const fault of [{ fault: "delay", ms: 3_000 }, { fault: "throttle", bytesPerSecond: 100 }] as const) {
    using _ = sandbox.faults.inject(fault, { verb: "get" });
    let got = false;
    const reading = sandbox.client.get(ConfigMap, "settings").then(() => void (got = true));
    await sandbox.advance("2s");
    strictEqual(got, false);
    await sandbox.advance("10s");
    await reading;
  }
});

Deno.test("SandboxFaults.inject() cuts answers in the middle, which are read again", async () => {
  await using sandbox = await startSandbox();
  await sandbox.load(settings());
  const cut = sandbox.faults.inject({ fault: "cut", afterBytes: 20 }, { verb: "get", times: 1 });
  const reading = sandbox.client.get(ConfigMap, "settings");
  await sandbox.advance("5s");
  strictEqual((await reading).data?.color, "blue");
  strictEqual(cut.strikes, 1);
});

Deno.test("SandboxFaults.inject() expires the next page of a list, which begins anew", async () => {
  await using sandbox = await startSandbox();
  await sandbox.load(["a", "b", "c"].map((name) => settings(name)));
  const injected = sandbox.faults.inject(expired(), { path: /continue=/, times: 1 });
  const objects = await sandbox.client.list(ConfigMap, { limit: 1 }).toArray();
  strictEqual(injected.strikes, 1);
  deepStrictEqual(objects.map(({ metadata }) => metadata.name), ["a", "b", "c", "kube-root-ca.crt"]);
});

const watched = script("watched", {
  rules: {
    colors: changed(ConfigMap, { of: ({ data }) => data?.color, labels: "color" }, ({ old, now }, { log }) => {
      log.info("color", { old, now });
    }),
  },
});

const disturbances: readonly [string, Fault][] = [
  ["a duplicate event", { fault: "duplicate" }],
  ["a watch that expires", expiredWatch(2)],
  ["a watch that is cut", { fault: "cut", afterLines: 2 }],
];

for (const [name, fault] of disturbances) {
  Deno.test(`a rule survives ${name}`, async () => {
    await using sandbox = await startSandbox();
    await sandbox.load({ ...settings(), metadata: { name: "settings", labels: { color: "x" } } });
    const injected = sandbox.faults.inject(fault, { verb: "watch", kind: ConfigMap, times: 1 });
    await using run = await sandbox.run(watched);
    for (const color of ["red", "green"]) {
      await sandbox.as("ada").patch(ConfigMap, "settings", { data: { color } });
      await sandbox.advance("1m");
    }
    strictEqual(injected.strikes, 1);
    const told = run.log.filter(({ rule }) => rule === "colors").map(({ fields }) => fields);
    deepStrictEqual(told, [{ old: "blue", now: "red" }, { old: "red", now: "green" }]);
  });
}

Deno.test("a rule survives a restart of the server", async () => {
  await using sandbox = await startSandbox();
  await sandbox.load({ ...settings(), metadata: { name: "settings", labels: { color: "x" } } });
  await using run = await sandbox.run(watched);
  await sandbox.restart();
  await sandbox.as("ada").patch(ConfigMap, "settings", { data: { color: "red" } });
  await sandbox.advance("1m");
  deepStrictEqual(run.log.map(({ fields }) => fields), [{ old: "blue", now: "red" }]);
});
