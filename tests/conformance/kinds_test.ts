import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ApiError } from "../../lib/client/errors.ts";
import {
  ConfigMap,
  CronJob,
  DaemonSet,
  Job,
  Namespace,
  Node,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  StatefulSet,
} from "../../lib/kinds/mod.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Kind } from "../../lib/script/kind.ts";
import { until } from "../e2e/objects.ts";
import { deployment, namesOf, pod } from "./objects.ts";
import { row } from "./row.ts";

const time = "2026-01-01T00:00:00Z";
const conditions = [{ type: "Tested", status: "True", reason: "Test", message: "", lastTransitionTime: time }];

row("A7", "eleven kinds: create, get, list, replace, patch, status, delete", async ({ k, namespace, step }) => {
  const check = async <T extends KubeObject>(kind: Kind<T>, object: T, status?: unknown) => {
    const created = await k.create(object);
    // Some belong to the whole cluster: they must not stay, whatever happens.
    await using _ = {
      [Symbol.asyncDispose]: async () => {
        if (await k.find(kind, created)) await k.delete(kind, created);
      },
    };
    const { name, uid } = created.metadata;

    await step(`create, get and list ${kind.type.plural}`, async () => {
      const { apiVersion, metadata } = await k.get(kind, name);
      deepStrictEqual([apiVersion, metadata.name, metadata.uid], [object.apiVersion, name, uid]);
      ok((await namesOf(k.list(kind))).includes(name));
      for await (const { apiVersion, kind } of k.list(object.kind)) {
        deepStrictEqual([apiVersion, kind], [object.apiVersion, object.kind]);
      }
    });
    await step(`replace ${kind.type.plural}`, async () => {
      // Controllers write as well, so what was read may be stale already.
      await until("nobody was faster", async () => {
        const live = await k.get(kind, name);
        const labels = { ...live.metadata.labels, replaced: "yes" };
        try {
          strictEqual((await k.replace({ ...live, metadata: { ...live.metadata, labels } })).metadata.uid, uid);
          return true;
        } catch (error) {
          if (error instanceof ApiError && error.isConflict) return false;
          throw error;
        }
      });
      strictEqual((await k.get(kind, name)).metadata.labels?.replaced, "yes");
    });
    await step(`patch ${kind.type.plural}`, async () => {
      const { metadata } = await k.patch(kind.type, name, { metadata: { labels: { patched: "yes" } } });
      deepStrictEqual([metadata.labels?.replaced, metadata.labels?.patched], ["yes", "yes"]);
    });
    strictEqual(kind.type.subresources?.includes("status"), status !== undefined);
    if (status) {
      await step(`status of ${kind.type.plural}`, async () => {
        const patched = await k.patch(kind.type, name, { status }, { subresource: "status" });
        match(JSON.stringify(patched.status), new RegExp(time));
        strictEqual((await k.get(kind, name, { subresource: "status" })).metadata.uid, uid);
      });
    }
    await step(`delete ${kind.type.plural}`, async () => {
      await k.delete(kind, name);
      await until("it is gone", async () => (await k.find(kind, name))?.metadata.uid !== uid);
    });
  };

  const metadata = { name: "a" };
  const { selector, template } = deployment("a").spec;
  const jobTemplate = { spec: { template: { spec: pod("a", { restartPolicy: "Never" }).spec! } } };
  const nowhere = { ...template, spec: { ...template.spec!, nodeSelector: { nowhere: "yes" } } };
  const resources = { requests: { storage: "1Gi" } };

  await check(Pod, pod("a"), { conditions });
  await check(Job, Job({ metadata, spec: { ...jobTemplate.spec, suspend: true } }), { conditions });
  await check(
    CronJob,
    CronJob({ metadata, spec: { schedule: "@yearly", suspend: true, jobTemplate } }),
    { lastScheduleTime: time },
  );
  await check(Service, Service({ metadata, spec: { ports: [{ port: 80 }] } }), { conditions });
  await check(
    PersistentVolumeClaim,
    PersistentVolumeClaim({ metadata, spec: { accessModes: ["ReadWriteOnce"], storageClassName: "", resources } }),
    { conditions },
  );
  await check(StatefulSet, StatefulSet({ metadata, spec: { replicas: 0, serviceName: "a", selector, template } }), {
    conditions,
  });
  await check(DaemonSet, DaemonSet({ metadata, spec: { selector, template: nowhere } }), { conditions });
  await check(ConfigMap, ConfigMap({ metadata, data: { a: "1" } }));
  await check(Secret, Secret({ metadata, stringData: { a: "1" } }));
  const ofCluster = { name: `${namespace}-a` };
  await check(Namespace, Namespace({ metadata: ofCluster }), { conditions });
  const node = Node({ metadata: ofCluster, spec: { taints: [{ key: "nobody", effect: "NoSchedule" }] } });
  await check(Node, node, { conditions });
});
