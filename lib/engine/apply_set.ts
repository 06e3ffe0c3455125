/**
 * Applies the objects of a set: each as soon as what it needs is there, as many at once as there are lanes.
 *
 * @module
 */

import { Limiter } from "../base/limiter.ts";
import type { LiveObject } from "../kube/object.ts";
import { formatRef, refKey } from "../kube/object_ref.ts";
import type { Change } from "../plan/change.ts";
import { type Applied, applyObject } from "./apply_object.ts";
import type { SetPlan, TargetNode } from "./plan_set.ts";
import type { Outcome } from "./result.ts";
import type { Session } from "./session.ts";
import { waitReady } from "./wait_ready.ts";

/** What was applied. */
export interface AppliedSet {
  /** How each change ended, in the order of the plan. */
  readonly outcomes: readonly Outcome[];
  /** The desired objects as they are now, by key. */
  readonly live: ReadonlyMap<string, LiveObject>;
}

/** How to apply a set. */
export interface ApplySetOptions {
  /** Stops beginning anything new; what is under way is finished. */
  readonly signal: AbortSignal;
  /** How long an object that others need may take to become ready, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Applies the objects of a set.
 *
 * @param session The session.
 * @param planned The plan.
 * @param options When to stop.
 * @returns What was applied.
 */
export async function applySet(session: Session, planned: SetPlan, options: ApplySetOptions): Promise<AppliedSet> {
  return await new SetApply(session, planned, options).run();
}

class SetApply {
  readonly #session: Session;
  readonly #planned: SetPlan;
  readonly #options: ApplySetOptions;
  readonly #lanes: Limiter;
  readonly #live: Map<string, LiveObject>;
  /** Objects that must be ready, not only there, before what needs them. */
  readonly #gates: ReadonlySet<string>;
  /** For each object, whether it was done. */
  readonly #done = new Map<string, Promise<Outcome | undefined>>();

  constructor(session: Session, planned: SetPlan, options: ApplySetOptions) {
    this.#session = session;
    this.#planned = planned;
    this.#options = options;
    this.#lanes = new Limiter(session.options.concurrency);
    this.#live = new Map(planned.survey.live);
    this.#gates = gatesOf(planned.nodes);
  }

  async run(): Promise<AppliedSet> {
    for (const node of this.#planned.nodes) this.#done.set(node.key, this.#process(node));
    const outcomes = await Promise.all(this.#done.values());
    return { outcomes: outcomes.filter((outcome) => outcome !== undefined), live: this.#live };
  }

  async #process(node: TargetNode): Promise<Outcome | undefined> {
    const change = this.#planned.changes.get(node.key)!;
    const obstacle = await this.#firstObstacle(node, change);
    const outcome = obstacle ?? await this.#apply(node, change);
    if (outcome !== undefined) this.#session.options.listen({ type: "outcome", outcome });
    return outcome;
  }

  /** Waits for what the object needs, and tells what is in its way. */
  async #firstObstacle(node: TargetNode, change: Change): Promise<Outcome | undefined> {
    for (const need of node.needs) {
      const outcome = await this.#done.get(need);
      if (outcome === undefined || outcome.status === "done") continue;
      if (change.action === "unchanged") return undefined;
      if (outcome.status === "interrupted") return { change, status: "interrupted" };
      return { change, status: "skipped", reason: `it needs ${formatRef(outcome.change.ref)}, which was not applied` };
    }
    return undefined;
  }

  async #apply(node: TargetNode, change: Change): Promise<Outcome | undefined> {
    const { outcome, live } = change.action === "unchanged"
      ? { outcome: undefined, live: change.live }
      : await this.#lanes.run(() => this.#write(change));
    if (live === undefined) return outcome;
    this.#live.set(node.key, live);
    return this.#gates.has(node.key) ? await this.#passGate(node, change, live, outcome) : outcome;
  }

  /** An object that waited for its lane may find the run stopped: the client would send all that wait in its queue. */
  async #write(change: Change): Promise<Applied> {
    if (this.#options.signal.aborted) return { outcome: { change, status: "interrupted" } };
    return await applyObject(this.#session, change, this.#planned.context);
  }

  async #passGate(
    node: TargetNode,
    change: Change,
    live: LiveObject,
    outcome: Outcome | undefined,
  ): Promise<Outcome | undefined> {
    const { desired, type } = node.item.target;
    const written = outcome !== undefined;
    const [notReady] = await waitReady(
      this.#session,
      [{ ref: change.ref, type, live, desired, written }],
      this.#options,
    );
    if (notReady === undefined) return outcome;
    return { change, status: "failed", reason: `it did not become ready: ${notReady.reason}` };
  }
}

/** Finds objects that must be ready before others: definitions of kinds, and what `dependsOn` names. */
function gatesOf(nodes: readonly TargetNode[]): Set<string> {
  const gates = new Set<string>();
  const needed = new Set(nodes.flatMap((node) => node.needs));
  for (const { key, item } of nodes) {
    for (const ref of item.dependsOn) gates.add(refKey(ref));
    if (item.object.kind === "CustomResourceDefinition" && needed.has(key)) gates.add(key);
  }
  return gates;
}
