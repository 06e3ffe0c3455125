/**
 * What a process keeps from one term as the leader to the next, and holds ready before the first: the objects that its
 * rules look at, and what they have handled. So a standby takes over without reading everything anew.
 *
 * @module
 */

import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import type { RuleDefinition } from "../../script/rules/rule.ts";
import { Informers } from "../../watch/informers.ts";
import type { Session } from "../session.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { Children, type ChildState, childState } from "./children.ts";
import { type ExtendedState, extendedState } from "./extensions.ts";
import { Subjects } from "./subjects.ts";

/** Keeps the caches of a process. */
export class RunCaches implements AsyncDisposable {
  /** Watches kinds. */
  readonly informers: Informers;
  /** Makes what is kept of a child; always the same function, so that watches are shared. */
  readonly project: (object: LiveObject) => ChildState;
  /** The same for objects of which rules own fields. */
  readonly projectExtended: (object: LiveObject) => ExtendedState;
  /** What was handled, as it is in memory; absent before the first term. */
  checkpoints: Checkpoints | undefined;
  readonly #set: SetIdentity;
  readonly #kinds = new Set<string>();
  readonly #held = new DisposableStack();

  /**
   * Makes empty caches.
   *
   * @param session The session.
   * @param onError Told what consumers of watches throw.
   */
  constructor({ client, set, options: { clock } }: Session, onError: (error: unknown) => void) {
    this.informers = new Informers(client, { clock, onError });
    this.project = (object) => childState(object, set);
    this.projectExtended = (object) => extendedState(object, set);
    this.#set = set;
  }

  /**
   * Begins to watch what rules look at, for as long as the process runs.
   *
   * @param rules The rules.
   */
  warm(rules: Iterable<RuleDefinition>): void {
    const { informers } = this;
    for (const rule of rules) {
      if (!("kind" in rule)) continue;
      const { kind, options } = rule;
      this.#held.use(new Subjects({ informers, kind, select: options, onChange: () => {} }));
      const reads = "reads" in options ? options.reads ?? [] : [];
      for (const { type } of reads) this.#held.use(informers.get(type, { allNamespaces: true }));
      if (rule.type === "each") this.warmChildren((rule.options.owns ?? []).map(({ type }) => type));
    }
  }

  /**
   * Begins to watch the members of the set of some kinds.
   *
   * @param types The kinds.
   */
  warmChildren(types: readonly ResourceType[]): void {
    const added = types.filter((type) => !this.#kinds.has(formatGroupKind(type)));
    for (const type of added) this.#kinds.add(formatGroupKind(type));
    const { informers, project } = this;
    const ignore = () => {};
    this.#held.use(
      new Children({ informers, set: this.#set, project, types: added, onDrift: ignore, onMember: ignore }),
    );
  }

  /** Ends all watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.dispose();
    await this.informers[Symbol.asyncDispose]();
  }
}
