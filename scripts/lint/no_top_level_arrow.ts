/**
 * The rule `no-top-level-arrow`: a function of a module is declared as one, so that it has a name in stack traces, is
 * hoisted (files read top-down) and looks like what it is.
 *
 * @module
 */

import { projectPath } from "./project_path.ts";
import { topLevelVariables } from "./top_level_variables.ts";

/** Reports module-level constants and default exports that are function expressions. */
export const noTopLevelArrow: Deno.lint.Rule = {
  create(context) {
    if (!/^(lib|scripts|tests)\//.test(projectPath(context.filename))) return {};

    function check(node: Deno.lint.Node | null): void {
      if (node?.type !== "ArrowFunctionExpression" && node?.type !== "FunctionExpression") return;
      context.report({
        node,
        message: "A top-level function is an expression",
        hint: "Declare it: function name(…) { … }",
      });
    }

    return {
      Program({ body }) {
        for (const { init } of topLevelVariables(body)) check(init);
      },
      ExportDefaultDeclaration({ declaration }) {
        check(declaration);
      },
    };
  },
};
