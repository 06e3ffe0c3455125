/**
 * Bad input: for each mistake the exit code that is documented, one clear message, and nothing on stdout.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { testCluster } from "../cluster/attach.ts";
import { createAuthority } from "../../lib/base/certificates.ts";
import { runKubescript, tempFolder, writeScript } from "./kubescript.ts";

const IMPORTS = 'import { defineKind, param, requires, script, withOptions } from "@kubescript/kubescript";\n';

/** A ConfigMap as a script writes it. */
function configMap(name: string, rest = ""): string {
  return `{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "${name}" }${rest} }`;
}

interface ScriptCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly code: number;
  readonly message: RegExp;
}

const SCRIPT_CASES: readonly ScriptCase[] = [
  {
    name: "a script that throws",
    files: { "shop.ts": `${IMPORTS}throw new Error("boom");` },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /^error: Cannot load script "shop\.ts": shop\.ts:2:7: boom\n$/,
  },
  {
    name: "a script whose resources throw",
    files: { "shop.ts": `${IMPORTS}export default script("shop", { resources: () => { throw new Error("boom"); } });` },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /^error: Cannot evaluate script "shop": shop\.ts:2:\d+: the resources function failed: Error: boom\n$/,
  },
  {
    name: "a file that exports no script",
    files: { "shop.ts": `${IMPORTS}const shop = script("shop", { resources: [] });` },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /^error: Cannot load script "shop\.ts": it has no default export\nhint: Write export default script/,
  },
  {
    name: "a default export that is no script",
    files: { "shop.ts": "export default () => {};" },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /the default export is a function, not a script\nhint: /,
  },
  {
    name: "a syntax error",
    files: { "shop.ts": `${IMPORTS}export default script("shop", {{ );` },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /^error: Cannot load script "shop\.ts": shop\.ts:2:\d+: SyntaxError: .*\n$/,
  },
  {
    name: "an import that is not there",
    files: { "shop.ts": 'import "./nope.ts";' },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /^error: Cannot load script "shop\.ts": shop\.ts:1:8: Module not found "nope\.ts"\n$/,
  },
  {
    name: "a file that is not there",
    files: { "shop.ts": "" },
    args: ["plan", "shpo.ts"],
    code: 1,
    message: /^error: Cannot load script "shpo\.ts": it does not exist\nhint: Did you mean "shop\.ts"\?\n$/,
  },
  {
    name: "an object that is declared twice",
    files: {
      "shop.ts": `${IMPORTS}export default script("shop", { resources: [${configMap("a")}, ${configMap("a")}] });`,
    },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /ConfigMap\/default\/a is declared 2 times: shop\.ts resources\[0\] and shop\.ts resources\[1\]\n$/,
  },
  {
    name: "an object without a name",
    files: {
      "shop.ts": `${IMPORTS}export default script("shop", {
        resources: [{ apiVersion: "v1", kind: "ConfigMap", metadata: {} }] });`,
    },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /shop\.ts resources\[0\]\.metadata\.name: is missing\n$/,
  },
  {
    name: "an object with a status",
    files: {
      "shop.ts": `${IMPORTS}export default script("shop", { resources: [${configMap("a", ', status: { a: "b" }')}] });`,
    },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /resources\[0\]\.status \(ConfigMap\/a\): is set by the cluster: remove it\n$/,
  },
  {
    name: "params that are missing, unknown and wrong, all at once",
    files: {
      "shop.ts": `${IMPORTS}export default script("shop", { resources: [], params: { image: param.string(),
        n: param.integer({ default: 1 }), env: param.choice(["dev", "prod"], { default: "dev" }) } });`,
    },
    args: ["plan", "shop.ts", "--param=imge=x", "--param=n=many", "--param=env=prd"],
    code: 1,
    message:
      /4 problems\n.*"imge" is unknown.*"image"\?\n.*"image" is missing: give --param.*\n.*"n" must be an integer.*\n.*"env" is "prd": did you mean "prod"/,
  },
  {
    name: "a tab in YAML",
    files: { "shop.yaml": "kind: ConfigMap\nmetadata:\n\tname: a\n" },
    args: ["plan", "shop.yaml"],
    code: 1,
    message: /^error: Cannot read manifests "shop\.yaml": shop\.yaml: line 3, column 1: tab characters/,
  },
  {
    name: "a duplicate key in YAML",
    files: { "shop.yaml": "kind: ConfigMap\nmetadata:\n  name: a\n  name: b\n" },
    args: ["plan", "shop.yaml"],
    code: 1,
    message: /shop\.yaml: line 4, column 3: duplicated mapping key\n$/,
  },
  {
    name: "an unknown kind",
    files: { "shop.yaml": "apiVersion: apps/v1\nkind: Deploymnet\nmetadata: { name: a }\n" },
    args: ["plan", "shop.yaml"],
    code: 1,
    message: /shop\.yaml:1: .* kind "Deploymnet" in "apps\/v1" \(Did you mean kind "Deployment" in "apps\/v1"\?\)\n$/,
  },
  {
    name: "no apiVersion",
    files: { "shop.yaml": "kind: ConfigMap\nmetadata: { name: a }\n" },
    args: ["plan", "shop.yaml"],
    code: 1,
    message: /shop\.yaml:1 apiVersion: is missing\n$/,
  },
  {
    name: "a folder without manifests",
    files: { "readme.txt": "" },
    args: ["plan", "."],
    code: 1,
    message: /^error: Cannot read manifests "\.": there is no \.yaml, \.yml or \.json file\n$/,
  },
  {
    name: "a file that is neither a script nor a manifest",
    files: { "Makefile": "all:" },
    args: ["plan", "Makefile"],
    code: 1,
    message: /^error: Cannot read manifests "Makefile": it is no \.yaml, \.yml or \.json file\n$/,
  },
  {
    name: "an import of something that is not exported",
    files: { "shop.ts": 'import { nope } from "@kubescript/kubescript";\nexport default nope();' },
    args: ["plan", "shop.ts"],
    code: 1,
    message: /^error: Cannot load script "shop\.ts": shop\.ts:1:10: SyntaxError: .* export named 'nope'\n$/,
  },
  {
    name: "a context that is not there",
    files: { "shop.ts": `${IMPORTS}export default script("shop", { resources: [] });` },
    args: ["plan", "shop.ts", "--context=tset"],
    code: 1,
    message: /^error: Cannot use context "tset": it is not in ".*"\nhint: Did you mean "test"\?\n$/,
  },
  {
    name: "standard input without a name",
    files: {},
    args: ["plan", "-"],
    stdin: "",
    code: 1,
    message: /^error: Cannot name the manifests: standard input has no name\nhint: Give a name with --name\n$/,
  },
  {
    name: "an unknown flag",
    files: {},
    args: ["plan", "shop.ts", "--contxt=x"],
    code: 64,
    message: /--contxt, did you mean --context\?\nhint: Run kubescript plan --help\n$/,
  },
  {
    name: "an unknown command",
    files: {},
    args: ["pln", "shop.ts"],
    code: 64,
    message: /`pln`, did you mean `plan`\?\nhint: Run kubescript --help\n$/,
  },
  {
    name: "a time that is none",
    files: {},
    args: ["apply", "shop.ts", "--timeout=soon"],
    code: 64,
    message: /--timeout: Cannot read "soon" as a duration: .*\nhint: Run kubescript apply --help\n$/,
  },
  { name: "no file", files: {}, args: ["plan"], code: 64, message: /FILE\nhint: Run kubescript plan --help\n$/ },
];

