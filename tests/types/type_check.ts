/**
 * How tests see what the compiler says about snippets.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Something that the compiler says about a snippet. */
export interface Diagnostic {
  /** The message, with the reasons below it, without the places that it refers to; members of unions are sorted. */
  readonly message: string;
  /** The snippet from the place on that the message points to. */
  readonly from: string;
}

/**
 * Checks snippets, all in one run of the compiler.
 *
 * @param head What they have in common, such as imports.
 * @param snippets The snippets, each of them statements.
 * @returns What the compiler says about each of them.
 * @throws {Error} If it says something about the head.
 */
export async function checkTypes(head: string, snippets: readonly string[]): Promise<Diagnostic[][]> {
  const folder = await Deno.makeTempDir({ prefix: "kubescript-types-" });
  const path = `${folder}/snippets.ts`;
  try {
    await Deno.writeTextFile(path, [head, ...snippets].join("\n"));
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-lock", "--config", config, path],
      env: { NO_COLOR: "1" },
    }).output();
    return assign(new TextDecoder().decode(stderr), head, snippets);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assign(output: string, head: string, snippets: readonly string[]): Diagnostic[][] {
  const found = snippets.map((): Diagnostic[] => []);
  const firstLines = snippets.map((_, i) => countLines([head, ...snippets.slice(0, i)].join("\n")));
  for (const { message, line, column } of readOutput(output)) {
    const i = firstLines.findLastIndex((first) => first < line);
    if (i < 0) throw new Error(`Cannot check types: ${message}`);
    const lines = snippets[i]!.split("\n").slice(line - 1 - firstLines[i]!);
    found[i]!.push({ message, from: lines.join("\n").slice(column - 1) });
  }
  return found;
}

function readOutput(output: string): { message: string; line: number; column: number }[] {
  return output.split(/^TS\d+ \[ERROR\]: /m).slice(1).map((text) => {
    const [, before, file, line, column] = /^(.*?)\n {4}at file:([^\n]*):(\d+):(\d+)$/ms.exec(text)!;
    if (!file!.endsWith("/snippets.ts")) throw new Error(`Cannot check types: ${text}`);
    // Between the message and its place is the line of code, if it is not too long.
    const message = sortUnions(before!.replace(/\n.*\n *[~^]+$/, ""));
    return { message, line: Number(line), column: Number(column) };
  });
}

/** Sorts the members of unions, whose order depends on what else is compiled. */
function sortUnions(text: string): string {
  return text.replace(/[\w"]+( \| [\w"]+)+/g, (union) => union.split(" | ").sort().join(" | "));
}

function countLines(text: string): number {
  return text.split("\n").length;
}
