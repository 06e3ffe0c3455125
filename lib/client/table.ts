/**
 * Tables: what kubectl prints about objects, made by the server.
 *
 * @see {@link https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables | Tables}
 *
 * @module
 */

import type { LiveObject } from "../kube/object.ts";

/** A column of a {@linkcode Table}. */
export interface TableColumn {
  /** The title. */
  readonly name: string;
  /** The type of the cells, such as `string` or `integer`. */
  readonly type: string;
  /** What the cells mean. */
  readonly description?: string;
  /** 0 for what is always shown; greater for what `kubectl get -o wide` adds. */
  readonly priority: number;
}

/** A row of a {@linkcode Table}. */
export interface TableRow {
  /** One value for each column. */
  readonly cells: readonly unknown[];
  /** The object, with nothing but its metadata. */
  readonly object: LiveObject;
}

/** What kubectl prints about objects. */
export interface Table {
  /** The columns. */
  readonly columnDefinitions: readonly TableColumn[];
  /** One row for each object. */
  readonly rows: readonly TableRow[];
}

/**
 * Reads a table.
 *
 * @param body The answer of the server.
 * @returns The table; an extension server that knows no tables gives an empty one.
 */
export function readTable(body: Record<string, unknown>): Table {
  const { columnDefinitions = [], rows } = body as Partial<Table>;
  return { columnDefinitions, rows: rows ?? [] };
}
