/**
 * Judges `metadata`, as `k8s.io/apimachinery/pkg/api/validation` does.
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
import type { ObjectMeta, OwnerReference } from "../../kube/object.ts";
import { forbiddenField, invalidValue, required, tooLong } from "./field_error.ts";
import type { FieldError } from "./served_resource.ts";

/** Tells what is wrong with a name, or with what names begin with. */
export type ValidateName = (name: string) => string[];

const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** The fields that nobody can change. */
const IMMUTABLE = ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"];

/**
 * Judges the metadata of an object.
 *
 * @param metadata The metadata.
 * @param namespaced Whether it must be in a namespace.
 * @param validateName Tells what is wrong with the name.
 * @returns What is wrong with it.
 */
export function validateMetadata(
  metadata: ObjectMeta,
  namespaced: boolean,
  validateName: ValidateName = validateDns1123Subdomain,
): FieldError[] {
  const { name, generateName, namespace, generation, labels, annotations, ownerReferences, finalizers } = metadata;
  const errors: FieldError[] = [];
  if (generateName) {
    // What is added always ends with a letter or a digit.
    const faults = validateName(generateName.endsWith("-") ? `${generateName.slice(0, -1)}a` : generateName);
    errors.push(...faults.map((fault) => invalidValue("metadata.generateName", generateName, fault)));
  }
  if (!name) errors.push(required("metadata.name", "name or generateName is required"));
  else errors.push(...validateName(name).map((fault) => invalidValue("metadata.name", name, fault)));
  errors.push(...validateNamespace(namespace, namespaced));
  if (generation !== undefined && generation < 0) {
    errors.push(invalidValue("metadata.generation", generation, "must be greater than or equal to 0"));
  }
  errors.push(...validateLabels(labels, "metadata.labels"));
  errors.push(...validateAnnotations(annotations));
  errors.push(...validateOwnerReferences(ownerReferences));
  errors.push(...validateFinalizers(finalizers));
  return errors;
}

/**
 * Judges a change of metadata.
 *
 * @param metadata The metadata as it would be.
 * @param old The metadata as it is.
 * @returns What is wrong with the change.
 */
export function validateMetadataUpdate(metadata: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  const added = old.deletionTimestamp === undefined
    ? []
    : (metadata.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer));
  if (added.length > 0) {
    const list = added.map((finalizer) => JSON.stringify(finalizer)).join(", ");
    errors.push(
      forbiddenField(
        "metadata.finalizers",
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
      ),
    );
  }
  for (const field of IMMUTABLE as (keyof ObjectMeta)[]) {
    if (!jsonEquals(metadata[field], old[field])) {
      errors.push(invalidValue(`metadata.${field}`, metadata[field], "field is immutable"));
    }
  }
  return errors;
}

/**
 * Judges labels.
 *
 * @param labels The labels.
 * @param field Where they stand, such as `metadata.labels`.
 * @returns What is wrong with them.
 */
export function validateLabels(labels: Readonly<Record<string, string>> = {}, field: string): FieldError[] {
  return sortedEntries(labels).flatMap(([key, value]) => [
    ...validateLabelKey(key).map((fault) => invalidValue(field, key, fault)),
    ...validateLabelValue(value).map((fault) => invalidValue(field, value, fault)),
  ]);
}

function validateNamespace(namespace: string | undefined, namespaced: boolean): FieldError[] {
  const field = "metadata.namespace";
  if (!namespaced) return namespace ? [forbiddenField(field, "not allowed on this type")] : [];
  if (!namespace) return [required(field)];
  return validateDns1123Label(namespace).map((fault) => invalidValue(field, namespace, fault));
}

function validateAnnotations(annotations: Readonly<Record<string, string>> = {}): FieldError[] {
  const field = "metadata.annotations";
  const entries = sortedEntries(annotations);
  const errors = entries.flatMap(([key]) =>
    // Prefixes are judged without regard to case.
    validateLabelKey(key.toLowerCase()).map((fault) => invalidValue(field, key, fault))
  );
  const size = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return size > ANNOTATIONS_LIMIT_BYTES ? [...errors, tooLong(field, ANNOTATIONS_LIMIT_BYTES)] : errors;
}

function validateOwnerReferences(references: readonly OwnerReference[] = []): FieldError[] {
  const field = "metadata.ownerReferences";
  const errors = references.flatMap((reference, index) => {
    const { apiVersion, kind, name, uid } = reference;
    const path = `${field}[${index}]`;
    const faults: FieldError[] = [];
    if (apiVersion === "") faults.push(required(`${path}.apiVersion`, "must not be empty"));
    else if (!/^[^/]*(\/[^/]*)?$/.test(apiVersion)) {
      faults.push(invalidValue(`${path}.apiVersion`, apiVersion, "must be <group>/<version> or <version>"));
    }
    if (kind === "") faults.push(required(`${path}.kind`, "must not be empty"));
    if (name === "") faults.push(required(`${path}.name`, "must not be empty"));
    if (uid === "") faults.push(required(`${path}.uid`, "must not be empty"));
    if (apiVersion === "v1" && kind === "Event") {
      faults.push(invalidValue(path, reference, "/v1, Kind=Event is disallowed from being an owner"));
    }
    return faults;
  });
  const controllers = references.filter(({ controller }) => controller);
  for (const { kind, name } of controllers.slice(1)) {
    const detail = 'Only one reference can have Controller set to true. Found "true" in references for ' +
      `${controllers[0]!.kind}/${controllers[0]!.name} and ${kind}/${name}`;
    errors.push(invalidValue(field, references, detail));
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[] = []): FieldError[] {
  const field = "metadata.finalizers";
  const errors = finalizers.flatMap((finalizer) =>
    validateLabelKey(finalizer).map((fault) => invalidValue(field, finalizer, fault))
  );
  return finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")
    ? [...errors, invalidValue(field, finalizers, "finalizer orphan and foregroundDeletion cannot be both set")]
    : errors;
}

function sortedEntries(values: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(values).sort(([a], [b]) => a < b ? -1 : 1);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
