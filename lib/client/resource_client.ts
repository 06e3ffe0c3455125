/**
 * The verbs of the API that write: create, replace, patch, apply, delete.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import { isBuiltIn } from "../kube/built_in.ts";
import type { KindOf, Live, Stored } from "../kube/live.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import { parseObjectText } from "../kube/object_text.ts";
import type { Patch, PatchOperation } from "../kube/patch.ts";
import type { Ref } from "../kube/ref.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { asStatus } from "../kube/status.ts";
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
import type { KindArgument } from "./kind_finder.ts";
import { readItems } from "./object_list.ts";
import type { ApplyOptions, DeleteCollectionOptions, DeleteOptions, PatchOptions, WriteOptions } from "./options.ts";
import { type ReaderOptions, ResourceReader, stateOf } from "./resource_reader.ts";

/** What a client is made of. */
export interface ClientOptions extends ReaderOptions {
  /** In whose name fields are owned, unless a call says otherwise; by default the server makes up a name. */
  readonly fieldManager?: string | undefined;
  /** Whether what carries the requests only tries writes. @default {false} */
  readonly dryRun?: boolean | undefined;
}

/** Reads and writes objects of one API server. */
export class ResourceClient extends ResourceReader {
  readonly #fieldManager: string | undefined;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @param options What it is made of.
   */
  constructor(options: ClientOptions) {
    super(options);
    this.#fieldManager = options.fieldManager;
  }

  /**
   * Creates an object, by a POST.
   *
   * @typeParam T The object's type.
   * @param object The object, or its YAML or JSON text; the client's namespace is filled in if it needs one.
   * @param options Dry run, field manager, validation.
   * @returns The object as it was stored.
   * @throws {ApiError} With `isAlreadyExists` if there is one of that name.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { ConfigMap } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const settings = await k.create(ConfigMap({ metadata: { name: "settings" }, data: { color: "blue" } }));
   *   console.log(settings.metadata.uid);
   *   await k.create(await Deno.readTextFile("quota.yaml"), { dryRun: "All", fieldValidation: "Strict" });
   * }
   * ```
   */
  async create<T extends DeepReadonly<KubeObject>>(object: T | string, options: WriteOptions = {}): Promise<Stored<T>> {
    const { type, placed, write, signal } = await this.#write(object, options);
    return await this.#fetch(createRequest(type, placed, write), signal);
  }

  /**
   * Replaces an object as a whole, by a PUT.
   *
   * @typeParam T The object's type.
   * @param object The object, or its YAML or JSON text; with its `resourceVersion`, a change in between is a conflict.
   * @param options The subresource, dry run, field manager, validation.
   * @returns The object as it was stored.
   * @throws {ApiError} With `isConflict` if it has changed since it was read.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { ConfigMap } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const settings = await k.get(ConfigMap, "shop/settings");
   *   await k.replace({ ...settings, data: { ...settings.data, color: "red" } });
   * }
   * ```
   */
  async replace<T extends DeepReadonly<KubeObject>>(
    object: T | string,
    options: WriteOptions = {},
  ): Promise<Stored<T>> {
    const { type, placed, write, signal } = await this.#write(object, options);
    return await this.#fetch(replaceRequest(type, placed, write), signal);
  }

  /**
   * Patches an object, by a PATCH: strategic for built-in kinds, merge for all others, JSON patch for operations.
   *
   * @typeParam T The object's type.
   * @param kind The kind.
   * @param ref Which object; the `resourceVersion` of an object is not sent.
   * @param patch The fields to change, or the operations of a JSON patch.
   * @param options How the patch is meant, the subresource, dry run, field manager, validation.
   * @returns The object as it was stored.
   * @throws {ApiError} With `isNotFound` if it does not exist, with `isInvalid` if it would not be valid.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Deployment } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const image = "shop:2";
   *   await k.patch(Deployment, "shop/web", { spec: { template: { spec: { containers: [{ name: "web", image }] } } } });
   *   await k.patch(Deployment, "shop/web", { metadata: { labels: { team: null } } });
   *   await k.patch("deploy", "shop/web", [{ op: "replace", path: "/spec/replicas", value: 3 }]);
   * }
   * ```
   */
  patch<T extends KubeObject>(
    kind: KindOf<T>,
    ref: Ref,
    patch: Patch<T> | readonly PatchOperation[],
    options?: PatchOptions,
  ): Promise<Live<T>>;
  /** Patches an object of a kind without a type. */
  patch(kind: string | ResourceType, ref: Ref, patch: unknown, options?: PatchOptions): Promise<LiveObject>;
  async patch(kind: KindArgument, ref: Ref, patch: unknown, options: PatchOptions = {}): Promise<unknown> {
    const { signal, subresource, type: wanted, ...write } = options;
    const type = await this.typeOf(kind, { signal });
    const patchType = wanted ?? (Array.isArray(patch) ? "json" : isBuiltIn(type.group) ? "strategic" : "merge");
    const request = patchRequest(type, this.address(ref, subresource), patch, patchType, this.managed(write));
    return await this.fetch(request, { signal });
  }

