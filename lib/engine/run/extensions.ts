/**
 * What all `each` rules own of other objects, as far as it can be known without reading them: their metadata is watched,
 * and compared with what the last apply answered.
 *
 * @module
 */

import { KubescriptError } from "../../kube/error.ts";
import type { LiveObject } from "../../kube/object.ts";
import { type ObjectRef, refKey, refOf } from "../../kube/object_ref.ts";
import { compareResourceVersions } from "../../kube/resource_version.ts";
import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import type { Extender } from "../../plan/change.ts";
import { extendedLabel, extendersOf, type Extension } from "../../plan/extension.ts";
import { applyEntry } from "../../plan/ownership.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import type { Informer } from "../../watch/informer.ts";
import type { Informers } from "../../watch/informers.ts";
import type { Kept, StoreEvent } from "../../watch/store.ts";
import type { Index } from "../../watch/store_index.ts";
import type { NotedKinds } from "../noted_kinds.ts";
import { hashOf } from "./children.ts";
import type { Input } from "./run_health.ts";

/** What is kept of an extended object. */
export interface ExtendedState extends Kept {
  /** Its `apiVersion`. */
  readonly apiVersion: string;
  /** Its kind. */
  readonly kind: string;
  /** For whom rules own fields of it, each with a hash of these fields. */
  readonly extenders: readonly (Extender & { readonly owned: string })[];
}

/** What is known of an extension after its last apply, or after it was found to need none. */
interface Settled extends Extender {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly owned: string;
  /** The hash of what was desired. */
  readonly desired: string;
}

/** What the extensions belong to. */
export interface ExtensionsOptions {
  /** Watches kinds. */
  readonly informers: Informers;
  /** The set. */
  readonly set: SetIdentity;
  /** Makes what is kept of an extended object; see `extendedState`. */
  readonly project: (object: LiveObject) => ExtendedState;
  /** The kinds of which there may be extended objects. */
  readonly kinds: NotedKinds;
  /** Told that what a rule owns is not as it was left. */
  readonly onDrift: (extender: Pick<Extender, "rule" | "owner">) => void;
}

interface Watched {
  readonly type: ResourceType;
  readonly informer: Informer<ExtendedState>;
  readonly byOwner: Index<ExtendedState>;
}

/** Knows what all rules own of other objects. */
export class Extensions implements Disposable {
  readonly #options: ExtensionsOptions;
  readonly #watched = new Map<string, Watched>();
  /** By object, then by field manager. */
  readonly #settled = new Map<string, Map<string, Settled>>();
  readonly #held = new DisposableStack();

  /**
   * Begins to watch.
   *
   * @param options What the extensions belong to.
   */
  constructor(options: ExtensionsOptions) {
    this.#options = options;
    for (const type of options.kinds.types) this.#watch(type);
  }

