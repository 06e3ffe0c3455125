import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { tokens } from "../cluster/pki.ts";
import { type Document, projectPath, runForJson, runKubescript } from "./kubescript.ts";
import { getObject, kubectl, type SeenObject } from "./objects.ts";

const file = projectPath("examples/01_hello/main.ts");
const names = ["namespace/hello", "configmap/page", "secret/login", "deployment/web", "service/web"];

Deno.test("examples/01_hello: plan and apply", async (t) => {
  await using _ = await withoutHello();
  const viewer = { env: { KUBECONFIG: await testCluster().writeKubeconfig({ user: { token: tokens.viewer } }) } };

  await t.step("plan shows 5 creates, and --exit-code tells that there are changes", async () => {
    const { code, document } = await runForJson(["plan", file]);
    deepStrictEqual([code, document.summary], [0, { create: 5 }]);
    deepStrictEqual(actions(document), {
      "Namespace/hello": "create",
      "ConfigMap/page": "create",
      "Secret/login": "create",
      "Deployment/web": "create",
      "Service/web": "create",
    });
    strictEqual((await runKubescript(["plan", file, "--exit-code"])).code, 2);
    strictEqual((await testCluster().kubectl(["get", "namespace/hello"])).code, 1);
  });

  await t.step("plan needs only the role view, before the first apply", async () => {
    const { code, document } = await runForJson(["plan", file], viewer);
    deepStrictEqual([code, document.summary], [0, { create: 4, unverified: 1 }]);
    strictEqual(actions(document)["Secret/login"], "unverified");
  });

  await t.step("apply makes it, and waits until it is ready", async () => {
    const { code, document, stderr } = await runForJson(["apply", file]);
    deepStrictEqual([code, document.summary], [0, { create: 5 }], stderr);
    const { status } = await getObject("deployment/web", "hello") as SeenObject & { status: Record<string, number> };
    deepStrictEqual([status["readyReplicas"], status["updatedReplicas"]], [2, 2]);
  });

  await t.step("each object has exactly one Apply manager", async () => {
    for (const { kind, metadata } of await getObjects(names)) {
      const managers = metadata.managedFields.filter((entry) => entry.operation === "Apply").map((e) => e.manager);
      deepStrictEqual(managers, ["kubescript/hello/hello"], kind);
    }
  });

  await t.step("plan shows 5 unchanged objects, also with --exit-code", async () => {
    for (const flags of [[], ["--exit-code"]]) {
      const { code, document } = await runForJson(["plan", file, ...flags]);
      deepStrictEqual([code, document.summary], [0, { unchanged: 5 }]);
    }
  });

  await t.step("plan needs only the role view, after an apply", async () => {
    const { code, document } = await runForJson(["plan", file], viewer);
    deepStrictEqual([code, document.summary], [0, { unchanged: 4, unverified: 1 }]);
    strictEqual(actions(document)["Secret/login"], "unverified");
  });

  await t.step("apply without a change sends no write", async () => {
    const before = await versions();
    let fewest = Infinity;
    // Controllers may write to other objects meanwhile, but an apply that writes does so each time.
    for (let attempt = 1; attempt <= 5 && fewest > 0; attempt++) {
      fewest = Math.min(fewest, await countWrites(applyUnchanged));
    }
    strictEqual(fewest, 0);
    deepStrictEqual(await versions(), before);
  });

  await t.step("plan shows one changed field, and apply patches one object", async () => {
    const before = await versions();
    const { generation } = await deployment();
    const args = [file, "--param=image=nginx:1.29"];

    const planned = await runForJson(["plan", ...args]);
    const applied = await runForJson(["apply", ...args]);

    deepStrictEqual([planned.code, planned.document.summary], [0, { update: 1, unchanged: 4 }]);
    deepStrictEqual(planned.document.changes.filter((change) => change.action !== "unchanged").map((c) => c.fields), [
      [{ path: "spec.template.spec.containers[name=web].image", from: "nginx:1.28", to: "nginx:1.29" }],
    ]);
    deepStrictEqual([applied.code, applied.document.summary], [0, { update: 1, unchanged: 4 }]);
    const after = await versions();
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    deepStrictEqual(changed, ["deployment/web", "configmap/kubescript-hello"]);
    deepStrictEqual(await deployment(), { generation: generation + 1, image: "nginx:1.29" });
  });
});

/** Deletes the namespace of the example, which is always the same, now and in the end. */
async function withoutHello(): Promise<AsyncDisposable> {
  const remove = async () => {
    await kubectl(["delete", "namespace/hello", "--ignore-not-found", "--wait"]);
  };
  await remove();
  return { [Symbol.asyncDispose]: remove };
}

function actions({ changes }: Document): Record<string, string> {
  return Object.fromEntries(changes.map(({ object, action }) => [`${object.kind}/${object.name}`, action]));
}

function getObjects(names: readonly string[]): Promise<SeenObject[]> {
  return Promise.all(names.map((name) => getObject(name, "hello")));
}

/** The resource versions of the objects and of the parent. */
async function versions(): Promise<Record<string, string>> {
  const all = [...names, "configmap/kubescript-hello"];
  const objects = await getObjects(all);
  return Object.fromEntries(all.map((name, i) => [name, objects[i]!.metadata.resourceVersion]));
}

async function deployment(): Promise<{ generation: number; image: string }> {
  const { metadata: { generation }, spec } = await getObject("deployment/web", "hello");
  return { generation, image: spec.template.spec.containers[0].image };
}

async function applyUnchanged(): Promise<void> {
  const { code, document } = await runForJson(["apply", file]);
  deepStrictEqual([code, document.summary], [0, { unchanged: 5 }]);
}

/** Counts the write requests that the server answers during an action, for the kinds of the example. */
async function countWrites(action: () => Promise<void>): Promise<number> {
  const before = await totalWrites();
  await action();
  return await totalWrites() - before;
}

async function totalWrites(): Promise<number> {
  const metrics = await kubectl(["get", "--raw=/metrics"]);
  const isWrite = (line: string) =>
    /^apiserver_request_total\{.*verb="(POST|PUT|PATCH|APPLY|DELETE)"/.test(line) && line.includes('subresource=""') &&
    /resource="(namespaces|configmaps|secrets|deployments|services)"/.test(line);
  return metrics.split("\n").filter(isWrite).reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
