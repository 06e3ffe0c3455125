import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  Deployment,
  Job,
  Node,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  Service,
  ServiceAccount,
  StatefulSet,
} from "../../lib/kinds/mod.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Kind } from "../../lib/script/kind.ts";
import { until } from "../e2e/objects.ts";
import { deployment, pod, refusal } from "./objects.ts";
import { row } from "./row.ts";
import { installWidgets } from "./widgets.ts";

row("A8", "status: get, replace, patch, apply", async ({ k, namespace, step }) => {
  await using widgets = await installWidgets(k, namespace);
  const check = async <T extends KubeObject>(kind: Kind<T>, object: T) => {
    await step(object.kind, async () => {
      const { name } = (await k.create(object)).metadata;
      const tested = (reason: string) => {
        const lastTransitionTime = "2026-01-01T00:00:00Z";
        return { conditions: [{ type: "Tested", status: "True", reason, message: "", lastTransitionTime }] };
      };
      // Controllers write as well, so what was read may be stale already.
      await until("nobody was faster", async () => {
        const live = await k.get(kind, name, { subresource: "status" });
        const work = k.replace({ ...live, status: tested("Replaced") }, { subresource: "status" });
        return await work.then(({ status }) => JSON.stringify(status).includes("Replaced"), ({ code }) => {
          strictEqual(code, 409);
          return false;
        });
      });
      const patched = await k.patch(kind.type, name, { status: tested("Patched") }, { subresource: "status" });
      match(JSON.stringify(patched.status), /Patched/);
      const applied = await k.apply(
        { apiVersion: object.apiVersion, kind: object.kind, metadata: { name }, status: tested("Applied") },
        { subresource: "status", fieldManager: "tester", force: true },
      );
      strictEqual(applied.status.conditions.find(({ type }) => type === "Tested")?.reason, "Applied");
      // Without the subresource, the status is left alone.
      const { status } = await k.patch(kind.type, name, { status: tested("Ignored") });
      match(JSON.stringify(status), /Applied/);
    });
  };
  const metadata = { name: "a" };
  const claim = PersistentVolumeClaim({
    metadata,
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "", resources: { requests: { storage: "1Gi" } } },
  });
  const template = { spec: pod("a", { restartPolicy: "Never" }).spec! };
  await check(Pod, pod("a"));
  await check(Service, Service({ metadata, spec: { ports: [{ port: 80 }] } }));
  await check(Job, Job({ metadata, spec: { suspend: true, template } }));
  await check(PersistentVolumeClaim, claim);
  await check(Deployment, deployment("a"));
  await check(widgets.Widget, widgets.Widget({ metadata, spec: { size: 1 } }));
});

row("A9", "scale: read and set, and patch of spec.replicas", async ({ k, namespace, step }) => {
  await using widgets = await installWidgets(k, namespace);
  const check = async <T extends KubeObject>(kind: Kind<T>, object: T) => {
    await step(object.kind, async () => {
      await k.create(object);
      const before = await k.getScale(kind, "a");
      deepStrictEqual([before.apiVersion, before.kind, before.spec], ["autoscaling/v1", "Scale", {}]);
      strictEqual((await k.scale(kind, "a", 2)).spec.replicas, 2);
      strictEqual((await k.getScale(kind, "a")).spec.replicas, 2);
      strictEqual((await k.scale(kind, "a", 3, { dryRun: "All" })).spec.replicas, 3);
      strictEqual((await k.getScale(kind, "a")).spec.replicas, 2);
      await k.patch(kind, "a", [{ op: "replace", path: "/spec/replicas", value: 1 }]);
      strictEqual((await k.getScale(kind, "a")).spec.replicas, 1);
    });
  };
  const { selector, template } = deployment("a", {}).spec;
  const metadata = { name: "a" };
  const spec = { replicas: 0, selector, template };
  await check(Deployment, deployment("a"));
  await check(ReplicaSet, ReplicaSet({ metadata, spec }));
  await check(StatefulSet, StatefulSet({ metadata, spec: { ...spec, serviceName: "a" } }));
  const { Widget } = widgets;
  await check(Widget, Widget({ metadata, spec: { size: 1, replicas: 0 } }));

  await step("what there is", async () => {
    await k.patch(Deployment, "a", { spec: { replicas: 2 } });
    await until("there are two", async () => (await k.getScale(Deployment, "a")).status?.replicas === 2);
    strictEqual((await k.getScale(Deployment, "a")).status?.selector, "app=a");
    await k.patch(Widget, "a", { status: { replicas: 7, selector: "app=w" } }, { subresource: "status" });
    deepStrictEqual((await k.getScale(Widget, "a")).status, { replicas: 7, selector: "app=w" });
  });
  await step("what cannot be scaled", async () => {
    strictEqual((await refusal(k.scale(Service, "a", 1))).isNotFound, true);
  });
});

