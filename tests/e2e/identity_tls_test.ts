import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { askForShell, connectTo, runWhoAmI, writeKubeconfig } from "./identity.ts";
import { tempFolder } from "./kubescript.ts";

const cluster = testCluster();
const ways = {
  "insecure-skip-tls-verify": { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true },
  "tls-server-name": { "tls-server-name": "kubernetes.default.svc" },
};

for (const [field, fields] of Object.entries(ways)) {
  Deno.test(`Client reads, writes and watches with ${field}, by token and by certificate`, async () => {
    await using folder = await tempFolder();
    await using namespace = await cluster.namespace("tls");
    const { certificate, key } = await cluster.issueClientCertificate({ cn: "jane", groups: ["system:masters"] });
    const byCertificate = { "client-certificate-data": btoa(certificate), "client-key-data": btoa(key) };
    for (const [user, username] of [[{ token: tokens.admin }, "admin"], [byCertificate, "jane"]] as const) {
      using client = await connectTo(await writeKubeconfig(folder, { cluster: fields, user }));
      strictEqual((await client.whoAmI()).username, username);

      // Large enough for the server to compress it.
      const data = { text: "x".repeat(900_000) };
      const controller = new AbortController();
      const watched = client.watch("configmaps", {
        namespace: namespace.name,
        fields: `metadata.name=${username}`,
        signal: controller.signal,
      })[Symbol.asyncIterator]();
      const first = watched.next();
      const metadata = { namespace: namespace.name, name: username };
      await client.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
      const { type, object } = (await first).value;
      deepStrictEqual([type, object.data], ["ADDED", data]);
      const all = await client.list("configmaps", { namespace: namespace.name }).toArray();
      deepStrictEqual(all.find((object) => object.metadata.name === username)!["data"], data);
      const next = watched.next();
      controller.abort(new Error("enough"));
      await rejects(next, /enough/);
    }
  });

  Deno.test(`Client opens WebSockets with ${field}`, async () => {
    await using folder = await tempFolder();
    const kubeconfig = await writeKubeconfig(folder, { cluster: fields, user: { token: tokens.admin } });
    await rejects(askForShell(kubeconfig), { name: "ApiError", code: 404, message: /pods "none" not found/ });
  });
}

Deno.test("Client does not talk to a server without the name that the kubeconfig wants", async () => {
  await using folder = await tempFolder();
  const fields = { "tls-server-name": "kube.example" };
  const kubeconfig = await writeKubeconfig(folder, { cluster: fields, user: { token: tokens.admin } });
  using client = await connectTo(kubeconfig);
  const error = { name: "TransportError", attempts: 1, message: /certificate's altnames/, hint: /certificates in the/ };
  await rejects(client.whoAmI(), error);
  await rejects(askForShell(kubeconfig), error);
});

Deno.test("kubescript warns once that it does not check the server's certificate", async () => {
  await using folder = await tempFolder();
  const cluster = ways["insecure-skip-tls-verify"];
  const kubeconfig = await writeKubeconfig(folder, { cluster, user: { token: tokens.viewer } });
  const { user, stderr } = await runWhoAmI(folder, [`--kubeconfig=${kubeconfig}`]);
  strictEqual(user?.username, "viewer");
  strictEqual(stderr.match(/is not checked/g)?.length, 1);
  match(
    stderr,
    /^warning: The certificate of https:\S+ is not checked, as context "test" of ".*" says "insecure-skip-tls-verify"$/m,
  );
});
