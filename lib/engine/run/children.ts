/**
 * The children of all `each` rules, as far as they can be known without reading them: their metadata is watched, and
 * compared with what the last apply answered.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { canonicalJson } from "../../base/json.ts";
import type { LiveObject, ManagedFieldsEntry } from "../../kube/object.ts";
import { refKey, refOf } from "../../kube/object_ref.ts";
import { compareResourceVersions } from "../../kube/resource_version.ts";
import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import { applyEntry, isMember } from "../../plan/ownership.ts";
import { PART_OF_LABEL, type SetIdentity } from "../../plan/set_identity.ts";
import type { Informer } from "../../watch/informer.ts";
import type { Informers } from "../../watch/informers.ts";
import type { Kept, StoreEvent } from "../../watch/store.ts";
import type { Index } from "../../watch/store_index.ts";
import { OWNER_LABEL, RULE_LABEL } from "../rules/child_marks.ts";
import type { Input } from "./run_health.ts";

/** What is kept of a child. */
export interface ChildState extends Kept {
  /** Its `apiVersion`. */
  readonly apiVersion: string;
  /** Its kind. */
  readonly kind: string;
  /** The rule for which it is there. */
  readonly rule: string;
  /** The uid of the object for which it is there. */
  readonly owner: string;
  /** Its generation; absent for kinds that have none. */
  readonly generation: number | undefined;
  /** A hash of the fields that we own. */
  readonly owned: string;
}

/** What is known of a child after its last apply, or after it was found to need none. */
interface Settled {
  readonly uid: string;
  readonly rule: string;
  readonly owner: string;
  readonly generation: number | undefined;
  readonly owned: string;
  /** The hash of what was desired. */
  readonly desired: string;
}

/** What the children belong to. */
export interface ChildrenOptions {
  /** Watches kinds. */
  readonly informers: Informers;
  /** The set. */
  readonly set: SetIdentity;
  /** Makes what is kept of a child; see `childState`. */
  readonly project: (object: LiveObject) => ChildState;
  /** The kinds of the children of all rules. */
  readonly types: readonly ResourceType[];
  /** Told that a child is not as it was left. */
  readonly onDrift: (child: Pick<ChildState, "rule" | "owner">) => void;
  /** Told that something has happened to a member of the set that is no child of a rule. */
  readonly onMember: () => void;
}

/** Knows the children of all rules. */
export class Children implements Disposable {
  readonly #options: ChildrenOptions;
  readonly #kinds = new Map<string, { readonly informer: Informer<ChildState>; readonly byOwner: Index<ChildState> }>();
  readonly #settled = new Map<string, Settled>();
  /** The uids of children that a rule has asked to go. */
  readonly #leaving = new Set<string>();
  readonly #held = new DisposableStack();

  /**
   * Begins to watch.
   *
   * @param options What the children belong to.
   */
  constructor(options: ChildrenOptions) {
    this.#options = options;
    const { informers, set, project, types } = options;
    for (const type of types) {
      const selection = { allNamespaces: true, labels: { [PART_OF_LABEL]: set.id }, as: "metadata" } as const;
      const informer = this.#held.use(informers.get(type, { ...selection, project }));
      this.#kinds.set(formatGroupKind(type), { informer, byOwner: informer.index(({ owner }) => owner || undefined) });
      informer.subscribe({
        onEvent: (event) => this.#onEvent(event),
        onStatus: ({ phase }) => phase === "live" && this.#onLive(),
      });
    }
  }

