/**
 * What a controller is: it looks at what is stored, and makes it what it ought to be.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { KubeObject } from "../../kube/object.ts";
import { controllerOf } from "../../kube/owner.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import { type Cache, keyOf } from "./cache.ts";
import type { KindKey } from "./kinds.ts";
import type { Writer } from "./writer.ts";
import { formatTime } from "../../kube/time.ts";

/** Objects whose changes a controller has to hear of. */
export interface Watch {
  /** Under what they are stored; `*` for all. */
  readonly storedAs: string;
  /**
   * Tells what to look at again. It is asked about the state before a change, and the state after.
   *
   * @param object The object.
   * @returns The keys.
   */
  keys(object: StoredObject): Iterable<string>;
}

/** A controller: `reconcile` is called for every key that its watches name. */
export interface Controller {
  /** Its name, such as `deployment`. */
  readonly name: string;
  /** What it has to hear of. */
  readonly watches: readonly Watch[];
  /**
   * Looks at one key. What it writes comes back as changes.
   *
   * @param key The key.
   * @returns When to look again without any change, in milliseconds from now.
   */
  reconcile(key: string): number | undefined;
  /** Ends what it began. */
  [Symbol.dispose]?(): void;
}

/** What controllers work with. */
export interface ControllerContext {
  /** What is stored. */
  readonly cache: Cache;
  /** The time. */
  readonly clock: Clock;
  /**
   * Makes what writes in the name of a component.
   *
   * @param component Such as `deployment-controller`.
   * @param manager The field manager. @default {"kube-controller-manager"}
   */
  writer(component: string, manager?: string): Writer;
  /**
   * Has a controller look at a key because of something that is not stored.
   *
   * @param controller The controller.
   * @param key The key.
   */
  enqueue(controller: Controller, key: string): void;
}

/**
 * Watches the objects that a controller is about.
 *
 * @param kind Their kind.
 * @returns The watch.
 */
export function watchSelf(kind: KindKey<KubeObject>): Watch {
  return { storedAs: kind.storedAs, keys: (object) => [keyOf(object)] };
}

/**
 * Watches the objects that objects of a kind control; what nothing controls may belong to any of them.
 *
 * @param cache What is stored.
 * @param dependents The kind of what is controlled.
 * @param owners The kind of the controlling objects.
 * @returns The watch.
 */
export function watchControlled(cache: Cache, dependents: KindKey<KubeObject>, owners: KindKey<KubeObject>): Watch {
  return {
    storedAs: dependents.storedAs,
    keys(object) {
      const { namespace = "" } = object.metadata;
      const owner = controllerOf(object);
      if (!owner) return cache.list(owners, namespace).map(keyOf);
      return owner.kind === owners.kind ? [`${namespace}/${owner.name}`] : [];
    },
  };
}

/**
 * Watches objects that concern all objects of a kind in their namespace, or anywhere if they have none.
 *
 * @param cache What is stored.
 * @param watched The kind of what is watched.
 * @param concerned The kind of what is concerned.
 * @returns The watch.
 */
export function watchAround(cache: Cache, watched: KindKey<KubeObject>, concerned: KindKey<KubeObject>): Watch {
  return {
    storedAs: watched.storedAs,
    keys: ({ metadata }) => cache.list(concerned, metadata.namespace).map(keyOf),
  };
}

/**
 * Writes the present as objects have it.
 *
 * @param clock The clock.
 * @returns RFC 3339 with seconds.
 */
export function timestamp(clock: Pick<Clock, "now">): string {
  return formatTime(clock.now());
}

/** A condition of any kind. */
export interface AnyCondition {
  /** What it states. */
  readonly type?: string;
  /** Whether that is so. */
  readonly status?: string;
  /** Why, for programs. */
  readonly reason?: string;
  /** Why, for people. */
  readonly message?: string;
  /** When the status changed. */
  readonly lastTransitionTime?: string;
  /** Of which generation it is. */
  readonly observedGeneration?: number;
}

/**
 * Sets a condition; `lastTransitionTime` stays if the status does.
 *
 * @typeParam T The type of the conditions.
 * @param conditions The conditions.
 * @param condition The new one, with the present as its times.
 * @returns All conditions; the same list if it says already what the condition says.
 */
export function setCondition<T extends AnyCondition>(
  conditions: readonly T[] | undefined,
  condition: T,
): readonly T[] {
  const before = conditions?.find(({ type }) => type === condition.type);
  if (!before) return [...conditions ?? [], condition];
  const sameStatus = before.status === condition.status;
  const fields = ["status", "reason", "message", "observedGeneration"] as const;
  if (fields.every((field) => before[field] === condition[field])) return conditions!;
  const { lastTransitionTime } = before;
  const changed = sameStatus && lastTransitionTime !== undefined ? { ...condition, lastTransitionTime } : condition;
  return conditions!.map((other) => other.type === condition.type ? changed : other);
}

/**
 * Orders objects by age.
 *
 * @param a One object.
 * @param b The other.
 * @returns Negative if `a` is older.
 */
export function compareAge(a: DeepReadonly<KubeObject>, b: DeepReadonly<KubeObject>): number {
  const [x, y] = [a, b].map(({ metadata }) => `${metadata?.creationTimestamp} ${metadata?.name}`) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
}
