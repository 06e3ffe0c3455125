/**
 * The verbs of the API that read: one object, lists, tables, watches.
 *
 * @module
 */

import { formatLabelSelector, parseLabelSelector } from "../kube/label_selector.ts";
import type { KindOf, Live } from "../kube/live.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import { getRequest, listRequest, type Selector, type StateOptions, watchRequest } from "../kube/read_request.ts";
import { parseRef, type Ref } from "../kube/ref.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { ObjectAddress } from "../kube/resource_path.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Selection } from "../kube/selection.ts";
import { readAnswer } from "./answer.ts";
import { ApiError } from "./errors.ts";
import type { KindArgument, KindFinder } from "./kind_finder.ts";
import { type FetchPage, type ListProgress, ObjectList } from "./object_list.ts";
import type { GetOptions, ListOptions, WatchOptions } from "./options.ts";
import type { Sender, SendOptions } from "./sender.ts";
import { readTable, type Table } from "./table.ts";
import { readWatchEvents, type WatchEvent } from "./watch_stream.ts";

/** What a {@linkcode ResourceReader} is made of. */
export interface ReaderOptions {
  /** Carries the requests. */
  readonly sender: Sender;
  /** Finds kinds. */
  readonly kinds: KindFinder;
  /** The namespace of references and selections that name none. */
  readonly namespace: string;
  /** Told about every page of every list. */
  readonly onPage?: ((progress: ListProgress) => void) | undefined;
}

const PAGE_LIMIT = 500;

/**
 * Reads objects of one API server. Objects are plain JSON, with `apiVersion` and `kind` filled in.
 *
 * Kinds are named by kind values such as `Deployment`, which also give the types, or by any name that kubectl takes;
 * objects by `"namespace/name"`, `"name"`, both apart, or an object.
 */
export class ResourceReader {
  /** The namespace of references and selections that name none. */
  readonly namespace: string;
  /** Carries the requests. */
  protected readonly sender: Sender;
  /** Finds kinds. */
  protected readonly kinds: KindFinder;
  readonly #onPage: ReaderOptions["onPage"];

  /**
   * Makes a reader; nothing is sent yet.
   *
   * @param options What it is made of.
   */
  constructor({ sender, kinds, namespace, onPage }: ReaderOptions) {
    this.sender = sender;
    this.kinds = kinds;
    this.namespace = namespace;
    this.#onPage = onPage;
  }

  /**
   * Reads one object, by a GET.
   *
   * @typeParam T The object's type.
   * @param kind The kind.
   * @param ref Which object.
   * @param options The subresource, the version of the state, the signal that cancels the request.
   * @returns The object.
   * @throws {ApiError} With `isNotFound` if it does not exist.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Deployment } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const web = await k.get(Deployment, "shop/web");
   *   console.log(web.spec.replicas, web.metadata.uid);
   *   const gadget = await k.get("gadgets.example.com", { namespace: "shop", name: "a" });
   *   console.log(gadget.spec);
   * }
   * ```
   */
  get<T extends KubeObject>(kind: KindOf<T>, ref: Ref, options?: GetOptions): Promise<Live<T>>;
  /** Reads one object of a kind without a type. */
  get(kind: KindArgument, ref: Ref, options?: GetOptions): Promise<LiveObject>;
  async get(kind: KindArgument, ref: Ref, options: GetOptions = {}): Promise<unknown> {
    const { signal, subresource, ...state } = options;
    const type = await this.typeOf(kind, { signal });
    return await this.fetch(getRequest(type, this.address(ref, subresource), state), { signal });
  }

