import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createAuthority, issueCertificate } from "./certificates.ts";

Deno.test("issueCertificate() names the hosts of a server", () => {
  const { certificate } = issueCertificate(createAuthority("ca"), {
    cn: "server",
    dnsNames: ["localhost"],
    addresses: ["127.0.0.1"],
  });
  strictEqual(new X509Certificate(certificate).subjectAltName, "DNS:localhost, IP Address:127.0.0.1");
});

Deno.test("issueCertificate() issues a certificate that has expired", () => {
  const notAfter = new Date("2020-02-03T04:05:06Z");
  const { validFrom, validTo } = new X509Certificate(
    issueCertificate(createAuthority("ca"), { cn: "x", notAfter }).certificate,
  );
  deepStrictEqual([validFrom, validTo].map((text) => new Date(text).toISOString()), [
    "2020-02-02T04:05:06.000Z",
    "2020-02-03T04:05:06.000Z",
  ]);
});

Deno.test("createAuthority() signs itself", () => {
  const certificate = new X509Certificate(createAuthority("ca").certificate);
  ok(certificate.ca);
  ok(certificate.verify(certificate.publicKey));
});
