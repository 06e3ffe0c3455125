/**
 * OpenAPI v2: the documents of v3 as one, in the older form, of which less can be said.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";

/** What is taken from a document of OpenAPI v3. */
export interface DocumentV3 {
  /** What can be done, by path. */
  readonly paths: Part;
  /** Schemas and ways to show who asks. */
  readonly components: { readonly schemas: Part; readonly securitySchemes: Part };
}

type Part = Readonly<Record<string, unknown>>;

/** What schemas cannot say. */
const UNKNOWN = ["allOf", "anyOf", "default", "not", "nullable", "oneOf"];
/** Where schemas have schemas by name, and where they have one. */
const MAPS = ["properties"];
const PARTS = ["items", "additionalProperties"];
const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * Makes the document of OpenAPI v2.
 *
 * @param version The version of Kubernetes, such as `1.37`.
 * @param documents All documents of v3.
 * @returns The document.
 */
export function swaggerOf(version: string, documents: readonly DocumentV3[]): Part {
  const merged = (part: (document: DocumentV3) => Part) => Object.assign({}, ...documents.map(part)) as Part;
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version },
    paths: mapValues(merged(({ paths }) => paths), (path) => pathItem(path as Part)),
    definitions: mapValues(merged(({ components }) => components.schemas), schemaOf),
    securityDefinitions: merged(({ components }) => components.securitySchemes),
    security: [{ BearerToken: [] }],
  };
}

function pathItem({ parameters = [], ...operations }: Part): Part {
  const described = mapValues(operations, (operation, method) => {
    return METHODS.includes(method) ? operationOf(operation as Part) : operation;
  });
  return { ...described, parameters: (parameters as Part[]).map(parameterOf) };
}

function operationOf({ parameters = [], requestBody, responses, ...operation }: Part): Part {
  const { content = {}, required } = (requestBody ?? {}) as { content?: Record<string, Part>; required?: boolean };
  const [body] = Object.values(content);
  return {
    ...operation,
    consumes: body ? Object.keys(content) : ["*/*"],
    parameters: [
      ...body ? [{ name: "body", in: "body", required, schema: schemaOf(body.schema) }] : [],
      ...(parameters as Part[]).map(parameterOf),
    ],
    produces: ["application/json", "application/yaml"],
    responses: mapValues(responses as Part, (response) => responseOf(response as Part)),
  };
}

function parameterOf({ schema, ...parameter }: Part): Part {
  return { ...parameter, ...schema as Part };
}

function responseOf({ content, ...response }: Part): Part {
  const [answer] = Object.values((content ?? {}) as Record<string, Part>);
  return { ...response, ...answer && { schema: schemaOf(answer.schema) } };
}

function schemaOf(schema: unknown): unknown {
  if (!isJsonObject(schema)) return schema;
  const { allOf, oneOf, nullable } = schema;
  const converted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === "$ref") converted.$ref = refOf(value);
    else if (MAPS.includes(name)) converted[name] = mapValues(value as Part, schemaOf);
    else if (PARTS.includes(name)) converted[name] = schemaOf(value);
    else if (!UNKNOWN.includes(name)) converted[name] = value;
  }
  // Only a reference of its own can stand beside a description.
  if (Array.isArray(allOf) && isJsonObject(allOf[0]) && "$ref" in allOf[0]) converted.$ref = refOf(allOf[0].$ref);
  if (oneOf !== undefined && schema.type === undefined) converted.type = "string";
  // What may be `null` as well has no type.
  if (nullable) { for (const name of ["type", ...MAPS, "items"]) delete converted[name]; }
  return converted;
}

function refOf(ref: unknown): string {
  return String(ref).replace("#/components/schemas/", "#/definitions/");
}

function mapValues(part: Part, convert: (value: unknown, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, convert(value, name)]));
}
