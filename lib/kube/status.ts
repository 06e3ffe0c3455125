/**
 * `Status`: how the API server says that a request failed.
 *
 * See the API reference, `Status v1 meta`. Fields keep their wire names.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";

/** One of several reasons why a request failed. See the API reference, `StatusCause`. */
export interface StatusCause {
  /** The machine-readable reason, such as `FieldValueInvalid` or `FieldManagerConflict`. */
  reason?: string;
  /** The description for people. */
  message?: string;
  /** The field at fault, such as `spec.ports[0].name`. */
  field?: string;
}

/** What a {@linkcode Status} is about. See the API reference, `StatusDetails`. */
export interface StatusDetails {
  /** The object's name. */
  name?: string;
  /** The API group. */
  group?: string;
  /** The kind; for some reasons the plural resource name instead. */
  kind?: string;
  /** The object's uid. */
  uid?: string;
  /** Why, in detail. */
  causes?: StatusCause[];
  /** Seconds to wait before a retry. */
  retryAfterSeconds?: number;
}

/** The API server's answer to a request that failed, and to some that succeeded. */
export interface Status {
  /** The version of this type. */
  apiVersion: "v1";
  /** The name of this type. */
  kind: "Status";
  /** Metadata of a list, usually empty. */
  metadata?: Record<string, unknown>;
  /** How the request ended. */
  status?: "Success" | "Failure";
  /** The description for people. */
  message?: string;
  /** The machine-readable reason, such as `NotFound`, `Conflict` or `Invalid`. */
  reason?: string;
  /** What it is about, as far as the reason tells more. */
  details?: StatusDetails;
  /** The HTTP status code. */
  code?: number;
}

/**
 * Recognises a `Status` among the answers of the API server.
 *
 * Proxies and load balancers answer in other forms, so an error's body may be anything.
 *
 * @param value The parsed body.
 * @returns The same value if it is a `Status`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const body = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound", code: 404 };
 * strictEqual(asStatus(body)?.reason, "NotFound");
 * strictEqual(asStatus({ error: "bad gateway" }), undefined);
 * ```
 */
export function asStatus(value: unknown): Status | undefined {
  return isJsonObject(value) && value.apiVersion === "v1" && value.kind === "Status"
    ? value as unknown as Status
    : undefined;
}

/**
 * Lists why a request failed, one line per cause.
 *
 * @param status The server's answer.
 * @returns Lines such as `spec.replicas: Invalid value: -1`; empty if the server gave no causes.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const causes = [{ reason: "FieldValueRequired", message: "Required value", field: "spec.selector" }];
 * deepStrictEqual(formatCauses({ apiVersion: "v1", kind: "Status", details: { causes } }), [
 *   "spec.selector: Required value",
 * ]);
 * ```
 */
export function formatCauses(status: Status): string[] {
  return (status.details?.causes ?? []).map(({ field, message, reason }) =>
    [field, message ?? reason].filter((part) => part).join(": ")
  );
}