  /** What is watched. */
  get inputs(): Input[] {
    return [...this.#watched.values()].map(({ type, informer }) => ({ type, selector: "extended", informer }));
  }

  /**
   * Waits until all extended objects are known.
   *
   * @param signal Ends the wait.
   */
  async synced(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#watched.values()].map(({ informer }) => informer.synced({ signal })));
  }

  /**
   * Makes sure that a kind is watched, and found again by whoever comes later, before one of its objects is extended.
   *
   * @param type The kind.
   * @param signal Ends the wait.
   * @throws {KubescriptError} If the server refuses the watch, for example as a permission is missing.
   */
  async watch(type: ResourceType, signal: AbortSignal): Promise<void> {
    await this.#options.kinds.add([type]);
    const { informer } = this.#watch(type);
    if (informer.hasSynced) return;
    const refused = Promise.withResolvers<never>();
    using _ = informer.subscribe({
      onStatus({ phase, reason }) {
        if (phase !== "waiting") return;
        const message = `Cannot watch ${formatGroupKind(type)}, as whoever extends an object has to: ${reason}`;
        refused.reject(new KubescriptError(message));
      },
    });
    await Promise.race([informer.synced({ signal }), refused.promise]);
  }

  /** The uids of all objects for which something is owned, with their rules. */
  *owners(): Generator<Extender> {
    for (const { informer } of this.#watched.values()) {
      for (const { extenders } of informer.list()) yield* extenders;
    }
  }

  /**
   * Lists what is owned for an object.
   *
   * @param rule The rule.
   * @param owner The uid of the object.
   * @returns What is owned, to be given up.
   */
  of(rule: string, owner: string): Extension[] {
    return [...this.#watched.values()].flatMap(({ type, byOwner }) =>
      byOwner.get(owner).flatMap((object) => {
        const { apiVersion, extenders } = object;
        const extender = extenders.find((extender) => extender.rule === rule && extender.owner === owner);
        return extender ? [{ apiVersion, ref: refOf(object as never), type, extender }] : [];
      })
    );
  }

  /**
   * Tells whether an extension is as it was left, so that the object need not be read.
   *
   * @param extension The extension.
   * @param desired The hash of what is desired.
   * @returns Whether it is.
   */
  isSettled({ ref, type, extender: { fieldManager } }: Extension, desired: string): boolean {
    const settled = this.#settled.get(refKey(ref))?.get(fieldManager);
    const seen = this.#watched.get(formatGroupKind(type))?.informer.get(ref);
    return settled !== undefined && settled.desired === desired && isAsLeft(seen, settled);
  }

  /**
   * Notes how an extension was left.
   *
   * @param live The object, as the API server answered.
   * @param extender For whom.
   * @param desired The hash of what is desired.
   */
  settle(live: LiveObject, extender: Extender, desired: string): void {
    const ref = refOf(live);
    const { uid, resourceVersion } = live.metadata;
    const settled = { ...extender, ref, uid, desired, owned: hashOf(applyEntry(live, extender.fieldManager)) };
    const seen = this.#watched.get(formatGroupKind(ref))?.informer.get(ref);
    const order = seen && compareResourceVersions(seen.metadata.resourceVersion, resourceVersion);
    // Somebody was faster than our answer, and nobody was told, as the extension was not settled yet.
    if (order !== undefined && order > 0 && !isAsLeft(seen, settled)) return this.#options.onDrift(extender);
    const key = refKey(ref);
    const known = this.#settled.get(key);
    if (known) known.set(extender.fieldManager, settled);
    else this.#settled.set(key, new Map([[extender.fieldManager, settled]]));
  }

  /**
   * Notes that an extension is about to be given up, so that its end is no drift.
   *
   * @param ref The object.
   * @param extender For whom.
   */
  forget(ref: ObjectRef, { fieldManager }: Extender): void {
    const key = refKey(ref);
    const settled = this.#settled.get(key);
    settled?.delete(fieldManager);
    if (settled?.size === 0) this.#settled.delete(key);
  }

  /** Ends the watches. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }

  #watch(type: ResourceType): Watched {
    const key = formatGroupKind(type);
    const known = this.#watched.get(key);
    if (known) return known;
    const { informers, set, project } = this.#options;
    const selection = { allNamespaces: true, labels: { [extendedLabel(set)]: "true" }, as: "metadata" } as const;
    const informer = this.#held.use(informers.get(type, { ...selection, project }));
    const byOwner = informer.index(({ extenders }) => extenders.map(({ owner }) => owner));
    const watched = { type, informer, byOwner };
    this.#watched.set(key, watched);
    informer.subscribe({
      onEvent: (event) => this.#onEvent(event),
      onStatus: ({ phase }) => phase === "live" && this.#onLive(watched),
    });
    return watched;
  }

  #onEvent({ type, object, by }: StoreEvent<ExtendedState>): void {
    const ref = refOf(object as never);
    const settled = new Map(this.#settled.get(refKey(ref)));
    const seen = type === "deleted" ? undefined : object;
    for (const left of settled.values()) {
      // The rule itself has written it, and tells by `settle` how it was left.
      if (isAsLeft(seen, left) || (seen && by === left.rule)) continue;
      this.forget(ref, left);
      this.#options.onDrift(left);
    }
    for (const extender of seen?.extenders ?? []) {
      if (!settled.has(extender.fieldManager) && by !== extender.rule) this.#options.onDrift(extender);
    }
  }

  /** What was made and went while nobody looked has no event. */
  #onLive({ type, informer }: Watched): void {
    for (const left of [...this.#settled.values()].flatMap((extensions) => [...extensions.values()])) {
      const { ref } = left;
      if (formatGroupKind(ref) !== formatGroupKind(type) || informer.get(ref)) continue;
      this.forget(ref, left);
      this.#options.onDrift(left);
    }
  }
}

function isAsLeft(seen: ExtendedState | undefined, { uid, owned, fieldManager }: Settled): boolean {
  return seen?.metadata.uid === uid &&
    seen.extenders.some((extender) => extender.fieldManager === fieldManager && extender.owned === owned);
}

/**
 * Makes what is kept of an extended object.
 *
 * @param object The object, or its metadata alone.
 * @param set The set.
 * @returns What is kept of it.
 */
export function extendedState(object: LiveObject, set: SetIdentity): ExtendedState {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const extenders = extendersOf(object, set).map((extender) => ({
    ...extender,
    owned: hashOf(applyEntry(object, extender.fieldManager)),
  }));
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name, namespace, uid, resourceVersion },
    extenders,
  };
}
