import { deepStrictEqual, throws } from "node:assert/strict";
import { TransportError } from "../client/errors.ts";
import type { DesiredObject } from "../kube/desired_object.ts";
import type { KubeObject } from "../kube/object.ts";
import { refKey, refOf } from "../kube/object_ref.ts";
import type { KubeRequest } from "../kube/request.ts";
import { formatGroupKind, parseApiVersion } from "../kube/resource_type.ts";
import type { Schema } from "../kube/schema.ts";
import { Mask } from "../plan/mask.ts";
import { ScriptError } from "../script/script_error.ts";
import { definedKinds } from "./defined_kinds.ts";
import { KindSchemas } from "./kind_schemas.ts";
import type { Session } from "./session.ts";
import type { Survey } from "./survey.ts";
import { findMistakes, refuseMistakes } from "./validation.ts";
import type { Target } from "./wanted.ts";

type Fields = Readonly<Record<string, unknown>>;

function targetOf(apiVersion: string, kind: string, fields: Fields, ignore: string[] = []): Target {
  const object = { apiVersion, kind, metadata: { name: "a" }, ...fields } as KubeObject;
  const origin = { path: "resources[0]" };
  const desired: DesiredObject = { object, initial: [], ignore, dependsOn: [], keep: false, adopt: false, origin };
  const type = { ...parseApiVersion(apiVersion), kind, plural: `${kind.toLowerCase()}s`, namespaced: true };
  return { desired, written: desired, type, pending: false };
}

/** A server that publishes schemas, and the paths that it was asked for. */
function serverWith(documents: Readonly<Record<string, Readonly<Record<string, Schema>>>>) {
  const paths: string[] = [];
  const client = {
    fetch(request: KubeRequest) {
      paths.push(request.path);
      const schemas = documents[request.path];
      if (schemas) return Promise.resolve({ components: { schemas } });
      return Promise.reject(new TransportError(request, "https://test", 1, new Error("closed")));
    },
  };
  const options = { signal: new AbortController().signal };
  return { paths, session: { client, options } as unknown as Session };
}

function schemasOf(session: Session, objects: readonly KubeObject[] = []): KindSchemas {
  return new KindSchemas(session, definedKinds(objects));
}

async function textsOf(targets: readonly Target[], schemas: KindSchemas, mask = new Mask()): Promise<string[]> {
  return (await findMistakes(targets, schemas, mask)).map(({ text }) => text);
}

const TEXT = { type: "string" };

/** What a server says of ConfigMaps. */
function configMapSchemas(more: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  return {
    "io.k8s.api.core.v1.ConfigMap": {
      type: "object",
      properties: {
        apiVersion: TEXT,
        kind: TEXT,
        metadata: {},
        data: { type: "object", additionalProperties: TEXT },
        ...more,
      },
      "x-kubernetes-group-version-kind": [{ group: "", version: "v1", kind: "ConfigMap" }],
    },
  };
}

Deno.test("findMistakes() asks the server nothing about built-in kinds that are right", async () => {
  const { paths, session } = serverWith({});
  deepStrictEqual(await textsOf([targetOf("v1", "ConfigMap", { data: { a: "b" } })], schemasOf(session)), []);
  deepStrictEqual(paths, []);
});

Deno.test("findMistakes() lets a newer server know more fields, and asks it once", async () => {
  const { paths, session } = serverWith({ "/openapi/v3/api/v1": configMapSchemas({ newer: TEXT }) });
  const targets = [
    targetOf("v1", "ConfigMap", { newer: "x" }),
    targetOf("v1", "ConfigMap", { nwer: "x", data: { a: 1 } }),
  ];
  deepStrictEqual(await textsOf(targets, schemasOf(session)), [
    "resources[0].nwer (ConfigMap/a): is unknown: known are " +
    '"apiVersion", "binaryData", "data", "immutable", "kind" and "metadata"',
    "resources[0].data.a (ConfigMap/a): must be text, is 1: put it in quotes",
  ]);
  deepStrictEqual(paths, ["/openapi/v3/api/v1"]);
});

Deno.test("findMistakes() does not go by schemas that the server does not confirm", async () => {
  const { session } = serverWith({});
  const target = targetOf("v1", "ConfigMap", { dataa: {}, metadata: { name: "A" } });
  // The name is wrong for every server.
  deepStrictEqual((await textsOf([target], schemasOf(session))).map((text) => text.slice(0, 48)), [
    'resources[0].metadata.name (ConfigMap/A): is "A"',
  ]);
});

const WIDGET: Schema = {
  type: "object",
  properties: { spec: { type: "object", properties: { size: { type: "integer" } }, required: ["size"] } },
};
const GVK = { group: "example.com", version: "v1", kind: "Widget" };
const DEFINITION = definition(WIDGET);

