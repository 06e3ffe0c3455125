/**
 * The resources that are served, by group and version.
 *
 * @module
 */

import type { ResourceCatalog, ServedResource } from "../registry/served_resource.ts";

/** A version of a group. */
export interface GroupVersion {
  /** The name, such as `v1`. */
  readonly version: string;
  /** Its resources, sorted. */
  readonly resources: readonly ServedResource[];
}

/** A group. */
export interface Group {
  /** The name, such as `apps`; empty for the core group. */
  readonly name: string;
  /** Its versions, the preferred one first. */
  readonly versions: readonly GroupVersion[];
}

/**
 * Groups what is served.
 *
 * @param catalog What is served.
 * @returns The groups in their order, the core group among them.
 */
export function groupsOf(catalog: ResourceCatalog): Group[] {
  return [...Map.groupBy(catalog.all(), ({ group }) => group)].map(([name, resources]) => ({
    name,
    versions: [...Map.groupBy(resources, ({ version }) => version)].map(([version, resources]) => {
      return { version, resources: resources.toSorted((a, b) => a.plural < b.plural ? -1 : 1) };
    }),
  }));
}
