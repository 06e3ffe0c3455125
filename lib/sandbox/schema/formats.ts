/**
 * The formats of texts that the schemas of custom resources can demand.
 *
 * @module
 */

const IPV4 = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.|$)){4}$/;
const IPV6 = /^(?=.*:)[0-9a-fA-F:]{2,39}$/;
const CIDR = /^[0-9a-fA-F.:]+\/\d{1,3}$/;

/** Those that are checked; others mean nothing to the API server. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  byte: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  cidr: (text) => CIDR.test(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  "date-time": (text) => /^\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d([.,]\d+)?(z|[+-]\d\d:\d\d)$/i.test(text),
  duration: (text) => /^([+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+|0)$/.test(text) || /^\d+ ?[a-z]+$/.test(text),
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  hostname: (text) =>
    /^([a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(text),
  ipv4: (text) => IPV4.test(text),
  ipv6: (text) => IPV6.test(text),
  mac: (text) => /^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/.test(text),
  uri: (text) => URL.canParse(text) || text.startsWith("/"),
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
};

/**
 * Tells whether a text has a format.
 *
 * @param text The text.
 * @param format The format, such as `date-time`.
 * @returns Whether it has, or the format is none that is checked.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(hasFormat("10.0.0.1", "ipv4"), true);
 * strictEqual(hasFormat("yesterday", "date-time"), false);
 * strictEqual(hasFormat("x", "unheard-of"), true);
 * ```
 */
export function hasFormat(text: string, format: string): boolean {
  return FORMATS[format]?.(text) ?? true;
}
