/**
 * Judges the schemas of CustomResourceDefinitions: they must be structural, so that every field has a type.
 *
 * @see {@link https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema | Structural schemas}
 *
 * @module
 */

import { forbiddenField, invalidValue, notSupported, required } from "../registry/field_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import { CelRules } from "./cel_rules.ts";
import type { CustomSchema } from "./definition.ts";
import { regExpOf, validateValue } from "./validate_value.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const NOT_SUPPORTED = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

/** What alternatives cannot have, and how it is called that it is not there. */
const NOT_NESTED: Readonly<Record<string, string>> = {
  type: "must be empty to be structural",
  additionalProperties: "must be undefined to be structural",
  default: "must be undefined to be structural",
  title: "must be empty to be structural",
  description: "must be empty to be structural",
  nullable: "must be false to be structural",
  "x-kubernetes-preserve-unknown-fields": "must be false to be structural",
  "x-kubernetes-embedded-resource": "must be false to be structural",
  "x-kubernetes-int-or-string": "must be false to be structural",
  "x-kubernetes-list-map-keys": "must be empty to be structural",
  "x-kubernetes-list-type": "must be undefined to be structural",
  "x-kubernetes-map-type": "must be undefined to be structural",
  "x-kubernetes-validations": "must be empty to be structural",
};

/** Where a schema stands. */
type Level = "root" | "item" | "field";

const UNTYPED: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

/**
 * Judges the schema of a version.
 *
 * @param schema The schema.
 * @param path Where it stands.
 * @returns What is wrong with it.
 */
export function validateSchema(schema: CustomSchema, path: string): FieldError[] {
  const structural = validateStructure(schema, "root", path);
  const errors = structural.length > 0 ? structural : validateDefaults(schema, path);
  if (schema.nullable) errors.unshift(forbiddenField(`${path}.nullable`, "nullable cannot be true at the root"));
  errors.push(...validateParts(schema, path, true));
  return errors.length > 0 ? errors : validateRules(schema, path, new CelRules(schema));
}

function validateStructure(schema: CustomSchema, level: Level, path: string): FieldError[] {
  const { type, properties = {}, items, additionalProperties: values } = schema;
  const errors: FieldError[] = [];
  const isEmbedded = schema["x-kubernetes-embedded-resource"] ?? false;
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] ?? false;
  const isIntOrString = schema["x-kubernetes-int-or-string"] ?? false;
  if (type === "array" && !items) errors.push(required(`${path}.items`, "must be specified"));
  if (values !== undefined && level === "root") {
    errors.push(forbiddenField(`${path}.additionalProperties`, "must not be used at the root"));
  }
  if (isIntOrString && isOpen) {
    const detail = "must be false if x-kubernetes-int-or-string is true";
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, true, detail));
  }
  if (isEmbedded && type !== "object") {
    const detail = "must be object if x-kubernetes-embedded-resource is true";
    errors.push(type ? invalidValue(`${path}.type`, type, detail) : required(`${path}.type`, detail));
  } else if (!type && !isIntOrString && !isOpen) errors.push(required(`${path}.type`, UNTYPED[level]));
  if (level === "root" && type && type !== "object") {
    errors.push(invalidValue(`${path}.type`, type, "must be object at the root"));
  }
  if (level === "root" || isEmbedded) errors.push(...validateOwnFields(properties, level, path));
  if (isEmbedded && !isOpen && Object.keys(properties).length === 0) {
    const detail = "must not be empty if x-kubernetes-embedded-resource is true without " +
      "x-kubernetes-preserve-unknown-fields";
    errors.push(required(`${path}.properties`, detail));
  }
  // That alternatives name only known fields is demanded of those at the root alone.
  errors.push(...validateConditions(schema, level === "root" ? schema : OPEN, path, path));
  for (const [name, field] of Object.entries(properties)) {
    errors.push(...validateStructure(field, "field", `${path}.properties[${name}]`));
  }
  if (items) errors.push(...validateStructure(items, "item", `${path}.items`));
  if (typeof values === "object") errors.push(...validateStructure(values, "field", `${path}.additionalProperties`));
  return errors;
}

/** `apiVersion`, `kind` and `metadata` are what they are. */
function validateOwnFields(
  properties: Readonly<Record<string, CustomSchema>>,
  level: Level,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, wanted] of [["kind", "string"], ["apiVersion", "string"], ["metadata", "object"]] as const) {
    const { type = "" } = properties[name] ?? { type: wanted };
    if (type !== wanted) errors.push(invalidValue(`${path}.properties[${name}].type`, type, `must be ${wanted}`));
  }
  const { type: _, description: _description, properties: fields = {}, ...rest } = properties.metadata ?? {};
  const others = Object.keys(fields).some((name) => name !== "name" && name !== "generateName");
  const isMore = others || Object.keys(rest).length > 0;
  if (level === "root" && isMore) {
    const detail = "must not specify anything other than name and generateName, but metadata is implicitly specified";
    errors.push(forbiddenField(`${path}.properties[metadata]`, detail));
  }
  return errors;
}

