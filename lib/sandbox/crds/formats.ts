/**
 * The formats of texts that API servers know in the schemas of custom resources.
 *
 * @module
 */

const HOSTNAME = /^([a-zA-Z0-9]([a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?\.?$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/;
const DURATION =
  /^[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$|^0$|^\d+ *(d|day|days|h|hr|hour|hours|m|min|minute|minutes|s|sec|second|seconds|w|week|weeks|ms|milli|millis|us|micro|micros|ns|nano|nanos)$/i;

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  byte: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  cidr: (text) => {
    const [address = "", bits = ""] = text.split("/");
    return /^\d{1,3}$/.test(bits) && (isIpv4(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128);
  },
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text),
  "date-time": isTime,
  datetime: isTime,
  duration: (text) => DURATION.test(text),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  hexcolor: (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  hostname: (text) => text.length <= 255 && HOSTNAME.test(text),
  ipv4: isIpv4,
  ipv6: isIpv6,
  mac: (text) =>
    /^([0-9a-fA-F]{2}([:-]))([0-9a-fA-F]{2}\2)*[0-9a-fA-F]{2}$/.test(text) && [17, 23, 59].includes(text.length),
  rgbcolor: (text) =>
    /^rgb\(\s*(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*(,\s*(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*){2}\)$/.test(text),
  ssn: (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  uri: (text) => text.startsWith("/") || (/^[a-zA-Z][a-zA-Z0-9+.-]*:./.test(text) && !/\s/.test(text)),
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  uuid3: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  uuid4: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  uuid5: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
};

/**
 * Judges a text by its format.
 *
 * @param format The format.
 * @param text The text.
 * @returns Whether it has it; formats that servers do not know are always there.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * ok(hasFormat("date", "2026-01-31"));
 * ok(!hasFormat("date", "2026-02-31"));
 * ```
 */
export function hasFormat(format: string, text: string): boolean {
  return CHECKS[format]?.(text) ?? true;
}

function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

function isIpv6(text: string): boolean {
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(":")) return false;
  return URL.canParse(`http://[${text}]/`);
}

function isTime(text: string): boolean {
  return TIME.test(text) && isDay(text.slice(0, 10));
}

function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
