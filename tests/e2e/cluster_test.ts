import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { createAuthority } from "../../lib/base/certificates.ts";
import { tokens } from "../cluster/pki.ts";

const cluster = testCluster();

async function kubectl(args: string[], options: { stdin?: string; kubeconfig?: string } = {}): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args, options);
  strictEqual(code, 0, stderr);
  return stdout;
}

Deno.test("cluster and kubectl are Kubernetes 1.37.1", async () => {
  const { clientVersion, serverVersion } = JSON.parse(await kubectl(["version", "--output=json"]));
  deepStrictEqual([clientVersion.gitVersion, serverVersion.gitVersion], ["v1.37.1", "v1.37.1"]);
});

Deno.test("cluster makes the pods of a Deployment ready, and gives their logs", async () => {
  await using namespace = await cluster.namespace("cluster");
  const inNamespace = `--namespace=${namespace.name}`;
  await kubectl(["create", "deployment", "web", "--image=web:1", "--replicas=2", inNamespace]);
  await kubectl(["rollout", "status", "deployment/web", "--timeout=60s", inNamespace]);
  strictEqual(await kubectl(["get", "deployment/web", "--output=jsonpath={.status.readyReplicas}", inNamespace]), "2");
  match(await kubectl(["logs", "deployment/web", inNamespace]), /^line 1$/m);
});

Deno.test("cluster completes a Job", async () => {
  await using namespace = await cluster.namespace("cluster");
  const inNamespace = `--namespace=${namespace.name}`;
  await kubectl(["create", "job", "once", "--image=once:1", inNamespace]);
  await kubectl(["wait", "--for=condition=Complete", "job/once", "--timeout=60s", inNamespace]);
});

const users = [
  { name: "viewer", user: { token: tokens.viewer }, mayList: "yes", mayCreate: "no" },
  { name: "nobody", user: { token: tokens.nobody }, mayList: "no", mayCreate: "no" },
  { name: "admin", user: { token: tokens.admin }, mayList: "yes", mayCreate: "yes" },
];
for (const { name, user, mayList, mayCreate } of users) {
  Deno.test(`cluster knows the user ${name}`, async () => {
    const kubeconfig = await cluster.writeKubeconfig({ user });
    const may = async (verb: string) =>
      (await cluster.kubectl(["auth", "can-i", verb, "pods"], { kubeconfig })).stdout.trim();
    strictEqual(
      await kubectl(["auth", "whoami", "--output=jsonpath={.status.userInfo.username}"], { kubeconfig }),
      name,
    );
    deepStrictEqual([await may("list"), await may("create")], [mayList, mayCreate]);
  });
}

Deno.test("cluster accepts a client certificate until it expires", async () => {
  const whoami = async (notAfter: Date) => {
    const user = await cluster.issueClientCertificate({ cn: "jane", groups: ["ops"], notAfter });
    return await cluster.kubectl(["auth", "whoami"], { kubeconfig: await cluster.writeKubeconfig({ user }) });
  };
  match((await whoami(new Date(Date.now() + 3_600_000))).stdout, /\bjane\b[^]*\bops\b/);
  match((await whoami(new Date(Date.now() - 3_600_000))).stderr, /logged in|Unauthorized|expired/);
});

Deno.test("cluster is not trusted by those who know another authority", async () => {
  const ca = createAuthority("another").certificate;
  const kubeconfig = await cluster.writeKubeconfig({ user: { token: tokens.admin }, ca });
  match((await cluster.kubectl(["get", "nodes"], { kubeconfig })).stderr, /certificate signed by unknown authority/);
});
