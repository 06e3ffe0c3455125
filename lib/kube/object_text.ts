/**
 * Objects as text: YAML, of which JSON is a part.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { parseYamlDocuments } from "../base/yaml.ts";
import type { KubeObject } from "./object.ts";

/**
 * Reads one object from text.
 *
 * @param text The text, YAML or JSON.
 * @returns The object.
 * @throws {SyntaxError} If the text is not YAML.
 * @throws {TypeError} If it is anything but one object with `apiVersion` and `kind`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseObjectText("apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }").kind, "Namespace");
 * strictEqual(parseObjectText('{ "apiVersion": "v1", "kind": "Namespace" }').apiVersion, "v1");
 * ```
 */
export function parseObjectText(text: string): KubeObject {
  const documents = parseYamlDocuments(text);
  if (documents.length !== 1) throw new TypeError(`Cannot read an object: the text has ${documents.length} documents`);
  const { value } = documents[0]!;
  if (!isKubeObject(value)) throw new TypeError('Cannot read an object: the text has no "apiVersion" and "kind"');
  return value;
}

function isKubeObject(value: unknown): value is KubeObject & Record<string, unknown> {
  return isJsonObject(value) && typeof value.apiVersion === "string" && typeof value.kind === "string";
}
