/**
 * Why an apply is refused, in the words of the server.
 *
 * @module
 */

import type { StatusCause } from "../../kube/status.ts";
import { formatPath } from "./field_set.ts";
import type { ManagerIdentity } from "./managed.ts";

/** A field of somebody else that an apply would change. */
export interface Conflict {
  /** The identifier of who owns it. */
  readonly manager: string;
  /** The steps to the field. */
  readonly path: readonly string[];
}

/** The apply would change fields of others: 409, reason `Conflict`. */
export class ApplyConflictError extends Error {
  /** The name of the class. */
  override readonly name: string = "ApplyConflictError";
  /** The fields, ordered by who owns them. */
  readonly conflicts: readonly Conflict[];

  /**
   * Makes an error.
   *
   * @param conflicts The fields.
   */
  constructor(conflicts: readonly Conflict[]) {
    const byManager = Map.groupBy(conflicts.toSorted(compareManagers), ({ manager }) => manager);
    super(messageOf(byManager));
    this.conflicts = [...byManager.values()].flat();
  }

  /** What a Status says about each of them. */
  get causes(): Required<StatusCause>[] {
    return this.conflicts.map(({ manager, path }) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${managerText(manager)}`,
      field: formatPath(path),
    }));
  }
}

/** The configuration cannot be applied, whoever owns the fields. */
export class ApplyError extends Error {
  /** The name of the class. */
  override readonly name: string = "ApplyError";
  /** The status code: 400 with the reason `BadRequest`, or 500 without a reason. */
  readonly code: 400 | 500;

  /**
   * Makes an error.
   *
   * @param code The status code.
   * @param message The message of the server.
   */
  constructor(code: 400 | 500, message: string) {
    super(message);
    this.code = code;
  }
}

function messageOf(byManager: ReadonlyMap<string, readonly Conflict[]>): string {
  const count = byManager.values().reduce((sum, conflicts) => sum + conflicts.length, 0);
  if (count === 1) {
    const [[manager, conflicts]] = [...byManager] as [[string, readonly Conflict[]]];
    return `Apply failed with 1 conflict: conflict with ${managerText(manager)}: ${formatPath(conflicts[0]!.path)}`;
  }
  const lines = Array.from(byManager, ([manager, conflicts]) => [
    `conflicts with ${managerText(manager)}:`,
    ...conflicts.map(({ path }) => `- ${formatPath(path)}`),
  ]);
  return `Apply failed with ${count} conflicts: ${lines.flat().join("\n")}`;
}

function managerText(id: string): string {
  const { manager = "", operation, apiVersion, subresource } = JSON.parse(id) as ManagerIdentity;
  const parts = [JSON.stringify(manager)];
  if (subresource) parts.push(`with subresource ${JSON.stringify(subresource)}`);
  if (operation === "Update") parts.push(`using ${apiVersion}`);
  return parts.join(" ");
}

function compareManagers(a: Conflict, b: Conflict): number {
  return a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : 0;
}
