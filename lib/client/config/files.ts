/**
 * Reading the files that a configuration names: tokens, certificates, keys.
 *
 * What is wrong with a file is told as a verb phrase ("does not exist"), so that the caller can say in the same
 * sentence which setting named it.
 *
 * @module
 */

import type { KubescriptErrorOptions } from "../../kube/error.ts";
import type { ConfigError } from "../config_error.ts";

/** Makes the error for something that is wrong, told as a verb phrase such as `does not exist`. */
export type Fail = (problem: string, options?: KubescriptErrorOptions) => ConfigError;

/**
 * Reads a text file.
 *
 * @param path The file.
 * @param fail Makes the error.
 * @returns Its text.
 * @throws {ConfigError} If it cannot be read.
 */
export async function readFile(path: string, fail: Fail): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) throw fail("does not exist", { cause });
    if (cause instanceof Deno.errors.IsADirectory) throw fail("is a folder", { cause });
    if (cause instanceof Deno.errors.NotCapable) {
      throw fail("may not be read", { cause, hint: `Run with --allow-read=${path}` });
    }
    throw fail(`cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Reads a file that holds a bearer token.
 *
 * @param path The file.
 * @param fail Makes the error.
 * @returns The value of the `Authorization` header.
 * @throws {ConfigError} If it cannot be read or is empty.
 */
export async function readTokenFile(path: string, fail: Fail): Promise<string> {
  const token = (await readFile(path, fail)).trim();
  if (token === "") throw fail("is empty");
  return `Bearer ${token}`;
}

/**
 * Resolves a path that a file names.
 *
 * Paths are joined as text because `node:path` would cost several milliseconds at each start.
 *
 * @param path The path.
 * @param file The file that names it; a relative path starts from its folder.
 * @returns The path, absolute if that of the file is.
 */
export function resolvePath(path: string, file: string): string {
  const isAbsolute = IS_WINDOWS ? /^([a-z]:)?[\\/]/i.test(path) : path.startsWith("/");
  return isAbsolute ? path : file.replace(IS_WINDOWS ? /[^\\/]*$/ : /[^/]*$/, "") + path;
}

/** Whether this is Windows, with its own path and list separators. */
export const IS_WINDOWS: boolean = Deno.build.os === "windows";
