/**
 * What Go says of a text that is no label selector.
 *
 * @module
 */

import { validateLabelKey, validateLabelValue } from "../../kube/names.ts";

const TOKEN = /[ \t\r\n]*([=!]=|[=!(),<>]|[^ \t\r\n=!(),<>]+|$)/gy;
const OPERATORS = ["in", "notin", "=", "==", "!=", ">", "<"];

/** The message as it is thrown. */
class Fault extends Error {}

/**
 * Finds the first fault of a text as `k8s.io/apimachinery/pkg/labels` reports it.
 *
 * @param text The text.
 * @returns The message.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(labelSelectorError("a=b=c"), "found '=', expected: ',' or 'end of string'");
 * ```
 */
export function labelSelectorError(text: string): string {
  try {
    new Parser(text).parse();
    return "";
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Parser {
  readonly #tokens: string[];

  constructor(text: string) {
    this.#tokens = Array.from(text.matchAll(TOKEN), ([, token = ""]) => token);
  }

  parse(): void {
    let expected = "expected: !, identifier, or 'end of string'";
    do {
      const next = this.#peek();
      if (next !== "!" && !isWord(next)) fail(next, expected);
      this.#requirement();
      expected = "expected: identifier after ','";
    } while (this.#goesOn());
  }

  #goesOn(): boolean {
    const separator = this.#take();
    if (separator !== "" && separator !== ",") fail(separator, "expected: ',' or 'end of string'");
    return separator === ",";
  }

  #requirement(): void {
    try {
      const isNegated = this.#peek() === "!";
      if (isNegated) this.#take();
      const key = this.#word();
      const faults = validateLabelKey(key).join("; ");
      if (faults) throw new Fault(`<nil>: Invalid value: ${JSON.stringify(key)}: ${faults}`);
      if (isNegated || isEnd(this.#peek())) return;
      const operator = this.#take();
      if (!OPERATORS.includes(operator)) fail(operator, "expected: in, notin, =, ==, !=, gt, lt");
      const values = operator.endsWith("in") ? this.#values() : [isEnd(this.#peek()) ? "" : this.#word()];
      checkValues(key, operator, values);
    } catch (error) {
      throw error instanceof Fault ? new Fault(`unable to parse requirement: ${error.message}`) : error;
    }
  }

  #values(): string[] {
    const open = this.#take();
    if (open !== "(") throw new Fault(`found '${open}' expected: '('`);
    const first = this.#peek();
    if (first !== ")" && first !== "," && !isWord(first)) fail(first, "expected: ',', ')' or identifier");
    const values: string[] = [];
    while (true) {
      const isEmpty = this.#peek() === "," || this.#peek() === ")";
      const value = isEmpty ? "" : this.#take();
      if (!isEmpty && !isWord(value)) fail(value, "expected: ',', or identifier");
      values.push(value);
      if (this.#peek() !== "," && this.#peek() !== ")") fail(this.#peek(), "expected: ',' or ')'");
      if (this.#take() === ")") return [...new Set(values)].sort();
    }
  }

  #word(): string {
    const word = this.#take();
    return isWord(word) ? word : fail(word, "expected: identifier");
  }

  #peek(): string {
    return this.#tokens[0]!;
  }

  // The end of the text is never used up.
  #take(): string {
    return this.#tokens.length > 1 ? this.#tokens.shift()! : this.#tokens[0]!;
  }
}

function checkValues(key: string, operator: string, values: readonly string[]): void {
  const isCompared = operator === ">" || operator === "<";
  const messages = values.flatMap((value, i) => {
    const what = `Invalid value: ${JSON.stringify(value)}`;
    const isNumber = !isCompared || /^[-+]?\d+$/.test(value);
    const faults = validateLabelValue(value);
    return [
      ...isNumber ? [] : [`values[${i}]: ${what}: for 'Gt', 'Lt' operators, the value must be an integer`],
      ...faults.length === 0 ? [] : [`values[${i}][${key}]: ${what}: ${faults.join("; ")}`],
    ];
  });
  if (messages.length > 0) throw new Fault(messages.length === 1 ? messages[0] : `[${messages.join(", ")}]`);
}

function fail(token: string, expected: string): never {
  throw new Fault(`found '${token}', ${expected}`);
}

function isWord(token: string): boolean {
  return token !== "" && !/^[=!(),<>]/.test(token);
}

function isEnd(token: string): boolean {
  return token === "" || token === ",";
}
