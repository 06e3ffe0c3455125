/**
 * The subresource `scale`: how many replicas an object is to have, the same for all kinds.
 *
 * @module
 */

import { copyJson, isJsonObject } from "../../base/json.ts";
import { formatLabelSelector, readObjectSelector } from "../../kube/label_selector.ts";
import type { KubeObject } from "../../kube/object.ts";
import { invalidValue } from "./field_error.ts";
import type { Draft, ScalePaths, ServedResource, StoredObject } from "./served_resource.ts";
import { badRequest, invalid } from "./status_error.ts";

/** A Scale. See the API reference, `Scale v1 autoscaling`. */
export type Scale = Draft & {
  /** What is wanted. */
  readonly spec: { readonly replicas?: number };
};

/** Where all built-in kinds have it. */
const BUILT_IN_PATHS: ScalePaths = {
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
  labelSelectorPath: ".spec.selector",
};

/**
 * Tells where the objects of a resource keep their scale.
 *
 * @param resource The resource.
 * @returns The paths.
 */
export function scalePathsOf({ served }: ServedResource): ScalePaths {
  return served.get("scale")?.scale ?? BUILT_IN_PATHS;
}

/**
 * Shows the scale of an object.
 *
 * @param object The object.
 * @param paths Where it keeps its scale.
 * @returns The Scale.
 */
export function scaleOf(object: StoredObject, paths: ScalePaths): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, paths.specReplicasPath) as number | undefined;
  const selector = selectorText(paths.labelSelectorPath && valueAt(object, paths.labelSelectorPath));
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp } as Draft["metadata"];
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata,
    spec: replicas ? { replicas } : {},
    status: { replicas: valueAt(object, paths.statusReplicasPath) ?? 0, ...selector && { selector } },
  };
}

/**
 * Tells whether an object says how many replicas it is to have.
 *
 * @param object The object.
 * @param paths Where it keeps its scale.
 * @returns Whether it does.
 */
export function hasReplicas(object: StoredObject, paths: ScalePaths): boolean {
  return valueAt(object, paths.specReplicasPath) !== undefined;
}

/**
 * Sets the scale of an object.
 *
 * @param object The object.
 * @param scale The Scale that a client sent.
 * @param paths Where the object keeps its scale.
 * @returns The object with the replicas, and the resourceVersion and uid as preconditions, of the Scale.
 * @throws {StatusError} If the Scale is not valid.
 */
export function withScale(object: StoredObject, scale: KubeObject, paths: ScalePaths): Draft {
  const { spec = {}, metadata = {} } = scale as Partial<Scale>;
  const replicas = spec.replicas ?? 0;
  const name = object.metadata.name!;
  if (typeof replicas !== "number" || !Number.isInteger(replicas)) {
    const why = `json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`;
    throw badRequest(`Scale in version "v1" cannot be handled as a Scale: ${why}`);
  }
  if (replicas < 0) {
    const error = invalidValue("spec.replicas", replicas, "must be greater than or equal to 0");
    throw invalid({ group: "autoscaling", kind: "Scale" }, metadata.name ?? name, [error]);
  }
  const draft = copyJson(object) as Draft;
  draft.metadata.name = metadata.name ?? name;
  if (metadata.uid) draft.metadata.uid = metadata.uid;
  if (metadata.resourceVersion) draft.metadata.resourceVersion = metadata.resourceVersion;
  setAt(draft, paths.specReplicasPath, replicas);
  return draft;
}

function valueAt(object: unknown, path: string): unknown {
  return fieldNames(path).reduce((value, name) => isJsonObject(value) ? value[name] : undefined, object);
}

function setAt(object: Record<string, unknown>, path: string, value: unknown): void {
  const names = fieldNames(path);
  const last = names.pop()!;
  const parent = names.reduce((map, name) => (map[name] ??= {}) as Record<string, unknown>, object);
  parent[last] = value;
}

/**
 * Splits a path, such as `.spec.replicas`.
 *
 * @param path The path.
 * @returns The names of its fields.
 */
export function fieldNames(path: string): string[] {
  return path.split(".").filter((name) => name !== "");
}

function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector;
  if (!isJsonObject(selector)) return "";
  // Kinds older than LabelSelector have plain labels.
  const isOld = !("matchLabels" in selector) && !("matchExpressions" in selector);
  return formatLabelSelector(
    readObjectSelector(isOld ? { matchLabels: selector as Record<string, string> } : selector),
  );
}
