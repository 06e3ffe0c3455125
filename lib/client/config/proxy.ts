/**
 * Which proxy to go through: the rules are those of Go's `golang.org/x/net/http/httpproxy`, so that kubescript reaches
 * what kubectl reaches.
 *
 * @module
 */

import { ConfigError } from "../config_error.ts";
import type { Env } from "./kubeconfig.ts";

/** The variables of the environment that name proxies, and that the runtime heeds by rules of its own. */
export const PROXY_VARIABLES: readonly string[] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]
  .flatMap((name) => [name, name.toLowerCase()]);

/**
 * Tells whether a proxy is of a kind that can be used.
 *
 * @param url The proxy's address.
 * @returns Whether its scheme is http, https or socks5.
 */
export function isProxyUrl(url: string): boolean {
  return ["http:", "https:", "socks5:"].includes(URL.parse(url)?.protocol ?? "");
}

/**
 * Finds the proxy that the environment names for a server: `HTTPS_PROXY` or, for a server without TLS, `HTTP_PROXY`,
 * unless `NO_PROXY` excludes the server; all of them in lower case as well. This machine is never asked for by a proxy.
 *
 * @param server The server's address.
 * @param env Reads an environment variable.
 * @returns The proxy's address; `undefined` if there is none to go through.
 * @throws {ConfigError} If the variable names something else; its value may hold a password and is not shown.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const variables = new Map([["HTTPS_PROXY", "proxy.example:3128"], ["NO_PROXY", "10.0.0.0/8,.internal"]]);
 * const env = (name: string) => variables.get(name);
 * strictEqual(environmentProxy("https://k.example:6443", env), "http://proxy.example:3128");
 * strictEqual(environmentProxy("https://10.1.2.3", env), undefined);
 * strictEqual(environmentProxy("https://k.internal", env), undefined);
 * ```
 */
export function environmentProxy(server: string, env: Env): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const names = protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  const name = names.find((name) => env(name));
  if (name === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  const target = { host, ip: parseIp(host), port: port || (protocol === "https:" ? "443" : "80") };
  const excluded = env("NO_PROXY") || env("no_proxy") || "";
  if (host === "localhost" || isExcluded(target, `127.0.0.0/8,::1,${excluded}`)) return undefined;
  const value = env(name)!;
  // As in Go, a name is always looked up by the SOCKS proxy.
  const url = (URL.parse(value)?.host ? value : `http://${value}`).replace(/^socks5h:/, "socks5:");
  if (isProxyUrl(url)) return url;
  throw new ConfigError(`Cannot use the proxy of ${name}: it must be an http, https or socks5 address`);
}

interface Target {
  readonly host: string;
  readonly ip: IpAddress | undefined;
  readonly port: string;
}

interface IpAddress {
  readonly bits: number;
  readonly value: bigint;
}

function isExcluded(target: Target, list: string): boolean {
  return list.toLowerCase().split(",").some((item) => matches(target, item.trim()));
}

function matches({ host, ip, port }: Target, item: string): boolean {
  if (item === "*") return true;
  const [, network = "", prefix] = /^(.*)\/(\d+)$/.exec(item) ?? [];
  const start = parseIp(network);
  if (start) {
    const rest = BigInt(start.bits - Number(prefix));
    return ip?.bits === start.bits && ip.value >> rest === start.value >> rest;
  }
  const [, address, plain, itemPort] = /^(?:\[(.+)\]|([^:]+)):(\w*)$/.exec(item) ?? [];
  const name = address ?? plain ?? item;
  if (itemPort && itemPort !== port) return false;
  const itemIp = parseIp(name);
  if (itemIp || ip) return itemIp?.bits === ip?.bits && itemIp?.value === ip?.value;
  if (name === "") return false;
  // ".example.org" stands for what is below it only.
  const suffix = name.replace(/^\*\./, ".");
  return suffix.startsWith(".") ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function parseIp(text: string): IpAddress | undefined {
  const bytes = text.split(".").map((part) => /^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : NaN);
  if (bytes.length === 4 && bytes.every((byte) => byte <= 255)) return { bits: 32, value: join(bytes, 8n) };
  const canonical = text.includes(":") ? URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) : undefined;
  if (canonical === undefined) return undefined;
  const [head = [], tail = []] = canonical.split("::").map((half) => half === "" ? [] : half.split(":"));
  const groups = [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  const value = join(groups.map((group) => parseInt(group, 16)), 16n);
  // An IPv4 address in the form of IPv6 is the same address.
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => value << bits | BigInt(part), 0n);
}
