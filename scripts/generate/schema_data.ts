/**
 * From the schemas of an API to data that is small enough to be loaded by every run: `lib/kinds/<group>/<version>.json`.
 *
 * What is for people is left out, and so is what the server says but does not insist on.
 *
 * @module
 */
import { dereference, type FindSchema, referenceOf, type Schema, schemaFinder } from "../../lib/kube/schema.ts";
import type { BuiltInApi } from "./api.ts";

/** Fields by which schemas say more than the server demands, each as `core/v1.HTTPHeader.value`. */
export interface Lenience {
  /** The fields that are marked as required, and are not. */
  readonly required: ReadonlySet<string>;
  /** The fields that have an enum, and take other values, too. */
  readonly enums: ReadonlySet<string>;
}

/** What is kept of a schema besides its parts. */
const KEPT = [
  "type",
  "format",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-patch-strategy",
  "x-kubernetes-patch-merge-key",
] as const;

const OBJECT_META = /\.meta\.v1\.ObjectMeta$/;

/**
 * Shortens the full name of a schema.
 *
 * @param schemaName For example `io.k8s.api.apps.v1.Deployment`.
 * @returns For example `apps/v1.Deployment`.
 */
export function shortNameOf(schemaName: string): string {
  const [group, version, name] = schemaName.split(".").slice(-3);
  return `${group}/${version}.${name}`;
}

/**
 * Finds the kinds among schemas: what has the metadata of objects. Lists, options and parts have not.
 *
 * @param schemas The schemas by full name.
 * @returns The full names.
 */
export function kindsOf(schemas: BuiltInApi["schemas"]): string[] {
  return Object.keys(schemas).filter((name) => {
    const { properties, "x-kubernetes-group-version-kind": kinds } = schemas[name]!;
    return kinds && properties?.metadata && OBJECT_META.test(referenceOf(properties.metadata) ?? "");
  });
}

/**
 * Prints the data of all kinds, and the module by which it is found.
 *
 * @param api What the server said.
 * @param lenience What in it is not so.
 * @returns The texts by path below `lib/kinds`.
 */
export function printSchemas({ schemas, serverVersion }: BuiltInApi, lenience: Lenience): Map<string, string> {
  const find = schemaFinder(schemas);
  const files = new Map<string, DataFile>();
  const names = new Set(kindsOf(schemas));
  // The set grows while it is gone through.
  for (const schemaName of names) {
    const [path, name] = shortNameOf(schemaName).split(".") as [string, string];
    const file = files.get(path) ?? { lines: [], uses: new Set() };
    const refer = (target: string) => {
      names.add(target);
      file.uses.add(shortNameOf(target).split(".")[0]!);
    };
    const compacted = compact(schemas[schemaName]!, { name: `${path}.${name}`, find, lenience, refer });
    file.lines.push(`${JSON.stringify(name)}:${JSON.stringify(compacted)}`);
    files.set(path, file);
  }
  const paths = [...files.keys()].sort();
  const texts = paths.map((path) => [`${path}.json`, `{\n${files.get(path)!.lines.sort().join(",\n")}\n}\n`] as const);
  return new Map([...texts, ["schema_files.ts", printTable(paths, files, serverVersion)]]);
}

interface DataFile {
  readonly lines: string[];
  /** The paths of the files to whose schemas its own refer. */
  readonly uses: Set<string>;
}

interface Context {
  /** The short name of the schema that is shortened. */
  readonly name: string;
  readonly find: FindSchema;
  readonly lenience: Lenience;
  /** Told the full name of every schema that stays a reference. */
  readonly refer: (schemaName: string) => void;
}

function compact(schema: Schema, context: Context): Schema {
  const { name, find, lenience, refer } = context;
  const target = referenceOf(schema);
  const isShared = target !== undefined && find(target)?.properties !== undefined;
  if (isShared) refer(target);
  const whole = isShared ? schema : dereference(schema, find);
  const { items, properties, additionalProperties, enum: values, default: byDefault, required = [] } = whole;
  const enforced = required.filter((field) => !lenience.required.has(`${name}.${field}`));
  const fields = Object.entries(properties ?? {}).map(([field, property]) => {
    const compacted = compact(property, context);
    return [field, lenience.enums.has(`${name}.${field}`) ? withoutEnum(compacted) : compacted];
  });
  return {
    ...(isShared && { $ref: shortNameOf(target) }),
    ...Object.fromEntries(KEPT.flatMap((key) => whole[key] === undefined ? [] : [[key, whole[key]]])),
    ...(enforced.length > 0 && { required: enforced }),
    ...(values && { enum: values }),
    // That an object has no field by default says nothing.
    ...(byDefault !== undefined && typeof byDefault !== "object" && { default: byDefault }),
    ...(items && { items: compact(items, context) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: compact(additionalProperties, context) }),
    ...(properties && { properties: Object.fromEntries(fields) }),
  };
}

function withoutEnum({ enum: _enum, items, ...rest }: Schema): Schema {
  return items === undefined ? rest : { ...rest, items: withoutEnum(items) };
}

function printTable(paths: readonly string[], files: ReadonlyMap<string, DataFile>, serverVersion: string): string {
  const entries = paths.map((path) => {
    const uses = new Set(files.get(path)!.uses);
    for (const used of uses) files.get(used)!.uses.forEach((further) => uses.add(further));
    uses.delete(path);
    return `"${path}": {
      uses: ${JSON.stringify([...uses].sort())},
      load: () => import("./${path}.json", { with: { type: "json" } }),
    },\n`;
  });
  return `// Generated by deno task generate from kube-apiserver ${serverVersion}. Do not edit.

/**
 * Where the schemas of the built-in kinds are.
 *
 * @module
 */

/** A file of schemas. */
export interface SchemaFile {
  /** The files to whose schemas its own refer. */
  readonly uses: readonly string[];
  /** Loads it. */
  readonly load: () => Promise<{ readonly default: unknown }>;
}

/** The files by their paths; in them schemas by their names, which refer to others by path and name. */
export const SCHEMA_FILES: Readonly<Record<string, SchemaFile>> = {
${entries.join("")}};
`;
}
