import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { delimiter, join } from "node:path";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { ConfigMap, Pod, Role, RoleBinding, ServiceAccount } from "../../lib/kinds/mod.ts";
import { createAuthority, issueCertificate } from "../../lib/base/certificates.ts";
import { type TempFolder, tempFolder } from "../e2e/kubescript.ts";
import { until } from "../e2e/objects.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { startForwardProxy } from "../support/forward_proxy.ts";
import { connectBy, kubeconfigOf, writeKubeconfig } from "./kubeconfigs.ts";
import { refusal } from "./objects.ts";
import { row, type RowContext } from "./row.ts";
import type { Target } from "./target.ts";

/** Makes a token of the namespace's default ServiceAccount. */
async function createToken({ k }: RowContext): Promise<string> {
  return (await k.createToken(ServiceAccount, "default", { expirationSeconds: 600 })).token;
}

function accountName({ namespace }: RowContext): string {
  return `system:serviceaccount:${namespace}:default`;
}

async function nameOf(connecting: Promise<Client>): Promise<string> {
  using client = await connecting;
  return (await client.whoAmI()).username;
}

async function inlineCertificate(target: Target, cn: string, groups?: string[]): Promise<Record<string, string>> {
  const { certificate, key } = await target.issueClientCertificate({ cn, ...(groups && { groups }) });
  return { "client-certificate-data": btoa(certificate), "client-key-data": btoa(key) };
}

row(
  "F1",
  "kubeconfig: files merged, contexts, relative paths, inline data; mistakes name file and field",
  async (context) => {
    const { target, namespace, step } = context;
    await using folder = await tempFolder();
    const path = (name: string) => join(folder.path, name);
    const token = await createToken(context);
    const location = await target.locate();
    const write = async (name: string, value: unknown) => {
      await Deno.writeTextFile(path(name), JSON.stringify(value));
      return path(name);
    };

    await step("KUBECONFIG with several files", async () => {
      await write("a", kubeconfigOf(location, { context: { namespace } }));
      await write("b", kubeconfigOf(location, { user: { token } }));
      await write("c", kubeconfigOf(location, { cluster: {}, user: { token: "hidden by that of b" } }));
      const list = ["a", "none", "b", "c"].map(path).join(delimiter);
      using client = await connectBy({ env: (name) => name === "KUBECONFIG" ? list : undefined });
      deepStrictEqual([client.namespace, (await client.whoAmI()).username], [namespace, accountName(context)]);
    });
    await step("another context", async () => {
      const config = kubeconfigOf(location, { cluster: {}, user: { token: "nobody-knows-it" }, context: {} });
      const users = [{ name: "test", user: { token: "nobody-knows-it" } }, { name: "other", user: { token } }];
      const contexts = [
        { name: "test", context: { cluster: "test", user: "test" } },
        { name: "other", context: { cluster: "test", user: "other" } },
      ];
      const kubeconfig = await write("contexts", { ...config, users, contexts });
      strictEqual(await nameOf(connectBy({ kubeconfig, context: "other" })), accountName(context));
      await rejects(nameOf(connectBy({ kubeconfig })), { name: "ApiError", isUnauthorized: true });
      await rejects(connectBy({ kubeconfig, context: "none" }), { name: "ConfigError", message: /"none"/ });
    });
    await step("relative paths", async () => {
      await Deno.writeTextFile(path("ca.crt"), location.ca);
      await Deno.writeTextFile(path("token"), token);
      const cluster = { "certificate-authority-data": undefined, "certificate-authority": "ca.crt" };
      const kubeconfig = await writeKubeconfig(folder, target, { cluster, user: { tokenFile: "./token" } });
      strictEqual(await nameOf(connectBy({ kubeconfig })), accountName(context));
    });
    const mistakes: [what: string, cluster: Record<string, unknown>, user: Record<string, unknown>, field: string][] = [
      ["a server that is none", { server: "k:x" }, {}, "clusters[0].cluster.server"],
      [
        "data that is not base64",
        { "certificate-authority-data": "???" },
        {},
        "clusters[0].cluster.certificate-authority-data",
      ],
      ["a file that is not there", {}, { tokenFile: "none" }, "users[0].user.tokenFile"],
      [
        "data that is no certificate",
        {},
        { "client-certificate-data": btoa("x") },
        "users[0].user.client-certificate-data",
      ],
      ["a plugin without a command", {}, { exec: { apiVersion: V1 } }, "users[0].user.exec.command"],
    ];
    for (const [what, cluster, user, field] of mistakes) {
      await step(what, async () => {
        const kubeconfig = await writeKubeconfig(folder, target, { cluster, user });
        await rejects(nameOf(connectBy({ kubeconfig })), (error: Error) => {
          strictEqual(error.name, "ConfigError");
          ok(error.message.includes(`"${kubeconfig}"`) && error.message.includes(field), error.message);
          return true;
        });
      });
    }
  },
);

