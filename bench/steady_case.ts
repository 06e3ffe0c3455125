/**
 * The runner of `bench/steady.ts`, in a process of its own: prints every second, as JSON, what it has sent since, and how
 * much memory it holds.
 *
 * @module
 */
import { changed, each, reconcile, script } from "@kubescript/kubescript";
import { ConfigMap } from "@kubescript/kubescript/kinds";
import { runScript } from "../lib/engine/commands.ts";
import { runnerOptions } from "./runner_options.ts";

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

let requests: string[] = [];
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const { method, url } = new Request(input, { method: init?.method ?? "GET" });
  requests.push(`${method} ${url}`);
  return fetch(input, init);
};
let ticks = 0;
setInterval(() => {
  // Often enough to know what is held, and seldom enough to cost little.
  if (ticks++ % 15 === 0) (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  console.log(JSON.stringify({ requests, heldMiB: mebibytes(heapUsed + external), rssMiB: mebibytes(rss) }));
  requests = [];
}, 1_000);

await runScript(runnerOptions(steady));
