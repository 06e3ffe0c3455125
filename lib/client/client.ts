/**
 * The client: one object through which everything is asked of one API server.
 *
 * @module
 */

import type { Live } from "../kube/live.ts";
import type { KubeObject } from "../kube/object.ts";
import { getRequest } from "../kube/read_request.ts";
import type { Ref } from "../kube/ref.ts";
import type { KubeRequest } from "../kube/request.ts";
import {
  bindRequest,
  evictRequest,
  type Scale,
  scaleRequest,
  tokenRequest,
  type TokenSpec,
} from "../kube/subresource_request.ts";
import type { DeletionOptions, WriteQuery } from "../kube/write_request.ts";
import { type AccessQuestion, askAccess, askWho, type Decision, type UserInfo } from "./access.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { type EventText, recordEvent } from "./event.ts";
import type { KindArgument } from "./kind_finder.ts";
import { type RawOptions, rawRequest } from "./raw_request.ts";
import { type ClientOptions, ResourceClient } from "./resource_client.ts";
import type { RestMapper } from "./rest_mapper.ts";
import type { SendOptions } from "./sender.ts";

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

/** A token of a ServiceAccount. */
export interface Token {
  /** The token. Whoever has it is the ServiceAccount. */
  readonly token: string;
  /** When it ends, RFC 3339. */
  readonly expirationTimestamp: string;
}

/** Talks to one API server. */
export class Client extends ResourceClient implements Disposable {
  readonly #options: ClientOptions;

  /**
   * Makes a client; nothing is sent yet.
   *
   * @param options What it is made of.
   */
  constructor(options: ClientOptions) {
    super(options);
    this.#options = options;
  }

  /**
   * Makes a client for the same server, through the same connections.
   *
   * @param namespace The namespace of references and selections that name none.
   * @returns The client.
   */
  inNamespace(namespace: string): Client {
    return new Client({ ...this.#options, namespace });
  }

  /** The server's time in milliseconds since the epoch, exact to about a second. */
  serverTimeMs(): number {
    return this.sender.serverTimeMs();
  }

  /**
   * Reads how many there are to be, and how many there are.
   *
   * @param kind The kind: any that has the subresource `scale`.
   * @param ref Which object.
   * @param options The signal that cancels the request.
   * @returns The numbers.
   */
  async getScale(kind: KindArgument, ref: Ref, options: SendOptions = {}): Promise<Live<KubeObject & Scale>> {
    const type = await this.typeOf(kind, options);
    return await this.fetch(getRequest(type, this.address(ref, "scale")), options) as never;
  }

  /**
   * Sets how many there are to be.
   *
   * @param kind The kind: any that has the subresource `scale`.
   * @param ref Which object.
   * @param replicas How many.
   * @param options Dry run, field manager.
   * @returns The numbers.
   */
  async scale(
    kind: KindArgument,
    ref: Ref,
    replicas: number,
    options: WriteQuery & SendOptions = {},
  ): Promise<Live<KubeObject & Scale>> {
    const { signal, ...write } = options;
    const type = await this.typeOf(kind, { signal });
    return await this.fetch(scaleRequest(type, this.address(ref), replicas, this.managed(write)), { signal }) as never;
  }

  /**
   * Asks a Pod to go, as a drain does: its PodDisruptionBudgets are honoured.
   *
   * @param kind The kind of Pods.
   * @param ref Which Pod; one that was read is evicted only if it is still that one.
   * @param options Grace period, preconditions, dry run.
   * @returns Settles when the Pod was asked to go; it is not gone yet.
   * @throws {ApiError} With `isTooManyRequests` if a budget forbids it for now; its message says which.
   */
  async evict(kind: KindArgument, ref: Ref, options: DeletionOptions & SendOptions = {}): Promise<void> {
    const { signal, ...deletion } = options;
    const type = await this.typeOf(kind, { signal });
    await this.fetch(evictRequest(type, this.address(ref), this.precise(ref, deletion)), { signal });
  }

  /**
   * Puts a Pod onto a Node, as the scheduler does.
   *
   * @param kind The kind of Pods.
   * @param ref Which Pod.
   * @param node The Node's name.
   * @param options The signal that cancels the request.
   */
  async bind(kind: KindArgument, ref: Ref, node: string, options: SendOptions = {}): Promise<void> {
    await this.fetch(bindRequest(await this.typeOf(kind, options), this.address(ref), node), options);
  }

  /**
   * Makes a token for a ServiceAccount.
   *
   * @param kind The kind of ServiceAccounts.
   * @param ref Which ServiceAccount.
   * @param spec Audiences, expiry, the object that the token is bound to.
   * @param options The signal that cancels the request.
   * @returns The token.
   */
  async createToken(
    kind: KindArgument,
    ref: Ref,
    spec: TokenSpec = {},
    options: SendOptions = {},
  ): Promise<Token> {
    const request = tokenRequest(await this.typeOf(kind, options), this.address(ref), spec);
    return (await this.fetch(request, options)).status as Token;
  }

  /**
   * Records an Event about an object, where `kubectl describe` shows it.
   *
   * @param about The object, as it was read.
   * @param type `Warning` for what somebody should look at, else `Normal`.
   * @param reason Why, in one word such as `ScaledUp`.
   * @param message What happened, for people.
   * @param options The signal that cancels the request.
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
   * Tells the server's version.
   *
   * @param options The signal that cancels the request.
   * @returns The version.
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