row("A10", "eviction, binding, ephemeralcontainers, token", async ({ target, k, namespace, step }) => {
  const isRunning = async (name: string) => (await k.get(Pod, name)).status?.phase === "Running";
  await step("eviction honours a PodDisruptionBudget", async () => {
    const matchLabels = { app: "web" };
    for (const name of ["a", "b"]) await k.create(pod(name, { schedulerName: "default-scheduler" }, matchLabels));
    await until("the Pods run", async () => await isRunning("a") && await isRunning("b"));
    // Before there is a budget: it counts evictions that fail by their preconditions, too.
    const another = { preconditions: { uid: crypto.randomUUID() } };
    strictEqual((await refusal(k.evict(Pod, "a", another))).isConflict, true);
    await k.create(PodDisruptionBudget({
      metadata: { name: "web" },
      spec: { minAvailable: 2, selector: { matchLabels } },
    }));
    const allows = async (count: number) => {
      const { status, metadata } = await k.get(PodDisruptionBudget, "web");
      return status?.observedGeneration === metadata.generation && status?.currentHealthy === 2 &&
        status.disruptionsAllowed === count;
    };
    await until("the budget forbids it", () => allows(0));
    const error = await refusal(k.evict(Pod, "a"));
    strictEqual(error.isTooManyRequests, true);
    match(error.message, /Cannot evict pod as it would violate the pod's disruption budget/);
    match(error.causes[0]?.message ?? "", /disruption budget web needs 2 healthy pods and has 2 currently/);

    await k.patch(PodDisruptionBudget, "web", { spec: { minAvailable: 1 } });
    await until("the budget allows it", () => allows(1));
    const live = await k.get(Pod, "a");
    await k.evict(Pod, live, { dryRun: "All" });
    strictEqual((await k.get(Pod, "a")).metadata.deletionTimestamp, undefined);
    await k.evict(Pod, live, { gracePeriodSeconds: 1 });
    await until("the Pod goes", async () => await k.find(Pod, "a") === undefined);
    strictEqual((await refusal(k.evict(Pod, live))).isNotFound, true);
  });
  await step("binding", async () => {
    const nodes = await k.list(Node).toArray();
    const { metadata: { name: node } } = nodes.find(({ spec }) => !spec?.taints?.length)!;
    await k.create(pod("bound"));
    await k.bind(Pod, "bound", node);
    strictEqual((await k.get(Pod, "bound")).spec?.nodeName, node);
    await until("the Pod runs", () => isRunning("bound"));
    strictEqual((await refusal(k.bind(Pod, "bound", node))).isConflict, true);
  });
  await step("ephemeralcontainers", async () => {
    const ephemeralContainers = [{ name: "debug", image: "debug:1", targetContainerName: "main" }];
    await k.patch(Pod, "bound", { spec: { ephemeralContainers } }, { subresource: "ephemeralcontainers" });
    const { spec } = await k.get(Pod, "bound", { subresource: "ephemeralcontainers" });
    deepStrictEqual(spec?.ephemeralContainers?.map(({ name, image }) => [name, image]), [["debug", "debug:1"]]);
  });
  await step("token", async () => {
    const { token, expirationTimestamp } = await k.createToken(ServiceAccount, "default", { expirationSeconds: 600 });
    ok(Date.parse(expirationTimestamp) > k.serverTimeMs());
    using account = await target.connect({ as: { token } });
    strictEqual((await account.whoAmI()).username, `system:serviceaccount:${namespace}:default`);

    const elsewhere = await k.createToken(ServiceAccount, "default", { audiences: ["https://example.com"] });
    using stranger = await target.connect({ as: elsewhere });
    strictEqual((await refusal(stranger.whoAmI())).isUnauthorized, true);
  });
});
