/**
 * The cells of a CSV or XLSX file, whichever it is.
 *
 * @module
 */

// deno-lint-ignore-file no-import-prefix -- who copies this example needs no deno.json

import { detectDelimiter, parseCsv, writeCsv } from "npm:hucre@1.0.0/csv";
import type { Cell, CellValue } from "npm:hucre@1.0.0/xlsx";

/** What a file has in its first sheet. */
export interface Cells {
  /** The values, row by row. */
  readonly rows: CellValue[][];
  /** Of cells that have more than a value, such as a style, all that; by row and column, from 0. */
  readonly cells?: Map<string, Cell>;
  /** Makes the file's new content: what is not in the rows stays as it is. */
  serialize(): Promise<Uint8Array> | Uint8Array;
}

/** Reads the content of a file; `undefined` begins a new one with these columns. */
export async function readCells(
  file: string,
  bytes: Uint8Array | undefined,
  columns: readonly string[],
): Promise<Cells> {
  return /\.xlsx$/i.test(file) ? await readXlsx(bytes, columns) : readCsv(bytes, columns);
}

function readCsv(bytes: Uint8Array | undefined, columns: readonly string[]): Cells {
  // Text in another encoding would not survive. The mark at its beginning, by which Excel knows this one, does.
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  if (text.split('"').length % 2 === 0) throw new Error("a quote is not closed");
  const [bom, delimiter] = [text.startsWith("\ufeff"), detectDelimiter(text)];
  const lineSeparator = /\r?\n/.exec(text)?.[0] ?? "\r\n";
  const rows = bytes ? parseCsv(text) : [[...columns]];
  const newText = () => writeCsv(rows, { bom, delimiter, lineSeparator }) + lineSeparator;
  return { rows, serialize: () => new TextEncoder().encode(newText()) };
}

async function readXlsx(bytes: Uint8Array | undefined, columns: readonly string[]): Promise<Cells> {
  const { openXlsx, saveXlsx, writeXlsx } = await import("npm:hucre@1.0.0/xlsx");
  const sheet = { name: "Deployments", columns: columns.map((header) => ({ header, width: 16 })), data: [] };
  const content = bytes ?? await writeXlsx({ sheets: [{ ...sheet, freezePane: { rows: 1 } }] });
  const workbook = await openXlsx(content, { readStyles: true }); // what is not read is not written
  const [first] = workbook.sheets;
  if (!first) throw new Error("it has no sheet");
  return { rows: first.rows, cells: first.cells ?? new Map(), serialize: () => saveXlsx(workbook) };
}
