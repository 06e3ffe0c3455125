/**
 * Single values as Go's decoders read them and its encoders write them.
 *
 * @module
 */

import { canonicalQuantity } from "../../kube/quantity.ts";
import { DecodeError } from "./decode_error.ts";
import type { ValuePlan } from "./go_types.ts";

const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/** Beyond all that can be told apart. */
const LARGE_EXPONENT = /([eE][+-]?)\d{4,}$/;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Reads a value.
 *
 * @param value The value; `null` is the zero value.
 * @param kind What it should be.
 * @param go The name of its type.
 * @returns The value as it is stored; `undefined` if it is of another type.
 * @throws {DecodeError} If it is of the type and not in its form.
 */
export function decodeScalar(value: unknown, kind: ValuePlan["kind"], go: string): unknown {
  switch (kind) {
    case "string":
      return value === null ? "" : typeof value === "string" ? value : undefined;
    case "bool":
      return value === null ? false : typeof value === "boolean" ? value : undefined;
    case "int":
      return value === null ? 0 : isInteger(value, go) ? value : undefined;
    case "number":
      return value === null ? 0 : typeof value === "number" || typeof value === "bigint" ? value : undefined;
    case "intOrString":
      return value === null ? 0 : typeof value === "string" || isInteger(value, "int32") ? value : undefined;
    case "quantity":
      return decodeQuantity(value);
    case "bytes":
      return value === null ? "" : typeof value === "string" ? decodeBytes(value) : undefined;
    default:
      return value === null ? null : typeof value === "string" ? decodeTime(value, kind === "microTime") : undefined;
  }
}

function isInteger(value: unknown, go: string): boolean {
  if (typeof value === "bigint") return go === "int64" && BigInt.asIntN(64, value) === value;
  return Number.isInteger(value) && (go === "int64" || Math.abs(value as number) <= MAX_INT32);
}

function decodeQuantity(value: unknown): string {
  if (value === null) return "0";
  if (typeof value === "boolean" || typeof value === "object" || value === "") throw new DecodeError(QUANTITY_RULE);
  try {
    return canonicalQuantity(String(value).trim().replace(LARGE_EXPONENT, "$1999"));
  } catch {
    throw new DecodeError(QUANTITY_RULE);
  }
}

/** Drops line breaks, and bits that are left over. */
function decodeBytes(text: string): string {
  const characters = text.replace(/[\r\n]/g, "");
  const fault = /[^A-Za-z0-9+/]/.exec(characters.replace(/={1,2}$/, ""));
  if (fault !== null || characters.length % 4 !== 0) {
    const at = fault ? text.indexOf(fault[0]) : characters.length - characters.length % 4;
    const message = `illegal base64 data at input byte ${at}`;
    throw new DecodeError(message);
  }
  return btoa(atob(characters));
}

const DATE_TIME = /^(\d{4}-\d\d-\d\d)T(\d{1,2}:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/i;

function decodeTime(text: string, isMicro: boolean): string {
  const match = DATE_TIME.exec(text);
  const ms = match ? Date.parse(`${match[1]}T${match[2]!.padStart(8, "0")}${match[4]!.toUpperCase()}`) : NaN;
  if (match === null || Number.isNaN(ms)) {
    const layout = isMicro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
    const message = `parsing time "${text}" as "${layout}": cannot parse "${text}" as "2006"`;
    throw new DecodeError(message);
  }
  const seconds = new Date(ms).toISOString().slice(0, 19);
  return isMicro ? `${seconds}.${(match[3] ?? "").padEnd(6, "0").slice(0, 6)}Z` : `${seconds}Z`;
}
