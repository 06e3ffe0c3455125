/**
 * The modules of the kinds in `deno.json`.
 *
 * @module
 */

/**
 * Replaces the exports of kinds.
 *
 * @param project The text of `deno.json`.
 * @param paths The files below `lib/kinds`.
 * @returns The new text; everything else in it stays as it is.
 */
export function withKindExports(project: string, paths: Iterable<string>): string {
  const { exports } = JSON.parse(project) as { exports: Record<string, string> };
  const others = Object.entries(exports).filter(([name]) => !name.startsWith("./kinds"));
  const kinds = [...paths].map((path) => [`./kinds/${path}`.replace(/(\/mod)?\.ts$/, ""), `./lib/kinds/${path}`]);
  const text = JSON.stringify(Object.fromEntries([...others, ...kinds]), null, 2).replaceAll("\n", "\n  ");
  return project.replace(/"exports": \{[^}]*\}/, () => `"exports": ${text}`);
}
