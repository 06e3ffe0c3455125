/**
 * `deno task demo`: shows the command at work on a Kubernetes API server in this process. It needs nothing but Deno, and
 * no network; what follows a command is what it prints.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../lib/base/clock.ts";
import { runApp } from "../lib/cli/app.ts";
import { colorsFor } from "../lib/cli/colors.ts";
import { denoHost, type Host } from "../lib/cli/host.ts";
import type { Client } from "../lib/client/client.ts";
import { connect } from "../lib/client/connect.ts";
import { Deployment } from "../lib/kinds/apps/v1.ts";
import { Namespace, ResourceQuota, Service } from "../lib/kinds/core/v1.ts";
import { NetworkPolicy } from "../lib/kinds/networking/v1.ts";
import { versionInfo } from "../lib/sandbox/discovery/version.ts";
import { Sandbox } from "../lib/sandbox/sandbox.ts";
import { waitFor } from "../lib/watch/wait_for.ts";

const TRY_NEXT = `What to try next:

  deno task kubescript sandbox          such an API server for yourself; kubectl works with it, too
  deno task kubescript plan FILE        what would a script change in your cluster? It only reads
  deno task kubescript --help           all commands

examples/ has scripts for maintenance, operators, a dashboard and more; examples/08_testing shows how they are tested.
`;

const host = denoHost();
const colors = colorsFor("auto", host.stdout, host.noColor);
const folder = await Deno.makeTempDir({ prefix: "kubescript-demo-" });
const before = Deno.cwd();
// It ends by itself, whatever happens.
Deno.unrefTimer(setTimeout(() => Deno.exit(1), 60_000));
try {
  await using sandbox = await Sandbox.start();
  tell(`A Kubernetes ${versionInfo().gitVersion} API server runs in this process, at ${sandbox.server}`);
  const kubeconfig = join(folder, "kubeconfig");
  await Deno.writeTextFile(kubeconfig, JSON.stringify(sandbox.kubeconfig()));
  Deno.env.set("KUBECONFIG", kubeconfig);
  await copyExamples();
  using client = await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 5_000, clock: systemClock });
  const ada = client.withFieldManager("kubectl-edit");
  await showResources(ada);
  await showRules(ada);
  host.stdout.write(`\n${TRY_NEXT}`);
} finally {
  Deno.chdir(before);
  await Deno.remove(folder, { recursive: true });
}

async function showResources(ada: Client): Promise<void> {
  Deno.chdir(join(folder, "first"));
  tell("hello.ts is examples/01_hello/main.ts; the cluster becomes as it says, and the second time nothing is written");
  await kubescript("apply hello.ts");
  await kubescript("apply hello.ts");
  tell("Somebody else changes the image and deletes the Service; the plan says so, an apply repairs it");
  const containers = [{ name: "web", image: "nginx:evil" }];
  await ada.patch(Deployment, "hello/web", { spec: { template: { spec: { containers } } } });
  await ada.delete(Service, "hello/web");
  await kubescript("plan hello.ts");
  await kubescript("apply hello.ts");
  Deno.chdir(join(folder, "second"));
  tell("The Service is taken out of the script, and goes from the cluster");
  await kubescript("apply hello.ts");
}

async function showRules(ada: Client): Promise<void> {
  tell("tenants.ts is examples/05_tenants/main.ts: every Namespace with the label team=x gets two objects");
  await ada.create(Namespace({ metadata: { name: "shop" } }));
  await using run = startKubescript("run tenants.ts");
  await run.printed("This process leads");
  tell('Somebody labels the Namespace "shop"');
  await ada.patch(Namespace, "shop", { metadata: { labels: { team: "x" } } });
  const exists = () => true;
  await waitFor(ada, NetworkPolicy, "shop/deny", exists);
  await waitFor(ada, ResourceQuota, "shop/quota", exists);
  host.stdout.write("NetworkPolicy/shop/deny and ResourceQuota/shop/quota are there\n");
  tell("Somebody takes the label away again");
  await ada.patch(Namespace, "shop", { metadata: { labels: { team: null } } });
  await run.printed("NetworkPolicy/shop/deny");
  await run.printed("ResourceQuota/shop/quota");
  tell("Ctrl-C ends it");
}

/** Copies the examples; the second time without the Service. */
async function copyExamples(): Promise<void> {
  const [hello = "", tenants = ""] = await Promise.all(["01_hello", "05_tenants"].map(readExample));
  const without = hello.replace(/^ +Service\(.*\n/m, "");
  for (const [name, text] of [["first", hello], ["second", without]] as const) {
    await Deno.mkdir(join(folder, name));
    await Deno.writeTextFile(join(folder, name, "hello.ts"), text);
    await Deno.writeTextFile(join(folder, name, "tenants.ts"), tenants);
  }
}

function readExample(name: string): Promise<string> {
  return Deno.readTextFile(fileURLToPath(new URL(`../examples/${name}/main.ts`, import.meta.url)));
}

/** Runs a command line to its end, as its users do. */
async function kubescript(line: string, by: Host = host): Promise<void> {
  host.stdout.write(`\n${colors.bold(`$ kubescript ${line}`)}\n`);
  await runApp(line.split(" "), { host: by, name: "kubescript" });
}

/** Starts a command line that goes on until it is interrupted, with its disposal. */
function startKubescript(line: string): AsyncDisposable & { printed(text: string): Promise<void> } {
  let output = "";
  const waiting = new Set<() => void>();
  const tee = (stream: Host["stdout"]): Host["stdout"] => ({
    isTerminal: stream.isTerminal,
    columns: stream.columns,
    write(text) {
      stream.write(text);
      output += text;
      for (const look of waiting) look();
    },
  });
  const interrupts: Parameters<Host["onInterrupt"]>[0][] = [];
  const ended = kubescript(line, {
    ...host,
    stdout: tee(host.stdout),
    stderr: tee(host.stderr),
    onInterrupt: (callback) => {
      interrupts.push(callback);
      return () => {};
    },
  });
  return {
    printed: (text) =>
      new Promise((resolve) => {
        const look = () => {
          if (!output.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      for (const interrupt of interrupts) interrupt("SIGINT");
      await ended;
    },
  };
}

/** Tells what comes next. */
function tell(text: string): void {
  host.stdout.write(`\n${colors.dim(`# ${text}`)}\n`);
}
