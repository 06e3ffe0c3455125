/**
 * The rule `size`: files and functions stay small enough to be read in one go.
 *
 * Where a longer one reads better (a state machine, a table), `// deno-lint-ignore kubescript/size -- why` above the
 * function, or `deno-lint-ignore-file` for the file, says so.
 *
 * @module
 */

import { isLibrary, projectPath } from "./project_path.ts";

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;

/** Reports files and functions of `lib`, the generated kinds aside, that are too long. */
export const size: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (!isLibrary(path) || path.startsWith("lib/kinds/")) return {};

    function check(what: string, text: string, start: number, max: number): void {
      const lines = text.trimEnd().split("\n");
      if (lines.length <= max) return;
      context.report({
        range: [start, start + lines[0]!.length],
        message: `${what} has ${lines.length} lines: at most ${max} are allowed`,
        hint: "Split it by concept; scripts/lint/size.ts says how to exempt what reads better whole",
      });
    }

    return {
      Program() {
        check("File", context.sourceCode.text, 0, MAX_FILE_LINES);
      },
      "FunctionDeclaration, FunctionExpression, ArrowFunctionExpression"(node: Deno.lint.Node) {
        check("Function", context.sourceCode.getText(node), node.range[0], MAX_FUNCTION_LINES);
      },
    };
  },
};
