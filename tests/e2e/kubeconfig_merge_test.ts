import { deepStrictEqual, match, ok } from "node:assert/strict";
import { dirname, join } from "node:path";
import type { ConfigObject } from "../../lib/client/config/config_object.ts";
import { type Kubeconfig, loadKubeconfig } from "../../lib/client/config/kubeconfig.ts";
import { resolveConfig } from "../../lib/client/config/resolve.ts";
import { ConfigError } from "../../lib/client/config_error.ts";
import { testCluster } from "../cluster/attach.ts";
import { tempFolder } from "./kubescript.ts";

/** A value of `KUBECONFIG`, and the files that it names. */
interface Case {
  /** The files: their texts by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** The paths in `KUBECONFIG`. @default {["config"]} */
  readonly list?: readonly string[];
}

const SERVER = '{ server: "https://k" }';
const CONFIG = `
current-context: prod
contexts: [{ name: prod, context: { cluster: k, user: ada } }]
clusters: [{ name: k, cluster: ${SERVER} }]
users: [{ name: ada, user: { token: t } }]
`;

const alike: Record<string, Case> = {
  "of entries with the same name, the first as a whole": {
    files: {
      a: `clusters: [{ name: k, cluster: { server: "https://a" } }]\nusers: [{ name: ada, user: { as: bob } }]`,
      b: CONFIG.replace(SERVER, '{ server: "https://k", tls-server-name: b }').replace("token", "username"),
    },
    list: ["a", "b"],
  },
  "the first current-context that is one": {
    files: { a: "users: []", b: 'current-context: ""', c: "current-context:", d: "current-context: d", e: CONFIG },
    list: ["a", "b", "c", "d", "e"],
  },
  "files that are missing": { files: { b: CONFIG }, list: ["a", "b", "c/d"] },
  "only files that are missing": { files: {}, list: ["a", "b"] },
  "empty elements": { files: { b: CONFIG }, list: ["", "b", "", ""] },
  "nothing but empty elements": { files: {}, list: ["", "", ""] },
  "a file twice": { files: { a: CONFIG }, list: ["a", "a"] },
  "empty lists and entries": {
    files: {
      a: "clusters: null\nusers:\ncontexts: []\npreferences: {}\n",
      b: "clusters: [{ name: k }]\nusers: [{ name: ada, user: null }]\ncontexts: [{ name: prod, context: {} }]\n",
    },
    list: ["a", "b"],
  },
  "files that say nothing": { files: { a: "", b: "# b", c: "{}", d: "---\n" }, list: ["a", "b", "c", "d"] },
  "fields that nobody knows": { files: { config: `shoe: 42\n${CONFIG.replace("token: t", "token: t, shoe: [42]")}` } },
  "data beside a file": {
    files: {
      config: CONFIG.replace(SERVER, "{ certificate-authority: ca.crt, certificate-authority-data: Y2E= }")
        .replace(
          "token: t",
          "client-certificate: crt, client-certificate-data: Y3J0, client-key: key, client-key-data: a2V5",
        ),
    },
  },
  "anchors and merged keys": {
    files: {
      config: `shared: &shared ${SERVER}
clusters: [{ name: k, cluster: *shared }, { name: j, cluster: { <<: *shared, tls-server-name: j } }]
`,
    },
  },
  "JSON that is indented with tabs": {
    files: { config: JSON.stringify({ clusters: [{ name: "k", cluster: { server: "https://k" } }] }, undefined, "\t") },
  },
  "a byte order mark and the ends of lines of Windows": {
    files: { config: `\ufeff${CONFIG.replaceAll("\n", "\r\n")}` },
  },
  "the first document of several": { files: { config: `---${CONFIG}---\ncurrent-context: test\n` } },
  "names of all kinds": {
    files: {
      config: `clusters: [{ name: "a b/c@d:é", cluster: ${SERVER} }, { name: constructor, cluster: ${SERVER} }]`,
    },
  },
  "every field": {
    files: {
      config: `apiVersion: v1
kind: Config
clusters:
- name: k
  cluster:
    server: https://k:6443/a
    tls-server-name: b
    insecure-skip-tls-verify: true
    proxy-url: socks5://proxy
    disable-compression: true
users:
- name: ada
  user: { username: a, password: p, as: bob, as-uid: "7", as-groups: [dev, ops], as-user-extra: { scopes: [view, edit] } }
contexts:
- { name: prod, context: { cluster: k, user: ada, namespace: shop } }
`,
    },
  },
};

