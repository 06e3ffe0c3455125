/**
 * When a desired and a live value are the same although they are written differently.
 *
 * The API server stores built-in kinds in normal forms: quantities are re-written, zero values are left out. Into the
 * atomic values of all kinds it fills defaults.
 *
 * @module
 */

import { isJsonObject, jsonEquals, stringifyJson } from "../base/json.ts";
import type { PathElement } from "../kube/field_path.ts";
import { canonicalQuantity } from "../kube/quantity.ts";

/**
 * How alike two values are.
 *
 * - `same`: they are equal.
 * - `alike`: the server usually stores the one for the other. That depends on the field's type, which is not known
 *   here: most fields drop a zero, but `minimum: 0` in the schema of a CustomResourceDefinition stays.
 * - `doubtful`: live holds more, which the server may have filled in.
 * - `different`: they are not the same.
 */
export type Likeness = "same" | "alike" | "doubtful" | "different";

/**
 * Judges whether a desired and a live value are the same.
 *
 * @param path Where the values stand.
 * @param desired The desired value.
 * @param live The live value; `undefined` if there is none.
 * @param builtIn Whether the kind is built into the API server.
 * @returns How alike they are.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const path = [{ field: "spec" }, { field: "resources" }, { field: "limits" }, { field: "cpu" }];
 * strictEqual(likeness(path, "1000m", "1", true), "alike");
 * strictEqual(likeness(path, "1000m", "1", false), "different");
 * ```
 */
export function likeness(path: readonly PathElement[], desired: unknown, live: unknown, builtIn: boolean): Likeness {
  if (jsonEquals(desired, live)) return "same";
  if (desired === null && live === undefined) return "alike";
  if (builtIn && isNormalFormOf(path, desired, live)) return "alike";
  return contains(path, live, desired, builtIn);
}

function isNormalFormOf(path: readonly PathElement[], desired: unknown, live: unknown): boolean {
  if (isNothing(desired) && isNothing(live)) return true;
  if (live === undefined) return isZero(desired);
  return isQuantityPath(path) && sameQuantity(desired, live);
}

// The API leaves out empty maps and lists when it writes a built-in object, and drops nulls.
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

function isZero(value: unknown): boolean {
  return value === "" || value === 0 || value === false || isNothing(value);
}

/** Where built-in kinds hold quantities: the last fields of a path; `*` is any field, list items are skipped. */
const QUANTITY_PATHS: readonly (readonly string[])[] = [
  ["resources", "limits", "*"],
  ["resources", "requests", "*"],
  ["emptyDir", "sizeLimit"],
  ["resourceFieldRef", "divisor"],
  ["target", "averageValue"],
  ["target", "value"],
  ["spec", "hard", "*"],
  ["spec", "capacity", "*"],
  ["spec", "overhead", "*"],
  ["overhead", "podFixed", "*"],
  ...["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"].map((field) => ["limits", field, "*"]),
];

function isQuantityPath(path: readonly PathElement[]): boolean {
  const names = path.flatMap((element) => "field" in element ? [element.field] : []);
  // Of a CSIStorageCapacity.
  if (names.length === 1) return names[0] === "capacity" || names[0] === "maximumVolumeSize";
  return QUANTITY_PATHS.some((pattern) =>
    pattern.length <= names.length &&
    pattern.every((name, i) => name === "*" || name === names[names.length - pattern.length + i])
  );
}

function sameQuantity(desired: unknown, live: unknown): boolean {
  const [a, b] = [desired, live].map((value) =>
    typeof value === "string" || typeof value === "number" ? tryCanonical(value) : undefined
  );
  return a !== undefined && a === b;
}

function tryCanonical(value: string | number): string | undefined {
  try {
    return canonicalQuantity(value);
  } catch {
    return undefined;
  }
}

/**
 * Defaults that the server fills in inside atomic values, as `field=value`.
 *
 * Outside of atomic values they do not matter: there only the fields that were sent are compared.
 */
const DEFAULTS_INSIDE_ATOMS = new Set([
  "allocationMode=ExactCount", // requests for devices
  "apiGroup=rbac.authorization.k8s.io", // subjects of role bindings
  "apiVersion=v1", // fieldRef, claim templates
  "conditions={}", // endpoints
  "count=1", // requests for devices
  "divisor=0", // resourceFieldRef
  "expirationSeconds=3600", // tokens in projected volumes
  "kind=PersistentVolumeClaim", // claim templates
  "matchPolicy=Equivalent", // what admission policies match
  "namespaceSelector={}",
  "objectSelector={}",
  "optional=false",
  "protocol=TCP", // ports of NetworkPolicies
  "scope=*", // rules of admission
  "status=True", // conditions in failure policies of Jobs
  'status={"phase":"Pending"}', // claim templates
  "volumeMode=Filesystem", // claim templates
]);

/** Judges maps and lists: live may hold more. */
function contains(path: readonly PathElement[], live: unknown, desired: unknown, builtIn: boolean): Likeness {
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return "different";
    return worst(desired.map((item, index) => likeness([...path, { index }], item, live[index], builtIn)));
  }
  if (!isJsonObject(desired) || !isJsonObject(live)) return "different";
  const inner = Object.keys(desired)
    .map((key) => likeness([...path, { field: key }], desired[key], live[key], builtIn));
  const extra = Object.keys(live).filter((key) => !Object.hasOwn(desired, key))
    .map((key): Likeness => builtIn && isDefault(key, live[key]) ? "alike" : "doubtful");
  return worst([...inner, ...extra]);
}

function isDefault(field: string, value: unknown): boolean {
  const text = typeof value === "object" ? stringifyJson(value) : String(value);
  return value === null || DEFAULTS_INSIDE_ATOMS.has(`${field}=${text}`);
}

function worst(likenesses: readonly Likeness[]): Likeness {
  return (["different", "doubtful", "alike"] as const).find((likeness) => likenesses.includes(likeness)) ?? "same";
}
