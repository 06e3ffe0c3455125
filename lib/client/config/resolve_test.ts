import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { ConfigError } from "../config_error.ts";
import type { Impersonation, ImpersonationOptions } from "./cluster_config.ts";
import { resolveConfig } from "./resolve.ts";

const CERT = pem("CERTIFICATE", "MAMCAQU=");
const OTHER_CERT = pem("CERTIFICATE", "MAMCAQY=");
const KEY = pem("EC PRIVATE KEY", "MAMCAQU=");

Deno.test("resolveConfig() reads the current context", async () => {
  await using temp = await tempFolder({
    config: kubeconfig({
      cluster: {
        server: "https://k.example:6443/clusters/a/",
        "certificate-authority-data": btoa(CERT + OTHER_CERT),
        "tls-server-name": "kube.internal",
        "proxy-url": "socks5://proxy:1080",
        "disable-compression": true,
      },
      user: { token: "t", as: "bob", "as-uid": "7", "as-groups": ["dev"], "as-user-extra": { scopes: ["view"] } },
      context: { namespace: "shop" },
    }),
  });
  const file = `${temp.folder}/config`;
  const { credentials, tls: { readCaCerts, ...tls }, ...config } = await resolveConfig({
    env: env({ KUBECONFIG: file }),
  });
  deepStrictEqual(await readCaCerts!(), tls.caCerts);
  deepStrictEqual(tls, { caCerts: [CERT, OTHER_CERT], insecureSkipTlsVerify: false, serverName: "kube.internal" });
  deepStrictEqual(config, {
    name: "prod",
    server: "https://k.example:6443/clusters/a",
    namespace: "shop",
    proxyUrl: "socks5://proxy:1080",
    disableCompression: true,
    impersonate: { user: "bob", uid: "7", groups: ["dev"], extra: { scopes: ["view"] } },
    source: `context "prod" of "${file}"`,
  });
  strictEqual((await credentials.get()).authorization, "Bearer t");
});

Deno.test("resolveConfig() lets the caller say whom to act as, field by field", async () => {
  const bob = { as: "bob", "as-uid": "7", "as-groups": ["dev"], "as-user-extra": { scopes: ["view"] } };
  const all = { user: "bob", uid: "7", groups: ["dev"], extra: { scopes: ["view"] } };
  const cases: [Record<string, unknown>, ImpersonationOptions | undefined, Impersonation | undefined][] = [
    [{}, undefined, undefined],
    [{}, { user: undefined, groups: [] }, undefined],
    [{}, { user: "ada" }, { user: "ada", uid: undefined, groups: [], extra: {} }],
    [bob, undefined, all],
    [bob, { user: "ada", groups: ["ops"] }, { ...all, user: "ada", groups: ["ops"] }],
    [bob, { uid: "8", extra: {} }, { ...all, uid: "8", extra: {} }],
  ];
  for (const [user, impersonate, want] of cases) {
    await using temp = await tempFolder({ config: kubeconfig({ user }) });
    const config = await resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env({}), impersonate });
    deepStrictEqual(config.impersonate, want);
  }
});

Deno.test("resolveConfig() takes the proxy of the kubeconfig before that of the environment", async () => {
  const cases: [Record<string, string>, Record<string, string>, string | undefined][] = [
    [{}, { HTTPS_PROXY: "a:1" }, "http://a:1"],
    [{}, { HTTPS_PROXY: "a:1", NO_PROXY: "k" }, undefined],
    [{ "proxy-url": "socks5://b:2" }, { HTTPS_PROXY: "a:1", NO_PROXY: "k" }, "socks5://b:2"],
  ];
  for (const [cluster, variables, want] of cases) {
    await using temp = await tempFolder({ config: kubeconfig({ cluster: { server: "https://k", ...cluster } }) });
    const config = await resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env(variables) });
    strictEqual(config.proxyUrl, want);
  }
});

Deno.test("resolveConfig() fills in what a kubeconfig leaves out", async () => {
  await using temp = await tempFolder({ config: kubeconfig({ context: { user: undefined } }) });
  const config = await resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env({}) });
  strictEqual(config.namespace, "default");
  const { readCaCerts: _, ...tls } = config.tls;
  deepStrictEqual(tls, { caCerts: [], insecureSkipTlsVerify: false, serverName: undefined });
  strictEqual(config.impersonate, undefined);
  deepStrictEqual(await config.credentials.get(), {});
});

