import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { customResource, definition } from "./custom_resources.ts";
import { configMap, find, inNamespace, ManifestSet, namespaceObject } from "./manifest_set.ts";
import { getObject, until } from "./objects.ts";

const cluster = testCluster();

Deno.test("apply makes a kind and its objects, and a Namespace and its content, in one run", async () => {
  await using home = await cluster.namespace("custom");
  const set = new ManifestSet(home.name);
  const [group, inner] = [`${home.name}.example.com`, `${home.name}-b`];
  const objects = [
    inNamespace(inner, customResource(group, "b")),
    customResource(group, "a"),
    inNamespace(inner, configMap("content")),
    namespaceObject(inner),
    definition(group),
  ];
  const plan = await set.plan(objects);
  strictEqual(plan.code, 0, plan.stderr);
  deepStrictEqual(plan.document.summary, { create: 5 });
  strictEqual(await find(`namespace/${inner}`), undefined);

  deepStrictEqual((await set.succeed(objects)).document.summary, { create: 5 });
  const live = await getObject(`things.${group}/a`, home.name);
  // What was sent, besides the default.
  deepStrictEqual(live.spec, { ...customResource(group, "a").spec as object, size: 1 });
  ok(await find(`things.${group}/b`, inner));
  ok(await find("configmap/content", inner));
  deepStrictEqual((await set.plan(objects)).document.summary, { unchanged: 5 });
  strictEqual((await set.succeed(objects)).document.summary.unchanged, 5);
  strictEqual(
    (await getObject(`things.${group}/a`, home.name)).metadata.resourceVersion,
    live.metadata.resourceVersion,
  );

  strictEqual((await set.delete()).code, 5);
  ok(await find(`things.${group}/a`, home.name));
  const allowed = ["--allow-delete=CustomResourceDefinition", `--allow-delete=Namespace/${inner}`];
  strictEqual((await set.delete(...allowed)).code, 0);
  strictEqual(await find(`customresourcedefinition/things.${group}`), undefined);
  strictEqual(await find(`namespace/${inner}`), undefined);
});

Deno.test("apply tells apart values of custom resources that would be the same in built-in kinds", async () => {
  await using home = await cluster.namespace("custom");
  const set = new ManifestSet(home.name);
  const group = `${home.name}.example.com`;
  const thing = (spec: Record<string, unknown>) => {
    const object = customResource(group, "a");
    return { ...object, spec: { ...object.spec as object, ...spec } };
  };
  await set.succeed([definition(group), thing({})]);
  const variants: Record<string, unknown>[] = [
    { limit: 1 },
    { limit: "1" },
    { anything: { cpu: "1" } },
    { byName: [{ name: "a", value: "1" }, { name: "b", value: "2" }] },
    { byName: [{ name: "a", value: "1" }] },
    { tags: ["x", "y"] },
    { atomic: [{ name: "b" }, { name: "a" }] },
    { atomic: [] },
    { size: 1 },
    { size: 2 },
  ];
  for (const variant of variants) {
    const before = await getObject(`things.${group}/a`, home.name);
    deepStrictEqual(
      (await set.plan([definition(group), thing(variant)])).actions,
      { "Thing/a": "update" },
      `${JSON.stringify(variant)}`,
    );
    await set.succeed([definition(group), thing(variant)]);
    const { document } = await set.plan([definition(group), thing(variant)]);
    deepStrictEqual(document.summary, { unchanged: 2 }, JSON.stringify([variant, document.changes], undefined, 2));
    ok((await getObject(`things.${group}/a`, home.name)).metadata.resourceVersion !== before.metadata.resourceVersion);
  }
  strictEqual((await set.delete("--allow-delete=CustomResourceDefinition")).code, 0);
});

Deno.test("apply settles on atomic lists into which the server fills defaults", async () => {
  await using home = await cluster.namespace("custom");
  const set = new ManifestSet(home.name);
  const group = `${home.name}.example.com`;
  const text = JSON.stringify(definition(group)).replace(
    '"atomic":{"type":"array","items":{"type":"object","properties":{',
    '$&"weight":{"type":"integer","default":1},',
  );
  const withDefault = JSON.parse(text);
  const thing = customResource(group, "a");
  deepStrictEqual((await set.succeed([withDefault, thing])).document.summary, { create: 2 });
  const live = await getObject(`things.${group}/a`, home.name);
  deepStrictEqual(live.spec.atomic, [{ name: "b", weight: 1 }, { name: "a", value: "", weight: 1 }]);
  deepStrictEqual((await set.plan([withDefault, thing])).document.summary, { unchanged: 2 });

  // Another set knows the definition only from the server.
  const other = new ManifestSet(home.name, `${home.name}-other`);
  const second = { ...thing, metadata: { name: "b" } };
  await until("the schema of the kind is published", async () => {
    const { stdout } = await cluster.kubectl(["get", "--raw", `/openapi/v3/apis/${group}/v1`]);
    return stdout.includes('"weight"');
  });
  deepStrictEqual((await other.succeed([second])).document.summary, { create: 1 });
  deepStrictEqual((await other.plan([second])).document.summary, { unchanged: 1 });
  strictEqual((await other.delete()).code, 0);
  strictEqual((await set.delete("--allow-delete=CustomResourceDefinition")).code, 0);
});
