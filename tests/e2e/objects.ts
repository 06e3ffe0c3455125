/**
 * How end-to-end tests look at the objects of the test cluster and change them: with kubectl, as others do.
 *
 * @module
 */
import type { KubeObject, ManagedFieldsEntry } from "../../lib/kube/object.ts";
import { testCluster } from "../cluster/attach.ts";

/** An object as kubectl shows it. */
export type SeenObject = KubeObject & {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly managedFields: readonly ManagedFieldsEntry[];
  };
  readonly data: Readonly<Record<string, string>>;
  // deno-lint-ignore no-explicit-any -- tests know what their objects look like
  readonly spec: any;
};

const PATIENCE_MS = 120_000;
const POLL_MS = 200;

/**
 * Runs kubectl as a user who may do everything.
 *
 * @param args Its arguments.
 * @param stdin What it can read on stdin.
 * @returns What it wrote to stdout.
 * @throws {Error} If it fails.
 */
export async function kubectl(args: readonly string[], stdin: string = ""): Promise<string> {
  const { code, stdout, stderr } = await testCluster().kubectl(args, { stdin });
  if (code !== 0) throw new Error(`Cannot run kubectl ${args.join(" ")}: ${stderr.trim()}`);
  return stdout;
}

/**
 * Reads an object.
 *
 * @param name Its type and name, such as `deployment/web`.
 * @param namespace Its namespace.
 * @returns The object, with its managedFields.
 * @throws {Error} If there is none.
 */
export async function getObject(name: string, namespace: string): Promise<SeenObject> {
  return JSON.parse(await kubectl(["get", name, `--namespace=${namespace}`, "--output=json", "--show-managed-fields"]));
}

/**
 * Reads an object without all that the server keeps about it: what somebody once asked for.
 *
 * @param name Its type and name.
 * @param namespace Its namespace.
 * @returns What identifies and describes it, with all defaults.
 */
export async function getContent(name: string, namespace: string): Promise<unknown> {
  const { metadata: { labels, annotations }, data, spec } = await getObject(name, namespace);
  // The Deployment controller counts here what it has rolled out.
  const { "deployment.kubernetes.io/revision": _, ...rest } = annotations;
  return { labels, annotations: rest, data, spec };
}

/**
 * Waits until a condition holds.
 *
 * @param what What is waited for, for the message.
 * @param condition Tells whether it holds.
 * @throws {Error} If it does not hold after two minutes.
 */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!await condition()) {
    if (performance.now() > deadlineMs) throw new Error(`Cannot wait any longer: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
