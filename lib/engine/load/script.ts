/**
 * Loads what a command is to work on: a script, or manifests in place of one.
 *
 * @module
 */

import { displayUrl, type FetchTextOptions, isSecure } from "../../client/transport/remote_text.ts";
import type { ManifestDocument } from "../../script/resources.ts";
import { type Script, script } from "../../script/script.ts";
import { ScriptError } from "../../script/script_error.ts";
import type { ScriptSource } from "../options.ts";
import { locate, toFileUrl } from "./location.ts";
import { parseManifests, readManifests } from "./manifest_documents.ts";
import { importScript } from "./script_module.ts";

/** A script, or manifests in place of one. */
export interface LoadedScript {
  /** The script; one without resources stands for manifests. */
  readonly script: Script;
  /** The file, as the user named it. */
  readonly file?: string;
  /** The documents of the manifests. */
  readonly documents?: readonly ManifestDocument[];
}

/** Options of {@linkcode loadScript}. */
export interface LoadScriptOptions extends FetchTextOptions {
  /** Told the address of a script from another machine before it is loaded and run. */
  readonly onRemote?: ((url: string) => void) | undefined;
}

/**
 * Loads a script or manifests.
 *
 * Manifests are given a script of their own, named by the source or else after the file or folder.
 *
 * @param source Where they are.
 * @param options Signal, clock, and who is told about remote scripts.
 * @returns The script, and the documents of manifests.
 * @throws {ScriptError} If something cannot be loaded; it names all mistakes at once.
 * @throws {RemoteTextError} If an address does not give manifests.
 */
export async function loadScript(source: ScriptSource, options: LoadScriptOptions = {}): Promise<LoadedScript> {
  if ("script" in source) return source;
  const { name, readStdin } = source;
  const place = locate(source.file);
  const file = place instanceof URL ? displayUrl(place) : source.file;
  if (/\.[cm]?[jt]sx?$/i.test(place instanceof URL ? place.pathname : place)) {
    const fail = (problem: string, hint?: string) => new ScriptError(`Cannot load script "${file}"`, [problem], { hint });
    if (name !== undefined) throw fail("it has a name of its own", "Leave out --name");
    if (place instanceof URL) {
      if (!isSecure(place)) throw fail("it is not an https address");
      options.onRemote?.(file);
    }
    return { script: await importScript(place, file, options.signal), file };
  }
  const standIn = name === undefined ? scriptNamedAfter(place) : script(name, {});
  if (file === "-") return { script: standIn, file, documents: await parseManifests(await readStdin(), "stdin") };
  return { script: standIn, file, documents: await readManifests(source.file, options) };
}

function scriptNamedAfter(place: string | URL): Script {
  const hint = "Give a name with --name";
  if (place === "-" || place instanceof URL) {
    const from = place === "-" ? "standard input" : `"${displayUrl(place)}"`;
    throw new ScriptError(`Cannot name the manifests from ${from}`, ["only files and folders give them a name"], {
      hint,
    });
  }
  // A URL has a last segment even where the path is `.` or `..`.
  const segment = toFileUrl(place).pathname.split("/").findLast((segment) => segment !== "") ?? "";
  const base = decodeURIComponent(segment).replace(/\.(ya?ml|json)$/i, "");
  try {
    return script(base.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, ""), {});
  } catch (cause) {
    if (!(cause instanceof ScriptError)) throw cause;
    throw new ScriptError(`Cannot name the manifests after "${place}"`, cause.problems, { hint, cause });
  }
}
