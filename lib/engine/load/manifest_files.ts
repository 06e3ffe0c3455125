/**
 * Finds manifest files: one, those of a folder, or those that match a pattern.
 *
 * @module
 */

import { ScriptError } from "../../script/script_error.ts";
import { folderOf } from "./location.ts";

/**
 * Finds manifest files.
 *
 * A folder is searched with all folders below it. Of folders and patterns everything but `.yaml`, `.yml` and `.json`
 * files is left out, and what is hidden. Symbolic links are followed.
 *
 * @param where A file, a folder, or a pattern in which `*` stands for any part of a name and `**` for any folders.
 * @returns The files, sorted.
 * @throws {ScriptError} If there is none, or if they are to be made by another program.
 */
export async function findManifestFiles(where: string): Promise<string[]> {
  // A pattern with more than one `**` can find a file in several ways.
  const files = [...new Set(await Array.fromAsync(await find(where)))].sort();
  for (const file of files) refuseRecipe(where, file);
  const manifests = files.filter((file) => /\.(ya?ml|json)$/i.test(file));
  if (manifests.length > 0) return manifests;
  const isFile = files[0] === where;
  throw failure(where, isFile ? "it is no .yaml, .yml or .json file" : "there is no .yaml, .yml or .json file");
}

async function find(where: string): Promise<Iterable<string> | AsyncIterable<string>> {
  if (where.includes("*")) {
    const segments = where.split("/");
    const start = segments.findIndex((segment) => segment.includes("*"));
    const folder = start === 0 ? "." : segments.slice(0, start).join("/") || "/";
    return expand(folder, segments.slice(start), []);
  }
  return (await Deno.stat(where)).isDirectory ? expand(where, ["**"], []) : [where];
}

// Files that tell another program how to make manifests would fail as manifests in puzzling ways.
function refuseRecipe(where: string, file: string): void {
  const folder = folderOf(file);
  const name = file.slice(folder.length);
  const isKustomization = /^(kustomization\.ya?ml|Kustomization)$/.test(name);
  if (!isKustomization && name !== "Chart.yaml") return;
  const command = isKustomization ? "kubectl kustomize" : "helm template";
  const hint = `Run ${command} ${folder || "."} | kubescript apply - --name NAME`;
  throw failure(where, `"${file}" is not a manifest but tells how to make some`, hint);
}

function failure(where: string, problem: string, hint?: string): ScriptError {
  return new ScriptError(`Cannot read manifests "${where}"`, [problem], { hint });
}

async function* expand(folder: string, pattern: readonly string[], above: readonly string[]): AsyncGenerator<string> {
  const realPath = await Deno.realPath(folder);
  // A symbolic link can lead back to a folder that it is in.
  if (above.includes(realPath)) return;
  const [segment = "*", ...rest] = pattern;
  if (segment === "**") yield* expand(folder, rest, above);
  const name = new RegExp(`^${segment.split("*").map(RegExp.escape).join(".*")}$`);
  for (const entry of await readFolder(folder)) {
    const path = folder.endsWith("/") ? folder + entry.name : `${folder}/${entry.name}`;
    if (!name.test(entry.name)) continue;
    if (entry.isDirectory && (segment === "**" || rest.length > 0)) {
      yield* expand(path, segment === "**" ? pattern : rest, [...above, realPath]);
    } else if (entry.isFile && segment !== "**" && rest.length === 0) {
      yield path;
    }
  }
}

async function readFolder(folder: string): Promise<Pick<Deno.DirEntry, "name" | "isFile" | "isDirectory">[]> {
  const entries = (await Array.fromAsync(Deno.readDir(folder))).filter(({ name }) => !name.startsWith("."));
  return Promise.all(entries.map(async (entry) => {
    if (!entry.isSymlink) return entry;
    try {
      const { isFile, isDirectory } = await Deno.stat(`${folder}/${entry.name}`);
      return { name: entry.name, isFile, isDirectory };
    } catch {
      // A broken link is taken for a file, so that the reading reports it.
      return { name: entry.name, isFile: true, isDirectory: false };
    }
  }));
}
