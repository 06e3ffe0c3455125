import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ConfigMap, Deployment } from "../../lib/kinds/mod.ts";
import { deployment, refusal } from "./objects.ts";
import { row } from "./row.ts";

row("A12", "fieldManager, fieldValidation, dryRun, server warnings", async ({ target, k, namespace, step }) => {
  await step("fieldManager", async () => {
    const managers = async () => {
      const { managedFields = [] } = (await k.get(ConfigMap, "a")).metadata;
      return managedFields.map(({ manager, operation }) => `${manager} ${operation}`).sort();
    };
    const settings = (data: Record<string, string>) => ConfigMap({ metadata: { name: "a" }, data });
    const live = await k.create(settings({ a: "1" }), { fieldManager: "creator" });
    await k.patch(ConfigMap, "a", { data: { b: "1" } }, { fieldManager: "patcher" });
    await k.apply(settings({ c: "1" }), { fieldManager: "applier" });
    deepStrictEqual(await managers(), ["applier Apply", "creator Update", "patcher Update"]);
    const { data } = await k.get(ConfigMap, live);
    await k.replace(settings({ ...data, d: "1" }), { fieldManager: "replacer" });
    deepStrictEqual(await managers(), ["applier Apply", "creator Update", "patcher Update", "replacer Update"]);
  });

  const typo = (name: string) => {
    return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, dta: { a: "1" } });
  };
  await step("fieldValidation Strict", async () => {
    const error = await refusal(k.create(typo("strict"), { fieldValidation: "Strict" }));
    strictEqual(error.isBadRequest, true);
    match(error.message, /unknown field "dta"/);
    const patch = { spec: { replica: 3 } };
    await k.create(deployment("web"));
    for (const type of ["strategic", "merge"] as const) {
      const refused = await refusal(k.patch("deploy", "web", patch, { type, fieldValidation: "Strict" }));
      match(refused.message, /unknown field "spec.replica"/);
    }
    match((await refusal(k.apply(typo("strict"), { fieldManager: "tester" }))).message, /\.dta: field not declared/);
    strictEqual(await k.find(ConfigMap, "strict"), undefined);
  });
  await step("fieldValidation Warn and Ignore; each warning once", async () => {
    const warnings: string[] = [];
    using watched = await target.connect({ namespace, onWarning: (message) => warnings.push(message) });
    await watched.create(typo("ignored"), { fieldValidation: "Ignore" });
    deepStrictEqual(warnings, []);
    await watched.create(typo("warned"), { fieldValidation: "Warn" });
    await watched.create(typo("warned-again"));
    deepStrictEqual(warnings, ['unknown field "dta"']);
    await watched.replace(typo("warned").replace("dta", "dat"));
    deepStrictEqual(warnings, ['unknown field "dta"', 'unknown field "dat"']);
  });
  await step("dryRun", async () => {
    const dryRun = "All";
    const settings = ConfigMap({ metadata: { name: "dry" }, data: { a: "1" } });
    deepStrictEqual((await k.create(settings, { dryRun })).data, { a: "1" });
    strictEqual(await k.find(ConfigMap, "dry"), undefined);
    strictEqual((await k.apply(settings, { dryRun, fieldManager: "tester" })).metadata.name, "dry");
    strictEqual(await k.find(ConfigMap, "dry"), undefined);

    const live = await k.get(Deployment, "web");
    strictEqual((await k.patch(Deployment, "web", { spec: { paused: true } }, { dryRun })).spec.paused, true);
    strictEqual((await k.replace({ ...live, spec: { ...live.spec, paused: true } }, { dryRun })).spec.paused, true);
    strictEqual((await k.get(Deployment, "web")).spec.paused, undefined);
    // What is refused without a dry run is refused in one, too.
    const error = await refusal(k.patch(Deployment, "web", { spec: { replicas: -1 } }, { dryRun }));
    deepStrictEqual([error.isInvalid, error.causes[0]?.field], [true, "spec.replicas"]);
  });
});
