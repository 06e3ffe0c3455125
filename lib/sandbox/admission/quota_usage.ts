/**
 * What objects count for quotas.
 *
 * @module
 */

import { compareQuantities } from "../../kube/quantity.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { addQuantities } from "./quantities.ts";

/** Quantities by the names of resources. */
export type Usage = Readonly<Record<string, string>>;

/** The resources that quotas count under names of their own. */
const COUNTED: Readonly<Record<string, string>> = {
  "/configmaps": "configmaps",
  "/persistentvolumeclaims": "persistentvolumeclaims",
  "/pods": "pods",
  "/replicationcontrollers": "replicationcontrollers",
  "/resourcequotas": "resourcequotas",
  "/secrets": "secrets",
  "/services": "services",
};
const CLASS_SUFFIX = ".storageclass.storage.k8s.io/";

/**
 * Tells what a quota has used.
 *
 * @param quota The quota.
 * @param context Finds the objects of its namespace.
 * @returns What is used of each resource that it limits.
 */
export function quotaUsage(quota: StoredObject, context: AdmissionContext): Usage {
  const { hard = {} } = quota.spec as Part;
  const total: Record<string, string> = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
  for (const storedAs of countedStores(Object.keys(hard))) {
    for (const object of context.list(storedAs, quota.metadata.namespace!)) {
      if (!concerns(quota, storedAs, object)) continue;
      for (const [name, value] of Object.entries(usageOf(storedAs, object))) {
        if (total[name] !== undefined) total[name] = addQuantities(total[name], value);
      }
    }
  }
  return total;
}

/**
 * Tells what an object counts.
 *
 * @param storedAs Under what it is stored.
 * @param object The object.
 * @returns What it uses of each resource.
 */
export function usageOf(storedAs: string, object: StoredObject): Usage {
  const [group, plural] = storedAs.split("/") as [string, string];
  const own = COUNTED[storedAs];
  const count = { [`count/${plural}${group && `.${group}`}`]: "1", ...(own && { [own]: "1" }) };
  const { spec, status } = object as Part;
  if (storedAs === "/pods") {
    return status?.phase === "Succeeded" || status?.phase === "Failed"
      ? { [`count/pods`]: "1" }
      : { ...count, ...podUsage(spec) };
  }
  if (storedAs === "/services") return { ...count, ...serviceUsage(spec) };
  return storedAs === "/persistentvolumeclaims" ? { ...count, ...claimUsage(spec) } : count;
}

/**
 * Tells whether a quota is about an object.
 *
 * @param quota The quota.
 * @param storedAs Under what the object is stored.
 * @param object The object.
 * @returns Whether it meets the quota's scopes.
 */
export function concerns(quota: StoredObject, storedAs: string, object: StoredObject): boolean {
  const { scopes = [], scopeSelector } = quota.spec as Part;
  const demands: readonly Part[] = [
    ...scopes.map((scopeName: string) => ({ scopeName, operator: "Exists" })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
  return demands.length === 0 || (storedAs === "/pods" && demands.every((demand) => meets(demand, object as Part)));
}

function meets({ scopeName, operator, values = [] }: Part, { spec, status }: Part): boolean {
  switch (scopeName) {
    case "Terminating":
      return spec.activeDeadlineSeconds !== undefined;
    case "NotTerminating":
      return spec.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return status?.qosClass === "BestEffort";
    case "NotBestEffort":
      return status?.qosClass !== "BestEffort";
    default: {
      const name = spec.priorityClassName;
      if (operator === "Exists") return Boolean(name);
      return operator === "DoesNotExist" ? !name : (operator === "In") === values.includes(name);
    }
  }
}

function podUsage({ containers = [], initContainers = [], overhead = {} }: Part): Usage {
  const usage: Record<string, string> = {};
  for (const field of ["requests", "limits"]) {
    const sum = { ...overhead };
    for (const { resources } of containers) {
      for (const [name, value] of Object.entries<string>(resources?.[field] ?? {})) {
        sum[name] = addQuantities(sum[name] ?? "0", value);
      }
    }
    // Init containers run one after the other.
    for (const { resources } of initContainers) {
      for (const [name, value] of Object.entries<string>(resources?.[field] ?? {})) {
        if (compareQuantities(value, sum[name] ?? "0") > 0) sum[name] = value;
      }
    }
    for (const [name, value] of Object.entries<string>(sum)) {
      usage[`${field}.${name}`] = value;
      if (field === "requests") usage[name] = value;
    }
  }
  return usage;
}

function serviceUsage({ type, ports = [], allocateLoadBalancerNodePorts }: Part): Usage {
  const hasPorts = type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts !== false);
  return {
    ...(type === "LoadBalancer" && { "services.loadbalancers": "1" }),
    ...(hasPorts && { "services.nodeports": String(ports.length) }),
  };
}

function claimUsage({ resources, storageClassName }: Part): Usage {
  const size = resources?.requests?.storage ?? "0";
  return {
    "requests.storage": size,
    ...(storageClassName && {
      [`${storageClassName}${CLASS_SUFFIX}requests.storage`]: size,
      [`${storageClassName}${CLASS_SUFFIX}persistentvolumeclaims`]: "1",
    }),
  };
}

function countedStores(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => {
    if (name.startsWith("count/")) {
      const [plural, ...group] = name.slice("count/".length).split(".");
      return [`${group.join(".")}/${plural}`];
    }
    if (name.startsWith("services")) return ["/services"];
    if (name.endsWith("storage") && !name.includes("ephemeral") || name.includes(CLASS_SUFFIX)) {
      return ["/persistentvolumeclaims"];
    }
    return [COUNTED[`/${name}`] === undefined ? "/pods" : `/${name}`];
  }));
}
