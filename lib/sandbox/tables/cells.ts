/**
 * How the cells of tables are made: what several kinds have in common.
 *
 * @module
 */

import { formatLabelSelector, readObjectSelector } from "../../kube/label_selector.ts";
import type { LabelSelector } from "../../kinds/meta/v1.ts";
import type { PodTemplateSpec } from "../../kinds/core/v1.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import { age } from "./human_duration.ts";

/**
 * Makes the cell of an object. `listed` are the objects of the list in which it stands, empty if it stands alone.
 */
export type Cell<T = StoredObject> = (object: T, nowMs: number, listed: readonly T[]) => unknown;

/** The cells of a kind by the headings of their columns. */
export type Cells = Readonly<Record<string, Cell>>;

/**
 * Gives cells their place among those of other kinds.
 *
 * @param cells The cells, for objects of one kind.
 * @returns The same.
 */
export function cellsOf<T>(cells: Readonly<Record<string, Cell<T>>>): Cells {
  return cells as unknown as Cells;
}

/**
 * Makes cells that show a field.
 *
 * @param path The field, with dots.
 * @param absent What they show if it is not there, or is empty.
 * @returns The cell.
 */
export function field(path: string, absent: unknown = ""): Cell {
  const steps = path.split(".");
  return (object) => {
    let value: unknown = object;
    for (const step of steps) value = (value as Record<string, unknown> | undefined)?.[step];
    return value === undefined || value === null || value === "" ? absent : value;
  };
}

/** The same as {@linkcode field} of times: how long ago they were. */
export function since(path: string, absent = "<unknown>"): Cell {
  const time = field(path, null);
  return (object, nowMs) => {
    const value = time(object, nowMs, []) as string | null;
    return value ? age(value, nowMs) : absent;
  };
}

/** Makes cells that count the items of a list, or of a map. */
export function count(path: string): Cell {
  const items = field(path, null);
  return (object) => Object.keys(items(object, 0, []) ?? {}).length;
}

/** Makes cells that join a list with commas. */
export function joined(path: string, absent = ""): Cell {
  const items = field(path, null);
  return (object) => (items(object, 0, []) as string[] | null)?.join(",") || absent;
}

/** Writes labels as a selector that demands them all. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(labels ?? {}).sort(([a], [b]) => a < b ? -1 : 1).map(([key, value]) => `${key}=${value}`)
    .join(",") || "<none>";
}

/** Writes a selector of an object as one of a query; it is empty if nothing, or everything, is selected. */
export function selectorText(selector: LabelSelector | undefined): string {
  return formatLabelSelector(readObjectSelector(selector ?? {}));
}

/**
 * The cells about the containers of a template.
 *
 * @param templateOf Finds the template in an object.
 * @returns The cells.
 */
export function containerCells(templateOf: (object: never) => PodTemplateSpec | undefined): Cells {
  const list = (of: "name" | "image"): Cell => (object) =>
    (templateOf(object as never)?.spec?.containers ?? []).map((container) => container[of] ?? "").join(",");
  return { Containers: list("name"), Images: list("image") };
}

/**
 * Shortens a list to what fits in a table.
 *
 * @param items The items.
 * @param options How many are shown, what stands between them, and how many there are if not all are in the list.
 * @returns For example `a,b,c + 2 more...`.
 */
export function shortList(
  items: readonly string[],
  { max = 3, separator = ",", total = items.length }: { max?: number; separator?: string; total?: number } = {},
): string {
  const text = items.slice(0, max).join(separator);
  return items.length > max ? `${text} + ${total - max} more...` : text;
}