Deno.test("resolveConfig() takes each entry of several files with the paths of its own file", async () => {
  await using temp = await tempFolder({
    "a/config": `current-context: prod
contexts: [{ name: prod, context: { cluster: k, user: ada } }]
users: [{ name: ada, user: { client-certificate: certs/ada.crt, client-key: ../b/ada.key } }]
`,
    "a/certs/ada.crt": CERT,
    "b/config": "clusters: [{ name: k, cluster: { server: 'https://k', certificate-authority: ca.crt } }]\n",
    "b/ca.crt": `# CA\n${OTHER_CERT}`,
    "b/ada.key": KEY,
  });
  const { folder } = temp;
  const config = await resolveConfig({ env: env({ KUBECONFIG: `${folder}/a/config:${folder}/b/config` }) });
  deepStrictEqual(config.tls.caCerts, [OTHER_CERT]);
  deepStrictEqual((await config.credentials.get()).clientCertificate, { cert: CERT, key: KEY });
});

Deno.test("resolveConfig() reads every kind of credential", async () => {
  const certificate = { "client-certificate-data": btoa(CERT), "client-key-data": btoa(KEY) };
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "missing", interactiveMode: "Never" };
  const clientCertificate = { cert: CERT, key: KEY };
  const cases: [Record<string, unknown>, Record<string, unknown>][] = [
    [{ token: "t\n" }, { authorization: "Bearer t", clientCertificate: undefined }],
    [{ token: "t", tokenFile: "token" }, { authorization: "Bearer from-file", clientCertificate: undefined }],
    [{ username: "ada", password: "pä:ss" }, { authorization: "Basic YWRhOnDDpDpzcw==", clientCertificate: undefined }],
    [certificate, { authorization: undefined, clientCertificate }],
    [{ ...certificate, token: "t" }, { authorization: "Bearer t", clientCertificate }],
    [{ token: "t", exec, "auth-provider": { name: "gcp" } }, {
      authorization: "Bearer t",
      clientCertificate: undefined,
    }],
  ];
  for (const [user, want] of cases) {
    await using temp = await tempFolder({ config: kubeconfig({ user }), token: "from-file\n" });
    const config = await resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env({}) });
    deepStrictEqual(await config.credentials.get(), want);
  }
});

Deno.test("resolveConfig() keeps credentials from a server without TLS", async () => {
  await using temp = await tempFolder({
    config: kubeconfig({ cluster: { server: "http://k" }, user: { token: "t" } }),
  });
  const config = await resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env({}) });
  deepStrictEqual(await config.credentials.get(), {});
});

Deno.test("resolveConfig() runs a credential plugin when it is needed, and again when its token has expired", async () => {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "./login",
    args: ["calls"],
    interactiveMode: "Never",
    provideClusterInfo: true,
  };
  const answer = { apiVersion: exec.apiVersion, kind: "ExecCredential" };
  await using temp = await tempFolder({
    config: kubeconfig({
      cluster: {
        server: "https://k",
        "certificate-authority-data": btoa(CERT),
        extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }],
      },
      user: { exec },
    }),
    login: `#!/bin/sh
cd "$(dirname "$0")"
echo "$KUBERNETES_EXEC_INFO" >> "$1"
echo '${
      JSON.stringify(answer).slice(0, -1)
    },"status":{"token":"'$(wc -l < "$1" | tr -d ' ')'","expirationTimestamp":"1970-01-01T00:01:00Z"}}'
`,
  });
  await Deno.chmod(`${temp.folder}/login`, 0o755);
  const clock = fakeClock();
  const { credentials } = await resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env({}), clock });
  const first = await credentials.get();
  strictEqual(first.authorization, "Bearer 1");
  clock.nowMs = 59_999;
  strictEqual(await credentials.get(), first);
  clock.nowMs = 60_000;
  strictEqual((await credentials.get()).authorization, "Bearer 2");

  const calls = (await Deno.readTextFile(`${temp.folder}/calls`)).trim().split("\n");
  deepStrictEqual(JSON.parse(calls[0]!).spec.cluster, {
    server: "https://k",
    "certificate-authority-data": btoa(CERT),
    config: { audience: "x" },
  });
});

Deno.test("resolveConfig() follows a token file that rotates", async () => {
  await using temp = await tempFolder({ config: kubeconfig({ user: { tokenFile: "token" } }), token: "a" });
  const clock = fakeClock();
  const { credentials } = await resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env({}), clock });
  strictEqual((await credentials.get()).authorization, "Bearer a");
  await Deno.writeTextFile(`${temp.folder}/token`, "b");
  strictEqual((await credentials.get()).authorization, "Bearer a");
  clock.nowMs = 60_000;
  const second = await credentials.get();
  strictEqual(second.authorization, "Bearer b");
  await Deno.writeTextFile(`${temp.folder}/token`, "c");
  strictEqual((await credentials.get({ rejected: second })).authorization, "Bearer c");
});

