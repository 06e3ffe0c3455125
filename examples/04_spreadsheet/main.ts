/**
 * Replicas of Deployments in a spreadsheet: `pull`, `push` and `watch` keep a CSV or XLSX file and a cluster together.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connect, Informers, KubescriptError, type Live } from "@kubescript/kubescript";
import { Deployment, HorizontalPodAutoscaler } from "@kubescript/kubescript/kinds";
import { type Report, type State, sync } from "./sync.ts";
import { Table } from "./table.ts";

const USAGE = `Usage: deno run -A main.ts COMMAND FILE.csv|FILE.xlsx [FLAGS]

  pull   Write the Deployments of the cluster to the file
  push   Scale those whose number in the column "replicas" was edited
  watch  Do both, as the file or the cluster changes, until Ctrl-C

  --force  Where both sides have changed: push lets the file win, pull the cluster

By default all namespaces are meant; --namespace NAME means one.
`;

const { positionals: [command, file], values: flags } = parseArgs({
  strict: false, // all other flags are those of connect()
  options: {
    force: { type: "boolean" },
    namespace: { type: "string", short: "n" },
    help: { type: "boolean", short: "h" },
  },
});
if (flags.help) console.log(USAGE);

await using k = await connect();
const selection = { allNamespaces: flags.namespace === undefined };
if (file && (command === "pull" || command === "push")) await syncOnce(file, command);
else if (file && command === "watch" && !k.dryRun) await watch(file);
else {
  console.error(command === "watch" && file ? "Watching has no dry run; push has" : USAGE);
  Deno.exitCode = 64;
}

async function syncOnce(file: string, direction: "pull" | "push"): Promise<void> {
  const [deployments, autoscalers] = await Promise.all([
    k.list(Deployment, selection).toArray(),
    k.list(HorizontalPodAutoscaler, selection).toArray(),
  ]);
  const { changes, problems, isSaved } = await syncFile(file, direction, { deployments, autoscalers });
  for (const change of changes) console.log(change);
  if (!isSaved) return await syncOnce(file, direction); // as somebody has edited the file meanwhile
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exitCode = 1;
}

async function watch(file: string): Promise<void> {
  await using informers = new Informers(k);
  const deployments = informers.get(Deployment, selection);
  const autoscalers = informers.get(HorizontalPodAutoscaler, selection);
  let wake = Promise.withResolvers<void>();
  const onEvent = () => wake.resolve();
  for (const informer of [deployments, autoscalers]) {
    informer.subscribe({ onEvent, onStatus: ({ reason }) => reason ? console.error(reason) : onEvent() });
  }
  using watcher = Deno.watchFs(dirname(resolve(file)), { recursive: false });
  void callOnChange(watcher, file, onEvent);
  k.signal.addEventListener("abort", onEvent);

  let last: Pick<Report, "problems" | "scaled"> = { problems: [], scaled: [] };
  for (;;) {
    await wake.promise;
    await delay(300, undefined, { signal: k.signal }); // an editor may not be done yet, and many changes are one
    wake = Promise.withResolvers();
    // Until the watch has told of what was just scaled, that would seem to be somebody else's change.
    const isBehind = last.scaled.some((now) => generationOf(deployments.get(now)) < generationOf(now));
    if (isBehind || !deployments.hasSynced || !autoscalers.hasSynced) continue;
    try {
      const state = { deployments: deployments.list(), autoscalers: autoscalers.list() };
      const { changes, problems, scaled } = await syncFile(file, "push", state);
      for (const change of changes) console.log(change);
      for (const problem of problems) if (!last.problems.includes(problem)) console.error(problem);
      last = { problems, scaled };
    } catch (error) {
      if (!(error instanceof KubescriptError)) throw error;
      console.error(error.message);
    }
  }
}

async function syncFile(
  file: string,
  direction: "pull" | "push",
  state: State,
): Promise<Report & { isSaved: boolean }> {
  const table = await Table.open(file, { create: direction === "pull" });
  const namespace = flags.namespace === undefined ? undefined : k.namespace;
  const report = await sync(k, table, state, { direction, namespace, force: flags.force === true });
  return { ...report, isSaved: k.dryRun || await table.save() };
}

/** Watches the folder, as editors put a new file in the place of the old one. */
async function callOnChange(watcher: Deno.FsWatcher, file: string, onChange: () => void): Promise<void> {
  for await (const { paths } of watcher) {
    if (paths.some((path) => basename(path) === basename(file))) onChange();
  }
}

/** Counts the changes of what is wanted of a Deployment; one that is gone has had all of them. */
function generationOf(deployment: Live<Deployment> | undefined): number {
  return deployment ? deployment.metadata.generation ?? 0 : Infinity;
}
