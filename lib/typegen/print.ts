/**
 * From the types of an API to TypeScript.
 *
 * @module
 */

import { formatApiVersion } from "../kube/resource_type.ts";
import { type Api, OBJECT_META } from "./api.ts";
import type { TypeModel } from "./model.ts";
import { printComment, printMembers } from "./print_type.ts";

/** What the types of a file depend on besides themselves. */
export interface FileContext {
  /** All schemas by their full names. */
  readonly schemas: Api["schemas"];
  /** Where `ObjectMeta` is imported from. */
  readonly metaModule: string;
  /** Where `defineKind` and `Kind` are imported from. */
  readonly kindModule: string;
  /**
   * Names the type of a schema.
   *
   * @param schemaName The full name of the schema.
   * @returns Its name, and where it is imported from if it is not in this file.
   */
  readonly locate: (schemaName: string) => { readonly name: string; readonly from?: string | undefined };
}

/**
 * Prints types, and the kinds among them.
 *
 * @param types What to print.
 * @param context What else matters.
 * @returns Imports and definitions, to be formatted.
 */
export function printTypes(types: readonly TypeModel[], context: FileContext): string {
  const { schemas, metaModule, kindModule, locate } = context;
  const imports = new Map<string, Set<string>>();
  const use = (name: string, from: string) => {
    imports.set(from, (imports.get(from) ?? new Set()).add(name));
    return name;
  };
  const definitions = types.map((type) => {
    const refer = (schemaName: string) => {
      if (schemaName === OBJECT_META) return use("ObjectMeta", metaModule) + limitsOf(type);
      const { name, from } = locate(schemaName);
      return from === undefined ? name : use(name, from);
    };
    const members = printMembers(type.schema, { schemas, openEnums: type.statusOnly, refer });
    return printDefinition(type, locate(type.schemaName).name, members);
  });
  const importLines = [...imports.keys()].sort().map((from) => {
    return `import type { ${[...imports.get(from)!].sort().join(", ")} } from "${from}";\n`;
  });
  if (types.some((type) => type.resource)) importLines.push(`import { defineKind, type Kind } from "${kindModule}";\n`);
  return `${importLines.join("")}\n${definitions.join("\n")}`;
}

/** Says which parts of the metadata there cannot be: cluster-scoped kinds have no namespace, and reviews no name. */
function limitsOf({ resource }: TypeModel): string {
  if (!resource) return "";
  // A review is a question in the form of an object: it can be created, and is never stored.
  const isReview = resource.kind.endsWith("Review") && resource.verbs?.join() === "create";
  const never = [...isReview ? ["name?: never"] : [], ...resource.namespaced ? [] : ["namespace?: never"]];
  return never.length > 0 ? ` & { ${never.join("; ")} }` : "";
}

function printDefinition({ schema, resource }: TypeModel, name: string, members: string): string {
  const definition = `${printComment(schema.description)}export interface ${name} {\n${members}}\n`;
  if (!resource) return definition;
  const { kind, plural, namespaced, singular, shortNames, subresources } = resource;
  const options = { plural, ...!namespaced && { namespaced }, singular, shortNames, subresources };
  const optionsText = JSON.stringify(options).replace(/"(\w+)":/g, "$1: ");
  return `${definition}
/** The kind ${name}: builds its objects, and names it to the API. */
export const ${name}: Kind<${name}> = defineKind<${name}>("${formatApiVersion(resource)}", "${kind}", ${optionsText});
`;
}
