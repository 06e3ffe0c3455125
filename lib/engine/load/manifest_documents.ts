/**
 * Reads manifests: the documents of files, of an address, or of a text.
 *
 * @module
 */

import { parseYamlDocuments } from "../../base/yaml.ts";
import { YamlLines } from "../../base/yaml_lines.ts";
import { displayUrl, fetchText, type FetchTextOptions } from "../../client/transport/remote_text.ts";
import type { KubescriptErrorOptions } from "../../kube/error.ts";
import type { ManifestDocument } from "../../script/resources.ts";
import { ScriptError } from "../../script/script_error.ts";
import { describeFileFault, readText, withFileErrors } from "./local_file.ts";
import { locate } from "./location.ts";
import { findManifestFiles } from "./manifest_files.ts";

/** Event: a file is read as a manifest, which its detail names. Other copies of this library tell it in the same way. */
export const MANIFEST_READ = "kubescript:manifest-read";

/**
 * Reads manifests.
 *
 * @param where A file, a folder, a pattern such as `base/*.yaml`, or an address.
 * @param options Signal and clock.
 * @returns The documents that are not empty, sorted by file.
 * @throws {ScriptError} If something cannot be read; it names all mistakes at once.
 * @throws {RemoteTextError} If the address does not give a text.
 */
export async function readManifests(where: string | URL, options: FetchTextOptions = {}): Promise<ManifestDocument[]> {
  const place = locate(where);
  if (place instanceof URL) return parseManifests(await fetchText(place, options), displayUrl(place));
  const files = await withFileErrors(actionOn(place), place, () => findManifestFiles(place));
  const documents: ManifestDocument[] = [];
  const problems: string[] = [];
  let details: KubescriptErrorOptions | undefined;
  for (const file of files) {
    options.signal?.throwIfAborted();
    try {
      dispatchEvent(new CustomEvent(MANIFEST_READ, { detail: file }));
      documents.push(...parse(await readText(file), file));
    } catch (error) {
      const fault = await describeFileFault(file, error);
      problems.push(`${file}: ${fault.problem}`);
      details ??= fault.options;
    }
  }
  if (problems.length > 0) throw new ScriptError(actionOn(place), problems, details);
  return documents;
}

/**
 * Reads the manifests in a text.
 *
 * @param text The text: YAML or JSON.
 * @param from Where it is from, for messages.
 * @returns The documents that are not empty.
 * @throws {ScriptError} If it is neither YAML nor JSON.
 */
export function parseManifests(text: string, from: string): Promise<ManifestDocument[]> {
  return withFileErrors(actionOn(from), from, () => parse(text, from));
}

function actionOn(where: string): string {
  return `Cannot read manifests "${where}"`;
}

// JSON is read as YAML, too: that finds duplicate keys, and measured fast enough (20 MB a second).
function parse(text: string, file: string): ManifestDocument[] {
  const lines = new YamlLines(text);
  return parseYamlDocuments(text).map(({ value, line }) => {
    return { value, origin: { file, line, lineOf: (path) => lines.find(line, path) } };
  });
}