for (const [what, given] of Object.entries(alike)) {
  Deno.test(`loadKubeconfig() takes as kubectl does: ${what}`, async () => {
    await using folder = await tempFolder();
    const { list, view } = await lookAt(folder.path, given);
    deepStrictEqual(toJson(await load(list)), await view());
  });
}

Deno.test("loadKubeconfig() finds files as kubectl does: from the folder of the kubeconfig that names them", async () => {
  await using folder = await tempFolder();
  const files = {
    "a/config": "users: [{ name: ada, user: { client-certificate: ../certs/ada.crt, client-key: ./ada.key } }]",
    "certs/ada.crt": "1",
    "a/ada.key": "2",
    "b/c/config": `clusters: [{ name: k, cluster: { certificate-authority: ../ca.crt } }]
users: [{ name: eve, user: { client-certificate: ${folder.path}/a/eve.crt, client-key: ~/eve.key } }]
`,
    "b/ca.crt": "3",
    "a/eve.crt": "4",
    "b/c/~/eve.key": "5",
  };
  const { list, view } = await lookAt(folder.path, { files, list: ["a/config", "b/c/config"] });
  const { clusters, users } = await load(list);
  const dataOf = async (entry: ConfigObject | undefined, field: string) => {
    return [`${field}-data`, await entry!.dataOrFile(field, (text) => btoa(text))];
  };
  const user = async (name: string) => {
    const fields = ["client-certificate", "client-key"].map((field) => dataOf(users.get(name), field));
    return { name, user: Object.fromEntries(await Promise.all(fields)) };
  };
  const authority = await dataOf(clusters.get("k"), "certificate-authority");
  deepStrictEqual(await view("--flatten"), {
    clusters: [{ name: "k", cluster: Object.fromEntries([["server", ""], authority]) }],
    users: [await user("ada"), await user("eve")],
    contexts: [],
    "current-context": "",
  });
});

const refused: Record<string, Case & { readonly reason: RegExp }> = {
  "a name that is used twice": {
    files: { config: `clusters: [{ name: k, cluster: ${SERVER} }, { name: k, cluster: ${SERVER} }]` },
    reason: /"config": field "clusters\[1\].name" is used twice: "k"$/,
  },
  "tabs": { files: { config: "clusters:\n\t- name: k\n" }, reason: /"config": line 2, column 1: tab characters/ },
  "a folder": { files: { "a/b": "", c: CONFIG }, list: ["c", "a"], reason: /"a": it is a folder$/ },
  "a list": { files: { config: "[]" }, reason: /"config": it is not an object$/ },
  "a text": { files: { config: "hello" }, reason: /"config": it is not an object$/ },
  "something else": { files: { config: "kind: Pod" }, reason: /"config": field "kind" must be Config: it is "Pod"$/ },
  "another version": { files: { config: "apiVersion: v2" }, reason: /field "apiVersion" must be v1: it is "v2"$/ },
  "a number for a name": {
    files: { config: "users: [{ name: 1 }]" },
    reason: /field "users\[0\].name" must be a text/,
  },
  "a number for a context": {
    files: { config: "current-context: 1" },
    reason: /field "current-context" must be a text/,
  },
  "an object for a list": { files: { config: "users: {}" }, reason: /field "users" must be a list/ },
};

