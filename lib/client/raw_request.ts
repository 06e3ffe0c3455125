/**
 * Requests to any path.
 *
 * @module
 */

import type { KubeRequest, Verb } from "../kube/request.ts";

/** What a request to any path carries. */
export interface RawOptions {
  /** The HTTP method. @default {"GET"} */
  readonly method?: KubeRequest["method"] | undefined;
  /** The body, as a JSON value. */
  readonly body?: unknown;
  /** The body as text, such as YAML. */
  readonly text?: string | undefined;
  /** The type of the body. @default {"application/json"} */
  readonly contentType?: string | undefined;
  /** The type of answer to ask for. @default {"application/json"} */
  readonly accept?: string | undefined;
}

const VERBS: Readonly<Record<KubeRequest["method"], Verb>> = {
  GET: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/**
 * Makes a request to any path.
 *
 * @param path The path below the server's address, with its query.
 * @param options What it carries.
 * @returns The request; only a GET is repeated after a fault in which it may have been carried out.
 * @throws {TypeError} If the path does not begin with a slash.
 */
export function rawRequest(path: string, options: RawOptions = {}): KubeRequest {
  if (!path.startsWith("/")) throw new TypeError(`Cannot ask for "${path}": a path begins with "/"`);
  const { method = "GET", body, text, contentType, accept } = options;
  return {
    method,
    verb: VERBS[method],
    path,
    what: `${method.toLowerCase()} ${path.replace(/\?.*/, "")}`,
    idempotent: method === "GET",
    ...(body !== undefined && { body }),
    ...(text !== undefined && { text }),
    ...(contentType !== undefined && { contentType }),
    ...(accept !== undefined && { accept }),
  };
}
