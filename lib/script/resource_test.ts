import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DesiredObject } from "../kube/desired_object.ts";
import { initial } from "./initial.ts";
import { withOptions } from "./object_options.ts";
import { readResource } from "./resource.ts";

const ORIGIN = { file: "shop.ts", path: "resources[2]" };

function read(input: object): { desired: DesiredObject | undefined; problems: string[] } {
  const problems: string[] = [];
  return { desired: readResource(input, ORIGIN, problems), problems };
}

function configMap(fields: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "cfg", ...metadata }, ...fields };
}

Deno.test("readResource() makes a desired object", () => {
  const object = configMap({ data: { replicas: "2" } });
  deepStrictEqual(read(object), {
    desired: {
      object,
      initial: [],
      ignore: [],
      dependsOn: [],
      keep: false,
      adopt: false,
      readyWhen: undefined,
      origin: ORIGIN,
    },
    problems: [],
  });
});

Deno.test("readResource() carries options and initial values", () => {
  function readyWhen() {
    return true;
  }
  const db = configMap({}, { name: "db", namespace: "shop" });
  const { desired } = read(withOptions(configMap({ data: initial({ a: "b" }) }), {
    dependsOn: [db, [false, configMap({}, { name: "x" })]],
    ignore: ["data.c"],
    keep: true,
    adopt: true,
    readyWhen,
  }));
  deepStrictEqual(desired, {
    object: configMap({ data: { a: "b" } }),
    initial: [["data"]],
    ignore: ["data.c"],
    dependsOn: [
      { group: "", kind: "ConfigMap", namespace: "shop", name: "db" },
      { group: "", kind: "ConfigMap", namespace: undefined, name: "x" },
    ],
    keep: true,
    adopt: true,
    readyWhen,
    origin: ORIGIN,
  });
});

Deno.test("readResource() drops placeholders for what the server sets", () => {
  const status = { loadBalancer: {}, conditions: [], phase: "", replicas: 0 };
  const { desired, problems } = read(configMap({ status }, { creationTimestamp: null }));
  deepStrictEqual(desired?.object, configMap());
  deepStrictEqual(problems, []);
});

Deno.test("readResource() reports mistakes", () => {
  const name = "shop.ts resources[2]";
  const cases: [input: object, ...problems: string[]][] = [
    [{}, `${name}.apiVersion: is missing`, `${name}.kind: is missing`, `${name}.metadata.name: is missing`],
    [configMap({ kind: 1 }), `${name}.kind: must be text, is 1: write "1"`],
    [configMap({ metadata: [] }), `${name}.metadata: must be an object`],
    [
      configMap({}, { name: undefined, generateName: "a-" }),
      `${name}.metadata.generateName: would make another object at every run: give metadata.name instead`,
    ],
    [configMap({}, { name: 7 }), `${name}.metadata.name: must be text, is 7: write "7"`],
    [configMap({}, { namespace: "" }), `${name}.metadata.namespace (ConfigMap/cfg): is empty`],
    [
      configMap({}, { namespace: "shop", labels: { "a/b": 1.1, c: "d" } }),
      `${name}.metadata.labels["a/b"] (ConfigMap/shop/cfg): must be text, is 1.1: write "1.1"`,
    ],
    [configMap({}, { annotations: { a: null } }), `${name}.metadata.annotations.a (ConfigMap/cfg): must be text`],
    [configMap({}, { labels: ["a"] }), `${name}.metadata.labels (ConfigMap/cfg): must be an object`],
    [
      configMap({ status: { phase: "Active" } }, { uid: "1", managedFields: [] }),
      `${name}.status (ConfigMap/cfg): is set by the cluster: remove it`,
      `${name}.metadata.managedFields (ConfigMap/cfg): is set by the server: remove it`,
      `${name}.metadata.uid (ConfigMap/cfg): is set by the server: remove it`,
    ],
    [configMap({ data: { a: NaN } }), `${name}.data.a (ConfigMap/cfg): is NaN, which JSON cannot express`],
    [new Date(0), `${name}: is a Date: write it as text, for example with toISOString()`],
    [
      configMap({}, { name: initial("cfg") }),
      `${name}.metadata.name: identifies the object, so it cannot be marked with initial()`,
    ],
    [initial(configMap()), `${name}: identifies the object, so it cannot be marked with initial()`],
    [
      withOptions(configMap(), { ignore: [""] }),
      `${name} (ConfigMap/cfg): option "ignore" must be a list of field paths such as "spec.replicas"`,
    ],
    [
      withOptions(configMap(), { dependsOn: [{ apiVersion: "v1", kind: "Secret" }] }),
      `${name} (ConfigMap/cfg): option "dependsOn" holds something that is no object with apiVersion, kind and metadata.name`,
    ],
  ];
  for (const [input, ...problems] of cases) deepStrictEqual(read(input).problems, problems);
});

Deno.test("readResource() leaves the input alone", () => {
  const input = Object.freeze(configMap({ status: {} }, { creationTimestamp: null }));
  Object.freeze(input.metadata);
  const { desired } = read(input);
  strictEqual("status" in input, true);
  strictEqual("status" in desired!.object, false);
});
