/**
 * Where the values of a YAML text are written.
 *
 * @module
 */

import { type Event, EVENT_ID, getScalarValue } from "js-yaml";
import { findDocuments, parseYamlEvents, positionOf } from "./yaml.ts";

/** Finds lines in a YAML text. It is parsed again for that, at the first question. */
export class YamlLines {
  readonly #text: string;
  #parsed: Parsed | undefined;

  /**
   * Takes a text.
   *
   * @param text The text; it was parsed before.
   */
  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Finds the line of a value.
   *
   * @param documentLine The line on which the content of its document begins.
   * @param path The keys and indexes that lead to it from there.
   * @returns The line of its key or item; of what should hold it, if it is not written there itself.
   *
   * @example Usage
   * ```ts
   * import { strictEqual } from "node:assert/strict";
   *
   * const lines = new YamlLines("kind: Pod\nspec:\n  containers:\n  - name: web\n    image: web:1\n");
   * strictEqual(lines.find(1, ["spec", "containers", 0, "image"]), 5);
   * strictEqual(lines.find(1, ["spec", "containers", 0, "ports"]), 4);
   * ```
   */
  find(documentLine: number, path: readonly (string | number)[]): number {
    const { source, events, documents } = this.#parsed ??= parse(this.#text);
    let node = documents.find(({ line }) => line === documentLine)!.index;
    let found = node;
    for (const step of path) {
      const child = findChild(source, events, node, step);
      if (child === undefined) break;
      [found, node] = child;
    }
    return lineAt(source, positionOf(events[found]!));
  }
}

interface Parsed extends ReturnType<typeof parseYamlEvents> {
  readonly documents: ReturnType<typeof findDocuments>;
}

function parse(text: string): Parsed {
  const { source, events } = parseYamlEvents(text);
  return { source, events, documents: findDocuments(source, events) };
}

/** Finds the event of a key or item, and that of its value. */
function findChild(
  source: string,
  events: readonly Event[],
  node: number,
  step: string | number,
): [found: number, value: number] | undefined {
  const isMap = events[node]?.type === EVENT_ID.MAPPING;
  if (!isMap && events[node]?.type !== EVENT_ID.SEQUENCE) return undefined;
  let index = 0;
  for (let at = node + 1; events[at] !== undefined && events[at]!.type !== EVENT_ID.POP; index++) {
    const event = events[at]!;
    const value = isMap ? skip(events, at) : at;
    const key = !isMap ? index : event.type === EVENT_ID.SCALAR ? getScalarValue(source, event) : undefined;
    if (key === step) return [at, value];
    at = skip(events, value);
  }
  return undefined;
}

/** Finds the event behind a value. */
function skip(events: readonly Event[], at: number): number {
  let depth = 0;
  do {
    const type = events[at++]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
    else if (type === EVENT_ID.POP) depth--;
  } while (depth > 0);
  return at;
}

function lineAt(source: string, position: number): number {
  return source.slice(0, position).split(/\r\n|\r|\n/).length;
}
