/**
 * How the rules of a runner stand, in a ConfigMap beside the parent of the set: `kubescript status` reads it there.
 *
 * It is written when something has changed that somebody would want to know, and never for what merely goes on.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Client } from "../../client/client.ts";
import type { LiveObject } from "../../kube/object.ts";
import { type Owner, ownerReference } from "../../kube/owner.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import type { RuleState } from "./rule_state.ts";

/** How the rules of a runner stood when it wrote that down. */
export interface StoredState {
  /** When it was written, RFC 3339. */
  readonly written: string;
  /** The rules. */
  readonly rules: readonly RuleState[];
}

const KEY = "status.json";
const PAUSE_MS = 3_000;
const PAUSE_AFTER_ERROR_MS = 30_000;

/**
 * Reads what a runner has written.
 *
 * @param client The client.
 * @param set The set.
 * @returns How the rules stood; `undefined` if nobody wrote that.
 */
export async function readState(client: Client, set: SetIdentity): Promise<StoredState | undefined> {
  return parseState(await client.find(CONFIG_MAP, refOf(set)));
}

/**
 * Leaves out what changes though nothing has happened: when rules last ran, and how often they have failed so far.
 *
 * @param rules The rules.
 * @returns A text that is the same for states that say the same.
 */
export function essenceOf(rules: readonly RuleState[]): string {
  return canonicalJson(rules.map(({ lastRun, failures, ...rule }) => ({
    ...rule,
    // For timers every run is news.
    lastRun: rule.objects === undefined ? lastRun?.time : undefined,
    failures: failures.map(({ object, message }) => ({ object, message })),
  })));
}

/** What a {@linkcode StateStore} works with. */
export interface StateStoreOptions {
  /** Writes the ConfigMap. */
  readonly client: Client;
  /** The set. */
  readonly set: SetIdentity;
  /** The parent of the set, with which the ConfigMap goes. */
  readonly parent: Owner;
  /** The clock. */
  readonly clock: Clock;
  /** Tells how the rules stand. */
  readonly read: () => readonly RuleState[];
  /** Told that it could not be written; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Writes down how the rules stand. Disposing it writes for the last time. */
export class StateStore implements AsyncDisposable {
  readonly #options: StateStoreOptions;
  #essence: string;
  #exists: boolean;
  #writing: Promise<void> | undefined;
  #stopTimer: () => void;

  private constructor(options: StateStoreOptions, before: LiveObject | undefined) {
    this.#options = options;
    this.#exists = before !== undefined;
    this.#essence = essenceOf(parseState(before)?.rules ?? []);
    this.#stopTimer = options.clock.timer(PAUSE_MS, () => this.#begin());
  }

  /**
   * Begins to look whether something has changed.
   *
   * @param options What it works with.
   * @returns The store.
   */
  static async open(options: StateStoreOptions): Promise<StateStore> {
    return new StateStore(options, await options.client.find(CONFIG_MAP, refOf(options.set)));
  }

  /** Writes what has changed since. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopTimer();
    await this.#writing;
    this.#stopTimer();
    await this.#write().catch((error) => this.#options.onError(error));
  }

  #begin(): void {
    this.#writing = this.#write().then(() => PAUSE_MS, (error) => {
      this.#options.onError(error);
      return PAUSE_AFTER_ERROR_MS;
    }).then((pauseMs) => void (this.#stopTimer = this.#options.clock.timer(pauseMs, () => this.#begin())));
  }

  async #write(): Promise<void> {
    const { client, set, parent, clock, read } = this.#options;
    const rules = read();
    const essence = essenceOf(rules);
    if (essence === this.#essence) return;
    const state: StoredState = { written: new Date(clock.now()).toISOString(), rules };
    const metadata = { ...refOf(set), ownerReferences: [ownerReference(parent)] };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { [KEY]: JSON.stringify(state) } };
    // Somebody may have deleted it.
    if (this.#exists) this.#exists = await client.find(CONFIG_MAP, refOf(set)) !== undefined;
    if (this.#exists) await client.replace(object);
    else await client.create(object);
    this.#exists = true;
    this.#essence = essence;
  }
}

function refOf({ namespace, parentName }: SetIdentity): { namespace: string; name: string } {
  return { namespace, name: `${parentName}-status` };
}

function parseState(object: LiveObject | undefined): StoredState | undefined {
  const text = (object?.data as Readonly<Record<string, string>> | undefined)?.[KEY];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Somebody else wrote it.
    return undefined;
  }
}
