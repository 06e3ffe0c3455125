/**
 * `LimitRanger`: gives containers the requests and limits of their namespace, and keeps them within its bounds.
 *
 * @module
 */

import { compareQuantities } from "../../kube/quantity.ts";
import type { AdmissionAttributes } from "../registry/admission.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { addQuantities } from "./quantities.ts";
import { refused } from "./refused.ts";

const ANNOTATION = "kubernetes.io/limit-ranger";

/**
 * Gives the containers of a new Pod what its namespace's LimitRanges tell.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 */
export function limitRangerDefaults(attributes: AdmissionAttributes, context: AdmissionContext): void {
  if (!isNew(attributes, "/pods")) return;
  const { metadata, spec } = attributes.object as Part;
  for (const items of limitsOf(attributes.namespace, context)) {
    const limits = Object.assign({}, ...ofType(items, "Container").map((item) => item.default));
    const requests = Object.assign({}, ...ofType(items, "Container").map((item) => item.defaultRequest));
    const notes = [
      ...(spec.containers ?? []).flatMap((one: Part) => complete(one, limits, requests, "container")),
      ...(spec.initContainers ?? []).flatMap((one: Part) => complete(one, limits, requests, "init container")),
    ];
    if (notes.length > 0) {
      metadata.annotations = { ...metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}` };
    }
  }
}

function complete({ name, resources }: Part, limits: Part, requests: Part, kind: string): string[] {
  const added = (field: "limits" | "requests", values: Part) => {
    const missing = Object.keys(values).filter((resource) => resources[field]?.[resource] === undefined).sort();
    if (missing.length > 0) resources[field] = { ...values, ...resources[field] };
    return missing.length > 0 ? [`${missing.join(", ")} ${field.slice(0, -1)} for ${kind} ${name}`] : [];
  };
  const addedLimits = added("limits", limits);
  return [...added("requests", requests), ...addedLimits];
}

/**
 * Refuses Pods and claims that are not within the bounds of their namespace.
 *
 * @param attributes The request.
 * @param context What it can ask for.
 * @throws {StatusError} If the request is refused.
 */
export function limitRanger(attributes: AdmissionAttributes, context: AdmissionContext): void {
  const isPod = isNew(attributes, "/pods");
  if (!isPod && !isNew(attributes, "/persistentvolumeclaims")) return;
  const { spec } = attributes.object as Part;
  const faults = [...limitsOf(attributes.namespace, context)].flatMap((items) =>
    items.flatMap((item) => {
      if (!isPod) return item.type === "PersistentVolumeClaim" ? claimFaults(item, spec.resources ?? {}) : [];
      const containers: readonly Part[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
      if (item.type === "Container") return containers.flatMap(({ resources }) => boundFaults(item, resources));
      return item.type === "Pod" ? boundFaults(item, totalOf(spec.containers ?? [])) : [];
    })
  );
  if (faults.length > 0) {
    const reason = faults.length === 1 ? faults[0]! : `[${faults.join(", ")}]`;
    throw refused(attributes, reason);
  }
}

function claimFaults({ type, min = {}, max = {} }: Part, { requests = {} }: Part): string[] {
  const size = requests.storage ?? "0";
  return [
    ...(min.storage !== undefined && compareQuantities(size, min.storage) < 0
      ? [`minimum storage usage per ${type} is ${min.storage}, but request is ${size}`]
      : []),
    ...(max.storage !== undefined && compareQuantities(size, max.storage) > 0
      ? [`maximum storage usage per ${type} is ${max.storage}, but request is ${size}`]
      : []),
  ];
}

function boundFaults({ type, min = {}, max = {} }: Part, { requests = {}, limits = {} }: Part): string[] {
  const faults: string[] = [];
  for (const [name, least] of Object.entries<string>(min)) {
    const start = `minimum ${name} usage per ${type} is ${least}`;
    if (requests[name] === undefined) faults.push(`${start}.  No request is specified`);
    else if (compareQuantities(requests[name], least) < 0) faults.push(`${start}, but request is ${requests[name]}`);
    else if (limits[name] !== undefined && compareQuantities(limits[name], least) < 0) {
      faults.push(`${start}, but limit is ${limits[name]}`);
    }
  }
  for (const [name, most] of Object.entries<string>(max)) {
    const start = `maximum ${name} usage per ${type} is ${most}`;
    if (limits[name] === undefined) faults.push(`${start}.  No limit is specified`);
    else if (compareQuantities(limits[name], most) > 0) faults.push(`${start}, but limit is ${limits[name]}`);
    else if (requests[name] !== undefined && compareQuantities(requests[name], most) > 0) {
      faults.push(`${start}, but request is ${requests[name]}`);
    }
  }
  return faults;
}

function totalOf(containers: readonly Part[]): Part {
  const total = (field: string) => containers.reduce((sum: Part, { resources }) => addAll(sum, resources[field]), {});
  return { requests: total("requests"), limits: total("limits") };
}

function addAll(sum: Part, quantities: Part = {}): Part {
  const next = { ...sum };
  for (const [name, value] of Object.entries<string>(quantities)) next[name] = addQuantities(next[name] ?? "0", value);
  return next;
}

function limitsOf(namespace: string, { list }: AdmissionContext): Part[][] {
  return Array.from(list("/limitranges", namespace), ({ spec }) => (spec as Part).limits ?? []);
}

function ofType(items: readonly Part[], type: string): Part[] {
  return items.filter((item) => item.type === type);
}

function isNew({ operation, resource, subresource, object }: AdmissionAttributes, storedAs: string): boolean {
  return operation === "CREATE" && resource.storedAs === storedAs && subresource === "" && object !== undefined;
}
