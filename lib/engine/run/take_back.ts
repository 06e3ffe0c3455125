/**
 * Finds out what a write of a rule takes back, and from whom.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { jsonEquals } from "../../base/json.ts";
import { parseFieldPath } from "../../kube/field_path.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import type { Change } from "../../plan/change.ts";
import { diffObjects } from "../../plan/diff_objects.ts";
import { fieldOwners } from "../../plan/field_owners.ts";
import type { Mask } from "../../plan/mask.ts";
import { followPath } from "../../plan/payload.ts";
import { OWNER_LABEL, RULE_LABEL } from "../rules/child_marks.ts";
import type { Fight } from "./fight_guard.ts";

const SOMEBODY = "somebody else";
const REMEMBERED_MS = 60_000;

/**
 * Tells what an apply of a child takes back.
 *
 * @param change What is applied.
 * @param ours In whose name it is.
 * @returns What it takes back; `undefined` if it is something new.
 */
export function takenByApply(change: Change, ours: string): Fight | undefined {
  const { action, live, desired, fields, drift, apply, ref, extender } = change;
  if (action !== "update" || !live) return undefined;
  const labels = desired?.object.metadata?.labels ?? {};
  const rule = live.metadata.labels?.[RULE_LABEL];
  // Whose child an object is that is only extended does not matter.
  const isOfAnother = !extender && rule !== undefined &&
    [RULE_LABEL, OWNER_LABEL].some((label) => live.metadata.labels?.[label] !== labels[label]);
  if (!isOfAnother && !drift && !apply?.force) return undefined;
  const taken = fields.map(({ path }) => ({ path, owner: ownerOf(live, path, ours) }));
  const { path = "metadata", owner = undefined } = taken.find(({ owner }) => owner !== undefined) ?? taken[0] ?? {};
  return { object: formatRef(ref), field: path, ours, theirs: isOfAnother ? `rule ${rule}` : owner ?? SOMEBODY };
}

function ownerOf(object: LiveObject, path: string, ours: string): string | undefined {
  return fieldOwners(object, path).find(({ manager }) => manager !== ours)?.manager;
}

/** What {@linkcode OwnWrites} work with. */
export interface OwnWritesOptions {
  /** The clock. */
  readonly clock: Clock;
  /** In whose name the rule writes. */
  readonly ours: string;
  /** Hides secret values. */
  readonly mask: Mask;
}

/** The writes of one rule whose functions write as they like. */
export class OwnWrites {
  readonly #options: OwnWritesOptions;
  /** The objects as they were last written, the latest last. */
  readonly #written = new Map<string, { readonly object: LiveObject; readonly atMs: number }>();

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: OwnWritesOptions) {
    this.#options = options;
  }

  /** How many objects are remembered. */
  get size(): number {
    return this.#written.size;
  }

  /**
   * Notes a write.
   *
   * @param old The object before.
   * @param object The object as it was written.
   * @param owned The object before, with who owns what; absent if that was not asked for.
   * @returns What the write takes back: a field that the rule had written like this before.
   */
  note(old: LiveObject, object: LiveObject, owned?: LiveObject): Fight | undefined {
    const { clock, ours, mask } = this.#options;
    const { uid } = object.metadata;
    const nowMs = clock.monotonic();
    const last = this.#written.get(uid)?.object;
    this.#written.delete(uid);
    this.#written.set(uid, { object, atMs: nowMs });
    for (const [key, { atMs }] of this.#written) {
      if (nowMs - atMs <= REMEMBERED_MS) break;
      this.#written.delete(key);
    }
    if (!last) return undefined;
    const ref = refOf(object);
    const field = diffObjects(old, object, { kind: ref, mask }).map(({ path }) => path).find((path) => {
      const elements = parseFieldPath(path);
      const value = followPath(object, elements);
      return jsonEquals(followPath(last, elements), value) && !jsonEquals(followPath(old, elements), value);
    });
    if (field === undefined) return undefined;
    return { object: formatRef(ref), field, ours, theirs: owned && ownerOf(owned, field, ours) || SOMEBODY };
  }

  /**
   * Forgets an object.
   *
   * @param uid Its uid.
   */
  forget(uid: string): void {
    this.#written.delete(uid);
  }
}
