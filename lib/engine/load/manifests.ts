/**
 * Manifests for use inside scripts.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { formatOrigin, type Origin } from "../../kube/desired_object.ts";
import type { KubeObject } from "../../kube/object.ts";
import { fieldOrigin } from "../../script/field_origin.ts";
import { flatten } from "../../script/flatten.ts";
import { withOrigin } from "../../script/object_origin.ts";
import { isList, type ManifestDocument } from "../../script/resources.ts";
import { ScriptError } from "../../script/script_error.ts";
import { readManifests } from "./manifest_documents.ts";

/** An object that was read from a manifest. */
export type ManifestObject = KubeObject & Record<string, unknown>;

/** Options of {@linkcode manifests}. */
export interface ManifestsOptions {
  /** Stops the reading. */
  signal?: AbortSignal;
}

/**
 * Reads objects from manifests, to be put among the resources of a script.
 *
 * @param where One of
 * - a file, of YAML or JSON: `new URL("./crds.yaml", import.meta.url)`; a mere path starts from the current folder
 * - a folder, with all folders below it; files that are hidden, or neither `.yaml`, `.yml` nor `.json`, are left out
 * - a pattern, in which `*` stands for any part of a name and `**` for any folders: `./base/*.yaml`
 * - an https address
 * @param options The signal.
 * @returns The objects, those of lists one by one; each remembers its file and line for messages.
 * @throws {ScriptError} If nothing matches, or something cannot be read; it names all mistakes at once.
 *
 * @example Usage
 * ```ts no-eval
 * import { script } from "../../script/script.ts";
 *
 * export default script("shop", {
 *   resources: async () => [
 *     await manifests(new URL("./base/*.yaml", import.meta.url)),
 *   ],
 * });
 * ```
 */
export async function manifests(where: string | URL, options: ManifestsOptions = {}): Promise<ManifestObject[]> {
  return objectsOf(await readManifests(where, options), where);
}

/**
 * Lists the objects in documents.
 *
 * @param documents The documents.
 * @param where Where they are from, for messages.
 * @returns The objects, those of lists one by one; each remembers its file and line for messages.
 * @throws {ScriptError} If something is no object of the API; it names all mistakes at once.
 */
export function objectsOf(documents: readonly ManifestDocument[], where: string | URL): ManifestObject[] {
  const problems: string[] = [];
  const objects = documents.flatMap(({ value, origin }) => [...objectsIn(value, origin, problems)]);
  if (problems.length > 0) throw new ScriptError(`Cannot read manifests "${where}"`, problems);
  return objects;
}

function* objectsIn(value: unknown, origin: Origin, problems: string[]): Generator<ManifestObject> {
  for (const { value: item, origin: place } of flatten(value, origin)) {
    if (!isManifestObject(item)) {
      problems.push(`${formatOrigin(place)}: this is no object with apiVersion and kind`);
    } else if (isList(item)) {
      yield* objectsIn(item.items, fieldOrigin(place, ["items"]), problems);
    } else {
      yield withOrigin(item, place);
    }
  }
}

function isManifestObject(value: unknown): value is ManifestObject {
  return isJsonObject(value) && typeof value.apiVersion === "string" && typeof value.kind === "string";
}
