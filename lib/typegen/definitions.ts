/**
 * Kinds and schemas out of CustomResourceDefinitions, as a server that has them would publish them.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { formatOrigin } from "../kube/desired_object.ts";
import { compareVersions } from "../kube/version_order.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Schema } from "../kube/schema.ts";
import { originOf } from "../script/object_origin.ts";
import type { Api } from "./api.ts";
import { customSchemaName } from "./custom_schema.ts";

/**
 * Tells CustomResourceDefinitions from other objects.
 *
 * @param object An object.
 * @returns Whether it is one, in whatever version.
 */
export function isDefinition(object: KubeObject): boolean {
  return object.kind === "CustomResourceDefinition" && object.apiVersion.startsWith("apiextensions.k8s.io/");
}

/**
 * Reads CustomResourceDefinitions.
 *
 * @param definitions The definitions; those that were read from files remember their places, for messages.
 * @returns The kinds in all versions that are served, and their schemas as they are written.
 * @throws {KubescriptError} If one is not complete, or is there twice.
 */
export function readDefinitions(definitions: readonly KubeObject[]): Api {
  const types: ResourceType[] = [];
  const schemas: Record<string, Schema> = {};
  for (const definition of definitions) {
    for (const { schema, ...type } of readDefinition(definition)) {
      const name = customSchemaName(type);
      if (schemas[name]) throw problem(definition, "another definition has the same group, version and kind");
      types.push(type);
      schemas[name] = schema;
    }
  }
  return { types, schemas };
}

/** Checks a value at a path. */
type Need = <T>(path: string, value: unknown, isFit: (value: unknown) => value is T) => T;

function readDefinition(definition: KubeObject): (ResourceType & { schema: Schema })[] {
  if (definition.apiVersion !== "apiextensions.k8s.io/v1") {
    throw problem(definition, `it is in ${definition.apiVersion}, which Kubernetes has given up in 1.22`);
  }
  const need: Need = (path, value, isFit) => {
    if (isFit(value)) return value;
    throw problem(definition, `field "${path}" is ${value === undefined || value === null ? "missing" : "wrong"}`);
  };
  const spec = need("spec", (definition as { spec?: unknown }).spec, isJsonObject);
  const names = need("spec.names", spec.names, isJsonObject);
  const kind = need("spec.names.kind", names.kind, isText);
  const type = {
    group: need("spec.group", spec.group, isText),
    kind,
    plural: need("spec.names.plural", names.plural, isText),
    namespaced: need("spec.scope", spec.scope, isText) === "Namespaced",
    singular: isText(names.singular) ? names.singular : kind.toLowerCase(),
    shortNames: isList(names.shortNames) ? names.shortNames.filter(isText) : [],
  };
  const versions = need("spec.versions", spec.versions, isList).map((value, i) => {
    const path = `spec.versions[${i}]`;
    const version = need(path, value, isJsonObject);
    const { openAPIV3Schema } = isJsonObject(version.schema) ? version.schema : {};
    const subresources = isJsonObject(version.subresources) ? version.subresources : {};
    return {
      ...type,
      version: need(`${path}.name`, version.name, isText),
      subresources: ["status", "scale"].filter((name) => name in subresources),
      schema: readSchema(`${path}.schema.openAPIV3Schema`, openAPIV3Schema, need),
      isServed: version.served !== false,
    };
  });
  return versions.filter(({ isServed }) => isServed).sort((a, b) => compareVersions(a.version, b.version))
    .map(({ isServed: _, ...version }) => version);
}

/** Checks the parts of a schema that make types; `null` stands for what is absent, as everywhere in the API. */
function readSchema(path: string, value: unknown, need: Need): Schema {
  const present = Object.entries(need(path, value, isJsonObject)).filter(([, part]) => part !== null);
  const parts = present.map(([name, part]): [string, unknown] => {
    const place = `${path}.${name}`;
    switch (name) {
      case "type":
      case "description":
        return [name, need(place, part, isText)];
      case "required":
      case "enum":
        return [name, need(place, part, isList)];
      case "items":
        return [name, readSchema(place, part, need)];
      case "additionalProperties":
        return [name, typeof part === "boolean" ? part : readSchema(place, part, need)];
      case "properties": {
        const fields = Object.entries(need(place, part, isJsonObject));
        return [
          name,
          Object.fromEntries(fields.map(([key, field]) => [key, readSchema(`${place}.${key}`, field, need)])),
        ];
      }
      default:
        return [name, part];
    }
  });
  return Object.fromEntries(parts);
}

function problem(definition: KubeObject, what: string): KubescriptError {
  const place = formatOrigin(originOf(definition) ?? {});
  const name = `CustomResourceDefinition/${definition.metadata?.name}${place && ` in ${place}`}`;
  return new KubescriptError(`Cannot read ${name}: ${what}`);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}