row("F2", "ServiceAccount in a Pod: token, CA and namespace files; the token re-read", async (context) => {
  const { target, namespace, step } = context;
  await using folder = await tempFolder();
  const { server, ca } = await target.locate();
  const { hostname, port } = new URL(server);
  const variables: Record<string, string> = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const write = (name: string, text: string) => Deno.writeTextFile(join(folder.path, name), text);
  for (const [name, text] of [["ca.crt", ca], ["namespace", namespace], ["token", "outdated"]] as const) {
    await write(name, text);
  }
  using client = await connectBy({ env: (name) => variables[name], serviceAccountFolder: folder.path });
  await step("namespace", () => Promise.resolve(strictEqual(client.namespace, namespace)));
  await step("token, read again when it is refused", async () => {
    strictEqual((await refusal(client.whoAmI())).isUnauthorized, true);
    await write("token", await createToken(context));
    strictEqual((await client.whoAmI()).username, accountName(context));
  });
});

row("F3", "bearer token, tokenFile re-read, client certificate, basic", async (context) => {
  const { target, step } = context;
  await using folder = await tempFolder();
  const token = await createToken(context);
  const file = (name: string) => join(folder.path, name);
  await step("token", async () => {
    const kubeconfig = await writeKubeconfig(folder, target, { user: { token } });
    strictEqual(await nameOf(connectBy({ kubeconfig })), accountName(context));
  });
  await step("tokenFile", async () => {
    await Deno.writeTextFile(file("token"), "outdated");
    const kubeconfig = await writeKubeconfig(folder, target, { user: { tokenFile: file("token") } });
    using client = await connectBy({ kubeconfig });
    strictEqual((await refusal(client.whoAmI())).isUnauthorized, true);
    await Deno.writeTextFile(file("token"), `${token}\n`);
    strictEqual((await client.whoAmI()).username, accountName(context));
  });
  await step("client certificate, inline and in files", async () => {
    const inline = await writeKubeconfig(folder, target, { user: await inlineCertificate(target, "jane") });
    strictEqual(await nameOf(connectBy({ kubeconfig: inline })), "jane");
    const { certificate, key } = await target.issueClientCertificate({ cn: "joe", groups: ["dev"] });
    await Deno.writeTextFile(file("client.crt"), certificate);
    await Deno.writeTextFile(file("client.key"), key);
    const user = { "client-certificate": "client.crt", "client-key": "client.key" };
    using client = await connectBy({ kubeconfig: await writeKubeconfig(folder, target, { user }) });
    const { username, groups } = await client.whoAmI();
    deepStrictEqual([username, groups], ["joe", ["dev", "system:authenticated"]]);
  });
  await step("basic", async () => {
    // API servers do not know passwords any more, but those that stand before them may.
    const { server, ca } = await target.locate();
    await using proxy = new FaultProxy({ upstream: server, upstreamCa: ca });
    const cluster = { server: proxy.server, "certificate-authority-data": btoa(proxy.ca) };
    const user = { username: "ada", password: "s3cret" };
    using client = await connectBy({ kubeconfig: await writeKubeconfig(folder, target, { cluster, user }) });
    await refusal(client.whoAmI());
    strictEqual(proxy.requests[0]?.authorization, `Basic ${btoa("ada:s3cret")}`);
  });
});

