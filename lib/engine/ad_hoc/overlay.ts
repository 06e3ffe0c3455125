/**
 * The objects as a dry run would have left them, laid over what the server says.
 *
 * @module
 */

import { matchesLabels, parseLabelSelector } from "../../kube/label_selector.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { KubeRequest, RequestTarget } from "../../kube/request.ts";

/** An object as it would be. */
export interface OverlayEntry {
  /** The object; `undefined` if it would be gone. */
  readonly object: LiveObject | undefined;
  /** Whether the server has no such object, or another one of its name. */
  readonly isNew: boolean;
  /** The labels of the object of this name that the server has; `undefined` if it has none. */
  readonly serverLabels: Readonly<Record<string, string>> | undefined;
}

/** Holds what a dry run would have changed. */
export class Overlay {
  readonly #entries = new Map<string, Map<string, OverlayEntry>>();

  /**
   * Tells whether any object of a collection would have changed.
   *
   * @param target The collection.
   * @returns Whether it is so.
   */
  has(target: RequestTarget): boolean {
    const entries = this.#entries.get(collectionKey(target)) ?? new Map<string, OverlayEntry>();
    const prefix = target.namespace === undefined ? "" : `${target.namespace}/`;
    return entries.keys().some((key) => key.startsWith(prefix));
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
   * @param entry How it would be.
   */
  set(target: RequestTarget, entry: OverlayEntry): void {
    const key = collectionKey(target);
    const entries = this.#entries.get(key) ?? new Map<string, OverlayEntry>();
    this.#entries.set(key, entries);
    // What neither would be nor is needs no entry.
    if (entry.object || entry.serverLabels) entries.set(objectKey(target), entry);
    else entries.delete(objectKey(target));
  }

  /**
   * Lays the changes over a page of a list.
   *
   * The server alone can judge field selectors: what it selected by one is changed or taken away, and nothing is added.
   *
   * @param request The request for the page.
   * @param target What it is about.
   * @param items What the server answered.
   * @param isLast Whether this is the last page, to which what the server does not select is added.
   * @returns The objects.
   */
  page(
    { path }: Pick<KubeRequest, "path">,
    target: RequestTarget,
    items: readonly LiveObject[],
    isLast: boolean,
  ): LiveObject[] {
    const query = new URLSearchParams(path.split("?")[1]);
    const selector = parseLabelSelector(query.get("labelSelector") ?? "");
    const fits = (labels: OverlayEntry["serverLabels"]) => matchesLabels(selector, labels);
    const entries = this.#entries.get(collectionKey(target)) ?? new Map<string, OverlayEntry>();
    const page = items.flatMap((item) => {
      const { namespace, name } = item.metadata;
      const { object } = entries.get(objectKey({ ...target, namespace, name })) ?? { object: item };
      return object && fits(object.metadata.labels) ? [object] : [];
    });
    if (!isLast || query.has("fieldSelector")) return page;
    for (const { object, serverLabels } of entries.values()) {
      const isHere = object && (target.namespace ?? object.metadata.namespace) === object.metadata.namespace;
      const wasSelected = serverLabels && fits(serverLabels);
      if (isHere && !wasSelected && fits(object.metadata.labels)) page.push(object);
    }
    return page;
  }
}

/** One object can be read in several versions. */
function collectionKey({ type }: RequestTarget): string {
  return `${type.plural}.${type.group}`;
}

function objectKey({ type, namespace, name }: RequestTarget): string {
  return `${type.namespaced ? namespace : ""}/${name}`;
}
