/**
 * What a difference means: a change that the script asks for, drift that somebody caused, or a conflict.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { PathElement } from "../kube/field_path.ts";
import type { LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import type { Difference } from "./compare.ts";
import { childAt, type FieldNode, findItemKey, hasKey, isLeaf, nodeAt } from "./field_set.ts";
import { likeness } from "./normal_forms.ts";
import { otherEntries } from "./ownership.ts";

/** A difference with what is known about who caused it. */
export interface Explained {
  /** The difference. */
  readonly difference: Difference;
  /**
   * - `change`: the script asks for it, and nobody else claims the field.
   * - `shared`: the value is there already; at most the ownership is new.
   * - `drift`: somebody took or removed the field after the set had applied it.
   * - `conflict`: somebody else owns the field.
   */
  readonly meaning: "change" | "shared" | "drift" | "conflict";
  /** Who else owns the field. */
  readonly owners: readonly ManagedFieldsEntry[];
}

/** What is known about an object as a whole. */
export interface ExplainOptions {
  /** Our field manager. */
  readonly fieldManager: string;
  /** Whether what is desired now is what was applied last, so that every loss of a field happened since. */
  readonly unchangedDesire: boolean;
  /** Whether the kind is built into the API server. */
  readonly builtIn: boolean;
}

/**
 * Explains the differences of one object.
 *
 * @param differences The differences.
 * @param live The live object.
 * @param options What is known about the object as a whole.
 * @returns One or more entries per difference; none for those that turn out to be none.
 */
export function explain(
  differences: readonly Difference[],
  live: LiveObject,
  options: ExplainOptions,
): Explained[] {
  const others = otherEntries(live, options.fieldManager);
  return differences.flatMap((difference): Explained[] => {
    if (difference.kind === "removed") {
      return [{ difference, meaning: "change", owners: ownersAt(others, difference.path) }];
    }
    if (difference.kind === "alike") {
      // The same object was sent last time: what is written otherwise is the server's way to write it.
      return options.unchangedDesire ? [] : [{ difference, meaning: "shared", owners: [] }];
    }
    if (difference.kind !== "unowned") {
      // Moving list items leaves the ownership of the items as it was.
      const moved = difference.kind === "reordered" && options.unchangedDesire;
      return [{ difference, meaning: moved ? "drift" : "change", owners: [] }];
    }
    // Without any record the server blames the next writer's conflicts on whoever wrote before.
    if (live.metadata.managedFields === undefined || live.metadata.managedFields.length === 0) {
      return [{ difference, meaning: unrecordedMeaning(difference, options), owners: [BEFORE_FIRST_APPLY] }];
    }
    const claims = others.flatMap((entry) => {
      const node = nodeAt(entry.fieldsV1, difference.path);
      return node === undefined ? [] : [{ entry, node }];
    });
    return claimedLeaves(difference.path, difference.desired, difference.live, claims)
      .map((leaf) => explainUnowned(leaf, options));
  });
}

const BEFORE_FIRST_APPLY: ManagedFieldsEntry = { manager: "before-first-apply", operation: "Update" };

interface Claim {
  readonly entry: ManagedFieldsEntry;
  readonly node: FieldNode;
}

interface ClaimedLeaf {
  readonly path: readonly PathElement[];
  readonly desired: unknown;
  readonly live: unknown;
  readonly owners: readonly ManagedFieldsEntry[];
}

function unrecordedMeaning(difference: Difference, options: ExplainOptions): Explained["meaning"] {
  if (difference.live === undefined) return "change";
  return isThere(difference, options) ? "shared" : "conflict";
}

function explainUnowned(leaf: ClaimedLeaf, options: ExplainOptions): Explained {
  const { path, desired, live, owners } = leaf;
  const difference: Difference = {
    kind: "unowned",
    path,
    desired,
    ...(live !== undefined && { live }),
  };
  const same = isThere(leaf, options);
  if (owners.length === 0) {
    // A zero value that is not there is still something new to tell.
    const meaning = options.unchangedDesire ? "drift" : same && live !== undefined ? "shared" : "change";
    return { difference, meaning, owners };
  }
  if (same) return { difference, meaning: "shared", owners };
  const mayRepair = options.unchangedDesire && owners.every(isRepairable);
  return { difference, meaning: mayRepair ? "drift" : "conflict", owners };
}

function isThere({ path, desired, live }: Pick<Difference, "path" | "desired" | "live">, options: ExplainOptions) {
  const likely = likeness(path, desired, live, options.builtIn);
  return likely === "same" || likely === "alike";
}

/** Whether a field may be taken back from its owner: a person's edit may, an applier's or autoscaler's may not. */
function isRepairable(owner: ManagedFieldsEntry): boolean {
  if (owner.operation === "Apply") return false;
  return owner.subresource !== "scale" || (owner.manager ?? "").startsWith("kubectl");
}

function ownersAt(entries: readonly ManagedFieldsEntry[], path: readonly PathElement[]): ManagedFieldsEntry[] {
  return entries.filter((entry) => nodeAt(entry.fieldsV1, path) !== undefined);
}

/** Splits a desired value into the parts that others own apart from each other. */
function claimedLeaves(
  path: readonly PathElement[],
  desired: unknown,
  live: unknown,
  claims: readonly Claim[],
): ClaimedLeaf[] {
  const whole = { path, desired, live, owners: claims.map((claim) => claim.entry) };
  if (claims.length === 0 || claims.some((claim) => isLeaf(claim.node))) return [whole];
  const down = (element: PathElement, value: unknown, liveValue: unknown) =>
    claimedLeaves([...path, element], value, liveValue, descend(claims, element));
  // An empty map or list takes nothing from those who own what is in it.
  if (typeof desired === "object" && desired !== null && Object.keys(desired).length === 0) {
    return [{ ...whole, live: desired }];
  }
  if (isJsonObject(desired)) {
    return Object.keys(desired).flatMap((key) =>
      down({ field: key }, desired[key], isJsonObject(live) ? live[key] : undefined)
    );
  }
  if (!Array.isArray(desired)) return [whole];
  return desired.flatMap((item) => {
    const element = elementOf(item, claims);
    if (element === undefined) {
      return [{ path: [...path, { value: item }], desired: item, live: undefined, owners: [] }];
    }
    return down(element, item, liveItem(live, element));
  });
}

function descend(claims: readonly Claim[], element: PathElement): Claim[] {
  return claims.flatMap(({ entry, node }) => {
    const child = childAt(node, element);
    return child === undefined ? [] : [{ entry, node: child }];
  });
}

function elementOf(item: unknown, claims: readonly Claim[]): PathElement | undefined {
  const texts = claims.flatMap((claim) => Object.keys(claim.node));
  const { keys, key } = findItemKey(item, texts);
  if (key !== undefined) return { key };
  if (isJsonObject(item) && keys[0] !== undefined) {
    return { key: Object.fromEntries(Object.keys(keys[0]).map((field) => [field, item[field]])) };
  }
  return texts.some((text) => text.startsWith("v:")) ? { value: item } : undefined;
}

function liveItem(live: unknown, element: PathElement): unknown {
  if (!Array.isArray(live)) return undefined;
  if ("key" in element) return live.find((item) => hasKey(item, element.key));
  return "value" in element && live.includes(element.value) ? element.value : undefined;
}
