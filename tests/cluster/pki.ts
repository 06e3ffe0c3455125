/**
 * The keys, certificates and tokens of a test control plane, as files of its folder.
 *
 * @module
 */
import { createPublicKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import {
  type Authority,
  type CertificateAndKey,
  createAuthority,
  createKey,
  issueCertificate,
} from "../../lib/base/certificates.ts";

/** Tokens that the API server of every test control plane knows. */
export const tokens = {
  /** May do everything. */
  admin: "admin-token",
  /** The user `viewer`, bound to the cluster role `view`. */
  viewer: "viewer-token",
  /** The user `nobody`, who has no rights beyond those of everyone who is logged in. */
  nobody: "nobody-token",
} as const;

const authorityName = "kubescript-test-ca";

/**
 * Fills a folder with what the programs of a control plane need to trust each other.
 *
 * @param dir The folder, which is not there yet.
 * @returns The certificate of a user who may do everything.
 */
export async function writePki(dir: string): Promise<CertificateAndKey> {
  const authority = createAuthority(authorityName);
  const admin = issueCertificate(authority, { cn: "admin", groups: ["system:masters"] });
  const server = issueCertificate(authority, {
    cn: "kube-apiserver",
    dnsNames: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
    addresses: ["127.0.0.1", "10.0.0.1"],
  });
  const serviceAccountKey = createKey();
  const files = {
    "ca.crt": authority.certificate,
    "ca.key": authority.key,
    "admin.crt": admin.certificate,
    "admin.key": admin.key,
    "server.crt": server.certificate,
    "server.key": server.key,
    "service-account.key": serviceAccountKey,
    "service-account.pub": createPublicKey(serviceAccountKey).export({ type: "spki", format: "pem" }).toString(),
    "tokens.csv":
      `${tokens.admin},admin,admin,system:masters\n${tokens.viewer},viewer,viewer\n${tokens.nobody},nobody,nobody\n`,
  };
  await Deno.mkdir(dir);
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(join(dir, name), content, { mode: 0o600 });
  }
  return admin;
}

/**
 * Reads the certificate authority that {@linkcode writePki} made.
 *
 * @param dir The folder.
 * @returns The authority.
 */
export async function readAuthority(dir: string): Promise<Authority> {
  const certificate = await Deno.readTextFile(join(dir, "ca.crt"));
  // Of a sandbox it has another name.
  const cn = new X509Certificate(certificate).subject.replace("CN=", "");
  return { cn, certificate, key: await Deno.readTextFile(join(dir, "ca.key")) };
}
