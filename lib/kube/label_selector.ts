/**
 * Label selectors: built from an object or read from text, printed for a query, and matched locally.
 *
 * Syntax and meaning are those of `k8s.io/apimachinery/pkg/labels`, so that a selector is refused here for the same
 * reasons as by the API server, before any request.
 *
 * @module
 */

import { validateLabelKey, validateLabelValue } from "./names.ts";

/**
 * A selector as people write it: the API's text, or an object that maps keys to the one value or the list of values
 * that are allowed.
 */
export type LabelSelectorInput = string | Readonly<Record<string, string | readonly string[]>>;

/** What a selector demands of one label. */
export interface LabelRequirement {
  /** The label's key. */
  readonly key: string;
  /** The relation between the label and the values; `exists` and `!` have none. */
  readonly operator: "=" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";
  /** The values: one, except for `in` and `notin`, whose values are sorted, and for `exists` and `!`. */
  readonly values: readonly string[];
}

type Operator = LabelRequirement["operator"];

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["=", "="],
  ["==", "="],
  ["!=", "!="],
  ["in", "in"],
  ["notin", "notin"],
  [">", ">"],
  ["<", "<"],
]);
const TOKEN = /[ \t\r\n]*([=!]=|[=!(),<>]|[^ \t\r\n=!(),<>]+|$)/gy;
const SYMBOL = /^([=!(),<>]|$)/;

/**
 * Reads a label selector.
 *
 * @param selector The selector.
 * @returns What it demands, sorted by key; an object must meet all of it. Nothing for the empty selector.
 * @throws {RangeError} If it is not a selector, or demands a key or value that no label can have.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseLabelSelector("team=x,!legacy"), [
 *   { key: "legacy", operator: "!", values: [] },
 *   { key: "team", operator: "=", values: ["x"] },
 * ]);
 * ```
 */
export function parseLabelSelector(selector: LabelSelectorInput): LabelRequirement[] {
  const requirements = typeof selector === "string" ? new Parser(selector).parse() : fromObject(selector);
  return requirements.sort((a, b) => compareTexts(a.key, b.key));
}

/**
 * Prints a label selector as the query parameter `labelSelector` takes it.
 *
 * @param requirements What the selector demands.
 * @returns The text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const requirements = parseLabelSelector({ team: "x", tier: ["web", "api"] });
 * strictEqual(formatLabelSelector(requirements), "team=x,tier in (api,web)");
 * ```
 */
export function formatLabelSelector(requirements: readonly LabelRequirement[]): string {
  return requirements.map(({ key, operator, values }) => {
    if (operator === "exists") return key;
    if (operator === "!") return `!${key}`;
    if (operator === "in" || operator === "notin") return `${key} ${operator} (${values.join(",")})`;
    return `${key}${operator}${values[0]}`;
  }).join(",");
}

/**
 * Tells whether labels meet a selector.
 *
 * @param requirements What the selector demands.
 * @param labels The labels of an object.
 * @returns Whether they meet all of it.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const requirements = parseLabelSelector("tier in (web,api),team!=x");
 * strictEqual(matchesLabels(requirements, { tier: "web" }), true);
 * strictEqual(matchesLabels(requirements, { tier: "web", team: "x" }), false);
 * ```
 */
export function matchesLabels(
  requirements: readonly LabelRequirement[],
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const label = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "=":
      case "in":
        return label !== undefined && values.includes(label);
      case "!=":
      case "notin":
        return label === undefined || !values.includes(label);
      case "exists":
        return label !== undefined;
      case "!":
        return label === undefined;
      case ">":
        return isInteger(label) && BigInt(label) > BigInt(values[0]!);
      case "<":
        return isInteger(label) && BigInt(label) < BigInt(values[0]!);
    }
  });
}

/** A selector as objects have it, such as that of a Deployment. */
export interface ObjectSelector {
  /** Labels and their values. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** Other demands: `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/**
 * Reads a selector of an object.
 *
 * @param selector The selector.
 * @returns What it demands, sorted by key; nothing for the empty selector.
 * @see {@link https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/ | LabelSelector}
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const matchExpressions = [{ key: "tier", operator: "In", values: ["web", "api"] }];
 * const requirements = readObjectSelector({ matchLabels: { app: "web" }, matchExpressions });
 * strictEqual(formatLabelSelector(requirements), "app=web,tier in (api,web)");
 * ```
 */
export function readObjectSelector({ matchLabels = {}, matchExpressions = [] }: ObjectSelector): LabelRequirement[] {
  const requirements: LabelRequirement[] = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "=" as const, values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      return { key, operator: OBJECT_OPERATORS[operator] ?? "in", values: sortedUnique(values) };
    }),
  ];
  return requirements.sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/**
 * Tells whether labels meet a selector of an object.
 *
 * @param selector The selector; without one, nothing is selected; an empty one selects everything.
 * @param labels The labels.
 * @returns Whether they meet all of it.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const selector = { matchExpressions: [{ key: "tier", operator: "In", values: ["web"] }] };
 * strictEqual(selects(selector, { tier: "web" }), true);
 * strictEqual(selects(undefined, { tier: "web" }), false);
 * ```
 */
