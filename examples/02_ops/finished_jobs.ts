#!/usr/bin/env -S deno run -A
/** Deletes Jobs that finished some time ago, with their Pods. Those of CronJobs, which keep a few, are left alone. */
import { connect, controllerOf, parseDuration } from "@kubescript/kubescript";
import { Job } from "@kubescript/kubescript/kinds";

await using k = await connect({ usage: "finished_jobs.ts AGE [--all-namespaces]" });
const [age = k.usage(), flag] = k.args;
const ageMs = parseDuration(age);

for await (const job of k.list(Job, { allNamespaces: flag === "--all-namespaces" })) {
  const end = job.status?.conditions?.find(({ type, status }) => /^(Complete|Failed)$/.test(type) && status === "True");
  const isOld = Date.parse(end?.lastTransitionTime ?? "") < k.serverTimeMs() - ageMs;
  // Without a policy, the API would leave the Pods of a Job behind.
  if (isOld && !controllerOf(job)) await k.delete(Job, job, { propagationPolicy: "Background" });
}
