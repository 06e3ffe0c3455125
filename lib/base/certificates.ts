/**
 * Issues X.509 certificates for servers that are made on the spot, and for their clients.
 *
 * `node:crypto` makes keys and signatures but no certificates, and a command line tool for them is not on every
 * machine. A certificate is little enough DER (ITU-T X.690, RFC 5280) to be written here.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { systemClock } from "./clock.ts";

/** A certificate and its key. */
export interface CertificateAndKey {
  /** The certificate, as PEM. */
  readonly certificate: string;
  /** The private key, as PEM (PKCS#8). */
  readonly key: string;
}

/** A certificate authority. */
export interface Authority extends CertificateAndKey {
  /** Its common name. */
  readonly cn: string;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** Common name: to Kubernetes, the name of the user. */
  readonly cn: string;
  /** Organizations: to Kubernetes, the groups of the user. */
  readonly groups?: readonly string[];
  /** The DNS names of a server; without names and addresses the certificate is a client's. */
  readonly dnsNames?: readonly string[];
  /** The IPv4 addresses of a server. */
  readonly addresses?: readonly string[];
  /**
   * When it expires, maybe in the past.
   *
   * @default {in a year}
   */
  readonly notAfter?: Date;
}

/**
 * Makes a private key, as PEM (PKCS#8).
 *
 * @returns The key, on the curve P-256.
 */
export function createKey(): string {
  return generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;
}

/**
 * Makes a certificate authority that nobody knows yet.
 *
 * @param cn Its common name.
 * @returns The authority.
 */
export function createAuthority(cn: string): Authority {
  const key = createKey();
  const isAuthority = extension("2.5.29.19", sequence(der(0x01, [0xff])));
  return { cn, key, certificate: certify({ cn, key, issuer: { cn, key }, extensions: isAuthority }) };
}

/**
 * Issues a certificate for a new key.
 *
 * @param authority Who signs it.
 * @param options What it says.
 * @returns The certificate and its key.
 *
 * @example Usage
 * ```ts
 * import { ok, strictEqual } from "node:assert/strict";
 * import { X509Certificate } from "node:crypto";
 *
 * const authority = createAuthority("test-ca");
 * const { certificate } = issueCertificate(authority, { cn: "jane", groups: ["ops"] });
 *
 * strictEqual(new X509Certificate(certificate).subject, "O=ops\nCN=jane");
 * ok(new X509Certificate(certificate).verify(new X509Certificate(authority.certificate).publicKey));
 * ```
 */
export function issueCertificate(authority: Authority, options: CertificateOptions): CertificateAndKey {
  const { dnsNames = [], addresses = [] } = options;
  const names = [
    ...dnsNames.map((name) => der(0x82, new TextEncoder().encode(name))),
    ...addresses.map((address) => der(0x87, address.split(".").map(Number))),
  ];
  const extensions = names.length > 0
    ? [extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))), extension("2.5.29.17", sequence(...names))]
    : [extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2")))];
  const key = createKey();
  return { key, certificate: certify({ ...options, key, issuer: authority, extensions: concat(extensions) }) };
}

interface Certifying {
  readonly cn: string;
  readonly groups?: readonly string[];
  readonly key: string;
  readonly issuer: { readonly cn: string; readonly key: string };
  readonly extensions: Uint8Array;
  readonly notAfter?: Date;
}

const dayMs = 24 * 60 * 60 * 1000;

function certify({ cn, groups = [], key, issuer, extensions, notAfter }: Certifying): string {
  // Those who check certificates go by the machine's time.
  const now = systemClock.now();
  const expiresAt = notAfter?.getTime() ?? now + 365 * dayMs;
  const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));
  const body = sequence(
    der(0xa0, der(0x02, [2])), // X.509 v3, counted from 0
    der(0x02, [1, ...randomBytes(15)]), // the serial number; the 1 keeps it positive
    ecdsaWithSha256,
    distinguishedName(issuer.cn),
    sequence(time(Math.min(now, expiresAt) - dayMs), time(expiresAt)),
    distinguishedName(cn, groups),
    createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extensions)),
  );
  const signature = sign("sha256", body, issuer.key);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, [0, ...signature]));
  const lines = certificate.toBase64().match(/.{1,64}/g)!;
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function distinguishedName(cn: string, groups: readonly string[] = []): Uint8Array {
  const attribute = (type: string, value: string) => {
    return der(0x31, sequence(oid(type), der(0x0c, new TextEncoder().encode(value))));
  };
  return sequence(...groups.map((group) => attribute("2.5.4.10", group)), attribute("2.5.4.3", cn));
}

function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/\.\d+|\D/g, "");
  return der(0x17, new TextEncoder().encode(`${digits.slice(2)}Z`));
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), der(0x04, value));
}

function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift(0x80 | (left & 0x7f));
    bytes.push(...groups);
  }
  return der(0x06, bytes);
}

function sequence(...items: Uint8Array[]): Uint8Array {
  return der(0x30, concat(items));
}

function der(tag: number, content: Uint8Array | readonly number[]): Uint8Array {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return new Uint8Array([tag, ...size, ...content]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