Deno.test("resolveConfig() uses the service account of a Pod when there is no kubeconfig", async () => {
  await using temp = await tempFolder({ token: "a\n", "ca.crt": CERT, namespace: "shop" });
  const clock = fakeClock();
  const options = {
    env: env({ KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443", HOME: temp.folder }),
    serviceAccountFolder: temp.folder,
    clock,
  };
  const { credentials, tls: { readCaCerts, ...tls }, ...config } = await resolveConfig(options);
  deepStrictEqual(tls, { caCerts: [CERT], insecureSkipTlsVerify: false });
  deepStrictEqual(config, {
    name: "in-cluster",
    server: "https://[fd00::1]:443",
    namespace: "shop",
    disableCompression: false,
    impersonate: undefined,
    proxyUrl: undefined,
    source: `service account in "${temp.folder}"`,
  });
  strictEqual((await credentials.get()).authorization, "Bearer a");
  await Deno.writeTextFile(`${temp.folder}/token`, "b");
  clock.nowMs = 60_000;
  strictEqual((await credentials.get()).authorization, "Bearer b");
  await Deno.writeTextFile(`${temp.folder}/ca.crt`, OTHER_CERT);
  deepStrictEqual(await readCaCerts!(), [OTHER_CERT]);

  const impersonate = { groups: ["dev"] };
  const acting = await resolveConfig({ ...options, impersonate: { ...impersonate, user: "ada" } });
  deepStrictEqual(acting.impersonate, { user: "ada", uid: undefined, groups: ["dev"], extra: {} });
  await rejects(resolveConfig({ ...options, impersonate }), {
    name: "ConfigError",
    message: "Cannot act as somebody else: the user is missing: acting as a group, UID or extra attribute needs a user",
    hint: "Pass --as NAME as well",
  });

  await Deno.remove(`${temp.folder}/ca.crt`);
  await rejects(resolveConfig(options), {
    name: "ConfigError",
    message: `Cannot use the service account of this Pod: file "${temp.folder}/ca.crt" does not exist`,
    hint: "Mount it (automountServiceAccountToken), or set KUBECONFIG",
  });
});

Deno.test("resolveConfig() lists what it tried when there is no cluster to be found", async () => {
  await using temp = await tempFolder({ empty: "" });
  const { folder } = temp;
  const cases: [Parameters<typeof resolveConfig>[0], string][] = [
    [
      { env: env({ HOME: folder }) },
      `Cannot find a cluster: KUBECONFIG is not set; "${folder}/.kube/config" does not exist; ` +
      "this is no Pod, as KUBERNETES_SERVICE_HOST is not set",
    ],
    [
      { env: env({ KUBECONFIG: `${folder}/none:${folder}/empty` }) },
      `Cannot find a cluster: "${folder}/none" does not exist; "${folder}/empty" has no entries; ` +
      "this is no Pod, as KUBERNETES_SERVICE_HOST is not set",
    ],
    [
      { env: env({}), context: "prod" },
      'Cannot find context "prod": KUBECONFIG is not set; the home folder is not known',
    ],
    [
      { env: env({ KUBERNETES_SERVICE_HOST: "k", KUBERNETES_SERVICE_PORT: "1" }), kubeconfig: `${folder}/empty` },
      `Cannot find a cluster: "${folder}/empty" has no entries`,
    ],
  ];
  for (const [options, message] of cases) {
    await rejects(resolveConfig(options), {
      name: "ConfigError",
      message,
      hint: "Pass --kubeconfig FILE or set KUBECONFIG; the tool that made the cluster can write the file",
    });
  }
});

Deno.test("resolveConfig() says which context there is none of", async () => {
  await using temp = await tempFolder({
    config: "contexts: [{ name: prod, context: {} }, { name: test, context: {} }]\n",
  });
  const file = `${temp.folder}/config`;
  const cases: [string | undefined, string, string][] = [
    [
      undefined,
      `Cannot choose a context: field "current-context" is not set in "${file}"`,
      "Pass --context with one of: prod, test",
    ],
    ["prdo", `Cannot use context "prdo": it is not in "${file}"`, 'Did you mean "prod"?'],
    ["staging", `Cannot use context "staging": it is not in "${file}"`, "The contexts are: prod, test"],
  ];
  for (const [context, message, hint] of cases) {
    await rejects(resolveConfig({ kubeconfig: file, context, env: env({}) }), { name: "ConfigError", message, hint });
  }
});

Deno.test("resolveConfig() names the field that is wrong", async () => {
  const cluster = "clusters[0].cluster";
  const user = "users[0].user";
  const secret = btoa("secret");
  const cases: [Entries, string, string][] = [
    [{ context: { cluster: undefined } }, "contexts[0].context.cluster", "is missing"],
    [{ context: { cluster: "j" } }, "contexts[0].context.cluster", 'names "j", which is not in "FOLDER/config"'],
    [{ cluster: {} }, `${cluster}.server`, "is missing"],
    [
      { cluster: { server: "localhost:8080" } },
      `${cluster}.server`,
      'must be an address such as "https://10.0.0.1:6443": it is "localhost:8080"',
    ],
    [
      { cluster: { server: "https://k", "proxy-url": "ftp://u:secret@p" } },
      `${cluster}.proxy-url`,
      "must be an http, https or socks5 address",
    ],
    [
      { cluster: { server: "https://k", "certificate-authority": "ca.crt" } },
      `${cluster}.certificate-authority`,
      'names file "FOLDER/ca.crt", which does not exist',
    ],
    [
      { cluster: { server: "https://k", "certificate-authority": "garbage" } },
      `${cluster}.certificate-authority`,
      'names file "FOLDER/garbage", which holds no PEM certificate',
    ],
    [
      { cluster: { server: "https://k", "certificate-authority-data": CERT } },
      `${cluster}.certificate-authority-data`,
      "is not base64",
    ],
    [
      { cluster: { server: "https://k", "certificate-authority-data": secret } },
      `${cluster}.certificate-authority-data`,
      "holds no PEM certificate",
    ],
    [
      { cluster: { server: "https://k", "insecure-skip-tls-verify": true, "certificate-authority-data": btoa(CERT) } },
      `${cluster}.insecure-skip-tls-verify`,
      "cannot stand beside a certificate authority: remove one of them",
    ],
    [{ user: { token: 12345 } }, `${user}.token`, "must be a text: it is of type number"],
    [{ user: { tokenFile: "none" } }, `${user}.tokenFile`, 'names file "FOLDER/none", which does not exist'],
    [{ user: { tokenFile: "empty" } }, `${user}.tokenFile`, 'names file "FOLDER/empty", which is empty'],
    [
      { user: { token: "t", password: "secret" } },
      `${user}.username`,
      "cannot stand beside a token: a user has one of them",
    ],
    [
      { user: { "client-certificate-data": btoa(CERT) } },
      `${user}.client-key`,
      "is missing: a client certificate needs its key",
    ],
    [
      { user: { "client-key-data": btoa(KEY) } },
      `${user}.client-certificate`,
      "is missing: a client key needs its certificate",
    ],
    [
      { user: { "client-certificate-data": btoa(CERT), "client-key-data": secret } },
      `${user}.client-key-data`,
      "holds no PEM private key",
    ],
    [{ user: { "auth-provider": { name: "gcp" } } }, `${user}.auth-provider`, "is not supported"],
    [{ user: { exec: { apiVersion: "x" } } }, `${user}.exec.command`, "is missing"],
    [
      { user: { "as-groups": ["a"] } },
      `${user}.as`,
      "is missing: acting as a group, UID or extra attribute needs a user",
    ],
  ];
  for (const [entries, field, problem] of cases) {
    await using temp = await tempFolder({ config: kubeconfig(entries), garbage: "secret", empty: "\n" });
    await rejects(resolveConfig({ kubeconfig: `${temp.folder}/config`, env: env({}) }), (error: ConfigError) => {
      const want = `Cannot read kubeconfig "FOLDER/config": field "${field}" ${problem}`;
      strictEqual(error.message, want.replaceAll("FOLDER", temp.folder));
      return error.name === "ConfigError" && !error.message.includes("secret");
    });
  }
});

interface Entries {
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

function kubeconfig({ cluster = { server: "https://k" }, user = {}, context = {} }: Entries): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "k", user: "ada", ...context } }],
    clusters: [{ name: "k", cluster }],
    users: [{ name: "ada", user }],
  });
}

function pem(label: string, der: string): string {
  return `-----BEGIN ${label}-----\n${der}\n-----END ${label}-----\n`;
}

interface TempFolder extends AsyncDisposable {
  folder: string;
}

async function tempFolder(files: Record<string, string>): Promise<TempFolder> {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

function env(variables: Record<string, string>): (name: string) => string | undefined {
  return (name) => variables[name];
}

function fakeClock(): Clock & { nowMs: number } {
  return {
    ...systemClock,
    nowMs: 0,
    now() {
      return this.nowMs;
    },
  };
}
