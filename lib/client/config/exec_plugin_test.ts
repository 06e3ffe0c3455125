import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import type { ConfigError } from "../config_error.ts";
import { ConfigObject } from "./config_object.ts";
import type { LoadedCredential } from "./credentials.ts";
import { type ExecPlugin, readExecPlugin, runExecPlugin } from "./exec_plugin.ts";

const V1 = "client.authentication.k8s.io/v1";
const V1BETA1 = "client.authentication.k8s.io/v1beta1";
const CERT = pem("CERTIFICATE");
const KEY = pem("EC PRIVATE KEY");

Deno.test("readExecPlugin() reads the settings", () => {
  const exec = {
    apiVersion: V1,
    command: "./bin/login",
    args: ["--as", "ada"],
    env: [{ name: "PROFILE", value: "prod" }, { name: "EMPTY" }],
    installHint: "brew install \u001b[31mlogin\n(or apt)",
    interactiveMode: "Never",
    provideClusterInfo: true,
  };
  deepStrictEqual(readExecPlugin(new ConfigObject("/home/ada/.kube/config", "users[0].user.exec", exec)), {
    apiVersion: V1,
    command: "/home/ada/.kube/./bin/login",
    args: ["--as", "ada"],
    env: { PROFILE: "prod", EMPTY: "" },
    installHint: "brew install [31mlogin\n(or apt)",
    interactiveMode: "Never",
    provideClusterInfo: true,
  });
});

Deno.test("readExecPlugin() leaves a bare command to PATH, and v1beta1 need not name its mode", () => {
  const plugin = readExecPlugin(new ConfigObject("/x/config", "", { apiVersion: V1BETA1, command: "aws", args: null }));
  strictEqual(plugin.command, "aws");
  strictEqual(plugin.interactiveMode, "IfAvailable");
});

Deno.test("readExecPlugin() names the field that is wrong", () => {
  const good = { apiVersion: V1, command: "aws", interactiveMode: "Never" };
  const cases: [Record<string, unknown>, string][] = [
    [{ ...good, command: "" }, 'field "exec.command" is missing'],
    [{ ...good, apiVersion: undefined }, 'field "exec.apiVersion" is missing'],
    [
      { ...good, apiVersion: "client.authentication.k8s.io/v1alpha1" },
      `field "exec.apiVersion" must be ${V1} or ${V1BETA1}: it is "client.authentication.k8s.io/v1alpha1"`,
    ],
    [
      { ...good, interactiveMode: undefined },
      'field "exec.interactiveMode" must be Never, IfAvailable or Always: it is missing',
    ],
    [
      { ...good, interactiveMode: "never" },
      'field "exec.interactiveMode" must be Never, IfAvailable or Always: it is "never"',
    ],
    [{ ...good, args: "x" }, 'field "exec.args" must be a list: it is of type string'],
    [{ ...good, args: [1] }, 'field "exec.args[0]" must be a text: it is of type number'],
    [{ ...good, env: [{ value: "x" }] }, 'field "exec.env[0].name" is missing'],
    [{ ...good, env: ["x"] }, 'field "exec.env[0]" must be an object: it is of type string'],
    [
      { ...good, provideClusterInfo: "yes" },
      'field "exec.provideClusterInfo" must be true or false: it is of type string',
    ],
  ];
  for (const [exec, want] of cases) {
    throws(() => readExecPlugin(new ConfigObject("/x/config", "exec", exec)), {
      name: "ConfigError",
      message: `Cannot read kubeconfig "/x/config": ${want}`,
    });
  }
});

Deno.test("runExecPlugin() passes arguments, environment and the request, and reads a token", async () => {
  await using ran = await run({
    script: `printf '%s|%s|%s' "$1" "$PROFILE" "$KUBERNETES_EXEC_INFO" > "$OUT"
echo '{"apiVersion":"${V1}","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"1970-01-01T00:00:05Z"}}'`,
    plugin: { args: ["get-token"], env: { PROFILE: "prod" }, provideClusterInfo: true },
  });
  deepStrictEqual(await ran.result, {
    credential: { authorization: "Bearer t", clientCertificate: undefined },
    renewAtMs: 5_000,
    expiresAtMs: 5_000,
  });
  const [arg, profile, info] = (await ran.printed()).split("|");
  deepStrictEqual([arg, profile, JSON.parse(info!)], ["get-token", "prod", {
    apiVersion: V1,
    kind: "ExecCredential",
    spec: { cluster: { server: "https://k" }, interactive: false },
  }]);
});

Deno.test("runExecPlugin() tells nothing about the cluster unless asked to", async () => {
  await using ran = await run({
    script: `printf '%s' "$KUBERNETES_EXEC_INFO" > "$OUT"; ${answer(V1BETA1, { token: "t" })}`,
    plugin: { apiVersion: V1BETA1, interactiveMode: "IfAvailable" },
  });
  strictEqual((await ran.result).renewAtMs, Infinity);
  deepStrictEqual(JSON.parse(await ran.printed()).spec, { interactive: false });
});

