import { deepStrictEqual, doesNotMatch, match, notStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../lib/base/clock.ts";
import { ConfigError } from "../../lib/client/config_error.ts";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { hastyClock } from "./faulty_client.ts";
import { connectTo, writeKubeconfig } from "./identity.ts";
import { type TempFolder, tempFolder } from "./kubescript.ts";

const cluster = testCluster();
const V1 = "client.authentication.k8s.io/v1";
const V1BETA1 = "client.authentication.k8s.io/v1beta1";

/** A credential plugin, and the kubeconfig that names it. */
interface Plugin {
  readonly kubeconfig: string;
  /** Lets it print something. */
  prints(output: unknown): Promise<void>;
  /** The texts of `KUBERNETES_EXEC_INFO` with which it was called so far. */
  calls(): Promise<string[]>;
  /** Lets it forget its calls. */
  forget(): Promise<void>;
}

async function installPlugin(folder: TempFolder, exec: Record<string, unknown>, fields = {}): Promise<Plugin> {
  const bin = join(folder.path, "bin");
  await Deno.mkdir(bin, { recursive: true });
  const path = (name: string) => join(bin, name);
  await Deno.writeTextFile(
    path("login"),
    `#!/bin/sh
cd "$(dirname "$0")"
printf '%s\\n' "$KUBERNETES_EXEC_INFO" >> calls
printf '%s' "$GREETING$*" >&2
cat output
exit "$(cat code)"
`,
    { mode: 0o755 },
  );
  const forget = () => Deno.writeTextFile(path("calls"), "");
  await forget();
  await Deno.writeTextFile(path("code"), "0");
  const user = { exec: { apiVersion: V1, interactiveMode: "Never", command: "bin/login", ...exec } };
  return {
    kubeconfig: await writeKubeconfig(folder, { cluster: fields, user }),
    prints: (output) =>
      Deno.writeTextFile(path("output"), typeof output === "string" ? output : JSON.stringify(output)),
    calls: async () => (await Deno.readTextFile(path("calls"))).split("\n").filter((line) => line !== ""),
    forget,
  };
}

function credential(status: Record<string, unknown>, apiVersion = V1): Record<string, unknown> {
  return { apiVersion, kind: "ExecCredential", status };
}

function yamlCredential(apiVersion: string): string {
  return `apiVersion: ${apiVersion}\nkind: ExecCredential\nstatus:\n  token: ${tokens.viewer}\n`;
}

/** What kubectl says when it uses the same kubeconfig. */
async function complaintOfKubectl(kubeconfig: string): Promise<string> {
  const { code, stderr } = await cluster.kubectl(["auth", "whoami"], { kubeconfig });
  notStrictEqual(code, 0);
  return stderr;
}

for (const apiVersion of [V1, V1BETA1]) {
  Deno.test(`Client takes the token of a plugin that speaks ${apiVersion}, as kubectl does`, async () => {
    await using folder = await tempFolder();
    const args = ["--region", "eu west"];
    const env = [{ name: "GREETING", value: "hello" }];
    const interactiveMode = apiVersion === V1 ? "IfAvailable" : undefined;
    const plugin = await installPlugin(folder, { apiVersion, args, env, interactiveMode });
    for (const output of [credential({ token: tokens.viewer }, apiVersion), yamlCredential(apiVersion)]) {
      await plugin.prints(output);
      using client = await connectTo(plugin.kubeconfig);
      const all = await Promise.all(Array.from({ length: 10 }, () => client.whoAmI()));
      deepStrictEqual(new Set(all.map(({ username }) => username)), new Set(["viewer"]));
      strictEqual((await plugin.calls()).length, 1);
      match((await cluster.kubectl(["auth", "whoami"], plugin)).stdout, /viewer/);
      const [ours, kubectls] = (await plugin.calls()).map((call) => JSON.parse(call));
      deepStrictEqual(ours, kubectls);
      await plugin.forget();
    }
  });
}

Deno.test("Client tells a plugin about the cluster, as kubectl does", async () => {
  await using folder = await tempFolder();
  const fields = {
    server: `${cluster.server}/`,
    "tls-server-name": "kubernetes",
    "disable-compression": true,
    extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x", n: 1 } }, { name: "other" }],
  };
  for (const more of [{}, { extensions: undefined, "proxy-url": "http://127.0.0.1:1" }]) {
    const plugin = await installPlugin(folder, { provideClusterInfo: true }, { ...fields, ...more });
    await plugin.prints(credential({ token: tokens.viewer }));
    using client = await connectTo(plugin.kubeconfig, { clock: hastyClock });
    await client.whoAmI().catch(() => {});
    await cluster.kubectl(["auth", "whoami"], plugin);
    const [ours, kubectls] = (await plugin.calls()).map((call) => JSON.parse(call));
    deepStrictEqual(ours, kubectls);
  }
});

Deno.test("Client shows the certificate of a plugin, and asks for the next one when it expires", async () => {
  await using folder = await tempFolder();
  const plugin = await installPlugin(folder, {});
  const prints = async (cn: string) => {
    const { certificate, key } = await cluster.issueClientCertificate({ cn, groups: [] });
    const expirationTimestamp = "2100-01-01T00:00:00Z";
    await plugin.prints(credential({ clientCertificateData: certificate, clientKeyData: key, expirationTimestamp }));
  };
  let nowMs = 0;
  using client = await connectTo(plugin.kubeconfig, { clock: { ...systemClock, now: () => nowMs } });
  await prints("jane");
  strictEqual((await client.whoAmI()).username, "jane");
  match((await cluster.kubectl(["auth", "whoami"], plugin)).stdout, /jane/);
  await prints("eve");
  strictEqual((await client.whoAmI()).username, "jane");
  nowMs = Date.parse("2100-01-01T00:00:00Z");
  strictEqual((await client.whoAmI()).username, "eve");
});

Deno.test("Client asks a plugin again when its token expires, and when the server refuses it", async () => {
  await using folder = await tempFolder();
  const plugin = await installPlugin(folder, {});
  let nowMs = Date.now();
  using client = await connectTo(plugin.kubeconfig, { clock: { ...systemClock, now: () => nowMs } });
  const expiresAtMs = nowMs + 60_000;
  const expirationTimestamp = new Date(expiresAtMs).toISOString();
  await plugin.prints(credential({ token: tokens.viewer, expirationTimestamp }));
  strictEqual((await client.whoAmI()).username, "viewer");
  await plugin.prints(credential({ token: tokens.nobody }));
  strictEqual((await client.whoAmI()).username, "viewer");
  nowMs = expiresAtMs;
  strictEqual((await client.whoAmI()).username, "nobody");
  strictEqual((await plugin.calls()).length, 2);

  // As kubectl, but the request that was refused is sent again.
  await plugin.prints(credential({ token: "revoked", expirationTimestamp }));
  nowMs = expiresAtMs - 60_000;
  using refused = await connectTo(plugin.kubeconfig, { clock: { ...systemClock, now: () => nowMs } });
  await rejects(refused.whoAmI(), { name: "ApiError", code: 401 });
  strictEqual((await plugin.calls()).length, 4);
  match(await complaintOfKubectl(plugin.kubeconfig), /Unauthorized|logged in/);
  strictEqual((await plugin.calls()).length, 6);
  await plugin.prints(credential({ token: tokens.viewer }));
  strictEqual((await refused.whoAmI()).username, "viewer");
});

interface Failure {
  readonly exec?: Record<string, unknown>;
  readonly code?: number;
  readonly output?: unknown;
  readonly problem: string;
  readonly hint?: RegExp;
  readonly kubectl: RegExp;
}

const failures: Record<string, Failure> = {
  "is not installed": {
    exec: { command: "kubescript-test-login", installHint: "brew install login" },
    problem: "is not installed",
    hint: /^brew install login$/,
    kubectl: /executable kubescript-test-login not found[^]*brew install login/,
  },
  "is not there": { exec: { command: "bin/none" }, problem: "is not installed", kubectl: /no such file or directory/ },
  "is no program": { exec: { command: "bin/calls" }, problem: "", kubectl: /permission denied/ },
  "fails": {
    exec: { args: ["access", "denied"] },
    code: 7,
    problem: "exited with code 7: access denied",
    kubectl: /^access denied[^]*exec: executable \S+ failed with exit code 7$/m,
  },
  "needs a terminal": {
    exec: { interactiveMode: "Always" },
    problem: "needs a terminal, and standard input is none",
    kubectl: /standard input is not a terminal/,
  },
  "prints nothing": {
    output: "",
    problem: "did not print an ExecCredential",
    kubectl: /plugin returned version client.authentication.k8s.io\/__internal/,
  },
  "prints a mere token": { output: "s3cret", problem: "did not print an ExecCredential", kubectl: /decoding stdout/ },
  "prints cut JSON": {
    output: '{"token":"s3cret"',
    problem: "did not print an ExecCredential",
    kubectl: /decoding stdout/,
  },
  "prints something else": {
    output: { apiVersion: "v1", kind: "Secret", status: { token: "s3cret" } },
    problem: "did not print an ExecCredential",
    kubectl: /decoding stdout/,
  },
  "prints another version": {
    output: credential({ token: "s3cret" }, V1BETA1),
    problem: `was asked for ${V1} and printed ${V1BETA1}`,
    kubectl: /plugin returned version client.authentication.k8s.io\/v1beta1/,
  },
  "prints no status": {
    output: { apiVersion: V1, kind: "ExecCredential" },
    problem: "printed neither a token nor a certificate",
    kubectl: /didn't return a status field/,
  },
  "prints an empty status": {
    output: credential({}),
    problem: "printed neither a token nor a certificate",
    kubectl: /didn't return a token or cert\/key pair/,
  },
  "prints a number for a token": {
    output: credential({ token: 12345 }),
    problem: 'printed a "status.token" that is not a text',
    kubectl: /decoding stdout/,
  },
  "prints a certificate without its key": {
    output: credential({ clientCertificateData: "s3cret" }),
    problem: "printed only a certificate, not both",
    kubectl: /returned only certificate or key, not both/,
  },
  "prints a certificate that is none": {
    output: credential({ clientCertificateData: "s3cret", clientKeyData: "s3cret" }),
    problem: 'printed a "status.clientCertificateData" that holds no PEM certificate',
    kubectl: /failed parsing client key\/certificate/,
  },
  "prints a time that is none": {
    output: credential({ token: "s3cret", expirationTimestamp: "tomorrow" }),
    problem: 'printed a "status.expirationTimestamp" that is not a time',
    kubectl: /decoding stdout/,
  },
};

for (const [what, { exec = {}, code = 0, output, problem, hint, kubectl }] of Object.entries(failures)) {
  Deno.test(`Client says when a plugin ${what}, as kubectl does`, async () => {
    await using folder = await tempFolder();
    const plugin = await installPlugin(folder, exec);
    await plugin.prints(output ?? credential({ token: tokens.viewer }));
    await Deno.writeTextFile(join(folder.path, "bin", "code"), String(code));
    using client = await connectTo(plugin.kubeconfig);
    await rejects(client.whoAmI(), (error: ConfigError) => {
      const { message } = error;
      match(message, /^Cannot get a credential from plugin "\S+": it /);
      match(message, new RegExp(`: it ${RegExp.escape(problem)}`));
      doesNotMatch(message, /s3cret/);
      if (hint) match(error.hint!, hint);
      return error instanceof ConfigError;
    });
    match(await complaintOfKubectl(plugin.kubeconfig), kubectl);
  });
}

const mistakes: Record<string, [exec: Record<string, unknown>, problem: RegExp, kubectl: RegExp]> = {
  "an old version": [
    { apiVersion: "client.authentication.k8s.io/v1alpha1" },
    /"users\[0\].user.exec.apiVersion" must be \S+\/v1 or \S+\/v1beta1: it is "client.authentication.k8s.io\/v1alpha1"$/,
    /invalid apiVersion "client.authentication.k8s.io\/v1alpha1"/,
  ],
  "no version": [
    { apiVersion: undefined },
    /"users\[0\].user.exec.apiVersion" is missing$/,
    /apiVersion must be specified/,
  ],
  "no command": [{ command: undefined }, /"users\[0\].user.exec.command" is missing$/, /command must be specified/],
  "no mode": [
    { interactiveMode: undefined },
    /exec.interactiveMode" must be Never,.* missing$/,
    /interactiveMode must be/,
  ],
  "a wrong mode": [
    { interactiveMode: "Maybe" },
    /exec.interactiveMode" must be Never,.* "Maybe"$/,
    /invalid interactiveMode/,
  ],
  "a variable without a name": [
    { env: [{ value: "a" }] },
    /exec.env\[0\].name" is missing$/,
    /env variable name must be/,
  ],
};

for (const [what, [exec, problem, kubectl]] of Object.entries(mistakes)) {
  Deno.test(`connect() refuses a plugin with ${what}, as kubectl does`, async () => {
    await using folder = await tempFolder();
    const { kubeconfig } = await installPlugin(folder, exec);
    await rejects(connectTo(kubeconfig), { name: "ConfigError", message: problem });
    match(await complaintOfKubectl(kubeconfig), kubectl);
  });
}
