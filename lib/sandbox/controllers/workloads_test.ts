import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Kubelet } from "../pods/kubelet.ts";
import { cronJobController } from "./cron_job.ts";
import { daemonSetController } from "./daemon_set.ts";
import { jobController } from "./job.ts";
import { eventsOf, type MemoryWorld, startWorld } from "./memory_world_test.ts";
import { nodeController } from "./nodes.ts";
import { scheduler } from "./scheduler.ts";
import { statefulSetController } from "./stateful_set.ts";

function start(options: ConstructorParameters<typeof Kubelet>[1] = {}, count = 1) {
  return startWorld(
    (context) => nodeController(context, { version: "v1.37.1", count }),
    statefulSetController,
    daemonSetController,
    jobController,
    cronJobController,
    scheduler,
    (context) => new Kubelet(context, options),
  );
}

function workload(kind: string, spec: Record<string, unknown>, image = "i") {
  const labels = { app: "a" };
  const template = {
    metadata: { labels },
    spec: { restartPolicy: kind === "Job" ? "Never" : "Always", containers: [{ name: "c", image }] },
  };
  const apiVersion = kind === "Job" ? "batch/v1" : "apps/v1";
  return {
    apiVersion,
    kind,
    metadata: { name: "a", namespace: "shop" },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

function podNames(world: MemoryWorld): string[] {
  return world.all("Pod").filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name)
    .sort();
}

Deno.test("statefulSetController() starts, scales and updates in order", async () => {
  const { world, manager, clock } = start({ startMs: 1_000 });
  using _ = manager;
  world.add(
    workload("StatefulSet", {
      replicas: 2,
      serviceName: "a",
      volumeClaimTemplates: [{ metadata: { name: "d" }, spec: {} }],
    }),
  );
  manager.settle();
  deepStrictEqual(podNames(world), ["a-0"]);
  await clock.advance(5_000);
  deepStrictEqual(podNames(world), ["a-0", "a-1"]);
  deepStrictEqual(world.all("PersistentVolumeClaim").map(({ metadata }) => metadata.name), ["d-a-0", "d-a-1"]);
  const before = world.one("StatefulSet", "a").status;
  strictEqual(before.currentRevision, before.updateRevision);
  world.change("StatefulSet", "a", ({ spec }) => {
    spec.template.spec.containers[0].image = "j";
    spec.updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 1 } };
  });
  await clock.advance(10_000);
  deepStrictEqual(["a-0", "a-1"].map((name) => world.one("Pod", name).spec.containers[0].image), ["i", "j"]);
  const { currentRevision, updateRevision, updatedReplicas } = world.one("StatefulSet", "a").status;
  deepStrictEqual([currentRevision === before.currentRevision, updateRevision === currentRevision, updatedReplicas], [
    true,
    false,
    1,
  ]);
  world.change("StatefulSet", "a", ({ spec }) => spec.replicas = 0);
  await clock.advance(10_000);
  deepStrictEqual(podNames(world), []);
  strictEqual(world.all("PersistentVolumeClaim").length, 2);
});

Deno.test("daemonSetController() puts a Pod on every Node", async () => {
  const { world, manager, clock } = start({}, 2);
  using _ = manager;
  world.add(workload("DaemonSet", {}));
  manager.settle();
  deepStrictEqual(world.all("Pod").map(({ spec }) => spec.nodeName).sort(), ["sandbox-0", "sandbox-1"]);
  world.change("DaemonSet", "a", ({ spec }) => spec.template.spec.containers[0].image = "j");
  await clock.advance(1_000);
  deepStrictEqual(world.all("Pod").map(({ spec }) => spec.containers[0].image), ["j", "j"]);
  strictEqual(world.one("DaemonSet", "a").status.updatedNumberScheduled, 2);
});

Deno.test("jobController() runs Pods to their end", async (t) => {
  await t.step("indexed", () => {
    const { world, manager } = start();
    using _ = manager;
    world.add(workload("Job", { completions: 3, parallelism: 2, completionMode: "Indexed" }));
    manager.settle();
    const { status } = world.one("Job", "a");
    deepStrictEqual([
      status.succeeded,
      status.completedIndexes,
      status.conditions.map(({ type }: { type: string }) => type),
    ], [
      3,
      "0-2",
      ["SuccessCriteriaMet", "Complete"],
    ]);
    strictEqual(eventsOf(world).at(-1), "Completed: Job completed");
    deepStrictEqual(world.all("Pod").flatMap(({ metadata }) => metadata.finalizers ?? []), []);
  });
  await t.step("backoffLimit", async () => {
    const { world, manager, clock } = start({ containers: [{ run: () => 1 }] });
    using _ = manager;
    world.add(workload("Job", { backoffLimit: 1, parallelism: 1 }));
    await clock.advance(5_000);
    strictEqual(world.one("Job", "a").status.failed, 1);
    await clock.advance(10_000);
    const { status } = world.one("Job", "a");
    deepStrictEqual([status.failed, status.conditions.at(-1).reason], [2, "BackoffLimitExceeded"]);
  });
  await t.step("suspend, deadline, ttl", async () => {
    const { world, manager, clock } = start({
      containers: [{
        run: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(1))),
      }],
    });
    using _ = manager;
    world.add(
      workload("Job", { suspend: true, parallelism: 1, activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 60 }),
    );
    await clock.advance(100_000);
    strictEqual(world.all("Pod").length, 0);
    world.change("Job", "a", ({ spec }) => spec.suspend = false);
    await clock.advance(29_000);
    strictEqual(world.all("Pod").length, 1);
    await clock.advance(10_000);
    strictEqual(world.one("Job", "a").status.conditions.at(-1).reason, "DeadlineExceeded");
    await clock.advance(60_000);
    strictEqual(world.all("Job")[0]?.metadata.deletionTimestamp !== undefined || world.all("Job").length === 0, true);
  });
});

Deno.test("cronJobController() makes Jobs at the times of its schedule", async () => {
  const { world, manager, clock } = start();
  using _ = manager;
  const { spec } = workload("Job", { parallelism: 1 });
  world.add({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick", namespace: "shop" },
    spec: { schedule: "*/5 * * * *", successfulJobsHistoryLimit: 2, jobTemplate: { spec } },
  } as never);
  await clock.advance(299_000);
  strictEqual(world.all("Job").length, 0);
  await clock.advance(1_000);
  strictEqual(world.all("Job").length, 1);
  strictEqual(world.one("CronJob", "tick").status.lastScheduleTime, "2026-01-01T00:05:00Z");
  await clock.advance(1_200_000);
  strictEqual(world.all("Job").length, 2);
  strictEqual(world.one("CronJob", "tick").status.lastSuccessfulTime, "2026-01-01T00:25:00Z");
});
