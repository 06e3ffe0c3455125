/**
 * The options beside an object, read and checked.
 *
 * Apart from the options themselves: kind values load those, and start and type-check the faster the less comes along.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { parseFieldPath } from "../kube/field_path.ts";
import { type ObjectOptions, OPTIONS } from "./object_options.ts";
import { suggestion } from "./suggestion.ts";

/**
 * Reads the options beside an object and checks them.
 *
 * @param object The object.
 * @param report Receives what is wrong with the options.
 * @returns The options; empty if there are none, without those that are wrong.
 */
export function optionsOf(object: object, report: (problem: string) => void): ObjectOptions {
  const options = (object as { [OPTIONS]?: unknown })[OPTIONS];
  if (options === undefined) return {};
  if (!isJsonObject(options)) {
    report("the options must be an object");
    return {};
  }
  const right = Object.entries(options).filter(([name, value]) => {
    if (value === undefined) return false;
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof ObjectOptions] : undefined;
    if (check === undefined) report(`option "${name}" is unknown${suggestion(name, Object.keys(CHECKS))}`);
    else if (!check.test(value)) report(`option "${name}" must be ${check.what}`);
    return check?.test(value);
  });
  return Object.fromEntries(right);
}

const CHECKS: Readonly<Record<keyof ObjectOptions, { what: string; test(value: unknown): boolean }>> = {
  dependsOn: { what: "objects", test: (value) => typeof value === "object" || !value },
  ignore: { what: 'a list of field paths such as "spec.replicas"', test: isListOfPaths },
  keep: { what: "true or false", test: isBoolean },
  adopt: { what: "true or false", test: isBoolean },
  readyWhen: { what: "a function", test: (value) => typeof value === "function" },
};

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isListOfPaths(value: unknown): boolean {
  return Array.isArray(value) && value.every(isPath);
}

function isPath(value: unknown): boolean {
  try {
    return typeof value === "string" && parseFieldPath(value).length > 0;
  } catch {
    return false;
  }
}
