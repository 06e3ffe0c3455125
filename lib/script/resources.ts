/**
 * From what a script declares to desired objects.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { type DesiredObject, formatOrigin, type Origin, type Requirement } from "../kube/desired_object.ts";
import { KubescriptError } from "../kube/error.ts";
import { fieldOrigin } from "./field_origin.ts";
import { flatten } from "./flatten.ts";
import { originOf } from "./object_origin.ts";
import { optionsOf } from "./read_options.ts";
import { requirementOf } from "./requires.ts";
import { readResource } from "./resource.ts";
import type { Script } from "./script.ts";
import { ScriptError } from "./script_error.ts";
import type { ScriptReader } from "./script_reader.ts";

/** What a script wants. */
export interface Evaluation {
  /** The objects that should exist; the namespace is still missing where the script leaves it to the home namespace. */
  readonly objects: readonly DesiredObject[];
  /** The objects that must exist already; again without the home namespace. */
  readonly requirements: readonly Requirement[];
}

/** What {@linkcode evaluate} needs besides the script. */
export interface EvaluateOptions {
  /** The values of the script's params. */
  params: Readonly<Record<string, unknown>>;
  /** What the script reads the cluster with. */
  k: ScriptReader;
  /** The script's file, as the user named it, for messages. */
  file?: string | undefined;
  /** Tells the script that the run is stopped. */
  signal: AbortSignal;
}

/** A document of a manifest file. */
export interface ManifestDocument {
  /** Its content: an object, a `List`, or nothing. */
  readonly value: unknown;
  /** Where it stands. */
  readonly origin: Origin;
}

/**
 * Evaluates the resources of a script.
 *
 * @param script The script.
 * @param options Params, reader, file, signal.
 * @returns What the script wants.
 * @throws {ScriptError} If the resources are not right (it names all mistakes at once) or their function failed.
 */
export async function evaluate(script: Script, options: EvaluateOptions): Promise<Evaluation> {
  const origin = { file: options.file, path: "resources" };
  return evaluateDocuments(script, [{ value: await callResources(script, options), origin }]);
}

/**
 * Evaluates documents of manifest files in place of a script's resources.
 *
 * @param script The script that stands for the files.
 * @param documents The documents.
 * @returns What they want.
 * @throws {ScriptError} If they are not right; it names all mistakes at once.
 */
export function evaluateDocuments(script: Script, documents: readonly ManifestDocument[]): Evaluation {
  const findings: Findings = { objects: [], requirements: [], problems: [] };
  for (const { value, origin } of documents) readItems(value, origin, findings);
  const { objects, requirements, problems } = findings;
  if (problems.length > 0) throw new ScriptError(actionOf(script), problems);
  return { objects, requirements };
}

async function callResources(script: Script, { params, k, signal, file }: EvaluateOptions): Promise<unknown> {
  if (typeof script.resources !== "function") return script.resources;
  let resources: unknown;
  try {
    resources = await script.resources({ params, k, signal });
  } catch (cause) {
    // What the library throws says enough by itself, and an abort is no mistake of the script.
    if (cause instanceof KubescriptError || signal.aborted) throw cause;
    throw new ScriptError(actionOf(script), [`${placeIn(file, cause)}the resources function failed: ${cause}`], {
      cause,
    });
  }
  // Nothing would mean that all objects of the script go, so a forgotten `return` must not pass for it.
  if (resources === undefined) {
    throw new ScriptError(actionOf(script), ["the resources function returned nothing: return a list"]);
  }
  return resources;
}

/** Where in the script's file something was thrown: the innermost line of its stack that is in that file. */
function placeIn(file: string | undefined, thrown: unknown): string {
  const name = file?.split(/[\\/]/).at(-1);
  if (name === undefined || !(thrown instanceof Error)) return "";
  const [, line, column] = new RegExp(`/${RegExp.escape(encodeURI(name))}:(\\d+):(\\d+)`).exec(thrown.stack ?? "") ??
    [];
  return line === undefined ? "" : `${file}:${line}:${column}: `;
}

function actionOf(script: Script): string {
  return `Cannot evaluate script "${script.name}"`;
}

/** Desired objects and requirements as they are found, and what is wrong with them. */
interface Findings {
  readonly objects: DesiredObject[];
  readonly requirements: Requirement[];
  readonly problems: string[];
}

function readItems(value: unknown, origin: Origin, findings: Findings): void {
  for (const item of flatten(value, origin)) readItem(item.value, item.origin, findings);
}

function readItem(value: unknown, place: Origin, findings: Findings): void {
  // An object that was read from a file is best named by that file, wherever it stands in the script.
  const origin = (typeof value === "object" && value !== null ? originOf(value) : undefined) ?? place;
  const report = (problem: string) => findings.problems.push(`${formatOrigin(origin)}: ${problem}`);
  if (typeof value === "function") {
    report("is a function: was it meant to be called?");
  } else if (typeof value !== "object" || value === null) {
    report(`is a ${typeof value}, not an object`);
  } else if (isJsonObject(value) && isList(value)) {
    if (Object.keys(optionsOf(value, report)).length > 0) report("is a list: put options beside its items");
    readItems(value.items, fieldOrigin(origin, ["items"]), findings);
  } else {
    const requirement = requirementOf(value);
    if (requirement !== undefined) {
      findings.requirements.push({ ...requirement, origin });
    } else {
      const object = readResource(value, origin, findings.problems);
      if (object !== undefined) findings.objects.push(object);
    }
  }
}

/**
 * Tells lists as kubectl does: by their items. The kind is looked at, too, as a custom resource may have such a field.
 *
 * @param value What may be a list.
 * @returns Whether it is one.
 */
export function isList(value: Record<string, unknown>): value is { kind: string; items: unknown[] } {
  const { kind, items } = value;
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items);
}
