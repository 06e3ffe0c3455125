/**
 * The runner of `bench/steady.ts`, in a process of its own: prints how much memory it holds, as JSON, every five seconds.
 *
 * @module
 */
import { changed, each, reconcile, script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";
import { systemClock } from "../lib/base/clock.ts";
import { runScript } from "../lib/engine/commands.ts";

const [namespace] = Deno.args as [string];
const labels = { bench: namespace };
const steady = script("steady", {
  namespace,
  rules: {
    copies: each(ConfigMap, { labels, owns: [ConfigMap] }, ({ metadata, data }) => [
      ConfigMap({ metadata: { name: `copy-of-${metadata.name}` }, data: { index: data?.index ?? "" } }),
    ]),
    nothing: each(ConfigMap, { labels, owns: [ConfigMap] }, () => []),
    index: changed(ConfigMap, { labels, of: ({ data }) => data?.index }, () => {}),
    labels: changed(ConfigMap, { labels, of: ({ metadata }) => metadata.labels }, () => {}),
    outside: reconcile(ConfigMap, { labels }, () => {}),
  },
});

setInterval(() => {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  console.log(JSON.stringify({ heldMiB: mebibytes(heapUsed + external), rssMiB: mebibytes(rss) }));
}, 5_000);

await runScript({
  source: { script: steady },
  params: [],
  concurrency: 16,
  requestTimeoutMs: 30_000,
  forceConflicts: false,
  listen() {},
  signal: new AbortController().signal,
  clock: systemClock,
  only: [],
  once: false,
  ruleConcurrency: 16,
  allowDelete: [],
  allowEmpty: false,
  pruneEarly: true,
  wait: false,
  timeoutMs: 0,
  gracePeriodMs: 10_000,
  onUnderWay() {},
  log: ({ level, rule, message }) => level === "info" || console.error(level, rule, message),
});
