/**
 * One object as a script wrote it, checked and made into a desired object.
 *
 * Only what holds for every kind is checked here; what a kind's schema says is not.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { DesiredObject, FieldPath, Origin } from "../kube/desired_object.ts";
import type { KubeObject } from "../kube/object.ts";
import { type ObjectRef, refOf } from "../kube/object_ref.ts";
import { formatProblem, isIdentified } from "./field_origin.ts";
import { flatten } from "./flatten.ts";
import { copyPlain, type ReportField } from "./plain_copy.ts";
import { optionsOf } from "./read_options.ts";

/**
 * Checks an object and reads its options.
 *
 * @param input The object as the script wrote it; it is not changed.
 * @param origin Where it was written.
 * @param problems Receives every mistake.
 * @returns The desired object, not to be used if there were mistakes; `undefined` if the input is no plain object.
 */
export function readResource(input: object, origin: Origin, problems: string[]): DesiredObject | undefined {
  const report: ReportField = (path, problem) => problems.push(formatProblem(input, origin, path, problem));
  const { value, initial } = copyPlain(input, report);
  if (!isJsonObject(value)) return undefined;
  const object = withoutEmptyServerFields(value);
  checkIdentity(object, initial, report);
  checkServerFields(object, report);
  checkTexts(object, report);
  const { dependsOn, ignore = [], keep = false, adopt = false, readyWhen } = optionsOf(
    input,
    (problem) => report([], problem),
  );
  return {
    object: object as unknown as KubeObject,
    initial,
    ignore,
    dependsOn: readDependencies(dependsOn, report),
    keep,
    adopt,
    readyWhen,
    origin,
  };
}

// What the server sets. People paste what `kubectl get -o yaml` printed.
const SERVER_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

/**
 * Drops the placeholders that Go programs print for what only the server sets (`creationTimestamp: null`,
 * `status: { loadBalancer: {} }`): they say nothing, and manifests are full of them.
 */
function withoutEmptyServerFields(object: Record<string, unknown>): Record<string, unknown> {
  const { status, ...rest } = object;
  if (!isZero(status)) rest.status = status;
  if (isJsonObject(rest.metadata)) {
    const metadata = Object.entries(rest.metadata);
    rest.metadata = Object.fromEntries(metadata.filter(([k, v]) => v !== null || !SERVER_METADATA.includes(k)));
  }
  return rest;
}

// Zero in the sense of Go, at any depth.
function isZero(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.values(value).every(isZero) : !value;
}

const IDENTITY: readonly FieldPath[] = [["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"]];

function checkIdentity(object: Record<string, unknown>, initial: readonly FieldPath[], report: ReportField): void {
  const { apiVersion, kind, metadata } = object;
  if (!isText(apiVersion)) report(["apiVersion"], mustBeText(apiVersion));
  if (!isText(kind)) report(["kind"], mustBeText(kind));
  if (metadata !== undefined && !isJsonObject(metadata)) return report(["metadata"], "must be an object");
  const { name, namespace, generateName } = metadata ?? {};
  if (generateName !== undefined) {
    report(["metadata", "generateName"], "would make another object at every run: give metadata.name instead");
  } else if (!isText(name)) report(["metadata", "name"], mustBeText(name));
  if (namespace !== undefined && !isText(namespace)) report(["metadata", "namespace"], mustBeText(namespace));
  for (const path of initial) {
    const holdsIdentity = IDENTITY.some((field) => path.every((step, i) => step === field[i]));
    if (holdsIdentity) report(path, "identifies the object, so it cannot be marked with initial()");
  }
}

function checkServerFields({ metadata, status }: Record<string, unknown>, report: ReportField): void {
  if (status !== undefined) report(["status"], "is set by the cluster: remove it");
  for (const field of SERVER_METADATA) {
    if (isJsonObject(metadata) && field in metadata) report(["metadata", field], "is set by the server: remove it");
  }
}

function checkTexts({ metadata }: Record<string, unknown>, report: ReportField): void {
  for (const field of ["labels", "annotations"]) {
    const texts = isJsonObject(metadata) ? metadata[field] : undefined;
    if (texts === undefined || texts === null) continue;
    if (!isJsonObject(texts)) report(["metadata", field], "must be an object");
    else {
      for (const [key, value] of Object.entries(texts)) {
        if (typeof value !== "string") report(["metadata", field, key], mustBeText(value));
      }
    }
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function mustBeText(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === "") return "is empty";
  const isScalar = typeof value === "number" || typeof value === "boolean";
  return isScalar ? `must be text, is ${value}: write "${value}"` : "must be text";
}

function readDependencies(dependsOn: unknown, report: ReportField): ObjectRef[] {
  return [...flatten(dependsOn, {})].flatMap(({ value }) => {
    if (isIdentified(value)) return [refOf(value)];
    report([], 'option "dependsOn" holds something that is no object with apiVersion, kind and metadata.name');
    return [];
  });
}
