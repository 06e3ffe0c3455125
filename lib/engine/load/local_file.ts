/**
 * Reads files of the user, and says why that failed.
 *
 * @module
 */

import { nearest } from "../../base/nearest.ts";
import { YamlError } from "../../base/yaml.ts";
import { KubescriptError, type KubescriptErrorOptions } from "../../kube/error.ts";
import { ScriptError } from "../../script/script_error.ts";
import { folderOf } from "./location.ts";

/** What is wrong, and what to do about it. */
export interface Fault {
  /** What is wrong. */
  readonly problem: string;
  /** The hint and the cause. */
  readonly options?: KubescriptErrorOptions | undefined;
}

/**
 * Reads a text file.
 *
 * @param path The file.
 * @returns Its text.
 * @throws {TypeError} If it is not UTF-8: wrong characters would end up in the cluster without a word.
 */
export async function readText(path: string): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
}

/**
 * Does something with a file or folder, and words what goes wrong.
 *
 * @typeParam T What comes out.
 * @param action The beginning of the error's message, such as `Cannot load script "shop.ts"`.
 * @param path The file or folder.
 * @param work What to do.
 * @returns What came out.
 * @throws {ScriptError} If it failed.
 */
export async function withFileErrors<T>(action: string, path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KubescriptError) throw error;
    const { problem, options } = await describeFileFault(path, error);
    throw new ScriptError(action, [problem], options);
  }
}

/**
 * Says why a file or folder could not be read, or what is wrong with the YAML in it.
 *
 * @param path The file or folder.
 * @param error What was thrown.
 * @returns What is wrong with it.
 */
export async function describeFileFault(path: string, error: unknown): Promise<Fault> {
  if (error instanceof Deno.errors.NotFound) {
    const near = await nearestPath(path);
    return { problem: "it does not exist", options: { hint: near && `Did you mean "${near}"?` } };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof YamlError) return { problem: message.replace("Cannot parse YAML: ", "") };
  const problem = message.replace(/ \(os error \d+\).*/, "");
  return describePermission(message) ?? { problem, options: { cause: error } };
}

/**
 * Says which permission of Deno is missing.
 *
 * @param message The message of an error.
 * @returns What is wrong, or `undefined` if the message is about something else.
 */
export function describePermission(message: string): Fault | undefined {
  const [, requirement, flag] = /^Requires (.*), run again with the (--\S+) flag$/.exec(message) ?? [];
  return flag === undefined
    ? undefined
    : { problem: `it requires ${requirement}`, options: { hint: `Run again with ${flag}` } };
}

async function nearestPath(path: string): Promise<string | undefined> {
  const folder = folderOf(path);
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder || "."));
    const near = nearest(path.slice(folder.length), entries.map(({ name }) => name));
    return near && folder + near;
  } catch {
    return undefined;
  }
}
