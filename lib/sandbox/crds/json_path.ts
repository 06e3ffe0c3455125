/**
 * Paths into custom resources, as columns of tables, `scale` and field selectors name them: the simple part of
 * kubectl's JSONPath.
 *
 * @module
 */

import { isJsonObject, jsonEquals, parseJson } from "../../base/json.ts";

/** Finds values in an object. */
export type JsonPath = (object: unknown) => unknown[];

type Step = (values: unknown[]) => unknown[];

const TOKEN =
  /\.?\*|\.((?:\\.|[^.[\]\\])+)|\[(?:'([^']*)'|"([^"]*)"|(-?\d+)|(\*)|\?\(\s*@((?:\.[\w-]+)+)\s*(==|!=)\s*('[^']*'|"[^"]*"|[^)\s]+)\s*\))\]/y;

/**
 * Reads a path.
 *
 * @param text The path, such as `.status.conditions[?(@.type=="Ready")].status`.
 * @returns Finds the values.
 * @throws {SyntaxError} If the sandbox does not understand it.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const path = jsonPath('.conditions[?(@.type=="Ready")].status');
 * deepStrictEqual(path({ conditions: [{ type: "A", status: "x" }, { type: "Ready", status: "True" }] }), ["True"]);
 * ```
 */
export function jsonPath(text: string): JsonPath {
  const steps: Step[] = [];
  for (let at = 0; at < text.length && text !== ".";) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(`Cannot read JSONPath ${JSON.stringify(text)} from character ${at + 1}`);
    steps.push(stepOf(match));
    at += match[0].length;
  }
  return (object) => steps.reduce((values, step) => step(values), [object]);
}

function stepOf([, name, quoted, doubleQuoted, index, , filtered, operator, literal]: RegExpExecArray): Step {
  if (filtered !== undefined) return filter(jsonPath(filtered), operator === "==", literalOf(literal!));
  if (index !== undefined) {
    return (values) => values.flatMap((value) => Array.isArray(value) ? itemAt(value, Number(index)) : []);
  }
  const field = name?.replace(/\\(.)/g, "$1") ?? quoted ?? doubleQuoted;
  if (field !== undefined) {
    return (values) =>
      values.flatMap((value) => isJsonObject(value) && Object.hasOwn(value, field) ? [value[field]] : []);
  }
  return (values) => values.flatMap(children);
}

function filter(path: JsonPath, wanted: boolean, literal: unknown): Step {
  const fits = (item: unknown) => {
    const [value] = path(item);
    return value !== undefined && jsonEquals(value, literal) === wanted;
  };
  return (values) => values.flatMap((value) => Array.isArray(value) ? value.filter(fits) : []);
}

function literalOf(text: string): unknown {
  return /^['"]/.test(text) ? text.slice(1, -1) : parseJson(text);
}

function itemAt(list: unknown[], index: number): unknown[] {
  const item = list.at(index);
  return item === undefined ? [] : [item];
}

function children(value: unknown): unknown[] {
  return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
}