const V1 = "client.authentication.k8s.io/v1";
const V1BETA1 = "client.authentication.k8s.io/v1beta1";

/** A credential plugin, and the kubeconfig that names it. */
interface Plugin {
  readonly kubeconfig: string;
  /** Lets it print a credential. */
  prints(status: Record<string, unknown>): Promise<void>;
  /** What it was told, call by call. */
  calls(): Promise<{ readonly apiVersion: string; readonly spec: Record<string, unknown> }[]>;
}

async function installPlugin(folder: TempFolder, target: Target, exec: Record<string, unknown> = {}): Promise<Plugin> {
  const { apiVersion = V1 } = exec;
  const path = (name: string) => join(folder.path, name);
  const script = '#!/bin/sh\ncd "$(dirname "$0")"\nprintf \'%s\\n\' "$KUBERNETES_EXEC_INFO" >> calls\ncat output\n';
  await Deno.writeTextFile(path("login"), script, { mode: 0o755 });
  await Deno.writeTextFile(path("calls"), "");
  const user = { exec: { apiVersion, interactiveMode: "Never", command: "./login", ...exec } };
  return {
    kubeconfig: await writeKubeconfig(folder, target, { user }),
    prints: (status) =>
      Deno.writeTextFile(path("output"), JSON.stringify({ apiVersion, kind: "ExecCredential", status })),
    calls: async () => (await Deno.readTextFile(path("calls"))).trim().split("\n").map((call) => JSON.parse(call)),
  };
}

row(
  "F4",
  "exec credential plugins: token or certificate, expiry, 401, KUBERNETES_EXEC_INFO, modes, hint",
  async (context) => {
    const { target, step } = context;
    await using folder = await tempFolder();
    const token = await createToken(context);
    for (const apiVersion of [V1, V1BETA1]) {
      await step(`token, ${apiVersion}`, async () => {
        const plugin = await installPlugin(folder, target, { apiVersion, provideClusterInfo: true });
        await plugin.prints({ token });
        strictEqual(await nameOf(connectBy(plugin)), accountName(context));
        const [call, ...others] = await plugin.calls();
        deepStrictEqual([call?.apiVersion, call?.spec.interactive, others], [apiVersion, false, []]);
        strictEqual((call!.spec.cluster as { server: string }).server, (await target.locate()).server);
      });
    }
    await step("certificate", async () => {
      const plugin = await installPlugin(folder, target);
      const { certificate, key } = await target.issueClientCertificate({ cn: "jane" });
      await plugin.prints({ clientCertificateData: certificate, clientKeyData: key });
      strictEqual(await nameOf(connectBy(plugin)), "jane");
    });
    await step("expiry", async () => {
      const plugin = await installPlugin(folder, target);
      let nowMs = Date.parse("2100-01-01T00:00:00Z");
      const clock = { ...systemClock, now: () => nowMs };
      await plugin.prints({ token, expirationTimestamp: "2100-01-01T01:00:00Z" });
      using client = await connectBy({ ...plugin, clock });
      for (let i = 0; i < 2; i++) await client.whoAmI();
      strictEqual((await plugin.calls()).length, 1);
      nowMs += 3_600_000;
      await client.whoAmI();
      strictEqual((await plugin.calls()).length, 2);
    });
    await step("401", async () => {
      const plugin = await installPlugin(folder, target);
      await plugin.prints({ token: "outdated" });
      using client = await connectBy(plugin);
      strictEqual((await refusal(client.whoAmI())).isUnauthorized, true);
      await plugin.prints({ token });
      strictEqual((await client.whoAmI()).username, accountName(context));
    });
    await step("interactive modes", async () => {
      const always = await installPlugin(folder, target, { interactiveMode: "Always" });
      await always.prints({ token });
      await rejects(nameOf(connectBy(always)), { name: "ConfigError", message: /needs a terminal/ });
      strictEqual(await nameOf(connectBy({ ...always, stdinIsTerminal: true })), accountName(context));
      strictEqual((await always.calls()).at(-1)?.spec.interactive, true);
      const ifAvailable = await installPlugin(folder, target, { interactiveMode: "IfAvailable" });
      strictEqual(await nameOf(connectBy(ifAvailable)), accountName(context));
      strictEqual((await ifAvailable.calls()).at(-1)?.spec.interactive, false);
    });
    await step("install hint", async () => {
      const exec = { command: "no-such-login", installHint: "brew install login" };
      const { kubeconfig } = await installPlugin(folder, target, exec);
      const hint = /^brew install login$/;
      await rejects(nameOf(connectBy({ kubeconfig })), { name: "ConfigError", message: /it is not installed/, hint });
    });
  },
);

