/**
 * The verbs of kubectl that change a part of an object.
 *
 * @module
 */
import { parseJson } from "../../../lib/base/json.ts";
import type { PatchType } from "../../../lib/kube/write_request.ts";
import { pairOf } from "./arguments.ts";
import type { Call } from "./kubectl.ts";
import { readNames, readObjects } from "./named.ts";

/**
 * `kubectl patch`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function patch(call: Call): Promise<string> {
  const { patch, subresource, type = "strategic" } = call.flags;
  const options = { type: type as PatchType, subresource: subresource as "status", fieldManager: "kubectl-patch" };
  for (const { type, name } of (await readNames(call)).named) {
    await call.client.patch(type, name, parseJson(patch!), options);
  }
  return "";
}

/**
 * `kubectl scale`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function scale(call: Call): Promise<string> {
  const replicas = Number(call.flags.replicas);
  for (const { type, object } of (await readObjects(call)).found) {
    await call.client.scale(type, object, replicas, { fieldManager: "kubectl" });
  }
  return "";
}

/**
 * `kubectl label`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export function label(call: Call): Promise<string> {
  return mark(call, "labels", "kubectl-label");
}

/**
 * `kubectl annotate`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export function annotate(call: Call): Promise<string> {
  return mark(call, "annotations", "kubectl-annotate");
}

async function mark(call: Call, field: "labels" | "annotations", fieldManager: string): Promise<string> {
  const isMark = (word: string) => /=|-$/.test(word);
  const marks = call.words.filter(isMark).map((word) =>
    word.endsWith("-") ? { [word.slice(0, -1)]: null } : pairOf(word)
  );
  const wanted: Record<string, string | null> = Object.assign({}, ...marks);
  const { found } = await readObjects({ ...call, words: call.words.filter((word) => !isMark(word)) });
  for (const { type, object } of found) {
    const old = object.metadata[field] ?? {};
    const taken = Object.entries(wanted).find(([key, value]) => value !== null && (old[key] ?? value) !== value);
    if (taken && call.flags.overwrite !== "true") {
      throw new Error(`'${taken[0]}' already has a value (${old[taken[0]]}), and --overwrite is false`);
    }
    await call.client.patch(type, object, { metadata: { [field]: wanted } }, { type: "merge", fieldManager });
  }
  return "";
}

/**
 * `kubectl set image`.
 *
 * @param call The call.
 * @returns Nothing.
 */
export async function setImage(call: Call): Promise<string> {
  const [object, ...images] = call.words;
  const containers = Object.entries(Object.assign({}, ...images.map(pairOf))).map(([name, image]) => ({ name, image }));
  const change = { spec: { template: { spec: { containers } } } };
  for (const { type, name } of (await readNames({ ...call, words: [object!] })).named) {
    await call.client.patch(type, name, change, { type: "strategic", fieldManager: "kubectl-set" });
  }
  return "";
}
