/**
 * What the Go types of the built-in kinds say beyond their schemas, and the numbers of their fields in protocol buffers:
 * `lib/sandbox/schema/*.json`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Schema } from "../../lib/kube/schema.ts";

/** A field, as `go/main.go` describes it. */
export interface GoField {
  /** The name in JSON; absent if the fields of the type stand in its place. */
  readonly name?: string;
  /** The name of a type, or `struct`, `list`, `map` or `bytes`; `custom` and a name for a JSON form of its own. */
  readonly type: string;
  /** Whether it is a pointer. */
  readonly pointer?: boolean;
  /** When it is left out: `omitempty` or `omitempty,omitzero`; absent for never. */
  readonly omit?: string;
  /** The number in protocol buffers. */
  readonly number?: number;
}

/** A Go struct. */
export interface GoStruct {
  /** The name, such as `core/v1.Container`. */
  readonly name: string;
  /** The fields; absent if it has none. */
  readonly fields: readonly GoField[] | null;
}

/**
 * Reads the Go types, of the version that the test control plane is built from.
 *
 * @returns The types.
 * @throws {Error} If there is no Go, or it fails.
 */
export async function readGoTypes(): Promise<GoStruct[]> {
  const { success, stdout, stderr } = await new Deno.Command("go", {
    args: ["run", fileURLToPath(new URL("go/main.go", import.meta.url))],
    cwd: fileURLToPath(new URL("../../tests/cluster/controlplane/", import.meta.url)),
  }).output();
  if (!success) throw new Error(`Cannot read the Go types: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line) as GoStruct);
}

/**
 * Prints what is kept of the types that have schemas.
 *
 * @param structs The types.
 * @param schemaFiles The files of schemas by their paths, as `printSchemas` makes them.
 * @returns The texts by path below `lib/sandbox/schema`.
 */
export function printGoTypes(
  structs: readonly GoStruct[],
  schemaFiles: ReadonlyMap<string, string>,
): Map<string, string> {
  const types = new Map(structs.map(({ name, fields }) => [name, fields ?? []]));
  const schemas = readSchemaFiles(schemaFiles);
  const goTypes = [...schemas].flatMap(([name, schema]) => {
    const described = describeType(flatten(types.get(name) ?? [], types), schema);
    return Object.keys(described).length === 0 ? [] : [[name, described] as const];
  });
  const numbered = new Set([...schemas.keys()].filter((name) => types.has(name)));
  const numbers: [string, string][] = [];
  // The set grows while it is gone through.
  for (const name of numbered) {
    const fields = types.get(name)!.filter(({ number }) => number !== undefined);
    for (const { name, type } of fields) if (name === undefined) numbered.add(type);
    numbers.push([name, printNumbers(fields)]);
  }
  return new Map([["go_types.json", printLines(goTypes)], ["protobuf_fields.json", printLines(numbers)]]);
}

function readSchemaFiles(files: ReadonlyMap<string, string>): Map<string, Schema> {
  return new Map(
    [...files].filter(([path]) => path.endsWith(".json")).flatMap(([path, text]) => {
      const schemas = Object.entries(JSON.parse(text) as Record<string, Schema>);
      return schemas.map(([name, schema]) => [`${path.slice(0, -".json".length)}.${name}`, schema] as const);
    }),
  );
}

function printLines(entries: readonly (readonly [string, unknown])[]): string {
  const lines = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{\n${lines.sort().join(",\n")}\n}\n`;
}

function flatten(fields: readonly GoField[], types: ReadonlyMap<string, readonly GoField[]>): GoField[] {
  return fields.flatMap((field) => field.name === undefined ? flatten(types.get(field.type)!, types) : [field])
    .sort((a, b) => a.name! < b.name! ? -1 : 1);
}

/** Describes a type as `lib/sandbox/schema/go_types.ts` says. */
function describeType(fields: readonly GoField[], { properties = {} }: Schema): Record<string, unknown> {
  const lists = new Map<string, string[]>();
  const zero: Record<string, unknown> = {};
  const names: Record<string, string> = {};
  for (const field of fields) {
    const schema = properties[field.name!];
    if (schema === undefined) continue;
    for (const list of listsOf(field, schema)) lists.set(list, [...lists.get(list) ?? [], field.name!]);
    if (!field.pointer && field.type in ZERO) zero[field.name!] = ZERO[field.type];
    if (/^(v\d|types)\./.test(field.type)) names[field.name!] = field.type;
  }
  return {
    ...Object.fromEntries([...lists].map(([list, fields]) => [list, fields.join(" ")])),
    ...Object.keys(zero).length > 0 && { zero },
    ...Object.keys(names).length > 0 && { names },
  };
}

const ZERO: Readonly<Record<string, unknown>> = { "custom intstr.IntOrString": 0, "custom resource.Quantity": "0" };

/** Lists under which names a type mentions a field. */
function listsOf({ type, pointer = false, omit = "" }: GoField, schema: Schema): string[] {
  const isNull = omit === "" ? ["null"] : [];
  switch (type) {
    case "struct":
      return pointer ? isNull : omit.includes("omitzero") ? [] : ["object"];
    case "list":
    case "map":
    case "bytes":
    case "custom runtime.RawExtension":
      return isNull;
    case "custom v1.Time":
    case "custom v1.MicroTime": {
      const isAlwaysThere = pointer ? omit === "" : !omit.includes("omitzero");
      return [...type === "custom v1.MicroTime" ? ["micro"] : [], ...isAlwaysThere ? ["null"] : []];
    }
  }
  if (omit === "" || type.startsWith("custom ")) return pointer ? isNull : [];
  if (pointer) return schema.type === "string" ? ["keep"] : [];
  return schema.type !== "string" || schema.default === "" ? ["omit"] : [];
}

/**
 * Prints the fields of a message in the order of their numbers. A number stands before a field that does not follow
 * upon the last one; a type after `*` has fields that stand in its place.
 */
function printNumbers(fields: readonly GoField[]): string {
  let last = 0;
  const words = [];
  for (const { name, type, number } of [...fields].sort((a, b) => a.number! - b.number!)) {
    if (number !== last + 1) words.push(number);
    words.push(name ?? `*${type}`);
    last = number!;
  }
  return words.join(" ");
}