row("F5", "impersonation: user, groups, uid, extra", async (context) => {
  const { target, step } = context;
  await using folder = await tempFolder();
  const ada = { user: "ada", uid: "7", groups: ["dev", "ops"], extra: { "example.com/team": ["a b"] } };
  const expected = {
    username: "ada",
    uid: "7",
    groups: ["dev", "ops", "system:authenticated"],
    extra: { "example.com/team": ["a b"] },
  };
  const master = await inlineCertificate(target, "root", ["system:masters"]);
  await step("as the caller says", async () => {
    const kubeconfig = await writeKubeconfig(folder, target, { user: master });
    using client = await connectBy({ kubeconfig, impersonate: ada });
    deepStrictEqual(await client.whoAmI(), expected);
  });
  await step("as the kubeconfig says", async () => {
    const as = { as: ada.user, "as-uid": ada.uid, "as-groups": ada.groups, "as-user-extra": ada.extra };
    const kubeconfig = await writeKubeconfig(folder, target, { user: { ...master, ...as } });
    using client = await connectBy({ kubeconfig });
    deepStrictEqual(await client.whoAmI(), expected);
    strictEqual(await nameOf(connectBy({ kubeconfig, impersonate: { user: "bob" } })), "bob");
  });
  await step("without the permission", async () => {
    const kubeconfig = await writeKubeconfig(folder, target, { user: { token: await createToken(context) } });
    using client = await connectBy({ kubeconfig, impersonate: { user: "ada" } });
    match((await refusal(client.whoAmI())).message, /cannot impersonate/);
  });
});

