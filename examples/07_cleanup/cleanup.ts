#!/usr/bin/env -S deno run -A
/** Deletes finished Jobs and failed Pods that are older than some age, in some namespaces. */
import { connect, parseDuration } from "@kubescript/kubescript";
import { Job, Pod } from "@kubescript/kubescript/kinds";

await using k = await connect({ usage: "cleanup.ts AGE NAMESPACE…" });
const [age = k.usage(), ...namespaces] = k.args;
const ageMs = parseDuration(age);

function isOld(time = ""): boolean {
  return Date.parse(time) < k.serverTimeMs() - ageMs;
}

for (const namespace of namespaces) {
  for await (const job of k.list(Job, { namespace })) {
    const end = job.status?.conditions?.find(({ type, status }) =>
      /^(Complete|Failed)$/.test(type) && status === "True"
    );
    // Without a policy, the API would leave the Pods of a Job behind.
    if (end && isOld(end.lastTransitionTime)) await k.delete(Job, job, { propagationPolicy: "Background" });
  }
  for await (const pod of k.list(Pod, { namespace, fields: "status.phase=Failed" })) {
    if (isOld(pod.metadata.creationTimestamp)) await k.delete(Pod, pod);
  }
}
