import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { crd } from "../../lib/script/crd.ts";
import { testCluster } from "../cluster/attach.ts";
import { projectPath, runForJson, tempFolder, writeScript } from "./kubescript.ts";
import { getObject, kubectl } from "./objects.ts";

const cluster = testCluster();

/** A script that defines a kind and has an object of it. */
function websites(name: string, group: string): string {
  return `
    import { script } from "@kubescript/kubescript";
    import { crd } from ${JSON.stringify(pathToFileURL(projectPath("lib/script/crd.ts")))};

    const Website = crd({
      group: "${group}",
      version: "v1",
      kind: "Website",
      shortNames: ["ws"],
      spec: {
        required: ["image", "tier"],
        properties: {
          image: { type: "string" },
          tier: { enum: ["free", "paid"] },
          replicas: { type: "integer", default: 1, maximum: 5 },
          port: { "x-kubernetes-int-or-string": true },
          hosts: { items: { type: "string" }, "x-kubernetes-list-type": "set" },
        },
      },
      status: { properties: { ready: { type: "integer" } } },
      printerColumns: [
        { name: "Tier", type: "string", jsonPath: ".spec.tier" },
        { name: "Ready", type: "integer", jsonPath: ".status.ready" },
        { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
      ],
      scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.ready" },
    });
    const Team = crd({ group: "${group}", version: "v1", kind: "Team", scope: "Cluster", spec: { type: "object" } });

    export default script("${name}", {
      namespace: "${name}",
      resources: [
        Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "free", port: "http", hosts: ["b", "a"] } }),
        Team({ metadata: { name: "${name}" }, spec: {} }),
        Website.definition,
        Team.definition,
      ],
    });`;
}

Deno.test("a script defines kinds and has objects of them", async (t) => {
  await using home = await cluster.namespace("crd");
  await using folder = await tempFolder();
  const group = `${home.name}.example.com`;
  const file = await writeScript(folder, websites(home.name, group));
  const website = `website.${group}/a`;

  await t.step("one run makes both", async () => {
    const { code, document, stderr } = await runForJson(["apply", file]);
    deepStrictEqual([code, document.summary], [0, { create: 4 }], stderr + JSON.stringify(document, undefined, 2));
    const { spec } = await getObject(website, home.name);
    deepStrictEqual(spec, { image: "web:1", tier: "free", replicas: 1, port: "http", hosts: ["b", "a"] });
    await kubectl(["get", `teams.${group}/${home.name}`]);
  });

  await t.step("the schema is in force", async () => {
    for (const spec of [{ tier: "fre" }, { replicas: 6 }, { port: 1.5 }, { image: null }]) {
      const { code, stderr } = await patch({ spec });
      strictEqual(code, 1, JSON.stringify(spec));
      match(stderr, /The Website "a" is invalid: .*spec\./);
    }
    const { stderr } = await cluster.kubectl(["create", "-f", "-", `--namespace=${home.name}`], {
      stdin: JSON.stringify({ apiVersion: `${group}/v1`, kind: "Website", metadata: { name: "b" } }),
    });
    match(stderr, /spec: Required value/);
  });

  await t.step("status is a subresource", async () => {
    await patch({ status: { ready: 5 } });
    strictEqual((await read()).status, undefined);
    strictEqual((await patch({ status: { ready: 2 } }, "--subresource=status")).code, 0);
    deepStrictEqual((await read()).status, { ready: 2 });
  });

  await t.step("kubectl shows the columns", async () => {
    const [header, row] = (await kubectl(["get", `ws.${group}`, `--namespace=${home.name}`])).split("\n");
    deepStrictEqual(header!.split(/ +/), ["NAME", "TIER", "READY", "AGE"]);
    match(row!, /^a +free +2 +\d+s$/);
  });

  await t.step("kubectl scales", async () => {
    await kubectl(["scale", website, "--replicas=3", `--namespace=${home.name}`]);
    strictEqual((await read()).spec.replicas, 3);
  });

  await t.step("another run changes nothing", async () => {
    for (const command of ["plan", "apply"]) {
      const { code, document } = await runForJson([command, file]);
      deepStrictEqual([code, document.summary], [0, { unchanged: 4 }], JSON.stringify(document, undefined, 2));
    }
  });

  await t.step("what was defined can be deleted", async () => {
    const { code } = await runForJson(["delete", file, "--allow-delete=CustomResourceDefinition"]);
    strictEqual(code, 0);
    strictEqual((await cluster.kubectl(["get", `crd/websites.${group}`])).code, 1);
  });

  function patch(change: unknown, ...flags: string[]): ReturnType<typeof cluster.kubectl> {
    const namespace = `--namespace=${home.name}`;
    return cluster.kubectl(["patch", website, namespace, "--type=merge", "-p", JSON.stringify(change), ...flags]);
  }

  async function read(): Promise<Awaited<ReturnType<typeof getObject>> & { status?: unknown }> {
    return await getObject(website, home.name);
  }
});

Deno.test("the API server accepts every keyword that crd() takes", async () => {
  const { definition } = crd({
    group: "keywords.example.com",
    version: "v1alpha1",
    kind: "Keyword",
    categories: ["all"],
    spec: {
      title: "Keywords",
      description: "All of them",
      minProperties: 0,
      maxProperties: 100,
      oneOf: [{ required: ["text"] }, { required: ["number"] }],
      anyOf: [{ properties: { text: { minLength: 2 } } }, { not: { required: ["text"] } }],
      allOf: [{ properties: { list: { items: { properties: { name: { pattern: "^a" } } } } } }],
      "x-kubernetes-validations": [
        { rule: "self.number < 5", message: "too many", reason: "FieldValueForbidden", fieldPath: ".number" },
        {
          rule: "!oldSelf.hasValue() || has(self.text)",
          messageExpression: "'text was removed'",
          optionalOldSelf: true,
        },
      ],
      properties: {
        text: { type: "string", format: "date-time", minLength: 1, maxLength: 99, pattern: "^2", example: "2026" },
        number: { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true, default: 1 },
        integer: { type: "integer", format: "int64", multipleOf: 2 },
        flag: { type: "boolean", nullable: true },
        choice: { enum: ["a", "b", null], nullable: true },
        level: { enum: [1, 2] },
        quantity: { "x-kubernetes-int-or-string": true },
        map: { additionalProperties: { items: { type: "integer" } }, "x-kubernetes-map-type": "atomic" },
        list: {
          minItems: 0,
          maxItems: 9,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          items: { required: ["name"], properties: { name: { type: "string" }, value: { type: "string" } } },
        },
        free: { "x-kubernetes-preserve-unknown-fields": true },
        half: { properties: { known: { type: "string" } }, "x-kubernetes-preserve-unknown-fields": true },
        object: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          "x-kubernetes-preserve-unknown-fields": true,
        },
      },
    },
    status: { type: "object" },
  });
  const created = await kubectl(["create", "-f", "-", "--dry-run=server", "--output=json"], JSON.stringify(definition));
  const { spec: { versions: [version] } } = JSON.parse(created);
  deepStrictEqual(version, JSON.parse(JSON.stringify(definition.spec.versions[0])));
});