row("F6", "proxies by kubeconfig and environment, tls-server-name, insecure, disable-compression", async (context) => {
  const { target, step } = context;
  await using folder = await tempFolder();
  const user = { token: await createToken(context) };
  const { server, ca } = await target.locate();
  const { port } = new URL(server);
  // A name that only proxies find, and one that is in the server's certificate.
  const host = `elsewhere.example:${port}`;
  const elsewhere = { server: `https://${host}`, "tls-server-name": "localhost" };
  const authority = createAuthority("proxy-ca");
  const identity = issueCertificate(authority, { cn: "proxy", addresses: ["127.0.0.1"] });

  for (const scheme of ["http", "https", "socks5"] as const) {
    await step(`proxy-url, ${scheme}`, async () => {
      await using proxy = await startForwardProxy({ scheme, identity, login: "ada:pass" });
      const authorities = btoa(ca + authority.certificate);
      const proxyUrl = `${scheme}://ada:pass@${proxy.host}`;
      const cluster = { ...elsewhere, "proxy-url": proxyUrl, "certificate-authority-data": authorities };
      const kubeconfig = await writeKubeconfig(folder, target, { cluster, user });
      strictEqual(await nameOf(connectBy({ kubeconfig })), accountName(context));
      deepStrictEqual(proxy.connections, [host]);
    });
  }
  await step("HTTPS_PROXY and NO_PROXY", async () => {
    await using proxy = await startForwardProxy({ scheme: "http" });
    const kubeconfig = await writeKubeconfig(folder, target, { cluster: elsewhere, user });
    const variables: Record<string, string> = { HTTPS_PROXY: `http://${proxy.host}` };
    const env = (name: string) => variables[name];
    strictEqual(await nameOf(connectBy({ kubeconfig, env })), accountName(context));
    deepStrictEqual(proxy.connections, [host]);
    variables.NO_PROXY = "elsewhere.example";
    await rejects(nameOf(connectBy({ kubeconfig, env })), { name: "TransportError" });
    strictEqual(proxy.connections.length, 1);
  });
  await step("tls-server-name", async () => {
    const named = await writeKubeconfig(folder, target, { cluster: { "tls-server-name": "localhost" }, user });
    strictEqual(await nameOf(connectBy({ kubeconfig: named })), accountName(context));
    const wrong = await writeKubeconfig(folder, target, { cluster: { "tls-server-name": "kube.example" }, user });
    await rejects(nameOf(connectBy({ kubeconfig: wrong })), { name: "TransportError", message: /altnames/ });
  });
  await step("insecure-skip-tls-verify", async () => {
    const unknown = { "certificate-authority-data": btoa(authority.certificate) };
    const strict = await writeKubeconfig(folder, target, { cluster: unknown, user });
    await rejects(nameOf(connectBy({ kubeconfig: strict })), {
      name: "TransportError",
      message: /certificate|UnknownIssuer/i,
    });
    const cluster = { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true };
    const kubeconfig = await writeKubeconfig(folder, target, { cluster, user });
    strictEqual(await nameOf(connectBy({ kubeconfig })), accountName(context));
  });
  await step("disable-compression", async () => {
    const seen: (string | null)[] = [];
    await using listener = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ headers }) => {
      seen.push(headers.get("accept-encoding"));
      return Response.json({ status: { userInfo: { username: "somebody" } } });
    });
    for (const disabled of [false, true]) {
      const cluster = { server: `http://127.0.0.1:${listener.addr.port}`, "disable-compression": disabled };
      const kubeconfig = await writeKubeconfig(folder, target, { cluster, user });
      strictEqual(await nameOf(connectBy({ kubeconfig })), "somebody");
    }
    match(seen[0] ?? "", /gzip/);
    strictEqual(seen[1], "identity");
  });
});

row("F7", "who am I and may I", async (context) => {
  const { target, k, namespace, step } = context;
  using account = await target.connect({ as: { token: await createToken(context) }, namespace });
  await step("SelfSubjectReview", async () => {
    const { username, uid, groups } = await account.whoAmI();
    strictEqual(username, accountName(context));
    strictEqual(uid, (await k.get(ServiceAccount, "default")).metadata.uid);
    ok(groups?.includes(`system:serviceaccounts:${namespace}`));
  });
  await step("SelfSubjectAccessReview", async () => {
    strictEqual((await account.can("get", Pod)).allowed, false);
    const metadata = { name: "reader" };
    const only = { apiGroups: [""], resources: ["configmaps"], resourceNames: ["a"], verbs: ["update"] };
    await k.create(Role({
      metadata,
      rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] }, only],
    }));
    await k.create(RoleBinding({
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
    }));
    await until("the role is known", async () => (await account.can("get", Pod)).allowed);
    match((await account.can("get", "pods")).reason, /RoleBinding "reader/);
    const answers = [
      await account.can("get", Pod, { subresource: "log" }),
      await account.can("get", Pod, { subresource: "exec" }),
      await account.can("get", Pod, { namespace: "default" }),
      await account.can("get", Pod, { allNamespaces: true }),
      await account.can("update", ConfigMap, { name: "a" }),
      await account.can("update", ConfigMap, { name: "b" }),
    ];
    deepStrictEqual(answers.map(({ allowed }) => allowed), [true, false, false, false, true, false]);
    strictEqual((await k.can("*", "nodes")).allowed, true);
  });
  await step("SelfSubjectRulesReview", async () => {
    const { rules, incomplete } = await account.rules();
    strictEqual(incomplete, false);
    const own = rules.filter(({ resources }) => resources?.includes("pods/log"));
    deepStrictEqual(own, [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] }]);
    deepStrictEqual(
      (await account.rules({ namespace: "default" })).rules.filter(({ resources }) => {
        return resources?.includes("pods");
      }),
      [],
    );
  });
});
