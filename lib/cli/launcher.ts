/**
 * Starts Deno again for a script that has a `deno.json` of its own.
 *
 * Imports are resolved by the import map that Deno was started with, so a script's own imports and those of this
 * library have to be in one map. A script without such a file runs right away.
 *
 * @module
 */

import project from "../../deno.json" with { type: "json" };
import { isJsonObject } from "../base/json.ts";
import { locate, toFileUrl } from "../engine/load/location.ts";

const LAUNCHED = "KUBESCRIPT_LAUNCHED";
const PROJECT = new URL("../../deno.json", import.meta.url);

/** An import map. */
export interface ImportMap {
  /** Addresses by specifier. */
  readonly imports: Readonly<Record<string, string>>;
  /** Addresses by specifier, by the place that imports. */
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Runs the same command in another Deno, if the script needs that.
 *
 * @param file The script, as the user named it.
 * @param args The arguments of this process.
 * @param options Whether to run it again whenever the script changes.
 * @returns The exit code; `undefined` if this Deno is the right one.
 */
export async function relaunch(
  file: string,
  args: readonly string[],
  { watch = false }: { readonly watch?: boolean } = {},
): Promise<number | undefined> {
  if (watch) {
    const { superviseWatched } = await import("./watch_mode.ts");
    const code = await superviseWatched(file, (env) => start(["--config", String(locate(PROJECT))], args, env));
    if (code !== undefined) return code;
  }
  const path = locate(file);
  if (typeof path !== "string" || !/\.[cm]?[jt]sx?$/i.test(path)) return undefined;
  const config = await findConfig(toFileUrl(path));
  // The mark tells the child what it is; a script that itself runs kubescript on another project is no such child.
  if (config === undefined || config.href === PROJECT.href || Deno.env.get(LAUNCHED) === config.href) return undefined;
  const importMap = mergeImportMaps(await readImportMap(config));
  const map = `data:application/json,${encodeURIComponent(JSON.stringify(importMap))}`;
  return await start(["--config", String(locate(config)), "--import-map", map], args, { [LAUNCHED]: config.href });
}

/** Runs this program in another Deno. */
async function start(denoArgs: readonly string[], args: readonly string[], env: Record<string, string>) {
  const child = new Deno.Command(Deno.execPath(), {
    // deno-fmt-ignore
    args: [
      "run", "--allow-all", "--quiet",
      // Our own dependencies are neither in the project's lock file nor in its node_modules.
      "--no-lock", "--node-modules-dir=none",
      ...denoArgs,
      new URL("./main.ts", import.meta.url).href,
      ...args,
    ],
    env,
  }).spawn();
  return await waitFor(child);
}

/**
 * Adds to a project's import map what a script needs of this library, and what the library itself needs.
 *
 * @param theirs The project's import map, with absolute addresses.
 * @returns The map for both.
 */
export function mergeImportMaps(theirs: ImportMap): ImportMap {
  const library = Object.entries(project.exports)
    .map(([name, path]) => [project.name + name.slice(1), new URL(path, PROJECT).href]);
  const dependencies = Object.entries(project.imports).filter(([name]) => name !== project.name);
  return {
    imports: { ...theirs.imports, ...Object.fromEntries(library) },
    scopes: { ...theirs.scopes, [new URL("../", import.meta.url).href]: Object.fromEntries(dependencies) },
  };
}

/**
 * Reads the import map of a project.
 *
 * @param config The project's `deno.json`.
 * @returns Its import map, with absolute addresses; without any if it cannot be read.
 */
export async function readImportMap(config: URL): Promise<ImportMap> {
  const content = await readJsonc(config);
  if (typeof content.importMap !== "string") return absolute(content, config);
  const file = new URL(content.importMap, config);
  return absolute(await readJsonc(file), file);
}

async function findConfig(script: URL): Promise<URL | undefined> {
  for (let folder = new URL("./", script);; folder = new URL("../", folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const config = new URL(name, folder);
      if (await Deno.stat(config).then((stat) => stat.isFile, () => false)) return config;
    }
    if (new URL("../", folder).href === folder.href) return undefined;
  }
}

async function readJsonc(file: URL): Promise<Record<string, unknown>> {
  try {
    const content = parseJsonc(await Deno.readTextFile(file));
    return isJsonObject(content) ? content : {};
  } catch {
    // The Deno that is started with this file says what is wrong with it.
    return {};
  }
}

/** Comments and trailing commas are allowed, as in Deno. */
function parseJsonc(text: string): unknown {
  const remove = (text: string, pattern: string) =>
    text.replace(new RegExp(String.raw`("(?:\\.|[^"\\])*")|${pattern}`, "g"), "$1");
  return JSON.parse(remove(remove(text, String.raw`\/\/.*|\/\*[^]*?\*\/`), String.raw`,(?=\s*[}\]])`));
}

function absolute({ imports, scopes }: Record<string, unknown>, base: URL): ImportMap {
  const scopeEntries = entriesOf(scopes).map(([scope, map]) => [absoluteAddress(scope, base), addresses(map, base)]);
  return { imports: addresses(imports, base), scopes: Object.fromEntries(scopeEntries) };
}

function addresses(map: unknown, base: URL): Record<string, string> {
  return Object.fromEntries(
    entriesOf(map).flatMap(([name, value]) => {
      const address = absoluteAddress(String(value), base);
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

function absoluteAddress(address: string, base: URL): string {
  return /^\.{0,2}\//.test(address) ? new URL(address, base).href : address;
}

/** Waits for the child. A terminal sends Ctrl-C to both; this process stays until the child has ended. */
async function waitFor(child: Deno.ChildProcess): Promise<number> {
  const stayAlive = () => {};
  const forward = () => child.kill("SIGTERM");
  const isWindows = Deno.build.os === "windows";
  Deno.addSignalListener("SIGINT", stayAlive);
  if (!isWindows) Deno.addSignalListener("SIGTERM", forward);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGINT", stayAlive);
  if (!isWindows) Deno.removeSignalListener("SIGTERM", forward);
  return code;
}
