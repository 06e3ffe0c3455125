import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { type Folder, folderWith, kubescript, projectPath, run } from "./run.ts";

const CRDS = projectPath("tests/e2e/fixtures/crds");

/** Type-checks files of a folder as strictly as this project is checked, and lists the errors. */
async function check({ path: cwd }: Folder, ...files: string[]): Promise<string[]> {
  const { code, stderr } = await run(
    Deno.execPath(),
    ["check", "--quiet", "--no-lock", "--config", projectPath("deno.json"), ...files],
    { cwd, env: { NO_COLOR: "1" } },
  );
  const errors = Array.from(stderr.matchAll(/^TS\d+ \[ERROR\]: .*/gm), ([error]) => error);
  if (code !== 0 && errors.length === 0) throw new Error(stderr);
  return errors;
}

const GOOD = `
import { script } from "@kubescript/kubescript";
import { Animal, Certificate, ClusterTriggerAuthentication, Issuer, type IssuerSpecAcmeSolvers } from "./kinds.ts";
import { AnimalSpec, PrometheusRule, ScaledObject, Telemetry, ZooExampleComRecord } from "./kinds.ts";

const solver: IssuerSpecAcmeSolvers = {
  dns01: { webhook: { groupName: "acme.example.com", solverName: "own", config: { any: ["thing"] } } },
};

export default script("shop", {
  resources: async ({ k }) => [
    Issuer({
      metadata: { name: "letsencrypt" },
      spec: { acme: { server: "https://example.com", privateKeySecretRef: { name: "key" }, solvers: [solver] } },
    }),
    Certificate({
      metadata: { name: "web" },
      spec: { secretName: "web", issuerRef: { name: "letsencrypt" }, privateKey: { algorithm: "ECDSA", size: 256 } },
    }),
    ScaledObject({
      metadata: { name: "web" },
      spec: {
        scaleTargetRef: { name: "web" },
        triggers: [{ type: "cron", metadata: { start: "0 8 * * *" } }],
        advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } } },
      },
    }),
    ClusterTriggerAuthentication({ metadata: { name: "web" }, spec: {} }),
    PrometheusRule({
      metadata: { name: "web" },
      spec: { groups: [{ name: "web", rules: [{ alert: "Down", expr: 1 }, { alert: "Up", expr: "up == 1" }] }] },
    }),
    Telemetry({ metadata: { name: "web" }, spec: { metrics: [{ overrides: [{ disabled: null }] }] } }),
    Animal({
      metadata: { name: "cow" },
      spec: {
        name: "cow",
        mood: "happy",
        "not listed": 0,
        weight: null,
        choice: null,
        matrix: [[1]],
        teams: { red: [{ lead: true }] },
        pod: { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: {} },
        marker: {},
        unknown: "kept",
      },
    }),
    AnimalSpec({ metadata: { name: "cow" }, anything: { at: "all" } }),
    ZooExampleComRecord({ metadata: { name: "cow" }, data: { a: "b" } }),
    // What was read can be passed on.
    ...(await k.list(Certificate).toArray()).map(({ metadata: { name }, spec }) =>
      Certificate({ metadata: { name }, ...(spec && { spec }) })
    ),
  ],
});
`;

/** Mistakes, one a line, with what the compiler says about each. */
const MISTAKES: [line: string, error: string][] = [
  [
    `Certificate({ metadata: { name: "a" }, spec: { secretName: "a", issuerRef: { name: "a" }, usages: ["sing"] } });`,
    `TS2322 [ERROR]: Type '"sing"' is not assignable to type '`,
  ],
  [
    `Certificate({ metadata: { name: "a" }, spec: { secretName: "a" } });`,
    "TS2741 [ERROR]: Property 'issuerRef' is missing in type '{ secretName: string; }' but required in type",
  ],
  [
    `Certificate({ metadata: { name: "a" }, spec: { secretName: "a", issuerRef: { name: "a" }, dnsName: ["a"] } });`,
    "TS2561 [ERROR]: Object literal may only specify known properties, but 'dnsName' does not exist in type " +
    "'DeepReadonly<CertificateSpec>'. Did you mean to write 'dnsNames'?",
  ],
  [
    `ClusterTriggerAuthentication({ metadata: { name: "a", namespace: "a" }, spec: {} });`,
    "TS2322 [ERROR]: Type 'string' is not assignable to type 'never'.",
  ],
  [
    `Animal({ metadata: { name: "a" }, spec: { ...SPEC, marker: { a: 1 } } });`,
    "TS2322 [ERROR]: Type 'number' is not assignable to type 'never'.",
  ],
  [
    `Animal({ metadata: { name: "a" }, spec: { ...SPEC, mood: null } });`,
    "TS2322 [ERROR]: Type 'null' is not assignable to type '\"",
  ],
  [
    `Animal({ metadata: { name: "a" }, spec: { ...SPEC, legs: 3 } });`,
    "TS2322 [ERROR]: Type '3' is not assignable to type '",
  ],
  [
    `Animal({ metadata: { name: "a" }, spec: { ...SPEC, choice: { left: null } } });`,
    "TS2322 [ERROR]: Type 'null' is not assignable to type 'string",
  ],
];

