/**
 * When a desired and a live value are the same although they are written differently.
 *
 * The API server stores built-in kinds in normal forms: quantities are re-written, zero values are left out, defaults
 * are filled in inside atomic values. Custom resources are stored as sent, so for them only equal is the same.
 *
 * @module
 */

import { isJsonObject, jsonEquals } from "../base/json.ts";
import type { PathElement } from "../kube/field_path.ts";
import { canonicalQuantity } from "../kube/quantity.ts";

/** How alike two values are; `doubtful` values differ in a way that the server might iron out. */
export type Likeness = "same" | "different" | "doubtful";

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
 * strictEqual(likeness(path, "1000m", "1", true), "same");
 * strictEqual(likeness(path, "1000m", "1", false), "different");
 * ```
 */
export function likeness(path: readonly PathElement[], desired: unknown, live: unknown, builtIn: boolean): Likeness {
  if (jsonEquals(desired, live) || (desired === null && live === undefined)) return "same";
  if (!builtIn) return "different";
  if (isNothing(desired) && isNothing(live)) return "same";
  if (live === undefined) return isZero(desired) ? "same" : "different";
  if (isQuantityPath(path) && sameQuantity(desired, live)) return "same";
  if (typeof desired === "object" && desired !== null) return contains(path, live, desired);
  return "different";
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
  ...["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"].map((field) => ["limits", field, "*"]),
];

function isQuantityPath(path: readonly PathElement[]): boolean {
  const names = path.flatMap((element) => "field" in element ? [element.field] : []);
  return names[0] === "spec" && QUANTITY_PATHS.some((pattern) =>
    pattern.length < names.length &&
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
  "apiVersion=v1", // fieldRef, claim templates
  "divisor=0", // resourceFieldRef
  "kind=PersistentVolumeClaim", // claim templates
  "protocol=TCP", // ports of NetworkPolicies
  "volumeMode=Filesystem", // claim templates
  "optional=false",
  'status={"phase":"Pending"}', // claim templates
]);

/** Judges an atomic value: live may hold more, if all that it holds more are defaults. */
function contains(path: readonly PathElement[], live: unknown, desired: unknown): Likeness {
  if (jsonEquals(desired, live)) return "same";
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return "different";
    return worst(desired.map((item, index) => contains([...path, { index }], live[index], item)));
  }
  if (isJsonObject(desired)) {
    if (!isJsonObject(live)) return "different";
    const inner = Object.keys(desired).map((key) => likeness([...path, { field: key }], desired[key], live[key], true));
    const extra = Object.keys(live).filter((key) => !Object.hasOwn(desired, key)).map((key): Likeness =>
      DEFAULTS_INSIDE_ATOMS.has(`${key}=${isJsonObject(live[key]) ? JSON.stringify(live[key]) : live[key]}`)
        ? "same"
        : "doubtful"
    );
    return worst([...inner, ...extra]);
  }
  return likeness(path, desired, live, true);
}

function worst(likenesses: readonly Likeness[]): Likeness {
  if (likenesses.includes("different")) return "different";
  return likenesses.includes("doubtful") ? "doubtful" : "same";
}
