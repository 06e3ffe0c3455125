import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { dirname, join } from "node:path";
import { testCluster } from "../cluster/attach.ts";
import { runForJson, tempFolder } from "./kubescript.ts";
import { MANY, manyManifests } from "./many_manifests.ts";
import { create, namespaceObject } from "./manifest_set.ts";
import { kubectl } from "./objects.ts";

const cluster = testCluster();
// Kinds to which only their owners write.
const QUIET = "configmaps,secrets,serviceaccounts,roles,rolebindings,services,networkpolicies,ingresses,limitranges";

/** Someone who may read everything and write nothing. */
async function createReader(namespace: string): Promise<string> {
  const name = `reader-${namespace}`;
  const [apiVersion, apiGroup] = ["rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io"];
  const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] }];
  await create(
    namespace,
    { apiVersion, kind: "ClusterRole", metadata: { name }, rules },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup, kind: "ClusterRole", name },
      subjects: [{ apiGroup, kind: "User", name }],
    },
  );
  const user = await cluster.issueClientCertificate({ cn: name, notAfter: new Date(Date.now() + 3_600_000) });
  return await cluster.writeKubeconfig({ user });
}

async function versions(namespace: string): Promise<string[]> {
  const columns = "--output=custom-columns=:.kind,:.metadata.name,:.metadata.resourceVersion";
  return (await kubectl(["get", QUIET, columns, `--namespace=${namespace}`])).split("\n");
}

Deno.test("apply takes a folder of manifests of all kinds, and then has nothing more to do", async () => {
  await using folder = await tempFolder();
  const home = `manifests-${crypto.randomUUID().slice(0, 8)}`;
  for (const [path, text] of Object.entries(manyManifests(home))) {
    await Deno.mkdir(join(folder.path, dirname(path)), { recursive: true });
    await Deno.writeTextFile(join(folder.path, path), text);
  }
  await Deno.writeTextFile(join(folder.path, "namespace.json"), JSON.stringify(namespaceObject(home)));
  const run = (command: string, ...flags: string[]) =>
    runForJson([command, folder.path, `--name=${home}`, `--namespace=${home}`, ...flags]);
  const plan = await run("plan");
  deepStrictEqual([plan.code, plan.document.summary], [0, { create: MANY + 1 }], plan.stderr);
  const applied = await run("apply", "--no-wait");
  const undone = applied.document.changes.filter(({ status }) => status !== "done");
  deepStrictEqual([applied.code, undone], [0, []], applied.stderr);

  const changes = (await run("plan")).document.changes.filter(({ action }) => action !== "unchanged");
  deepStrictEqual(changes, []);
  const before = await versions(home);
  // That someone without any right to write succeeds shows that nothing is written.
  const again = await run("apply", "--no-wait", `--kubeconfig=${await createReader(home)}`);
  deepStrictEqual([again.code, again.document.summary], [0, { unchanged: MANY + 1 }], again.stderr);
  deepStrictEqual(await versions(home), before);

  await kubectl(["delete", "clusterrole,clusterrolebinding", `reader-${home}`]);
  const end = await run("delete", "--allow-delete=StatefulSet", "--allow-delete=Namespace");
  strictEqual(end.code, 0, end.stderr);
});
