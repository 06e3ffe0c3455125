import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  isDns1123Label,
  isDns1123Subdomain,
  validateDataKey,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateLabelKey,
  validateLabelValue,
  validatePortName,
} from "./names.ts";

// The messages in this file were printed by k8s.io/apimachinery v0.37.1.
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
  "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const KEY_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

Deno.test("validateDns1123Label() says what the API server says", () => {
  const cases: [string, string[]][] = [
    ["a", []],
    ["0-a", []],
    ["x".repeat(63), []],
    ["x".repeat(64), ["must be no more than 63 characters"]],
    ["a.b", ["must not contain dots"]],
    ["", [LABEL_RULE]],
    ["A", [LABEL_RULE]],
    ["a_b", [LABEL_RULE]],
    ["-a", [LABEL_RULE]],
    ["a-", [LABEL_RULE]],
    ["a\n", [LABEL_RULE]],
    ["X".repeat(64), ["must be no more than 63 characters", LABEL_RULE]],
  ];
  for (const [name, want] of cases) {
    deepStrictEqual(validateDns1123Label(name), want, name);
    strictEqual(isDns1123Label(name), want.length === 0, name);
  }
});

Deno.test("validateDns1123Subdomain() says what the API server says", () => {
  const cases: [string, string[]][] = [
    ["a", []],
    ["widgets.example.com", []],
    ["x".repeat(253), []],
    ["x".repeat(254), ["must be no more than 253 characters"]],
    ["", [SUBDOMAIN_RULE]],
    ["a..b", [SUBDOMAIN_RULE]],
    [".a", [SUBDOMAIN_RULE]],
    ["system:node", [SUBDOMAIN_RULE]],
  ];
  for (const [name, want] of cases) {
    deepStrictEqual(validateDns1123Subdomain(name), want, name);
    strictEqual(isDns1123Subdomain(name), want.length === 0, name);
  }
});

Deno.test("validateLabelKey() says what the API server says", () => {
  const cases: [string, string[]][] = [
    ["app", []],
    ["App_v1.x", []],
    ["example.com/team", []],
    ["", ["name part must be non-empty", `name part ${KEY_RULE}`]],
    ["/a", ["prefix part must be non-empty"]],
    ["a/", ["name part must be non-empty", `name part ${KEY_RULE}`]],
    ["-a", [`name part ${KEY_RULE}`]],
    ["A/a", [`prefix part ${SUBDOMAIN_RULE}`]],
    ["x".repeat(64), ["name part must be no more than 63 bytes"]],
    ["a/b/c", [
      `a valid label key ${KEY_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]],
  ];
  for (const [key, want] of cases) deepStrictEqual(validateLabelKey(key), want, key);
});

Deno.test("validateLabelValue() says what the API server says", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["My_value.1", []],
    ["a/b", [VALUE_RULE]],
    ["a b", [VALUE_RULE]],
    ["x".repeat(64), ["must be no more than 63 bytes"]],
  ];
  for (const [value, want] of cases) deepStrictEqual(validateLabelValue(value), want, value);
});

Deno.test("validateDataKey() says what the API server says", () => {
  const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
    "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  const cases: [string, string[]][] = [
    ["KEY_name-1.txt", []],
    [".hidden", []],
    ["", [rule]],
    ["a/b", [rule]],
    ["..", ["must not be '..'"]],
    ["..a", ["must not start with '..'"]],
    ["x".repeat(254), ["must be no more than 253 characters"]],
  ];
  for (const [key, want] of cases) deepStrictEqual(validateDataKey(key), want, key);
});

Deno.test("validatePortName() says what the API server says", () => {
  const characters = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  const letter = "must contain at least one letter (a-z)";
  const cases: [string, string[]][] = [
    ["http-2", []],
    ["80", [letter]],
    ["HTTP", [characters, letter]],
    ["a--b", ["must not contain consecutive hyphens"]],
    ["-a", ["must not begin or end with a hyphen"]],
    ["x".repeat(16), ["must be no more than 15 characters"]],
  ];
  for (const [name, want] of cases) deepStrictEqual(validatePortName(name), want, name);
});
