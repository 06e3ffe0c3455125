/**
 * Runs one `changed` rule: for one object at a time, what is now is compared with what was handled last.
 *
 * @module
 */

import type { Limit } from "../../base/clock.ts";
import { createHash } from "node:crypto";
import { canonicalJson, parseJson } from "../../base/json.ts";
import type { Client } from "../../client/client.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatApiVersion } from "../../kube/resource_type.ts";
import type { ChangedDefinition, ChangeEvent } from "../../script/rules/changed.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import type { RuleCall } from "./rule_call.ts";
import type { RuleRun } from "./rule_run.ts";
import type { Subjects } from "./subjects.ts";
import type { WorkResult } from "./work_queue.ts";

/** What a {@linkcode ChangedRunner} works with. */
export interface ChangedRunnerOptions {
  /** The rule's name. */
  readonly name: string;
  /** The rule. */
  readonly definition: ChangedDefinition;
  /** Looks whether an object that does not match any more is still there. */
  readonly client: Client;
  /** The objects that the rule is about. */
  readonly subjects: Subjects;
  /** What was handled. */
  readonly checkpoints: Checkpoints;
  /** Makes what the function gets. */
  readonly call: RuleCall;
}

/** Longer values are kept as a hash. */
const LONGEST_VALUE = 256;

/** Calls the function for changes of single objects. */
export class ChangedRunner implements RuleRun {
  readonly #options: ChangedRunnerOptions;

  /**
   * Makes a runner.
   *
   * @param options What it works with.
   */
  constructor(options: ChangedRunnerOptions) {
    this.#options = options;
  }

  /** Notes what there is as handled, if the rule runs for the first time and is not to tell about it. */
  begin(): void {
    const { name, definition, checkpoints, subjects } = this.#options;
    if (checkpoints.has(name)) return;
    checkpoints.begin(name);
    if (definition.options.existing === "include") return;
    for (const { metadata: { uid } } of subjects.list()) {
      try {
        const object = subjects.get(uid);
        if (object) checkpoints.set(name, this.#checkpoint(object));
      } catch {
        // A function of the script failed: that is told when the rule runs for the object.
      }
    }
  }

  /** The uids of all objects of which something was handled. */
  *known(): Generator<string> {
    for (const { uid } of this.#options.checkpoints.list(this.#options.name)) yield uid;
  }

  /**
   * Compares one object with what was handled last.
   *
   * @param uid The uid of the object.
   * @param limit How long it may take.
   * @returns How it ended.
   */
  async run(uid: string, limit: Limit): Promise<WorkResult> {
    const { name, checkpoints, subjects } = this.#options;
    const object = subjects.get(uid);
    const before = checkpoints.get(name, uid);
    if (!object) {
      if (before) await this.#lost(before, limit);
      return { status: "done" };
    }
    const after = this.#checkpoint(object);
    if (before?.value === after.value) return { status: "done" };
    const now = this.#valueOf(object);
    if (!before) await this.#tell({ event: "appeared", object, now }, object, limit);
    else if (!before.hashed) {
      await this.#tell({ event: "changed", object, old: parseJson(before.value), now, oldKnown: true }, object, limit);
    } else await this.#tell({ event: "changed", object, old: undefined, now, oldKnown: false }, object, limit);
    checkpoints.set(name, after);
    return { status: "done" };
  }

  /** The object is gone, or does not match any more: with a selector, the watch cannot tell. */
  async #lost(before: Checkpoint, limit: Limit): Promise<void> {
    const { name, checkpoints, subjects, client, definition } = this.#options;
    const old = before.hashed ? undefined : parseJson(before.value);
    const { uid, namespace, name: objectName } = before;
    const there = subjects.find(uid) ?? await client.find(definition.kind.type, { namespace, name: objectName });
    const isGone = there?.metadata.uid !== uid;
    const { type } = definition.kind;
    const object: LiveObject = isGone
      ? {
        apiVersion: formatApiVersion(type),
        kind: type.kind,
        metadata: { name: objectName, ...(namespace !== undefined && { namespace }), uid, resourceVersion: "" },
      }
      : there;
    await this.#tell({ event: isGone ? "deleted" : "left", object, old }, object, limit);
    checkpoints.delete(name, uid);
  }

  async #tell(
    change: { readonly event: ChangeEvent; readonly [field: string]: unknown },
    object: LiveObject,
    limit: Limit,
  ): Promise<void> {
    const { definition, call } = this.#options;
    const { on = ["changed"] } = definition.options;
    if (!on.includes(change.event)) return;
    await definition.run(change as never, call.context(object, limit));
  }

  #valueOf(object: LiveObject): unknown {
    return this.#options.definition.options.of(object as never);
  }

  #checkpoint(object: LiveObject): Checkpoint {
    const { uid, namespace, name } = object.metadata;
    const value = canonicalJson(this.#valueOf(object) ?? null);
    if (value.length <= LONGEST_VALUE) return { uid, namespace, name, value };
    return { uid, namespace, name, value: createHash("sha256").update(value).digest("base64"), hashed: true };
  }
}
