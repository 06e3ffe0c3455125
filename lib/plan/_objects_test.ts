/**
 * What the tests of planning share: objects as scripts want them, and as a server would return them.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { DesiredObject } from "../kube/desired_object.ts";
import type { KubeObject, LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import { digest } from "./digest.ts";
import { payload, withHash } from "./payload.ts";
import type { SetIdentity } from "./set_identity.ts";

/** The set of the tests. */
export const SET: SetIdentity = {
  script: "shop",
  namespace: "home",
  id: "applyset-1-v1",
  fieldManager: "kubescript/home/shop",
  parentName: "kubescript-shop",
};

/** Another set. */
export const OTHER_SET: SetIdentity = {
  script: "other",
  namespace: "home",
  id: "applyset-2-v1",
  fieldManager: "kubescript/home/other",
  parentName: "kubescript-other",
};

/** A person with kubectl. */
export const KUBECTL: ManagedFieldsEntry = {
  manager: "kubectl-edit",
  operation: "Update",
  time: "2026-01-02T00:00:00Z",
};

/** An object as a script wants it. */
export function wanted(object: object, options: Partial<DesiredObject> = {}): DesiredObject {
  const defaults = { initial: [], ignore: [], dependsOn: [], keep: false, adopt: false, origin: {} };
  return deepFreeze({ ...defaults, object: object as KubeObject, ...options });
}

/** A ConfigMap with data, as a script wants it. */
export function configMap(data: object, options: Partial<DesiredObject> = {}, metadata: object = {}): DesiredObject {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "home", ...metadata }, data };
  return wanted(object, options);
}

/** The live object that an apply of a desired object would make, if nothing was there. */
export async function applied(desired: DesiredObject, set: SetIdentity = SET): Promise<LiveObject> {
  const object = withHash(payload(desired, undefined, set), await digest(desired));
  return liveOf(object, { manager: set.fieldManager, operation: "Apply" });
}

/** An object as the server returns it, with all its fields owned by one manager. */
export function liveOf(object: KubeObject, owner: ManagedFieldsEntry = KUBECTL): LiveObject {
  const { apiVersion, kind: _kind, metadata, ...rest } = structuredClone(object) as KubeObject & {
    [field: string]: unknown;
  };
  const { name = "", namespace: _namespace, ...fields } = metadata ?? {};
  const fieldsV1 = fieldsOf({ ...(Object.keys(fields).length > 0 && { metadata: fields }), ...rest });
  return {
    ...structuredClone(object),
    metadata: {
      ...structuredClone(metadata),
      name,
      uid: "uid-1",
      resourceVersion: "41",
      managedFields: [{ ...owner, apiVersion, fieldsV1 }],
    },
  };
}

/** What the server does when somebody sets a field: the value changes, and nobody else owns it any more. */
export function setBy(
  live: LiveObject,
  owner: ManagedFieldsEntry,
  path: readonly string[],
  value: unknown,
): LiveObject {
  const copy = structuredClone(live);
  const holder = path.slice(0, -1).reduce<Record<string, unknown>>(
    (holder, field) => (holder[field] ??= {}) as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  );
  const last = path.at(-1)!;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  const entries = copy.metadata.managedFields!;
  for (const entry of entries) entry.fieldsV1 = disown(entry.fieldsV1!, path);
  copy.metadata.resourceVersion = String(Number(copy.metadata.resourceVersion) + 1);
  if (value === undefined) return copy;
  const fieldsV1 = path.reduceRight<Record<string, unknown>>((node, field) => ({ [`f:${field}`]: node }), {});
  entries.push({ ...owner, apiVersion: copy.apiVersion, fieldsV1 });
  return copy;
}

/** Freezes a value and everything in it, so that a change of it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

function disown(node: Record<string, unknown>, [field, ...rest]: readonly string[]): Record<string, unknown> {
  const { [`f:${field}`]: child, ...others } = node;
  if (!isJsonObject(child) || rest.length === 0) return others;
  const left = disown(child, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [`f:${field}`]: left };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) {
    if (!value.every((item) => isJsonObject(item) && "name" in item)) return {};
    return Object.fromEntries(
      value.map((item) => [`k:${JSON.stringify({ name: item.name })}`, { ".": {}, ...fieldsOf(item) }]),
    );
  }
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, fieldsOf(inner)]));
}
