/**
 * A registry with a few kinds for tests.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { loadMetadataSchema, OBJECT_META_SCHEMA } from "../../kinds/schemas.ts";
import type { KindSchema, Schema } from "../../kube/schema.ts";
import { decodeTyped } from "../schema/decode.ts";
import { decodeCustom } from "../schema/decode_custom.ts";
import { loadMetaDecoder } from "../schema/meta_types.ts";
import { Plans } from "../schema/plans.ts";
import { Storage, type StorageOptions } from "../storage/storage.ts";
import { Registry } from "./registry.ts";
import { ResourceList } from "./resource_list.ts";
import type { Draft, ServedResource, ServedSubresource } from "./served_resource.ts";
import type { Strategy } from "./strategy.ts";
import type { Admission } from "./admission.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const METADATA: Schema = { $ref: OBJECT_META_SCHEMA };
const findMetadata = await loadMetadataSchema();
const decodeMetadata = await loadMetaDecoder(OBJECT_META_SCHEMA);
const plans = new Plans({});
const NAME_COLUMN = { name: "Name", type: "string", format: "name", description: "", priority: 0 };

/** A clock that is moved by hand. */
export class TestClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  #random = 1;
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  random(): number {
    // A linear congruential generator, so that runs are alike.
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random / 2_147_483_647;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.timer(ms, resolve));
  }

  timer(ms: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.dueMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }
}

/** What a kind has that others have not. */
interface KindOptions {
  readonly group?: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly strategy?: Strategy;
  readonly subresources?: ServedResource["served"];
  readonly custom?: boolean;
  readonly fields?: ServedResource["selectableFields"];
}

/** Makes a resource. */
export function testResource(options: KindOptions): ServedResource {
  const { group = "", plural, kind, namespaced = true, properties = {}, strategy = {}, custom = false } = options;
  const schema: KindSchema = {
    schema: {
      type: "object",
      properties: { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: METADATA, ...properties },
      "x-kubernetes-group-version-kind": [{ group, version: "v1", kind }],
    },
    find: (name) => name === "v1.DeploymentSpec" ? DEPLOYMENT_SPEC : findMetadata(name),
  };
  const type = { name: `${group}/v1.${kind}`, schema };
  return {
    group,
    version: "v1",
    kind,
    plural,
    namespaced,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: VERBS,
    listKind: `${kind}List`,
    served: options.subresources ?? new Map(),
    storedAs: `${group}/${plural}`,
    schema,
    custom,
    decode: (value, isText) =>
      custom ? decodeCustom(value, schema.schema, decodeMetadata, isText) : decodeTyped(value, type, plans, isText),
    columns: [{ ...NAME_COLUMN, cell: ({ metadata }) => metadata.name }],
    strategy,
    selectableFields: options.fields ?? (() => ({})),
    fromStored: (object) => object,
    toStored: (object) => object,
  };
}

const DEPLOYMENT_SPEC: Schema = {
  type: "object",
  properties: {
    replicas: { type: "integer", format: "int32", default: 1 },
    paused: { type: "boolean" },
    args: { type: "array", items: { type: "string" } },
  },
};

const STATUS = { name: "status", verbs: ["get", "patch", "update"] };

export const configMaps: ServedResource = testResource({
  plural: "configmaps",
  kind: "ConfigMap",
  properties: { data: { type: "object", additionalProperties: { type: "string" } }, immutable: { type: "boolean" } },
});

export const namespaces: ServedResource = testResource({
  plural: "namespaces",
  kind: "Namespace",
  namespaced: false,
  properties: {
    spec: { type: "object", properties: { finalizers: { type: "array", items: { type: "string" } } } },
    status: { type: "object", properties: { phase: { type: "string" } } },
  },
  strategy: {
    returnsDeleted: true,
    isHeld: ({ spec }) => ((spec as { finalizers?: string[] } | undefined)?.finalizers ?? []).length > 0,
    prepareForDelete: (draft) => void (draft.status = { phase: "Terminating" }),
  },
  subresources: new Map([["finalize", { name: "finalize", verbs: ["update"] }]]),
});

export const budgets: ServedResource = testResource({
  group: "policy",
  plural: "poddisruptionbudgets",
  kind: "PodDisruptionBudget",
  properties: {
    spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
  subresources: new Map([["status", STATUS]]),
});

export const deployments: ServedResource = testResource({
  group: "apps",
  plural: "deployments",
  kind: "Deployment",
  properties: {
    spec: { $ref: "#/components/schemas/v1.DeploymentSpec", default: {} },
    status: { type: "object", properties: { replicas: { type: "integer" }, phase: { type: "string" } } },
  },
  strategy: { generation: true },
  subresources: new Map<string, ServedSubresource>([
    ["status", STATUS],
    ["scale", {
      name: "scale",
      verbs: ["get", "patch", "update"],
      kind: { group: "autoscaling", version: "v1", kind: "Scale" },
      scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
    }],
  ]),
  fields: ({ status }) => ({ "status.phase": (status as { phase?: string } | undefined)?.phase ?? "" }),
});

export const pods: ServedResource = testResource({
  plural: "pods",
  kind: "Pod",
  properties: {
    spec: { type: "object", properties: { nodeName: { type: "string" } } },
    status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
  subresources: new Map<string, ServedSubresource>([
    ["binding", { name: "binding", verbs: ["create"] }],
    ["eviction", { name: "eviction", verbs: ["create"] }],
    ["status", STATUS],
  ]),
  strategy: { gracePeriodSeconds: (_object, seconds) => seconds ?? 30, returnsDeleted: true },
});

export const widgets: ServedResource = testResource({
  group: "example.com",
  plural: "widgets",
  kind: "Widget",
  custom: true,
  properties: {
    spec: { type: "object", properties: { size: { type: "integer", default: 3 }, tags: { type: "array" } } },
    status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
  subresources: new Map<string, ServedSubresource>([["status", STATUS]]),
});

/** What tests work with. */
export interface TestWorld {
  readonly registry: Registry;
  readonly clock: TestClock;
  readonly admission: Admission;
}

/** Makes a registry. */
export function testWorld(options: StorageOptions = {}): TestWorld {
  const clock = new TestClock();
  const admission: Admission = { mutating: [], validating: [] };
  const resources = new ResourceList([configMaps, namespaces, deployments, pods, budgets, widgets]);
  return { registry: new Registry({ storage: new Storage(options), resources, clock, admission }), clock, admission };
}

/** Makes a ConfigMap. */
export function configMap(name: string, data: Record<string, string> = {}, metadata: Draft["metadata"] = {}): Draft {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}