for (const [what, { reason, ...given }] of Object.entries(refused)) {
  Deno.test(`loadKubeconfig() refuses as kubectl does: ${what}`, async () => {
    await using folder = await tempFolder();
    const { list, view } = await lookAt(folder.path, given);
    match(String(await view()), /^error: error loading config file/);
    match(await problemOf(list, folder.path), reason);
  });
}

// Where kubectl guesses, or reads what it does not use.
const different: Record<string, Case & { readonly kubectl: unknown; readonly kubescript: RegExp | undefined }> = {
  "of a key that stands there twice, kubectl takes the last": {
    files: { config: "current-context: a\ncurrent-context: b" },
    kubectl: { "current-context": "b" },
    kubescript: /"config": line 2, column 1: duplicated mapping key$/,
  },
  "to an entry without a name, kubectl gives an empty one": {
    files: { config: `clusters: [{ cluster: ${SERVER} }]` },
    kubectl: { clusters: [{ name: "", cluster: { server: "https://k" } }] },
    kubescript: /field "clusters\[0\].name" is missing$/,
  },
  "of nothing, kubectl makes an entry": {
    files: { config: "clusters: [null]" },
    kubectl: { clusters: [{ name: "", cluster: { server: "" } }] },
    kubescript: /field "clusters\[0\]" must be an object: it is null$/,
  },
  "tabs between the items of a list are allowed in kubectl": {
    files: { config: "users: [\t{ name: ada } ]" },
    kubectl: { users: [{ name: "ada", user: {} }] },
    kubescript: /"config": line 1, column 10: deficient indentation$/,
  },
  "kubectl minds mistakes in entries that are not used": {
    files: { config: "users: [{ name: ada, user: { token: 1 } }]" },
    kubectl: /cannot unmarshal number into Go struct field AuthInfo.users.user.token of type string/,
    kubescript: undefined,
  },
};

for (const [what, { kubectl, kubescript, ...given }] of Object.entries(different)) {
  Deno.test(`loadKubeconfig() differs from kubectl: ${what}`, async () => {
    await using folder = await tempFolder();
    const { list, view } = await lookAt(folder.path, given);
    const seen = await view();
    if (kubectl instanceof RegExp) match(String(seen), kubectl);
    else deepStrictEqual(seen, { clusters: [], users: [], contexts: [], "current-context": "", ...kubectl as object });
    if (kubescript) match(await problemOf(list, folder.path), kubescript);
    else ok(await load(list));
  });
}

/** What is chosen in an environment, in which HOME stands for the home folder. */
interface Choice {
  readonly env: Readonly<Record<string, string>>;
  readonly context?: string;
  readonly want?: string;
}

const chosen: Record<string, Choice> = {
  "the file at home": { env: {}, want: "https://home" },
  "the file at home if KUBECONFIG is empty": { env: { KUBECONFIG: "" }, want: "https://home" },
  "no file at home if KUBECONFIG names a missing one": { env: { KUBECONFIG: "HOME/none" } },
  "the current context": { env: { KUBECONFIG: "HOME/a:HOME/b" }, want: "https://b" },
  "another context": { env: { KUBECONFIG: "HOME/a:HOME/b" }, context: "a", want: "https://a" },
  "no context that is not there": { env: { KUBECONFIG: "HOME/a:HOME/b" }, context: "c" },
  "no context if none is current": { env: { KUBECONFIG: "HOME/a" } },
};

