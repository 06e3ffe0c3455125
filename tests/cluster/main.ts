/**
 * `deno task cluster up|env|down`: one test control plane in the background, for work by hand.
 *
 * A process of its own, `serve`, owns the control plane and answers on a Unix socket, so that whether it is up is
 * never judged by files and process ids that an accident has left behind.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { attachVariable } from "./attach.ts";
import { cacheDir, findBinaries } from "./binaries.ts";
import type { ClusterLocation } from "./cluster.ts";
import { startControlPlane } from "./control_plane.ts";

const usage = `Usage: deno task cluster up|env|down

  up    start a Kubernetes control plane on this machine, in the background
  env   print the command that points a shell at it, and single end-to-end tests: eval "$(deno task cluster env)"
  down  stop it and remove its data`;

const commands = new Map([["up", up], ["env", env], ["down", down], ["serve", serve]]);

if (import.meta.main) {
  const command = Deno.args.length === 1 ? commands.get(Deno.args[0]!) : undefined;
  if (!command) {
    console.error(usage);
    Deno.exit(64);
  }
  try {
    await command();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

async function up(): Promise<void> {
  const location = await ask("GET") ?? await startServing();
  console.log(`The cluster is up at ${location.server}. To use it in this shell, and to stop it:\n`);
  console.log(`  eval "$(deno task cluster env)"\n  deno task cluster down`);
}

async function env(): Promise<void> {
  const location = await ask("GET");
  if (!location) throw new Error('The cluster is not up: run "deno task cluster up"');
  const { dir, binDir } = location;
  const test = JSON.stringify(location);
  console.log(`export KUBECONFIG='${join(dir, "kubeconfig")}' PATH='${binDir}':"$PATH" ${attachVariable}='${test}'`);
}

async function down(): Promise<void> {
  console.log(await ask("DELETE") ? "The cluster is down" : "The cluster was not up");
}

async function startServing(): Promise<ClusterLocation> {
  await findBinaries(); // here, so that the progress of a build is seen
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", fileURLToPath(import.meta.url), "serve"],
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  process.status.then(() => ended = true);
  process.unref();
  for (;;) {
    const location = await ask("GET");
    if (location) return location;
    if (ended) throw new Error("Cannot start the cluster: the process that serves it ended early");
    await sleep(50);
  }
}

/** Starts the control plane and answers for it until it is told to stop, or has told that it failed. */
async function serve(): Promise<void> {
  const dir = join(cacheDir(), "cluster");
  for (const leftover of [socketPath(), dir]) await rm(leftover, { recursive: true, force: true });
  await Deno.mkdir(dir, { recursive: true });
  const starting = startControlPlane({ dir });
  starting.catch(() => {}); // every request gets to know
  const server = Deno.serve({ transport: "unix", path: socketPath() }, async (request) => {
    try {
      const plane = await starting;
      if (request.method === "DELETE") {
        await plane.stop();
        void server.shutdown();
      }
      return Response.json(plane satisfies ClusterLocation);
    } catch (error) {
      void server.shutdown();
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  });
  await server.finished;
}

/** Asks the serving process where the cluster is, or to stop it; gives nothing if there is no such process. */
async function ask(method: "GET" | "DELETE"): Promise<ClusterLocation | undefined> {
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path: socketPath() } });
  const response = await fetch("http://cluster", { client, method }).catch(() => undefined);
  if (response && !response.ok) throw new Error(await response.text());
  return await response?.json();
}

function socketPath(): string {
  return join(cacheDir(), "cluster.sock");
}
