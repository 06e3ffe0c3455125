/**
 * Collects what the rails need to know, and checks them.
 *
 * @module
 */

import type { Change } from "../plan/change.ts";
import { type Allowance, checkRails, type Rail, type RailFacts } from "../plan/removal.ts";
import { findStrangers } from "./namespace_contents.ts";
import type { Session } from "./session.ts";

/**
 * Checks whether removals are within the rails.
 *
 * @param session The session.
 * @param removals The removals.
 * @param facts How large the set is, and whether all of it goes.
 * @param allowance What the user allowed.
 * @returns The first rail that is touched, or `undefined`.
 */
export async function findRail(
  session: Session,
  removals: readonly Change[],
  facts: Pick<RailFacts, "members" | "wholeSet">,
  allowance: Allowance,
): Promise<Rail | undefined> {
  const deletions = removals.filter((change) => change.action === "delete");
  const going = new Set(deletions.map((change) => change.live!.metadata.uid));
  const strangers = new Map<string, readonly string[]>();
  for (const { ref } of deletions) {
    if (ref.kind === "Namespace" && ref.group === "") {
      strangers.set(ref.name, await findStrangers(session, ref.name, going));
    }
  }
  return checkRails(removals, { ...facts, home: session.set.namespace, strangers }, allowance);
}
