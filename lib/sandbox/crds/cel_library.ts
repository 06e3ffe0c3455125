/**
 * What Kubernetes adds to the Common Expression Language: functions on lists, texts, quantities, URLs and addresses.
 *
 * @see {@link https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-cel-libraries | Kubernetes CEL libraries}
 *
 * @module
 */

import { Environment } from "@marcbachmann/cel-js";
import { jsonEquals } from "../../base/json.ts";
import { compareQuantities, parseQuantity } from "../../kube/quantity.ts";
import { hasFormat } from "./formats.ts";
import { regExpOf } from "./validate_value.ts";

/** A quantity in an expression. */
class Quantity {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    parseQuantity(text);
  }
}

/** A URL in an expression. */
class Url {
  readonly url: URL;

  constructor(text: string) {
    this.url = new URL(text, text.startsWith("/") ? "none://" : undefined);
  }
}

/** An address of the Internet Protocol in an expression. */
class Ip {
  readonly text: string;

  constructor(text: string) {
    if (!hasFormat("ipv4", text) && !hasFormat("ipv6", text)) throw new RangeError(`IP Address '${text}' is not valid`);
    this.text = text;
  }
}

type Items = readonly unknown[];

/**
 * Makes an environment for the rules of custom resources.
 *
 * @returns The environment; its variables are not declared.
 */
export function makeEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
  });
  environment.registerType("Quantity", Quantity).registerType("URL", Url).registerType("IP", Ip);
  for (
    const [signature, handler] of Object.entries({ ...LISTS, ...TEXTS, ...QUANTITIES, ...URLS, ...ADDRESSES })
  ) {
    environment.registerFunction(signature, handler);
  }
  return environment;
}

// deno-lint-ignore no-explicit-any -- the signature beside each function tells the types
type Functions = Readonly<Record<string, (...args: any[]) => unknown>>;

const LISTS: Functions = {
  "list<dyn>.isSorted(): bool": (list: Items) => list.every((item, i) => i === 0 || compare(list[i - 1], item) <= 0),
  "list<dyn>.sum(): dyn": (list: Items) => list.reduce((sum, item) => (sum as bigint) + (item as bigint), zeroOf(list)),
  "list<dyn>.min(): dyn": (list: Items) => extreme(list, -1),
  "list<dyn>.max(): dyn": (list: Items) => extreme(list, 1),
  "list<dyn>.indexOf(dyn): int": (list: Items, value: unknown) =>
    BigInt(list.findIndex((item) => jsonEquals(item, value))),
  "list<dyn>.lastIndexOf(dyn): int": (list: Items, value: unknown) =>
    BigInt(list.findLastIndex((item) => jsonEquals(item, value))),
};

const TEXTS: Functions = {
  "string.find(string): string": (text: string, pattern: string) => text.match(regExpOf(pattern))?.[0] ?? "",
  "string.findAll(string): list<string>": (text: string, pattern: string) => findAll(text, pattern),
  "string.findAll(string, int): list<string>": (text: string, pattern: string, count: bigint) =>
    count < 0n ? findAll(text, pattern) : findAll(text, pattern).slice(0, Number(count)),
  "string.charAt(int): string": (text: string, index: bigint) => [...text][Number(index)] ?? "",
  "string.replace(string, string): string": (text: string, from: string, to: string) => text.replaceAll(from, () => to),
  "string.replace(string, string, int): string": (text: string, from: string, to: string, count: bigint) =>
    count < 0n ? text.replaceAll(from, () => to) : replaceSome(text, from, to, Number(count)),
  "string.reverse(): string": (text: string) => [...text].reverse().join(""),
};

const QUANTITIES: Functions = {
  "quantity(string): Quantity": (text: string) => new Quantity(text),
  "isQuantity(string): bool": (text: string) => isValid(() => new Quantity(text)),
  "Quantity.isLessThan(Quantity): bool": (a: Quantity, b: Quantity) => compareQuantities(a.text, b.text) < 0,
  "Quantity.isGreaterThan(Quantity): bool": (a: Quantity, b: Quantity) => compareQuantities(a.text, b.text) > 0,
  "Quantity.compareTo(Quantity): int": (a: Quantity, b: Quantity) => BigInt(compareQuantities(a.text, b.text)),
  "Quantity.sign(): int": (a: Quantity) => BigInt(compareQuantities(a.text, "0")),
};

const URLS: Functions = {
  "url(string): URL": (text: string) => new Url(text),
  "isURL(string): bool": (text: string) => isValid(() => new Url(text)),
  "URL.getScheme(): string": ({ url }: Url) => url.protocol === "none:" ? "" : url.protocol.slice(0, -1),
  "URL.getHost(): string": ({ url }: Url) => url.host,
  "URL.getHostname(): string": ({ url }: Url) => url.hostname.replace(/^\[|\]$/g, ""),
  "URL.getPort(): string": ({ url }: Url) => url.port,
  "URL.getEscapedPath(): string": ({ url }: Url) => url.pathname,
};

const ADDRESSES: Functions = {
  "ip(string): IP": (text: string) => new Ip(text),
  "isIP(string): bool": (text: string) => isValid(() => new Ip(text)),
  "isCIDR(string): bool": (text: string) => hasFormat("cidr", text),
  "IP.family(): int": ({ text }: Ip) => hasFormat("ipv4", text) ? 4n : 6n,
};

function isValid(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

function compare(a: unknown, b: unknown): number {
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

function extreme(list: Items, sign: 1 | -1): unknown {
  if (list.length === 0) throw new RangeError(`${sign < 0 ? "min" : "max"} called on empty list`);
  return list.reduce((found, item) => compare(item, found) * sign > 0 ? item : found);
}

function zeroOf(list: Items): unknown {
  return typeof list[0] === "number" ? 0 : 0n;
}

function findAll(text: string, pattern: string): string[] {
  const { source, flags } = regExpOf(pattern);
  return text.match(new RegExp(source, `${flags}g`)) ?? [];
}

function replaceSome(text: string, from: string, to: string, count: number): string {
  const parts = text.split(from);
  const replaced = parts.slice(0, count + 1).join(to);
  return [replaced, ...parts.slice(count + 1)].join(from);
}
