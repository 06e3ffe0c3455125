// deno-lint-ignore-file no-explicit-any -- tests read and change what they expect
import type { Clock } from "../../base/clock.ts";
import { jsonEquals } from "../../base/json.ts";
import { ManualClock } from "../../base/manual_clock.ts";
import type { KubeObject } from "../../kube/object.ts";
import { ControllerManager } from "./controller_manager.ts";
import type { ControllerFactory } from "./controller_manager.ts";
import type { Draft, ResourceCatalog, ServedResource, StoredObject } from "../registry/served_resource.ts";
import { StatusError } from "../registry/status_error.ts";
import { formatTime } from "../../kube/time.ts";
import type { World, WorldDeleteOptions, WorldEvent, WorldWriteOptions } from "./world.ts";

/** What the storage of an API server does to objects, and nothing else: no defaults, no validation. */
export class MemoryWorld implements World {
  readonly clock: Clock;
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  readonly #listeners = new Set<(event: WorldEvent) => void>();
  readonly #resources = new Map<string, ServedResource>();
  /** Throws to refuse a creation. */
  refuse: (draft: Draft) => void = () => {};
  #revision = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  readonly resources = {
    findKind: (apiVersion: string, kind: string) => this.#resource(apiVersion, kind),
    findStored: (storedAs: string) => [...this.#resources.values()].find((one) => one.storedAs === storedAs),
    all: () => [...this.#resources.values()],
  } as unknown as ResourceCatalog;

  list(resource: ServedResource, namespace: string | undefined): { items: StoredObject[] } {
    const all = [...this.#objects.get(resource.storedAs)?.values() ?? []];
    return { items: all.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace) };
  }

  create(resource: ServedResource, _namespace: string, wanted: Draft): StoredObject {
    const draft = structuredClone(wanted);
    this.refuse(draft);
    this.#revision++;
    const { generateName } = draft.metadata;
    draft.metadata.name ??= `${generateName}${this.#revision.toString(36).padStart(5, "0")}`;
    Object.assign(draft.metadata, {
      uid: `uid-${this.#revision}`,
      creationTimestamp: formatTime(this.clock.now()),
      ...(resource.kind === "Event" ? {} : { generation: 1 }),
    });
    const kind = this.#kind(resource);
    if (kind.has(keyOf(draft))) throw new StatusError(409, "AlreadyExists", `${draft.metadata.name} already exists`);
    return this.#store(resource, draft, "ADDED");
  }

  update(
    resource: ServedResource,
    namespace: string,
    name: string,
    draft: Draft,
    options: WorldWriteOptions = {},
  ): StoredObject {
    const old = this.#kind(resource).get(`${namespace}/${name}`);
    if (!old) throw new StatusError(404, "NotFound", `${name} not found`);
    const next = structuredClone(draft);
    if (options.subresource === "status") {
      for (const field of Object.keys(next)) {
        if (!["status", "metadata"].includes(field)) next[field] = old[field];
      }
    } else if (old.status !== undefined) next.status = old.status;
    const spec = ({ metadata: _, status: __, ...rest }: StoredObject) => rest;
    if (!jsonEquals(spec(next), spec(old)) && old.metadata.generation) {
      next.metadata.generation = old.metadata.generation + 1;
    }
    const { finalizers = [], deletionTimestamp, deletionGracePeriodSeconds = 0 } = next.metadata;
    const specFinalizers = (next.spec as { finalizers?: string[] } | undefined)?.finalizers ?? [];
    const isGone = deletionTimestamp && deletionGracePeriodSeconds === 0 &&
      finalizers.length + specFinalizers.length === 0;
    if (isGone) return this.#remove(resource, next);
    return jsonEquals(next, old) ? old : this.#store(resource, next, "MODIFIED", old);
  }

  delete(resource: ServedResource, namespace: string, name: string, options: WorldDeleteOptions): unknown {
    const old = this.#kind(resource).get(`${namespace}/${name}`);
    if (!old) throw new StatusError(404, "NotFound", `${name} not found`);
    const next = structuredClone(old) as Draft;
    const { spec } = next as {
      spec?: { terminationGracePeriodSeconds?: number; finalizers?: string[]; nodeName?: string };
    };
    const grace = resource.kind === "Pod" && spec?.nodeName
      ? options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30
      : 0;
    const extra = { Foreground: ["foregroundDeletion"], Orphan: ["orphan"], Background: [] };
    const finalizers = [
      ...new Set([...next.metadata.finalizers ?? [], ...extra[options.propagationPolicy ?? "Background"]]),
    ];
    if (grace === 0 && finalizers.length === 0 && !spec?.finalizers?.length) return this.#remove(resource, next);
    if (finalizers.length > 0) next.metadata.finalizers = finalizers;
    next.metadata.deletionTimestamp ??= formatTime(this.clock.now() + grace * 1000);
    next.metadata.deletionGracePeriodSeconds = grace;
    if (resource.kind === "Namespace") next.status = { phase: "Terminating" };
    return this.#store(resource, next, "MODIFIED", old);
  }

  subscribe(listener: (event: WorldEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Creates what a client would. */
  add(object: KubeObject): StoredObject {
    const draft = structuredClone(object) as Draft;
    return this.create(this.#resource(draft.apiVersion, draft.kind), draft.metadata.namespace ?? "", draft);
  }

  /** Changes what a client would. */
  change(kind: string, name: string, change: (draft: Record<string, any>) => void, subresource?: string): void {
    const { resource, object } = this.#find(kind, name);
    const draft = structuredClone(object) as Draft;
    change(draft);
    this.update(resource, draft.metadata.namespace ?? "", name, draft, subresource ? { subresource } : {});
  }

  /** Deletes what a client would. */
  remove(kind: string, name: string, options: WorldDeleteOptions = {}): void {
    const { resource, object } = this.#find(kind, name);
    this.delete(resource, object.metadata.namespace ?? "", name, options);
  }

  /** Finds objects by their kind. */
  all(kind: string): Record<string, any>[] {
    return [...this.#resources.values()].filter((one) => one.kind === kind)
      .flatMap((resource) => this.list(resource, undefined).items);
  }

  /** Finds an object by its kind and name. */
  one(kind: string, name: string): Record<string, any> {
    return this.#find(kind, name).object;
  }

  #find(kind: string, name: string): { resource: ServedResource; object: StoredObject } {
    for (const resource of this.#resources.values()) {
      if (resource.kind !== kind) continue;
      for (const object of this.#kind(resource).values()) {
        if (object.metadata.name === name) return { resource, object };
      }
    }
    throw new RangeError(`no ${kind} ${name}`);
  }

  #resource(apiVersion: string, kind: string): ServedResource {
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0]! : "";
    const plural = kind === "Endpoints"
      ? "endpoints"
      : kind === "StorageClass"
      ? "storageclasses"
      : `${kind.toLowerCase()}s`;
    const storedAs = `${group}/${plural}`;
    let resource = this.#resources.get(storedAs);
    if (!resource) {
      const namespaced = !["Namespace", "Node", "PersistentVolume", "StorageClass"].includes(kind);
      const verbs = ["list", "delete", "deletecollection"];
      const shape = { group, kind, plural, storedAs, namespaced, apiVersion, verbs, custom: false };
      this.#resources.set(storedAs, resource = shape as unknown as ServedResource);
    }
    return resource;
  }

  #kind({ storedAs }: ServedResource): Map<string, StoredObject> {
    let kind = this.#objects.get(storedAs);
    if (!kind) this.#objects.set(storedAs, kind = new Map());
    return kind;
  }

  #store(resource: ServedResource, draft: Draft, type: "ADDED" | "MODIFIED", old?: StoredObject): StoredObject {
    draft.metadata.resourceVersion = String(++this.#revision);
    this.#kind(resource).set(keyOf(draft), draft);
    this.#tell({ type, storedAs: resource.storedAs, object: draft, old });
    return draft;
  }

  #remove(resource: ServedResource, draft: Draft): StoredObject {
    this.#kind(resource).delete(keyOf(draft));
    this.#tell({ type: "DELETED", storedAs: resource.storedAs, object: draft });
    return draft;
  }

  #tell(event: WorldEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** A world with controllers on a clock that the test moves. */
export function startWorld(...controllers: ControllerFactory[]): {
  world: MemoryWorld;
  clock: ManualClock;
  manager: ControllerManager;
} {
  const clock = new ManualClock(Date.parse("2026-01-01T00:00:00Z"));
  const world = new MemoryWorld(clock);
  const manager = new ControllerManager(world, {
    controllers,
    onError(error) {
      throw error;
    },
  });
  return { world, clock, manager };
}

/** Finds the reasons and messages of all events, oldest first. */
export function eventsOf(world: MemoryWorld): string[] {
  return world.all("Event").map(({ reason, message }) => `${reason}: ${message}`);
}

function keyOf({ metadata }: StoredObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
