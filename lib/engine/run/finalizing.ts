/**
 * Finalizers of rules: an object stays until the rule has cleaned up after it.
 *
 * @module
 */

import type { Client } from "../../client/client.ts";
import { ApiError } from "../../client/errors.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { ResourceType } from "../../kube/resource_type.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import type { RuleContext } from "../../script/rules/context.ts";
import type { RuleDefinition } from "../../script/rules/rule.ts";
import type { Session } from "../session.ts";

/**
 * Names the finalizer of a rule.
 *
 * @param set The set.
 * @param rule The rule; without it, what the finalizers of all rules begin with.
 * @returns The finalizer.
 */
export function finalizerOf({ script }: SetIdentity, rule = ""): string {
  return `kubescript.dev/${script}.${rule}`;
}

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

/**
 * Makes what holds the objects of a rule back, if it cleans up.
 *
 * @param session The session of the rule.
 * @param rule The rule's name.
 * @param definition The rule.
 * @returns What holds them back; `undefined` if the rule does not clean up.
 */
export function finalizingOf(
  { client, set }: Pick<Session, "client" | "set">,
  rule: string,
  { kind: { type }, options }: Extract<RuleDefinition, { kind: unknown }>,
): Finalizing | undefined {
  const finalize = "finalize" in options ? options.finalize : undefined;
  return finalize && new Finalizing({ client, type, finalizer: finalizerOf(set, rule), finalize: finalize as never });
}

/** Holds objects of one rule back until it has cleaned up. */
export class Finalizing {
  readonly #options: FinalizingOptions;
  readonly #held = new Map<string, LiveObject["metadata"]>();

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: FinalizingOptions) {
    this.#options = options;
  }

  /** The uids of the objects that carry the finalizer. */
  get uids(): Iterable<string> {
    return this.#held.keys();
  }

  /** Finds the objects that carry the finalizer: also those that the rule is not about any more. */
  async begin(): Promise<void> {
    const { client, type, finalizer } = this.#options;
    for await (const { metadata } of client.listMetadata(type, { allNamespaces: true })) {
      if (metadata.finalizers?.includes(finalizer)) this.#held.set(metadata.uid, metadata);
    }
  }

  /**
   * Puts the finalizer onto an object, before anything is done that would have to be cleaned up.
   *
   * @param object The object.
   * @returns The object as it is then.
   */
  async hold(object: LiveObject): Promise<LiveObject> {
    const { client, type, finalizer } = this.#options;
    const held = object.metadata.finalizers?.includes(finalizer)
      ? object
      : await client.addFinalizer(type, object, finalizer);
    this.#held.set(object.metadata.uid, held.metadata);
    return held;
  }

  /**
   * Cleans up after an object that goes, or that the rule is not about any more, and lets it go.
   *
   * @param uid The uid of the object.
   * @param contextOf Makes what the function gets.
   */
  async clean(uid: string, contextOf: (object: LiveObject) => RuleContext): Promise<void> {
    const { client, type, finalizer, finalize } = this.#options;
    const metadata = this.#held.get(uid);
    const object = metadata && await client.find(type, metadata);
    if (object?.metadata.uid === uid && object.metadata.finalizers?.includes(finalizer)) {
      await finalize(object as never, contextOf(object));
      try {
        await client.removeFinalizer(type, object, finalizer);
      } catch (error) {
        if (!(error instanceof ApiError && error.isNotFound)) throw error;
      }
    }
    this.#held.delete(uid);
  }
}
