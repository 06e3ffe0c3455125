import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { createAuthority, issueCertificate } from "../../lib/base/certificates.ts";
import { connectTo, writeKubeconfig } from "./identity.ts";
import { tempFolder } from "./kubescript.ts";

const authority = createAuthority("basic-ca");
const { certificate: cert, key } = issueCertificate(authority, { cn: "server", dnsNames: ["localhost"] });

// API servers do not know passwords any more (Kubernetes 1.19), but those that stand before them may.
for (const [username, password] of [["ada", "s3cret"], ["ada", "p:ä ß=/"], ["ünal", ""]] as const) {
  Deno.test(`Client sends user "${username}" and password "${password}" as kubectl does`, async () => {
    const seen: (string | null)[] = [];
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, cert, key, onListen() {} }, ({ headers }) => {
      seen.push(headers.get("authorization"));
      return Response.json({ status: { userInfo: { username } } });
    });
    await using folder = await tempFolder();
    const fields = {
      server: `https://localhost:${server.addr.port}`,
      "certificate-authority-data": btoa(authority.certificate),
    };
    const user = { username, password };
    for (const cluster of [{ ...fields, "tls-server-name": "localhost" }, fields]) {
      const kubeconfig = await writeKubeconfig(folder, { cluster, user });
      using client = await connectTo(kubeconfig);
      strictEqual((await client.whoAmI()).username, username);
    }
    const kubeconfig = await writeKubeconfig(folder, { cluster: fields, user });
    await testCluster().kubectl(["get", "--raw", "/"], { kubeconfig });
    const basic = `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
    deepStrictEqual(seen, [basic, basic, basic]);
  });
}

Deno.test("Client is nobody to an API server by its password", async () => {
  await using folder = await tempFolder();
  using client = await connectTo(await writeKubeconfig(folder, { user: { username: "ada", password: "s3cret" } }));
  await rejects(client.whoAmI(), { code: 403, message: /User "system:anonymous" cannot/ });
});
