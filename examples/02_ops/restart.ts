#!/usr/bin/env -S deno run -A
/**
 * Restarts a Deployment, or all that have some labels, one after the other, as `kubectl rollout restart` does, and waits
 * for each. What was restarted in the last 10 minutes is not restarted again, so that it can go on after an interruption.
 */
import { connect, type Live, parseDuration, waitFor } from "@kubescript/kubescript";
import { Deployment } from "@kubescript/kubescript/kinds";

const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

await using k = await connect({ usage: "restart.ts NAME|LABELS" });
const [which = k.usage()] = k.args;

for await (const web of which.includes("=") ? k.list(Deployment, { labels: which }) : [k.get(Deployment, which)]) {
  const { annotations = {} } = web.spec?.template.metadata ?? {};
  const nowMs = k.serverTimeMs();
  const isDone = Date.parse(annotations[RESTARTED_AT] ?? "") > nowMs - parseDuration("10m");
  const metadata = { annotations: { [RESTARTED_AT]: new Date(nowMs).toISOString() } };
  if (!isDone) await k.patch(Deployment, web, { spec: { template: { metadata } } });
  await waitFor(k, Deployment, web, isRolledOut, { signal: k.signal });
}

function isRolledOut({ metadata, spec, status = {} }: Live<Deployment>): boolean | string {
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (observedGeneration < (metadata.generation ?? 0)) return "the controller has not seen it yet";
  return [replicas, updatedReplicas, availableReplicas].every((number) => number === spec?.replicas) ||
    `${updatedReplicas} of ${spec?.replicas} Pods are new, ${availableReplicas} are available`;
}
