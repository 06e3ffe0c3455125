/**
 * What Pods take of their Nodes, counted as they come and go: the scheduler asks for every Pod and every Node.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import type { Pod, PodSpec } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import { parseQuantity, type Quantity } from "../../kube/quantity.ts";
import type { Cache } from "./cache.ts";
import { PODS } from "./kinds.ts";
import { hasEnded } from "./pods.ts";

/** What the Pods of one Node take. */
interface Load {
  pods: number;
  readonly requests: Map<string, bigint>;
}

/** What Pods that have not ended take of all Nodes. */
export class NodeLoads {
  readonly #loads = new Map<string, Load>();

  /**
   * Counts from now on, and what is there.
   *
   * @param cache Where Pods are.
   */
  constructor(cache: Cache) {
    cache.track(PODS, { add: (pod) => this.#count(pod, 1), remove: (pod) => this.#count(pod, -1) });
  }

  /**
   * Tells how many Pods a Node has.
   *
   * @param node Its name.
   * @returns How many.
   */
  podsOn(node: string): number {
    return this.#loads.get(node)?.pods ?? 0;
  }

  /**
   * Tells what the Pods of a Node request.
   *
   * @param node Its name.
   * @param resource Of what.
   * @returns How much, in billionths.
   */
  requestedOn(node: string, resource: string): bigint {
    return this.#loads.get(node)?.requests.get(resource) ?? 0n;
  }

  #count(pod: Live<Pod>, by: 1 | -1): void {
    const { spec } = pod;
    if (!spec?.nodeName || hasEnded(pod)) return;
    let load = this.#loads.get(spec.nodeName);
    if (!load) this.#loads.set(spec.nodeName, load = { pods: 0, requests: new Map() });
    load.pods += by;
    for (const [resource, amount] of requestsOf(spec)) {
      load.requests.set(resource, (load.requests.get(resource) ?? 0n) + BigInt(by) * amount);
    }
  }
}

/**
 * Sums up what a Pod requests.
 *
 * @param spec The Pod's `spec`.
 * @returns Amounts by resource, in billionths.
 */
export function requestsOf({ containers }: DeepReadonly<PodSpec>): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { resources } of containers) {
    for (const [name, value] of Object.entries(resources?.requests ?? {})) {
      sums.set(name, (sums.get(name) ?? 0n) + nanos(parseQuantity(value)));
    }
  }
  return sums;
}

/**
 * Tells an amount as an integer.
 *
 * @param quantity The amount.
 * @returns It in billionths, the finest that there are.
 */
export function nanos({ unscaled, exponent }: Quantity): bigint {
  return unscaled * 10n ** BigInt(exponent + 9);
}
