/**
 * From what callers name a kind by to how the API serves it; asks the server once, and again for an unknown kind.
 *
 * @module
 */

import type { DeepReadonly } from "../base/deep_readonly.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { KubeRequest } from "../kube/request.ts";
import { parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import { readAnswer } from "./answer.ts";
import { discover } from "./discovery.ts";
import { DiscoveryError } from "./errors.ts";
import { RestMapper } from "./rest_mapper.ts";
import type { Sender, SendOptions } from "./sender.ts";

/** A kind: how the API serves it, any name that kubectl takes for it, or a kind value. */
export type KindArgument = string | ResourceType | { readonly type: ResourceType };

/** Finds kinds. */
export class KindFinder {
  readonly #sender: Sender;
  #mapper: Promise<RestMapper> | undefined;

  /**
   * Makes a finder; nothing is asked yet.
   *
   * @param sender Asks the server.
   */
  constructor(sender: Sender) {
    this.#sender = sender;
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
    if (typeof kind === "string") return await this.#find((mapper) => mapper.resolve(kind), options);
    return "plural" in kind ? kind : kind.type;
  }

  /**
   * Finds how the API serves the kind of an object.
   *
   * @param object The object.
   * @param options The signal that cancels the search.
   * @returns The kind's address.
   * @throws {DiscoveryError} If the server does not offer it.
   */
  async typeOfObject(object: DeepReadonly<KubeObject>, options: SendOptions = {}): Promise<ResourceType> {
    const gvk = { ...parseApiVersion(object.apiVersion), kind: object.kind };
    return await this.#find((mapper) => {
      const type = mapper.find(gvk);
      if (!type) throw mapper.unknown(gvk, `${object.kind}/${object.metadata?.name}`);
      return type;
    }, options);
  }

  // A kind that is not known may have been made since the server was asked.
  async #find(find: (mapper: RestMapper) => ResourceType, options: SendOptions): Promise<ResourceType> {
    const isFirst = this.#mapper === undefined;
    const mapper = await this.mapper(options);
    try {
      return find(mapper);
    } catch (error) {
      if (isFirst || !(error instanceof DiscoveryError)) throw error;
      return find(await this.mapper({ ...options, refresh: true }));
    }
  }

  #discover(signal: AbortSignal | undefined): Promise<RestMapper> {
    const fetchObject = async (request: KubeRequest) =>
      readAnswer(request, await this.#sender.send(request, { signal }));
    const mapper = discover(fetchObject).then((found) => new RestMapper(found));
    this.#mapper = mapper;
    mapper.catch(() => {
      if (this.#mapper === mapper) this.#mapper = undefined;
    });
    return mapper;
  }
}