for (const { name, files, args, stdin, code, message } of SCRIPT_CASES) {
  Deno.test(`bad input: ${name}`, async () => {
    await using folder = await tempFolder();
    for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(join(folder.path, file), text);
    const result = await runKubescript(args, { cwd: folder.path, ...(stdin !== undefined && { stdin }) });
    match(result.stderr, message);
    deepStrictEqual({ code: result.code, stdout: result.stdout }, { code, stdout: "" });
  });
}

interface ServerCase {
  readonly name: string;
  readonly kubeconfig: () => Promise<string>;
  readonly message: RegExp;
}

/** A plugin for credentials that does not work. */
function plugin(command: string, ...args: string[]): Promise<string> {
  const user = { exec: { apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "Never", command, args } };
  return editedKubeconfig((config) => config.users[0].user = user);
}

const SERVER_CASES: readonly ServerCase[] = [
  {
    name: "a kubeconfig that is no YAML",
    kubeconfig: () => writeFile("contexts: [\n"),
    message: /^error: Cannot read kubeconfig ".*": line 2, column 1: deficient indentation/,
  },
  {
    name: "a kubeconfig whose certificate is no base64",
    kubeconfig: () => editedKubeconfig((config) => config.clusters[0].cluster["certificate-authority-data"] = "%"),
    message: /"clusters\[0\]\.cluster\.certificate-authority-data" is not base64\nhint: Encode it with base64/,
  },
  {
    name: "a plugin that is not installed",
    kubeconfig: () => plugin("no-such-plugin"),
    message: /^error: Cannot get a credential from plugin "no-such-plugin": it is not installed\n/,
  },
  {
    name: "a plugin that fails",
    kubeconfig: () => plugin("sh", "-c", "echo the login has expired >&2; exit 3"),
    message: /^error: Cannot get a credential from plugin "sh": it exited with code 3: the login has expired\n$/,
  },
  {
    name: "a plugin that prints something else",
    kubeconfig: () => plugin("echo", "hello"),
    message: /plugin "echo": it did not print an ExecCredential\n$/,
  },
  {
    name: "a server that does not answer",
    kubeconfig: () => kubeconfigFor({ server: "https://127.0.0.1:1024" }),
    message:
      /no answer from https:\/\/127\.0\.0\.1:1024: .*Connection refused \(5 attempts\)\nhint: Check that the server/,
  },
  {
    name: "a server that has no address",
    kubeconfig: () => kubeconfigFor({ server: "https://no.such.host.invalid:6443" }),
    message: /no answer from https:\/\/no\.such\.host\.invalid:6443: dns error: .*\nhint: Check that the server/,
  },
  {
    name: "an authority that did not sign the server's certificate",
    kubeconfig: async () => kubeconfigFor({ ca: (await createAuthority("other")).certificate }),
    message: /no answer from .*: invalid peer certificate: .*\nhint: Check the certificates in the kubeconfig/,
  },
  {
    name: "a client certificate that has expired",
    kubeconfig: async () => {
      const notAfter = new Date(Date.now() - 86_400_000);
      const user = await testCluster().issueClientCertificate({ cn: "late", groups: ["system:masters"], notAfter });
      return await testCluster().writeKubeconfig({ user });
    },
    message: /^error: Cannot discover .*: 401 Unauthorized\nhint: The credentials were not accepted/,
  },
  {
    name: "a token that nobody knows",
    kubeconfig: () => testCluster().writeKubeconfig({ user: { token: "nonsense" } }),
    message: /^error: Cannot discover .*: 401 Unauthorized\nhint: The credentials were not accepted/,
  },
  {
    name: "a user who may do nothing",
    kubeconfig: () => testCluster().writeKubeconfig({ user: { token: "nobody-token" } }),
    message:
      /is forbidden: User "nobody" cannot get resource "configmaps".*\(403 Forbidden\)\nhint: Ask for the permission/,
  },
  {
    name: "a kubeconfig that is not there",
    kubeconfig: () => Promise.resolve("/nowhere/config"),
    message: /^error: Cannot find a cluster: "\/nowhere\/config" does not exist; .*\nhint: Pass --kubeconfig FILE/,
  },
];

