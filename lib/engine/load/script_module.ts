/**
 * Imports the file of a script, and says what is wrong with it.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";
import { isScript, type Script } from "../../script/script.ts";
import { ScriptError } from "../../script/script_error.ts";
import { describePermission, type Fault, withFileErrors } from "./local_file.ts";
import { folderOf, toFileUrl } from "./location.ts";

/** A module to import. */
interface ModuleSource {
  /** The module, as the user named it. */
  readonly file: string;
  /** Where it is. */
  readonly url: URL;
}

/**
 * Imports a script. A file is imported once: later calls give the same value.
 *
 * @param place The path of the file, or its address.
 * @param file The file as the user named it.
 * @param signal Stops waiting for the import.
 * @returns The default export.
 * @throws {ScriptError} If the file cannot be imported, or its default export is not a script.
 */
export async function importScript(place: string | URL, file: string, signal?: AbortSignal): Promise<Script> {
  signal?.throwIfAborted();
  const source = { file, url: place instanceof URL ? place : await urlOf(place, file) };
  let exported: object;
  try {
    exported = await importModule(source.url, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw failure(file, describeImportFault(error, source));
  }
  return defaultScript(exported, file);
}

function urlOf(path: string, file: string): Promise<URL> {
  return withFileErrors(actionOn(file), path, async () => {
    // The import would not say which file was perhaps meant.
    await Deno.stat(path);
    return toFileUrl(path);
  });
}

function failure(file: string, { problem, options }: Fault): ScriptError {
  return new ScriptError(actionOn(file), [problem], options);
}

function actionOn(file: string): string {
  return `Cannot load script "${file}"`;
}

async function importModule(url: URL, signal: AbortSignal | undefined): Promise<object> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    return await Promise.race([import(url.href), aborted]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function defaultScript(exported: object, file: string): Script {
  const value = (exported as { default?: unknown }).default;
  if (isScript(value)) return value;
  const problem = "default" in exported
    ? `the default export is ${describeType(value)}, not a script`
    : "it has no default export";
  throw failure(file, { problem, options: { hint: 'Write export default script("name", { … })' } });
}

function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Says why an import failed, in one line that begins with the place in the user's file.
 *
 * What Deno finds before it runs anything (syntax, missing modules, permissions) is a TypeError of code
 * `ERR_MODULE_NOT_FOUND`, whose message goes on with an excerpt, a hint, causes and the place, in colors.
 */
function describeImportFault(error: unknown, source: ModuleSource): Fault {
  if (!(error instanceof Error)) return { problem: `it threw ${Deno.inspect(error)}` };
  const message = withoutColors(error.message);
  const place = placeOf(error, source);
  const permission = describePermission(message.replace(/\n {4}at .*/s, ""));
  if (permission !== undefined) return { ...permission, problem: place + permission.problem };
  const problem = nameOf(error) + withoutDetails(message);
  return {
    problem: place + problem.replace(/file:\/\/[^\s"']+/g, (url) => displayFile(url, source)),
    options: { hint: hintFor(error), cause: error },
  };
}

function nameOf(error: Error): string {
  const isClear = (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND" || error instanceof KubescriptError;
  return isClear || error.name === "Error" ? "" : `${error.name}: `;
}

function hintFor(error: Error): string | undefined {
  if (error instanceof KubescriptError) return error.hint;
  const [, name] = /^Import "(.*?)" not a dependency/.exec(error.message) ?? [];
  return name && `Write "npm:${name}", or map the name in the imports of deno.json`;
}

function withoutDetails(message: string): string {
  const [first = ""] = message.split(/ and not in import map|\n(?: {2}\|\n| {2}hint: | {4}(?:at|0:) )/, 1);
  const reason = [...message.matchAll(/^ {4}\d+: (.*)$/gm)].at(-1)?.[1];
  const sentence = first.replace(/ at \w+:\/\/\S+:\d+:\d+$/, "").replace(/\.$/, "");
  return reason === undefined ? sentence : `${sentence}: ${reason}`;
}

const LIBRARY = new URL("../../", import.meta.url).href;

/** Finds where an error comes from: the innermost place in the script's own folder, if there is one. */
function placeOf(error: Error, source: ModuleSource): string {
  // What follows the frame of this file is who called it.
  const [stack = ""] = withoutColors(error.stack ?? "").split(import.meta.url, 1);
  const places = [...stack.matchAll(/\bat (?:.*\()?(?:async )?((?:file|https?):\/\/.+):(\d+):(\d+)\)?$/gm)]
    .filter(([, url]) => !url!.startsWith(LIBRARY));
  const place = places.find(([, url]) => url!.startsWith(folderOf(source.url.href))) ?? places[0];
  return place === undefined ? "" : `${displayFile(place[1]!, source)}:${place[2]}:${place[3]}: `;
}

/** Names a file as the user would, from how the script was named. */
function displayFile(url: string, { file, url: script }: ModuleSource): string {
  const folder = folderOf(script.href);
  return url.startsWith(folder) ? folderOf(file) + decodeURI(url.slice(folder.length)) : url;
}

function withoutColors(text: string): string {
  return text.replace(/\p{Cc}\[\d+m/gu, "");
}
