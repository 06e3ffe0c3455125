/**
 * What the parent of a set says about rules that do not prune for now, so that everybody can see it, and allow it.
 *
 * @module
 */

import type { Client } from "../../client/client.ts";
import { KubescriptError } from "../../kube/error.ts";
import type { LiveObject } from "../../kube/object.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import { readParent } from "../parent.ts";

const APPROVED = "approved";
const PREFIX = "blocked.kubescript.dev/";

/** A rule that does not prune for now. */
export interface BlockedRule {
  /** The rule. */
  readonly rule: string;
  /** Why. */
  readonly reason: string;
}

/**
 * Lists the rules that do not prune until somebody approves.
 *
 * @param parent The parent of the set.
 * @returns The rules.
 */
export function blockedRules({ metadata: { annotations = {} } }: LiveObject): BlockedRule[] {
  return Object.entries(annotations)
    .filter(([name, value]) => name.startsWith(PREFIX) && value !== APPROVED)
    .map(([name, reason]) => ({ rule: name.slice(PREFIX.length), reason }));
}

/** The annotation of a rule on the parent. Its value is why the rule is blocked, or that it is approved. */
export class RuleBlock {
  readonly #client: Client;
  readonly #set: SetIdentity;
  readonly #rule: string;

  /**
   * Names it.
   *
   * @param client Reads and writes the parent.
   * @param set The set.
   * @param rule The rule.
   */
  constructor(client: Client, set: SetIdentity, rule: string) {
    this.#client = client;
    this.#set = set;
    this.#rule = rule;
  }

  /**
   * Reads what the parent says.
   *
   * @returns Whether the rule is approved; `undefined` if it is not blocked.
   */
  async read(): Promise<{ readonly approved: boolean } | undefined> {
    const parent = await readParent(this.#client, this.#set);
    const text = parent?.live.metadata.annotations?.[this.#key];
    return text === undefined ? undefined : { approved: text === APPROVED };
  }

  /**
   * Writes why the rule is blocked.
   *
   * @param reason Why.
   * @returns The parent.
   */
  async write(reason: string): Promise<LiveObject> {
    return await this.#patch(reason);
  }

  /** Takes the annotation away. */
  async clear(): Promise<void> {
    await this.#patch(null);
  }

  /**
   * Approves what the rule would prune.
   *
   * @throws {KubescriptError} If the rule is not blocked.
   */
  async approve(): Promise<void> {
    if (await this.read() === undefined) {
      throw new KubescriptError(`Cannot approve rule "${this.#rule}" of "${this.#set.script}": it is not blocked`);
    }
    await this.#patch(APPROVED);
  }

  get #key(): string {
    return PREFIX + this.#rule;
  }

  async #patch(value: string | null): Promise<LiveObject> {
    const ref = { namespace: this.#set.namespace, name: this.#set.parentName };
    const patch = { metadata: { annotations: { [this.#key]: value } } };
    return await this.#client.patch(CONFIG_MAP, ref, patch, { type: "merge", fieldManager: "kubescript" });
  }
}
