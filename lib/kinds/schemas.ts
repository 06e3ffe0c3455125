/**
 * The schemas of the built-in kinds. They are loaded when they are needed, group by group.
 *
 * @module
 */

import { isBuiltIn } from "../kube/built_in.ts";
import type { FindKindSchema, FindSchema, Schema } from "../kube/schema.ts";
import { SCHEMA_FILES } from "./schema_files.ts";

/** The name of the schema of `metadata`, which custom resources have in common with the built-in kinds. */
export const OBJECT_META_SCHEMA = "meta/v1.ObjectMeta";

/**
 * Loads the schemas of the kinds of one group and version.
 *
 * @param group The API group; empty for the core group.
 * @param version The version.
 * @returns Finds the schemas of the kinds; `undefined` if the group and version is not known.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const find = await loadBuiltInSchemas("apps", "v1");
 * strictEqual(find?.("Deployment")?.schema.properties?.spec?.$ref, "apps/v1.DeploymentSpec");
 * strictEqual(await loadBuiltInSchemas("apps.example.com", "v1"), undefined);
 * ```
 */
export async function loadBuiltInSchemas(group: string, version: string): Promise<FindKindSchema | undefined> {
  const path = `${group.split(".")[0] || "core"}/${version}`;
  if (!isBuiltIn(group) || !Object.hasOwn(SCHEMA_FILES, path)) return undefined;
  const find = await loadFiles([path, ...SCHEMA_FILES[path]!.uses]);
  return (kind) => {
    const schema = find(`${path}.${kind}`);
    return schema && { schema, find };
  };
}

/**
 * Loads the schema of `metadata`.
 *
 * @returns Finds it by its name, {@linkcode OBJECT_META_SCHEMA}, and the schemas to which it refers.
 */
export function loadMetadataSchema(): Promise<FindSchema> {
  return loadFiles(["meta/v1"]);
}

async function loadFiles(paths: readonly string[]): Promise<FindSchema> {
  const files = new Map(
    await Promise.all(paths.map(async (path) => {
      const { default: schemas } = await SCHEMA_FILES[path]!.load();
      return [path, schemas as Readonly<Record<string, Schema>>] as const;
    })),
  );
  const found = new Map<string, Schema | undefined>();
  return (name) => {
    if (found.has(name)) return found.get(name);
    const dot = name.indexOf(".");
    const schema = files.get(name.slice(0, dot))?.[name.slice(dot + 1)];
    found.set(name, schema);
    return schema;
  };
}
