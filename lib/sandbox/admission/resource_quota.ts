/**
 * `ResourceQuota`: refuses what a namespace may not have any more.
 *
 * @module
 */

import { compareQuantities } from "../../kube/quantity.ts";
import type { AdmissionAttributes } from "../registry/admission.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { addQuantities } from "./quantities.ts";
import { concerns, quotaUsage, type Usage, usageOf } from "./quota_usage.ts";
import { refused } from "./refused.ts";

/** What a container must tell if a quota limits it. */
const COMPUTE = /^((requests|limits)\.)?(cpu|memory)$/;

/**
 * Refuses an object that would exceed a quota of its namespace.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 * @throws {StatusError} If the request is refused.
 */
export function resourceQuota(attributes: AdmissionAttributes, context: AdmissionContext): void {
  const { operation, resource, subresource, namespace, object, old } = attributes;
  if (operation === "DELETE" || subresource !== "" || !resource.namespaced || object === undefined) return;
  const before = old && usageOf(resource.storedAs, old);
  for (const quota of context.list("/resourcequotas", namespace)) {
    if (!concerns(quota, resource.storedAs, object)) continue;
    const { hard = {} } = quota.spec as Part;
    if (resource.storedAs === "/pods" && operation === "CREATE") checkComputeIsTold(attributes, quota);
    const added = difference(usageOf(resource.storedAs, object), before, hard);
    if (Object.keys(added).length === 0) continue;
    const used = quotaUsage(quota, context);
    const exceeded = Object.keys(added).filter((one) =>
      compareQuantities(addQuantities(used[one]!, added[one]!), hard[one]) > 0
    ).sort();
    if (exceeded.length === 0) continue;
    const told = (values: Usage) => exceeded.map((one) => `${one}=${values[one]}`).join(",");
    const reason = `exceeded quota: ${quota.metadata.name}, requested: ${told(added)}, used: ${told(used)}, ` +
      `limited: ${told(hard)}`;
    throw refused(attributes, reason);
  }
}

/** What an object counts more than before, of what is limited. */
function difference(after: Usage, before: Usage | undefined, hard: Usage): Usage {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) => {
      if (hard[name] === undefined) return [];
      const old = before?.[name];
      if (old === undefined) return compareQuantities(value, 0) > 0 ? [[name, value]] : [];
      if (compareQuantities(value, old) <= 0) return [];
      return [[name, addQuantities(value, old.startsWith("-") ? old.slice(1) : `-${old}`)]];
    }),
  );
}

function checkComputeIsTold(attributes: AdmissionAttributes, quota: StoredObject): void {
  const demanded = Object.keys((quota.spec as Part).hard ?? {}).filter((one) => COMPUTE.test(one)).sort();
  const missing = demanded.flatMap((one) => {
    const [field, resourceName] = one.includes(".") ? one.split(".") as [string, string] : ["requests", one];
    const containers: readonly Part[] = (attributes.object as Part).spec.containers ?? [];
    const silent = containers.filter(({ resources }) => resources?.[field]?.[resourceName] === undefined);
    return silent.length > 0 ? [`${one} for: ${silent.map((container) => container.name).join(",")}`] : [];
  });
  if (missing.length > 0) {
    throw refused(attributes, `failed quota: ${quota.metadata.name}: must specify ${missing.join("; ")}`);
  }
}