/** Stands for a schema that knows all fields. */
const OPEN = "open";
type Whole = CustomSchema | typeof OPEN;

/** Judges alternatives: they may only restrict what the schema around them describes. */
function validateConditions(
  schema: CustomSchema,
  whole: Whole | undefined,
  path: string,
  wholePath: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.pattern) {
    try {
      regExpOf(schema.pattern);
    } catch (error) {
      const detail = `must be a valid regular expression, but isn't: error parsing regexp: ${
        faultOf(error, schema.pattern)
      }`;
      errors.push(invalidValue(`${path}.pattern`, schema.pattern, detail));
    }
  }
  const parts: [CustomSchema, string][] = [
    ...(isIntOrString(schema.anyOf) ? [] : schema.anyOf ?? []).map((part, i) =>
      [part, `anyOf[${i}]`] as [CustomSchema, string]
    ),
    ...(schema.allOf ?? []).map((part, i) => [part, `allOf[${i}]`] as [CustomSchema, string]),
    ...(schema.oneOf ?? []).map((part, i) => [part, `oneOf[${i}]`] as [CustomSchema, string]),
    ...schema.not ? [[schema.not, "not"] as [CustomSchema, string]] : [],
  ];
  for (const [part, name] of parts) errors.push(...validateNested(part, whole, `${path}.${name}`, wholePath));
  return errors;
}

/** Says what is wrong with an expression as Go does, of what is wrong most often. */
function faultOf(error: unknown, pattern: string): string {
  const { message } = error as Error;
  if (message.includes("character class")) return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf("["))}\``;
  if (message.includes("Unterminated group")) return `missing closing ): \`${pattern}\``;
  if (message.includes("Unmatched")) return `unexpected ): \`${pattern}\``;
  return `invalid: \`${pattern}\``;
}

function validateNested(
  part: CustomSchema,
  whole: Whole | undefined,
  path: string,
  wholePath: string,
): FieldError[] {
  if (!whole) return [required(wholePath, `because it is defined in ${path}`)];
  const errors = Object.entries(part).flatMap(([name, value]) => {
    const detail = NOT_NESTED[name];
    // A rule holds whatever else does, only of all schemas.
    if (
      detail === undefined || value === false || (name === "x-kubernetes-validations" && /allOf\[\d+\]$/.test(path))
    ) return [];
    return [forbiddenField(`${path}.${name}`, detail)];
  });
  if (part.properties?.metadata) {
    errors.push(forbiddenField(`${path}.properties[metadata]`, "must not be specified in a nested context"));
  }
  errors.push(
    ...isIntOrString(part.anyOf) && /allOf\[0\]$/.test(path) ? [] : validateConditions(part, whole, path, wholePath),
  );
  for (const [name, field] of Object.entries(part.properties ?? {})) {
    const at = `.properties[${name}]`;
    const known = whole === OPEN ? OPEN : whole.properties?.[name];
    errors.push(...validateNested(field, known, `${path}${at}`, `${wholePath}${at}`));
  }
  const items = whole === OPEN ? OPEN : whole.items;
  if (part.items) errors.push(...validateNested(part.items, items, `${path}.items`, `${wholePath}.items`));
  return errors;
}

function isIntOrString(anyOf: readonly CustomSchema[] | undefined): boolean {
  return JSON.stringify(anyOf) === '[{"type":"integer"},{"type":"string"}]';
}