Deno.test("types pull writes kinds of definitions that are right and strict", async () => {
  const bad = [
    `import { Animal, Certificate, ClusterTriggerAuthentication } from "./kinds.ts";`,
    `const SPEC = { name: "a", mood: "happy", "not listed": 0 } as const;`,
    ...MISTAKES.map(([line]) => line),
  ];
  await using folder = await folderWith({ "good.ts": GOOD, "bad.ts": bad.join("\n") });
  const pulled = await kubescript(["types", "pull", "--crd", CRDS, "-o", "kinds.ts"], { cwd: folder.path });
  deepStrictEqual(pulled, { code: 0, stdout: "", stderr: "Wrote kinds.ts: 12 kinds\n" });

  deepStrictEqual(await check(folder, "kinds.ts", "good.ts"), []);
  const errors = await check(folder, "bad.ts");
  deepStrictEqual(
    errors.map((error, i) => error.slice(0, MISTAKES[i]?.[1].length)),
    MISTAKES.map(([, error]) => error),
  );

  for (const command of [["lint"], ["fmt", "--check"]]) {
    const { code, stderr } = await run(Deno.execPath(), [...command, "kinds.ts"], { cwd: folder.path });
    strictEqual(code, 0, stderr);
  }
});

Deno.test("types pull prints what a release or standard input holds, and says what it leaves out", async () => {
  await using folder = await folderWith({
    "zoo.yaml": await Deno.readTextFile(join(CRDS, "zoo.yaml")) +
      "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: zoo }\n",
  });
  const [file, piped] = [
    await kubescript(["types", "pull", "--crd", "zoo.yaml", "--kind", "ani"], { cwd: folder.path }),
    await kubescript(["types", "pull", "--crd=-", "--kind=ani", "--output=-"], {
      cwd: folder.path,
      stdin: await Deno.readTextFile(join(folder.path, "zoo.yaml")),
    }),
  ];
  strictEqual(file.stderr, "Read 3 CustomResourceDefinitions, left out 1 other object\n");
  match(
    file.stdout,
    /^\/\/ Generated by kubescript types pull --kind ani --crd zoo\.yaml\. Do not edit\.\n\/\/ deno-lint/,
  );
  deepStrictEqual(piped, { ...file, stdout: file.stdout.replace("--crd zoo.yaml", "--crd -") });
});

Deno.test("types pull writes over its own files only", async () => {
  await using folder = await folderWith({ "shop.ts": "export default 1;\n", "empty.ts": "" });
  const { path: cwd } = folder;
  const pull = (file: string) => kubescript(["types", "pull", "--crd", join(CRDS, "zoo.yaml"), "-o", file], { cwd });
  const wrong: [file: string, error: string][] = [
    [
      "shop.ts",
      'error: Cannot write "shop.ts": it is there, and was not written by this command\n' +
      "hint: Remove it, or name another file\n",
    ],
    ["gen/kinds.ts", 'error: Cannot write into folder "gen/": it does not exist\n'],
    [".", 'error: Cannot write ".": Is a directory\n'],
  ];
  for (const [file, stderr] of wrong) deepStrictEqual(await pull(file), { code: 1, stdout: "", stderr });
  for (const file of ["empty.ts", "kinds.ts", "kinds.ts"]) strictEqual((await pull(file)).code, 0);
  strictEqual(await Deno.readTextFile(join(cwd, "shop.ts")), "export default 1;\n");
  const files = await Array.fromAsync(Deno.readDir(cwd), ({ name }) => name);
  deepStrictEqual(files.sort(), ["empty.ts", "kinds.ts", "shop.ts"]);
});

Deno.test("types pull says what is wrong with files", async () => {
  await using folder = await folderWith({
    "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n",
    "broken.yaml": "a: [",
    "crd.yaml":
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: a.b }\nspec: {}\n",
    "empty/README.md": "",
  });
  const cases: [args: string[], stderr: RegExp][] = [
    [["--crd=nope.yaml"], /^error: Cannot read manifests "nope\.yaml": it does not exist\n/],
    [["--crd=pdo.yaml"], /it does not exist\nhint: Did you mean "pod\.yaml"\?\n$/],
    [["--crd=empty"], /^error: Cannot read manifests "empty": there is no \.yaml, \.yml or \.json file\n$/],
    [["--crd=broken.yaml"], /^error: Cannot read manifests "broken\.yaml": broken\.yaml: .*line 1/],
    [
      ["--crd=pod.yaml"],
      /^error: Cannot find a CustomResourceDefinition in "pod\.yaml": it has only 1 other object\n$/,
    ],
    [
      ["--crd=crd.yaml"],
      /^error: Cannot read CustomResourceDefinition\/a\.b in crd\.yaml:1: field "spec\.names" is missing\n$/,
    ],
    [[], /^error: Cannot find a cluster/],
  ];
  for (const [args, error] of cases) {
    const { code, stdout, stderr } = await kubescript(["types", "pull", ...args], { cwd: folder.path });
    deepStrictEqual({ code, stdout }, { code: 1, stdout: "" });
    match(stderr, error);
  }
});
