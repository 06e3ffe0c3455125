/**
 * Brings a desired object into the form in which the server keeps it, as far as that is the same for every server.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { DesiredObject, FieldPath } from "../kube/desired_object.ts";
import type { KubeObject } from "../kube/object.ts";

/**
 * Normalizes a desired object.
 *
 * - A Secret's `stringData` becomes `data`: the server keeps only that, and a key that is removed from `stringData`
 *   later would stay for ever.
 * - The `rules` of an aggregated ClusterRole are left out: a controller fills them in.
 *
 * @param desired The desired object.
 * @returns The same object, or a changed copy.
 */
export function normalize(desired: DesiredObject): DesiredObject {
  const { apiVersion, kind } = desired.object;
  if (apiVersion === "v1" && kind === "Secret") return normalizeSecret(desired);
  if (apiVersion.startsWith("rbac.authorization.k8s.io/") && kind === "ClusterRole") {
    return normalizeClusterRole(desired);
  }
  return desired;
}

function normalizeSecret(desired: DesiredObject): DesiredObject {
  const { stringData, data, ...rest } = desired.object as KubeObject & Record<string, unknown>;
  if (!isJsonObject(stringData)) return desired;
  const encoder = new TextEncoder();
  const encoded = Object.entries(stringData).map(([key, text]) => [key, encoder.encode(String(text)).toBase64()]);
  const initial = desired.initial.map((path): FieldPath =>
    path[0] === "stringData" ? ["data", ...path.slice(1)] : path
  );
  const object = { ...rest, data: { ...(isJsonObject(data) && data), ...Object.fromEntries(encoded) } };
  return { ...desired, object: object as KubeObject, initial };
}

function normalizeClusterRole(desired: DesiredObject): DesiredObject {
  const { rules: _rules, ...rest } = desired.object as KubeObject & Record<string, unknown>;
  return rest.aggregationRule === undefined ? desired : { ...desired, object: rest as KubeObject };
}