/** Defines the kind Widget. */
function definition(openAPIV3Schema: unknown): KubeObject {
  const versions = [{ name: "v1", schema: { openAPIV3Schema } }, "no version"];
  const spec = { group: "example.com", scope: "Namespaced", names: { kind: "Widget", plural: "widgets" }, versions };
  return { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", spec } as KubeObject;
}

Deno.test("findMistakes() takes the schema of a custom resource from the set, or else from the server", async () => {
  const properties = { ...WIDGET.properties, apiVersion: TEXT, kind: TEXT, metadata: {} };
  const served = { ...WIDGET, properties, "x-kubernetes-group-version-kind": [GVK] };
  const path = "/openapi/v3/apis/example.com/v1";
  const target = targetOf("example.com/v1", "Widget", { spec: { size: "1" } });
  const mistake = 'resources[0].spec.size (Widget/a): must be an integer, is "1": write it without quotes';
  const cases: [what: string, documents: Parameters<typeof serverWith>[0], objects: KubeObject[], texts: string[]][] = [
    ["from the set", {}, [DEFINITION], [mistake]],
    ["from the server", { [path]: { "com.example.v1.Widget": served } }, [], [mistake]],
    ["of an extension server", { [path]: { "com.example.api.widgets.v1.Widget": served } }, [], []],
    ["from nowhere", {}, [], []],
    ["that is no schema", {}, [definition({ type: 1 })], []],
    ["with empty fields", {}, [definition({ ...WIDGET, items: null, required: null })], [mistake]],
  ];
  for (const [what, documents, objects, texts] of cases) {
    const { paths, session } = serverWith(documents);
    deepStrictEqual(await textsOf([target, target], schemasOf(session, objects)), [...texts, ...texts], what);
    deepStrictEqual(paths, objects.length > 0 ? [] : [path], what);
  }
});

Deno.test("findMistakes() looks at the metadata of custom resources, too", async () => {
  const { session } = serverWith({});
  const target = targetOf("example.com/v1", "Widget", { spec: { size: 1 }, metadata: { name: "a", label: {} } });
  deepStrictEqual(await textsOf([target], schemasOf(session, [DEFINITION])), [
    'resources[0].metadata.label (Widget/a): is unknown: did you mean "labels"?',
  ]);
});

Deno.test("findMistakes() passes over fields that are not sent", async () => {
  const { session } = serverWith({});
  const spec = { size: "1", more: { a: 1 } };
  const texts = async (...ignore: string[]) => {
    const target = targetOf("example.com/v1", "Widget", { spec }, ignore);
    return (await textsOf([target], schemasOf(session, [DEFINITION]))).map((text) => text.replace(/ .*/, ""));
  };
  deepStrictEqual(await texts(), ["resources[0].spec.size", "resources[0].spec.more"]);
  deepStrictEqual(await texts("spec.size"), ["resources[0].spec.more"]);
  deepStrictEqual(await texts("spec.more.a"), ["resources[0].spec.size"]);
  deepStrictEqual(await texts("spec"), []);
});

Deno.test("findMistakes() does not show secrets", async () => {
  const { session } = serverWith({
    "/openapi/v3/api/v1": {
      "io.k8s.api.core.v1.Secret": {
        type: "object",
        properties: {
          stringData: { type: "object", additionalProperties: TEXT },
          metadata: {},
          kind: {},
          apiVersion: {},
        },
        "x-kubernetes-group-version-kind": [{ group: "", version: "v1", kind: "Secret" }],
      },
    },
  });
  const targets = [
    targetOf("v1", "Secret", { stringData: { password: 12345 } }),
    targetOf("v1", "ConfigMap", { metadata: { name: "a", labels: { key: "hunter two" } } }),
  ];
  deepStrictEqual(
    (await textsOf(targets, schemasOf(session), new Mask(["hunter two"]))).map((text) => text.slice(0, 80)),
    [
      "resources[0].stringData.password (Secret/a): must be text, is <redacted #1>: put it in quotes".slice(0, 80),
      'resources[0].metadata.labels.key (ConfigMap/a): is "<redacted #2>": a valid label'.slice(0, 80),
    ],
  );
});

Deno.test("refuseMistakes() takes a part of an object that exists, or that cannot be read", async () => {
  const { session } = serverWith({});
  const target = targetOf("example.com/v1", "Widget", { spec: {} });
  const findings = await findMistakes([target], schemasOf(session, [DEFINITION]), new Mask());
  const key = refKey(refOf(target.desired.object));
  const none = new Map<string, never>();
  const found = (survey: Partial<Record<keyof Survey, ReadonlyMap<string, unknown>>>) =>
    ({ live: none, unreadable: none, unreadableKinds: none, ...survey }) as unknown as Survey;
  const withScript = { ...session, script: { name: "shop" } } as Session;
  refuseMistakes(withScript, findings);
  refuseMistakes(withScript, findings, found({ live: new Map([[key, {}]]) }));
  refuseMistakes(withScript, findings, found({ unreadable: new Map([[key, "forbidden"]]) }));
  refuseMistakes(
    withScript,
    findings,
    found({ unreadableKinds: new Map([[formatGroupKind(target.type), "forbidden"]]) }),
  );
  throws(() => refuseMistakes(withScript, findings, found({})), (error: unknown) => {
    deepStrictEqual((error as ScriptError).problems, ["resources[0].spec.size (Widget/a): is missing"]);
    return error instanceof ScriptError;
  });
});
