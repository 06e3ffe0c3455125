/**
 * All built-in resources as the sandbox serves them.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { formatApiVersion, type ResourceType } from "../../kube/resource_type.ts";
import type { FindKindSchema, KindSchema } from "../../kube/schema.ts";
import * as autoscalingV1 from "../../kinds/autoscaling/v1.ts";
import * as eventsV1 from "../../kinds/events/v1.ts";
import * as preferredKinds from "../../kinds/mod.ts";
import { loadBuiltInSchemas } from "../../kinds/schemas.ts";
import type { Draft, ServedResource, StoredObject } from "../registry/served_resource.ts";
import { decodeTyped } from "../schema/decode.ts";
import type { GoTypes } from "../schema/go_types.ts";
import { Plans } from "../schema/plans.ts";
import { TypedWalk } from "../schema/typed_walk.ts";
import { columnsOf } from "../tables/columns.ts";
import { autoscalerToV1, autoscalerToV2 } from "./autoscaling.ts";
import { valueAt } from "./checks.ts";
import { DEFAULTS } from "./defaults.ts";
import { eventFromCore, eventToCore } from "./event_versions.ts";
import { categoriesOf, subresourceOf, verbsOf } from "./facts.ts";
import type { KindRules } from "./kind_rules.ts";
import { RULES } from "./rules.ts";
import { strategyOf } from "./strategy_of.ts";

/** How a resource is turned into the one under whose name it is stored. */
interface Conversion {
  readonly storedAs: string;
  readonly fromStored: (object: StoredObject) => StoredObject;
  readonly toStored: (object: Draft) => Draft;
}

/** The resources that are stored in another version. */
const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  "events.k8s.io/v1/events": { storedAs: "/events", fromStored: eventFromCore, toStored: eventToCore },
  "autoscaling/v1/horizontalpodautoscalers": {
    storedAs: "autoscaling/horizontalpodautoscalers",
    fromStored: autoscalerToV1,
    toStored: autoscalerToV2,
  },
};

const ENDPOINTS_DEPRECATED = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/**
 * Makes all built-in resources.
 *
 * @returns The resources; of a group the preferred version comes first.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const resources = await builtInResources();
 * const deployments = resources.find(({ plural }) => plural === "deployments");
 * strictEqual(deployments?.served.get("scale")?.kind?.kind, "Scale");
 * ```
 */
export async function builtInResources(): Promise<ServedResource[]> {
  const types = builtInTypes();
  const versions = new Map(types.map((type) => [formatApiVersion(type), type]));
  const [{ default: goTypes }, ...schemas] = await Promise.all([
    import("../schema/go_types.json", { with: { type: "json" } }),
    ...Array.from(versions, async ([apiVersion, { group, version }]) => {
      return [apiVersion, (await loadBuiltInSchemas(group, version))!] as const;
    }),
  ]);
  const finders = new Map<string, FindKindSchema>(schemas);
  const plans = new Plans(goTypes as GoTypes);
  const walk = new TypedWalk(plans, DEFAULTS);
  return types.map((type) => served(type, finders.get(formatApiVersion(type))!(type.kind)!, plans, walk));
}

function builtInTypes(): ResourceType[] {
  return [preferredKinds, autoscalingV1, eventsV1].flatMap((module) =>
    Object.values<unknown>(module).flatMap((kind) => isKind(kind) ? [kind.type] : [])
  );
}

function isKind(value: unknown): value is { readonly type: ResourceType } {
  return typeof value === "function" && isJsonObject((value as { type?: unknown }).type);
}

function served(type: ResourceType, schema: KindSchema, plans: Plans, walk: TypedWalk): ServedResource {
  const { group, version, kind, plural, subresources = [] } = type;
  const resource = `${group}/${plural}`;
  const conversion = CONVERSIONS[`${group}/${version}/${plural}`];
  const rules = RULES[`${group}/${kind}`] ?? {};
  const decoded = { name: `${group.split(".")[0] || "core"}/${version}.${kind}`, schema };
  return {
    ...type,
    singular: type.singular ?? kind.toLowerCase(),
    shortNames: type.shortNames ?? [],
    categories: categoriesOf(resource),
    verbs: verbsOf(resource),
    listKind: `${kind}List`,
    served: new Map(subresources.map((name) => [name, subresourceOf(plural, name)])),
    storedAs: conversion?.storedAs ?? resource,
    isStored: conversion === undefined,
    schema,
    custom: false,
    ...kind === "Endpoints" && { warning: ENDPOINTS_DEPRECATED },
    columns: columnsOf(group, kind),
    strategy: strategyOf({ rules, type: decoded, hasStatus: subresources.includes("status"), plans, walk }),
    decode: (value, isText) => decodeTyped(value, decoded, plans, isText),
    selectableFields: (object) => selectableFields(object, rules),
    fromStored: conversion?.fromStored ?? ((object) => object),
    toStored: conversion?.toStored ?? ((object) => object),
  };
}

function selectableFields(object: StoredObject, { selectable = {} }: KindRules): Record<string, string> {
  return Object.fromEntries(
    Object.entries(selectable).map(([field, find]) => {
      return [field, String((find === true ? valueAt(object, field) : find(object)) ?? "")];
    }),
  );
}
