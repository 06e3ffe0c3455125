/**
 * Starts Deno again for a script that has a `deno.json` of its own.
 *
 * Imports are resolved by the import map that Deno was started with, so a script's own imports and those of this
 * library have to be in one map. A script without such a file runs right away.
 *
 * @module
 */

import { fileURLToPath, pathToFileURL } from "node:url";
import { dirname, join, resolve } from "node:path";
import project from "../../deno.json" with { type: "json" };
import { isJsonObject } from "../base/json.ts";
import { KubescriptError } from "../kube/error.ts";

const LAUNCHED = "KUBESCRIPT_LAUNCHED";
const OWN_CONFIG = new URL("../../deno.json", import.meta.url);
const LIBRARY = new URL("../", import.meta.url).href;

/**
 * Runs the same command in another Deno, if the script needs that.
 *
 * @param file The script.
 * @param args The arguments of this process.
 * @returns The exit code; `undefined` if this Deno is the right one.
 */
export async function relaunch(file: string, args: readonly string[]): Promise<number | undefined> {
  if (OWN_CONFIG.protocol !== "file:" || !/\.[cm]?[jt]sx?$/.test(file) || /^https?:/.test(file)) return undefined;
  const config = await findConfig(resolve(file));
  // The mark tells the child that it is the child; a script that runs kubescript on another project is none.
  if (config === undefined || config === fileURLToPath(OWN_CONFIG) || Deno.env.get(LAUNCHED) === config) {
    return undefined;
  }
  const importMap = mergeImportMaps(await readImportMap(config));
  const child = new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "run", "--allow-all", "--quiet",
      "--config", config,
      "--import-map", `data:application/json,${encodeURIComponent(JSON.stringify(importMap))}`,
      // Our own dependencies are neither in the project's lock file nor in its node_modules.
      "--no-lock", "--node-modules-dir=none",
      fileURLToPath(new URL("./main.ts", import.meta.url)),
      ...args,
    ],
    env: { [LAUNCHED]: config },
  }).spawn();
  return await waitFor(child);
}

/** An import map; its addresses may be relative to where it stands. */
export interface ImportMap {
  /** Addresses by specifier. */
  readonly imports: Readonly<Record<string, string>>;
  /** Addresses by specifier, by the place that imports. */
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Adds to a project's import map what a script needs of this library, and what the library itself needs.
 *
 * @param theirs The project's import map, with absolute addresses.
 * @returns The map for both.
 */
export function mergeImportMaps(theirs: ImportMap): ImportMap {
  const dependencies = Object.entries(project.imports).filter(([name]) => name !== project.name);
  const exported = Object.entries(project.exports).map(([name, path]) => [
    project.name + name.slice(1),
    new URL(path, OWN_CONFIG).href,
  ]);
  return {
    imports: { ...theirs.imports, ...Object.fromEntries(exported) },
    scopes: { ...theirs.scopes, [LIBRARY]: Object.fromEntries(dependencies) },
  };
}

/**
 * Reads JSON with comments and trailing commas, as Deno does.
 *
 * @param text The text.
 * @returns The value.
 * @throws {SyntaxError} If it is not JSON.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseJsonc('{ "a": "// b", /* c *\/ }'), { a: "// b" });
 * ```
 */
export function parseJsonc(text: string): unknown {
  const keepStrings = (pattern: string) => new RegExp(String.raw`("(?:\\.|[^"\\])*")|${pattern}`, "g");
  return JSON.parse(
    text.replace(keepStrings(String.raw`\/\/.*|\/\*[^]*?\*\/`), "$1").replace(
      keepStrings(String.raw`,(?=\s*[}\]])`),
      "$1",
    ),
  );
}

async function findConfig(file: string): Promise<string | undefined> {
  for (let folder = dirname(file);; folder = dirname(folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const path = join(folder, name);
      if (await Deno.stat(path).then((stat) => stat.isFile, () => false)) return path;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

async function readImportMap(config: string): Promise<ImportMap> {
  const content = await readJsonc(config);
  const { importMap } = content;
  if (typeof importMap !== "string") return absolute(content, config);
  const path = join(dirname(config), importMap);
  return absolute(await readJsonc(path), path);
}

async function readJsonc(path: string): Promise<Record<string, unknown>> {
  try {
    const content = parseJsonc(await Deno.readTextFile(path));
    if (isJsonObject(content)) return content;
    throw new TypeError("It is not a JSON object");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KubescriptError(`Cannot read "${path}": ${reason}`, {
      cause,
      hint: "It configures the script's imports",
    });
  }
}

function absolute({ imports, scopes }: Record<string, unknown>, path: string): ImportMap {
  const scopeEntries = entriesOf(scopes).map(([scope, map]) => [absoluteAddress(scope, path), addresses(map, path)]);
  return { imports: addresses(imports, path), scopes: Object.fromEntries(scopeEntries) };
}

function addresses(map: unknown, path: string): Record<string, string> {
  return Object.fromEntries(
    entriesOf(map).flatMap(([name, value]) => {
      const address = absoluteAddress(String(value), path);
      // In a deno.json, but not in other import maps, the name of a package stands for all that is in it.
      const [, scheme, rest] = /^(npm|jsr):\/?(.*[^/])$/.exec(address) ?? [];
      const inside = scheme && !name.endsWith("/") ? [[`${name}/`, `${scheme}:/${rest}/`]] : [];
      return [...inside, [name, address]];
    }),
  );
}

function entriesOf(value: unknown): [string, unknown][] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function absoluteAddress(address: string, path: string): string {
  return /^\.{0,2}\//.test(address) ? new URL(address, pathToFileURL(path)).href : address;
}

/** Waits for the child. A terminal sends Ctrl-C to both; this process stays until the child has ended. */
async function waitFor(child: Deno.ChildProcess): Promise<number> {
  const ignore = () => {};
  const forward = () => child.kill("SIGTERM");
  const isWindows = Deno.build.os === "windows";
  Deno.addSignalListener("SIGINT", ignore);
  if (!isWindows) Deno.addSignalListener("SIGTERM", forward);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGINT", ignore);
  if (!isWindows) Deno.removeSignalListener("SIGTERM", forward);
  return code;
}
