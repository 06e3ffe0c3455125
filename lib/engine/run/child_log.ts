/**
 * Tells in the log what rules do to their children, so that whoever reads it sees what an operator does, and why.
 *
 * @module
 */

import { formatRef } from "../../kube/object_ref.ts";
import type { Change } from "../../plan/change.ts";
import type { ChildOutcome, RunObserver } from "./observer.ts";
import type { LogLine } from "./rule_call.ts";

/** Who is told what was done to children of a rule. */
export interface ChildListeners {
  /** The rule. */
  readonly name: string;
  /** Told what became of children. */
  readonly onChildren: RunObserver["onChildren"];
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
}

/**
 * Tells that a child is as it should be now.
 *
 * @param listeners Who is told.
 * @param outcome What became of it.
 * @param change What was done.
 */
export function tellChild({ name, onChildren, log }: ChildListeners, outcome: ChildOutcome, change: Change): void {
  // Others may have done it in the meantime.
  const isUnchanged = change.action === "unchanged";
  onChildren(name, isUnchanged ? "unchanged" : outcome, 1);
  if (!isUnchanged) log(lineAboutChild(name, change));
}

/**
 * Makes the line about something that was done.
 *
 * @param rule The rule.
 * @param change What was done.
 * @returns The line. It names the fields that were changed, not their values.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const ref = { kind: "ResourceQuota", group: "", namespace: "shop", name: "quota" };
 * const fields = [{ path: "spec.hard.pods", from: 10, to: 50 }];
 * deepStrictEqual(lineAboutChild("tenants", { action: "update", apiVersion: "v1", ref, fields, drift: true }), {
 *   level: "info",
 *   rule: "tenants",
 *   object: "ResourceQuota/shop/quota",
 *   message: "repaired",
 *   fields: { changed: ["spec.hard.pods"] },
 * });
 * ```
 */
export function lineAboutChild(rule: string, change: Change): LogLine {
  const { ref, fields } = change;
  const line = { level: "info", rule, object: formatRef(ref), message: wordFor(change) } as const;
  return fields.length === 0 ? line : { ...line, fields: { changed: fields.map(({ path }) => path) } };
}

function wordFor({ action, extender, desired, drift = false }: Change): string {
  if (extender) return desired ? "extended" : "given up";
  switch (action) {
    case "create":
      return "created";
    case "adopt":
      return "adopted";
    case "delete":
      return "deleted";
    case "release":
      return "released";
    default:
      return drift ? "repaired" : "updated";
  }
}
