/**
 * Where the server of `run` listens.
 *
 * @module
 */

/** A host and a port. */
export interface HostPort {
  /** The host. */
  readonly hostname: string;
  /** The port; 0 for any that is free. */
  readonly port: number;
}

/**
 * Reads an address.
 *
 * @param input The text. Without a host, only programs on this machine can connect: who wants others to, says so.
 * @returns The address.
 * @throws {RangeError} If it is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(parseListenAddress("8080"), { hostname: "127.0.0.1", port: 8080 });
 * deepStrictEqual(parseListenAddress("0.0.0.0:8080"), { hostname: "0.0.0.0", port: 8080 });
 * deepStrictEqual(parseListenAddress("[::]:8080"), { hostname: "::", port: 8080 });
 * ```
 */
export function parseListenAddress(input: string): HostPort {
  const [, , ipv6, host, digits] = /^((?:\[([\da-f:.]+)\]|([\w.-]+)):)?(\d{1,5})$/i.exec(input) ?? [];
  const port = Number(digits);
  if (port < 65_536) return { hostname: ipv6 ?? host ?? "127.0.0.1", port };
  throw new RangeError(
    `Cannot listen on "${input}": write a port for this machine only, such as 8080, or 0.0.0.0:8080 for everybody`,
  );
}
