/**
 * Where the schemas of kinds come from: the library, the CustomResourceDefinitions of the set, or the server.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { readGroupSchemas } from "../client/openapi.ts";
import { loadBuiltInSchemas, loadMetadataSchema, OBJECT_META_SCHEMA } from "../kinds/schemas.ts";
import { isBuiltIn } from "../kube/built_in.ts";
import { KubescriptError } from "../kube/error.ts";
import { formatApiVersion, formatGroupKind, type GroupVersionKind } from "../kube/resource_type.ts";
import type { FindKindSchema, KindSchema, Schema } from "../kube/schema.ts";
import { validateObject } from "../plan/validate/validate_object.ts";
import type { DefinedKind } from "./defined_kinds.ts";
import type { Session } from "./session.ts";

/** Finds the schemas of kinds. Each group and version is loaded, or asked for, at most once, and only if it is needed. */
export class KindSchemas {
  readonly #session: Pick<Session, "client" | "options">;
  readonly #defined: ReadonlyMap<string, DefinedKind>;
  readonly #found = new Map<string, Promise<KindSchema | undefined>>();
  readonly #served = new Map<string, Promise<FindKindSchema | undefined>>();

  /**
   * Makes a finder.
   *
   * @param session The session.
   * @param defined The kinds that the set defines.
   */
  constructor(session: Pick<Session, "client" | "options">, defined: ReadonlyMap<string, DefinedKind>) {
    this.#session = session;
    this.#defined = defined;
  }

  /**
   * Finds the schema of a kind.
   *
   * @param gvk The kind.
   * @returns The schema; `undefined` if there is none of which it is certain that the server goes by it.
   */
  find(gvk: GroupVersionKind): Promise<KindSchema | undefined> {
    const key = `${formatGroupKind(gvk)}/${gvk.version}`;
    const found = this.#found.get(key) ?? this.#find(gvk, this.#defined.get(key));
    this.#found.set(key, found);
    return found;
  }

  /**
   * Finds the schema that the server has for a kind.
   *
   * @param gvk The kind.
   * @returns The schema; `undefined` if there is none, or if it cannot be read.
   */
  async findServed(gvk: GroupVersionKind): Promise<KindSchema | undefined> {
    const apiVersion = formatApiVersion(gvk);
    const known = this.#served.get(apiVersion) ?? this.#readServed(gvk);
    this.#served.set(apiVersion, known);
    return (await known)?.(gvk.kind);
  }

  async #find(gvk: GroupVersionKind, defined: DefinedKind | undefined): Promise<KindSchema | undefined> {
    if (isBuiltIn(gvk.group)) return (await loadBuiltInSchemas(gvk.group, gvk.version))?.(gvk.kind);
    if (defined !== undefined) return await readDefined(defined);
    const served = await this.findServed(gvk);
    // Extension servers publish schemas, too, and need not go by them.
    const name = [...gvk.group.split(".").reverse(), gvk.version, gvk.kind].join(".");
    return served && served.find(name) === served.schema ? served : undefined;
  }

  async #readServed(gvk: GroupVersionKind): Promise<FindKindSchema | undefined> {
    const { client, options: { signal } } = this.#session;
    try {
      return await readGroupSchemas((request) => client.fetch(request, { signal }), gvk);
    } catch (error) {
      if (!(error instanceof KubescriptError)) throw error;
      return undefined;
    }
  }
}

/** Adds what every object has, and a CustomResourceDefinition leaves out. */
async function readDefined({ schema }: DefinedKind): Promise<KindSchema | undefined> {
  // What is no schema is reported with its definition.
  if (schema === undefined || !await isSchema(schema)) return undefined;
  const { properties, ...rest } = withoutNulls(schema) as Schema;
  const text = { type: "string" };
  const common = { apiVersion: text, kind: text, metadata: { $ref: OBJECT_META_SCHEMA } };
  return {
    schema: { ...rest, ...(properties && { properties: { ...properties, ...common } }) },
    find: await loadMetadataSchema(),
  };
}

async function isSchema(schema: Schema): Promise<boolean> {
  const { find } = (await loadBuiltInSchemas("apiextensions.k8s.io", "v1"))!("CustomResourceDefinition")!;
  const definition = find("apiextensions/v1.JSONSchemaProps")!;
  return validateObject(schema, { schema: definition, find }, { builtIn: true }).length === 0;
}

/** Takes out what the server takes for nothing. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]));
}
