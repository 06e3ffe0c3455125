import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type MemoryWorld, startWorld } from "../controllers/memory_world_test.ts";
import { nodeController } from "../controllers/nodes.ts";
import { scheduler } from "../controllers/scheduler.ts";
import { Kubelet, type KubeletOptions } from "./kubelet.ts";

function start(options: KubeletOptions = {}) {
  return startWorld(
    (context) => nodeController(context, { version: "v1.37.1" }),
    scheduler,
    (context) => new Kubelet(context, options),
  );
}

function addPod(world: MemoryWorld, spec: Record<string, unknown> = {}): void {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { restartPolicy: "Always", containers: [{ name: "app", image: "nginx" }], ...spec },
    status: { phase: "Pending" },
  };
  world.add(pod);
}

function conditions(world: MemoryWorld): string[] {
  return world.one("Pod", "web").status.conditions.map(({ type, status }: Record<string, string>) =>
    `${type}=${status}`
  );
}

Deno.test("Kubelet runs a Pod until it is deleted", async () => {
  const { world, manager, clock } = start({ startMs: 1_000 });
  using _ = manager;
  addPod(world);
  manager.settle();
  strictEqual(world.one("Pod", "web").status.phase, "Pending");
  deepStrictEqual(world.one("Pod", "web").status.containerStatuses[0].state, {
    waiting: { reason: "ContainerCreating" },
  });
  await clock.advance(1_000);
  strictEqual(world.one("Pod", "web").status.phase, "Running");
  deepStrictEqual(conditions(world), [
    "PodReadyToStartContainers=True",
    "Initialized=True",
    "Ready=True",
    "ContainersReady=True",
    "PodScheduled=True",
  ]);
  world.remove("Pod", "web");
  manager.settle();
  strictEqual(world.all("Pod").length, 0);
});

Deno.test("Kubelet gives processes their time to end", async () => {
  const { world, manager, clock } = start({ containers: [{ run: () => new Promise<number>(() => {}) }] });
  using _ = manager;
  addPod(world, { terminationGracePeriodSeconds: 20 });
  await clock.advance(1_000);
  world.remove("Pod", "web");
  await clock.advance(19_000);
  strictEqual(world.all("Pod").length, 1);
  await clock.advance(1_000);
  strictEqual(world.all("Pod").length, 0);
});

Deno.test("Kubelet starts containers again, later each time", async () => {
  const { world, manager, clock } = start({ containers: [{ run: () => 1 }] });
  using _ = manager;
  addPod(world);
  const restarts = () => world.one("Pod", "web").status.containerStatuses[0].restartCount;
  await clock.advance(1_000);
  strictEqual(restarts(), 1);
  deepStrictEqual(world.one("Pod", "web").status.containerStatuses[0].state.waiting.reason, "CrashLoopBackOff");
  await clock.advance(9_000);
  strictEqual(restarts(), 2);
  await clock.advance(19_000);
  strictEqual(restarts(), 2);
  await clock.advance(1_000);
  strictEqual(restarts(), 3);
});

Deno.test("Kubelet runs init containers first, and ends Pods whose containers end", async (t) => {
  for (const [exitCode, phase] of [[0, "Succeeded"], [3, "Failed"]] as const) {
    await t.step(phase, async () => {
      const order: string[] = [];
      const run = ({ container }: { container: { name: string } }) => {
        order.push(container.name);
        return container.name === "app" ? exitCode : 0;
      };
      const { world, manager, clock } = start({ containers: [{ run }] });
      using _ = manager;
      addPod(world, {
        restartPolicy: "Never",
        initContainers: [{ name: "one", image: "i" }, { name: "two", image: "i" }],
      });
      await clock.advance(1_000);
      deepStrictEqual(order, ["one", "two", "app"]);
      const { status } = world.one("Pod", "web");
      strictEqual(status.phase, phase);
      strictEqual(status.containerStatuses[0].state.terminated.exitCode, exitCode);
    });
  }
});

Deno.test("scheduler() leaves a Pod alone that fits nowhere", () => {
  const { world, manager } = start();
  using _ = manager;
  addPod(world, { nodeSelector: { disk: "ssd" } });
  manager.settle();
  const { reason, message } = world.one("Pod", "web").status.conditions[0];
  deepStrictEqual([reason, message], [
    "Unschedulable",
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  ]);
  world.change("Node", "sandbox-0", ({ metadata }) => metadata.labels.disk = "ssd");
  manager.settle();
  strictEqual(world.one("Pod", "web").spec.nodeName, "sandbox-0");
});
