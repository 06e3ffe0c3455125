/**
 * The client: one object through which everything is asked of one API server.
 *
 * @module
 */

import { KubescriptError } from "../kube/error.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import {
  type ApplyOptions,
  applyRequest,
  createRequest,
  type DeleteOptions,
  deleteRequest,
  getRequest,
  type KubeRequest,
  type ListOptions,
  listRequest,
  type ObjectAddress,
  patchRequest,
  type PatchType,
  replaceRequest,
  type WatchOptions,
  watchRequest,
  type WriteOptions,
} from "../kube/request.ts";
import { parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import { readAnswer } from "./answer.ts";
import { discover } from "./discovery.ts";
import { ApiError } from "./errors.ts";
import { type FetchPage, ObjectList } from "./object_list.ts";
import { RestMapper } from "./rest_mapper.ts";
import type { SendOptions, Transport } from "./transport.ts";
import { readWatchEvents, type WatchEvent } from "./watch_stream.ts";

/** A kind: a kind value, how the API serves it, or any name that kubectl takes for it. */
export type KindArgument = string | ResourceType | { readonly type: ResourceType };

/** An object: `"namespace/name"` (or `"name"`), both apart, or any object. */
export type RefArgument =
  | string
  | { readonly namespace?: string | undefined; readonly name: string }
  | { readonly metadata: { readonly namespace?: string | undefined; readonly name: string; readonly uid?: string } };

/** What a client is made of. */
export interface ClientOptions {
  /** Sends the requests. */
  readonly transport: Transport;
  /** The namespace of references that name none. */
  readonly namespace: string;
}

const PAGE_LIMIT = 500;

/** Talks to one API server. Objects are plain JSON, with `apiVersion` and `kind` filled in. */
export class Client implements Disposable {
  /** The namespace of references that name none. */
  readonly namespace: string;
  readonly #transport: Transport;
  #mapper: Promise<RestMapper> | undefined;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @param options What it is made of.
   */
  constructor(options: ClientOptions) {
    this.#transport = options.transport;
    this.namespace = options.namespace;
  }

  /** The server's time in milliseconds since the epoch, exact to about a second. */
  serverTimeMs(): number {
    return this.#transport.serverTimeMs();
  }

  /**
   * Reads one object.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param options The signal that cancels the request.
   * @returns The object.
   * @throws {ApiError} With `isNotFound` if it does not exist.
   */
  async get(kind: KindArgument, ref: RefArgument, options: SendOptions = {}): Promise<LiveObject> {
    const type = await this.typeOf(kind, options);
    return await this.#sendForObject(getRequest(type, this.#address(ref)), options);
  }

  /**
   * Reads one object that may not exist.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param options The signal that cancels the request.
   * @returns The object, or `undefined`.
   */
  async find(kind: KindArgument, ref: RefArgument, options: SendOptions = {}): Promise<LiveObject | undefined> {
    try {
      return await this.get(kind, ref, options);
    } catch (error) {
      if (error instanceof ApiError && error.isNotFound) return undefined;
      throw error;
    }
  }

  /**
   * Lists objects, by pages of 500 that are fetched as they are needed.
   *
   * @param kind The kind; a name is resolved before the first page.
   * @param options What to select; all namespaces unless one is named.
   * @returns The list, to iterate over or to read as a whole.
   */
  list(kind: KindArgument, options: ListOptions & SendOptions = {}): ObjectList {
    const { signal, ...listOptions } = options;
    const fetchPage: FetchPage = (type, token) => {
      // The token says which state is meant; the server refuses one that comes with a version.
      const next = token !== undefined &&
        { continue: token, resourceVersion: undefined, resourceVersionMatch: undefined };
      return this.fetch(listRequest(type, { limit: PAGE_LIMIT, ...listOptions, ...next }), { signal });
    };
    return new ObjectList(() => this.typeOf(kind, { signal }), fetchPage);
  }

  /**
   * Watches objects until the server ends the stream.
   *
   * @param kind The kind.
   * @param options What to select, and where to begin.
   * @yields One event after the other.
   * @throws {ApiError} If the watch is refused, or ends with an error such as 410.
   * @throws {TransportError} If the connection breaks; with `timeoutSeconds` also if it is silent for much longer.
   */
  async *watch(kind: KindArgument, options: WatchOptions & SendOptions = {}): AsyncGenerator<WatchEvent> {
    const { signal, ...watchOptions } = options;
    const request = watchRequest(await this.typeOf(kind, { signal }), watchOptions);
    const { timeoutSeconds } = watchOptions;
    const durationMs = timeoutSeconds ? timeoutSeconds * 1_000 : undefined;
    yield* this.#transport.stream(request, (response) => readWatchEvents(request, response), { signal, durationMs });
  }

  /**
   * Creates an object.
   *
   * @param object The object.
   * @param options Dry run, field manager, validation.
   * @returns The object as it was stored.
   * @throws {ApiError} With `isAlreadyExists` if there is one of that name.
   */
  async create(object: KubeObject, options: WriteOptions & SendOptions = {}): Promise<LiveObject> {
    const { signal, ...writeOptions } = options;
    const type = await this.#typeOfObject(object, { signal });
    return await this.#sendForObject(createRequest(type, object, writeOptions), { signal });
  }

  /**
   * Replaces an object as a whole.
   *
   * @param object The object; with its `resourceVersion`, a change in between is a conflict.
   * @param options Dry run, field manager, validation.
   * @returns The object as it was stored.
   */
  async replace(object: KubeObject, options: WriteOptions & SendOptions = {}): Promise<LiveObject> {
    const { signal, ...writeOptions } = options;
    const type = await this.#typeOfObject(object, { signal });
    return await this.#sendForObject(replaceRequest(type, object, writeOptions), { signal });
  }

  /**
   * Patches an object.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param patch The fields to change, or the operations of a JSON patch.
   * @param options How the patch is meant (default `merge`), dry run, field manager, validation.
   * @returns The object as it was stored.
   */
  async patch(
    kind: KindArgument,
    ref: RefArgument,
    patch: unknown,
    options: WriteOptions & SendOptions & { readonly type?: PatchType } = {},
  ): Promise<LiveObject> {
    const { signal, type: patchType = "merge", ...writeOptions } = options;
    const type = await this.typeOf(kind, { signal });
    return await this.#sendForObject(patchRequest(type, this.#address(ref), patch, patchType, writeOptions), {
      signal,
    });
  }

  /**
   * Applies an object by server-side apply.
   *
   * @param object The fields to own; with `metadata.uid` the object must exist under that uid.
   * @param options The field manager, force, dry run, validation.
   * @returns The object as it was stored, and whether this made it.
   * @throws {ApiError} With `isApplyConflict` if others own fields.
   */
  async apply(
    object: KubeObject,
    options: ApplyOptions & SendOptions & { readonly type?: ResourceType | undefined },
  ): Promise<{ readonly object: LiveObject; readonly created: boolean }> {
    const { signal, type = await this.#typeOfObject(object, { signal }), ...applyOptions } = options;
    const request = applyRequest(type, object, applyOptions);
    const answer = await this.#transport.send(request, { signal });
    return { object: readAnswer(request, answer) as LiveObject, created: answer.status === 201 };
  }

  /**
   * Deletes an object.
   *
   * @param kind The kind.
   * @param ref Which object; an object that was read is deleted only if it is still that one (its uid is sent).
   * @param options Grace period, propagation, preconditions, dry run.
   * @returns The answer: the object, if it stays until its finalizers are gone, or a `Status`.
   */
  async delete(
    kind: KindArgument,
    ref: RefArgument,
    options: DeleteOptions & SendOptions = {},
  ): Promise<Record<string, unknown>> {
    const { signal, ...deleteOptions } = options;
    const uid = typeof ref === "object" && "metadata" in ref ? ref.metadata.uid : undefined;
    const preconditions = { ...(uid !== undefined && { uid }), ...deleteOptions.preconditions };
    const type = await this.typeOf(kind, { signal });
    const request = deleteRequest(type, this.#address(ref), { ...deleteOptions, preconditions });
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
    return readAnswer(request, await this.#transport.send(request, options));
  }

  /**
   * Sends a request whose answer is text, such as logs.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The text.
   */
  async fetchText(request: KubeRequest, options: SendOptions = {}): Promise<string> {
    const answer = await this.#transport.send(request, options);
    if (answer.status !== 200) readAnswer(request, answer);
    return answer.text;
  }

  /**
   * Finds the kinds that the server offers; asked once, then remembered.
   *
   * @param options `refresh` asks again, for example after a CustomResourceDefinition was made.
   * @returns The mapper from names to kinds.
   */
  async mapper(options: { readonly refresh?: boolean } & SendOptions = {}): Promise<RestMapper> {
    const { refresh, signal } = options;
    const running = refresh ? undefined : this.#mapper;
    if (!running) return await this.#discover(signal);
    try {
      return await running;
    } catch (error) {
      // Whoever asked first has given up: that is no answer for the others.
      if (error instanceof KubescriptError || signal?.aborted) throw error;
      return await this.mapper({ signal });
    }
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
    if (typeof kind === "string") return (await this.mapper(options)).resolve(kind);
    return "plural" in kind ? kind : kind.type;
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }

  #discover(signal: AbortSignal | undefined): Promise<RestMapper> {
    const mapper = discover((request) => this.fetch(request, { signal })).then((found) => new RestMapper(found));
    this.#mapper = mapper;
    mapper.catch(() => {
      if (this.#mapper === mapper) this.#mapper = undefined;
    });
    return mapper;
  }

  async #typeOfObject(object: KubeObject, { signal }: SendOptions): Promise<ResourceType> {
    const gvk = { ...parseApiVersion(object.apiVersion), kind: object.kind };
    const mapper = await this.mapper({ signal });
    const type = mapper.find(gvk);
    if (!type) throw mapper.unknown(gvk, `${object.kind}/${object.metadata?.name}`);
    return type;
  }

  async #sendForObject(request: KubeRequest, options: SendOptions): Promise<LiveObject> {
    return await this.fetch(request, options) as LiveObject;
  }

  #address(ref: RefArgument): ObjectAddress {
    if (typeof ref === "string") {
      const slash = ref.indexOf("/");
      return slash < 0
        ? { namespace: this.namespace, name: ref }
        : { namespace: ref.slice(0, slash), name: ref.slice(slash + 1) };
    }
    const { namespace = this.namespace, name } = "metadata" in ref ? ref.metadata : ref;
    return { namespace, name };
  }
}
