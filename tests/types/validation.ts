/**
 * What kubescript says about an object before any request.
 *
 * @module
 */
import { formatFieldPath } from "../../lib/kube/field_path.ts";
import { isBuiltIn } from "../../lib/kube/built_in.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { parseApiVersion } from "../../lib/kube/resource_type.ts";
import { type KindSchema, type Schema, schemaFinder } from "../../lib/kube/schema.ts";
import { loadBuiltInSchemas } from "../../lib/kinds/schemas.ts";
import { findKnownMistakes } from "../../lib/plan/validate/known_mistakes.ts";
import { validateObject } from "../../lib/plan/validate/validate_object.ts";
import { evaluate } from "../../lib/script/resources.ts";
import { script } from "../../lib/script/script.ts";
import { ScriptError } from "../../lib/script/script_error.ts";
import { Website } from "./bad_objects.ts";

/**
 * Looks for mistakes in an object, as a plan does.
 *
 * @param object The object, as a script would declare it.
 * @returns The mistakes, one sentence each; none if the object is right.
 */
export async function findMistakes(object: object): Promise<string[]> {
  try {
    const only = script("only", { resources: [object as KubeObject] });
    const options = { params: {}, k: undefined as never, signal: new AbortController().signal };
    await evaluate(only, options);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return error.problems.map((problem) => problem.replace(/^resources\[0\]\.?/, "").trim());
  }
  const { apiVersion, kind } = object as KubeObject;
  const { group, version } = parseApiVersion(apiVersion);
  const schema = kind === "Website" ? websiteSchema() : (await loadBuiltInSchemas(group, version))?.(kind);
  const problems = schema ? validateObject(object, schema, { builtIn: isBuiltIn(group) }) : [];
  return [...problems, ...findKnownMistakes(object as KubeObject)].map(({ path, message }) => {
    const steps = path.map((step) => typeof step === "number" ? { index: step } : { field: step });
    return `${steps.length === 0 ? "" : `${formatFieldPath(steps)} `}${message}`;
  });
}

function websiteSchema(): KindSchema {
  const { properties, ...schema } = Website.definition.spec.versions[0]!.schema!.openAPIV3Schema as Schema;
  // What every object has, a definition leaves out.
  return {
    schema: { ...schema, properties: { apiVersion: {}, kind: {}, metadata: {}, ...properties } },
    find: schemaFinder({}),
  };
}
