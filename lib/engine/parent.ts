/**
 * The parent of a set: a ConfigMap that tells where its members may be, and who is writing to the set right now.
 *
 * It holds nothing secret, so that a plan can read it with the role `view`.
 *
 * @module
 */

import { ApiError } from "../client/errors.ts";
import type { Client } from "../client/client.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import {
  GROUP_KINDS_ANNOTATION,
  ID_LABEL,
  NAMESPACES_ANNOTATION,
  type SetIdentity,
  TOOLING_ANNOTATION,
} from "../plan/set_identity.ts";
import { KubescriptError } from "../kube/error.ts";
import { CONFIG_MAP } from "../kube/well_known_types.ts";
import config from "../../deno.json" with { type: "json" };

/** Annotation on the parent: who writes to the set, and until when it may be believed. */
const LOCK_ANNOTATION = "kubescript.dev/lock";
const TOOL = "kubescript";

/** Where the members of a set may be. */
export interface Scope {
  /** Kinds, as `Kind.group`. */
  readonly groupKinds: readonly string[];
  /** Namespaces beside the home. */
  readonly namespaces: readonly string[];
}

/** Who writes to a set. */
export interface Lock {
  /** The name of the run. */
  readonly holder: string;
  /** When it last said that it is still there, RFC 3339, by the server's clock. */
  readonly renewTime: string;
}

/** A parent as it was read. */
export interface Parent {
  /** The ConfigMap. */
  readonly live: LiveObject;
  /** Where the members may be. */
  readonly scope: Scope;
  /** Who writes to the set, if somebody does. */
  readonly lock: Lock | undefined;
}

/**
 * Reads the parent of a set.
 *
 * @param client The client.
 * @param set The set.
 * @param signal Cancels the request.
 * @returns The parent, or `undefined` if the set does not exist yet.
 * @throws {KubescriptError} If the ConfigMap belongs to something else.
 */
export async function readParent(client: Client, set: SetIdentity, signal?: AbortSignal): Promise<Parent | undefined> {
  const live = await client.find(CONFIG_MAP, { namespace: set.namespace, name: set.parentName }, { signal });
  return live && parseParent(live, set);
}

/**
 * Finds sets of the same name in other namespaces.
 *
 * @param client The client.
 * @param set The set.
 * @param signal Cancels the request.
 * @returns The namespaces; none if the permission to look is missing.
 */
export async function findOtherHomes(client: Client, set: SetIdentity, signal?: AbortSignal): Promise<string[]> {
  const fields = `metadata.name=${set.parentName}`;
  const list = client.listMetadata(CONFIG_MAP, { allNamespaces: true, fields, labels: ID_LABEL, signal });
  try {
    const namespaces = (await list.toArray()).map((parent) => parent.metadata.namespace ?? "");
    return namespaces.filter((namespace) => namespace !== set.namespace);
  } catch (error) {
    if (error instanceof ApiError && error.isForbidden) return [];
    throw error;
  }
}

/**
 * Writes the parent, unless somebody else did so since it was read.
 *
 * @param client The client.
 * @param set The set.
 * @param before The parent as it was read; `undefined` if there was none.
 * @param scope Where the members may be from now on.
 * @param lock Who writes from now on; `undefined` if nobody.
 * @returns The parent as it is now, or `undefined` if somebody else was faster.
 */
export async function writeParent(
  client: Client,
  set: SetIdentity,
  before: Parent | undefined,
  scope: Scope,
  lock: Lock | undefined,
): Promise<Parent | undefined> {
  const object = parentObject(set, before, scope, lock);
  try {
    const options = { fieldManager: TOOL };
    const live = before === undefined ? await client.create(object, options) : await client.replace(object, options);
    return parseParent(live, set);
  } catch (error) {
    if (error instanceof ApiError && (error.isAlreadyExists || error.isConflict || error.isNotFound)) return undefined;
    throw error;
  }
}

function parentObject(
  set: SetIdentity,
  before: Parent | undefined,
  scope: Scope,
  lock: Lock | undefined,
): KubeObject {
  const { [LOCK_ANNOTATION]: _, ...annotations } = before?.live.metadata.annotations ?? {};
  const { resourceVersion, uid, labels } = before?.live.metadata ?? {};
  return {
    ...before?.live,
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: set.parentName,
      namespace: set.namespace,
      ...(before && { resourceVersion: resourceVersion!, uid: uid! }),
      labels: { ...labels, [ID_LABEL]: set.id },
      annotations: {
        ...annotations,
        [TOOLING_ANNOTATION]: `${TOOL}/v${config.version}`,
        [GROUP_KINDS_ANNOTATION]: scope.groupKinds.toSorted().join(","),
        [NAMESPACES_ANNOTATION]: scope.namespaces.toSorted().join(","),
        ...(lock && { [LOCK_ANNOTATION]: JSON.stringify(lock) }),
      },
    },
  };
}

function parseParent(live: LiveObject, set: SetIdentity): Parent {
  const { annotations = {}, labels = {} } = live.metadata;
  const tooling = annotations[TOOLING_ANNOTATION] ?? "";
  if (labels[ID_LABEL] !== set.id || !tooling.startsWith(`${TOOL}/`)) {
    throw new KubescriptError(
      `Cannot use ConfigMap/${set.namespace}/${set.parentName} as the parent of the set: it belongs to ${
        tooling === "" ? "something else" : `"${tooling}"`
      }`,
      { hint: "Give the script another name, or use another namespace" },
    );
  }
  return {
    live,
    scope: {
      groupKinds: splitList(annotations[GROUP_KINDS_ANNOTATION]),
      namespaces: splitList(annotations[NAMESPACES_ANNOTATION]),
    },
    lock: parseLock(annotations[LOCK_ANNOTATION], live),
  };
}

function splitList(text = ""): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

function parseLock(text: string | undefined, live: LiveObject): Lock | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // An unreadable lock is respected, too, from the last time that somebody wrote the parent.
    const times = (live.metadata.managedFields ?? []).map((entry) => entry.time ?? "");
    return { holder: text, renewTime: times.toSorted().at(-1) ?? "" };
  }
}
