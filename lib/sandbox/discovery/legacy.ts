/**
 * Discovery as it was before it was aggregated: one document for each group, and for each version of it.
 *
 * @module
 */

import { formatApiVersion } from "../../kube/resource_type.ts";
import type { ServedResource } from "../registry/served_resource.ts";
import type { Group, GroupVersion } from "./groups.ts";

/**
 * Lists the versions of the core group.
 *
 * @param core The core group.
 * @param host The host that the client has asked.
 * @returns `APIVersions`.
 */
export function apiVersions(core: Group, host: string): Record<string, unknown> {
  return {
    kind: "APIVersions",
    versions: core.versions.map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

/**
 * Lists all groups but the core group.
 *
 * @param groups The groups.
 * @returns `APIGroupList`.
 */
export function apiGroupList(groups: readonly Group[]): Record<string, unknown> {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(describeGroup) };
}

/**
 * Tells about one group.
 *
 * @param group The group.
 * @returns `APIGroup`.
 */
export function apiGroup(group: Group): Record<string, unknown> {
  return { kind: "APIGroup", apiVersion: "v1", ...describeGroup(group) };
}

/**
 * Lists the resources of one version.
 *
 * @param group The name of the group.
 * @param version The version.
 * @returns `APIResourceList`.
 */
export function apiResourceList(group: string, { version, resources }: GroupVersion): Record<string, unknown> {
  return {
    kind: "APIResourceList",
    // The oldest of all documents does without.
    ...group !== "" && { apiVersion: "v1" },
    groupVersion: formatApiVersion({ group, version }),
    resources: resources.flatMap(describeResource),
  };
}

function describeGroup({ name, versions }: Group): Record<string, unknown> {
  const described = versions.map(({ version }) => ({
    groupVersion: formatApiVersion({ group: name, version }),
    version,
  }));
  return { name, versions: described, preferredVersion: described[0] };
}

function describeResource(resource: ServedResource): Record<string, unknown>[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, served } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...shortNames.length > 0 && { shortNames },
      ...categories.length > 0 && { categories },
    },
    ...[...served.values()].map(({ name, verbs, kind: { group, version, kind } = resource }) => {
      const own = group === resource.group && version === resource.version;
      return { name: `${plural}/${name}`, singularName: "", namespaced, ...!own && { group, version }, kind, verbs };
    }),
  ];
}