  /**
   * Reads one object that may not exist.
   *
   * @typeParam T The object's type.
   * @param kind The kind.
   * @param ref Which object.
   * @param options As of {@linkcode ResourceReader.get}.
   * @returns The object, or `undefined`.
   * @throws {ApiError} If the server refuses for any other reason.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { ConfigMap } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const settings = await k.find(ConfigMap, "shop/settings");
   *   console.log(settings?.data?.color ?? "blue");
   * }
   * ```
   */
  find<T extends KubeObject>(kind: KindOf<T>, ref: Ref, options?: GetOptions): Promise<Live<T> | undefined>;
  /** Reads one object, which may not exist, of a kind without a type. */
  find(kind: KindArgument, ref: Ref, options?: GetOptions): Promise<LiveObject | undefined>;
  async find(kind: KindArgument, ref: Ref, options: GetOptions = {}): Promise<unknown> {
    try {
      return await this.get(kind, ref, options);
    } catch (error) {
      if (error instanceof ApiError && error.isNotFound) return undefined;
      throw error;
    }
  }

  /**
   * Lists objects, by a GET for each page, sent as it is needed.
   *
   * @typeParam T The type of the objects.
   * @param kind The kind; a name is resolved before the first page.
   * @param options Which objects, and which version of the state.
   * @returns The list, to iterate over or to read as a whole.
   * @throws {RangeError} If the label selector is none.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   for await (const pod of k.list(Pod, { allNamespaces: true, fields: "status.phase=Failed" })) {
   *     console.log(pod.metadata.namespace, pod.metadata.name, pod.status?.reason);
   *   }
   *   const web = await k.list(Pod, { namespace: "shop", labels: { tier: ["web", "api"] } }).toArray();
   *   console.log(web.length);
   * }
   * ```
   */
  list<T extends KubeObject>(kind: KindOf<T>, options?: ListOptions): ObjectList<Live<T>>;
  /** Lists objects of a kind without a type. */
  list(kind: KindArgument, options?: ListOptions): ObjectList<LiveObject>;
  list(kind: KindArgument, options: ListOptions = {}): ObjectList<never> {
    return this.#list(kind, options, undefined) as ObjectList<never>;
  }

  /**
   * Lists the metadata of objects: names, labels, owners and the like, which for most kinds is far less than all.
   *
   * @param kind The kind.
   * @param options Which objects, and which version of the state.
   * @returns The list of objects that have nothing but `apiVersion`, `kind` and `metadata`.
   * @throws {RangeError} If the label selector is none.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Secret } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   for await (const { metadata } of k.listMetadata(Secret, { labels: "!team" })) {
   *     console.log(metadata.name, metadata.ownerReferences);
   *   }
   * }
   * ```
   */
  listMetadata(kind: KindArgument, options: ListOptions = {}): ObjectList<LiveObject> {
    return this.#list(kind, options, "metadata");
  }

  /**
   * Reads the table that kubectl prints for objects; the server makes it.
   *
   * @param kind The kind.
   * @param options Which objects.
   * @returns The columns and the rows.
   * @throws {RangeError} If the label selector is none.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   *
   * async function example(k: Client) {
   *   const { columnDefinitions, rows } = await k.table("deploy", { namespace: "shop" });
   *   console.log(columnDefinitions.map(({ name }) => name).join("\t"));
   *   for (const { cells } of rows) console.log(cells.join("\t"));
   * }
   * ```
   */
  async table(kind: KindArgument, options: Omit<ListOptions, "limit"> = {}): Promise<Table> {
    const { signal, ...list } = options;
    const query = { ...this.selector(list), ...stateOf(list), as: "table" } as const;
    return readTable(await this.fetch(listRequest(await this.typeOf(kind, { signal }), query), { signal }));
  }

