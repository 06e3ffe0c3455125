/**
 * Reads the objects that are handed to kubectl with `--filename`.
 *
 * @module
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { parseYamlDocuments } from "../../../lib/base/yaml.ts";
import type { KubeObject } from "../../../lib/kube/object.ts";
import type { Call } from "./kubectl.ts";

/** An object that is handed to kubectl. */
export type Draft = KubeObject & Record<string, unknown>;

const EXTENSIONS = [".json", ".yaml", ".yml"];

/**
 * Reads the objects of a call.
 *
 * @param call The call.
 * @returns The objects on stdin, in a file, or in the files of a folder.
 */
export async function readDrafts({ stdin, flags: { filename = "-" } }: Call): Promise<Draft[]> {
  const texts = filename === "-" ? [stdin] : await readFiles(filename);
  return texts.flatMap((text) => parseYamlDocuments(text)).flatMap(({ value }) => {
    const { items } = value as { items?: Draft[] };
    return items ?? [value as Draft];
  });
}

async function readFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [await readFile(path, "utf8")];
  const names = (await readdir(path)).filter((name) => EXTENSIONS.includes(extname(name))).sort();
  return await Promise.all(names.map((name) => readFile(join(path, name), "utf8")));
}