for (const { name, kubeconfig, message } of SERVER_CASES) {
  Deno.test(`bad input: ${name}`, async () => {
    const result = await planOneConfigMap(await kubeconfig());
    match(result.stderr, message);
    deepStrictEqual({ code: result.code, stdout: result.stdout }, { code: 1, stdout: "" });
  });
}

const BODIES = [
  ["an HTML page", "<html>Sign in</html>", "text/html", /200 text\/html that begins with "<html>Sign in<\/html>"/],
  ["an empty body", "", "application/json", /200 application\/json with an empty body/],
  ["cut-off JSON", '{"kind": "APIG', "application/json", /200 application\/json that begins with /],
] as const;

for (const [name, body, type, message] of BODIES) {
  Deno.test(`bad input: a server that answers with ${name}`, async () => {
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response(body, { headers: { "content-type": type } }),
    );
    const kubeconfig = await kubeconfigFor({ server: `http://127.0.0.1:${server.addr.port}` });
    const { code, stderr } = await planOneConfigMap(kubeconfig);
    match(stderr, message);
    match(stderr, /the answer is not from a Kubernetes API/);
    match(stderr, /\nhint: Check the server address in the kubeconfig/);
    strictEqual(code, 1);
  });
}

Deno.test("bad input: 403 on one kind leaves its objects unverified in a plan, and stops an apply", async () => {
  await using namespace = await testCluster().namespace("bad-forbidden");
  await using folder = await tempFolder();
  const script = await writeScript(
    folder,
    `${IMPORTS}export default script("${namespace.name}", {
    namespace: "${namespace.name}",
    resources: [${configMap("a")}, { apiVersion: "v1", kind: "Secret", metadata: { name: "b" } }] });`,
  );
  const KUBECONFIG = await testCluster().writeKubeconfig({ user: { token: "viewer-token" } });

  const planned = await runKubescript(["plan", script], { env: { KUBECONFIG } });
  match(
    planned.stdout,
    /\+ create +ConfigMap\/.*\/a\n\? unverified Secret\/.*\/b: secrets is forbidden: User "viewer"/,
  );
  strictEqual(planned.code, 0);

  const applied = await runKubescript(["apply", script], { env: { KUBECONFIG } });
  match(applied.stdout, /Nothing was changed: Secret\/.*\/b: secrets is forbidden/);
  strictEqual(applied.code, 1);
  const { code } = await testCluster().kubectl(["get", "configmap", "a", "-n", namespace.name]);
  ok(code !== 0);
});

