/**
 * Requests of the Kubernetes API as values: every verb is a pure function from what is meant to what is sent.
 *
 * Nothing here performs I/O; `lib/client` sends what these functions return. Options carry the API's own names and
 * defaults, see {@link https://kubernetes.io/docs/reference/using-api/api-concepts/ | API concepts}. The verbs are in
 * `read_request.ts`, `write_request.ts` and `subresource_request.ts`.
 *
 * @module
 */

import type { ResourceType } from "./resource_type.ts";

/** The verbs of the API, as authorization names them. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** The object or collection that a request is about. */
export interface RequestTarget {
  /** The kind. */
  readonly type: ResourceType;
  /** The namespace; absent for cluster-scoped kinds and for all namespaces. */
  readonly namespace?: string | undefined;
  /** The name; absent for collections, and for objects that the server is to name. */
  readonly name?: string | undefined;
  /** The subresource, such as `status`. */
  readonly subresource?: string | undefined;
}

/** One request, ready to be sent. */
export interface KubeRequest {
  /** The HTTP method. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path below the server's address, with its query. */
  readonly path: string;
  /** What it does, for messages: `apply Deployment/shop/web`. */
  readonly what: string;
  /** What it does, as authorization names it. */
  readonly verb: Verb;
  /** What it is about, if that is an object or a collection. */
  readonly target?: RequestTarget;
  /** The body, as a JSON value. */
  readonly body?: unknown;
  /** The body as text, for types that are not JSON. */
  readonly text?: string;
  /** The type of the body; `application/json` by default. */
  readonly contentType?: string;
  /** The type of answer to ask for; `application/json` by default. */
  readonly accept?: string;
  /**
   * Whether sending it twice has the effect of sending it once, so that it may be repeated after a fault in which
   * it may have been carried out. Reads always are.
   */
  readonly idempotent: boolean;
}

/**
 * Makes a query.
 *
 * @param query The parameters by name; `undefined` leaves one out, a list repeats it.
 * @returns The query with its question mark; empty without parameters.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(queryString({ limit: 500, continue: undefined }), "?limit=500");
 * strictEqual(queryString({ command: ["ls", "/"] }), "?command=ls&command=%2F");
 * ```
 */
export function queryString(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) parameters.append(name, String(item));
    }
  }
  return parameters.size === 0 ? "" : `?${parameters}`;
}
