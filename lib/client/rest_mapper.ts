/**
 * From the names that people use for kinds to the addresses under which the API serves them.
 *
 * The rules are kubectl's (`k8s.io/cli-runtime`, `k8s.io/client-go/restmapper`): the first group and version in the
 * server's order of preference that fits.
 *
 * @module
 */

import { nearest } from "../base/nearest.ts";
import { formatApiVersion, formatGroupKind, parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import type { ApiResources } from "./discovery.ts";
import { DiscoveryError } from "./errors.ts";

/** Finds kinds among those that the server offers. */
export class RestMapper {
  readonly #resources: ApiResources;
  readonly #byGroupKind = new Map<string, ResourceType[]>();
  readonly #byName = new Map<string, ResourceType[]>();

  /**
   * Makes a mapper.
   *
   * @param resources What discovery found.
   */
  constructor(resources: ApiResources) {
    this.#resources = resources;
    for (const type of resources.types) {
      append(this.#byGroupKind, formatGroupKind(type), type);
      for (const name of [type.plural, type.singular, type.kind.toLowerCase()]) {
        if (name) append(this.#byName, name, type);
      }
    }
    // A full name goes before the same short name of another kind, whatever the order of their groups.
    for (const type of resources.types) {
      for (const name of type.shortNames ?? []) append(this.#byName, name, type);
    }
  }

  /** Every kind in every version, in the server's order of preference. */
  get types(): readonly ResourceType[] {
    return this.#resources.types;
  }

  /**
   * Finds a kind by group, kind and, if it matters, version.
   *
   * @param gvk The kind; without a version the server's preferred one is meant.
   * @returns How the API serves it, or `undefined` if it does not.
   */
  find(gvk: { readonly group: string; readonly kind: string; readonly version?: string }): ResourceType | undefined {
    const versions = this.#byGroupKind.get(formatGroupKind(gvk)) ?? [];
    return gvk.version === undefined ? versions[0] : versions.find((type) => type.version === gvk.version);
  }

  /**
   * Tells whether the absence of a kind proves nothing, as its extension server does not answer.
   *
   * @param group The API group.
   * @returns Whether discovery is incomplete for it.
   */
  isStale(group: string): boolean {
    return this.#resources.stale.some((apiVersion) => parseApiVersion(apiVersion).group === group);
  }

  /**
   * Finds the kinds of a category, such as `all`.
   *
   * @param name The category.
   * @returns Its kinds, each as the server prefers it; none if there is no such category.
   *
   * @example Usage
   * ```ts
   * import { deepStrictEqual } from "node:assert/strict";
   *
   * const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true, categories: ["all"] };
   * const mapper = new RestMapper({ types: [pods], stale: [] });
   * deepStrictEqual(mapper.category("all"), [pods]);
   * ```
   */
  category(name: string): ResourceType[] {
    return this.types.filter((type) => {
      return type.categories?.includes(name) && this.find({ group: type.group, kind: type.kind }) === type;
    });
  }

  /**
   * Finds a kind by any of the names that kubectl takes: kind, plural, singular, short name, each with `.group` (of which
   * the beginning is enough) or `.version.group`.
   *
   * @param name For example `deploy`, `Deployment`, `deployments.apps`, `deployments.v1.apps`, `ingresses.networking`.
   * @returns How the API serves it.
   * @throws {DiscoveryError} If there is no such kind; it suggests a near one.
   *
   * @example Usage
   * ```ts
   * import { strictEqual } from "node:assert/strict";
   *
   * const deployments = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true };
   * const mapper = new RestMapper({ types: [{ ...deployments, shortNames: ["deploy"] }], stale: [] });
   * strictEqual(mapper.resolve("deploy").plural, "deployments");
   * strictEqual(mapper.resolve("deployments.v1.apps").kind, "Deployment");
   * ```
   */
  resolve(name: string): ResourceType {
    const [short, ...rest] = name.split(".");
    const suffix = rest.join(".");
    const fits = (type: ResourceType) =>
      suffix === "" || type.group === suffix || `${type.version}.${type.group}` === suffix ||
      (type.group === "" && type.version === suffix);
    const named = this.#byName.get(short!.toLowerCase()) ?? [];
    const found = named.find(fits) ?? named.find((type) => type.group.startsWith(suffix));
    if (found) return found;
    throw new DiscoveryError(`Cannot find kind "${name}": the server does not offer it`, { hint: this.#hint(short!) });
  }

  /**
   * Makes the error for a kind that the server does not offer.
   *
   * @param gvk The kind that was asked for.
   * @param where Who asked, for the message.
   * @returns The error; it suggests a near kind, or another version.
   */
  unknown(
    gvk: { readonly group: string; readonly version: string; readonly kind: string },
    where: string,
  ): DiscoveryError {
    const versions = this.#byGroupKind.get(formatGroupKind(gvk));
    const hint = versions
      ? `The server offers ${versions.map((type) => `"${formatApiVersion(type)}"`).join(", ")}`
      : this.#hint(gvk.kind);
    return new DiscoveryError(
      `Cannot use ${where}: the server does not offer kind "${gvk.kind}" in "${formatApiVersion(gvk)}"`,
      { hint },
    );
  }

  #hint(name: string): string {
    const { types } = this.#resources;
    const kinds = new Map([
      ...types.flatMap(({ kind, shortNames = [] }) => shortNames.map((short) => [short, kind] as const)),
      ...types.map(({ kind, plural }) => [plural, kind] as const),
      ...types.map(({ kind }) => [kind, kind] as const),
    ]);
    const near = kinds.get(nearest(name, kinds.keys()) ?? "");
    if (near === undefined) {
      return "Check kind and apiVersion; if the kind is a custom one, its CustomResourceDefinition is not installed";
    }
    const versions = this.#resources.types.filter((type) => type.kind === near).map(formatApiVersion);
    return `Did you mean kind "${near}" in ${versions.map((version) => `"${version}"`).join(" or ")}?`;
  }
}

function append(index: Map<string, ResourceType[]>, key: string, type: ResourceType): void {
  const list = index.get(key);
  if (list) list.push(type);
  else index.set(key, [type]);
}
