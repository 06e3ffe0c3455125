/**
 * Where an API server is more lenient than its schemas say.
 *
 * What schemas call required, and which values they allow, comes from marks in the Go types. What the server refuses is
 * decided by code elsewhere. Whoever wants to refuse objects by their schemas must know the difference, so the server
 * is asked, by dry runs: for each such mark an object without the field, or with another value in it.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { ApiError } from "../../lib/client/errors.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { formatApiVersion, type ResourceType } from "../../lib/kube/resource_type.ts";
import { dereference, type FindSchema, referenceOf, type Schema, schemaFinder } from "../../lib/kube/schema.ts";
import type { BuiltInApi } from "./api.ts";
import { kindsOf, type Lenience, shortNameOf } from "./schema_data.ts";

/** A mark in a schema, where an object of some kind meets it. */
interface Mark {
  readonly sort: keyof Lenience;
  /** The short name of the schema with the name of the field. */
  readonly name: string;
  readonly type: ResourceType;
  /** The schema of the kind. */
  readonly root: Schema;
  /** The field that is marked, and its schema. */
  readonly path: readonly (string | number)[];
  readonly field: Schema;
}

/** A part of a kind that was reached. */
interface Place {
  readonly schema: Schema;
  readonly path: readonly (string | number)[];
  /** The full names of the schemas above, from which none is entered again. */
  readonly above: readonly string[];
}

const MAP_KEY = "a-key";
/** What is not of the kind itself, or is set by other means than an apply. */
const NOT_TRIED = /^(apiVersion|kind|metadata|status|.*\.ephemeralContainers|.*\.metadata)$/;

/**
 * Asks a server where it is more lenient than its schemas say.
 *
 * @param client The server.
 * @param api What it says about itself.
 * @returns The marks on which it does not insist everywhere.
 */
export async function findLenience(client: Client, { schemas, types }: BuiltInApi): Promise<Lenience> {
  const find = schemaFinder(schemas);
  const verdicts = { required: new Map<string, Verdict[]>(), enums: new Map<string, Verdict[]>() };
  for (const name of kindsOf(schemas)) {
    const [gvk] = schemas[name]!["x-kubernetes-group-version-kind"]!;
    const type = types.find((type) => type.kind === gvk!.kind && formatApiVersion(type) === formatApiVersion(gvk!));
    if (!type?.verbs?.includes("patch")) continue;
    for (const mark of marksIn(type, name, find)) {
      const known = verdicts[mark.sort].get(mark.name) ?? [];
      verdicts[mark.sort].set(mark.name, [...known, await judge(mark, client, find)]);
    }
  }
  return { required: lenientIn(verdicts.required), enums: lenientIn(verdicts.enums) };
}

/** `unclear`: what is around the field is refused altogether. */
type Verdict = "insists" | "lenient" | "unclear";

function lenientIn(verdicts: ReadonlyMap<string, readonly Verdict[]>): Set<string> {
  const lenient = [...verdicts].filter(([, found]) => found.includes("lenient") || !found.includes("insists"));
  return new Set(lenient.map(([name]) => name));
}

async function judge(mark: Mark, client: Client, find: FindSchema): Promise<Verdict> {
  const path = pathText(mark.path);
  const nonsense = mark.field.items ? ["Nonsense"] : "Nonsense";
  const good = await causesOf(client, exampleWith(mark, exampleOf(mark.field, find), find));
  const bad = await causesOf(client, exampleWith(mark, mark.sort === "required" ? undefined : nonsense, find));
  if (bad.some((cause) => !good.includes(cause) || cause.startsWith(path))) return "insists";
  const isAbove = (field: string) => path.startsWith(field) && /^[.[]/.test(path.slice(field.length));
  return good.some((cause) => isAbove(cause.split(":")[0]!)) ? "unclear" : "lenient";
}

function* marksIn(
  type: ResourceType,
  kindName: string,
  find: FindSchema,
): Generator<Mark> {
  const root = find(kindName)!;
  const places: Place[] = [{ schema: { $ref: `#/components/schemas/${kindName}` }, path: [], above: [] }];
  for (const { schema, path, above } of places) {
    const name = referenceOf(schema);
    if (name !== undefined && above.includes(name)) continue;
    const { properties, items, additionalProperties, required = [] } = dereference(schema, find);
    const below = name === undefined ? above : [...above, name];
    if (items) places.push({ schema: items, path: [...path, 0], above: below });
    if (typeof additionalProperties === "object") {
      places.push({ schema: additionalProperties, path: [...path, MAP_KEY], above: below });
    }
    for (const [field, property] of Object.entries(properties ?? {})) {
      if (NOT_TRIED.test(pathText([...path, field]))) continue;
      const name = `${shortNameOf(below.at(-1)!)}.${field}`;
      const mark = { name, type, root, path: [...path, field], field: property };
      if (required.includes(field)) yield { sort: "required", ...mark };
      if (property.enum ?? property.items?.enum) yield { sort: "enums", ...mark };
      places.push({ schema: property, path: mark.path, above: below });
    }
  }
}

/** Makes an object that has hardly more than one field; with `undefined` not even that. */
function exampleWith({ type, root, path }: Mark, value: unknown, find: FindSchema): KubeObject {
  const object = {
    ...exampleOf(root, find) as object,
    apiVersion: formatApiVersion(type),
    kind: type.kind,
    metadata: { name: "a", labels: { a: "a" }, ...(type.namespaced && { namespace: "default" }) },
  };
  let [holder, schema]: [Record<string | number, unknown>, Schema] = [object, root];
  for (const step of path.slice(0, -1)) {
    schema = dereference(partOf(schema, step), find);
    holder[step] ??= exampleOf(schema, find);
    holder = holder[step] as Record<string | number, unknown>;
  }
  if (value === undefined) delete holder[path.at(-1)!];
  else holder[path.at(-1)!] = value;
  return object;
}

function partOf({ items, properties, additionalProperties }: Schema, step: string | number): Schema {
  return (typeof step === "number" ? items : properties?.[step] ?? additionalProperties) as Schema;
}

function exampleOf(schema: Schema, find: FindSchema): unknown {
  const { type, format = "", enum: values, properties, items, additionalProperties, required = [] } = dereference(
    schema,
    find,
  );
  if (values) return values[0];
  if (format in EXAMPLES) return EXAMPLES[format];
  if (items) return [exampleOf(items, find)];
  if (typeof additionalProperties === "object") return { [MAP_KEY]: exampleOf(additionalProperties, find) };
  if (type !== "object") return type === "boolean" ? true : type === "integer" || type === "number" ? 1 : "a";
  return Object.fromEntries(required.map((field) => [field, exampleOf(properties![field]!, find)]));
}

const EXAMPLES: Readonly<Record<string, unknown>> = {
  byte: "YQ==",
  "date-time": "2026-01-01T00:00:00.000000Z",
  "int-or-string": 1,
  quantity: "1",
};

/** Lists what a server has against an object, each with its field. */
async function causesOf(client: Client, object: KubeObject): Promise<string[]> {
  try {
    await client.apply(object, { fieldManager: "kubescript", fieldValidation: "Strict", dryRun: "All" });
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { details, message = "" } = error.status;
    return details?.causes?.map(({ field, message }) => `${field}: ${message}`) ?? [message];
  }
}

function pathText(path: readonly (string | number)[]): string {
  // A list as a whole is blamed on one of its items.
  const steps = typeof path.at(-1) === "number" ? path.slice(0, -1) : path;
  return steps.map((step) => typeof step === "number" || step === MAP_KEY ? `[${step}]` : `.${step}`).join("").slice(1);
}
