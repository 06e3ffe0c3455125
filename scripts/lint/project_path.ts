/**
 * Where in the project a linted file lies: every rule is about some folders only.
 *
 * @module
 */

const ROOT = import.meta.dirname!.replace(/[\\/]scripts[\\/]lint$/, "");

/**
 * Names a file by its path below the project's root.
 *
 * @param filename The absolute path of the file.
 * @param root The absolute path of the project.
 * @returns The path below the root, with forward slashes on every platform; of a file elsewhere, its whole path.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(projectPath("C:\\work\\lib\\kube\\error.ts", "C:\\work"), "lib/kube/error.ts");
 * ```
 */
export function projectPath(filename: string, root: string = ROOT): string {
  const path = filename.replaceAll("\\", "/");
  const prefix = `${root.replaceAll("\\", "/")}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/**
 * Tells whether a file is a test.
 *
 * @param path A path below the project's root.
 * @returns Whether it is run by `deno test`.
 */
export function isTest(path: string): boolean {
  return path.endsWith("_test.ts");
}

/**
 * Tells whether a file is part of the published library.
 *
 * @param path A path below the project's root.
 * @returns Whether it is code in `lib` and not a test.
 */
export function isLibrary(path: string): boolean {
  return path.startsWith("lib/") && !isTest(path);
}
