/**
 * Paths of requests: what is sent on is what was looked at, whatever form it came in.
 *
 * @module
 */

/** The path of a request, encoded as it is sent on. */
export interface RequestPath {
  /** The path. */
  readonly path: string;
  /** The query, with its question mark. */
  readonly query: string;
}

/**
 * Reads the path of a request.
 *
 * @param target The path with its query, as it came.
 * @returns The path; `undefined` if it can be read in more than one way, as one of its steps is empty, `.` or `..` once
 * it is decoded.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(readPath("/api/x/%2e%2e/v1/pods?watch=1")?.path, "/api/v1/pods");
 * strictEqual(readPath("/api//v1"), undefined);
 * strictEqual(readPath("/api/..%2fv1"), undefined);
 * ```
 */
export function readPath(target: string): RequestPath | undefined {
  const url = target.startsWith("/") ? URL.parse(`http://proxy${target}`) : null;
  if (!url) return undefined;
  const { pathname: path, search: query } = url;
  try {
    return /\/(\.{0,2}\/|\.{1,2}$)/.test(decodeURIComponent(path)) ? undefined : { path, query };
  } catch {
    return undefined;
  }
}

/**
 * Takes a prefix off a path.
 *
 * @param path The path.
 * @param prefix The prefix, with slashes around it.
 * @returns The rest, which begins with a slash, or is empty if the path is the prefix without its last slash;
 * `undefined` if the path has another beginning.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(withoutPrefix("/k8s/api/v1", "/k8s/"), "/api/v1");
 * strictEqual(withoutPrefix("/k8s", "/k8s/"), "");
 * strictEqual(withoutPrefix("/k8sx", "/k8s/"), undefined);
 * ```
 */
export function withoutPrefix(path: string, prefix: string): string | undefined {
  return `${path}/`.startsWith(prefix) ? path.slice(prefix.length - 1) : undefined;
}
