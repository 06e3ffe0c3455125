import { ok, strictEqual } from "node:assert/strict";
import { ManualClock } from "../base/manual_clock.ts";
import { seededRandom } from "../base/seeded_random.ts";
import { Deployment, ResourceQuota } from "../kinds/mod.ts";
import { createCluster } from "./cluster.ts";
import { createInitialObjects } from "./initial_objects.ts";

Deno.test("createCluster() makes controllers wait longer and longer for what is refused", async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1), seededRandom(1));
  using cluster = await createCluster({ clock, ca: "" });
  const { registry } = cluster;
  createInitialObjects(registry);
  cluster.settle();
  const resource = (kind: string, apiVersion = "v1") => registry.resources.findKind(apiVersion, kind)!;
  const metadata = { name: "web", namespace: "default" };
  registry.create(
    resource("ResourceQuota"),
    "default",
    ResourceQuota({ metadata, spec: { hard: { "requests.cpu": "1" } } }),
  );
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }] } };
  registry.create(
    resource("Deployment", "apps/v1"),
    "default",
    Deployment({ metadata, spec: { selector: { matchLabels: labels }, template } }),
  );
  cluster.settle();
  const revision = registry.storage.revision;
  await clock.advance(60_000);
  // Each attempt leaves a trace: it counts an event.
  const attempts = registry.storage.revision - revision;
  ok(attempts > 2 && attempts < 60, `${attempts} writes in a minute`);
  strictEqual(registry.storage.count("/pods"), 0);
});
