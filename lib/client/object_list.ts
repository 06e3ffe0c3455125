/**
 * A list of any length as one iterable: pages are fetched as they are needed.
 *
 * @module
 */

import type { LiveObject } from "../kube/object.ts";
import { formatApiVersion, type ResourceType } from "../kube/resource_type.ts";
import { ApiError } from "./errors.ts";

/**
 * One page of a list.
 *
 * @typeParam T The type of the objects.
 */
export interface ListPage<T = LiveObject> {
  /** The objects of the page. */
  readonly items: readonly T[];
  /** The version of the collection: a watch may begin here. */
  readonly resourceVersion: string;
  /** How many objects follow after this page, if the server knows. */
  readonly remainingItemCount: number | undefined;
}

/** How far the reading of a list has come. */
export interface ListProgress {
  /** The kind. */
  readonly type: ResourceType;
  /** How many objects have been read. */
  readonly read: number;
  /** How many follow, if the server knows: with a selector it does not. */
  readonly remaining: number | undefined;
  /** Whether this is all. */
  readonly isLast: boolean;
}

/** What every object of a list has. */
export interface Listed {
  /** Its identity. */
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}

/** Fetches the page that begins at a continue token; the first page if there is none. */
export type FetchPage = (type: ResourceType, continueToken: string | undefined) => Promise<Record<string, unknown>>;

/**
 * A list that pages by itself.
 *
 * If the server has forgotten the list's snapshot (410), the list starts once more from the beginning.
 *
 * @typeParam T The type of the objects.
 */
export class ObjectList<T extends Listed = LiveObject> implements AsyncIterable<T> {
  readonly #resolveType: () => Promise<ResourceType>;
  readonly #fetchPage: FetchPage;
  readonly #onPage: ((progress: ListProgress) => void) | undefined;

  /**
   * Makes a list; nothing is requested yet.
   *
   * @param resolveType Finds out how the API serves the kind that is listed.
   * @param fetchPage Fetches a page.
   * @param onPage Told about every page.
   */
  constructor(
    resolveType: () => Promise<ResourceType>,
    fetchPage: FetchPage,
    onPage?: (progress: ListProgress) => void,
  ) {
    this.#resolveType = resolveType;
    this.#fetchPage = fetchPage;
    this.#onPage = onPage;
  }

  /**
   * Iterates over the objects. After a restart, objects that were handed out already are not handed out again.
   *
   * @yields One object after the other.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    const seen = new Set<string>();
    for (let restarts = 0;; restarts++) {
      try {
        for await (const page of this.pages()) {
          for (const object of page.items) {
            // Not the uid: some kinds, such as PodMetrics, have none.
            const key = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
            if (seen.has(key)) continue;
            seen.add(key);
            yield object;
          }
        }
        return;
      } catch (error) {
        if (!isExpired(error) || restarts > 0) throw error;
      }
    }
  }

  /**
   * Iterates over the pages of one snapshot.
   *
   * @yields One page after the other.
   * @throws {ApiError} With code 410 if the server forgot the snapshot in the middle.
   */
  async *pages(): AsyncGenerator<ListPage<T>> {
    const type = await this.#resolveType();
    let token: string | undefined;
    let read = 0;
    do {
      const body = await this.#fetchPage(type, token);
      const metadata = (body.metadata ?? {}) as ListMeta;
      token = metadata.continue || undefined;
      const items = readItems(type, body) as unknown as T[];
      read += items.length;
      this.#onPage?.({ type, read, remaining: metadata.remainingItemCount, isLast: token === undefined });
      yield {
        items,
        resourceVersion: metadata.resourceVersion ?? "",
        remainingItemCount: metadata.remainingItemCount,
      };
    } while (token !== undefined);
  }

  /**
   * Reads the whole list of one snapshot.
   *
   * @returns All objects.
   */
  async toArray(): Promise<T[]> {
    for (let restarts = 0;; restarts++) {
      const objects: T[] = [];
      try {
        for await (const page of this.pages()) {
          for (const object of page.items) objects.push(object);
        }
        return objects;
      } catch (error) {
        if (!isExpired(error) || restarts > 0) throw error;
      }
    }
  }
}

interface ListMeta {
  continue?: string;
  resourceVersion?: string;
  remainingItemCount?: number;
}

/**
 * Reads the objects of a list. They carry no `apiVersion` and `kind` of their own, or (metadata only) those of
 * PartialObjectMetadata, and get those of the kind.
 *
 * @param type The kind.
 * @param body The answer of the server.
 * @returns The objects; none if the answer is no list.
 */
export function readItems(type: ResourceType, { items }: Record<string, unknown>): LiveObject[] {
  if (!Array.isArray(items)) return [];
  const typeMeta = { apiVersion: formatApiVersion(type), kind: type.kind };
  // In place, as nobody else has the items yet: copies took twice as long, and slowed down whatever read them.
  for (const item of items) Object.assign(item, typeMeta);
  return items;
}

function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.isExpired;
}
