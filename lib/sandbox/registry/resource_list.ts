/**
 * The resources that are served, as they come and go.
 *
 * @module
 */

import { formatApiVersion } from "../../kube/resource_type.ts";
import type { ResourceCatalog, ServedResource } from "./served_resource.ts";

/** A catalog that can be changed. */
export class ResourceList implements ResourceCatalog {
  #resources: readonly ServedResource[] = [];
  readonly #byPath = new Map<string, ServedResource>();
  readonly #byKind = new Map<string, ServedResource>();
  readonly #stored = new Map<string, ServedResource>();
  #generation = 0;

  /**
   * Makes a catalog.
   *
   * @param resources The resources, groups in the order of discovery, versions best first.
   */
  constructor(resources: readonly ServedResource[] = []) {
    this.add(resources);
  }

  get generation(): number {
    return this.#generation;
  }

  /**
   * Adds resources.
   *
   * @param resources The resources; of several versions that are stored alike the first is the one in which they are
   * stored, unless another says so.
   */
  add(resources: readonly ServedResource[]): void {
    this.#set([...this.#resources, ...resources]);
  }

  /**
   * Removes resources.
   *
   * @param isGone Tells which.
   */
  remove(isGone: (resource: ServedResource) => boolean): void {
    this.#set(this.#resources.filter((resource) => !isGone(resource)));
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  findKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  findStored(storedAs: string): ServedResource | undefined {
    return this.#stored.get(storedAs);
  }

  all(): readonly ServedResource[] {
    return this.#resources;
  }

  #set(resources: readonly ServedResource[]): void {
    this.#resources = resources;
    this.#generation++;
    this.#byPath.clear();
    this.#byKind.clear();
    this.#stored.clear();
    for (const resource of resources) {
      const { group, version, plural, kind, storedAs } = resource;
      this.#byPath.set(`${group}/${version}/${plural}`, resource);
      this.#byKind.set(`${formatApiVersion(resource)}/${kind}`, resource);
      if (resource.isStored || !this.#stored.has(storedAs)) this.#stored.set(storedAs, resource);
    }
  }
}