  /**
   * Watches objects until the server ends the stream.
   *
   * @typeParam T The type of the objects.
   * @param kind The kind.
   * @param options Which objects, and where to begin.
   * @returns One event after the other.
   * @throws {RangeError} If the label selector is none.
   * @throws {ApiError} If the watch is refused, or ends with an error such as 410.
   * @throws {TransportError} If the connection breaks; with `timeoutSeconds` also if it is silent for much longer.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   for await (const { type, object } of k.watch(Pod, { namespace: "shop", labels: { app: "web" } })) {
   *     console.log(type, object.metadata.name, object.status?.phase);
   *   }
   * }
   * ```
   */
  watch<T extends KubeObject>(kind: KindOf<T>, options?: WatchOptions): AsyncIterable<WatchEvent<Live<T>>>;
  /** Watches objects of a kind without a type. */
  watch(kind: KindArgument, options?: WatchOptions): AsyncIterable<WatchEvent>;
  async *watch(kind: KindArgument, options: WatchOptions = {}): AsyncGenerator<never> {
    const { signal, namespace: _, allNamespaces: _all, labels: _labels, fields: _fields, ...rest } = options;
    const query = { ...this.selector(options), ...rest };
    const request = watchRequest(await this.typeOf(kind, { signal }), query);
    const durationMs = query.timeoutSeconds ? query.timeoutSeconds * 1_000 : undefined;
    const read = (response: Response) => readWatchEvents(request, response) as AsyncIterable<never>;
    yield* this.sender.stream(request, read, { signal, durationMs });
  }

  /**
   * Sends any request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The JSON object in the answer.
   * @throws {ApiError} If the server refuses it.
   */
  async fetch(request: KubeRequest, options: SendOptions = {}): Promise<Record<string, unknown>> {
    return readAnswer(request, await this.sender.send(request, options));
  }

  /**
   * Finds how the API serves a kind.
   *
   * @param kind The kind.
   * @param options The signal that cancels the search.
   * @returns Its address; only a name needs discovery.
   * @throws {DiscoveryError} If the server does not offer it.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   *
   * async function example(k: Client) {
   *   const { group, version, plural } = await k.typeOf("deploy");
   *   console.log(group, version, plural); // apps v1 deployments
   * }
   * ```
   */
  async typeOf(kind: KindArgument, options: SendOptions = {}): Promise<ResourceType> {
    return await this.kinds.typeOf(kind, options);
  }

  /**
   * Reads a reference, with the client's namespace where it names none.
   *
   * @param ref The reference.
   * @param subresource The subresource.
   * @returns The address.
   */
  protected address(ref: Ref, subresource?: string): ObjectAddress {
    const { namespace = this.namespace, name } = parseRef(ref);
    return { namespace, name, ...(subresource !== undefined && { subresource }) };
  }

  /**
   * Reads a selection, with the client's namespace where it names none. A bad one is refused here, before any request.
   *
   * @param selection The selection.
   * @returns What is sent.
   * @throws {RangeError} If the label selector is none.
   */
  protected selector({ namespace = this.namespace, allNamespaces, labels, fields }: Selection): Selector {
    return {
      namespace: allNamespaces ? undefined : namespace,
      labelSelector: labels === undefined ? undefined : formatLabelSelector(parseLabelSelector(labels)),
      fieldSelector: fields,
    };
  }

  #list(kind: KindArgument, { signal, ...list }: ListOptions, as: "metadata" | undefined): ObjectList<LiveObject> {
    const options = { ...this.selector(list), ...stateOf(list), limit: list.limit ?? PAGE_LIMIT, as };
    const fetchPage: FetchPage = (type, token) => {
      // The token says which state is meant; the server refuses one that comes with a version.
      const next = token !== undefined &&
        { continue: token, resourceVersion: undefined, resourceVersionMatch: undefined };
      return this.fetch(listRequest(type, { ...options, ...next }), { signal });
    };
    return new ObjectList(() => this.typeOf(kind, { signal }), fetchPage, this.#onPage);
  }
}

/**
 * Picks the options that say which state is meant.
 *
 * @param options Options of any kind.
 * @returns Those options alone.
 */
export function stateOf({ resourceVersion, resourceVersionMatch }: StateOptions): StateOptions {
  return { resourceVersion, resourceVersionMatch };
}
