/**
 * The results of the conformance suite, row by row.
 *
 * @module
 */

/** How one row went. */
export interface RowResult {
  /** The row's id, such as `A1`. */
  readonly id: string;
  /** Whether it holds, or what the tested server cannot do. */
  readonly result: "ok" | "failed" | "cannot";
  /** Why it cannot be done, or why not all of it was compared with kubectl. */
  readonly reason?: string;
}

/**
 * Reads the rows in a JUnit report as `deno test` writes it. Rows are tests whose names begin with an id; those that
 * were filtered out are not there.
 *
 * @param report The report.
 * @returns The rows, sorted by id.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const report = `<testsuite>
 *   <testcase name="A2 create" classname="a" time="0.1"></testcase>
 *   <testcase name="A2 create &gt; from text" classname="a"><failure message="no">no</failure></testcase>
 *   <testcase name="A1 list" classname="a" time="0.1"></testcase>
 *   <testcase name="D2 exec (cannot: no &quot;exit code&quot;)" classname="b"><skipped/></testcase>
 *   <testcase name="Client pages" classname="c"></testcase>
 * </testsuite>`;
 *
 * deepStrictEqual(readRows(report), [
 *   { id: "A1", result: "ok" },
 *   { id: "A2", result: "failed" },
 *   { id: "D2", result: "cannot", reason: 'no "exit code"' },
 * ]);
 * ```
 */
export function readRows(report: string): RowResult[] {
  const rows = new Map<string, RowResult>();
  for (const [, name = "", id = "", content = ""] of report.matchAll(TEST_CASE)) {
    const [, what, reason] = / \((cannot|not compared): (.*)\)$/.exec(unescapeXml(name)) ?? [];
    if (what === "cannot") rows.set(id, { id, result: "cannot", reason: reason! });
    else if (what) {
      rows.set(id, { id, result: rows.get(id)?.result ?? "ok", reason: `not compared with kubectl: ${reason}` });
    } else if (content.includes("<failure") || content.includes("<error")) {
      rows.set(id, { ...rows.get(id), id, result: "failed" });
    } else if (!content.includes("<skipped") && !rows.has(id)) rows.set(id, { id, result: "ok" });
  }
  return [...rows.values()].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
}

const TEST_CASE = /<testcase name="(([A-Z]\d+) .*?)" .*?>(.*?)<\/testcase>/gs;

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ENTITIES[name]!);
}

/**
 * Says how rows went, one line for each, and how many went which way.
 *
 * @param rows The rows.
 * @returns The lines; none without rows.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const rows = [{ id: "A1", result: "ok" }, { id: "D2", result: "cannot", reason: "no exit code" }] as const;
 * deepStrictEqual(formatRows(rows), ["A1 ok", "D2 cannot: no exit code", "2 rows: 1 ok, 0 failed, 1 cannot"]);
 * ```
 */
export function formatRows(rows: readonly RowResult[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ id, result, reason }) => `${id} ${result}${reason === undefined ? "" : `: ${reason}`}`);
  const count = (wanted: string) => `${rows.filter(({ result }) => result === wanted).length} ${wanted}`;
  return [...lines, `${rows.length} rows: ${["ok", "failed", "cannot"].map(count).join(", ")}`];
}
