/**
 * Stands in for kubectl where there is none: the verbs and flags that the tests use, and nothing else.
 *
 * Fields are owned in the same names as with kubectl, since tests tell others' changes from their own by them.
 *
 * @module
 */
import { systemClock } from "../../../lib/base/clock.ts";
import type { Client } from "../../../lib/client/client.ts";
import { connect } from "../../../lib/client/connect.ts";
import { ApiError } from "../../../lib/client/errors.ts";
import { type Arguments, parseArguments } from "./arguments.ts";
import { get } from "./get.ts";
import { apply, autoscale, create, remove, run } from "./write.ts";
import { annotate, label, patch, scale, setImage } from "./change.ts";
import { rolloutStatus, wait } from "./wait.ts";

/** One call of a verb. */
export interface Call extends Omit<Arguments, "words"> {
  /** The client, with the namespace of the call. */
  readonly client: Client;
  /** What the verb is about. */
  readonly words: readonly string[];
  /** What it can read on stdin. */
  readonly stdin: string;
}

const VERBS: Readonly<Record<string, (call: Call) => Promise<string>>> = {
  annotate,
  apply,
  autoscale,
  create,
  delete: remove,
  get,
  label,
  patch,
  "rollout status": rolloutStatus,
  run,
  scale,
  "set image": setImage,
  version: async ({ client }) => (await client.version()).gitVersion,
  wait,
};

/**
 * Does what kubectl would do.
 *
 * @param args Its arguments.
 * @param options What it can read on stdin, and the kubeconfig file.
 * @returns How it ended; a failure is not thrown.
 */
export async function standInForKubectl(
  args: readonly string[],
  options: { readonly stdin: string; readonly kubeconfig: string },
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, stdout: await call(parseArguments(args), options), stderr: "" };
  } catch (error) {
    return { code: 1, stdout: "", stderr: formatFailure(error) };
  }
}

async function call(
  { words, flags, literals }: Arguments,
  { stdin, kubeconfig }: { readonly stdin: string; readonly kubeconfig: string },
): Promise<string> {
  const verb = [words.slice(0, 2).join(" "), words[0]!].find((verb) => Object.hasOwn(VERBS, verb));
  if (verb === undefined) throw new TypeError(`Cannot stand in for kubectl: it is not told of "${words.join(" ")}"`);
  using client = await connect({ kubeconfig, concurrency: 4, requestTimeoutMs: 30_000, clock: systemClock });
  return await VERBS[verb]!({
    client: flags.namespace === undefined ? client : client.inNamespace(flags.namespace),
    words: words.slice(verb.split(" ").length),
    flags,
    literals,
    stdin,
  });
}

function formatFailure(error: unknown): string {
  if (error instanceof ApiError && error.isInvalid) return formatInvalid(error);
  if (error instanceof ApiError) return `Error from server (${error.reason}): ${error.status.message}\n`;
  return `error: ${error instanceof Error ? error.message : error}\n`;
}

function formatInvalid({ status: { details = {} } }: ApiError): string {
  const causes = (details.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
  return `The ${details.kind} "${details.name}" is invalid: ${causes.join(", ")}\n`;
}
