/**
 * Finding, reading and merging kubeconfig files by kubectl's rules, see
 * {@link https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ | organizing access}.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { nearest } from "../../base/nearest.ts";
import { parseYamlDocuments } from "../../base/yaml.ts";
import { ConfigError } from "../config_error.ts";
import { ConfigObject } from "./config_object.ts";
import { type Fail, IS_WINDOWS, readFile } from "./files.ts";

/** Reads an environment variable; `undefined` if it is not set. */
export type Env = (name: string) => string | undefined;

/** The kubeconfig files of one command, merged. */
export interface Kubeconfig {
  /** The files that were read, in order of precedence. */
  readonly files: readonly string[];
  /** Why no other file was read, for messages. */
  readonly missing: readonly string[];
  /** The name of the context to use unless told otherwise. */
  readonly currentContext: string | undefined;
  /** The contexts by name. */
  readonly contexts: ReadonlyMap<string, ConfigObject>;
  /** The clusters by name. */
  readonly clusters: ReadonlyMap<string, ConfigObject>;
  /** The users by name. */
  readonly users: ReadonlyMap<string, ConfigObject>;
}

/** Options of {@linkcode loadKubeconfig}. */
export interface LoadKubeconfigOptions {
  /** The one file to read, which must exist; else the files of `KUBECONFIG`, else `~/.kube/config`. */
  readonly file?: string | undefined;
  /** Reads an environment variable. */
  readonly env: Env;
}

/**
 * Reads the kubeconfig files and merges them: of contexts, clusters and users with the same name the first one counts,
 * and so does the first `current-context`.
 *
 * @param options Where to look.
 * @returns The merged files; without entries if there is no file.
 * @throws {ConfigError} If a file cannot be read or is not a kubeconfig.
 */
export async function loadKubeconfig(options: LoadKubeconfigOptions): Promise<Kubeconfig> {
  const files: string[] = [];
  const { candidates, missing, source } = findFiles(options);
  let currentContext: string | undefined;
  const contexts = new Map<string, ConfigObject>();
  const clusters = new Map<string, ConfigObject>();
  const users = new Map<string, ConfigObject>();
  for (const file of candidates) {
    const root = await readKubeconfig(file).catch((error: ConfigError) => {
      const reason = whyMissing(error, source);
      if (reason === undefined) throw error;
      missing.push(`"${file}" ${reason}`);
    });
    if (!root) continue;
    files.push(file);
    currentContext ??= root.string("current-context");
    addEntries(contexts, root, "context");
    addEntries(clusters, root, "cluster");
    addEntries(users, root, "user");
  }
  return { files, missing, currentContext, contexts, clusters, users };
}

/**
 * Finds an entry by name.
 *
 * @param kubeconfig The kubeconfig.
 * @param list Which entries to look at.
 * @param name The entry's name.
 * @param fail Makes the error.
 * @returns The entry.
 * @throws {ConfigError} If there is no such entry.
 */
export function findEntry(
  kubeconfig: Kubeconfig,
  list: "contexts" | "clusters" | "users",
  name: string,
  fail: Fail,
): ConfigObject {
  const entry = kubeconfig[list].get(name);
  if (entry) return entry;
  const known = [...kubeconfig[list].keys()];
  const near = nearest(name, known);
  const others = known.length === 0 ? `There are no ${list}` : `The ${list} are: ${known.slice(0, 10).join(", ")}`;
  throw fail(`is not in ${kubeconfig.files.map((file) => `"${file}"`).join(" or ")}`, {
    hint: near === undefined ? others : `Did you mean "${near}"?`,
  });
}

interface Candidates {
  readonly candidates: readonly string[];
  readonly missing: string[];
  readonly source: "option" | "variable" | "default";
}

function findFiles({ file, env }: LoadKubeconfigOptions): Candidates {
  if (file !== undefined) return { candidates: [file], missing: [], source: "option" };
  const list = env("KUBECONFIG");
  if (list) {
    const files = list.split(IS_WINDOWS ? ";" : ":").filter((path) => path !== "");
    return { candidates: files, missing: [], source: "variable" };
  }
  const missing = ["KUBECONFIG is not set"];
  const home = env("HOME") ?? env("USERPROFILE");
  if (!home) return { candidates: [], missing: [...missing, "the home folder is not known"], source: "default" };
  return { candidates: [[home, ".kube", "config"].join(IS_WINDOWS ? "\\" : "/")], missing, source: "default" };
}

function whyMissing({ cause }: ConfigError, source: Candidates["source"]): string | undefined {
  if (source !== "option" && cause instanceof Deno.errors.NotFound) return "does not exist";
  // In a Pod the program often has no permission to look for a file that is not there anyway.
  if (source === "default" && cause instanceof Deno.errors.NotCapable) return "may not be read without --allow-read";
  return undefined;
}

async function readKubeconfig(file: string): Promise<ConfigObject> {
  const fail: Fail = (problem, options) => new ConfigError(`Cannot read kubeconfig "${file}": it ${problem}`, options);
  const text = await readFile(file, fail);
  let value: unknown;
  try {
    value = parseYamlDocuments(text)[0]?.value ?? {};
  } catch (cause) {
    const problem = (cause as Error).message.replace("Cannot parse YAML: ", "");
    throw new ConfigError(`Cannot read kubeconfig "${file}": ${problem}`, { cause });
  }
  if (!isJsonObject(value)) throw fail("is not an object");
  const root = new ConfigObject(file, "", value);
  for (const [name, wanted] of [["apiVersion", "v1"], ["kind", "Config"]] as const) {
    const given = root.string(name) ?? wanted;
    if (given !== wanted) throw root.error(name, `must be ${wanted}: it is "${given}"`);
  }
  return root;
}

function addEntries(merged: Map<string, ConfigObject>, root: ConfigObject, kind: "context" | "cluster" | "user"): void {
  const names = new Set<string>();
  for (const entry of root.objects(`${kind}s`)) {
    const name = entry.required("name");
    if (names.has(name)) throw entry.error("name", `is used twice: "${name}"`);
    names.add(name);
    if (!merged.has(name)) merged.set(name, entry.object(kind));
  }
}
