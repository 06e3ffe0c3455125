/**
 * What the functions of rules read: objects in memory, and a record of what was looked at.
 *
 * @module
 */

import { matchesLabels, parseLabelSelector } from "../../kube/label_selector.ts";
import type { KindOf, Live } from "../../kube/live.ts";
import type { KubeObject, LiveObject } from "../../kube/object.ts";
import { parseRef, type Ref } from "../../kube/ref.ts";
import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import type { Reads, ReadSelection } from "../../script/rules/context.ts";
import type { Informer } from "../../watch/informer.ts";

/** Holds the objects of one kind. */
export interface ReadSource {
  /**
   * Finds one object.
   *
   * @param namespace Its namespace; absent for cluster-scoped kinds.
   * @param name Its name.
   */
  get(namespace: string | undefined, name: string): LiveObject | undefined;
  /** All objects. */
  list(): Iterable<LiveObject>;
}

/**
 * Makes a source of what is watched.
 *
 * @param informer What is watched.
 * @returns The source.
 */
export function sourceOf(informer: Informer<LiveObject>): ReadSource {
  return { get: (namespace, name) => informer.get({ namespace, name }), list: () => informer.list() };
}

/** What a function of a rule has looked at. */
export interface ReadRecord {
  /** The kind, as of `formatGroupKind`. */
  readonly kind: string;
  /** The object, if it was a single one. */
  readonly ref?: { readonly namespace: string | undefined; readonly name: string };
  /** The selection, if it was a list. */
  readonly selection?: ReadSelection;
}

/** What is read from, and who is told. */
export interface ReadsOptions {
  /** The kinds that may be read, as of `formatGroupKind`. */
  readonly sources: ReadonlyMap<string, ReadSource>;
  /** The namespace of references that name none. */
  readonly namespace: string;
  /** Told about everything that is looked at. */
  readonly onRead?: (record: ReadRecord) => void;
}

/**
 * Makes what a function of a rule reads with.
 *
 * @param options What is read from.
 * @returns The reads; a kind that is not among the sources is a `TypeError`.
 */
export function makeReads({ sources, namespace: home, onRead }: ReadsOptions): Reads<KubeObject> {
  const sourceOf = ({ group, kind }: ResourceType) => {
    const source = sources.get(formatGroupKind({ group, kind }));
    if (!source) throw new TypeError(`Cannot read ${kind}: the rule does not name it under "reads"`);
    return source;
  };
  return {
    get<T extends KubeObject>({ type }: KindOf<T>, ref: Ref): Live<T> | undefined {
      const { namespace = home, name } = parseRef(ref);
      const place = type.namespaced ? namespace : undefined;
      onRead?.({ kind: formatGroupKind(type), ref: { namespace: place, name } });
      return sourceOf(type).get(place, name) as Live<T> | undefined;
    },
    list<T extends KubeObject>({ type }: KindOf<T>, selection: ReadSelection = {}): readonly Live<T>[] {
      onRead?.({ kind: formatGroupKind(type), selection });
      const { namespace, labels = "" } = selection;
      const requirements = parseLabelSelector(labels);
      return Array.from(sourceOf(type).list()).filter(({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) && matchesLabels(requirements, metadata.labels)
      ) as unknown as Live<T>[];
    },
  };
}

/**
 * Tells whether a change concerns what was looked at.
 *
 * @param record What was looked at.
 * @param kind The kind of the object that has changed.
 * @param states The object before and after.
 * @returns Whether the result may be another one now.
 */
export function isConcerned(
  { kind: readKind, ref, selection }: ReadRecord,
  kind: string,
  states: readonly { readonly metadata: LiveObject["metadata"] }[],
): boolean {
  if (readKind !== kind) return false;
  return states.some(({ metadata }) => {
    if (ref) return metadata.name === ref.name && metadata.namespace === ref.namespace;
    const { namespace, labels = "" } = selection!;
    return (namespace === undefined || metadata.namespace === namespace) &&
      matchesLabels(parseLabelSelector(labels), metadata.labels);
  });
}
