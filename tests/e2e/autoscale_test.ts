import { deepStrictEqual, match } from "node:assert/strict";
import { testCluster, type TestNamespace } from "../cluster/attach.ts";
import { runForJson, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();

Deno.test("replicas that an autoscaler took are a conflict, unless they are initial()", async () => {
  await using namespace = await cluster.namespace("conflict");
  await using folder = await tempFolder();
  const inNamespace = `--namespace=${namespace.name}`;
  const args = [await writeScript(folder, deploymentScript(namespace, "1")), inNamespace];
  await succeed(["apply", ...args]);
  await kubectl(["autoscale", "deployment/web", "--min=3", "--max=5", "--cpu=50%", inNamespace]);
  const replicas = async () => (await getObject("deployment/web", namespace.name)).spec.replicas;
  await until("the autoscaler scales the Deployment", async () => await replicas() === 3);

  const planned = await runForJson(["plan", ...args]);
  const applied = await runForJson(["apply", ...args]);

  deepStrictEqual([planned.code, planned.document.summary], [4, { conflict: 1 }], planned.stdout);
  const [change] = planned.document.changes;
  match(change?.reason ?? "", /"spec\.replicas" is owned by "kube-controller-manager" \(scale\)$/);
  match(change?.hint ?? "", /initial\(…\)/);
  deepStrictEqual([applied.code, await replicas()], [4, 3]);

  await writeScript(folder, deploymentScript(namespace, "initial(1)"));
  const plannedInitial = await runForJson(["plan", ...args, "--exit-code"]);
  const appliedInitial = await runForJson(["apply", ...args]);

  deepStrictEqual([plannedInitial.code, plannedInitial.document.summary], [0, { unchanged: 1 }]);
  deepStrictEqual([appliedInitial.code, await replicas()], [0, 3]);
});

function deploymentScript({ name }: TestNamespace, replicas: string): string {
  return `
    import { initial, script } from "@kubescript/kubescript";
    const labels = { app: "web" };
    export default script("${name}", {
      resources: [{
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: {
          replicas: ${replicas},
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }] } },
        },
      }],
    });
  `;
}
