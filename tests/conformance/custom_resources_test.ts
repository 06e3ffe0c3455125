import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { DiscoveryError } from "../../lib/client/errors.ts";
import { CustomResourceDefinition } from "../../lib/kinds/mod.ts";
import { until } from "../e2e/objects.ts";
import { namesOf, refusal } from "./objects.ts";
import { row } from "./row.ts";
import { installWidgets } from "./widgets.ts";

row("A11", "custom resources: create, established, typed and untyped, short names, versions", async (context) => {
  const { target, k, namespace, step } = context;
  // A client that knew the kinds before there was the new one.
  using early = await target.connect({ namespace });
  await rejects(early.typeOf(`widgets.${namespace}.example.com`), DiscoveryError);
  await using widgets = await installWidgets(k, namespace);
  const { group, shortName, Widget, OldWidget } = widgets;

  await step("definition", async () => {
    const { spec, status } = await k.get(CustomResourceDefinition, `widgets.${group}`);
    strictEqual(spec.names.plural, "widgets");
    deepStrictEqual(status?.acceptedNames?.shortNames, [shortName]);
    deepStrictEqual(status?.storedVersions, ["v1"]);
  });
  await step("typed", async () => {
    const created = await k.create(Widget({ metadata: { name: "a" }, spec: { size: 3 } }));
    // The schema fills in what is left out.
    deepStrictEqual([created.apiVersion, created.spec], [`${group}/v1`, { size: 3, color: "red" }]);
    const replaced = await k.replace({ ...created, spec: { ...created.spec, size: 4 } });
    strictEqual(replaced.spec.size, 4);
    strictEqual((await k.patch(Widget, created, { spec: { size: 5 } })).spec.size, 5);
    const widget = Widget({ metadata: { name: "a" }, spec: { size: 6 } });
    strictEqual((await k.apply(widget, { fieldManager: "tester", force: true })).spec.size, 6);
    const error = await refusal(k.patch(Widget, "a", { spec: { size: 0 } }));
    deepStrictEqual([error.isInvalid, error.causes[0]?.field], [true, "spec.size"]);
    // There is no strategic merge patch without a Go type.
    const strategic = await refusal(k.patch(Widget, "a", { spec: { size: 7 } }, { type: "strategic" }));
    strictEqual(strategic.isUnsupportedMediaType, true);
  });
  await step("untyped", async () => {
    const metadata = { name: "b", labels: { team: "x" } };
    await k.create({ apiVersion: `${group}/v1`, kind: "Widget", metadata, spec: { size: 1 } });
    await k.create(`{ apiVersion: ${group}/v1, kind: Widget, metadata: { name: c }, spec: { size: 1 } }`);
    deepStrictEqual((await k.get(`widgets.${group}`, "b"))["spec"], { size: 1, color: "red" });
    await k.patch(`widgets.${group}`, "b", { spec: { color: "blue" } });
    deepStrictEqual((await k.get(`widgets.${group}`, "b"))["spec"], { size: 1, color: "blue" });
    deepStrictEqual(await namesOf(k.list(`widgets.${group}`)), ["a", "b", "c"]);
    await k.delete(`widgets.${group}`, "c");
    await k.deleteCollection(`widgets.${group}`, { labels: { team: "x" } });
    deepStrictEqual(await namesOf(k.list(`widgets.${group}`)), ["a"]);
  });
  await step("names", async () => {
    const names = ["widgets", "widget", "Widget", shortName].flatMap((
      name,
    ) => [`${name}.${group}`, `${name}.v1.${group}`]);
    for (const name of [shortName, ...names]) {
      const type = await k.typeOf(name);
      deepStrictEqual([type.group, type.plural, type.version], [group, "widgets", "v1"], name);
    }
    strictEqual((await k.typeOf(`widgets.v1beta1.${group}`)).version, "v1beta1");
    deepStrictEqual((await k.typeOf(shortName)).categories, ["toys"]);
  });
  await step("a kind that is newer than the client", async () => {
    strictEqual((await early.get(`widgets.${group}`, "a")).metadata.name, "a");
  });
  await step("versions", async () => {
    const old = await k.get(OldWidget, "a");
    deepStrictEqual([old.apiVersion, old.spec.size], [`${group}/v1beta1`, 6]);
    await k.create(OldWidget({ metadata: { name: "old" }, spec: { size: 1 } }));
    strictEqual((await k.get(Widget, "old")).apiVersion, `${group}/v1`);
    for await (const { apiVersion } of k.list(OldWidget)) strictEqual(apiVersion, `${group}/v1beta1`);
    await k.patch(CustomResourceDefinition, `widgets.${group}`, [
      { op: "replace", path: "/spec/versions/1/served", value: false },
    ]);
    const isOffered = async (version: string) => {
      return (await k.mapper({ refresh: true })).find({ group, kind: "Widget", version }) !== undefined;
    };
    await until("the old version is gone", async () => !await isOffered("v1beta1"));
    strictEqual(await isOffered("v1"), true);
    strictEqual((await refusal(k.get(OldWidget, "a"))).isNotFound, true);
  });
});
