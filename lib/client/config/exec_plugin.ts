/**
 * Credential plugins: programs that print a credential, see
 * {@link https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins | credential plugins}.
 *
 * Nothing that a plugin prints on standard output gets into an error, as it may hold the credential.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import { parseYamlDocuments } from "../../base/yaml.ts";
import { ConfigError } from "../config_error.ts";
import type { ConfigObject } from "./config_object.ts";
import type { ClientCertificate, LoadedCredential } from "./credentials.ts";
import { type Fail, resolvePath } from "./files.ts";
import { parseCertificates, parsePrivateKey } from "./pem.ts";

/** How to run a credential plugin. */
export interface ExecPlugin {
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Variables that are added to its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The version of the credential that it is asked for. */
  readonly apiVersion: string;
  /** Whether it may talk to the person at the terminal. */
  readonly interactiveMode: "Never" | "IfAvailable" | "Always";
  /** How to install it. */
  readonly installHint: string | undefined;
  /** Whether it wants to know about the cluster. */
  readonly provideClusterInfo: boolean;
}

/** What a plugin is told. */
export interface ExecPluginInput {
  /** Whether standard input is a terminal at which a person may answer questions. */
  readonly stdinIsTerminal: boolean;
  /** The cluster, in the form of `ExecCredential.spec.cluster`. */
  readonly cluster: Readonly<Record<string, unknown>>;
  /** Stops the plugin. */
  readonly signal: AbortSignal;
}

/**
 * Reads the settings of a plugin.
 *
 * @param exec The `exec` object of a user.
 * @returns The settings; a command with a path separator is resolved against the kubeconfig's folder.
 * @throws {ConfigError} If they are wrong.
 */
export function readExecPlugin(exec: ConfigObject): ExecPlugin {
  const command = exec.required("command");
  const apiVersion = exec.required("apiVersion");
  if (!API_VERSIONS.includes(apiVersion)) {
    throw exec.error("apiVersion", `must be ${API_VERSIONS.join(" or ")}: it is "${apiVersion}"`, {
      hint: "Update the plugin, and write its kubeconfig anew",
    });
  }
  const installHint = exec.string("installHint");
  return {
    command: /[\\/]/.test(command) ? resolvePath(command, exec.file) : command,
    args: exec.strings("args"),
    env: Object.fromEntries(exec.objects("env").map((item) => [item.required("name"), item.string("value") ?? ""])),
    apiVersion,
    interactiveMode: readInteractiveMode(exec, apiVersion),
    installHint: installHint && printable(installHint),
    provideClusterInfo: exec.boolean("provideClusterInfo"),
  };
}

/**
 * Runs a plugin.
 *
 * @param plugin The plugin.
 * @param input What it is told.
 * @returns The credential that it printed.
 * @throws {ConfigError} If it cannot be run, fails, or prints something else.
 */
export async function runExecPlugin(plugin: ExecPlugin, input: ExecPluginInput): Promise<LoadedCredential> {
  const fail: Fail = (problem, options) =>
    new ConfigError(`Cannot get a credential from plugin "${plugin.command}": it ${problem}`, options);
  const interactive = plugin.interactiveMode !== "Never" && input.stdinIsTerminal;
  if (plugin.interactiveMode === "Always" && !interactive) {
    throw fail("needs a terminal, and standard input is none", { hint: "Use a user that needs no login" });
  }
  const info = {
    apiVersion: plugin.apiVersion,
    kind: "ExecCredential",
    spec: { ...(plugin.provideClusterInfo ? { cluster: input.cluster } : {}), interactive },
  };
  const output = await spawn(plugin, {
    args: [...plugin.args],
    env: { ...plugin.env, KUBERNETES_EXEC_INFO: stringifyJson(info) },
    stdin: interactive ? "inherit" : "null",
    // A plugin that a person can answer asks its questions there.
    stderr: interactive ? "inherit" : "piped",
    signal: input.signal,
  }, fail);
  if (!output.success) {
    const said = interactive ? "" : firstLines(output.stderr);
    throw fail(`exited with code ${output.code}${said && `: ${said}`}`);
  }
  return parseAnswer(plugin, output.stdout, fail);
}

const API_VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

function readInteractiveMode(exec: ConfigObject, apiVersion: string): ExecPlugin["interactiveMode"] {
  const mode = exec.string("interactiveMode") ?? (apiVersion.endsWith("/v1beta1") ? "IfAvailable" : undefined);
  if (mode === "Never" || mode === "IfAvailable" || mode === "Always") return mode;
  throw exec.error("interactiveMode", `must be Never, IfAvailable or Always: it is ${mode ? `"${mode}"` : "missing"}`);
}

async function spawn(plugin: ExecPlugin, options: Deno.CommandOptions, fail: Fail): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(plugin.command, options).output();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) throw fail("is not installed", { cause, hint: plugin.installHint });
    if (cause instanceof Deno.errors.NotCapable) {
      throw fail("may not be run", { cause, hint: `Run with --allow-run=${plugin.command}` });
    }
    throw fail(`cannot be run: ${(cause as Error).message}`, { cause });
  }
}

function parseAnswer(plugin: ExecPlugin, stdout: Uint8Array, fail: Fail): LoadedCredential {
  const answer = parseObject(stdout);
  if (answer?.kind !== "ExecCredential") throw fail("did not print an ExecCredential");
  if (answer.apiVersion !== plugin.apiVersion) {
    throw fail(`was asked for ${plugin.apiVersion} and printed ${printable(String(answer.apiVersion))}`);
  }
  const status = isJsonObject(answer.status) ? answer.status : {};
  const text = (name: string) => {
    const value = status[name] ?? "";
    if (typeof value === "string") return value;
    throw fail(`printed a "status.${name}" that is not a text`);
  };
  const token = text("token");
  const clientCertificate = parseClientCertificate(text("clientCertificateData"), text("clientKeyData"), fail);
  if (token === "" && !clientCertificate) throw fail("printed neither a token nor a certificate");
  const expiration = text("expirationTimestamp");
  const expiresAtMs = expiration === "" ? Infinity : Date.parse(expiration);
  if (Number.isNaN(expiresAtMs)) throw fail(`printed a "status.expirationTimestamp" that is not a time`);
  const authorization = token === "" ? undefined : `Bearer ${token}`;
  return { credential: { authorization, clientCertificate }, renewAtMs: expiresAtMs, expiresAtMs };
}

function parseObject(stdout: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value = parseYamlDocuments(new TextDecoder().decode(stdout))[0]?.value;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // The parser's message quotes the text, which may hold the token.
  }
}

function parseClientCertificate(cert: string, key: string, fail: Fail): ClientCertificate | undefined {
  if (cert === "" && key === "") return undefined;
  if (cert === "" || key === "") throw fail(`printed only a ${cert === "" ? "key" : "certificate"}, not both`);
  const failOf = (name: string): Fail => (problem, options) =>
    fail(`printed a "status.${name}" that ${problem}`, options);
  return {
    cert: parseCertificates(cert, failOf("clientCertificateData")).join(""),
    key: parsePrivateKey(key, failOf("clientKeyData")),
  };
}

function firstLines(stderr: Uint8Array): string {
  const lines = printable(new TextDecoder().decode(stderr)).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").slice(0, 3).join("; ").slice(0, 400);
}

// Removes control characters, which could change the look of the terminal.
function printable(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, "");
}
