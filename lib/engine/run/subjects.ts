/**
 * The objects that a rule is about, as they come and go.
 *
 * @module
 */

import { formatLabelSelector, type LabelSelectorInput, parseLabelSelector } from "../../kube/label_selector.ts";
import type { LiveObject } from "../../kube/object.ts";
import { isTerminating } from "../../kube/owner.ts";
import type { KindOf } from "../../kube/live.ts";
import type { KubeObject } from "../../kube/object.ts";
import { NAMESPACE } from "../../kube/well_known_types.ts";
import type { Select } from "../../script/rules/select.ts";
import type { Informer } from "../../watch/informer.ts";
import type { Informers } from "../../watch/informers.ts";
import type { StoreEvent } from "../../watch/store.ts";
import type { Index } from "../../watch/store_index.ts";
import type { Input } from "./run_health.ts";
import type { WorkCause } from "./work_queue.ts";

/** What a rule looks at. */
export interface SubjectsOptions {
  /** Watches kinds. */
  readonly informers: Informers;
  /** The kind. */
  readonly kind: KindOf<KubeObject>;
  /** Which objects of the kind. */
  readonly select: Select<KubeObject>;
  /** Whose writes are no news, as whoever wrote knows; absent if all are. */
  readonly writer?: string | undefined;
  /**
   * Told about a change by `writer`.
   *
   * @param old The object before.
   * @param object The object as it was written.
   */
  readonly onWritten?: ((old: LiveObject, object: LiveObject) => void) | undefined;
  /**
   * Told that something has happened to an object.
   *
   * @param uid The object's uid.
   * @param cause What happened.
   * @param last The object as it was last.
   */
  readonly onChange: (uid: string, cause: SubjectCause, last: LiveObject) => void;
}

/** Why a rule looks at an object again. */
export interface SubjectCause extends WorkCause {
  /** Whether the object is gone, or does not match any more, by what was found out from a list and not seen happening. */
  readonly missed: boolean;
}

/** The objects that a rule is about. */
export class Subjects implements Disposable {
  readonly #options: SubjectsOptions;
  readonly #informer: Informer<LiveObject>;
  readonly #byUid: Index<LiveObject>;
  readonly #namespaces: Informer<LiveObject> | undefined;
  readonly #held = new DisposableStack();

  /**
   * Begins to watch.
   *
   * @param options What to look at.
   */
  constructor(options: SubjectsOptions) {
    const { informers, kind: { type }, select: { labels, fields, namespaces } } = options;
    this.#options = options;
    this.#informer = this.#held.use(informers.get(type, { allNamespaces: true, labels, fields }));
    this.#byUid = this.#informer.index(({ metadata }) => metadata.uid);
    if (type.namespaced && namespaces && "labels" in namespaces) {
      this.#namespaces = this.#held.use(informers.get(NAMESPACE, { labels: namespaces.labels, as: "metadata" }));
    }
    this.#informer.subscribe({ onEvent: (event) => this.#onEvent(event) });
    this.#namespaces?.subscribe({ onEvent: ({ object }) => this.#onNamespace(object.metadata.name) });
  }

  /**
   * Waits until all objects are known.
   *
   * @param signal Ends the wait.
   */
  async synced(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#informer.synced({ signal }), this.#namespaces?.synced({ signal })]);
  }

  /** How many objects there are in the namespaces of the rule, also those that `where` leaves out. */
  get size(): number {
    if (this.#options.select.namespaces === undefined) return this.#informer.size;
    return this.#informer.list().filter((object) => this.#isInside(object)).length;
  }

  /** What is watched for it. */
  get inputs(): Input[] {
    const { kind: { type }, select: { labels, fields, namespaces } } = this.#options;
    const inputs: Input[] = [{ type, selector: selectorOf(labels, fields), informer: this.#informer }];
    if (this.#namespaces && namespaces && "labels" in namespaces) {
      inputs.push({ type: NAMESPACE, selector: selectorOf(namespaces.labels), informer: this.#namespaces });
    }
    return inputs;
  }

  /**
   * Finds an object that the rule is about.
   *
   * @param uid Its uid.
   * @returns The object; `undefined` if it is gone, on its way out, or does not match.
   */
  get(uid: string): LiveObject | undefined {
    const object = this.find(uid);
    return object && !isTerminating(object) ? object : undefined;
  }

  /**
   * Finds an object that the rule is about, also while it is on its way out.
   *
   * @param uid Its uid.
   * @returns The object; `undefined` if it is gone or does not match.
   */
  find(uid: string): LiveObject | undefined {
    const object = this.look(uid);
    return object && this.#isInside(object) && this.#matches(object) ? object : undefined;
  }

  /**
   * Tells whether the rule may be about an object.
   *
   * @param uid The object's uid.
   * @returns Whether it is; also `true` if `where` fails, which is told when the rule runs for the object.
   */
  mayHave(uid: string): boolean {
    try {
      return this.find(uid) !== undefined;
    } catch {
      return true;
    }
  }

  /**
   * Finds an object, also if `where` leaves it out.
   *
   * @param uid Its uid.
   * @returns The object; `undefined` if it is gone.
   */
  look(uid: string): LiveObject | undefined {
    return this.#byUid.get(uid)[0];
  }

  /** All objects of the selection, also those that `where` leaves out. */
  list(): LiveObject[] {
    return this.#informer.list();
  }

  /** Ends the watch, if nobody else needs it. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }

  #onEvent(event: StoreEvent<LiveObject>): void {
    const { type, object, old, from, by } = event;
    if (by !== undefined && by === this.#options.writer && old && !isLeaving(old, object)) {
      return this.#options.onWritten?.(old, object);
    }
    const fresh = type !== "changed" || isNews(old!, object) || this.#matchesAnew(old!, object);
    const cause = { live: from !== "list", fresh, missed: from === "list" && type === "deleted" };
    this.#options.onChange(object.metadata.uid, cause, object);
  }

  #matchesAnew(old: LiveObject, object: LiveObject): boolean {
    try {
      return this.#matches(old) !== this.#matches(object);
    } catch {
      // That is told when the rule runs for the object.
      return true;
    }
  }

  #onNamespace(name: string): void {
    for (const object of this.#informer.list({ namespace: name })) {
      this.#options.onChange(object.metadata.uid, { live: true, fresh: true, missed: false }, object);
    }
  }

  #isInside({ metadata: { namespace } }: LiveObject): boolean {
    const { namespaces } = this.#options.select;
    if (namespace === undefined || namespaces === undefined) return true;
    return this.#namespaces
      ? this.#namespaces.get({ name: namespace }) !== undefined
      : (namespaces as readonly string[]).includes(namespace);
  }

  #matches(object: LiveObject): boolean {
    return this.#options.select.where?.(object as never) ?? true;
  }
}

function selectorOf(labels: LabelSelectorInput = "", fields = ""): string {
  return [formatLabelSelector(parseLabelSelector(labels)), fields].filter((part) => part !== "").join(" ");
}

function isLeaving(before: LiveObject, after: LiveObject): boolean {
  return isTerminating(before) !== isTerminating(after);
}

/** Whether what is wanted has changed, and not only what is. */
function isNews(before: LiveObject, after: LiveObject): boolean {
  const [a, b] = [before.metadata, after.metadata];
  // Kinds without a status have no generation.
  if (a.generation === undefined || b.generation === undefined) return true;
  return a.generation !== b.generation || isLeaving(before, after) ||
    JSON.stringify([a.labels, a.annotations]) !== JSON.stringify([b.labels, b.annotations]);
}
