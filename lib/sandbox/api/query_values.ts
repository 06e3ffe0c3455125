/**
 * Values in queries, as Go reads them.
 *
 * @module
 */

import { badRequest } from "../registry/status_error.ts";

/** Reads a whole number; `undefined` if there is none. */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  if (!/^[-+]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** Reads a boolean, which all is but `false` and `0`; `undefined` if there is none. */
export function booleanOf(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : !["false", "0"].includes(text.toLowerCase());
}
