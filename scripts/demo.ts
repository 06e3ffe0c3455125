/**
 * `deno task demo`: shows the command at work on the cluster that the kubeconfig names, or says how to get one.
 *
 * It only plans, so that nothing in the cluster changes.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const SCRIPT = "examples/01_hello/main.ts";

console.log(`This is a script of kubescript: ${SCRIPT}\nWhat would it change in your cluster?\n`);
console.log(`$ kubescript plan ${SCRIPT}`);
const planned = await plan();
console.log(
  planned
    ? `Nothing was changed so far. To go on:

  deno task kubescript apply ${SCRIPT}
  deno task kubescript plan ${SCRIPT} --param image=nginx:1.29
  deno task kubescript delete ${SCRIPT} --allow-delete=Namespace`
    : `The demo needs a Kubernetes cluster: an empty one is best. Make one with kind ("kind create cluster") or minikube
("minikube start"), or, with Go installed, from this checkout:

  deno task cluster up
  eval "$(deno task cluster env)"

Then run "deno task demo" again.`,
);

/** Tells whether there was a cluster to plan for. */
async function plan(): Promise<boolean> {
  const { success, code } = await new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "run", "--allow-all", "--quiet", fileURLToPath(new URL("../lib/cli/main.ts", import.meta.url)),
      "plan", fileURLToPath(new URL(`../${SCRIPT}`, import.meta.url)), "--request-timeout=5s",
    ],
    stdin: "null",
    signal: AbortSignal.timeout(20_000),
  }).spawn().status;
  console.log();
  // A conflict is a plan as well.
  return success || code === 4;
}
