/**
 * What the functions of one rule get.
 *
 * @module
 */

import type { Clock, Limit } from "../../base/clock.ts";
import type { Client } from "../../client/client.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { Json, Reads, RuleContext } from "../../script/rules/context.ts";
import { ReadIndex } from "../rules/read_index.ts";
import { makeReads, type ReadSource } from "../rules/reads.ts";

/** A line of the log. */
export interface LogLine {
  /** How important it is. */
  readonly level: "info" | "warn" | "error";
  /** The rule. */
  readonly rule: string;
  /** The object, if the line is about one. */
  readonly object?: string | undefined;
  /** What happened. */
  readonly message: string;
  /** Values that belong to it. */
  readonly fields?: Readonly<Record<string, Json>> | undefined;
}

/** What a {@linkcode RuleCall} works with. */
export interface RuleCallOptions {
  /** The rule's name. */
  readonly rule: string;
  /** Reads and writes the cluster, in the name of the rule. */
  readonly client: Client;
  /** In whose name the rule writes. */
  readonly fieldManager: string;
  /** What the rule reads from, as of `formatGroupKind`. */
  readonly sources: ReadonlyMap<string, ReadSource>;
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
  /** The clock. */
  readonly clock: Clock;
}

/** Makes what the functions of one rule get, and remembers what they read. */
export class RuleCall {
  /** In whose name the rule writes. */
  readonly fieldManager: string;
  readonly #options: RuleCallOptions;
  readonly #reads = new ReadIndex();
  /** The client of the last call: the next one is often about the same namespace. */
  #lastClient: Client;

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: RuleCallOptions) {
    this.#options = options;
    this.#lastClient = options.client;
    this.fieldManager = options.fieldManager;
  }

  /**
   * Makes the context of one call.
   *
   * @param object The object that it is about; absent for timers and tasks.
   * @param limit How long it may take.
   * @param nowMs When it was due; by default, now.
   * @returns The context.
   */
  context(object: LiveObject | undefined, limit: Limit, nowMs?: number): RuleContext {
    return Object.assign(this.facts(object, limit, nowMs), { k: this.#clientIn(object?.metadata.namespace) });
  }

  /**
   * Makes the context of one call that must not do anything.
   *
   * @param object The object that it is about; absent for timers and tasks.
   * @param limit How long it may take.
   * @param nowMs When it was due; by default, now.
   * @returns The context.
   */
  facts(object: LiveObject | undefined, limit: Limit, nowMs?: number): Omit<RuleContext, "k"> {
    const { client, clock, log, rule } = this.#options;
    const write = (level: LogLine["level"]) => (message: string, fields?: Readonly<Record<string, Json>>) =>
      log({ level, rule, object: object && formatRef(refOf(object)), message, fields });
    return {
      log: { info: write("info"), warn: write("warn") },
      get signal() {
        return limit.signal;
      },
      now: new Date(nowMs ?? clock.now()),
      dryRun: client.dryRun,
      progress: (done, of) => write("info")(of === undefined ? `${done} done` : `${done} of ${of} done`),
    };
  }

  /**
   * Makes what a function reads with. What it read before is forgotten: only the last call counts.
   *
   * @param object The object that the call is about.
   * @returns The reads.
   */
  reads(object: LiveObject): Reads<KubeObject> {
    const { sources, client } = this.#options;
    const namespace = object.metadata.namespace ?? client.namespace;
    return makeReads({ sources, namespace, onRead: this.#reads.begin(object.metadata.uid) });
  }

  /**
   * Finds the objects whose calls have read something that has changed.
   *
   * @param kind The kind of what has changed, as of `formatGroupKind`.
   * @param states It before and after.
   * @returns The uids of the objects.
   */
  concerned(kind: string, states: readonly LiveObject[]): Set<string> {
    return this.#reads.concerned(kind, states);
  }

  #clientIn(namespace: string | undefined): Client {
    if (namespace === undefined) return this.#options.client;
    if (this.#lastClient.namespace !== namespace) this.#lastClient = this.#lastClient.inNamespace(namespace);
    return this.#lastClient;
  }

  /**
   * Forgets what the calls for an object have read.
   *
   * @param uid The uid of the object.
   */
  forget(uid: string): void {
    this.#reads.delete(uid);
  }
}
