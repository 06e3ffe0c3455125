/**
 * Which requests a proxy passes on. The rules and their defaults are those of `kubectl proxy` (`k8s.io/kubectl`,
 * `FilterServer`); beyond them, a web page of another host cannot ask, and a path has only one form.
 *
 * @module
 */

import type { IncomingRequest } from "../transport/http_server.ts";

/** What is passed on. */
export interface RequestFilter {
  /** The names under which the proxy may be asked, and whose web pages may ask it. */
  readonly acceptHosts: readonly RegExp[];
  /** The paths that are passed on. */
  readonly acceptPaths: readonly RegExp[];
  /** The paths that are not, although they are accepted. */
  readonly rejectPaths: readonly RegExp[];
  /** The methods that are not. */
  readonly rejectMethods: readonly RegExp[];
}

/** What `kubectl proxy` passes on, unless told otherwise. */
export const DEFAULT_FILTER: Readonly<Record<keyof RequestFilter, string>> = {
  acceptHosts: "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$",
  acceptPaths: "^.*",
  rejectPaths: "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
  rejectMethods: "^$",
};

/**
 * Reads regular expressions.
 *
 * @param text The expressions, with commas between them.
 * @returns The expressions; none if the text is empty.
 * @throws {RangeError} If one of them is not right.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const [first, second] = parsePatterns("^/api/v1/,^/version$");
 * strictEqual(first!.test("/api/v1/pods"), true);
 * strictEqual(second!.test("/api/v1/pods"), false);
 * ```
 */
export function parsePatterns(text: string): RegExp[] {
  return text === "" ? [] : text.split(",").map((pattern) => {
    try {
      // A path can hold any character, line feeds included.
      return new RegExp(pattern, "s");
    } catch (error) {
      throw new RangeError(`Cannot read the regular expression "${pattern}": ${(error as Error).message}`);
    }
  });
}

/**
 * Tells whether a program on this machine asks, or a web page that belongs to the proxy.
 *
 * The `Host` header is what a web page cannot choose: if the name of an evil host leads to this machine, it says so. And
 * `Origin` is what tells the pages of other hosts, which may open WebSockets to anywhere, and send any body.
 *
 * @param request The request.
 * @param hosts The names that are accepted.
 * @returns Why it is not to be answered; `undefined` if it is.
 */
export function refuseHost({ headers }: IncomingRequest, hosts: readonly RegExp[]): string | undefined {
  const values = (wanted: string) =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const [host = "", ...more] = values("host");
  if (more.length > 0 || !matches(hostOf(`http://${host}`), hosts)) return `host "${host}" is not accepted`;
  const origin = values("origin").find((origin) => !matches(hostOf(origin), hosts));
  return origin === undefined ? undefined : `web pages of "${origin}" may not ask`;
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? "";
}

/**
 * Tells whether a request to the API is passed on.
 *
 * @param method The method.
 * @param path The path that the API server is asked for, decoded.
 * @param filter What is passed on.
 * @returns Why it is not; `undefined` if it is.
 */
export function refuseRequest(method: string, path: string, filter: RequestFilter): string | undefined {
  if (matches(path, filter.rejectPaths) || !matches(path, filter.acceptPaths)) return "its path is not passed on";
  if (matches(method.toUpperCase(), filter.rejectMethods)) return "its method is not passed on";
  return undefined;
}

function matches(text: string, patterns: readonly RegExp[]): boolean {
  return patterns.some((pattern) => pattern.test(text));
}