/** Judges what is not about structure. */
function validateParts(schema: CustomSchema, path: string, isRoot: boolean): FieldError[] {
  const { type, properties = {}, items, additionalProperties: values } = schema;
  const errors: FieldError[] = [];
  if (type && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  for (const name of NOT_SUPPORTED) {
    if (name in schema) errors.push(forbiddenField(`${path}.${name}`, `${name} is not supported`));
  }
  if (schema.uniqueItems) {
    const detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    errors.push(forbiddenField(`${path}.uniqueItems`, detail));
  }
  if (values !== undefined && values !== true && Object.keys(properties).length > 0) {
    const detail = "additionalProperties and properties are mutual exclusive";
    errors.push(forbiddenField(`${path}.additionalProperties`, detail));
  }
  if (schema["x-kubernetes-preserve-unknown-fields"] === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined"));
  }
  errors.push(...validateTopology(schema, path));
  for (const [name, field] of Object.entries(properties)) {
    const at = `${path}.properties[${name}]`;
    if (isRoot && name === "metadata" && field.default !== undefined) {
      errors.push(forbiddenField(`${at}.default`, "must not be set in top-level metadata"));
    }
    errors.push(...validateParts(field, at, false));
  }
  if (items) errors.push(...validateParts(items, `${path}.items`, false));
  if (typeof values === "object") errors.push(...validateParts(values, `${path}.additionalProperties`, false));
  return errors;
}

/** Judges how lists and maps are merged. */
function validateTopology(schema: CustomSchema, path: string): FieldError[] {
  const { type, items } = schema;
  const { "x-kubernetes-list-type": listType, "x-kubernetes-map-type": mapType } = schema;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const errors: FieldError[] = [];
  const needs = (wanted: string, extension: string) => {
    const detail = `must be ${wanted} if ${extension} is specified`;
    if (type !== wanted) {
      errors.push(type ? invalidValue(`${path}.type`, type, detail) : required(`${path}.type`, detail));
    }
  };
  if (mapType !== undefined) needs("object", "x-kubernetes-map-type");
  if (mapType !== undefined && mapType !== "atomic" && mapType !== "granular") {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ["atomic", "granular"]));
  }
  if (listType !== undefined) needs("array", "x-kubernetes-list-type");
  if (listType !== undefined && !["atomic", "set", "map"].includes(listType)) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ["atomic", "set", "map"]));
  }
  if (listType === "set" && items?.type === "object" && items["x-kubernetes-map-type"] !== "atomic") {
    const detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
    errors.push(invalidValue(`${path}.items.x-kubernetes-map-type`, items["x-kubernetes-list-type"], detail));
  }
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length > 0 && listType !== "map") {
    const detail = "must be map if x-kubernetes-list-map-keys is non-empty";
    const at = `${path}.x-kubernetes-list-type`;
    errors.push(listType === undefined ? required(at, detail) : invalidValue(at, listType, detail));
  }
  if (listType !== "map") return errors;
  if (keys.length === 0) errors.push(required(keysPath, "must not be empty if x-kubernetes-list-type is map"));
  if (!items) return [...errors, required(`${path}.items`, "must have a schema if x-kubernetes-list-type is map")];
  if (items.type !== "object") {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalidValue(`${path}.items.type`, items.type ?? "", detail)];
  }
  for (const [i, key] of keys.entries()) {
    const field = items.properties?.[key];
    if (!field) errors.push(invalidValue(keysPath, keys, "entries must all be names of item properties"));
    if (keys.indexOf(key) < i) errors.push(invalidValue(keysPath, keys, "must not contain duplicate entries"));
    if (field && field.default === undefined && !items.required?.includes(key)) {
      const detail =
        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
      errors.push(required(`${path}.items.properties[${key}].default`, detail));
    }
  }
  return errors;
}

function validateDefaults(schema: CustomSchema, path: string): FieldError[] {
  const { properties = {}, items, additionalProperties: values } = schema;
  const own = schema.default === undefined ? [] : validateValue(schema.default, schema, "");
  const errors = own.map((error) => ({
    ...error,
    field: `${path}.default${error.field === "" ? "" : `.${error.field}`}`,
  }));
  for (const [name, field] of Object.entries(properties)) {
    errors.push(...validateDefaults(field, `${path}.properties[${name}]`));
  }
  if (items) errors.push(...validateDefaults(items, `${path}.items`));
  if (typeof values === "object") errors.push(...validateDefaults(values, `${path}.additionalProperties`));
  return errors;
}

function validateRules(schema: CustomSchema, path: string, rules: CelRules): FieldError[] {
  const { properties = {}, items, additionalProperties: values } = schema;
  const errors = (schema["x-kubernetes-validations"] ?? []).flatMap((rule, i) => {
    const at = `${path}.x-kubernetes-validations[${i}]`;
    if (!rule.rule?.trim()) return [required(`${at}.rule`, "rule is not specified")];
    if (rule.rule.trim().includes("\n") && !rule.message?.trim()) {
      return [required(`${at}.message`, "message must be specified if rule contains line breaks")];
    }
    if (rule.reason !== undefined && !REASONS.includes(rule.reason)) {
      return [notSupported(`${at}.reason`, rule.reason, REASONS)];
    }
    try {
      rules.compile(rule.rule);
      return [];
    } catch (error) {
      const [line = ""] = (error as Error).message.split("\n");
      return [invalidValue(`${at}.rule`, rule, `compilation failed: ERROR: <input>:1:1: ${line}`)];
    }
  });
  for (const [name, field] of Object.entries(properties)) {
    errors.push(...validateRules(field, `${path}.properties[${name}]`, rules));
  }
  if (items) errors.push(...validateRules(items, `${path}.items`, rules));
  if (typeof values === "object") errors.push(...validateRules(values, `${path}.additionalProperties`, rules));
  return errors;
}
