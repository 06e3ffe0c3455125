/**
 * Counts tests, for a last line that says how a whole run went.
 *
 * @module
 */

/** How many tests went which way; the steps of a test count as well. */
export interface Counts {
  /** Tests that passed. */
  readonly passed: number;
  /** Tests that failed. */
  readonly failed: number;
  /** Tests that were not run. */
  readonly skipped: number;
}

/**
 * Counts the tests of one run of `deno test`.
 *
 * @param run Runs it with one more option, and tells whether it succeeded.
 * @param onReport Told the JUnit report.
 * @returns The counts.
 */
export async function countTests(
  run: (reportOption: string) => Promise<boolean>,
  onReport?: (report: string) => void,
): Promise<Counts> {
  const path = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const success = await run(`--junit-path=${path}`);
    const report = await Deno.readTextFile(path);
    onReport?.(report);
    const counts = countReported(report);
    // What fails outside of any test, such as a file that cannot be loaded, is not in the report.
    return success || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } finally {
    await Deno.remove(path);
  }
}

/**
 * Counts the tests in a JUnit report as `deno test` writes it.
 *
 * @param report The report; empty text is a report of no tests.
 * @returns The counts.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const report = `<testsuites tests="4" failures="1" errors="0">
 *   <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1"></testsuite>
 * </testsuites>`;
 *
 * deepStrictEqual(countReported(report), { passed: 2, failed: 1, skipped: 1 });
 * ```
 */
export function countReported(report: string): Counts {
  const suites = Array.from(report.matchAll(/<testsuite .*?>/g), ([suite]) => {
    const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    const skipped = count("disabled");
    return { passed: count("tests") - failed - skipped, failed, skipped };
  });
  return sumCounts(suites);
}

/**
 * Adds up counts.
 *
 * @param parts The counts of the parts.
 * @returns The counts of the whole.
 */
export function sumCounts(parts: readonly Counts[]): Counts {
  const sum = (key: keyof Counts) => parts.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/**
 * Says how a run went, the way the last line of a test command says it.
 *
 * @param counts The counts.
 * @returns The line.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatCounts({ passed: 5, failed: 0, skipped: 0 }), "5 passed, 0 failed");
 * strictEqual(formatCounts({ passed: 5, failed: 1, skipped: 2 }), "5 passed, 1 failed, 2 skipped");
 * ```
 */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
