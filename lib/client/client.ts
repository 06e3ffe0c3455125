/**
 * The client: one object through which everything is asked of one API server.
 *
 * @module
 */

import { explainField, type Explanation } from "../kube/explain.ts";
import type { KindOf, Live } from "../kube/live.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { Ref } from "../kube/ref.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { KindSchema } from "../kube/schema.ts";
import {
  type AccessQuestion,
  type AccessRule,
  askAccess,
  askRules,
  askWho,
  type Decision,
  type UserInfo,
} from "./access.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { type EventText, recordEvent } from "./event.ts";
import { editFinalizers } from "./finalizers.ts";
import type { KindArgument } from "./kind_finder.ts";
import { readGroupSchemas } from "./openapi.ts";
import { type RawOptions, rawRequest } from "./raw_request.ts";
import type { ClientOptions } from "./resource_client.ts";
import type { RestMapper } from "./rest_mapper.ts";
import type { Sender, SendOptions, StreamOptions } from "./sender.ts";
import { PodClient } from "./pod_client.ts";

/** What the API server says about itself. See `version.Info` of apimachinery. */
export interface ServerVersion {
  /** For example `1`. */
  readonly major: string;
  /** For example `37`. */
  readonly minor: string;
  /** For example `v1.37.1`. */
  readonly gitVersion: string;
  /** Further fields, such as `platform`. */
  readonly [field: string]: unknown;
}

/** Talks to one API server. */
export class Client extends PodClient implements Disposable {
  /** Whether writes are only tried. */
  readonly dryRun: boolean;
  readonly #options: ClientOptions;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @param options What it is made of.
   */
  constructor(options: ClientOptions) {
    super(options);
    this.dryRun = options.dryRun ?? false;
    this.#options = options;
  }

