/**
 * The rule `error-message`: the grammar of error messages, as lib/kube/error.ts states it.
 *
 * @module
 */

import { isLibrary, projectPath } from "./project_path.ts";

/** Stands for a part of a message that only a run knows. */
const UNKNOWN = "\u{FFFC}";

/** What a message must not look like, and the advice against it. */
const FAULTS: readonly (readonly [fault: RegExp, message: string, hint: string])[] = [
  [/^[^\p{Lu}\u{FFFC}]|^$/u, "Error message starts without a capital letter", "Begin with the action: Cannot read …"],
  [/\.$/, "Error message ends with a period", "Remove it"],
  [/!(\s|$)/, "Error message exclaims", "State what is the case: remove the exclamation mark"],
  [/n['’]t\b/i, "Error message contains a contraction", "Write Cannot, does not, is not"],
];

/** Reports errors in `lib` that are plain or whose messages break the grammar. */
export const errorMessage: Deno.lint.Rule = {
  create(context) {
    if (!isLibrary(projectPath(context.filename))) return {};

    function checkMessage(node: Deno.lint.Node | undefined): void {
      if (!node) return;
      const text = textOf(node);
      for (const [fault, message, hint] of FAULTS) {
        if (fault.test(text)) context.report({ node, message, hint });
      }
    }

    return {
      NewExpression(node) {
        if (node.callee.type !== "Identifier" || !node.callee.name.endsWith("Error")) return;
        if (node.callee.name === "Error") {
          context.report({
            node,
            message: "A plain Error tells callers nothing",
            hint: "Use TypeError or RangeError for a programmer's mistake, else a subclass of KubescriptError",
          });
        }
        checkMessage(node.arguments[node.callee.name === "AggregateError" ? 1 : 0]);
      },
      "ClassDeclaration[superClass.name=/Error$/] CallExpression[callee.type='Super']"(
        node: Deno.lint.CallExpression,
      ) {
        checkMessage(node.arguments[0]);
      },
    };
  },
};

function textOf(node: Deno.lint.Node): string {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral") return node.quasis.map(({ cooked }) => cooked).join(UNKNOWN);
  if (node.type === "BinaryExpression" && node.operator === "+") return textOf(node.left) + textOf(node.right);
  return UNKNOWN;
}
