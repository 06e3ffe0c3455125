/**
 * Checks that several kinds share.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import {
  validateDns1123Label,
  validateDns1123Subdomain,
  validateLabelKey,
  validateLabelValue,
} from "../../kube/names.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";

const PERCENT_RULE =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', " +
  "regex used for validation is '[0-9]+%')";

/** Says that a field cannot be changed. */
export const IMMUTABLE = "field is immutable";

/**
 * Demands that a number is not negative.
 *
 * @param errors Where to report.
 * @param part What holds the fields.
 * @param path Its path, with a dot at its end.
 * @param fields The fields; those that are absent are fine.
 */
export function checkNonNegative(errors: FieldErrors, part: Part, path: string, ...fields: readonly string[]): void {
  for (const field of fields) {
    if (part[field] < 0) errors.invalid(`${path}${field}`, part[field], "must be greater than or equal to 0");
  }
}

/**
 * Demands that a text is there and among those allowed.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param value The text.
 * @param allowed What is allowed.
 */
export function checkOneOf(errors: FieldErrors, path: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) errors.notSupported(path, value, allowed);
}

const PLAIN_FINALIZERS = ["orphan", "foregroundDeletion", "kubernetes"];

/**
 * Demands that a finalizer bears the name of whose it is, unless it is one of those of Kubernetes itself.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param finalizer The finalizer.
 */
export function checkPlainFinalizer(errors: FieldErrors, path: string, finalizer: string): void {
  if (finalizer.includes("/") || PLAIN_FINALIZERS.includes(finalizer)) return;
  errors.invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
}

/**
 * Demands that a number is that of a port.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param value The number.
 */
export function checkPort(errors: FieldErrors, path: string, value: unknown): void {
  if (!(Number(value) >= 1 && Number(value) <= 65535)) {
    errors.invalid(path, value, "must be between 1 and 65535, inclusive");
  }
}

/**
 * Demands that labels are such.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param labels The labels.
 */
export function checkLabels(errors: FieldErrors, path: string, labels: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(labels)) {
    errors.invalid(path, key, ...validateLabelKey(key));
    errors.invalid(path, value, ...validateLabelValue(value));
  }
}

/**
 * Demands that a label selector is one.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param selector The selector.
 * @returns Whether it is.
 */
export function checkSelector(errors: FieldErrors, path: string, selector: Part | null | undefined): boolean {
  const before = errors.list.length;
  for (const [index, item] of (selector?.matchExpressions ?? []).entries()) {
    const itemPath = `${path}.matchExpressions[${index}]`;
    const count = item.values?.length ?? 0;
    if (["In", "NotIn"].includes(item.operator)) {
      if (count === 0) errors.required(`${itemPath}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (["Exists", "DoesNotExist"].includes(item.operator)) {
      if (count > 0) {
        errors.forbidden(`${itemPath}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
    } else errors.invalid(`${itemPath}.operator`, item.operator, "not a valid selector operator");
    errors.invalid(`${itemPath}.key`, item.key, ...validateLabelKey(item.key));
    for (const value of item.values ?? []) errors.invalid(`${itemPath}.values`, value, ...validateLabelValue(value));
  }
  checkLabels(errors, `${path}.matchLabels`, selector?.matchLabels);
  return errors.list.length === before;
}

/**
 * Demands that a field is as it was.
 *
 * @param errors Where to report.
 * @param path The path of the field.
 * @param value Its value.
 * @param old What it was.
 */
export function checkImmutable(errors: FieldErrors, path: string, value: unknown, old: unknown): void {
  if (!jsonEquals(value ?? null, old ?? null)) errors.invalid(path, value, IMMUTABLE);
}

/**
 * Demands that a number or percentage is one, and not negative.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param value The value; absent is fine.
 */
export function checkPercentOrNumber(errors: FieldErrors, path: string, value: unknown): void {
  if (typeof value === "number" && value < 0) errors.invalid(path, value, "must be greater than or equal to 0");
  if (typeof value === "string" && !/^[0-9]+%$/.test(value)) errors.invalid(path, value, PERCENT_RULE);
}

/**
 * Demands a name, and that it is a DNS label.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param name The name.
 */
export function checkLabelName(errors: FieldErrors, path: string, name: string | undefined): void {
  if (!name) errors.required(path);
  else errors.invalid(path, name, ...validateDns1123Label(name));
}

/**
 * Demands that a name, if there is one, is a DNS subdomain.
 *
 * @param errors Where to report.
 * @param path The path.
 * @param name The name.
 */
export function checkSubdomain(errors: FieldErrors, path: string, name: string | undefined): void {
  if (name) errors.invalid(path, name, ...validateDns1123Subdomain(name));
}

/**
 * Tells what is wrong with a name that becomes part of a path, such as that of a role.
 *
 * @param name The name.
 * @returns One message per fault.
 */
export function pathSegmentFaults(name: string): string[] {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((text) => name.includes(text)).map((text) => `may not contain '${text}'`);
}

/**
 * Finds the value at a path.
 *
 * @param object The object.
 * @param path Fields with dots between them.
 * @returns The value.
 */
export function valueAt(object: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, field) => (value as Part | undefined)?.[field], object);
}
