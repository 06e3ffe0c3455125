/**
 * From schemas to TypeScript types.
 *
 * @module
 */

import { stringifyJson } from "../base/json.ts";
import { referenceOf, type Schema, valuesOf } from "../kube/schema.ts";
import type { Api } from "./api.ts";

/** What makes editors propose the texts of an enum while others are accepted. */
export const OPEN_ENUM = "(string & {})";

/** What a type depends on besides its schema. */
export interface TypeContext {
  /** All schemas by their full names. */
  readonly schemas: Api["schemas"];
  /** Whether enums admit other values, too. */
  readonly openEnums: boolean;
  /** Names the interface of a schema, and imports it if need be. */
  readonly refer: (schemaName: string) => string;
}

/** As many words of a comment as fit, or one that does not. */
const LINE = /\S.{0,109}(?!\S)|\S+/g;

const EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

/** Types about which the schemas say nothing. */
const KNOWN_TYPES: Readonly<Record<string, string>> = {
  [`${EXTENSIONS}.JSONSchemaPropsOrArray`]: "JSONSchemaProps | JSONSchemaProps[]",
  [`${EXTENSIONS}.JSONSchemaPropsOrBool`]: "JSONSchemaProps | boolean",
  [`${EXTENSIONS}.JSONSchemaPropsOrStringArray`]: "JSONSchemaProps | string[]",
};

/**
 * Prints the fields of an object. That a field has a default does not make it required.
 *
 * @param schema The object's schema.
 * @param context What else matters.
 * @returns The members of an interface.
 */
export function printMembers(schema: Schema, context: TypeContext): string {
  const members = Object.entries(schema.properties ?? {}).map(([field, property]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(field) ? field : JSON.stringify(field);
    const isRequired = schema.required?.includes(field);
    // Every object inherits a member of that name, which is compared with the type where the field is left out.
    const type = !isRequired && field in {} ? "unknown" : printType(property, context);
    return `${printComment(property.description)}${key}${isRequired ? "" : "?"}: ${type};\n`;
  });
  if (schema["x-kubernetes-preserve-unknown-fields"]) members.push("[field: string]: unknown;\n");
  return members.join("");
}

/**
 * Prints a comment as documentation.
 *
 * @param text The comment; its indented lines are left as they are.
 * @returns The comment with a line feed; nothing without text.
 */
export function printComment(text: string | undefined): string {
  if (!text) return "";
  const lines = text.replaceAll("*/", "*\\/").replaceAll("\t", "    ").split("\n").flatMap((line) => {
    return line.startsWith("    ") ? [line.trimEnd()] : line.match(LINE) ?? [""];
  });
  return lines.length === 1 ? `/** ${lines[0]} */\n` : `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`;
}

function printType(schema: Schema, context: TypeContext): string {
  const type = printNonNull(schema, context);
  // The server compares null with the enum, too.
  return schema.nullable && (schema.enum?.includes(null) ?? true) ? `${type} | null` : type;
}

function printNonNull(schema: Schema, context: TypeContext): string {
  const reference = referenceOf(schema);
  if (reference !== undefined) return printReference(reference, context);
  if (schema.oneOf) return schema.oneOf.map((alternative) => printType(alternative, context)).join(" | ");
  if (schema["x-kubernetes-int-or-string"]) return "number | string";
  const values = (schema.enum ?? []).filter((value) => value !== null).map((value) => stringifyJson(value));
  if (values.length > 0 && !context.openEnums) return values.join(" | ");
  if (values.length > 0 && schema.type === "string") return [...values, OPEN_ENUM].join(" | ");
  switch (schema.type) {
    case "array": {
      const item = printType(schema.items ?? {}, context);
      return item.includes("|") ? `Array<${item}>` : `${item}[]`;
    }
    case "object":
      // No fields at all are known to the server, which drops every one.
      if (schema.additionalProperties === false) return "Record<string, never>";
      return `Record<string, ${printType(valuesOf(schema) ?? {}, context)}>`;
    case "integer":
      return "number";
    default:
      return schema.type ?? "unknown";
  }
}

/** Names an interface; scalars, unions and maps that have a name in the schema are printed in its place. */
function printReference(schemaName: string, context: TypeContext): string {
  const schema = context.schemas[schemaName]!;
  return KNOWN_TYPES[schemaName] ?? (schema.properties ? context.refer(schemaName) : printType(schema, context));
}