Deno.test("bad input: what is missing in the cluster blocks the apply before anything is written", async () => {
  await using namespace = await testCluster().namespace("bad-missing");
  await using folder = await tempFolder();
  const script = await writeScript(
    folder,
    `${IMPORTS}
    const ConfigMap = defineKind<{ apiVersion: "v1"; kind: "ConfigMap" }>("v1", "ConfigMap", { plural: "configmaps" });
    export default script("${namespace.name}", {
      namespace: "${namespace.name}",
      resources: [requires(ConfigMap, "none"), ${configMap("a")},
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b", namespace: "does-not-exist" } }] });`,
  );

  const { code, stdout } = await runKubescript(["apply", script]);
  match(stdout, /! blocked ConfigMap\/.*\/none: the script requires it \(.* resources\[0\]\), and it does not exist\n/);
  match(stdout, /! blocked ConfigMap\/does-not-exist\/b: namespace "does-not-exist" does not exist\n +hint: Create it/);
  match(stdout, /Nothing was changed: /);
  strictEqual(code, 1);
  ok((await testCluster().kubectl(["get", "configmap", "a", "-n", namespace.name])).code !== 0);
});

Deno.test("bad input: what the server refuses is named with its field, and what needs it is skipped", async () => {
  await using namespace = await testCluster().namespace("bad-invalid");
  await using folder = await tempFolder();
  const script = await writeScript(
    folder,
    `${IMPORTS}
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "Bad_Name" }, spec: { ports: [{ port: 80 }] } };
    export default script("${namespace.name}", {
      namespace: "${namespace.name}",
      resources: [service, withOptions(${configMap("a")}, { dependsOn: [service] }), ${configMap("b", ", dataa: {}")},
        ${configMap("c")}, ${configMap("d", ", data: { a: 5 }")}] });`,
  );

  const { code, stdout } = await runKubescript(["apply", script, "--validate=false"]);
  match(stdout, /failed +Service\/.*\/Bad_Name: .*metadata\.name: Invalid value: "Bad_Name".*\(422 Invalid\)\n/);
  match(stdout, /skipped +ConfigMap\/.*\/a: it needs Service\/.*\/Bad_Name, which was not applied\n/);
  match(stdout, /failed +ConfigMap\/.*\/b: dataa: field not declared in schema\n +hint: The kind has no field "dataa"/);
  match(stdout, /created +ConfigMap\/.*\/c\n/);
  match(stdout, /failed +ConfigMap\/.*\/d: data\.a: expected string, got 5\n +hint: Write a text in quotes/);
  match(stdout, /Failed: 1 created, 3 failed, 1 skipped/);
  strictEqual(code, 1);
});

/** Writes a copy of the test cluster's kubeconfig, with a change. */
// deno-lint-ignore no-explicit-any -- a kubeconfig is what the test says
async function editedKubeconfig(edit: (config: any) => void): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(testCluster().kubeconfig));
  edit(config);
  return await writeFile(JSON.stringify(config));
}

async function writeFile(text: string): Promise<string> {
  // In the cluster's folder, so that it goes away with the cluster.
  const path = await Deno.makeTempFile({ dir: testCluster().dir, suffix: ".kubeconfig" });
  await Deno.writeTextFile(path, text);
  return path;
}

/** Writes a kubeconfig that differs from the test cluster's. */
function kubeconfigFor(options: { server?: string; ca?: string }): Promise<string> {
  return testCluster().writeKubeconfig({ user: { token: "admin-token" }, ...options });
}

async function planOneConfigMap(KUBECONFIG: string): ReturnType<typeof runKubescript> {
  await using folder = await tempFolder();
  const script = await writeScript(
    folder,
    `${IMPORTS}export default script("bad", { resources: [${configMap("a")}] });`,
  );
  return await runKubescript(["plan", script], { env: { KUBECONFIG } });
}
