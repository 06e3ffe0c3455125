/**
 * Where users say their files are: paths, and URLs of files and of other machines.
 *
 * Paths are handled as text because `node:path` and `node:url` would cost several milliseconds at each start.
 *
 * @module
 */

import { IS_WINDOWS } from "../../client/config/files.ts";

/**
 * Tells paths from addresses of other machines.
 *
 * @param where A path, the URL of a file, or an http(s) URL.
 * @returns The path, or the address.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * strictEqual(locate("base"), "base");
 * strictEqual(locate(new URL("file:///base/*.yaml")), "/base/*.yaml");
 * deepStrictEqual(locate("https://example.com/all.yaml"), new URL("https://example.com/all.yaml"));
 * ```
 */
export function locate(where: string | URL): string | URL {
  if (typeof where === "string" && !/^(https?|file):\/\//i.test(where)) return where;
  const url = new URL(where);
  if (url.protocol !== "file:") return url;
  const path = decodeURIComponent(url.pathname);
  return IS_WINDOWS ? path.replace(/^\/(?=[a-z]:)/i, "") : path;
}

/**
 * Makes a URL of a path.
 *
 * @param path The path; a relative one starts from the current folder.
 * @returns The URL.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(toFileUrl("/a#b/50%.yaml").href, "file:///a%23b/50%25.yaml");
 * ```
 */
export function toFileUrl(path: string): URL {
  const absolute = (IS_WINDOWS ? /^[a-z]:[\\/]/i : /^\//).test(path) ? path : `${Deno.cwd()}/${path}`;
  const text = IS_WINDOWS ? `/${absolute.replaceAll("\\", "/")}` : absolute;
  return new URL(`file://${encodeURI(text).replace(/[?#]/g, encodeURIComponent)}`);
}

/**
 * Gives the folder of a path or URL.
 *
 * @param path The path or URL.
 * @returns The folder with its last slash; empty if the path has none.
 */
export function folderOf(path: string): string {
  return path.replace(IS_WINDOWS ? /[^\\/]*$/ : /[^/]*$/, "");
}
