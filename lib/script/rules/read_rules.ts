/**
 * The rules of a script, by name.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { validateLabelValue } from "../../kube/names.ts";
import type { Script } from "../script.ts";
import { ScriptError } from "../script_error.ts";
import { definitionOf, type RuleDefinition } from "./rule.ts";

/** As long as the server lets the part after the slash be. */
const LONGEST_FINALIZER = 63;

/**
 * Finds the rules of a script.
 *
 * @param script The script.
 * @param params The values of its params.
 * @returns What the rules consist of, by name.
 * @throws {ScriptError} If the function of the rules failed, or what it returned are not rules.
 */
export function readRules(
  script: Script,
  params: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, RuleDefinition> {
  const rules = callRules(script, params);
  if (rules instanceof Promise) {
    rules.catch(() => {});
    throw new ScriptError(actionOf(script), ["the function of the rules must not be async"]);
  }
  if (!isJsonObject(rules)) throw new ScriptError(actionOf(script), ["the rules must be an object"]);
  const problems: string[] = [];
  const found = new Map<string, RuleDefinition>();
  for (const [name, rule] of Object.entries(rules)) {
    const definition = definitionOf(rule);
    // The name becomes a label on the children of the rule.
    const [fault] = name === "" ? ["its name is empty"] : validateLabelValue(name);
    const finalizer = `${script.name}.${name}`;
    if (fault) problems.push(`rule "${name}": ${fault}`);
    else if (definition && finalizes(definition) && finalizer.length > LONGEST_FINALIZER) {
      problems.push(
        `rule "${name}": the name of its finalizer, "${finalizer}", has ${finalizer.length} characters, and may have ` +
          `${LONGEST_FINALIZER}: use a shorter name`,
      );
    } else if (!definition) problems.push(`rule "${name}" must be made with each(), changed(), every() or the like`);
    else found.set(name, definition);
  }
  if (problems.length > 0) throw new ScriptError(actionOf(script), problems);
  return found;
}

function finalizes({ type, ...rest }: RuleDefinition): boolean {
  const { finalize } = ("options" in rest ? rest.options : {}) as { readonly finalize?: unknown };
  return (type === "each" || type === "reconcile") && finalize !== undefined;
}

function callRules(script: Script, params: Readonly<Record<string, unknown>>): unknown {
  const { rules = {} } = script;
  if (typeof rules !== "function") return rules;
  try {
    return rules({ params });
  } catch (cause) {
    throw new ScriptError(actionOf(script), [`the function of the rules failed: ${cause}`], { cause });
  }
}

function actionOf(script: Script): string {
  return `Cannot use the rules of script "${script.name}"`;
}
