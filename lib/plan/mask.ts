/**
 * Keeps secret values out of everything that is printed.
 *
 * Equal values get equal stand-ins within one run, so that a change stays visible; nothing about the value itself,
 * not even its length, can be read from a stand-in.
 *
 * @module
 */

import type { PathElement } from "../kube/field_path.ts";

// Holds a copy of the whole object, also of what is secret in it.
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Replaces secret values by stand-ins. */
export class Mask {
  readonly #numbers = new Map<string, number>();
  readonly #secrets: RegExp;

  /**
   * Makes a mask.
   *
   * @param secrets Values that must not be shown anywhere, such as those of secret params.
   */
  constructor(secrets: Iterable<string> = []) {
    // The longest first: one may be part of another, whose rest would then be seen.
    const sorted = [...secrets].filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
    // Without any, a pattern that matches nothing.
    this.#secrets = new RegExp(sorted.map((secret) => RegExp.escape(secret)).join("|") || "(?!)", "g");
  }

  /**
   * Makes a field's value fit to be shown.
   *
   * @param kind The kind and group of the object.
   * @param path The field.
   * @param value The value.
   * @returns The value, or a stand-in for what in it is secret.
   *
   * @example Usage
   * ```ts
   * import { strictEqual } from "node:assert/strict";
   *
   * const mask = new Mask();
   * const path = [{ field: "data" }, { field: "password" }];
   * strictEqual(mask.field({ group: "", kind: "Secret" }, path, "aHVudGVyMg=="), "<redacted #1>");
   * ```
   */
  field(
    kind: { readonly group: string; readonly kind: string },
    path: readonly PathElement[],
    value: unknown,
  ): unknown {
    if (value === undefined) return undefined;
    const fields = path.flatMap((element) => "field" in element ? [element.field] : []);
    const isSecret = kind.kind === "Secret" && kind.group === "" &&
      (fields[0] === "data" || fields[0] === "stringData");
    return this.#hide(value, isSecret || fields.includes(LAST_APPLIED));
  }

  /**
   * Makes a message fit to be shown.
   *
   * @param text The message.
   * @returns The message with stand-ins for the secret values in it.
   */
  text(text: string): string {
    return text.replace(this.#secrets, (secret) => this.#standIn(secret));
  }

  #hide(value: unknown, isSecret: boolean): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#hide(item, isSecret));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, this.#hide(inner, isSecret || key === LAST_APPLIED)]),
      );
    }
    if (isSecret) return this.#standIn(String(value));
    return typeof value === "string" ? this.text(value) : value;
  }

  #standIn(value: string): string {
    let number = this.#numbers.get(value);
    if (number === undefined) this.#numbers.set(value, number = this.#numbers.size + 1);
    return `<redacted #${number}>`;
  }
}
