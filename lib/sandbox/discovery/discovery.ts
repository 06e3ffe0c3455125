/**
 * What clients ask to learn which kinds there are: `/api`, `/apis` and what is below them, up to the resources.
 *
 * @module
 */

import { hashOf, type PublishedDocument, taggedDocument } from "../registry/document.ts";
import type { ResourceCatalog } from "../registry/served_resource.ts";
import { aggregatedList } from "./aggregated.ts";
import { type Group, groupsOf } from "./groups.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "./legacy.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** What a client asks. */
export interface DiscoveryRequest {
  /** The path, without a slash at its end. */
  readonly path: string;
  /** The header `Accept`. */
  readonly accept: string | null;
  /** The header `If-None-Match`. */
  readonly ifNoneMatch: string | null;
  /** The header `Host`. */
  readonly host: string;
}

/** Tells clients which kinds there are. */
export class Discovery {
  readonly #catalog: ResourceCatalog;
  /** The texts of the present generation by path. */
  #texts = new Map<string, { readonly body: string; readonly hash: string }>();
  #groups: readonly Group[] = [];
  #generation = -1;

  /**
   * Makes it.
   *
   * @param catalog What is served.
   */
  constructor(catalog: ResourceCatalog) {
    this.#catalog = catalog;
  }

  /**
   * Answers a request.
   *
   * @param request What is asked.
   * @returns The answer; `undefined` if there is no such group or version.
   */
  answer({ path, accept, ifNoneMatch, host }: DiscoveryRequest): PublishedDocument | undefined {
    this.#refresh();
    if ((path === "/api" || path === "/apis") && wantsAggregated(accept)) {
      const { body, hash } = this.#aggregated(path);
      return taggedDocument(body, hash, { "content-type": AGGREGATED, "cache-control": "public" }, ifNoneMatch);
    }
    const document = this.#legacy(path, host);
    return document && {
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "no-cache, private" },
      body: `${JSON.stringify(document)}\n`,
    };
  }

  #refresh(): void {
    if (this.#generation === this.#catalog.generation) return;
    this.#generation = this.#catalog.generation;
    this.#groups = groupsOf(this.#catalog);
    this.#texts.clear();
  }

  #aggregated(path: "/api" | "/apis"): { readonly body: string; readonly hash: string } {
    const known = this.#texts.get(path);
    if (known) return known;
    const body = `${
      JSON.stringify(aggregatedList(this.#groups.filter(({ name }) => (name === "") === (path === "/api"))))
    }\n`;
    const text = { body, hash: hashOf(body) };
    this.#texts.set(path, text);
    return text;
  }

  #legacy(path: string, host: string): Record<string, unknown> | undefined {
    const [, root, ...steps] = path.split("/");
    const [name, version, ...more] = root === "api" ? ["", ...steps] : steps;
    const isKnown = root === "api" || (root === "apis" && name !== "");
    if (more.length > 0 || !isKnown) return undefined;
    if (name === undefined) return apiGroupList(this.#groups.filter(({ name }) => name !== ""));
    const group = this.#groups.find((group) => group.name === name);
    if (version === undefined) return group && (root === "api" ? apiVersions(group, host) : apiGroup(group));
    const found = group?.versions.find((found) => found.version === version);
    return found && apiResourceList(name, found);
  }
}

/** Of all that the client would take, the first counts that is there. */
function wantsAggregated(accept: string | null): boolean {
  for (const clause of (accept ?? "").split(",")) {
    const [type, ...params] = clause.split(";").map((part) => part.trim());
    if (type !== "application/json" && type !== "*/*" && type !== "application/*") continue;
    const given = Object.fromEntries(params.map((param) => param.split("=")));
    if (given.as === undefined) return false;
    if (given.g === "apidiscovery.k8s.io" && given.v === "v2" && given.as === "APIGroupDiscoveryList") return true;
  }
  return false;
}
