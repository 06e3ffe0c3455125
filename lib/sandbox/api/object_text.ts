/**
 * Objects as JSON texts. Stored objects never change, so each is written once.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import type { StoredObject } from "../registry/served_resource.ts";

/** The texts of objects that were written. */
export class ObjectTexts {
  readonly #texts = new WeakMap<StoredObject, string>();

  /**
   * Writes an object.
   *
   * @param object The object, which never changes.
   * @returns Its JSON.
   */
  textOf(object: StoredObject): string {
    let text = this.#texts.get(object);
    if (text === undefined) {
      text = stringifyJson(object);
      this.#texts.set(object, text);
    }
    return text;
  }
}
