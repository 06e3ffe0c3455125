/**
 * Which kinds the server offers.
 *
 * Aggregated discovery (KEP-3352, two requests) with a fallback to one request per group and version.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KubeRequest } from "../kube/request.ts";
import { formatApiVersion, parseApiVersion, type ResourceType } from "../kube/resource_type.ts";

/** What discovery found. */
export interface ApiResources {
  /** Every kind in every version, groups and versions in the server's order of preference. */
  readonly types: readonly ResourceType[];
  /** The `apiVersion`s whose kinds are not known for certain, as their extension server does not answer. */
  readonly stale: readonly string[];
}

/** Sends a request and returns the object in the answer. */
export type FetchObject = (request: KubeRequest) => Promise<Record<string, unknown>>;

const AGGREGATED = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(",");

/**
 * Asks the server for its kinds.
 *
 * @param fetchObject Sends a request.
 * @returns What the server offers.
 */
export async function discover(fetchObject: FetchObject): Promise<ApiResources> {
  // Both are waited for, also if one fails: nothing is left under way for a caller who gives up.
  const [core, groups] = (await Promise.allSettled(
    ["/api", "/apis"].map((path) => fetchObject(discoveryRequest(path, `${AGGREGATED},application/json`))),
  )).map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  });
  const parts = await Promise.all([
    isAggregated(core!) ? readAggregated(core!) : readLegacyVersions(fetchObject, strings(core!.versions)),
    isAggregated(groups!) ? readAggregated(groups!) : readLegacyVersions(fetchObject, listGroupVersions(groups!)),
  ]);
  return { types: parts.flatMap((part) => part.types), stale: parts.flatMap((part) => part.stale) };
}

function discoveryRequest(path: string, accept?: string): KubeRequest {
  const what = `discover the server's kinds (${path})`;
  return { method: "GET", verb: "get", path, what, idempotent: true, ...(accept !== undefined && { accept }) };
}

function isAggregated(document: Record<string, unknown>): boolean {
  return document.kind === "APIGroupDiscoveryList";
}

function readAggregated(document: Record<string, unknown>): ApiResources {
  const types: ResourceType[] = [];
  const stale: string[] = [];
  for (const group of objects(document.items)) {
    const name = String((group.metadata as { name?: string } | undefined)?.name ?? "");
    for (const version of objects(group.versions)) {
      const gv = { group: name, version: String(version.version) };
      if (version.freshness === "Stale") stale.push(formatApiVersion(gv));
      for (const resource of objects(version.resources)) {
        const kind = (resource.responseKind as { kind?: string } | undefined)?.kind;
        if (!kind) continue;
        types.push({
          ...gv,
          kind,
          plural: String(resource.resource),
          namespaced: resource.scope === "Namespaced",
          singular: String(resource.singularResource ?? ""),
          shortNames: strings(resource.shortNames),
          categories: strings(resource.categories),
          verbs: strings(resource.verbs),
          subresources: objects(resource.subresources).map((subresource) => String(subresource.subresource)),
        });
      }
    }
  }
  return { types, stale };
}

async function readLegacyVersions(fetchObject: FetchObject, apiVersions: readonly string[]): Promise<ApiResources> {
  const stale: string[] = [];
  const lists = await Promise.all(apiVersions.map(async (apiVersion) => {
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      return readLegacyResources(apiVersion, await fetchObject(discoveryRequest(path)));
    } catch (error) {
      if (!(error instanceof KubescriptError)) throw error;
      // One extension server that does not answer must not hide the kinds of all others.
      stale.push(apiVersion);
      return [];
    }
  }));
  return { types: lists.flat(), stale };
}

function listGroupVersions(document: Record<string, unknown>): string[] {
  return objects(document.groups).flatMap((group) => objects(group.versions).map((v) => String(v.groupVersion)));
}

function readLegacyResources(apiVersion: string, document: Record<string, unknown>): ResourceType[] {
  const gv = parseApiVersion(apiVersion);
  const resources = objects(document.resources);
  return resources.filter((resource) => !String(resource.name).includes("/")).map((resource) => ({
    ...gv,
    kind: String(resource.kind),
    plural: String(resource.name),
    namespaced: resource.namespaced === true,
    singular: String(resource.singularName ?? ""),
    shortNames: strings(resource.shortNames),
    categories: strings(resource.categories),
    verbs: strings(resource.verbs),
    subresources: resources.map((other) => String(other.name).split("/"))
      .filter(([owner, subresource]) => owner === resource.name && subresource !== undefined)
      .map(([, subresource]) => subresource!),
  }));
}

function objects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
