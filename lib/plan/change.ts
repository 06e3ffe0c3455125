/**
 * The result of planning, as data: what would change, object by object and field by field.
 *
 * @module
 */

import type { DesiredObject } from "../kube/desired_object.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { ObjectRef } from "../kube/object_ref.ts";
import type { ResourceType } from "../kube/resource_type.ts";

/**
 * What happens to one object.
 *
 * - `create`, `update`, `delete`, `unchanged`: as they say.
 * - `adopt`: an existing object that did not belong to the set joins it, and will be released in the end.
 * - `replace`: deleted and made anew.
 * - `release`: leaves the set without a change of its content.
 * - `conflict`: somebody else owns a desired field; nothing is sent.
 * - `blocked`: something that it needs is missing or failed; nothing is sent.
 * - `unverified`: its present state cannot be read, or not yet; `reason` says why.
 */
export type Action =
  | "create"
  | "update"
  | "adopt"
  | "replace"
  | "delete"
  | "release"
  | "unchanged"
  | "conflict"
  | "blocked"
  | "unverified";

/** All actions, in the order in which summaries print them. */
export const ACTIONS: readonly Action[] = [
  "create",
  "update",
  "adopt",
  "replace",
  "delete",
  "release",
  "unchanged",
  "conflict",
  "blocked",
  "unverified",
];

/** One field that would change. Values of Secrets are masked already. */
export interface FieldChange {
  /** The path, such as `spec.template.spec.containers[name=web].image`. */
  readonly path: string;
  /** The live value; absent if the field is not there. */
  readonly from?: unknown;
  /** The value after the change; absent if the field goes. */
  readonly to?: unknown;
  /** What else to know: `drift: set by kubectl-edit 3m ago`, `server default`, `stays (owned by hpa)`. */
  readonly note?: string;
}

/** What would happen to one object, and all that is needed to do it. */
export interface Change {
  /** What happens. */
  readonly action: Action;
  /** The object's `apiVersion`. */
  readonly apiVersion: string;
  /** The object. */
  readonly ref: ObjectRef;
  /** The fields that would change; empty for creations and deletions. */
  readonly fields: readonly FieldChange[];
  /** Why, or why not. */
  readonly reason?: string | undefined;
  /** What to do about it, for conflicts and blocks. */
  readonly hint?: string | undefined;
  /** Whether somebody changed the object after the set did, and this change repairs it. */
  readonly drift?: boolean;
  /** How the API serves the kind; absent while its CustomResourceDefinition is itself only planned. */
  readonly type?: ResourceType | undefined;
  /** For whom a rule owns fields of the object; absent unless it is somebody else's. */
  readonly extender?: Extender | undefined;
  /** What the script wants; absent for deletions and releases, and for fields that are given up. */
  readonly desired?: DesiredObject | undefined;
  /** What was read; absent for creations. */
  readonly live?: LiveObject | undefined;
  /** What to send; absent if nothing is to be applied. */
  readonly apply?: PlannedApply | undefined;
}

/** For whom a rule owns fields of somebody else's object. */
export interface Extender {
  /** The rule. */
  readonly rule: string;
  /** The uid of the object that the rule is about. */
  readonly owner: string;
  /** In whose name the fields are applied. */
  readonly fieldManager: string;
}

/** A server-side apply that was planned. */
export interface PlannedApply {
  /** The object to send, with the marks of the set and the preconditions. */
  readonly object: KubeObject;
  /** Whether to take over fields that others own; the preconditions then name the exact state that was read. */
  readonly force: boolean;
  /** Whether the object lost its field ownership, so that the entry that the server makes up for it must go. */
  readonly restoreOwnership: boolean;
}

/** How many objects meet which action. */
export type Summary = Readonly<Record<Action, number>>;

/** What would change in a set. */
export interface Plan {
  /** The script's name. */
  readonly script: string;
  /** The home namespace of the set. */
  readonly namespace: string;
  /** One entry for every object of the set, unchanged ones included, in the order in which they would be done. */
  readonly changes: readonly Change[];
}

/**
 * Counts the changes of a plan by action.
 *
 * @param changes The changes.
 * @returns The counts; every action is present.
 */
export function summarize(changes: readonly Change[]): Summary {
  const summary = Object.fromEntries(ACTIONS.map((action) => [action, 0])) as Record<Action, number>;
  for (const change of changes) summary[change.action]++;
  return summary;
}
