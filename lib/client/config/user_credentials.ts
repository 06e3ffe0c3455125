/**
 * Credentials as the `user` of a kubeconfig describes them.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { ConfigObject } from "./config_object.ts";
import {
  type ClientCertificate,
  type Credential,
  type Credentials,
  fileCredentials,
  fixedCredentials,
  RenewingCredentials,
} from "./credentials.ts";
import { type ExecPluginInput, readExecPlugin, runExecPlugin } from "./exec_plugin.ts";
import { readTokenFile } from "./files.ts";
import { parseCertificates, parsePrivateKey } from "./pem.ts";

/** What credentials need to know besides the user. */
export interface UserCredentialsOptions extends Omit<ExecPluginInput, "signal"> {
  /** The clock. */
  readonly clock: Clock;
}

/**
 * Makes the credentials of a user. A credential plugin is used, and run when it is needed first, only if the user has
 * no credential of its own; everything else is read at once.
 *
 * @param user The `user` object of a kubeconfig.
 * @param options The clock, and what a plugin is told.
 * @returns The credentials; without any field of use, those of an anonymous client.
 * @throws {ConfigError} If a field or a file that it names is wrong.
 */
export async function userCredentials(user: ConfigObject, options: UserCredentialsOptions): Promise<Credentials> {
  const { clock, ...input } = options;
  const own = fileCredentials(clock, () => readCredential(user));
  const { authorization, clientCertificate } = await own.get();
  if (authorization !== undefined || clientCertificate !== undefined) return own;
  if (user.get("exec") === undefined) return anonymous(user);
  const plugin = readExecPlugin(user.object("exec"));
  return new RenewingCredentials(clock, (signal) => runExecPlugin(plugin, { ...input, signal }));
}

function anonymous(user: ConfigObject): Credentials {
  if (user.get("auth-provider") !== undefined) {
    throw user.error("auth-provider", "is not supported", {
      hint: "Auth providers are replaced by credential plugins: write the kubeconfig anew, for example with kubelogin",
    });
  }
  return fixedCredentials({});
}

async function readCredential(user: ConfigObject): Promise<Credential> {
  return { authorization: await readAuthorization(user), clientCertificate: await readClientCertificate(user) };
}

async function readAuthorization(user: ConfigObject): Promise<string | undefined> {
  const tokenFile = user.path("tokenFile");
  const token = user.string("token")?.trim();
  const username = user.string("username");
  const password = user.string("password");
  const hasPassword = username !== undefined || password !== undefined;
  if (hasPassword && (token ?? tokenFile) !== undefined) {
    throw user.error("username", "cannot stand beside a token: a user has one of them");
  }
  if (tokenFile !== undefined) return await readTokenFile(tokenFile, user.failOfFile("tokenFile"));
  if (token !== undefined) return `Bearer ${token}`;
  if (!hasPassword) return undefined;
  return `Basic ${new TextEncoder().encode(`${username ?? ""}:${password ?? ""}`).toBase64()}`;
}

async function readClientCertificate(user: ConfigObject): Promise<ClientCertificate | undefined> {
  const certs = await user.dataOrFile("client-certificate", parseCertificates);
  const key = await user.dataOrFile("client-key", parsePrivateKey);
  if (certs === undefined && key === undefined) return undefined;
  if (certs === undefined) throw user.error("client-certificate", "is missing: a client key needs its certificate");
  if (key === undefined) throw user.error("client-key", "is missing: a client certificate needs its key");
  return { cert: certs.join(""), key };
}
