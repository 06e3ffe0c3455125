#!/usr/bin/env -S deno run -A
/** Scales a Deployment, or all that have some labels. Those that are to have so many Pods already are left alone. */
import { connect } from "@kubescript/kubescript";
import { Deployment } from "@kubescript/kubescript/kinds";

await using k = await connect({ usage: "scale.ts REPLICAS NAME|LABELS" });
const [number = k.usage(), which = k.usage()] = k.args;
const replicas = Number(number);

for await (const web of which.includes("=") ? k.list(Deployment, { labels: which }) : [k.get(Deployment, which)]) {
  if (web.spec?.replicas !== replicas) await k.scale(Deployment, web, replicas);
}
