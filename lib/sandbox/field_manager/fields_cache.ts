/**
 * Field sets in both of their forms: most entries of managedFields are the same after a write as before.
 *
 * @module
 */

import { type FieldSet, parseFieldsV1 } from "./field_set.ts";

/** Remembers what was parsed and written as long as either form is in use. */
export class FieldsCache {
  readonly #sets = new WeakMap<object, FieldSet>();
  readonly #texts = new WeakMap<FieldSet, Record<string, unknown>>();

  /**
   * Reads a set.
   *
   * @param fieldsV1 Its form in managedFields, which nobody changes any more.
   * @returns The set.
   * @throws {TypeError} If it is no such set.
   */
  parse(fieldsV1: Record<string, unknown>): FieldSet {
    const known = this.#sets.get(fieldsV1);
    return known ?? this.#remember(parseFieldsV1(fieldsV1), fieldsV1);
  }

  /**
   * Writes a set.
   *
   * @param set The set, which nobody changes any more.
   * @returns Its form in managedFields.
   */
  format(set: FieldSet): Record<string, unknown> {
    const known = this.#texts.get(set);
    if (known !== undefined) return known;
    const fieldsV1 = set.toFieldsV1();
    this.#remember(set, fieldsV1);
    return fieldsV1;
  }

  #remember(set: FieldSet, fieldsV1: Record<string, unknown>): FieldSet {
    this.#sets.set(fieldsV1, set);
    this.#texts.set(set, fieldsV1);
    return set;
  }
}
