/**
 * How rules that no schema tells look at objects and report what they find.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { FieldPath } from "../../kube/desired_object.ts";
import { validateLabelKey, validateLabelValue } from "../../kube/names.ts";
import { nameValue, type Problem } from "./problem.ts";

/** Collects mistakes. */
export class Mistakes {
  /** What was found. */
  readonly problems: Problem[] = [];

  /**
   * Reports a mistake.
   *
   * @param path The field.
   * @param message What is wrong with it.
   * @param incomplete Whether something lacks that others may have set.
   */
  add(path: FieldPath, message: string, incomplete: boolean = false): void {
    this.problems.push({ path, message, ...(incomplete && { incomplete }) });
  }

  /**
   * Checks a text. What is no text, or empty, is left to others.
   *
   * @param path The field.
   * @param text The text.
   * @param validate Tells its faults.
   */
  text(path: FieldPath, text: unknown, validate: (text: string) => string[]): void {
    if (typeof text !== "string" || text === "") return;
    // The examples and the regular expression make more of a line than the rule itself.
    for (const fault of validate(text)) this.add(path, `is ${nameValue(text)}: ${fault.replace(/ \(e\.g\. .*/, "")}`);
  }

  /**
   * Checks that names are unique. What is no text, or empty, is left to others.
   *
   * @param names The names, each with its field.
   */
  unique(names: readonly (readonly [path: FieldPath, name: unknown])[]): void {
    const seen = new Set<unknown>();
    for (const [path, name] of names) {
      if (typeof name !== "string" || name === "") continue;
      if (seen.has(name)) this.add(path, `is ${nameValue(name)}, as that of another one`);
      seen.add(name);
    }
  }
}

/**
 * Checks the labels and annotations of an object, or of a template of objects.
 *
 * @param metadata What should be its metadata.
 * @param path The path of that.
 * @param mistakes Receives the mistakes.
 */
export function checkLabels(metadata: unknown, path: FieldPath, mistakes: Mistakes): void {
  for (const [key, value] of Object.entries(fieldsAt(metadata, "labels"))) {
    mistakes.text([...path, "labels", key], key, validateLabelKey);
    mistakes.text([...path, "labels", key], value, validateLabelValue);
  }
  for (const key of Object.keys(fieldsAt(metadata, "annotations"))) {
    mistakes.text([...path, "annotations", key], key, (text) => validateLabelKey(text.toLowerCase()));
  }
}

/**
 * Reads the fields of what should be an object.
 *
 * @param value The value.
 * @param path The fields to go down.
 * @returns The fields; none if it is no object.
 */
export function fieldsAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const [field, ...rest] = path;
  if (!isJsonObject(value)) return {};
  return field === undefined ? value : fieldsAt(value[field], ...rest);
}

/**
 * Reads the items of what should be a list of objects.
 *
 * @param value The value.
 * @param path Where the list stands.
 * @returns The fields of each item with its path; none if it is no list.
 */
export function itemsAt(value: unknown, path: FieldPath): [item: Readonly<Record<string, unknown>>, path: FieldPath][] {
  return Array.isArray(value) ? value.map((item, index) => [fieldsAt(item), [...path, index]]) : [];
}
