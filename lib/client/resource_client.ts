/**
 * The verbs of the API on objects and collections.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import { isBuiltIn } from "../kube/built_in.ts";
import { formatLabelSelector, type LabelSelectorInput, parseLabelSelector } from "../kube/label_selector.ts";
import type { KindOf, Live, Stored } from "../kube/live.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { Patch, PatchOperation } from "../kube/patch.ts";
import { getRequest, listRequest, type Selector, type StateOptions, watchRequest } from "../kube/read_request.ts";
import { parseRef, type Ref } from "../kube/ref.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { ObjectAddress } from "../kube/resource_path.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { Selection } from "../kube/selection.ts";
import {
  applyRequest,
  createRequest,
  deleteCollectionRequest,
  deleteRequest,
  type DeletionOptions,
  patchRequest,
  replaceRequest,
  type WriteQuery,
} from "../kube/write_request.ts";
import { readAnswer } from "./answer.ts";
import { ApiError } from "./errors.ts";
import type { KindArgument, KindFinder } from "./kind_finder.ts";
import { type FetchPage, type ListProgress, ObjectList } from "./object_list.ts";
import type {
  ApplyOptions,
  DeleteCollectionOptions,
  DeleteOptions,
  GetOptions,
  ListOptions,
  PatchOptions,
  WatchOptions,
  WriteOptions,
} from "./options.ts";
import type { Sender, SendOptions } from "./sender.ts";
import { readTable, type Table } from "./table.ts";
import { readWatchEvents, type WatchEvent } from "./watch_stream.ts";

/** What a client is made of. */
export interface ClientOptions {
  /** Carries the requests. */
  readonly sender: Sender;
  /** Finds kinds. */
  readonly kinds: KindFinder;
  /** The namespace of references and selections that name none. */
  readonly namespace: string;
  /** In whose name fields are owned, unless a call says otherwise; by default the server makes up a name. */
  readonly fieldManager?: string | undefined;
  /** Told about every page of every list. */
  readonly onPage?: ((progress: ListProgress) => void) | undefined;
}

const PAGE_LIMIT = 500;

/**
 * Reads and writes objects of one API server. Objects are plain JSON, with `apiVersion` and `kind` filled in.
 *
 * Kinds are named by kind values such as `Deployment`, which also give the types, or by any name that kubectl takes;
 * objects by `"namespace/name"`, `"name"`, both apart, or an object.
 */
export class ResourceClient {
  /** The namespace of references and selections that name none. */
  readonly namespace: string;
  /** Carries the requests. */
  protected readonly sender: Sender;
  /** Finds kinds. */
  protected readonly kinds: KindFinder;
  readonly #fieldManager: string | undefined;
  readonly #onPage: ClientOptions["onPage"];

  /**
   * Makes a client; nothing is sent yet.
   *
   * @param options What it is made of.
   */
  constructor({ sender, kinds, namespace, fieldManager, onPage }: ClientOptions) {
    this.sender = sender;
    this.kinds = kinds;
    this.namespace = namespace;
    this.#fieldManager = fieldManager;
    this.#onPage = onPage;
  }

  /**
   * Reads one object.
   *
   * @typeParam T The object's type.
   * @param kind The kind.
   * @param ref Which object.
   * @param options The subresource, the version of the state, the signal that cancels the request.
   * @returns The object.
   * @throws {ApiError} With `isNotFound` if it does not exist.
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
   * @param options As of {@linkcode ResourceClient.get}.
   * @returns The object, or `undefined`.
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
   * Lists objects, by pages that are fetched as they are needed.
   *
   * @typeParam T The type of the objects.
   * @param kind The kind; a name is resolved before the first page.
   * @param options Which objects, and which version of the state.
   * @returns The list, to iterate over or to read as a whole.
   * @throws {RangeError} If the label selector is none.
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
   */
  listMetadata(kind: KindArgument, options: ListOptions = {}): ObjectList<LiveObject> {
    return this.#list(kind, options, "metadata");
  }

