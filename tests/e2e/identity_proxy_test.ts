import { deepStrictEqual, doesNotMatch, match, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { testCluster } from "../cluster/attach.ts";
import { createAuthority, issueCertificate } from "../../lib/base/certificates.ts";
import { tokens } from "../cluster/pki.ts";
import { startForwardProxy } from "../support/forward_proxy.ts";
import { askForShell, connectTo, runWhoAmI, writeKubeconfig } from "./identity.ts";
import { tempFolder } from "./kubescript.ts";

const { port } = new URL(testCluster().server);
// A name in the server's certificate that only the proxy finds.
const target = `kubernetes:${port}`;
const server = `https://${target}`;
const viewer = { token: tokens.viewer };
const authority = createAuthority("proxy-ca");
const identity = issueCertificate(authority, { cn: "proxy", addresses: ["127.0.0.1"] });

/** The cluster's authority, and that of the proxy, which kubectl takes from the same place. */
async function authorities(): Promise<string> {
  const own = await Deno.readTextFile(join(testCluster().dir, "pki", "ca.crt"));
  return btoa(own + authority.certificate);
}

for (const scheme of ["http", "https", "socks5"] as const) {
  for (const login of ["", "ada:p@ss/w"]) {
    Deno.test(`Client goes through a proxy by ${scheme} ${login === "" ? "without" : "with"} a login`, async () => {
      await using proxy = await startForwardProxy({ scheme, identity, login });
      await using folder = await tempFolder();
      const [user, password] = login.split(":").map(encodeURIComponent);
      const proxyUrl = `${scheme}://${login && `${user}:${password}@`}${proxy.host}`;
      const cluster = { server, "proxy-url": proxyUrl, "certificate-authority-data": await authorities() };
      for (const fields of [cluster, { ...cluster, "tls-server-name": "localhost" }]) {
        const kubeconfig = await writeKubeconfig(folder, { cluster: fields, user: viewer });
        using client = await connectTo(kubeconfig);
        for (let i = 0; i < 2; i++) strictEqual((await client.whoAmI()).username, "viewer");
        deepStrictEqual(proxy.connections.splice(0), [target]);
        const watched = client.watch("namespaces", { timeoutSeconds: 5 })[Symbol.asyncIterator]();
        strictEqual((await watched.next()).value.type, "ADDED");
        await watched.return!();
        deepStrictEqual(new Set(proxy.connections.splice(0)), new Set([target]));
        await rejects(askForShell(kubeconfig), { name: "ApiError", message: /\(403 Forbidden\)/ });
        deepStrictEqual(proxy.connections.splice(0), [target]);
      }
      strictEqual(proxy.refused, 0);

      const kubeconfig = await writeKubeconfig(folder, { cluster, user: viewer });
      match((await testCluster().kubectl(["auth", "whoami"], { kubeconfig })).stdout, /viewer/);
      deepStrictEqual(new Set(proxy.connections), new Set([target]));
    });
  }
}

Deno.test("kubescript tells that a proxy refuses it, but not with which password", async () => {
  const cases = (["http", "socks5"] as const).flatMap((scheme) => {
    return [{}, { "tls-server-name": "localhost" }].map((fields) => ({ scheme, fields }));
  });
  await Promise.all(cases.map(async ({ scheme, fields }) => {
    await using proxy = await startForwardProxy({ scheme, login: "ada:pass" });
    await using folder = await tempFolder();
    const cluster = { server, "proxy-url": `${scheme}://ada:s3cret@${proxy.host}`, ...fields };
    const kubeconfig = await writeKubeconfig(folder, { cluster, user: viewer });
    const { code, stderr } = await runWhoAmI(folder, [`--kubeconfig=${kubeconfig}`, "--verbose"]);
    strictEqual(code, 1);
    match(stderr, new RegExp(`no answer from ${server} through proxy ${proxy.host}: .*(proxy|auth)`, "i"));
    doesNotMatch(stderr, /s3cret/);
  }));
});

/** What the environment says of proxies, in which PROXY is one, and whether it is used. */
interface EnvironmentCase {
  readonly server?: string;
  readonly cluster?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly used: boolean;
}

const environments: Record<string, EnvironmentCase> = {
  "HTTPS_PROXY": { env: { HTTPS_PROXY: "http://PROXY" }, used: true },
  "https_proxy, without a scheme": { env: { https_proxy: "PROXY" }, used: true },
  "HTTPS_PROXY, for another way of TLS": {
    cluster: { "tls-server-name": "localhost" },
    env: { HTTPS_PROXY: "http://PROXY" },
    used: true,
  },
  "HTTPS_PROXY, as NO_PROXY names others": {
    env: { HTTPS_PROXY: "http://PROXY", NO_PROXY: "10.0.0.0/8,example.org,kubernetes:1" },
    used: true,
  },
  "no HTTPS_PROXY, as NO_PROXY excludes all": {
    server: "localhost",
    env: { HTTPS_PROXY: "http://PROXY", NO_PROXY: "*" },
    used: false,
  },
  "no HTTPS_PROXY to this machine, by name": { server: "localhost", env: { HTTPS_PROXY: "http://PROXY" }, used: false },
  "no HTTPS_PROXY to this machine, by address": {
    server: "127.0.0.1",
    env: { HTTPS_PROXY: "http://PROXY", NO_PROXY: "example.org" },
    used: false,
  },
  "neither HTTP_PROXY nor ALL_PROXY": {
    server: "localhost",
    env: { HTTP_PROXY: "http://PROXY", ALL_PROXY: "http://PROXY" },
    used: false,
  },
  "proxy-url, whatever NO_PROXY says": {
    server: "localhost",
    cluster: { "proxy-url": "http://PROXY" },
    env: { NO_PROXY: "localhost,*" },
    used: true,
  },
  "proxy-url before HTTPS_PROXY": {
    cluster: { "proxy-url": "http://PROXY" },
    env: { HTTPS_PROXY: "http://127.0.0.1:1" },
    used: true,
  },
};

for (const [what, { server: host = "kubernetes", cluster = {}, env, used }] of Object.entries(environments)) {
  Deno.test(`kubescript uses as kubectl does: ${what}`, async () => {
    await using proxy = await startForwardProxy({ scheme: "http" });
    await using folder = await tempFolder();
    const fill = (fields: Readonly<Record<string, string>>) => {
      return Object.fromEntries(
        Object.entries(fields).map(([name, text]) => [name, text.replace("PROXY", proxy.host)]),
      );
    };
    const server = `https://${host}:${port}`;
    const kubeconfig = await writeKubeconfig(folder, { cluster: { server, ...fill(cluster) }, user: viewer });
    const unset = { HTTPS_PROXY: "", https_proxy: "", HTTP_PROXY: "", ALL_PROXY: "", NO_PROXY: "", no_proxy: "" };
    const variables = { ...unset, ...fill(env), KUBECONFIG: kubeconfig };
    const { user, stderr } = await runWhoAmI(folder, [], variables);
    strictEqual(user?.username, "viewer", stderr);
    strictEqual(proxy.connections.splice(0).length > 0, used);

    const kubectl = join(testCluster().binDir, "kubectl");
    const { success } = await new Deno.Command(kubectl, { args: ["auth", "whoami"], env: variables }).output();
    deepStrictEqual([success, proxy.connections.length > 0], [true, used]);
  });
}
