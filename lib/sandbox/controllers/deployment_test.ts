import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Kubelet } from "../pods/kubelet.ts";
import { deploymentController } from "./deployment.ts";
import { eventsOf, type MemoryWorld, startWorld } from "./memory_world_test.ts";
import { nodeController } from "./nodes.ts";
import { replicaSetController } from "./replica_set.ts";
import { scheduler } from "./scheduler.ts";

function start(options: ConstructorParameters<typeof Kubelet>[1] = {}) {
  return startWorld(
    (context) => nodeController(context, { version: "v1.37.1" }),
    deploymentController,
    replicaSetController,
    scheduler,
    (context) => new Kubelet(context, options),
  );
}

function deployment(spec: Record<string, unknown> = {}, image = "nginx") {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "app", image }], restartPolicy: "Always" },
      },
      ...spec,
    },
  };
}

function sizes(world: MemoryWorld): number[] {
  return world.all("ReplicaSet").map(({ spec }) => spec.replicas);
}

Deno.test("deploymentController() makes a ReplicaSet and its Pods, as the real one does", () => {
  const { world, manager } = start();
  using _ = manager;
  world.add(deployment());
  manager.settle();
  const [set] = world.all("ReplicaSet");
  match(set!.metadata.name, /^web-[bcdf-hj-np-tv-xz24-9]+$/);
  deepStrictEqual(set!.metadata.annotations, {
    "deployment.kubernetes.io/desired-replicas": "3",
    "deployment.kubernetes.io/max-replicas": "4",
    "deployment.kubernetes.io/revision": "1",
  });
  strictEqual(world.all("Pod").length, 3);
  const web = world.one("Deployment", "web");
  strictEqual(web.metadata.annotations["deployment.kubernetes.io/revision"], "1");
  const times = { lastTransitionTime: "2026-01-01T00:00:00Z", lastUpdateTime: "2026-01-01T00:00:00Z" };
  deepStrictEqual(web.status, {
    availableReplicas: 3,
    conditions: [
      {
        ...times,
        status: "True",
        type: "Available",
        reason: "MinimumReplicasAvailable",
        message: "Deployment has minimum availability.",
      },
      {
        ...times,
        status: "True",
        type: "Progressing",
        reason: "NewReplicaSetAvailable",
        message: `ReplicaSet "${set!.metadata.name}" has successfully progressed.`,
      },
    ],
    observedGeneration: 1,
    readyReplicas: 3,
    replicas: 3,
    terminatingReplicas: 0,
    updatedReplicas: 3,
  });
  deepStrictEqual(set!.status.availableReplicas, 3);
  strictEqual(
    eventsOf(world).includes(`ScalingReplicaSet: Scaled up replica set ${set!.metadata.name} from 0 to 3`),
    true,
  );
});

Deno.test("deploymentController() rolls out within its bounds", async () => {
  const { world, manager, clock } = start({ startMs: 1_000 });
  using _ = manager;
  world.add(deployment({ strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }));
  await clock.advance(2_000);
  deepStrictEqual(sizes(world), [3]);
  world.change("Deployment", "web", ({ spec }) => spec.template.spec.containers[0].image = "nginx:2");
  const seen: string[] = [];
  for (let i = 0; i < 6; i++) {
    manager.settle();
    seen.push(sizes(world).join("/"));
    await clock.advance(1_000);
  }
  deepStrictEqual(seen, ["3/1", "2/2", "1/3", "0/3", "0/3", "0/3"]);
  strictEqual(world.one("Deployment", "web").metadata.annotations["deployment.kubernetes.io/revision"], "2");
  world.change("Deployment", "web", ({ spec }) => spec.template.spec.containers[0].image = "nginx");
  await clock.advance(10_000);
  deepStrictEqual(sizes(world), [3, 0]);
  deepStrictEqual(
    world.all("ReplicaSet").map(({ metadata }) => metadata.annotations["deployment.kubernetes.io/revision"]),
    ["3", "2"],
  );
  strictEqual(world.all("ReplicaSet")[0]!.metadata.annotations["deployment.kubernetes.io/revision-history"], "1");
});

Deno.test("deploymentController() replaces all at once, pauses, scales, gives up and cleans up", async (t) => {
  await t.step("Recreate", async () => {
    const { world, manager, clock } = start({ startMs: 1_000 });
    using _ = manager;
    world.add(deployment({ strategy: { type: "Recreate" } }));
    await clock.advance(2_000);
    world.change("Deployment", "web", ({ spec }) => spec.template.spec.containers[0].image = "nginx:2");
    manager.settle();
    deepStrictEqual(sizes(world), [0, 3]);
    strictEqual(
      world.one("Deployment", "web").status.conditions.find(({ type }: { type: string }) => type === "Available")
        .status,
      "False",
    );
    await clock.advance(2_000);
    strictEqual(world.one("Deployment", "web").status.readyReplicas, 3);
  });
  await t.step("paused", () => {
    const { world, manager } = start();
    using _ = manager;
    world.add(deployment({ paused: true }));
    manager.settle();
    deepStrictEqual(sizes(world), []);
    world.change("Deployment", "web", ({ spec }) => spec.paused = false);
    manager.settle();
    world.change("Deployment", "web", ({ spec }) => Object.assign(spec, { paused: true, replicas: 5 }));
    manager.settle();
    deepStrictEqual(sizes(world), [5]);
    world.change("Deployment", "web", ({ spec }) => spec.template.spec.containers[0].image = "nginx:2");
    manager.settle();
    deepStrictEqual(sizes(world), [5]);
  });
  await t.step("progress deadline", async () => {
    const { world, manager, clock } = start({ containers: [{ image: "bad", ready: false }] });
    using _ = manager;
    world.add(deployment({ progressDeadlineSeconds: 30 }, "bad"));
    await clock.advance(29_000);
    const reason = () =>
      world.one("Deployment", "web").status.conditions.find(({ type }: { type: string }) => type === "Progressing")
        .reason;
    strictEqual(reason(), "ReplicaSetUpdated");
    await clock.advance(1_000);
    strictEqual(reason(), "ProgressDeadlineExceeded");
  });
  await t.step("revisionHistoryLimit", async () => {
    const { world, manager, clock } = start();
    using _ = manager;
    world.add(deployment({ revisionHistoryLimit: 1 }));
    for (const image of ["a", "b", "c"]) {
      world.change("Deployment", "web", ({ spec }) => spec.template.spec.containers[0].image = image);
      await clock.advance(1_000);
    }
    deepStrictEqual(sizes(world), [0, 3]);
  });
});
