import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { KubescriptError } from "../kube/error.ts";
import { formatOrigin } from "../kube/desired_object.ts";
import { defineKind } from "./kind.ts";
import { withOptions } from "./object_options.ts";
import { param } from "./param.ts";
import { requires } from "./requires.ts";
import { evaluate, evaluateDocuments, type Evaluation } from "./resources.ts";
import { type Resources, type Script, script } from "./script.ts";
import type { ScriptReader } from "./script_reader.ts";

const Namespace = defineKind("v1", "Namespace", { plural: "namespaces", namespaced: false });
const READER: ScriptReader = {
  get: () => Promise.reject(new KubescriptError("Cannot get: no cluster")),
  list: () => {
    throw new KubescriptError("Cannot list: no cluster");
  },
};

function configMap(name: string): { apiVersion: string; kind: string; metadata: { name: string } } {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
}

function run(target: Script, params: Record<string, unknown> = {}): Promise<Evaluation> {
  return evaluate(target, { params, k: READER, file: "shop.ts", signal: new AbortController().signal });
}

function runResources(resources: unknown): Promise<Evaluation> {
  return run(script("shop", { resources: resources as Resources }));
}

function placesOf({ objects }: Evaluation): Record<string, string> {
  return Object.fromEntries(objects.map(({ object, origin }) => [object.metadata!.name!, formatOrigin(origin)]));
}

Deno.test("evaluate() flattens lists and skips what is falsy", async () => {
  const evaluation = await runResources([
    configMap("a"),
    false,
    null,
    undefined,
    "",
    0,
    [[configMap("b")], configMap("c")],
    {
      apiVersion: "v1",
      kind: "List",
      items: [configMap("d"), { apiVersion: "v1", kind: "List", items: [configMap("e")] }],
    },
  ]);
  deepStrictEqual(placesOf(evaluation), {
    a: "shop.ts resources[0]",
    b: "shop.ts resources[6][0][0]",
    c: "shop.ts resources[6][1]",
    d: "shop.ts resources[7].items[0]",
    e: "shop.ts resources[7].items[1].items[0]",
  });
});

Deno.test("evaluate() takes a single object and nothing at all", async () => {
  deepStrictEqual(placesOf(await runResources(configMap("a"))), { a: "shop.ts resources" });
  deepStrictEqual(await run(script("empty", {})), { objects: [], requirements: [] });
});

Deno.test("evaluate() calls a function with params and reader", async () => {
  const target = script("shop", {
    params: { name: param.string() },
    resources: async ({ params, k }) => {
      const failed = await k.get(Namespace, "x").catch((error) => error.message);
      return [{ ...configMap(params.name), data: { failed } }];
    },
  });
  const { objects } = await run(target, { name: "a" });
  deepStrictEqual(objects[0]?.object, { ...configMap("a"), data: { failed: "Cannot get: no cluster" } });
});

Deno.test("evaluate() collects requirements", async () => {
  const { objects, requirements } = await runResources([requires(Namespace, "shared")]);
  deepStrictEqual(objects, []);
  deepStrictEqual(requirements, [{
    apiVersion: "v1",
    ref: { group: "", kind: "Namespace", namespace: undefined, name: "shared" },
    origin: { file: "shop.ts", path: "resources[0]" },
  }]);
});

Deno.test("evaluate() names all mistakes at once", async () => {
  const resources = [
    Promise.resolve(configMap("a")),
    configMap,
    "x",
    true,
    { ...configMap("web"), spec: { replicas: NaN } },
    [{ apiVersion: "v1", kind: "ConfigMap" }],
    withOptions({ apiVersion: "v1", kind: "List", items: [] }, { keep: true }),
  ];
  await rejects(runResources(resources), {
    name: "ScriptError",
    message: [
      'Cannot evaluate script "shop": 7 problems',
      "  - shop.ts resources[0]: is a promise: await it",
      "  - shop.ts resources[1]: is a function: was it meant to be called?",
      "  - shop.ts resources[2]: is a string, not an object",
      "  - shop.ts resources[3]: is a boolean, not an object",
      "  - shop.ts resources[4].spec.replicas (ConfigMap/web): is NaN, which JSON cannot express",
      "  - shop.ts resources[5][0].metadata.name: is missing",
      "  - shop.ts resources[6]: is a list: put options beside its items",
    ].join("\n"),
  });
});

Deno.test("evaluate() does not take a forgotten return for an empty script", async () => {
  await rejects(runResources(() => undefined), {
    message: 'Cannot evaluate script "shop": the resources function returned nothing: return a list',
  });
});

Deno.test("evaluate() keeps the cause when the function fails", async () => {
  const cause = new TypeError("x is not a function");
  await rejects(runResources(() => Promise.reject(cause)), {
    name: "ScriptError",
    message: 'Cannot evaluate script "shop": the resources function failed: TypeError: x is not a function',
    cause,
  });
});

Deno.test("evaluate() passes errors of the library and aborts on", async () => {
  await rejects(runResources(({ k }: { k: ScriptReader }) => k.get(Namespace, "x")), { name: "KubescriptError" });
  const stopped = script("shop", { resources: ({ signal }) => Promise.reject(signal.reason) });
  const options = { params: {}, k: READER, signal: AbortSignal.abort() };
  await rejects(evaluate(stopped, options), { name: "AbortError" });
});

Deno.test("evaluateDocuments() reads objects, lists and empty documents", () => {
  const evaluation = evaluateDocuments(script("base", {}), [
    { value: configMap("a"), origin: { file: "a.yaml", line: 1 } },
    { value: null, origin: { file: "a.yaml", line: 9 } },
    { value: { apiVersion: "v1", kind: "List", items: [configMap("b")] }, origin: { file: "a.yaml", line: 12 } },
  ]);
  deepStrictEqual(placesOf(evaluation), { a: "a.yaml:1", b: "a.yaml:12 items[0]" });
});

Deno.test("evaluateDocuments() names file and line of a mistake", () => {
  const value = { ...configMap("web"), metadata: { name: "web", labels: { version: 1.1 } } };
  throws(() => evaluateDocuments(script("base", {}), [{ value, origin: { file: "a.yaml", line: 12 } }]), {
    message:
      'Cannot evaluate script "base": a.yaml:12 metadata.labels.version (ConfigMap/web): must be text, is 1.1: write "1.1"',
  });
});

Deno.test("evaluateDocuments() leaves a custom resource with items alone", () => {
  const value = { apiVersion: "e.c/v1", kind: "Menu", metadata: { name: "m" }, items: ["soup"] };
  strictEqual(evaluateDocuments(script("base", {}), [{ value, origin: {} }]).objects.length, 1);
});
