/**
 * Kinds, and how the API serves them.
 *
 * @module
 */

/** A kind with its group and version. The core group is the empty string. */
export interface GroupVersionKind {
  /** The API group, such as `apps`; empty for the core group. */
  readonly group: string;
  /** The version, such as `v1`. */
  readonly version: string;
  /** The kind, such as `Deployment`. */
  readonly kind: string;
}

/** A kind and the address under which the API serves it (client-go: a REST mapping). */
export interface ResourceType extends GroupVersionKind {
  /** The name in URLs, such as `deployments`. */
  readonly plural: string;
  /** Whether its objects live in namespaces. */
  readonly namespaced: boolean;
  /** The singular name, such as `deployment`. */
  readonly singular?: string;
  /** Short names, such as `deploy`. */
  readonly shortNames?: readonly string[];
  /** Categories, such as `all`. */
  readonly categories?: readonly string[];
  /** The verbs that the server offers, if discovery told them. */
  readonly verbs?: readonly string[];
  /** The subresources that the server offers, if discovery told them. */
  readonly subresources?: readonly string[];
}

/**
 * Splits an `apiVersion`.
 *
 * @param apiVersion For example `apps/v1`, or `v1` for the core group.
 * @returns Group and version.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseApiVersion("apps/v1"), { group: "apps", version: "v1" });
 * deepStrictEqual(parseApiVersion("v1"), { group: "", version: "v1" });
 * ```
 */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/**
 * Joins group and version to an `apiVersion`.
 *
 * @param gv Group and version.
 * @returns For example `apps/v1`, or `v1` for the core group.
 */
export function formatApiVersion(gv: { readonly group: string; readonly version: string }): string {
  return gv.group === "" ? gv.version : `${gv.group}/${gv.version}`;
}

/**
 * Names a kind without its version, as ApplySet annotations do.
 *
 * @param gk Kind and group.
 * @returns For example `Deployment.apps`, or `Pod` for the core group.
 */
export function formatGroupKind(gk: { readonly group: string; readonly kind: string }): string {
  return gk.group === "" ? gk.kind : `${gk.kind}.${gk.group}`;
}

/**
 * Reads the name of a kind without its version.
 *
 * @param text For example `Deployment.apps` or `Pod`.
 * @returns Kind and group.
 */
export function parseGroupKind(text: string): { group: string; kind: string } {
  const dot = text.indexOf(".");
  return dot < 0 ? { group: "", kind: text } : { kind: text.slice(0, dot), group: text.slice(dot + 1) };
}
