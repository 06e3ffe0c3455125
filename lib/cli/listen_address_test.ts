import { deepStrictEqual, throws } from "node:assert/strict";
import { parseListenAddress } from "./listen_address.ts";

Deno.test("parseListenAddress() is for this machine only unless somebody says otherwise", () => {
  deepStrictEqual(parseListenAddress("0"), { hostname: "127.0.0.1", port: 0 });
  deepStrictEqual(parseListenAddress("localhost:80"), { hostname: "localhost", port: 80 });
  deepStrictEqual(parseListenAddress("[::1]:80"), { hostname: "::1", port: 80 });
});

Deno.test("parseListenAddress() refuses what could be meant in two ways, and what is no port", () => {
  for (const input of [":8080", "8080:", "::1:8080", "65536", "http://localhost:80", "*:80", ""]) {
    throws(() => parseListenAddress(input), { name: "RangeError", message: /^Cannot listen on ".*": write a port/ });
  }
});
