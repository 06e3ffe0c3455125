import { deepStrictEqual, rejects } from "node:assert/strict";
import { listContexts } from "./contexts.ts";

const NAMES = ["prod-eu", "prod-us", "staging", "prod", "arn:aws:eks:eu-1:1:cluster/a.b", "x*", "🚀-1"];

const cases: [pattern: string, names: string[]][] = [
  ["*", NAMES],
  ["prod", ["prod"]],
  ["prod*", ["prod-eu", "prod-us", "prod"]],
  ["prod-*", ["prod-eu", "prod-us"]],
  ["*-?s", ["prod-us"]],
  ["arn:*/a.b", ["arn:aws:eks:eu-1:1:cluster/a.b"]],
  ["?-1", ["🚀-1"]],
  ["x?", ["x*"]],
];
for (const [pattern, names] of cases) {
  Deno.test(`listContexts("${pattern}") finds ${names.join()}`, async () => {
    deepStrictEqual(await list(pattern, NAMES), names);
  });
}

const none: [pattern: string, names: readonly string[] | undefined, message: RegExp, hint: RegExp][] = [
  ["prd-*", ["prod-eu", "dev"], /^Cannot find a context "prd-\*"$/, /^The contexts are: prod-eu, dev$/],
  ["a.b", ["axb"], /^Cannot find a context "a.b"$/, /: axb$/],
  ["PROD", ["prod"], /"PROD"/, /: prod$/],
  ["*", [], /"\*"$/, /^Pass --kubeconfig/],
  ["*", undefined, /^Cannot find a context "\*": "\/no\/such\/kubeconfig" does not exist/, /^Pass --kubeconfig/],
];
for (const [pattern, names, message, hint] of none) {
  Deno.test(`listContexts("${pattern}") says that there is none of ${names}`, async () => {
    await rejects(list(pattern, names), { name: "ConfigError", message, hint });
  });
}

async function list(pattern: string, names: readonly string[] | undefined): Promise<string[]> {
  if (!names) {
    return await listContexts(pattern, { env: (name) => name === "KUBECONFIG" ? "/no/such/kubeconfig" : undefined });
  }
  const file = await Deno.makeTempFile();
  try {
    const contexts = names.map((name) => ({ name, context: {} }));
    await Deno.writeTextFile(file, JSON.stringify({ apiVersion: "v1", kind: "Config", contexts }));
    return await listContexts(pattern, { kubeconfig: file });
  } finally {
    await Deno.remove(file);
  }
}
