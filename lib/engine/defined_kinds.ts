/**
 * The kinds that CustomResourceDefinitions of a set define.
 *
 * @module
 */

import type { KubeObject } from "../kube/object.ts";
import { formatGroupKind, type ResourceType } from "../kube/resource_type.ts";
import type { Schema } from "../kube/schema.ts";

/** A kind that a CustomResourceDefinition defines. */
export interface DefinedKind {
  /** How the API will serve it. */
  readonly type: ResourceType;
  /** The schema of its objects, without what all objects have; absent if it has none. */
  readonly schema: Schema | undefined;
}

/**
 * Finds the kinds that CustomResourceDefinitions define.
 *
 * @param objects Objects, not all of them definitions.
 * @returns The kinds, by `Kind.group/version`.
 */
export function definedKinds(objects: readonly KubeObject[]): Map<string, DefinedKind> {
  const kinds = new Map<string, DefinedKind>();
  for (const object of objects) {
    if (object.kind !== "CustomResourceDefinition") continue;
    const { spec } = object as unknown as { spec?: DefinitionSpec };
    const { kind, plural } = spec?.names ?? {};
    if (spec?.group === undefined || kind === undefined || plural === undefined) continue;
    for (const version of Array.isArray(spec.versions) ? spec.versions as readonly DefinitionVersion[] : []) {
      const type = {
        group: spec.group,
        version: version.name ?? "",
        kind,
        plural,
        namespaced: spec.scope === "Namespaced",
        subresources: Object.keys(version.subresources ?? {}),
      };
      kinds.set(`${formatGroupKind(type)}/${type.version}`, { type, schema: version.schema?.openAPIV3Schema });
    }
  }
  return kinds;
}

interface DefinitionSpec {
  group?: string;
  scope?: string;
  names?: { kind?: string; plural?: string };
  versions?: unknown;
}

interface DefinitionVersion {
  name?: string;
  subresources?: Record<string, unknown>;
  schema?: { openAPIV3Schema?: Schema };
}
