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
  /** Told the address of a script on another machine before it is loaded and run. */
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
    if (name !== undefined) throw failure(`load script "${file}"`, "it has a name of its own", "Leave out --name");
    if (place instanceof URL) {
      if (!isSecure(place)) throw failure(`load script "${file}"`, "it is not an https address");
      options.onRemote?.(file);
    }
    return { script: await importScript(place, file, options.signal), file };
  }
  const standIn = name === undefined ? scriptNamedAfter(place) : script(name, {});
  const documents = file === "-" ? parseManifests(await readStdin(), "stdin") : readManifests(source.file, options);
  return { script: standIn, file, documents: await documents };
}

function scriptNamedAfter(place: string | URL): Script {
  const hint = "Give a name with --name";
  if (place instanceof URL) {
    throw failure(`name the manifests of "${displayUrl(place)}"`, "an address has no name", hint);
  }
  if (place === "-") throw failure("name the manifests", "standard input has no name", hint);
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

function failure(action: string, problem: string, hint?: string): ScriptError {
  return new ScriptError(`Cannot ${action}`, [problem], { hint });
}
