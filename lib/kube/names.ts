/**
 * Names and labels: what the API server accepts, with its own words for what it does not.
 *
 * See {@link https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ | Object names}; the messages are
 * those of `k8s.io/apimachinery/pkg/util/validation`.
 *
 * @module
 */

const DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const DNS_SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`;
const LABEL_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${LABEL_KEY})?`;
const DATA_KEY = "[-._a-zA-Z0-9]+";
const IS_DNS_LABEL = whole(DNS_LABEL);
const IS_DNS_SUBDOMAIN = whole(DNS_SUBDOMAIN);
const IS_LABEL_KEY = whole(LABEL_KEY);
const IS_LABEL_VALUE = whole(LABEL_VALUE);
const IS_DATA_KEY = whole(DATA_KEY);

const LABEL_KEY_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${LABEL_KEY}')`;

/**
 * Checks a name of the kinds that become part of a DNS name, such as namespaces and services.
 *
 * @param name The name.
 * @returns Whether it is a lower-case RFC 1123 label of at most 63 characters.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(isDns1123Label("shop-2"), true);
 * strictEqual(isDns1123Label("shop.example"), false);
 * ```
 */
export function isDns1123Label(name: string): boolean {
  return validateDns1123Label(name).length === 0;
}

/**
 * Tells what is wrong with a name that should be an RFC 1123 label.
 *
 * @param name The name.
 * @returns One message per fault, as the API server words them; empty if there is none.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(validateDns1123Label("shop.example"), ["must not contain dots"]);
 * ```
 */
export function validateDns1123Label(name: string): string[] {
  const faults = validateLength(name, 63, "characters");
  if (IS_DNS_LABEL.test(name)) return faults;
  return [
    ...faults,
    IS_DNS_SUBDOMAIN.test(name)
      ? "must not contain dots"
      : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
        `with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${DNS_LABEL}')`,
  ];
}

/**
 * Checks a name of most kinds.
 *
 * @param name The name.
 * @returns Whether it is a lower-case RFC 1123 subdomain of at most 253 characters.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(isDns1123Subdomain("widgets.example.com"), true);
 * strictEqual(isDns1123Subdomain("Widgets_"), false);
 * ```
 */
export function isDns1123Subdomain(name: string): boolean {
  return validateDns1123Subdomain(name).length === 0;
}

/**
 * Tells what is wrong with a name that should be an RFC 1123 subdomain.
 *
 * @param name The name.
 * @returns One message per fault, as the API server words them; empty if there is none.
 */
export function validateDns1123Subdomain(name: string): string[] {
  const faults = validateLength(name, 253, "characters");
  if (IS_DNS_SUBDOMAIN.test(name)) return faults;
  return [
    ...faults,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
    `end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${DNS_SUBDOMAIN}')`,
  ];
}

/**
 * Tells what is wrong with the key of a label or an annotation, such as `app` or `example.com/team`.
 *
 * @param key The key.
 * @returns One message per fault, as the API server words them; empty if there is none.
 */
export function validateLabelKey(key: string): string[] {
  const [name = "", prefix, ...more] = key.split("/").reverse();
  if (more.length > 0) {
    return [
      `a valid label key ${LABEL_KEY_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const faults: string[] = [];
  if (prefix === "") faults.push("prefix part must be non-empty");
  else if (prefix !== undefined) {
    faults.push(...validateDns1123Subdomain(prefix).map((fault) => `prefix part ${fault}`));
  }
  if (name === "") faults.push("name part must be non-empty");
  else faults.push(...validateLength(name, 63, "bytes").map((fault) => `name part ${fault}`));
  if (!IS_LABEL_KEY.test(name)) faults.push(`name part ${LABEL_KEY_RULE}`);
  return faults;
}

/**
 * Tells what is wrong with the value of a label.
 *
 * @param value The value; it may be empty.
 * @returns One message per fault, as the API server words them; empty if there is none.
 */
export function validateLabelValue(value: string): string[] {
  const faults = validateLength(value, 63, "bytes");
  if (IS_LABEL_VALUE.test(value)) return faults;
  return [
    ...faults,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
    `'${LABEL_VALUE}')`,
  ];
}

/**
 * Tells what is wrong with the key of an entry of a ConfigMap or a Secret, which becomes the name of a file.
 *
 * @param key The key.
 * @returns One message per fault, as the API server words them; empty if there is none.
 */
export function validateDataKey(key: string): string[] {
  const faults = validateLength(key, 253, "characters");
  if (!IS_DATA_KEY.test(key)) {
    faults.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
        `(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${DATA_KEY}')`,
    );
  }
  if (key === "." || key === "..") faults.push(`must not be '${key}'`);
  else if (key.startsWith("..")) faults.push("must not start with '..'");
  return faults;
}

/**
 * Tells what is wrong with the name of a port (RFC 6335, a service name).
 *
 * @param name The name.
 * @returns One message per fault, as the API server words them; empty if there is none.
 */
export function validatePortName(name: string): string[] {
  const faults = validateLength(name, 15, "characters");
  if (!/^[-a-z0-9]+$/.test(name)) {
    faults.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(name)) faults.push("must contain at least one letter (a-z)");
  if (name.includes("--")) faults.push("must not contain consecutive hyphens");
  if (/^-|-$/.test(name)) faults.push("must not begin or end with a hyphen");
  return faults;
}

// The unit is the API server's word; every character that it allows is one byte.
function validateLength(text: string, max: number, unit: "bytes" | "characters"): string[] {
  return text.length > max ? [`must be no more than ${max} ${unit}`] : [];
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}
