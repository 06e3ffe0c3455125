/**
 * Serves custom resources: what CustomResourceDefinitions define comes and goes with them.
 *
 * @module
 */

import { formatTime } from "../../kube/time.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceList } from "../registry/resource_list.ts";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";
import type { WriteOptions } from "../registry/write_options.ts";
import type { StorageEvent } from "../storage/storage.ts";
import { customResources, type Metadata } from "./custom_resource.ts";
import type { Definition, DefinitionStatus } from "./definition.ts";
import { definitionStatus, isEstablished } from "./definition_status.ts";

/** Under what definitions are stored. */
const STORED_AS = "apiextensions.k8s.io/customresourcedefinitions";
/** Keeps a definition until its objects are gone. */
export const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** What it is made of. */
export interface CustomResourcesOptions {
  /** Where definitions are, and their objects. */
  readonly registry: Registry;
  /** What is served. */
  readonly resources: ResourceList;
  /** What they have in common with built-in kinds. */
  readonly metadata: Metadata;
}

/** Serves custom resources. */
export class CustomResources implements Disposable {
  readonly #registry: Registry;
  readonly #list: ResourceList;
  readonly #metadata: Metadata;
  readonly #stop: () => void;
  /** The resources by the names of their definitions. */
  readonly #resources = new Map<string, { readonly spec: unknown; readonly served: readonly ServedResource[] }>();

  /**
   * Begins to serve what is defined already and what will be.
   *
   * @param options What it is made of.
   */
  constructor({ registry, resources, metadata }: CustomResourcesOptions) {
    this.#registry = registry;
    this.#list = resources;
    this.#metadata = metadata;
    for (const definition of this.#definitions()) this.#settle(definition);
    this.#stop = registry.subscribe((event) => this.#hear(event));
  }

  /** Stops to hear of definitions; what is served stays so. */
  [Symbol.dispose](): void {
    this.#stop();
  }

  /**
   * Lists what is served because it is defined.
   *
   * @returns The resources, sorted by group.
   */
  resources(): ServedResource[] {
    const all = [...this.#resources.values()].flatMap(({ served }) => served);
    return all.sort((a, b) => a.group < b.group ? -1 : a.group > b.group ? 1 : 0);
  }

  #hear({ type, storedAs, object }: StorageEvent): void {
    if (storedAs === STORED_AS) {
      const definition = object as Definition;
      if (type === "DELETED") this.#forget(definition);
      else this.#settle(definition);
    } else if (type === "DELETED") this.#finish(storedAs);
  }

  /** Brings the status of a definition up to date, and what is served. */
  #settle(definition: Definition): void {
    if (definition.metadata.deletionTimestamp !== undefined) return this.#cleanUp(definition);
    const { name } = definition.metadata;
    const { group } = definition.spec;
    const others = this.#definitions().filter(({ spec, metadata }) => spec.group === group && metadata.name !== name);
    const status = definitionStatus(definition, others, formatTime(this.#registry.clock.now()));
    // The write is heard of, and comes back with nothing left to change.
    if (status !== definition.status) return this.#write(definition, { status }, { subresource: "status" });
    if (isEstablished(status)) this.#serve(definition);
  }

  #serve(definition: Definition): void {
    const name = definition.metadata.name!;
    const { spec } = definition;
    if (this.#resources.get(name)?.spec === spec) return;
    this.#resources.set(name, { spec, served: customResources(definition, this.#metadata) });
    this.#publish();
  }

  #forget(definition: Definition): void {
    if (this.#resources.delete(definition.metadata.name!)) this.#publish();
    // What had the same names gets its turn.
    for (const other of this.#definitions()) if (!isEstablished(other.status)) this.#settle(other);
  }

  #publish(): void {
    this.#list.remove(({ custom }) => custom);
    this.#list.add(this.resources());
  }

  /** Deletes the objects of a definition that is to go. */
  #cleanUp(definition: Definition): void {
    const { metadata, spec } = definition;
    if (!metadata.finalizers?.includes(CLEANUP)) return;
    const storedAs = `${spec.group}/${spec.names.plural}`;
    const resource = this.#list.findStored(storedAs);
    for (const { metadata: { namespace = "", name, deletionTimestamp } } of this.#objects(storedAs)) {
      if (resource && deletionTimestamp === undefined) this.#registry.delete(resource, namespace, name!, {});
    }
    this.#finish(storedAs);
  }

  /** Lets a definition go when its last object is gone. */
  #finish(storedAs: string): void {
    const definition = this.#definitions().find(({ spec, metadata }) => {
      return `${spec.group}/${spec.names.plural}` === storedAs && metadata.deletionTimestamp !== undefined;
    });
    if (!definition?.metadata.finalizers?.includes(CLEANUP) || this.#objects(storedAs).length > 0) return;
    const finalizers = definition.metadata.finalizers.filter((finalizer) => finalizer !== CLEANUP);
    this.#write(definition, { metadata: { ...definition.metadata, finalizers } });
  }

  #definitions(): Definition[] {
    return this.#objects(STORED_AS) as Definition[];
  }

  #objects(storedAs: string): StoredObject[] {
    return Array.from(this.#registry.storage.entries(storedAs), ([, object]) => object);
  }

  #write(
    definition: Definition,
    change: { readonly status?: DefinitionStatus; readonly metadata?: Definition["metadata"] },
    options: WriteOptions = {},
  ): void {
    const resource = this.#list.findStored(STORED_AS);
    if (!resource) throw new TypeError("Cannot serve custom resources: CustomResourceDefinitions are not served");
    const name = definition.metadata.name!;
    this.#registry.update(resource, "", name, { ...definition, ...change }, {
      ...options,
      fieldManager: "kube-apiserver",
    });
  }
}
