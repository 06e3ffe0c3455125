import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { Live } from "../kube/live.ts";
import type { KubeObject } from "../kube/object.ts";
import { crd, type CrdOptions, type CrdScope } from "./crd.ts";
import type { CrdSchema } from "./crd_schema.ts";
import { initial } from "./initial.ts";
import type { Kind } from "./kind.ts";
import { script } from "./script.ts";

const TEXT = { type: "string" } as const;

const Website = crd({
  group: "example.com",
  version: "v1",
  kind: "Website",
  shortNames: ["ws"],
  categories: ["all"],
  spec: {
    required: ["image", "tier"],
    properties: {
      image: TEXT,
      tier: { enum: ["free", "paid"] },
      replicas: { type: "integer", default: 1 },
      hosts: { items: TEXT, "x-kubernetes-list-type": "set" },
      port: { "x-kubernetes-int-or-string": true },
      extra: { additionalProperties: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    },
  },
  status: { properties: { ready: { type: "integer" }, phase: { enum: ["Up", "Down"], nullable: true } } },
  printerColumns: [{ name: "Tier", type: "string", jsonPath: ".spec.tier" }],
  scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.ready" },
});
type Website = ReturnType<typeof Website>;

const Team = crd({
  group: "example.com",
  version: "v1beta1",
  kind: "Team",
  scope: "Cluster",
  spec: { type: "object" },
});
type Team = ReturnType<typeof Team>;

Deno.test("crd() makes a definition with a structural schema", () => {
  deepStrictEqual(Website.definition, {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "websites.example.com" },
    spec: {
      group: "example.com",
      names: { kind: "Website", plural: "websites", singular: "website", shortNames: ["ws"], categories: ["all"] },
      scope: "Namespaced",
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                required: ["image", "tier"],
                properties: {
                  image: { type: "string" },
                  tier: { type: "string", enum: ["free", "paid"] },
                  replicas: { type: "integer", default: 1 },
                  hosts: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
                  port: { "x-kubernetes-int-or-string": true },
                  extra: {
                    type: "object",
                    additionalProperties: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  },
                },
              },
              status: {
                type: "object",
                properties: {
                  ready: { type: "integer" },
                  phase: { type: "string", enum: ["Up", "Down"], nullable: true },
                },
              },
            },
          },
        },
        subresources: {
          status: {},
          scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.ready" },
        },
        additionalPrinterColumns: [{ name: "Tier", type: "string", jsonPath: ".spec.tier" }],
      }],
    },
  });
  deepStrictEqual(Team.definition.spec, {
    group: "example.com",
    names: { kind: "Team", plural: "teams", singular: "team" },
    scope: "Cluster",
    versions: [{
      name: "v1beta1",
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: "object", required: ["spec"], properties: { spec: { type: "object" } } } },
      subresources: {},
    }],
  });
});

Deno.test("crd() makes a kind that builds objects and tells how the API serves them", () => {
  deepStrictEqual(Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "free" } }), {
    apiVersion: "example.com/v1",
    kind: "Website",
    metadata: { name: "a" },
    spec: { image: "web:1", tier: "free" },
  });
  deepStrictEqual(Website.type, {
    group: "example.com",
    version: "v1",
    kind: "Website",
    plural: "websites",
    namespaced: true,
    singular: "website",
    shortNames: ["ws"],
    subresources: ["scale", "status"],
  });
  deepStrictEqual([Team.type.namespaced, Team.type.subresources], [false, []]);
});

type AnyOptions = CrdOptions<string, string, string, CrdSchema, CrdSchema, CrdScope>;

/** Defines a kind whose options the compiler does not look at. */
function define(options: Partial<AnyOptions>): ReturnType<typeof crd> {
  return crd({ group: "example.com", version: "v1", kind: "Website", spec: { type: "object" }, ...options } as never);
}

Deno.test("crd() finds the plural", () => {
  const plurals = {
    Website: "websites",
    Policy: "policies",
    Gateway: "gateways",
    Ingress: "ingresses",
    Mailbox: "mailboxes",
    Batch: "batches",
    Mesh: "meshes",
    VPNKey: "vpnkeys",
  };
  for (const [kind, plural] of Object.entries(plurals)) strictEqual(define({ kind }).type.plural, plural);
  const { type, definition } = define({ kind: "Person", plural: "people", singular: "human" });
  deepStrictEqual([type.plural, type.singular, definition.metadata.name], ["people", "human", "people.example.com"]);
});

Deno.test("crd() fills in the types that values tell", () => {
  const types = [
    [{ enum: ["a", "b"] }, "string"],
    [{ enum: [1, 2] }, "integer"],
    [{ enum: [1, 2.5] }, "number"],
    [{ enum: [true] }, "boolean"],
    [{ enum: ["a", null], nullable: true }, "string"],
    [{ properties: {} }, "object"],
    [{ properties: {}, "x-kubernetes-preserve-unknown-fields": true }, "object"],
    [{ "x-kubernetes-preserve-unknown-fields": true }, undefined],
  ] as const;
  for (const [schema, type] of types) {
    const { definition } = define({ spec: { properties: { a: schema } } });
    const [{ schema: { openAPIV3Schema } }] = definition.spec.versions;
    strictEqual(openAPIV3Schema.properties?.spec?.properties?.a?.type, type);
  }
});

