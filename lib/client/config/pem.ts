/**
 * Checks of PEM texts.
 *
 * The runtime ignores a certificate authority that it cannot read, and the connection then fails for a reason that
 * points elsewhere; so they are checked where the file's name is still known.
 *
 * @module
 */

import type { Fail } from "./files.ts";

/**
 * Finds the certificates in a PEM text.
 *
 * @param text The text; comments between the certificates are allowed.
 * @param fail Makes the error.
 * @returns The certificates, one PEM text each.
 * @throws {ConfigError} If there are none, or one is damaged.
 */
export function parseCertificates(text: string, fail: Fail): string[] {
  const certificates = pemBlocks(text).filter(({ label }) => label === "CERTIFICATE");
  if (certificates.length === 0) throw fail("holds no PEM certificate");
  certificates.forEach(({ body }, i) => {
    if (!isDer(body)) throw fail(`holds a certificate that is damaged (number ${i + 1} of ${certificates.length})`);
  });
  return certificates.map(({ block }) => block);
}

/**
 * Finds the private key in a PEM text.
 *
 * @param text The text.
 * @param fail Makes the error.
 * @returns The key as PEM.
 * @throws {ConfigError} If there is none, or it is damaged or encrypted.
 */
export function parsePrivateKey(text: string, fail: Fail): string {
  const key = pemBlocks(text).find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (!key) throw fail("holds no PEM private key");
  if (key.label.startsWith("ENCRYPTED") || key.body.includes("ENCRYPTED")) {
    throw fail("holds a private key that is encrypted", {
      hint: "Store the key without a passphrase, or use a credential plugin",
    });
  }
  if (!isDer(key.body)) throw fail("holds a private key that is damaged");
  return key.block;
}

/**
 * Tells whether a certificate is of X.509 version 1, as `openssl x509 -req` makes them unless told otherwise.
 *
 * @param certificate The certificate.
 * @returns Whether it is.
 */
export function isVersion1(certificate: string): boolean {
  const der = Uint8Array.fromBase64(pemBlocks(certificate)[0]!.body);
  const start = (offset: number) => offset + 2 + (der[offset + 1]! < 0x80 ? 0 : der[offset + 1]! - 0x80);
  // Within two sequences, the version comes first, unless it is 1.
  return der[start(start(0))] !== 0xa0;
}

interface PemBlock {
  readonly block: string;
  readonly label: string;
  readonly body: string;
}

function pemBlocks(text: string): PemBlock[] {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g);
  return Array.from(blocks, ([block, label, body]) => ({ block: block + "\n", label: label!, body: body! }));
}

// Every certificate and key is a DER sequence (0x30), whose length tells whether all of it is there.
function isDer(base64: string): boolean {
  let der: Uint8Array;
  try {
    der = Uint8Array.fromBase64(base64);
  } catch {
    return false;
  }
  if (der[0] !== 0x30 || der[1] === undefined) return false;
  const lengthBytes = der[1] < 0x80 ? 0 : der[1] - 0x80;
  const length = lengthBytes === 0 ? der[1] : der.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return der.length === 2 + lengthBytes + length;
}
