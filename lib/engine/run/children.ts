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
import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import { applyEntry, isMember } from "../../plan/ownership.ts";
import { PART_OF_LABEL, type SetIdentity } from "../../plan/set_identity.ts";
import type { Informer } from "../../watch/informer.ts";
import type { Informers } from "../../watch/informers.ts";
import type { Kept, StoreEvent } from "../../watch/store.ts";
import type { Index } from "../../watch/store_index.ts";
import { OWNER_LABEL, RULE_LABEL } from "../rules/child_marks.ts";

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
  /** The kinds of the children of all rules. */
  readonly types: readonly ResourceType[];
  /** Told that a child is not as it was left. */
  readonly onDrift: (child: ChildState) => void;
  /** Told that something has happened to a member of the set that is no child of a rule. */
  readonly onMember: () => void;
}

/** Knows the children of all rules. */
export class Children implements Disposable {
  readonly #options: ChildrenOptions;
  readonly #kinds = new Map<string, { readonly informer: Informer<ChildState>; readonly byOwner: Index<ChildState> }>();
  readonly #settled = new Map<string, Settled>();
  readonly #held = new DisposableStack();

  /**
   * Begins to watch.
   *
   * @param options What the children belong to.
   */
  constructor(options: ChildrenOptions) {
    this.#options = options;
    const { informers, set, types } = options;
    const project = (object: LiveObject) => childState(object, set);
    for (const type of types) {
      const selection = { allNamespaces: true, labels: { [PART_OF_LABEL]: set.id }, as: "metadata" } as const;
      const informer = this.#held.use(informers.get(type, { ...selection, project }));
      this.#kinds.set(formatGroupKind(type), { informer, byOwner: informer.index(({ owner }) => owner || undefined) });
      informer.subscribe({ onEvent: (event) => this.#onEvent(event) });
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
    const { metadata: { uid }, generation, owned } = childState(live, this.#options.set);
    this.#settled.set(refKey(refOf(live)), { uid, generation, owned, desired });
  }

  /** Ends the watches. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }

  #onEvent({ type, object }: StoreEvent<ChildState>): void {
    if (object.owner === "") return this.#options.onMember();
    const key = refKey(refOf(object as never));
    const settled = this.#settled.get(key);
    if (type !== "deleted" && settled && isAsLeft(object, settled)) return;
    if (type === "deleted" && settled?.uid === object.metadata.uid) this.#settled.delete(key);
    this.#options.onDrift(object);
  }
}

function isAsLeft(seen: ChildState, settled: Settled): boolean {
  // A re-ordering of a list alters the generation alone, and a foreign change of a kind without one our fields alone.
  return seen.metadata.uid === settled.uid && seen.generation === settled.generation && seen.owned === settled.owned;
}

function childState(object: LiveObject, set: SetIdentity): ChildState {
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

function hashOf(entry: ManagedFieldsEntry | undefined): string {
  if (!entry) return "";
  return createHash("sha256").update(`${entry.apiVersion} ${canonicalJson(entry.fieldsV1)}`).digest("base64");
}