  /**
   * Makes a client for the same server, through the same connections.
   *
   * @param namespace The namespace of references and selections that name none.
   * @returns The client.
   *
   * @example Usage
   * ```ts
   * import { Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const shop = k.inNamespace("shop");
   *   console.log(await shop.get(Pod, "web-0"));
   * }
   * ```
   */
  inNamespace(namespace: string): Client {
    return new Client({ ...this.#options, namespace });
  }

  /**
   * Makes a client for the same server, through the same connections.
   *
   * @param fieldManager In whose name fields are owned, unless a call says otherwise.
   * @returns The client.
   */
  withFieldManager(fieldManager: string): Client {
    return new Client({ ...this.#options, fieldManager });
  }

  /**
   * Makes a client for the same server, through the same connections.
   *
   * @param wrap Puts something before what carries the requests.
   * @returns The client.
   */
  withSender(wrap: (sender: Sender) => Sender): Client {
    return new Client({ ...this.#options, sender: wrap(this.sender) });
  }

  /** The server's time in milliseconds since the epoch, exact to about a second. */
  serverTimeMs(): number {
    return this.sender.serverTimeMs();
  }

  /**
   * Records an Event about an object, where `kubectl describe` shows it.
   *
   * @param about The object, as it was read.
   * @param type `Warning` for what somebody should look at, else `Normal`.
   * @param reason Why, in one word such as `ScaledUp`.
   * @param message What happened, for people.
   * @param options The signal that cancels the request.
   *
   * @example Usage
   * ```ts
   * import { Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const pod = await k.get(Pod, "shop/web-0");
   *   await k.event(pod, "Warning", "Slow", "The answer took more than a second");
   * }
   * ```
   */
  async event(
    about: EventText["about"],
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    options: SendOptions = {},
  ): Promise<void> {
    await this.fetch(recordEvent({ about, type, reason, message, timeMs: this.serverTimeMs() }), options);
  }

  /**
   * Tells who the server takes us for.
   *
   * @param options The signal that cancels the request.
   * @returns Name, groups and other attributes.
   *
   * @example Usage
   * ```ts
   * async function example(k: Client) {
   *   const { username, groups } = await k.whoAmI();
   *   console.log(username, groups);
   * }
   * ```
   */
  async whoAmI(options: SendOptions = {}): Promise<UserInfo> {
    return await askWho((request) => this.fetch(request, options));
  }

  /**
   * Asks whether something is allowed.
   *
   * @param verb What is to be done, such as `delete`.
   * @param kind The kind.
   * @param question The namespace (by default that of the client), the name, the subresource.
   * @param options The signal that cancels the request.
   * @returns Whether it is allowed, and why.
   *
   * @example Usage
   * ```ts
   * import { Secret } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const { allowed, reason } = await k.can("list", Secret, { namespace: "shop" });
   *   if (!allowed) console.log(`Ask for the permission: ${reason}`);
   * }
   * ```
   */
  async can(
    verb: string,
    kind: KindArgument,
    question: AccessQuestion = {},
    options: SendOptions = {},
  ): Promise<Decision> {
    const type = await this.typeOf(kind, options);
    const { namespace = this.namespace, allNamespaces } = question;
    const place = type.namespaced && !allNamespaces ? namespace : undefined;
    return await askAccess((request) => this.fetch(request, options), verb, type, { ...question, namespace: place });
  }

  /**
   * Asks for all that is allowed in a namespace.
   *
   * @param options The namespace, by default that of the client; the signal that cancels the request.
   * @returns The rules, and whether the server could not tell all of them.
   *
   * @example Usage
   * ```ts
   * async function example(k: Client) {
   *   const { rules } = await k.rules({ namespace: "shop" });
   *   for (const { verbs, resources } of rules) console.log(verbs, resources);
   * }
   * ```
   */
  async rules(
    options: { readonly namespace?: string } & SendOptions = {},
  ): Promise<{ readonly rules: readonly AccessRule[]; readonly incomplete: boolean }> {
    const { namespace = this.namespace, signal } = options;
    return await askRules((request) => this.fetch(request, { signal }), namespace);
  }

  /**
   * Adds a finalizer to an object: it will not go before the finalizer is removed. Those of others stay.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param finalizer The finalizer, such as `example.com/cleanup`.
   * @param options The signal that cancels the requests.
   * @returns The object as it is then.
   *
   * @example Usage
   * ```ts
   * import { ConfigMap } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   await k.addFinalizer(ConfigMap, "shop/settings", "example.com/cleanup");
   *   await k.removeFinalizer(ConfigMap, "shop/settings", "example.com/cleanup");
   * }
   * ```
   */
  addFinalizer<T extends KubeObject>(
    kind: KindOf<T>,
    ref: Ref,
    finalizer: string,
    options?: SendOptions,
  ): Promise<Live<T>>;
  /** Adds a finalizer to an object of a kind without a type. */
  addFinalizer(kind: KindArgument, ref: Ref, finalizer: string, options?: SendOptions): Promise<LiveObject>;
  async addFinalizer(kind: KindArgument, ref: Ref, finalizer: string, options: SendOptions = {}): Promise<unknown> {
    return await editFinalizers(
      this,
      kind,
      ref,
      (list) => list.includes(finalizer) ? list : [...list, finalizer],
      options,
    );
  }

  /**
   * Removes a finalizer from an object. Those of others stay.
   *
   * @param kind The kind.
   * @param ref Which object.
   * @param finalizer The finalizer.
   * @param options The signal that cancels the requests.
   * @returns The object as it is then; it may be gone by the next moment.
   */
  removeFinalizer<T extends KubeObject>(
    kind: KindOf<T>,
    ref: Ref,
    finalizer: string,
    options?: SendOptions,
  ): Promise<Live<T>>;
  /** Removes a finalizer from an object of a kind without a type. */
  removeFinalizer(kind: KindArgument, ref: Ref, finalizer: string, options?: SendOptions): Promise<LiveObject>;
  async removeFinalizer(kind: KindArgument, ref: Ref, finalizer: string, options: SendOptions = {}): Promise<unknown> {
    return await editFinalizers(this, kind, ref, (list) => list.filter((item) => item !== finalizer), options);
  }

  /**
   * Reads the schema of a kind, from OpenAPI v3 or, if the server has none, v2.
   *
   * @param kind The kind.
   * @param options The signal that cancels the requests.
   * @returns The schema, and how to find those to which it refers; `undefined` if the server publishes none.
   */
  async schema(kind: KindArgument, options: SendOptions = {}): Promise<KindSchema | undefined> {
    const type = await this.typeOf(kind, options);
    return (await readGroupSchemas((request) => this.fetch(request, options), type))(type.kind);
  }

  /**
   * Explains a field, as `kubectl explain` does.
   *
   * @param kind The kind.
   * @param path The field, such as `spec.template.spec.containers`; the object itself if empty.
   * @param options The signal that cancels the requests.
   * @returns What the schema says.
   * @throws {RangeError} If there is no such field, or no schema.
   *
   * @example Usage
   * ```ts
   * async function example(k: Client) {
   *   const { type, description } = await k.explain("deploy", "spec.strategy");
   *   console.log(type, description);
   * }
   * ```
   */
  async explain(kind: KindArgument, path = "", options: SendOptions = {}): Promise<Explanation> {
    const schema = await this.schema(kind, options);
    if (!schema) throw new RangeError(`Cannot explain "${path}": the server publishes no schema of the kind`);
    return explainField(schema, path);
  }

  /**
   * Tells the server's version.
   *
   * @param options The signal that cancels the request.
   * @returns The version.
   *
   * @example Usage
   * ```ts
   * async function example(k: Client) {
   *   console.log((await k.version()).gitVersion);
   * }
   * ```
   */
  async version(options: SendOptions = {}): Promise<ServerVersion> {
    return await this.fetch(rawRequest("/version"), options) as unknown as ServerVersion;
  }

  /**
   * Sends a request to any path, such as `/readyz?verbose` or `/metrics`.
   *
   * @param path The path below the server's address, with its query.
   * @param options Method, body, types; the signal that cancels the request.
   * @returns The text of the answer.
   * @throws {ApiError} If the server refuses it.
   *
   * @example Usage
   * ```ts
   * async function example(k: Client) {
   *   console.log(await k.raw("/readyz?verbose"));
   *   const text = await Deno.readTextFile("settings.yaml");
   *   const path = "/api/v1/namespaces/shop/configmaps";
   *   await k.raw(path, { method: "POST", text, contentType: "application/yaml" });
   * }
   * ```
   */
  async raw(path: string, options: RawOptions & SendOptions = {}): Promise<string> {
    const { signal, ...raw } = options;
    return await this.fetchText(rawRequest(path, raw), { signal });
  }

  /**
   * Sends a request whose answer is text, such as logs.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The text.
   */
  async fetchText(request: KubeRequest, options: SendOptions = {}): Promise<string> {
    const answer = await this.send(request, options);
    if (answer.status < 200 || answer.status > 299) readAnswer(request, answer);
    return answer.text;
  }

  /**
   * Sends any request.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The whole answer, whatever its status code.
   */
  async send(request: KubeRequest, options: SendOptions = {}): Promise<Answer> {
    return await this.sender.send(request, options);
  }

  /**
   * Sends any request whose answer is a stream. It is not repeated.
   *
   * @typeParam T What is read from the stream.
   * @param request The request.
   * @param read Reads the answer, whatever its status code.
   * @param options The signal that ends the stream, its duration, its connection.
   * @returns What was read.
   */
  stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options: StreamOptions = {},
  ): AsyncIterable<T> {
    return this.sender.stream(request, read, options);
  }

  /**
   * Finds the kinds that the server offers; asked once, then remembered.
   *
   * @param options `refresh` asks again, for example after a CustomResourceDefinition was made.
   * @returns The mapper from names to kinds.
   */
  async mapper(options: { readonly refresh?: boolean } & SendOptions = {}): Promise<RestMapper> {
    return await this.kinds.mapper(options);
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    this.sender[Symbol.dispose]();
  }
}
