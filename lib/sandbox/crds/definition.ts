/**
 * CustomResourceDefinitions as the sandbox reads them.
 *
 * @module
 */

import type { Schema } from "../../kube/schema.ts";
import type { ScalePaths, StoredObject } from "../registry/served_resource.ts";

/** A rule in the Common Expression Language. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** The schema of a custom resource, with what only such schemas have. */
export interface CustomSchema extends Schema {
  readonly properties?: Readonly<Record<string, CustomSchema>>;
  readonly items?: CustomSchema;
  readonly additionalProperties?: CustomSchema | boolean;
  readonly oneOf?: readonly CustomSchema[];
  readonly anyOf?: readonly CustomSchema[];
  readonly allOf?: readonly CustomSchema[];
  readonly not?: CustomSchema;
  readonly multipleOf?: number;
  readonly uniqueItems?: boolean;
  readonly title?: string;
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
}

/** The names of a resource. */
export interface DefinitionNames {
  readonly plural: string;
  readonly kind: string;
  readonly singular?: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** A column of tables. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

/** One version of a resource. */
export interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: CustomSchema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** What a definition says. */
export interface DefinitionSpec {
  readonly group: string;
  readonly scope: string;
  readonly names: DefinitionNames;
  readonly versions: readonly DefinitionVersion[];
  readonly preserveUnknownFields?: boolean;
  readonly conversion?: { readonly strategy?: string; readonly webhook?: unknown };
}

/** A condition of a definition. */
export interface DefinitionCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

/** What became of a definition. */
export interface DefinitionStatus {
  readonly acceptedNames: DefinitionNames;
  readonly conditions: readonly DefinitionCondition[] | null;
  readonly storedVersions: readonly string[];
}

/** A CustomResourceDefinition. */
export type Definition = StoredObject & { readonly spec: DefinitionSpec; readonly status?: DefinitionStatus };
