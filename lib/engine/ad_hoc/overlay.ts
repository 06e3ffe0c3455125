/**
 * The objects as a dry run would have left them, laid over what the server says.
 *
 * @module
 */

import { type LabelRequirement, matchesLabels, parseLabelSelector } from "../../kube/label_selector.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { KubeRequest, RequestTarget } from "../../kube/request.ts";

/** An object as it would be. */
export interface OverlayEntry {
  /** The object; `undefined` if it would be gone. */
  readonly object: LiveObject | undefined;
  /** The labels that the server's object has; `undefined` if the server has no such object. */
  readonly serverLabels: Readonly<Record<string, string>> | undefined;
}

/** Holds what a dry run would have changed. */
export class Overlay {
  readonly #entries = new Map<string, Map<string, OverlayEntry>>();

  /** Whether nothing would have changed. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /**
   * Finds an object.
   *
   * @param target Which object.
   * @returns How it would be; `undefined` if it is as the server says.
   */
  find(target: RequestTarget): OverlayEntry | undefined {
    return this.#entries.get(collectionKey(target))?.get(objectKey(target));
  }

  /**
   * Notes how an object would be.
   *
   * @param target Which object.
   * @param object The object; `undefined` if it would be gone.
   * @param server The object as the server has it; `undefined` if it has none.
   */
  set(target: RequestTarget, object: LiveObject | undefined, server: LiveObject | undefined): void {
    const key = collectionKey(target);
    const entries = this.#entries.get(key) ?? new Map<string, OverlayEntry>();
    this.#entries.set(key, entries);
    const known = entries.get(objectKey(target));
    const serverLabels = known ? known.serverLabels : server && (server.metadata.labels ?? {});
    entries.set(objectKey(target), { object, serverLabels });
  }

  /**
   * Lays the changes over a page of a list.
   *
   * @param request The request for the page.
   * @param items What the server answered.
   * @param isLast Whether this is the last page, to which what the server does not know is added.
   * @returns The objects; `undefined` if nothing has changed among them.
   */
  page(request: KubeRequest, items: readonly LiveObject[], isLast: boolean): LiveObject[] | undefined {
    const target = request.target!;
    const entries = this.#entries.get(collectionKey(target));
    if (!entries) return undefined;
    const selector = selectorOf(request);
    const fits = (object: LiveObject) => matchesLabels(selector, object.metadata.labels);
    const kept = items.flatMap((item) => {
      const { namespace, name } = item.metadata;
      const entry = entries.get(objectKey({ ...target, namespace, name }));
      if (!entry) return [item];
      return entry.object && fits(entry.object) ? [entry.object] : [];
    });
    if (!isLast) return kept;
    const added = [...entries.values()].flatMap(({ object, serverLabels }) => {
      if (!object || (serverLabels && matchesLabels(selector, serverLabels)) || !fits(object)) return [];
      return target.namespace === undefined || object.metadata.namespace === target.namespace ? [object] : [];
    });
    return [...kept, ...added];
  }
}

function selectorOf({ path }: KubeRequest): LabelRequirement[] {
  return parseLabelSelector(new URLSearchParams(path.split("?")[1]).get("labelSelector") ?? "");
}

/** One object can be read in several versions. */
function collectionKey({ type }: RequestTarget): string {
  return `${type.plural}.${type.group}`;
}

function objectKey({ type, namespace, name }: RequestTarget): string {
  return `${type.namespaced ? namespace : ""}/${name}`;
}