Deno.test("runExecPlugin() reads a client certificate", async () => {
  await using ran = await run({ script: answer(V1, { clientCertificateData: CERT, clientKeyData: KEY }) });
  deepStrictEqual((await ran.result).credential, {
    authorization: undefined,
    clientCertificate: { cert: CERT, key: KEY },
  });
});

Deno.test("runExecPlugin() gives a plugin the terminal if there is one", async () => {
  for (const interactiveMode of ["IfAvailable", "Always"] as const) {
    await using ran = await run({
      script: `printf '%s' "$KUBERNETES_EXEC_INFO" > "$OUT"; ${answer(V1, { token: "t" })}`,
      plugin: { interactiveMode },
      stdinIsTerminal: true,
    });
    await ran.result;
    deepStrictEqual(JSON.parse(await ran.printed()).spec, { interactive: true });
  }
});

Deno.test("runExecPlugin() says what went wrong and never what was printed", async () => {
  const cases: [string, Partial<ExecPlugin>, string][] = [
    ["echo secret; exit 3", {}, "exited with code 3"],
    [
      "echo secret; printf 'no\\033 session\\n\\n  log in first\\n' >&2; exit 255",
      {},
      "exited with code 255: no session; log in first",
    ],
    ["echo secret", {}, "did not print an ExecCredential"],
    [`echo '{"secret": 1}'`, {}, "did not print an ExecCredential"],
    [answer(V1BETA1, { token: "secret" }), {}, `was asked for ${V1} and printed ${V1BETA1}`],
    [answer(V1, undefined), {}, "printed neither a token nor a certificate"],
    [answer(V1, { token: 1 }), {}, 'printed a "status.token" that is not a text'],
    [answer(V1, { clientKeyData: KEY }), {}, "printed only a key, not both"],
    [answer(V1, { clientCertificateData: CERT }), {}, "printed only a certificate, not both"],
    [
      answer(V1, { clientCertificateData: "secret", clientKeyData: KEY }),
      {},
      'printed a "status.clientCertificateData" that holds no PEM certificate',
    ],
    [
      answer(V1, { token: "secret", expirationTimestamp: "soon" }),
      {},
      'printed a "status.expirationTimestamp" that is not a time',
    ],
    ["", { interactiveMode: "Always" }, "needs a terminal, and standard input is none"],
  ];
  for (const [script, plugin, want] of cases) {
    await using ran = await run({ script, plugin });
    await rejects(ran.result, (error: ConfigError) => {
      strictEqual(error.message, `Cannot get a credential from plugin "${ran.command}": it ${want}`);
      strictEqual(error.cause, undefined);
      return error.name === "ConfigError";
    });
  }
});

Deno.test("runExecPlugin() hints how to install a plugin that is not there", async () => {
  const plugin = { ...PLUGIN, command: "kubescript-no-such-plugin", installHint: "brew install it" };
  await rejects(runExecPlugin(plugin, INPUT), {
    name: "ConfigError",
    message: 'Cannot get a credential from plugin "kubescript-no-such-plugin": it is not installed',
    hint: "brew install it",
  });
});

Deno.test("runExecPlugin() stops the plugin when nobody waits for it", async () => {
  const controller = new AbortController();
  await using ran = await run({ script: 'echo started > "$OUT"; exec sleep 600', signal: controller.signal });
  while (await ran.printed().catch(() => "") === "") await systemClock.sleep(5);
  controller.abort();
  await rejects(ran.result, /exited with code 143/);
});

const PLUGIN: ExecPlugin = {
  command: "",
  args: [],
  env: {},
  apiVersion: V1,
  interactiveMode: "Never",
  installHint: undefined,
  provideClusterInfo: false,
};

const INPUT = { stdinIsTerminal: false, cluster: { server: "https://k" }, signal: new AbortController().signal };

interface Run {
  script: string;
  plugin?: Partial<ExecPlugin>;
  stdinIsTerminal?: boolean;
  signal?: AbortSignal;
}

interface Ran extends AsyncDisposable {
  command: string;
  result: Promise<LoadedCredential>;
  printed: () => Promise<string>;
}

async function run({ script, plugin, ...input }: Run): Promise<Ran> {
  const folder = await Deno.makeTempDir();
  const command = `${folder}/plugin`;
  const out = `${folder}/out`;
  await Deno.writeTextFile(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const settings = { ...PLUGIN, command, ...plugin, env: { ...plugin?.env, OUT: out } };
  return {
    command,
    result: runExecPlugin(settings, { ...INPUT, ...input }),
    printed: () => Deno.readTextFile(out),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function answer(apiVersion: string, status: unknown): string {
  return `cat <<'END'\n${JSON.stringify({ apiVersion, kind: "ExecCredential", status })}\nEND`;
}

function pem(label: string): string {
  return `-----BEGIN ${label}-----\nMAMCAQU=\n-----END ${label}-----\n`;
}
