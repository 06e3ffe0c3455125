/**
 * Turns CustomResourceDefinitions into resources that are served.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { loadMetadataSchema, OBJECT_META_SCHEMA } from "../../kinds/schemas.ts";
import type { FindSchema, KindSchema } from "../../kube/schema.ts";
import { invalidValue } from "../registry/field_error.ts";
import type {
  Draft,
  FieldError,
  ServedResource,
  ServedSubresource,
  StoredObject,
} from "../registry/served_resource.ts";
import type { Strategy } from "../registry/strategy.ts";
import type { Decoded } from "../schema/decode.ts";
import { decodeCustom } from "../schema/decode_custom.ts";
import { loadMetaDecoder } from "../schema/meta_types.ts";
import { CelRules } from "./cel_rules.ts";
import type { CustomSchema, Definition, DefinitionVersion } from "./definition.ts";
import { jsonPath } from "./json_path.ts";
import { printerColumns } from "./printer_columns.ts";
import { compareVersions } from "../../kube/version_order.ts";
import { validateEmbedded } from "./validate_embedded.ts";
import { validateLists } from "./validate_lists.ts";
import { validateScale } from "./validate_scale.ts";
import { validateValue } from "./validate_value.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const SUBRESOURCE_VERBS = ["get", "patch", "update"];
const SCALE = { group: "autoscaling", version: "v1", kind: "Scale" };
const CONVENTIONS = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";
/** What objects within objects have. */
const OWN_FIELDS: Readonly<Record<string, CustomSchema>> = {
  apiVersion: {
    description: "apiVersion defines the versioned schema of this representation of an object. " +
      `More info: ${CONVENTIONS}#resources`,
    type: "string",
  },
  kind: {
    description: "kind is a string value representing the type of this object. In CamelCase. " +
      `More info: ${CONVENTIONS}#types-kinds`,
    type: "string",
  },
  metadata: {
    description: `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
    allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }],
  },
};
/** What is wrong with an object that is so wrong that its rules cannot be evaluated. */
const BLOCKING = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);
const UNCHECKED =
  "some validation rules were not checked because the object was invalid; correct the existing errors " +
  "to complete validation";

/** What custom resources have in common with built-in kinds. */
export interface Metadata {
  /** Finds the schemas of metadata, by their full names, too. */
  readonly find: FindSchema;
  /** Reads metadata. */
  readonly decode: (value: unknown) => Decoded;
}

/**
 * Makes the resources of a definition.
 *
 * @param definition The definition, whose names are accepted.
 * @param metadata What {@linkcode loadMetadata} gives.
 * @returns One resource for each version that is served, the best first.
 */
export function customResources(definition: Definition, metadata: Metadata): ServedResource[] {
  const { versions } = definition.spec;
  const served = versions.filter((version) => version.served).sort((a, b) => compareVersions(a.name, b.name));
  return served.map((version) => customResource(definition, version, metadata));
}

/**
 * Loads what custom resources have in common with built-in kinds.
 *
 * @returns The schemas of metadata, and how it is read.
 */
export async function loadMetadata(): Promise<Metadata> {
  const [find, decode] = await Promise.all([loadMetadataSchema(), loadMetaDecoder(OBJECT_META_SCHEMA)]);
  return { find: (name) => find(name.endsWith(".meta.v1.ObjectMeta") ? OBJECT_META_SCHEMA : name), decode };
}

function customResource(definition: Definition, version: DefinitionVersion, metadata: Metadata): ServedResource {
  const { spec, status } = definition;
  const names = status?.acceptedNames ?? spec.names;
  const apiVersion = `${spec.group}/${version.name}`;
  const storage = spec.versions.find(({ storage }) => storage) ?? version;
  const served = servedSubresources(version);
  return {
    group: spec.group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: spec.scope === "Namespaced",
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: VERBS,
    subresources: [...served.keys()],
    listKind: names.listKind ?? `${names.kind}List`,
    served,
    storedAs: `${spec.group}/${names.plural}`,
    isStored: version === storage,
    schema: kindSchema(version, metadata.find),
    custom: true,
    ...version.deprecated && {
      warning: version.deprecationWarning ?? `${apiVersion} ${spec.names.kind} is deprecated`,
    },
    columns: printerColumns(version.additionalPrinterColumns),
    strategy: strategyOf(definition, version),
    decode: (value, isText) => decodeCustom(value, schemaOf(version), metadata.decode, isText),
    selectableFields: selectableFields(version),
    // Without a webhook versions differ in nothing but their names.
    fromStored: (object) => object.apiVersion === apiVersion ? object : { ...object, apiVersion },
    toStored: (object) => Object.assign(object, { apiVersion: `${spec.group}/${storage.name}` }),
  };
}

function servedSubresources({ subresources }: DefinitionVersion): ReadonlyMap<string, ServedSubresource> {
  const { status, scale } = subresources ?? {};
  return new Map<string, ServedSubresource>([
    ...status ? [["status", { name: "status", verbs: SUBRESOURCE_VERBS }] as const] : [],
    ...scale ? [["scale", { name: "scale", verbs: SUBRESOURCE_VERBS, kind: SCALE, scale }] as const] : [],
  ]);
}

function schemaOf({ schema }: DefinitionVersion): CustomSchema {
  return schema?.openAPIV3Schema ?? {};
}

function kindSchema(version: DefinitionVersion, find: FindSchema): KindSchema {
  const whole = schemaOf(version);
  const selectable = version.selectableFields?.map(({ jsonPath }) => ({ fieldPath: jsonPath.slice(1) }));
  const complete = { ...whole, properties: { ...whole.properties, ...OWN_FIELDS } };
  return {
    schema: { ...published(complete), ...selectable && { "x-kubernetes-selectable-fields": selectable } },
    find,
  };
}

/** Brings a schema into the form in which it is published: texts or integers, and objects within objects. */
function published(schema: CustomSchema): CustomSchema {
  const { properties, items, additionalProperties: values } = schema;
  const isEmbedded = schema["x-kubernetes-embedded-resource"] ?? false;
  const fields = isEmbedded ? { ...properties, ...OWN_FIELDS } : properties;
  return {
    ...schema,
    ...schema["x-kubernetes-int-or-string"] && { anyOf: [{ type: "integer" }, { type: "string" }] },
    ...isEmbedded && { required: [...new Set(["kind", "apiVersion", ...schema.required ?? []])] },
    ...fields && {
      properties: Object.fromEntries(
        Object.entries(fields).sort(([a], [b]) => a < b ? -1 : 1).map(([name, field]) => [name, published(field)]),
      ),
    },
    ...items && { items: published(items) },
    ...typeof values === "object" && { additionalProperties: published(values) },
  };
}

function strategyOf({ spec }: Definition, version: DefinitionVersion): Strategy {
  const schema = schemaOf(version);
  const rules = new CelRules(schema);
  const storedAs = `${spec.group}/${spec.names.plural}`;
  return {
    generation: true,
    unconditionalUpdate: false,
    statusIgnoredPaths: [["metadata"], ["spec"]],
    prepareForCreate: (draft) => {
      if (version.subresources?.status) delete draft.status;
    },
    validate: (draft, context) => {
      const { namespace = "", name } = draft.metadata;
      // A change is judged by what it changes.
      return context.find(storedAs, namespace, name!) ? [] : judge(draft, undefined, schema, version, rules);
    },
    validateUpdate: (draft, old) => judge(draft, old, schema, version, rules),
  };
}

function judge(
  draft: Draft,
  old: StoredObject | undefined,
  schema: CustomSchema,
  version: DefinitionVersion,
  rules: CelRules,
): FieldError[] {
  const wasUnique = !old || validateLists(old, schema, "").length === 0;
  const errors = [
    ...validateValue(draft, schema, "", old),
    ...validateScale(draft, version.subresources?.scale),
    ...validateEmbedded(draft, schema, ""),
    ...wasUnique ? validateLists(draft, schema, "") : [],
  ];
  if (!errors.some(({ reason }) => BLOCKING.has(reason))) return [...errors, ...rules.validate(draft, old)];
  return [...errors, ...rules.isUsed ? [invalidValue("<nil>", null, UNCHECKED)] : []];
}

function selectableFields({ selectableFields = [] }: DefinitionVersion): ServedResource["selectableFields"] {
  const paths = selectableFields.map(({ jsonPath: text }) => [text.slice(1), jsonPath(text)] as const);
  return (object) => Object.fromEntries(paths.map(([name, path]) => [name, textOf(path(object)[0])]));
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : isJsonObject(value) ? "" : String(value);
}