export function selects(
  selector: ObjectSelector | null | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return selector ? matchesLabels(readObjectSelector(selector), labels) : false;
}

const OBJECT_OPERATORS: Readonly<Record<string, Operator>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

function fromObject(selector: Exclude<LabelSelectorInput, string>): LabelRequirement[] {
  return Object.entries(selector).map(([key, value]) => {
    const values = typeof value === "string" ? [value] : sortedUnique(value);
    const fault = values.length === 0 ? "it has no values" : faultOf(key, values);
    if (fault) throw new RangeError(`Cannot select by label "${key}": ${fault}`);
    return { key, operator: typeof value === "string" ? "=" : "in", values };
  });
}

/** A word, a symbol, or the end of the text (empty), with its place. */
interface Token {
  readonly text: string;
  readonly position: number;
}

class Parser {
  readonly #text: string;
  readonly #tokens: Token[];

  constructor(text: string) {
    this.#text = text;
    this.#tokens = Array.from(text.matchAll(TOKEN), ({ 0: whole, 1: token = "", index }) => ({
      text: token,
      position: index + whole.length - token.length + 1,
    }));
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.#peek().text === "") return requirements;
    while (true) {
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.text === "") return requirements;
      if (separator.text !== ",") this.#fail(separator, `"," or the end`);
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#peek().text === "!";
    if (negated) this.#take();
    const key = this.#word("a key");
    this.#check(key, validateLabelKey(key.text));
    if (negated) return { key: key.text, operator: "!", values: [] };
    if (["", ","].includes(this.#peek().text)) return { key: key.text, operator: "exists", values: [] };

    const token = this.#take();
    const operator = OPERATORS.get(token.text);
    if (operator === undefined) return this.#fail(token, "an operator (=, ==, !=, in, notin, >, <)");
    const values = operator === "in" || operator === "notin" ? this.#valueList() : [this.#value()];
    for (const value of values) this.#check(value, validateLabelValue(value.text));
    if ((operator === ">" || operator === "<") && !isInteger(values[0]?.text)) this.#fail(values[0]!, "an integer");
    return { key: key.text, operator, values: sortedUnique(values.map((value) => value.text)) };
  }

  #valueList(): Token[] {
    const open = this.#take();
    if (open.text !== "(") this.#fail(open, `"("`);
    const values: Token[] = [];
    while (true) {
      values.push(this.#value());
      const separator = this.#take();
      if (separator.text === ")") return values;
      if (separator.text !== ",") this.#fail(separator, `"," or ")"`);
    }
  }

  // No word where a value could be is the empty value, as in `a=` or `a in (x,)`.
  #value(): Token {
    const next = this.#peek();
    if (["", ",", ")"].includes(next.text)) return { text: "", position: next.position };
    return this.#word("a value");
  }

  #word(expected: string): Token {
    const token = this.#take();
    return SYMBOL.test(token.text) ? this.#fail(token, expected) : token;
  }

  #peek(): Token {
    return this.#tokens[0]!;
  }

  // The last token, the end of the text, is never used up.
  #take(): Token {
    return this.#tokens.length > 1 ? this.#tokens.shift()! : this.#tokens[0]!;
  }

  #check(token: Token, faults: readonly string[]): void {
    if (faults.length > 0) this.#refuse(token, `"${token.text}" is not allowed, ${faults.join("; ")}`);
  }

  #fail(token: Token, expected: string): never {
    return this.#refuse(token, `expected ${expected}, found ${token.text === "" ? "the end" : `"${token.text}"`}`);
  }

  #refuse(token: Token, why: string): never {
    throw new RangeError(`Cannot read label selector "${this.#text}" at position ${token.position}: ${why}`);
  }
}

function faultOf(key: string, values: readonly string[]): string {
  return [...validateLabelKey(key), ...values.flatMap((value) => validateLabelValue(value))].join("; ");
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}

function sortedUnique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