  /**
   * Waits until all children of some kinds are known.
   *
   * @param types The kinds.
   * @param signal Ends the wait.
   */
  async synced(types: readonly ResourceType[], signal: AbortSignal): Promise<void> {
    await Promise.all(types.map((type) => this.#kinds.get(formatGroupKind(type))?.informer.synced({ signal })));
  }

  /**
   * Finds what is watched for the children of some kinds.
   *
   * @param types The kinds.
   * @returns What is watched.
   */
  inputs(types: readonly ResourceType[]): Input[] {
    return types.flatMap((type) => {
      const known = this.#kinds.get(formatGroupKind(type));
      return known ? [{ type, selector: "children", informer: known.informer }] : [];
    });
  }

  /** The uids of all objects that have children, with their rules. */
  *owners(): Generator<{ rule: string; owner: string }> {
    for (const { informer } of this.#kinds.values()) {
      for (const { rule, owner } of informer.list()) if (owner) yield { rule, owner };
    }
  }

  /**
   * Lists the children of an object.
   *
   * @param rule The rule.
   * @param owner The uid of the object.
   * @returns The children, as they were last seen.
   */
  of(rule: string, owner: string): ChildState[] {
    return [...this.#kinds.values()].flatMap(({ byOwner }) => byOwner.get(owner)).filter((child) =>
      child.rule === rule
    );
  }

  /**
   * Tells whether a child is as it was left, so that it need not be read.
   *
   * @param type How the API serves its kind.
   * @param ref Its namespace and name.
   * @param desired The hash of what is desired.
   * @returns Whether it is.
   */
  isSettled(type: ResourceType, ref: { namespace?: string | undefined; name: string }, desired: string): boolean {
    const settled = this.#settled.get(refKey({ ...type, ...ref }));
    const seen = this.#kinds.get(formatGroupKind(type))?.informer.get(ref);
    return settled !== undefined && seen !== undefined && settled.desired === desired && isAsLeft(seen, settled);
  }

  /**
   * Notes how a child was left.
   *
   * @param live The child, as the API server answered.
   * @param desired The hash of what is desired.
   */
  settle(live: LiveObject, desired: string): void {
    const { metadata: { uid, resourceVersion }, rule, owner, generation, owned } = childState(live, this.#options.set);
    const ref = refOf(live);
    const settled = { uid, rule, owner, generation, owned, desired };
    const seen = this.#kinds.get(formatGroupKind(ref))?.informer.get(ref);
    const order = seen && compareResourceVersions(seen.metadata.resourceVersion, resourceVersion);
    // Somebody was faster than our answer, and nobody was told, as the child was not settled yet.
    if (order !== undefined && order > 0 && !isAsLeft(seen!, settled)) this.#options.onDrift({ rule, owner });
    else this.#settled.set(refKey(ref), settled);
  }

  /**
   * Notes that a child is about to be deleted, so that its end is no drift.
   *
   * @param child The child.
   * @returns Takes that back, if it stays.
   */
  leave({ metadata: { uid } }: ChildState): () => void {
    this.#leaving.add(uid);
    return () => void this.#leaving.delete(uid);
  }

  /** Ends the watches. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }

  /** What was made and went while nobody looked has no event. */
  #onLive(): void {
    this.#options.onMember();
    const kinds = [...this.#kinds.values()];
    if (!kinds.every(({ informer }) => informer.hasSynced)) return;
    const seen = new Set(
      kinds.flatMap(({ informer }) => informer.list().map((child) => refKey(refOf(child as never)))),
    );
    for (const [key, { rule, owner }] of this.#settled) {
      if (seen.has(key)) continue;
      this.#settled.delete(key);
      this.#options.onDrift({ rule, owner });
    }
  }

  #onEvent({ type, object, by }: StoreEvent<ChildState>): void {
    if (object.owner === "") return this.#options.onMember();
    const { uid } = object.metadata;
    const key = refKey(refOf(object as never));
    const settled = this.#settled.get(key);
    const isGone = type === "deleted";
    if (isGone && settled?.uid === uid) this.#settled.delete(key);
    if (isGone ? this.#leaving.delete(uid) : this.#leaving.has(uid)) return;
    // Another rule, or the same for another object, has made it its own: both are told, and it shows as a fight.
    if (settled && settled.uid === uid && (settled.rule !== object.rule || settled.owner !== object.owner)) {
      this.#settled.delete(key);
      this.#options.onDrift({ rule: settled.rule, owner: settled.owner });
    }
    // The rule itself has written it, and tells by `settle` how it was left.
    if (!isGone && (by === object.rule || (settled && isAsLeft(object, settled)))) return;
    this.#options.onDrift(object);
  }
}

function isAsLeft(seen: ChildState, settled: Settled): boolean {
  // A re-ordering of a list alters the generation alone, and a foreign change of a kind without one our fields alone.
  return seen.metadata.uid === settled.uid && seen.rule === settled.rule && seen.owner === settled.owner &&
    seen.generation === settled.generation && seen.owned === settled.owned;
}

/**
 * Makes what is kept of a child.
 *
 * @param object The child, or its metadata alone.
 * @param set The set.
 * @returns What is kept of it.
 */
export function childState(object: LiveObject, set: SetIdentity): ChildState {
  const { name, namespace, uid, resourceVersion, labels = {}, generation } = object.metadata;
  const isOurs = isMember(object, set);
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name, namespace, uid, resourceVersion },
    rule: isOurs ? labels[RULE_LABEL] ?? "" : "",
    owner: isOurs ? labels[OWNER_LABEL] ?? "" : "",
    generation,
    owned: hashOf(applyEntry(object, set.fieldManager)),
  };
}

/**
 * Hashes the fields of an entry, without the time.
 *
 * @param entry The entry, if there is one.
 * @returns The hash.
 */
export function hashOf(entry: ManagedFieldsEntry | undefined): string {
  if (!entry) return "";
  return createHash("sha256").update(`${entry.apiVersion} ${canonicalJson(entry.fieldsV1)}`).digest("base64");
}
