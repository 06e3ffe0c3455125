/**
 * Aggregated discovery (KEP-3352): all groups, versions and resources in two documents.
 *
 * @module
 */

import type { ServedResource, ServedSubresource } from "../registry/served_resource.ts";
import type { Group } from "./groups.ts";

/**
 * Tells everything about groups.
 *
 * @param groups The groups.
 * @returns An `APIGroupDiscoveryList` of `apidiscovery.k8s.io/v2`.
 */
export function aggregatedList(groups: readonly Group[]): Record<string, unknown> {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === "" ? {} : { name },
      versions: versions.map(({ version, resources }) => {
        return { version, resources: resources.map(describeResource), freshness: "Current" };
      }),
    })),
  };
}

function describeResource(resource: ServedResource): Record<string, unknown> {
  const { plural, kind, namespaced, singular, verbs, shortNames, categories, served } = resource;
  const subresources = [...served.values()];
  return {
    resource: plural,
    responseKind: { ...ownGroup(resource), kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...shortNames.length > 0 && { shortNames },
    ...categories.length > 0 && { categories },
    ...subresources.length > 0 && { subresources: subresources.map((part) => describeSubresource(part, resource)) },
  };
}

function describeSubresource({ name, verbs, kind }: ServedSubresource, resource: ServedResource) {
  const own = !kind || (kind.group === resource.group && kind.version === resource.version);
  const responseKind = own ? { ...ownGroup(resource), kind: (kind ?? resource).kind } : kind;
  return { subresource: name, responseKind, verbs };
}

/** Built-in kinds leave out that they are of the group under which they stand. */
function ownGroup({ custom, group, version }: ServedResource): { group: string; version: string } {
  return custom ? { group, version } : { group: "", version: "" };
}
