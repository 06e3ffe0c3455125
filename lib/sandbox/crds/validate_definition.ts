/**
 * Judges CustomResourceDefinitions, in the words of the API server.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import { invalidValue, notSupported, required } from "../registry/field_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import type { Definition, DefinitionNames, DefinitionSpec, DefinitionVersion, PrinterColumn } from "./definition.ts";
import { isProtected } from "./definition_status.ts";
import { validateSchema } from "./validate_schema.ts";

const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_FAULT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
  "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
  "'[a-z]([-a-z0-9]*[a-z0-9])?')";
const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DOMAIN_FAULT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and " +
  "must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = "binary bool byte date date-time double float int32 int64 password".split(" ");
const APPROVAL = 'protected groups must have approval annotation "api-approved.kubernetes.io", see ' +
  "https://github.com/kubernetes/enhancements/pull/1111";

/**
 * Judges a definition.
 *
 * @param definition The definition, complete with its defaults.
 * @returns What is wrong with it.
 */
export function validateDefinition(definition: Definition): FieldError[] {
  const { metadata, spec } = definition;
  const errors = [...validateSpec(spec), ...validateStoredVersions(definition)];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    errors.unshift(invalidValue("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (isProtected(spec.group) && !metadata.annotations?.["api-approved.kubernetes.io"]) {
    errors.push(required("metadata.annotations[api-approved.kubernetes.io]", APPROVAL));
  }
  return errors;
}

/**
 * Judges a change of a definition.
 *
 * @param definition The definition as it would be.
 * @param old The definition as it is.
 * @returns What is wrong with the change.
 */
export function validateDefinitionUpdate({ spec }: Definition, old: Definition): FieldError[] {
  const fixed = (field: string, value: unknown, before: unknown) =>
    value === before ? [] : [invalidValue(field, value, "field is immutable")];
  const established = old.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True");
  const stored = old.status?.storedVersions ?? [];
  const gone = stored.filter((name) => !spec.versions?.some((version) => version.name === name));
  return [
    ...established ? fixed("spec.scope", spec.scope, old.spec.scope) : [],
    ...established ? fixed("spec.names.kind", spec.names.kind, old.spec.names.kind) : [],
    ...fixed("spec.group", spec.group, old.spec.group),
    ...fixed("spec.names.plural", spec.names.plural, old.spec.names.plural),
    ...gone.map((name) => {
      const field = `status.storedVersions[${stored.indexOf(name)}]`;
      const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in ` +
        `spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from ` +
        "status.storedVersions";
      return invalidValue(field, name, detail);
    }),
  ];
}

function validateStoredVersions({ spec, status }: Definition): FieldError[] {
  const field = "status.storedVersions";
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return [invalidValue(field, null, "must have at least one stored version")];
  return (spec.versions ?? []).filter(({ name, storage }) => storage && !stored.includes(name))
    .map(({ name }) => invalidValue(field, stored, `must have the storage version ${name}`));
}

function validateSpec(spec: DefinitionSpec): FieldError[] {
  const { group, scope, names, preserveUnknownFields, conversion } = spec;
  // Reading leaves `null` where there are none.
  const versions = spec.versions ?? [];
  const errors: FieldError[] = [];
  if (!group) errors.push(required("spec.group"));
  else if (!DOMAIN.test(group)) errors.push(invalidValue("spec.group", group, DOMAIN_FAULT));
  else if (!group.includes(".")) {
    errors.push(invalidValue("spec.group", group, "should be a domain with at least one dot"));
  }
  if (!scope) errors.push(required("spec.scope"));
  else if (scope !== "Cluster" && scope !== "Namespaced") {
    errors.push(notSupported("spec.scope", scope, ["Cluster", "Namespaced"]));
  }
  for (const [i, { schema }] of versions.entries()) {
    if (!schema?.openAPIV3Schema) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`));
  }
  errors.push(...validateVersions(versions));
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalidValue("spec.versions", shown(versions), "must contain unique version names"));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const value = spec.versions && shown(versions);
    errors.push(invalidValue("spec.versions", value, "must have exactly one version marked as storage version"));
  }
  errors.push(...validateNames(names));
  if (preserveUnknownFields) {
    const detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in " +
      "spec.versions[*].schema instead";
    errors.push(invalidValue("spec.preserveUnknownFields", true, detail));
  }
  const { strategy = "None", webhook } = conversion ?? {};
  if (strategy !== "None" && strategy !== "Webhook") {
    errors.push(notSupported("spec.conversion.strategy", strategy, ["None", "Webhook"]));
  } else if (strategy === "Webhook" && !webhook) {
    errors.push(required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook"));
  }
  return errors;
}

