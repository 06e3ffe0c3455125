/**
 * Paths in containers: always with slashes, whatever this machine has.
 *
 * @module
 */

/** A path, taken apart. */
export interface RemotePath {
  /** The folder that it is in: `.` is where commands in the container begin. */
  readonly folder: string;
  /** The last name; empty for `/` and `.`. */
  readonly name: string;
}

/**
 * Takes a path apart.
 *
 * @param path The path.
 * @returns Its folder and its last name.
 * @throws {TypeError} If it is empty or ends with `..`.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseRemotePath("/var/log/"), { folder: "/var", name: "log" });
 * deepStrictEqual(parseRemotePath("data.txt"), { folder: ".", name: "data.txt" });
 * ```
 */
export function parseRemotePath(path: string): RemotePath {
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  const name = segments.pop() ?? "";
  if (path === "" || name === "..") throw new TypeError(`Cannot copy "${path}": name a file or a folder`);
  return { folder: (path.startsWith("/") ? "/" : "") + segments.join("/") || ".", name };
}

/**
 * Finds the place of an archive's entry below the path that was asked for.
 *
 * @param entry The entry's name.
 * @param root The last name of the path that was asked for; empty if the archive is of a whole folder.
 * @returns The names of the folders and of the entry; empty for the path itself. Nothing if it lies elsewhere.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(placeOf("./log/app/1.txt", "log"), ["app", "1.txt"]);
 * deepStrictEqual(placeOf("log/../../etc/passwd", "log"), undefined);
 * ```
 */
export function placeOf(entry: string, root: string): string[] | undefined {
  const segments = entry.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (entry.startsWith("/") || segments.includes("..")) return undefined;
  if (root === "") return segments;
  return segments[0] === root ? segments.slice(1) : undefined;
}
