/**
 * Reads a file with the values of params.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { parseYamlDocuments } from "../../base/yaml.ts";
import { ParamsError } from "../../script/script_error.ts";
import { readText, withFileErrors } from "./local_file.ts";

/**
 * Reads a file with the values of params.
 *
 * @param path The file: YAML or JSON.
 * @returns The values by param; none if the file is empty.
 * @throws {ScriptError} If the file cannot be read, or does not hold a single object.
 */
export function readParamsFile(path: string): Promise<Record<string, unknown>> {
  const action = `Cannot read params file "${path}"`;
  return withFileErrors(action, path, async () => {
    const documents = parseYamlDocuments(await readText(path));
    if (documents.length > 1) throw new ParamsError(action, [`it has ${documents.length} documents: write one object`]);
    const { value } = documents[0] ?? { value: {} };
    if (isJsonObject(value)) return value;
    throw new ParamsError(action, ["it does not hold an object that gives each param by its name"]);
  });
}