function validateNames(names: DefinitionNames): FieldError[] {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  const at = (field: string) => `spec.names.${field}`;
  const errors: FieldError[] = [];
  for (const [field, value] of Object.entries({ plural, singular, kind, listKind })) {
    if (!value) errors.push(required(at(field)));
  }
  const label = (field: string, value: string | undefined) => {
    if (value) errors.push(...validateLabel(at(field), value));
  };
  label("plural", plural);
  label("singular", singular);
  if (kind) errors.push(...validateKind(at("kind"), kind));
  if (listKind) errors.push(...validateKind(at("listKind"), listKind));
  for (const [i, name] of shortNames.entries()) errors.push(...validateLabel(at(`shortNames[${i}]`), name));
  if (kind && kind === listKind) {
    errors.push(invalidValue(at("listKind"), listKind, "kind and listKind may not be the same"));
  }
  for (const [i, name] of categories.entries()) errors.push(...validateLabel(at(`categories[${i}]`), name));
  return errors;
}

/**
 * Judges the name of a kind.
 *
 * @param field Where it stands.
 * @param kind The name.
 * @returns What is wrong with it.
 */
export function validateKind(field: string, kind: string): FieldError[] {
  if (LABEL.test(kind.toLowerCase())) return [];
  return [invalidValue(field, kind, `may have mixed case, but should otherwise match: ${LABEL_FAULT}`)];
}

function validateLabel(field: string, value: string): FieldError[] {
  const tooLong = value.length > 63 ? ["must be no more than 63 characters"] : [];
  const faults = [...tooLong, ...LABEL.test(value) ? [] : [LABEL_FAULT]];
  return faults.length === 0 ? [] : [invalidValue(field, value, faults.join(","))];
}

/** What all versions have in common is judged once, as if it stood above them, where older definitions have it. */
function validateVersions(versions: readonly DefinitionVersion[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { name, deprecated, deprecationWarning }] of versions.entries()) {
    errors.push(...validateLabel(`spec.versions[${i}].name`, name));
    if (i === 0) errors.push(...validateLabel("spec.version", name));
    if (deprecationWarning !== undefined && !deprecated) {
      const detail = "can only be set for deprecated versions";
      errors.push(invalidValue(`spec.versions[${i}].deprecationWarning`, deprecationWarning, detail));
    }
  }
  const each = <F extends keyof DefinitionVersion>(
    field: F,
    common: string,
    judge: (value: NonNullable<DefinitionVersion[F]>, path: string) => FieldError[],
  ) => {
    const isCommon = isSame(versions, field);
    for (const [i, version] of versions.entries()) {
      if (version[field] == null || (isCommon && i > 0)) continue;
      errors.push(...judge(version[field], isCommon ? `spec.${common}` : `spec.versions[${i}].${field}`));
    }
  };
  each("schema", "validation", ({ openAPIV3Schema: schema }, path) => {
    return schema ? validateSchema(schema, `${path}.openAPIV3Schema`) : [];
  });
  each("subresources", "subresources", validateSubresources);
  each("additionalPrinterColumns", "additionalPrinterColumns", (columns, path) => {
    return columns.flatMap((column, i) => validateColumn(column, `${path}[${i}]`));
  });
  return errors;
}

function isSame(versions: readonly DefinitionVersion[], field: keyof DefinitionVersion): boolean {
  return versions.every((version) => jsonEquals(version[field] ?? null, versions[0]![field] ?? null));
}

/** Shows versions as Go prints them. */
function shown(versions: readonly DefinitionVersion[]): unknown {
  const own = (version: DefinitionVersion, field: keyof DefinitionVersion) =>
    isSame(versions, field) ? null : version[field] ?? null;
  return versions.map((version) => ({
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: own(version, "schema"),
    Subresources: own(version, "subresources"),
    AdditionalPrinterColumns: own(version, "additionalPrinterColumns"),
    SelectableFields: own(version, "selectableFields"),
  }));
}

function validateSubresources({ scale }: NonNullable<DefinitionVersion["subresources"]>, path: string): FieldError[] {
  if (!scale) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return [
    ...validatePath(`${path}.scale.specReplicasPath`, specReplicasPath, [".spec."], "under .spec"),
    ...validatePath(`${path}.scale.statusReplicasPath`, statusReplicasPath, [".status."], "under .status"),
    ...labelSelectorPath
      ? validatePath(`${path}.scale.labelSelectorPath`, labelSelectorPath, [".spec.", ".status."], UNDER_EITHER)
      : [],
  ];
}

const UNDER_EITHER = "under either .spec or .status";

function validateColumn({ name, type, format, jsonPath }: PrinterColumn, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const oneOf = (all: readonly string[]) => `must be one of ${all.join(",")}`;
  if (!name) errors.push(required(`${path}.name`));
  if (!type) errors.push(required(`${path}.type`, oneOf(COLUMN_TYPES)));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(`${path}.type`, type, oneOf(COLUMN_TYPES)));
  if (format && !COLUMN_FORMATS.includes(format)) {
    errors.push(invalidValue(`${path}.format`, format, oneOf(COLUMN_FORMATS)));
  }
  return [...errors, ...validatePath(`${path}.JSONPath`, jsonPath, ["."], "")];
}

function validatePath(field: string, path: string, begins: readonly string[], where: string): FieldError[] {
  if (!path) return [required(field)];
  if (!path.startsWith(".")) return [invalidValue(field, path, "must be a simple json path starting with .")];
  const fits = begins.some((begin) => path.startsWith(begin));
  return fits ? [] : [invalidValue(field, path, `should be a json path ${where}`)];
}
