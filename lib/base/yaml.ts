/**
 * YAML as kubectl reads it: the types of YAML 1.1, except its times and base 60 numbers, which stay text.
 *
 * The rules for plain scalars are those of the Go library behind kubectl, see
 * {@link https://github.com/yaml/go-yaml/blob/v2.4.0/resolve.go | resolve.go}. Where that library is careless this
 * module is not: a duplicate key and an unknown tag are errors, and a key beats a merged one wherever it stands.
 *
 * @module
 */

import {
  boolYaml11Tag,
  constructFromEvents,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  type Event,
  EVENT_ID,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  parseEvents,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from "js-yaml";

/** One document of a YAML text. */
export interface YamlDocument {
  /** The document as a JSON value; an alias is the same object as its anchor. */
  readonly value: unknown;
  /** The line on which its content begins, from 1. */
  readonly line: number;
}

/** A text that is not YAML, or that has no JSON form. */
export class YamlError extends SyntaxError {
  /** The line of the mistake, from 1. */
  readonly line: number;

  /**
   * Makes an error.
   *
   * @param message What is wrong, and where.
   * @param line The line, from 1.
   */
  constructor(message: string, line: number) {
    super(message);
    this.name = "YamlError";
    this.line = line;
  }
}

const DEEPER_THAN_ALL = 200;

/**
 * Parses a text of any number of YAML documents.
 *
 * @param text The text; JSON is YAML too.
 * @returns The documents that are not empty. Map keys are strings, integers outside the safe range are `bigint`.
 * @throws {YamlError} If the text is not YAML, or has no JSON form.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseYamlDocuments("mode: 0644\n---\n- yes\n- 12:30\n"), [
 *   { value: { mode: 420 }, line: 1 },
 *   { value: [true, "12:30"], line: 3 },
 * ]);
 * ```
 */
export function parseYamlDocuments(text: string): YamlDocument[] {
  try {
    const { source, events } = parseYamlEvents(text);
    const values = constructFromEvents(events, { source, schema: SCHEMA, maxTotalMergeKeys: -1 });
    const documents = findDocuments(source, events);
    return values.flatMap((value, i) => value === null ? [] : [{ value, line: documents[i]!.line }]);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // The original is not kept as the cause, as it quotes the text, which may hold secrets.
    throw yamlError(error);
  }
}

/**
 * Parses a text into the events of its syntax.
 *
 * Closing brackets may stand as far left as what they belong to. YAML demands that they are indented; kubectl does not,
 * and formatters do not do it. Such lines are indented until the text is right.
 *
 * @param text The text.
 * @returns The events, and the text to which their positions refer; it has the same lines.
 * @throws {YAMLException} If the text is not YAML.
 */
export function parseYamlEvents(text: string): { source: string; events: Event[] } {
  const lines = text.split("\n");
  for (const indented = new Set<number>();;) {
    const source = lines.join("\n");
    try {
      return { source, events: parseEvents(source, {}) };
    } catch (error) {
      const line = error instanceof YAMLException && error.reason === "deficient indentation" && error.mark?.line;
      if (typeof line !== "number" || indented.has(line) || !/^\s*[}\]]/.test(lines[line] ?? "")) throw error;
      indented.add(line);
      lines[line] = " ".repeat(DEEPER_THAN_ALL) + lines[line];
    }
  }
}

/**
 * Finds the documents among the events of a text.
 *
 * @param source The text.
 * @param events Its events.
 * @returns The index of the event behind the start of each document, and the line on which its content begins.
 */
export function findDocuments(source: string, events: readonly Event[]): { index: number; line: number }[] {
  const documents: { index: number; line: number }[] = [];
  let line = 1;
  let counted = 0;
  events.forEach((event, i) => {
    if (event.type !== EVENT_ID.DOCUMENT) return;
    const start = Math.max(positionOf(events[i + 1]!), counted);
    line += source.slice(counted, start).split(/\r\n|\r|\n/).length - 1;
    counted = start;
    documents.push({ index: i + 1, line });
  });
  return documents;
}

/**
 * Tells where a map, list or scalar begins.
 *
 * @param event Its event.
 * @returns The position in the text; 0 for other events.
 */
export function positionOf(event: Event): number {
  if ("start" in event) return event.start;
  return "valueStart" in event ? event.valueStart : 0;
}

function yamlError(error: YAMLException): YamlError {
  const line = (error.mark?.line ?? 0) + 1;
  const column = (error.mark?.column ?? 0) + 1;
  const reason = error.reason.replace(/^(recursive alias "[^"]*" is not supported).*/, "$1");
  return new YamlError(`Cannot parse YAML: line ${line}, column ${column}: ${reason}`, line);
}

const NO_JSON_FORM = "a value that is not a finite number has no JSON form";

const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;

const numberTag = defineScalarTag<number | bigint>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: [..."+-.0123456789"],
  resolve: resolveNumber,
  identify: () => false,
});

const floatTag = defineScalarTag<number | bigint>("tag:yaml.org,2002:float", {
  resolve: resolveNumber,
  identify: () => false,
});

// `finalize` does nothing, but with it the library refuses an alias inside its own anchor, which JSON cannot express.
const jsonMapTag = defineMappingTag<Record<string, unknown>>(mapTag.tagName, {
  ...mapTag,
  addPair(map, key, value) {
    if (key === null || typeof key === "object") return "a key must be a string, a number or a boolean";
    return isNotFinite(value) ? NO_JSON_FORM : mapTag.addPair(map, key, value);
  },
  finalize: (map) => map,
});

const jsonSequenceTag = defineSequenceTag<unknown[]>(seqTag.tagName, {
  ...seqTag,
  addItem: (list, item, index) => isNotFinite(item) ? NO_JSON_FORM : seqTag.addItem(list, item, index),
  finalize: (list) => list,
});

const SCHEMA = new Schema([
  nullYaml11Tag,
  boolYaml11Tag,
  numberTag,
  floatTag,
  mergeTag,
  strTag,
  jsonMapTag,
  jsonSequenceTag,
]);

function resolveNumber(source: string): number | bigint | typeof NOT_RESOLVED {
  const digits = source.replaceAll("_", "");
  const integer = INTEGER.exec(digits);
  if (integer) return parseInteger(integer[1] === "-", integer[2]!);
  if (NOT_FINITE.test(source)) return NaN;
  const float = FLOAT.test(digits) ? Number(digits) : NaN;
  return Number.isFinite(float) ? float || 0 : NOT_RESOLVED;
}

function parseInteger(negative: boolean, digits: string): number | bigint {
  const magnitude = BigInt(digits.replace(/^0(?=[0-7])/, "0o").toLowerCase());
  const value = negative ? -magnitude : magnitude;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function isNotFinite(value: unknown): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}
