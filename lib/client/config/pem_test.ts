import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { ConfigError } from "../config_error.ts";
import { isVersion1, parseCertificates, parsePrivateKey } from "./pem.ts";

const CERT = pem("CERTIFICATE", [0x30, 3, 2, 1, 5]);
const LONG_CERT = pem("CERTIFICATE", [0x30, 0x82, 1, 0, ...new Uint8Array(256)]);

Deno.test("parseCertificates() gives each certificate without what stands around it", () => {
  deepStrictEqual(parseCertificates(`# my CA\n${CERT}\n\nissuer=/CN=x\n${LONG_CERT}`, fail), [CERT, LONG_CERT]);
  deepStrictEqual(parseCertificates(CERT.replaceAll("\n", "\r\n"), fail).length, 1);
});

Deno.test("parsePrivateKey() finds the key", () => {
  for (const label of ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]) {
    const key = pem(label, [0x30, 3, 2, 1, 5]);
    strictEqual(parsePrivateKey(pem("EC PARAMETERS", [6, 1, 1]) + key, fail), key);
  }
});

Deno.test("parseCertificates() and parsePrivateKey() say what is wrong", () => {
  const encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nAAAA\n-----END RSA PRIVATE KEY-----\n";
  const cases: [typeof parseCertificates | typeof parsePrivateKey, string, string][] = [
    [parseCertificates, "garbage", "holds no PEM certificate"],
    [parseCertificates, pem("PRIVATE KEY", [0x30, 0]), "holds no PEM certificate"],
    [parseCertificates, CERT.slice(0, -10), "holds no PEM certificate"],
    [
      parseCertificates,
      CERT + pem("CERTIFICATE", [0x30, 9, 2, 1]),
      "holds a certificate that is damaged (number 2 of 2)",
    ],
    [parseCertificates, CERT.replace("\n", "\n!"), "holds a certificate that is damaged (number 1 of 1)"],
    [parsePrivateKey, CERT, "holds no PEM private key"],
    [parsePrivateKey, pem("PRIVATE KEY", [1, 2]), "holds a private key that is damaged"],
    [parsePrivateKey, pem("ENCRYPTED PRIVATE KEY", [0x30, 0]), "holds a private key that is encrypted"],
    [parsePrivateKey, encrypted, "holds a private key that is encrypted"],
  ];
  for (const [parse, text, message] of cases) throws(() => parse(text, fail), { name: "ConfigError", message });
});

Deno.test("isVersion1() looks at the version", () => {
  strictEqual(isVersion1(pem("CERTIFICATE", [0x30, 7, 0x30, 5, 0xa0, 3, 2, 1, 2])), false);
  strictEqual(isVersion1(pem("CERTIFICATE", [0x30, 0x82, 0, 6, 0x30, 0x81, 3, 2, 1, 7])), true);
});

function fail(problem: string): ConfigError {
  return new ConfigError(problem);
}

function pem(label: string, der: number[]): string {
  return `-----BEGIN ${label}-----\n${new Uint8Array(der).toBase64()}\n-----END ${label}-----\n`;
}