for (const [what, { env, context, want }] of Object.entries(chosen)) {
  Deno.test(`resolveConfig() chooses as kubectl does: ${what}`, async () => {
    await using folder = await tempFolder();
    const contextTo = (name: string) => `
contexts: [{ name: ${name}, context: { cluster: ${name} } }]
clusters: [{ name: ${name}, cluster: { server: "https://${name}" } }]
`;
    const files = {
      ".kube/config": `current-context: home\n${contextTo("home")}`,
      a: contextTo("a"),
      b: `current-context: b\n${contextTo("b")}`,
    };
    await writeFiles(folder.path, files);
    const variables: Record<string, string> = { HOME: folder.path };
    for (const [name, value] of Object.entries(env)) variables[name] = value.replaceAll("HOME", folder.path);
    const flags = context === undefined ? [] : [`--context=${context}`];
    const args = ["config", "view", "--minify", "--output=jsonpath={.clusters[*].cluster.server}", ...flags];
    const kubectl = join(testCluster().binDir, "kubectl");
    const { success, stdout } = await new Deno.Command(kubectl, { args, env: { KUBECONFIG: "", ...variables } })
      .output();
    const seen = success ? new TextDecoder().decode(stdout) : undefined;
    const config = await resolveConfig({ context, env: (name) => variables[name] }).catch((error) => error);
    deepStrictEqual([seen, config.server], [want, want]);
  });
}

/** What kubectl makes of files: their merged content, or what it complains about. */
interface View {
  readonly list: string;
  readonly view: (...flags: string[]) => Promise<unknown>;
}

async function writeFiles(folder: string, files: Case["files"]): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
}

async function lookAt(folder: string, { files, list: paths = ["config"] }: Case): Promise<View> {
  await writeFiles(folder, files);
  const list = paths.map((path) => path === "" ? "" : join(folder, path)).join(":");
  const view = async (...flags: string[]) => {
    const args = ["config", "view", "--merge", "--raw", "--output=json", ...flags];
    const { code, stdout, stderr } = await testCluster().kubectl(args, { kubeconfig: list });
    if (code !== 0) return stderr;
    const { kind: _, apiVersion: __, preferences: ___, ...config } = JSON.parse(stdout);
    for (const name of ["clusters", "users", "contexts"]) config[name] ??= [];
    return config;
  };
  return { list, view };
}

function load(list: string): Promise<Kubeconfig> {
  return loadKubeconfig({ env: (name) => name === "KUBECONFIG" ? list : undefined });
}

async function problemOf(list: string, folder: string): Promise<string> {
  try {
    await load(list);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replace(`${folder}/`, "");
    throw error;
  }
  throw new Error("Cannot find a mistake");
}

/** What kubectl knows of each kind of entry; it writes the first ones even if they are empty. */
const FIELDS = {
  cluster: {
    always: ["server"],
    others: [
      "tls-server-name",
      "insecure-skip-tls-verify",
      ...fileFields("certificate-authority"),
      "proxy-url",
      "disable-compression",
    ],
  },
  // deno-fmt-ignore
  user: {
    always: [],
    others: [
      ...fileFields("client-certificate"), ...fileFields("client-key"), "token", "tokenFile", "as", "as-uid", "as-groups",
      "as-user-extra", "username", "password",
    ],
  },
  context: { always: ["cluster", "user"], others: ["namespace"] },
};

function fileFields(name: string): string[] {
  return [name, `${name}-data`];
}

/** Writes what was loaded as kubectl does. */
function toJson({ clusters, users, contexts, currentContext = "" }: Kubeconfig): unknown {
  return {
    clusters: entriesOf(clusters, "cluster"),
    users: entriesOf(users, "user"),
    contexts: entriesOf(contexts, "context"),
    "current-context": currentContext,
  };
}

function entriesOf(entries: ReadonlyMap<string, ConfigObject>, kind: keyof typeof FIELDS): unknown[] {
  const { always, others } = FIELDS[kind];
  return [...entries].sort(([a], [b]) => a < b ? -1 : 1).map(([name, entry]) => {
    const fields = [...always, ...others].map((field) => [field, entry.get(field)] as const);
    const present = fields.filter(([field, value]) => value !== undefined || always.includes(field as never));
    return { name, [kind]: Object.fromEntries(present.map(([field, value]) => [field, value ?? ""])) };
  });
}
