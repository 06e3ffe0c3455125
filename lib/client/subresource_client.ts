/**
 * The verbs of the API on subresources that have objects of their own: scale, eviction, binding, token.
 *
 * @module
 */

import type { Live } from "../kube/live.ts";
import type { KubeObject } from "../kube/object.ts";
import { getRequest } from "../kube/read_request.ts";
import type { Ref } from "../kube/ref.ts";
import {
  bindRequest,
  evictRequest,
  type Scale,
  scaleRequest,
  tokenRequest,
  type TokenSpec,
} from "../kube/subresource_request.ts";
import { orStandIn, type StandInOptions } from "./dry_run_error.ts";
import type { KindArgument } from "./kind_finder.ts";
import type { DeleteOptions, ScaleOptions } from "./options.ts";
import { ResourceClient } from "./resource_client.ts";
import type { SendOptions } from "./sender.ts";

/** A token of a ServiceAccount. */
export interface Token {
  /** The token. Whoever has it is the ServiceAccount. */
  readonly token: string;
  /** When it ends, RFC 3339. */
  readonly expirationTimestamp: string;
}

/**
 * Reads and writes objects, and their subresources. Those that are another view of the object itself, such as `status`,
 * are an option of the verbs on objects.
 */
export class SubresourceClient extends ResourceClient {
  /**
   * Reads how many there are to be, and how many there are, by a GET of the subresource `scale`.
   *
   * @param kind The kind: any that has the subresource.
   * @param ref Which object.
   * @param options The signal that cancels the request.
   * @returns The numbers.
   * @throws {ApiError} With `isNotFound` if the object does not exist, or its kind cannot be scaled.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { StatefulSet } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const { spec, status } = await k.getScale(StatefulSet, "shop/db");
   *   console.log(`${status?.replicas} of ${spec.replicas ?? 0}`);
   * }
   * ```
   */
  async getScale(kind: KindArgument, ref: Ref, options: SendOptions = {}): Promise<Live<KubeObject & Scale>> {
    const type = await this.typeOf(kind, options);
    return await this.fetch(getRequest(type, this.address(ref, "scale")), options) as never;
  }

  /**
   * Sets how many there are to be, by a merge patch of the subresource `scale`, or a server-side apply of it.
   *
   * @param kind The kind: any that has the subresource.
   * @param ref Which object.
   * @param replicas How many.
   * @param options Whether to apply, force, dry run, field manager.
   * @returns The numbers.
   * @throws {RangeError} If it is not a number of replicas.
   * @throws {TypeError} If the number is to be applied and neither the options nor the client name a field manager.
   * @throws {ApiError} With `isNotFound` if the object does not exist, or its kind cannot be scaled; with
   * `isApplyConflict` if somebody else owns the number that is applied.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Deployment } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   await k.scale(Deployment, "shop/web", 3);
   *   await k.scale(Deployment, "shop/web", 5, { apply: true, fieldManager: "autoscaler" });
   * }
   * ```
   */
  async scale(
    kind: KindArgument,
    ref: Ref,
    replicas: number,
    options: ScaleOptions = {},
  ): Promise<Live<KubeObject & Scale>> {
    const { signal, ...write } = options;
    const type = await this.typeOf(kind, { signal });
    return await this.fetch(scaleRequest(type, this.address(ref), replicas, this.managed(write)), { signal }) as never;
  }

  /**
   * Asks a Pod to go, as a drain does: its PodDisruptionBudgets are honoured. Sent is a POST of an Eviction.
   *
   * @param kind The kind of Pods.
   * @param ref Which Pod; one that was read is evicted only if it is still that one.
   * @param options Grace period, preconditions, dry run.
   * @returns Settles when the Pod was asked to go; it is not gone yet.
   * @throws {ApiError} With `isTooManyRequests` if a budget forbids it for now; its causes say which.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   for await (const pod of k.list(Pod, { allNamespaces: true, fields: "spec.nodeName=node-7" })) {
   *     await k.evict(Pod, pod, { gracePeriodSeconds: 30 });
   *   }
   * }
   * ```
   */
  async evict(kind: KindArgument, ref: Ref, options: DeleteOptions = {}): Promise<void> {
    const { signal, ...deletion } = options;
    const type = await this.typeOf(kind, { signal });
    await this.fetch(evictRequest(type, this.address(ref), this.precise(ref, deletion)), { signal });
  }

  /**
   * Puts a Pod onto a Node, as the scheduler does, by a POST of a Binding.
   *
   * @param kind The kind of Pods.
   * @param ref Which Pod.
   * @param node The Node's name.
   * @param options The signal that cancels the request; `dryRun: true` to go on in a dry run, which cannot try it.
   * @throws {ApiError} With `isConflict` if the Pod is on a Node already.
   * @throws {DryRunError} In a dry run that is not to go on.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { Pod } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   for await (const pod of k.list(Pod, { fields: "spec.schedulerName=mine,spec.nodeName=" })) {
   *     await k.bind(Pod, pod, "node-7");
   *   }
   * }
   * ```
   */
  async bind(
    kind: KindArgument,
    ref: Ref,
    node: string,
    options: SendOptions & StandInOptions<true> = {},
  ): Promise<void> {
    const request = bindRequest(await this.typeOf(kind, options), this.address(ref), node);
    await orStandIn<unknown>(this.fetch(request, options), options);
  }

  /**
   * Makes a token for a ServiceAccount, by a POST of a TokenRequest.
   *
   * @param kind The kind of ServiceAccounts.
   * @param ref Which ServiceAccount.
   * @param spec Audiences, expiry, the object that the token is bound to.
   * @param options The signal that cancels the request; the token to go on with in a dry run, which cannot try it.
   * @returns The token.
   * @throws {ApiError} With `isNotFound` if the ServiceAccount does not exist.
   * @throws {DryRunError} In a dry run without such a token.
   *
   * @example Usage
   * ```ts
   * import type { Client } from "@kubescript/kubescript";
   * import { ServiceAccount } from "@kubescript/kubescript/kinds";
   *
   * async function example(k: Client) {
   *   const { token } = await k.createToken(ServiceAccount, "shop/deployer", { expirationSeconds: 600 });
   *   await fetch("https://registry.example.com", { headers: { authorization: `Bearer ${token}` } });
   * }
   * ```
   */
  async createToken(
    kind: KindArgument,
    ref: Ref,
    spec: TokenSpec = {},
    options: SendOptions & StandInOptions<Token> = {},
  ): Promise<Token> {
    const request = tokenRequest(await this.typeOf(kind, options), this.address(ref), spec);
    return await orStandIn(this.fetch(request, options).then(({ status }) => status as Token), options);
  }
}