  /**
   * Applies an object by server-side apply, which creates what is missing and leaves alone what is not named.
   *
   * @typeParam T The object's type.
   * @param object The fields to own, or their YAML or JSON text; with `metadata.uid` the object must exist under that
   * uid.
   * @param options The field manager, force, the subresource, dry run, validation.
   * @returns The object as it was stored.
   * @throws {TypeError} If neither the options nor the client name a field manager.
   * @throws {ApiError} With `isApplyConflict` if others own fields.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Secret } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const login = Secret({ metadata: { name: "login", namespace: "shop" }, stringData: { user: "ada" } });
   *   await k.apply(login, { fieldManager: "login-sync", force: true });
   * }
   * ```
   */
  async apply<T extends DeepReadonly<KubeObject>>(object: T | string, options: ApplyOptions = {}): Promise<Stored<T>> {
    const { type, placed, write: { fieldManager, ...write }, signal } = await this.#write(object, options);
    if (!fieldManager) throw new TypeError(`Cannot apply ${placed.kind}: "fieldManager" is missing`);
    return await this.#fetch(applyRequest(type, placed, { ...write, fieldManager }), signal);
  }

  /**
   * Deletes an object, by a DELETE.
   *
   * @typeParam T The object's type.
   * @param kind The kind.
   * @param ref Which object; an object that was read is deleted only if it is still that one (its uid is sent).
   * @param options Grace period, propagation, preconditions, dry run.
   * @returns The object as it is then, such as with the finalizers that keep it; `undefined` if the server only confirms.
   * @throws {ApiError} With `isNotFound` if it does not exist, with `isConflict` if it is another one by now.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Job, Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   await k.delete(Job, "shop/import", { propagationPolicy: "Foreground" });
   *   const pod = await k.get(Pod, "shop/web-0");
   *   await k.delete(Pod, pod, { gracePeriodSeconds: 0 });
   * }
   * ```
   */
  delete<T extends KubeObject>(kind: KindOf<T>, ref: Ref, options?: DeleteOptions): Promise<Live<T> | undefined>;
  /** Deletes an object of a kind without a type. */
  delete(kind: KindArgument, ref: Ref, options?: DeleteOptions): Promise<LiveObject | undefined>;
  async delete(kind: KindArgument, ref: Ref, options: DeleteOptions = {}): Promise<unknown> {
    const { signal, ...deletion } = options;
    const type = await this.typeOf(kind, { signal });
    const answer = await this.fetch(deleteRequest(type, this.address(ref), this.precise(ref, deletion)), { signal });
    return asStatus(answer) ? undefined : answer;
  }

  /**
   * Deletes the objects that are selected, by one DELETE. There are no preconditions, and it is not known what will be
   * deleted; to look first, list and delete one by one.
   *
   * @typeParam T The type of the objects.
   * @param kind The kind.
   * @param options Which objects; grace period, propagation, dry run.
   * @returns The objects that were deleted, as far as the server tells.
   * @throws {RangeError} If the label selector is none.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const gone = await k.deleteCollection(Pod, { namespace: "shop", fields: "status.phase=Succeeded" });
   *   console.log(gone.length);
   * }
   * ```
   */
  deleteCollection<T extends KubeObject>(kind: KindOf<T>, options?: DeleteCollectionOptions): Promise<Live<T>[]>;
  /** Deletes the objects that are selected, of a kind without a type. */
  deleteCollection(kind: KindArgument, options?: DeleteCollectionOptions): Promise<LiveObject[]>;
  async deleteCollection(kind: KindArgument, options: DeleteCollectionOptions = {}): Promise<unknown> {
    const { signal, dryRun, gracePeriodSeconds, propagationPolicy, limit, ...selection } = options;
    const query = { ...this.selector(selection), ...stateOf(selection), limit };
    const type = await this.typeOf(kind, { signal });
    const request = deleteCollectionRequest(type, query, { dryRun, gracePeriodSeconds, propagationPolicy });
    return readItems(type, await this.fetch(request, { signal }));
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

  async #write<O extends WriteOptions>(input: DeepReadonly<KubeObject> | string, { signal, ...options }: O) {
    const object: DeepReadonly<KubeObject> = typeof input === "string" ? parseObjectText(input) : input;
    const type = await this.kinds.typeOfObject(object, { signal });
    const isPlaced = !type.namespaced || object.metadata?.namespace;
    const placed = isPlaced ? object : { ...object, metadata: { ...object.metadata, namespace: this.namespace } };
    return { type, placed, write: this.managed(options), signal };
  }

  async #fetch<T>(request: KubeRequest, signal: AbortSignal | undefined): Promise<Stored<T>> {
    return await this.fetch(request, { signal }) as unknown as Stored<T>;
  }
}