  /**
   * Reads the table that kubectl prints for objects.
   *
   * @param kind The kind.
   * @param options Which objects.
   * @returns The columns and the rows.
   */
  async table(kind: KindArgument, options: Omit<ListOptions, "limit"> = {}): Promise<Table> {
    const { signal, ...list } = options;
    const type = await this.typeOf(kind, { signal });
    const request = listRequest(type, { ...this.#selector(list), ...stateOf(list), as: "table" });
    return readTable(await this.fetch(request, { signal }));
  }

  /**
   * Watches objects until the server ends the stream.
   *
   * @typeParam T The type of the objects.
   * @param kind The kind.
   * @param options Which objects, and where to begin.
   * @returns One event after the other.
   * @throws {ApiError} If the watch is refused, or ends with an error such as 410.
   * @throws {TransportError} If the connection breaks; with `timeoutSeconds` also if it is silent for much longer.
   */
  watch<T extends KubeObject>(kind: KindOf<T>, options?: WatchOptions): AsyncIterable<WatchEvent<Live<T>>>;
  /** Watches objects of a kind without a type. */
  watch(kind: KindArgument, options?: WatchOptions): AsyncIterable<WatchEvent>;
  async *watch(kind: KindArgument, options: WatchOptions = {}): AsyncGenerator<never> {
    const { signal, namespace: _, allNamespaces: _all, labels: _labels, fields: _fields, ...query } = options;
    const request = watchRequest(await this.typeOf(kind, { signal }), { ...this.#selector(options), ...query });
    const durationMs = query.timeoutSeconds ? query.timeoutSeconds * 1_000 : undefined;
    const read = (response: Response) => readWatchEvents(request, response) as AsyncIterable<never>;
    yield* this.sender.stream(request, read, { signal, durationMs });
  }

  /**
   * Creates an object.
   *
   * @typeParam T The object's type.
   * @param object The object; the client's namespace is filled in if it needs one.
   * @param options Dry run, field manager, validation.
   * @returns The object as it was stored.
   * @throws {ApiError} With `isAlreadyExists` if there is one of that name.
   */
  async create<T extends DeepReadonly<KubeObject>>(object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    const { signal, type, write } = await this.#write(object, options);
    return await this.#fetch(createRequest(type, this.#placed(object, type), write), signal);
  }

  /**
   * Replaces an object as a whole.
   *
   * @typeParam T The object's type.
   * @param object The object; with its `resourceVersion`, a change in between is a conflict.
   * @param options The subresource, dry run, field manager, validation.
   * @returns The object as it was stored.
   * @throws {ApiError} With `isConflict` if it has changed since it was read.
   */
  async replace<T extends DeepReadonly<KubeObject>>(object: T, options: WriteOptions = {}): Promise<Stored<T>> {
    const { signal, type, write } = await this.#write(object, options);
    return await this.#fetch(replaceRequest(type, this.#placed(object, type), write), signal);
  }

  /**
   * Patches an object.
   *
   * @typeParam T The object's type.
   * @param kind The kind.
   * @param ref Which object; the `resourceVersion` of an object is not sent.
   * @param patch The fields to change, or the operations of a JSON patch.
   * @param options How the patch is meant, the subresource, dry run, field manager, validation.
   * @returns The object as it was stored.
   */
  patch<T extends KubeObject>(
    kind: KindOf<T>,
    ref: Ref,
    patch: Patch<T> | readonly PatchOperation[],
    options?: PatchOptions,
  ): Promise<Live<T>>;
  /** Patches an object of a kind without a type. */
  patch(kind: KindArgument, ref: Ref, patch: unknown, options?: PatchOptions): Promise<LiveObject>;
  async patch(kind: KindArgument, ref: Ref, patch: unknown, options: PatchOptions = {}): Promise<unknown> {
    const { signal, subresource, type: wanted, ...write } = options;
    const type = await this.typeOf(kind, { signal });
    const patchType = wanted ?? (Array.isArray(patch) ? "json" : isBuiltIn(type.group) ? "strategic" : "merge");
    const request = patchRequest(type, this.address(ref, subresource), patch, patchType, this.managed(write));
    return await this.fetch(request, { signal });
  }

  /**
   * Applies an object by server-side apply.
   *
   * @typeParam T The object's type.
   * @param object The fields to own; with `metadata.uid` the object must exist under that uid.
   * @param options The field manager, force, the subresource, dry run, validation.
   * @returns The object as it was stored.
   * @throws {TypeError} If neither the options nor the client name a field manager.
   * @throws {ApiError} With `isApplyConflict` if others own fields.
   */
  async apply<T extends DeepReadonly<KubeObject>>(object: T, options: ApplyOptions = {}): Promise<Stored<T>> {
    const { signal, type, write: { fieldManager, ...write } } = await this.#write(object, options);
    if (!fieldManager) throw new TypeError(`Cannot apply ${object.kind}: "fieldManager" is missing`);
    return await this.#fetch(applyRequest(type, this.#placed(object, type), { ...write, fieldManager }), signal);
  }

  /**
   * Deletes an object.
   *
   * @param kind The kind.
   * @param ref Which object; an object that was read is deleted only if it is still that one (its uid is sent).
   * @param options Grace period, propagation, preconditions, dry run.
   * @returns The answer: the object, if it stays until its finalizers are gone, or a `Status`.
   * @throws {ApiError} With `isNotFound` if it does not exist, with `isConflict` if it is another one by now.
   */
  async delete(kind: KindArgument, ref: Ref, options: DeleteOptions = {}): Promise<Record<string, unknown>> {
    const { signal, ...deleteOptions } = options;
    const type = await this.typeOf(kind, { signal });
    return await this.fetch(deleteRequest(type, this.address(ref), this.precise(ref, deleteOptions)), { signal });
  }

  /**
   * Deletes the objects that are selected, by one request. There are no preconditions, and no list of what was deleted
   * before it is done; to look first, list and delete one by one.
   *
   * @param kind The kind.
   * @param options Which objects; grace period, propagation, dry run.
   * @returns The answer: the list of what was deleted, or a `Status`.
   */
  async deleteCollection(kind: KindArgument, options: DeleteCollectionOptions = {}): Promise<Record<string, unknown>> {
    const { signal, dryRun, gracePeriodSeconds, propagationPolicy, limit, ...selection } = options;
    const type = await this.typeOf(kind, { signal });
    const request = deleteCollectionRequest(
      type,
      { ...this.#selector(selection), ...stateOf(selection), limit },
      { dryRun, gracePeriodSeconds, propagationPolicy },
    );
    return await this.fetch(request, { signal });
  }

  /**
   * Sends any request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The JSON object in the answer.
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
   * Makes sure that an object that was read means itself, and not what has taken its name since.
   *
   * @param ref The reference.
   * @param options The options of the deletion.
   * @returns The options, with the object's uid as a precondition.
   */
  protected precise(ref: Ref, options: DeletionOptions): DeletionOptions {
    const uid = typeof ref === "object" && "metadata" in ref ? ref.metadata.uid : undefined;
    if (uid === undefined) return options;
    return { ...options, preconditions: { uid, ...options.preconditions } };
  }

  /**
   * Adds the client's field manager to options that name none.
   *
   * @typeParam O The type of the options.
   * @param options The options.
   * @returns The options of the request.
   */
  protected managed<O extends WriteQuery>(options: O): O {
    return { ...options, fieldManager: options.fieldManager ?? this.#fieldManager };
  }

  #list(kind: KindArgument, { signal, ...list }: ListOptions, as: "metadata" | undefined): ObjectList<LiveObject> {
    const options = { ...this.#selector(list), ...stateOf(list), limit: list.limit ?? PAGE_LIMIT, as };
    const fetchPage: FetchPage = (type, token) => {
      // The token says which state is meant; the server refuses one that comes with a version.
      const next = token !== undefined &&
        { continue: token, resourceVersion: undefined, resourceVersionMatch: undefined };
      return this.fetch(listRequest(type, { ...options, ...next }), { signal });
    };
    return new ObjectList(() => this.typeOf(kind, { signal }), fetchPage, this.#onPage);
  }

  #selector({ namespace = this.namespace, allNamespaces, labels, fields }: Selection): Selector {
    return {
      namespace: allNamespaces ? undefined : namespace,
      labelSelector: labels === undefined ? undefined : formatLabelSelector(parseLabelSelector(labels)),
      fieldSelector: fields,
    };
  }

  async #write<O extends WriteOptions>(object: DeepReadonly<KubeObject>, { signal, ...options }: O) {
    return { signal, type: await this.kinds.typeOfObject(object, { signal }), write: this.managed(options) };
  }

  #placed(object: DeepReadonly<KubeObject>, type: ResourceType): DeepReadonly<KubeObject> {
    if (!type.namespaced || object.metadata?.namespace) return object;
    return { ...object, metadata: { ...object.metadata, namespace: this.namespace } };
  }

  async #fetch<T>(request: KubeRequest, signal: AbortSignal | undefined): Promise<Stored<T>> {
    return await this.fetch(request, { signal }) as unknown as Stored<T>;
  }
}

function stateOf({ resourceVersion, resourceVersionMatch }: StateOptions): StateOptions {
  return { resourceVersion, resourceVersionMatch };
}
