/**
 * Which kinds are built into the API server.
 *
 * @module
 */

const GROUPS: ReadonlySet<string> = new Set(["", "apps", "autoscaling", "batch", "extensions", "policy"]);

// Custom groups may end in .k8s.io too (gateway.networking.k8s.io), so the API's own are named one by one.
const K8S_IO_GROUPS: ReadonlySet<string> = new Set([
  "admissionregistration",
  "apiextensions",
  "apiregistration",
  "authentication",
  "authorization",
  "certificates",
  "coordination",
  "discovery",
  "events",
  "flowcontrol.apiserver",
  "internal.apiserver",
  "networking",
  "node",
  "rbac.authorization",
  "resource",
  "scheduling",
  "storage",
  "storagemigration",
]);

/**
 * Tells whether the kinds of a group are built into the API server, so that it keeps their values in normal forms.
 *
 * @param group The API group.
 * @returns Whether they are; kinds of all other groups are stored as they are sent.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * ok(isBuiltIn("apps"));
 * ok(!isBuiltIn("gateway.networking.k8s.io"));
 * ```
 */
export function isBuiltIn(group: string): boolean {
  return GROUPS.has(group) || (group.endsWith(".k8s.io") && K8S_IO_GROUPS.has(group.slice(0, -".k8s.io".length)));
}
