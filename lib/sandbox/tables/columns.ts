/**
 * The columns of the tables of built-in kinds: headings as a real API server tells them, and how their cells are made.
 *
 * @module
 */

import headings from "../../kinds/columns.json" with { type: "json" };
import type { TableColumn } from "../registry/served_resource.ts";
import { type Cells, field, since } from "./cells.ts";
import { NETWORK_CELLS } from "./network_cells.ts";
import { OTHER_CELLS } from "./other_cells.ts";
import { POD_CELLS } from "./pod_cells.ts";
import { STORAGE_CELLS } from "./storage_cells.ts";
import { WORKLOAD_CELLS } from "./workload_cells.ts";

/** A heading as it is kept: its description is one of a list. */
type Heading = Omit<TableColumn, "cell" | "description"> & { readonly description: number };

const HEADINGS: Readonly<Record<string, readonly Heading[]>> = headings.columns;

const CELLS: Readonly<Record<string, Cells>> = {
  "/Pod": POD_CELLS,
  ...WORKLOAD_CELLS,
  ...NETWORK_CELLS,
  ...STORAGE_CELLS,
  ...OTHER_CELLS,
};

/** The cells that mean the same for all kinds. */
const COMMON: Cells = {
  Name: field("metadata.name"),
  Age: since("metadata.creationTimestamp"),
  "Created At": field("metadata.creationTimestamp"),
};

/**
 * Lists the columns of the tables of a built-in kind.
 *
 * @param group The API group; empty for the core group.
 * @param kind The kind.
 * @returns The columns; of kinds without special ones the name and the time of creation.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const names = columnsOf("", "Namespace").map(({ name }) => name);
 * deepStrictEqual(names, ["Name", "Status", "Age"]);
 * ```
 */
export function columnsOf(group: string, kind: string): readonly TableColumn[] {
  const cells = { ...COMMON, ...CELLS[`${group}/${kind}`] };
  return (HEADINGS[`${group}/${kind}`] ?? HEADINGS["/LimitRange"]!).map((heading) => {
    const cell = cells[heading.name];
    // A heading that a newer server adds must not take all other cells from the row.
    const description = headings.descriptions[heading.description]!;
    return { ...heading, description, cell: (object, nowMs, listed = []) => cell?.(object, nowMs, listed) ?? null };
  });
}
