#!/usr/bin/env -S deno run -A
/** Copies a Secret to every Namespace that has some labels. What somebody else has set there is left alone and told. */
import { ApiError, connect, isTerminating } from "@kubescript/kubescript";
import { Namespace, Secret } from "@kubescript/kubescript/kinds";

await using k = await connect({ usage: "copy_secret.ts NAMESPACE/NAME LABELS" });
const [ref = k.usage(), labels = k.usage()] = k.args;
const { metadata: { name, namespace: source }, type = "Opaque", data = {} } = await k.get(Secret, ref);

for await (const target of k.list(Namespace, { labels })) {
  const namespace = target.metadata.name;
  if (namespace === source || isTerminating(target)) continue;
  try {
    await k.apply(Secret({ metadata: { name, namespace }, type, data }), { fieldManager: "copy-secret" });
  } catch (error) {
    if (!(error instanceof ApiError && error.isApplyConflict)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}
