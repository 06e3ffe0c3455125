import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { garbageCollector } from "./garbage_collector.ts";
import { eventsOf, startWorld } from "./memory_world_test.ts";
import { namespaceController, namespaceDefaults } from "./namespaces.ts";

function configMap(
  name: string,
  owner?: { metadata: { name?: string; uid?: string } },
  more: Record<string, unknown> = {},
) {
  const reference = owner &&
    { apiVersion: "v1", kind: "ConfigMap", name: owner.metadata.name!, uid: owner.metadata.uid! };
  const metadata = {
    name,
    namespace: "shop",
    ...more,
    ...(reference && { ownerReferences: [{ ...reference, blockOwnerDeletion: true }] }),
  };
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}

Deno.test("garbageCollector() follows the policy of a deletion", async (t) => {
  const cases = [
    ["Background", [], []],
    ["Foreground", [], []],
    ["Orphan", ["child"], []],
  ] as const;
  for (const [propagationPolicy, left, owners] of cases) {
    await t.step(propagationPolicy, () => {
      const { world, manager } = startWorld(garbageCollector);
      using _ = manager;
      const owner = world.add(configMap("owner"));
      world.add(configMap("child", owner));
      manager.settle();
      world.remove("ConfigMap", "owner", { propagationPolicy });
      manager.settle();
      deepStrictEqual(world.all("ConfigMap").map(({ metadata }) => metadata.name), left);
      deepStrictEqual(world.all("ConfigMap").flatMap(({ metadata }) => metadata.ownerReferences ?? []), owners);
    });
  }
});

Deno.test("garbageCollector() waits in the foreground for what blocks", () => {
  const { world, manager } = startWorld(garbageCollector);
  using _ = manager;
  const owner = world.add(configMap("owner"));
  world.add(configMap("child", owner, { finalizers: ["example.com/hold"] }));
  world.remove("ConfigMap", "owner", { propagationPolicy: "Foreground" });
  manager.settle();
  deepStrictEqual(world.one("ConfigMap", "owner").metadata.finalizers, ["foregroundDeletion"]);
  world.change("ConfigMap", "child", ({ metadata }) => metadata.finalizers = []);
  manager.settle();
  strictEqual(world.all("ConfigMap").length, 0);
});

Deno.test("garbageCollector() leaves a cluster-scoped object alone that has an owner in a namespace", () => {
  const { world, manager } = startWorld(garbageCollector);
  using _ = manager;
  const { apiVersion, kind, metadata } = world.add(configMap("owner"));
  const ownerReferences = [{ apiVersion, kind, name: metadata.name!, uid: metadata.uid! }];
  world.add({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a", ownerReferences } });
  manager.settle();
  deepStrictEqual(world.one("Namespace", "a").metadata.ownerReferences, ownerReferences);
});

Deno.test("garbageCollector() removes what depends on nothing that is there", () => {
  const { world, manager } = startWorld(garbageCollector);
  using _ = manager;
  world.add(configMap("lost", { metadata: { name: "gone", uid: "no-such-uid" } }));
  const owner = world.add({ ...configMap("owner"), metadata: { name: "owner", namespace: "elsewhere" } });
  world.add(configMap("cross", owner));
  manager.settle();
  deepStrictEqual(world.all("ConfigMap").map(({ metadata }) => metadata.name), ["owner"]);
  strictEqual(
    eventsOf(world)[0]!.startsWith("OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: shop, name: owner"),
    true,
  );
});

Deno.test("namespaceController() empties a namespace and lets it go", () => {
  const { world, manager } = startWorld((context) => namespaceDefaults(context, "ca"), namespaceController);
  using _ = manager;
  world.add(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" }, spec: { finalizers: ["kubernetes"] } } as never,
  );
  manager.settle();
  deepStrictEqual(world.all("ConfigMap").map(({ data }) => data), [{ "ca.crt": "ca" }]);
  strictEqual(world.all("ServiceAccount").length, 1);
  world.add(configMap("held", undefined, { finalizers: ["example.com/hold"] }));
  world.remove("Namespace", "shop");
  manager.settle();
  deepStrictEqual(
    world.one("Namespace", "shop").status.conditions.filter(({ status }: { status: string }) => status === "True")
      .map(({ message }: { message: string }) => message),
    [
      "Some resources are remaining: configmaps. has 1 resource instances",
      "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
    ],
  );
  world.change("ConfigMap", "held", ({ metadata }) => metadata.finalizers = []);
  manager.settle();
  deepStrictEqual([...world.all("Namespace"), ...world.all("ConfigMap"), ...world.all("ServiceAccount")], []);
});
