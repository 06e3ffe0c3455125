/**
 * Reading the fields of a kubeconfig so that every mistake names the file and the field.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { KubescriptErrorOptions } from "../../kube/error.ts";
import { ConfigError } from "../config_error.ts";
import { type Fail, readFile, resolvePath } from "./files.ts";

/**
 * An object in a kubeconfig, which knows where it stands.
 *
 * As in kubectl, a field that is `null` or an empty text is the same as one that is absent, and fields that are not
 * asked for are not looked at.
 */
export class ConfigObject {
  /** The kubeconfig that holds it. */
  readonly file: string;
  readonly #path: string;
  readonly #fields: Record<string, unknown>;

  /**
   * Wraps an object.
   *
   * @param file The kubeconfig that holds it.
   * @param path Where it is in the kubeconfig, for example `users[0].user`; empty for the whole.
   * @param fields Its fields.
   */
  constructor(file: string, path: string, fields: Record<string, unknown>) {
    this.file = file;
    this.#path = path;
    this.#fields = fields;
  }

  /**
   * Makes the error for a field.
   *
   * @param name The field's name.
   * @param problem What is wrong with it, as a verb phrase: `is missing`.
   * @param options The hint and the cause.
   * @returns The error.
   */
  error(name: string, problem: string, options?: KubescriptErrorOptions): ConfigError {
    return new ConfigError(
      `Cannot read kubeconfig "${this.file}": field "${this.#pathOf(name)}" ${problem}`,
      options,
    );
  }

  /**
   * Reads a field of any type.
   *
   * @param name The field's name.
   * @returns Its value; `undefined` if it is absent, `null` or empty.
   */
  get(name: string): unknown {
    const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    return value === null || value === "" ? undefined : value;
  }

  /**
   * Reads a text.
   *
   * @param name The field's name.
   * @returns The text; `undefined` if it is absent or empty.
   * @throws {ConfigError} If it is something else.
   */
  string(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.#typeError(name, "a text", value);
  }

  /**
   * Reads a text that must be there.
   *
   * @param name The field's name.
   * @returns The text.
   * @throws {ConfigError} If it is absent or something else.
   */
  required(name: string): string {
    const value = this.string(name);
    if (value === undefined) throw this.error(name, "is missing");
    return value;
  }

  /**
   * Reads a yes or no.
   *
   * @param name The field's name.
   * @returns Its value; no if it is absent.
   * @throws {ConfigError} If it is something else.
   */
  boolean(name: string): boolean {
    const value = this.get(name) ?? false;
    if (typeof value === "boolean") return value;
    throw this.#typeError(name, "true or false", value);
  }

  /**
   * Reads a list of texts.
   *
   * @param name The field's name.
   * @returns The texts; empty if it is absent.
   * @throws {ConfigError} If it is something else.
   */
  strings(name: string): string[] {
    return this.#list(name).map((item, i) => {
      if (typeof item === "string") return item;
      throw this.#typeError(`${name}[${i}]`, "a text", item);
    });
  }

  /**
   * Reads an object.
   *
   * @param name The field's name.
   * @returns The object; an empty one if it is absent.
   * @throws {ConfigError} If it is something else.
   */
  object(name: string): ConfigObject {
    return this.#child(name, this.get(name) ?? {});
  }

  /**
   * Reads a list of objects.
   *
   * @param name The field's name.
   * @returns The objects; empty if it is absent.
   * @throws {ConfigError} If it is something else.
   */
  objects(name: string): ConfigObject[] {
    return this.#list(name).map((item, i) => this.#child(`${name}[${i}]`, item));
  }

  /**
   * Lists the fields that are there.
   *
   * @returns Their names.
   */
  names(): string[] {
    return Object.keys(this.#fields);
  }

  /**
   * Reads a path; a relative one starts from the folder of the kubeconfig.
   *
   * @param name The field's name.
   * @returns The path; `undefined` if it is absent.
   * @throws {ConfigError} If it is not a text.
   */
  path(name: string): string | undefined {
    const path = this.string(name);
    return path === undefined ? undefined : resolvePath(path, this.file);
  }

  /**
   * Makes the function that tells what is wrong with a file that a field names.
   *
   * @param name The field's name.
   * @returns The function.
   */
  failOfFile(name: string): Fail {
    return (problem, options) => this.error(name, `names file "${this.path(name)}", which ${problem}`, options);
  }

  /**
   * Reads what is given either inline as base64 (the field's name with `-data`, which wins) or as a path.
   *
   * @typeParam T What is read.
   * @param name The field's name without `-data`.
   * @param parse Reads the text.
   * @returns What `parse` returned; `undefined` if neither field is there.
   * @throws {ConfigError} If it cannot be read.
   */
  async dataOrFile<T>(name: string, parse: (text: string, fail: Fail) => T): Promise<T | undefined> {
    const dataName = `${name}-data`;
    const data = this.string(dataName);
    if (data !== undefined) {
      const fail: Fail = (problem, options) => this.error(dataName, problem, options);
      return parse(decodeBase64(data, fail, name), fail);
    }
    const path = this.path(name);
    if (path === undefined) return undefined;
    const fail = this.failOfFile(name);
    return parse(await readFile(path, fail), fail);
  }

  #list(name: string): unknown[] {
    const value = this.get(name) ?? [];
    if (Array.isArray(value)) return value;
    throw this.#typeError(name, "a list", value);
  }

  #child(name: string, value: unknown): ConfigObject {
    if (!isJsonObject(value)) throw this.#typeError(name, "an object", value);
    return new ConfigObject(this.file, this.#pathOf(name), value);
  }

  #pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  // Names the type only: the value may be a secret.
  #typeError(name: string, wanted: string, value: unknown): ConfigError {
    const type = value === null ? "null" : Array.isArray(value) ? "a list" : `of type ${typeof value}`;
    const hint = wanted === "a text" && typeof value !== "object" ? "Put the value in quotes" : undefined;
    return this.error(name, `must be ${wanted}: it is ${type}`, { hint });
  }
}

function decodeBase64(data: string, fail: Fail, name: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(data));
  } catch {
    throw fail("is not base64", { hint: `Encode it with base64, or name a file in field "${name}" instead` });
  }
}
