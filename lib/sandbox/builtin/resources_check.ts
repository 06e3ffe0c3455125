/**
 * The rules of resource requests and limits.
 *
 * @module
 */

import { compareQuantities, parseQuantity } from "../../kube/quantity.ts";
import { validateLabelKey } from "../../kube/names.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";

const CONTAINER_RESOURCES = ["cpu", "memory", "ephemeral-storage"];
const STANDARD_RESOURCES = [
  ...CONTAINER_RESOURCES,
  ..."pods services replicationcontrollers secrets configmaps persistentvolumeclaims storage resourcequotas".split(" "),
  ..."requests.cpu requests.memory requests.storage requests.ephemeral-storage limits.cpu limits.memory".split(" "),
  ..."limits.ephemeral-storage services.loadbalancers services.nodeports".split(" "),
];

/**
 * Judges requests and limits.
 *
 * @param resources The requests and limits.
 * @param path Where they are.
 * @param errors Where to report.
 */
export function validateResources({ limits = {}, requests = {} }: Part, path: string, errors: FieldErrors): void {
  for (const [name, quantity] of Object.entries<string>(limits)) {
    checkContainerResource(errors, name, quantity, `${path}.limits[${name}]`);
  }
  for (const [name, quantity] of Object.entries<string>(requests)) {
    checkContainerResource(errors, name, quantity, `${path}.requests[${name}]`);
    const limit = limits[name];
    if (limit === undefined) {
      if (isExtended(name)) errors.required(`${path}.limits`, "Limit must be set for non overcommitable resources");
    } else if (isExtended(name) && compareQuantities(quantity, limit) !== 0) {
      errors.invalid(`${path}.requests`, quantity, `must be equal to ${name} limit of ${limit}`);
    } else if (compareQuantities(quantity, limit) > 0) {
      errors.invalid(`${path}.requests`, quantity, `must be less than or equal to ${name} limit of ${limit}`);
    }
  }
}

/**
 * Judges a quantity of anything.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param quantity The quantity.
 * @param isInteger Whether it must be an integer.
 */
export function checkQuantity(errors: FieldErrors, path: string, quantity: string, isInteger: boolean): void {
  if (compareQuantities(quantity, 0) < 0) errors.invalid(path, quantity, "must be greater than or equal to 0");
  if (isInteger && parseQuantity(quantity).exponent < 0) errors.invalid(path, quantity, "must be an integer");
}

/**
 * Judges the name of a resource.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param name The name.
 */
export function checkResourceName(errors: FieldErrors, path: string, name: string): void {
  errors.invalid(path, name, ...validateLabelKey(name));
  if (!name.includes("/") && !STANDARD_RESOURCES.includes(name) && !isCount(name) && !isHugePages(name)) {
    errors.invalid(path, name, "must be a standard resource type or fully qualified");
  }
}

/**
 * Tells whether a resource can be counted by a quota.
 *
 * @param name Its name.
 * @returns Whether it can.
 */
export function isQuotaResource(name: string): boolean {
  return STANDARD_RESOURCES.includes(name) || isCount(name) || name.includes("/") || isHugePages(name);
}

function checkContainerResource(errors: FieldErrors, name: string, quantity: string, path: string): void {
  checkResourceName(errors, path, name);
  if (!name.includes("/") && !CONTAINER_RESOURCES.includes(name) && !isHugePages(name)) {
    errors.invalid(path, name, "must be a standard resource for containers");
  }
  checkQuantity(errors, path, quantity, isExtended(name));
}

function isExtended(name: string): boolean {
  return isHugePages(name) || (name.includes("/") && !name.replace(/\/.*/, "").endsWith("kubernetes.io"));
}

function isHugePages(name: string): boolean {
  return name.startsWith("hugepages-");
}

function isCount(name: string): boolean {
  return name.startsWith("count/") || name.includes(".storageclass.storage.k8s.io/");
}
