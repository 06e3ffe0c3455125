/**
 * Finalizers of rules: an object stays until the rule has cleaned up after it.
 *
 * @module
 */

import type { Client } from "../../client/client.ts";
import { ApiError } from "../../client/errors.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import type { RuleContext } from "../../script/rules/context.ts";

/** What a {@linkcode Finalizing} works with. */
export interface FinalizingOptions {
  /** Writes finalizers. */
  readonly client: Client;
  /** How the API serves the kind. */
  readonly type: ResourceType;
  /** The finalizer, such as `kubescript.dev/shop.cdn`. */
  readonly finalizer: string;
  /** Cleans up. */
  readonly finalize: (object: never, context: RuleContext) => unknown;
}

/** Holds objects of one rule back until it has cleaned up. */
export class Finalizing {
  readonly #options: FinalizingOptions;

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: FinalizingOptions) {
    this.#options = options;
  }

  /**
   * Puts the finalizer onto an object, before anything is done that would have to be cleaned up.
   *
   * @param object The object.
   * @returns The object as it is then.
   */
  async hold(object: LiveObject): Promise<LiveObject> {
    const { client, type, finalizer } = this.#options;
    if (object.metadata.finalizers?.includes(finalizer)) return object;
    return await client.addFinalizer(type, object, finalizer);
  }

  /**
   * Cleans up after an object, and lets it go.
   *
   * @param object The object, on its way out.
   * @param context What the function gets.
   */
  async clean(object: LiveObject, context: RuleContext): Promise<void> {
    const { client, type, finalizer, finalize } = this.#options;
    if (!object.metadata.finalizers?.includes(finalizer)) return;
    await finalize(object as never, context);
    try {
      await client.removeFinalizer(type, object, finalizer);
    } catch (error) {
      if (!(error instanceof ApiError && error.isNotFound)) throw error;
    }
  }
}
