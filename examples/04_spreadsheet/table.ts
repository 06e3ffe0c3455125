/**
 * A spreadsheet file as a table: its columns are known by the titles in its first row.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { KubescriptError } from "@kubescript/kubescript";
import { type Cells, readCells } from "./cells.ts";

const COLUMNS = ["namespace", "name", "replicas", "ready", "image", "status", "note", "last seen"] as const;

/** The title of a column. */
export type Column = typeof COLUMNS[number];

/** One row of a table. */
export interface Row {
  get(column: Column): string;
  set(column: Column, value: string | number): void;
  isFormula(column: Column): boolean;
  /** Names a cell as spreadsheet programs do, such as `C5`. */
  address(column: Column): string;
}

/** A table that is read, changed and saved. Whatever else is in the file stays there. */
export class Table {
  readonly #file: string;
  readonly #version: string;
  readonly #content: Cells;
  readonly #titles: readonly string[];
  #isChanged = false;

  private constructor(file: string, version: string, content: Cells) {
    const titles = content.rows[0]?.map((title) => String(title ?? "").trim().toLowerCase()) ?? [];
    const missing = COLUMNS.filter((title) => !titles.includes(title));
    const required = missing.find((title) => title === "namespace" || title === "name" || title === "replicas");
    if (required) throw new Error(`row 1 has no column "${required}"`);
    const twice = COLUMNS.find((title) => titles.indexOf(title) !== titles.lastIndexOf(title));
    if (twice) throw new Error(`row 1 has two columns "${twice}"`);
    this.#file = file;
    this.#version = version;
    this.#content = content;
    this.#titles = [...titles, ...missing];
    for (const title of missing) this.#row(0).set(title, title);
  }

  /** Reads a file; one that does not exist is a table without rows if it is to be created. */
  static async open(file: string, { create }: { create: boolean }): Promise<Table> {
    try {
      const version = await versionOf(file);
      const bytes = version === "" && create ? undefined : await Deno.readFile(file);
      return new Table(file, version, await readCells(file, bytes, COLUMNS));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const reason = error instanceof Deno.errors.NotFound ? "it does not exist" : error.message;
      throw new KubescriptError(`Cannot read "${file}": ${reason}`, { cause: error });
    }
  }

  /** All rows but the first. */
  get rows(): Row[] {
    return this.#content.rows.keys().drop(1).map((row) => this.#row(row)).toArray();
  }

  /** Adds a row at the end. */
  addRow(): Row {
    return this.#row(this.#content.rows.push([]) - 1);
  }

  /** Puts what has changed in the place of the file at once; `false` if the file is not any more what was read. */
  async save(): Promise<boolean> {
    if (!this.#isChanged) return true;
    const path = await Deno.realPath(this.#file).catch(() => this.#file);
    const temporary = join(dirname(path), `.${basename(path)}.new`);
    try {
      await Deno.writeFile(temporary, await this.#content.serialize());
      if (await versionOf(path) !== this.#version) return false;
      const { mode } = await Deno.stat(path).catch(() => ({ mode: null }));
      if (mode !== null) await Deno.chmod(temporary, mode);
      await Deno.rename(temporary, path);
      return true;
    } finally {
      await Deno.remove(temporary).catch(() => {});
    }
  }

  #row(row: number): Row {
    const { rows, cells } = this.#content;
    const columnOf = (column: Column) => this.#titles.indexOf(column);
    const cellOf = (column: Column) => cells?.get(`${row},${columnOf(column)}`);
    const get = (column: Column) => String(rows[row]?.[columnOf(column)] ?? "").trim();
    return {
      get,
      set: (column, value) => {
        if (get(column) === String(value)) return;
        const values = rows[row] ??= [];
        while (values.length < columnOf(column)) values.push(null);
        values[columnOf(column)] = value;
        const cell = cellOf(column);
        if (cell) Object.assign(cell, { value, type: typeof value, richText: undefined });
        this.#isChanged = true;
      },
      isFormula: (column) => cellOf(column)?.formula !== undefined,
      address: (column) => letters(columnOf(column)) + (row + 1),
    };
  }
}

/** Names a column as spreadsheet programs do: A to Z, then AA. */
function letters(column: number): string {
  const rest = column < 26 ? "" : letters(Math.floor(column / 26) - 1);
  return rest + String.fromCharCode("A".charCodeAt(0) + column % 26);
}

/** Tells one content of a file from another; empty if there is no file. */
async function versionOf(file: string): Promise<string> {
  try {
    const { mtime, size } = await Deno.stat(file);
    return `${mtime?.getTime()} ${size}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