Deno.test("crd() says what is wrong", () => {
  const cases: [Partial<AnyOptions>, string][] = [
    [{ kind: "website" }, 'Cannot define kind "website": it must be in PascalCase, such as "Website"'],
    [{ group: "example" }, 'Cannot define kind "Website": group "example" must be a domain, such as "example.com"'],
    [
      { group: "Example.com" },
      'Cannot define kind "Website": group "Example.com" must be a domain, such as "example.com"',
    ],
    [{ version: "1.0" }, 'Cannot define kind "Website": version "1.0" must be like "v1" or "v1alpha1"'],
    [
      { plural: "Websites" },
      'Cannot define kind "Website": name "Websites" must consist of lower-case letters, digits and "-"',
    ],
    [
      { shortNames: ["w_s"] },
      'Cannot define kind "Website": name "w_s" must consist of lower-case letters, digits and "-"',
    ],
    [{ spec: { type: "string" } }, 'Cannot use schema "Website.spec": its type is "string", not "object"'],
    [
      { status: { items: { type: "string" } } },
      'Cannot use schema "Website.status": its type is "array", not "object"',
    ],
    [{ spec: {} }, 'Cannot use schema "Website.spec": it has no type'],
    [
      { spec: { properties: { a: { items: {} } } } },
      'Cannot use schema "Website.spec.properties.a.items": it has no type',
    ],
    [
      { spec: { properties: { a: { enum: ["a", 1] } } } },
      'Cannot use schema "Website.spec.properties.a": it has no type',
    ],
    [{ spec: { additionalProperties: {} } }, 'Cannot use schema "Website.spec.additionalProperties": it has no type'],
    [
      { spec: { properties: { a: { type: "array" } } } },
      'Cannot use schema "Website.spec.properties.a": it has no items',
    ],
    [
      { spec: { properties: {}, additionalProperties: { type: "string" } } },
      'Cannot use schema "Website.spec": it has properties and additionalProperties, which exclude each other',
    ],
    [
      { spec: { properties: {}, required: ["toString"] } },
      'Cannot use schema "Website.spec": it requires "toString", which is not among its properties',
    ],
  ];
  for (const [options, message] of cases) throws(() => define(options), { name: "TypeError", message });
});

function accepted(website: Live<Website>, team: Live<Team>): unknown[] {
  const tier: "free" | "paid" = website.spec.tier;
  const phase: "Up" | "Down" | null | undefined = website.status?.phase;
  const namespaces: [string, undefined] = [website.metadata.namespace, team.metadata.namespace];
  const object: Website = Website({
    metadata: { name: "a", namespace: "b" },
    spec: { image: "web:1", tier, port: "http", replicas: initial(2), extra: { any: { thing: [1] } } },
  });
  return [
    [phase, namespaces, object],
    // What was read can be passed on.
    Website({ metadata: { name: `${website.metadata.name}-canary` }, spec: { ...website.spec, tier: "paid" } }),
    Team({ metadata: { name: "a" }, spec: { any: "thing" } }, { readyWhen: ({ spec }) => spec.any === "thing" }),
    script("websites", {
      resources: [
        Website.definition,
        object,
        website.spec.hosts?.map((name) => team && { ...object, metadata: { name } }),
      ],
    }),
  ];
}

/** What takes the status of a kind infers it like this. */
declare function setStatus<T extends KubeObject>(
  kind: Kind<T>,
  status: T extends { status?: infer S } ? DeepReadonly<S> : never,
): void;

function rejected(website: Live<Website>): unknown[] {
  // @ts-expect-error what was read is read-only
  website.spec.tier = "paid";
  return [
    // @ts-expect-error not one of the enum
    Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "fre" } }),
    // @ts-expect-error required
    Website({ metadata: { name: "a" }, spec: { image: "web:1" } }),
    // @ts-expect-error unknown field
    Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "free", host: "a" } }),
    // @ts-expect-error wrong type in a list
    Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "free", hosts: [1] } }),
    // @ts-expect-error the spec is missing
    Website({ metadata: { name: "a" } }),
    // @ts-expect-error status is not for scripts
    Website({ metadata: { name: "a" }, spec: { image: "web:1", tier: "free" }, status: {} }),
    // @ts-expect-error cluster-scoped
    Team({ metadata: { name: "a", namespace: "b" }, spec: {} }),
    // @ts-expect-error no such field in the status
    website.status?.foo,
    setStatus(Website, { ready: 1, phase: null }),
    // @ts-expect-error no such field in the status
    setStatus(Website, { foo: 1 }),
    // @ts-expect-error a status although there is no schema for it
    setStatus(Team, { foo: 1 }),
    // @ts-expect-error a keyword with a typo
    crd({ group: "e.c", version: "v1", kind: "W", spec: { properties: { a: { type: "string", maxLenght: 3 } } } }),
    // @ts-expect-error a type with a typo
    crd({ group: "e.c", version: "v1", kind: "W", spec: { properties: { a: { type: "strng" } } } }),
    // @ts-expect-error a required field that there is not
    crd({ group: "e.c", version: "v1", kind: "W", spec: { required: ["b"], properties: { a: TEXT } } }),
    // @ts-expect-error an option with a typo
    crd({ group: "e.c", version: "v1", kind: "W", spec: { type: "object" }, shortName: ["w"] }),
    // @ts-expect-error a schema that is no literal tells nothing
    crd({ group: "e.c", version: "v1", kind: "W", spec: JSON.parse("{}") as Record<string, string> }),
  ];
}

Deno.test("the types of custom resources hold what they promise", () => {
  // That this file passes the type check is the test.
  ok([accepted, rejected].every((snippets) => typeof snippets === "function"));
});
