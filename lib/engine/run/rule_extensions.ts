/**
 * What one `each` rule owns of other objects: for one of its objects at a time, that is brought in line.
 *
 * @module
 */

import type { Limit } from "../../base/clock.ts";
import { KubescriptError } from "../../kube/error.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refKey } from "../../kube/object_ref.ts";
import { parseApiVersion } from "../../kube/resource_type.ts";
import { digest } from "../../plan/digest.ts";
import { type Extension, planExtension } from "../../plan/extension.ts";
import type { PlanContext } from "../../plan/plan_object.ts";
import { RetryAfter } from "../../script/rules/outcome.ts";
import type { Children } from "../../script/rules/read_children.ts";
import { applyObject } from "../apply_object.ts";
import { extensionsOf } from "../rules/extensions.ts";
import type { Session } from "../session.ts";
import type { Extensions } from "./extensions.ts";
import { type ChildListeners, tellChild } from "./child_log.ts";
import type { RuleFights } from "./rule_fights.ts";

/** What {@linkcode RuleExtensions} work with. */
export interface RuleExtensionsOptions extends ChildListeners {
  /** The session. */
  readonly session: Session;
  /** What all rules own of other objects. */
  readonly extensions: Extensions;
  /** What is the same for all plans. */
  readonly context: PlanContext;
  /** Notices when somebody takes fields back again and again. */
  readonly fights: Pick<RuleFights, "applied">;
}

/** Nobody tells when an object appears that a rule is to extend. */
const MISSING_RETRY_MS = 10_000;

/** What one rule owns of other objects. */
export class RuleExtensions {
  readonly #options: RuleExtensionsOptions;

  /**
   * Makes it.
   *
   * @param options What it works with.
   */
  constructor(options: RuleExtensionsOptions) {
    this.#options = options;
  }

  /** The uids of the objects for which something is owned. */
  *owners(): Generator<string> {
    const { name, extensions } = this.#options;
    for (const { rule, owner } of extensions.owners()) if (rule === name) yield owner;
  }

  /**
   * Owns what the rule wants for one object, and gives up what it does not want any more.
   *
   * @param children What the rule returned.
   * @param owner The object.
   * @param limit How long it may take.
   * @throws {KubescriptError} If something could not be extended.
   */
  async bring(children: Children, owner: LiveObject, limit: Limit): Promise<void> {
    const { name, session } = this.#options;
    const wanted = extensionsOf(children, name, owner, ({ apiVersion, kind }) => {
      return session.mapper.find({ ...parseApiVersion(apiVersion), kind });
    }, session);
    await this.giveUp(owner.metadata.uid, new Set(wanted.map(({ ref }) => refKey(ref))));
    const problems = (await Promise.all(wanted.map((extension) => this.#extend(extension, limit))))
      .filter((problem) => problem !== undefined);
    if (problems.length === 0) return;
    const text = problems.map(({ message }) => message).join("; ");
    throw problems.some(({ isMissing }) => isMissing)
      ? new RetryAfter(MISSING_RETRY_MS, text)
      : new KubescriptError(text);
  }

  /**
   * Gives up what is owned for one object.
   *
   * @param owner The uid of the object.
   * @param keep The keys of the objects that stay extended.
   * @throws {KubescriptError} If something could not be given up.
   */
  async giveUp(owner: string, keep: ReadonlySet<string> = new Set()): Promise<void> {
    const { name, session, extensions, context } = this.#options;
    const leaving = extensions.of(name, owner).filter(({ ref }) => !keep.has(refKey(ref)));
    const problems = await Promise.all(leaving.map(async (extension) => {
      const { ref, type, extender } = extension;
      const live = await session.client.find(type, ref);
      const change = await planExtension(extension, live, context);
      extensions.forget(ref, extender);
      const { outcome } = await applyObject(session, change, context);
      if (outcome.status !== "done") return [`${formatRef(ref)}: ${outcome.reason}`];
      tellChild(this.#options, "pruned", outcome.change);
      return [];
    }));
    if (problems.flat().length > 0) throw new KubescriptError(problems.flat().join("; "));
  }

  async #extend(extension: Extension, limit: Limit): Promise<Problem | undefined> {
    const { name, session, extensions, context, fights, onChildren } = this.#options;
    const { ref, type, extender, desired } = extension;
    const hash = await digest(desired!);
    if (extensions.isSettled(extension, hash)) {
      onChildren(name, "unchanged", 1);
      return undefined;
    }
    await extensions.watch(type, limit.signal);
    const live = await session.client.find(type, ref);
    const change = await planExtension(extension, live, context);
    // What is about to go needs nothing any more.
    if (live && change.action === "blocked") return undefined;
    const { outcome, live: left } = await applyObject(session, change, context);
    if (outcome.status !== "done") {
      return { message: `${formatRef(ref)}: ${outcome.reason}`, isMissing: live === undefined };
    }
    fights.applied(extender.owner, change, extender.fieldManager);
    if (left) extensions.settle(left, extender, hash);
    tellChild(this.#options, "applied", outcome.change);
    return undefined;
  }
}

interface Problem {
  readonly message: string;
  /** Whether the object is not there. */
  readonly isMissing: boolean;
}
