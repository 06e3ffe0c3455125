import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../lib/base/clock.ts";
import { Client } from "../../lib/client/client.ts";
import { resolveConfig } from "../../lib/client/config/resolve.ts";
import { KindFinder } from "../../lib/client/kind_finder.ts";
import { Transport } from "../../lib/client/transport.ts";
import { testCluster } from "../cluster/attach.ts";
import { connectTo, writeKubeconfig } from "./identity.ts";
import { tempFolder } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();
const unauthorized = { name: "ApiError", code: 401 };

/** A token of a service account that can be revoked. */
interface RevocableToken {
  readonly token: string;
  /** Ends when the API server does not accept the token any more. */
  revoke(): Promise<void>;
}

/** Makes a token that is good for as long as its Secret is there. */
async function createToken(namespace: string): Promise<RevocableToken> {
  const name = `bound-${crypto.randomUUID().slice(0, 8)}`;
  await kubectl(["create", "secret", "generic", name, `--namespace=${namespace}`]);
  const bound = ["--bound-object-kind=Secret", `--bound-object-name=${name}`];
  const token = (await kubectl(["create", "token", "default", `--namespace=${namespace}`, ...bound])).trim();
  return {
    token,
    async revoke() {
      await kubectl(["delete", "secret", name, `--namespace=${namespace}`]);
      // kubectl would show the certificate of the test's user beside the token.
      const kubeconfig = await cluster.writeKubeconfig({ user: { token } });
      await until("the token is revoked", async () => (await cluster.kubectl(["version"], { kubeconfig })).code !== 0);
    },
  };
}

Deno.test("Client goes on with the next token of a file when the last one is revoked", async () => {
  await using folder = await tempFolder();
  await using namespace = await cluster.namespace("rotation");
  const [first, second] = await Promise.all([createToken(namespace.name), createToken(namespace.name)]);
  const tokenFile = join(folder.path, "token");
  await Deno.writeTextFile(tokenFile, first.token);
  using client = await connectTo(await writeKubeconfig(folder, { user: { tokenFile: "token" } }));
  const username = `system:serviceaccount:${namespace.name}:default`;
  strictEqual((await client.whoAmI()).username, username);

  await first.revoke();
  await rejects(client.whoAmI(), unauthorized);
  await Deno.remove(tokenFile);
  await rejects(client.whoAmI(), {
    name: "ConfigError",
    message: /users\[0\].user.tokenFile" names file ".*token", which/,
  });
  await Deno.writeTextFile(tokenFile, `${second.token}\n`);
  const all = await Promise.all(Array.from({ length: 20 }, () => client.whoAmI()));
  deepStrictEqual(new Set(all.map((user) => user.username)), new Set([username]));
});

Deno.test("Client goes on with the next certificate when the kubelet replaces the last one", async () => {
  await using folder = await tempFolder();
  const write = async (name: string, cn: string, notAfter?: Date) => {
    const issued = await cluster.issueClientCertificate({ cn, groups: [], ...(notAfter && { notAfter }) });
    await Deno.writeTextFile(join(folder.path, name), issued.certificate + issued.key);
    await Deno.symlink(name, join(folder.path, "next.pem"));
    await Deno.rename(join(folder.path, "next.pem"), join(folder.path, "current.pem"));
  };
  await write("1.pem", "jane", new Date(Date.now() - 60_000));
  const user = { "client-certificate": "current.pem", "client-key": "current.pem" };
  for (const fields of [{}, { "tls-server-name": "kubernetes" }]) {
    using client = await connectTo(await writeKubeconfig(folder, { cluster: fields, user }));
    await rejects(client.whoAmI(), unauthorized);
    await write("2.pem", "jane");
    strictEqual((await client.whoAmI()).username, "jane");
    await write("1.pem", "jane", new Date(Date.now() - 60_000));
  }
});

Deno.test("Client in a Pod goes on with the next token of its service account", async () => {
  await using folder = await tempFolder();
  await using namespace = await cluster.namespace("rotation");
  const [first, second] = await Promise.all([createToken(namespace.name), createToken(namespace.name)]);
  // As the kubelet does it: the files are links into a folder that is replaced as a whole.
  const mount = async (name: string, token: string) => {
    const files = {
      token,
      namespace: namespace.name,
      "ca.crt": await Deno.readTextFile(join(cluster.dir, "pki/ca.crt")),
    };
    await Deno.mkdir(join(folder.path, name));
    for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(join(folder.path, name, file), text);
    await Deno.symlink(name, join(folder.path, "..next"));
    await Deno.rename(join(folder.path, "..next"), join(folder.path, "..data"));
  };
  await mount("1", first.token);
  for (const file of ["token", "ca.crt", "namespace"]) {
    await Deno.symlink(join("..data", file), join(folder.path, file));
  }
  const { hostname, port } = new URL(cluster.server);
  const env: Record<string, string> = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const config = await resolveConfig({ env: (name) => env[name], serviceAccountFolder: folder.path });
  const transport = new Transport(config, { concurrency: 4, requestTimeoutMs: 20_000, clock: systemClock });
  using client = new Client({ sender: transport, kinds: new KindFinder(transport), namespace: config.namespace });
  deepStrictEqual([client.namespace, (await client.whoAmI()).username], [
    namespace.name,
    `system:serviceaccount:${namespace.name}:default`,
  ]);

  await first.revoke();
  await rejects(client.whoAmI(), unauthorized);
  await mount("2", second.token);
  await client.whoAmI();
});
