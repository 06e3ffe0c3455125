/**
 * The rule `no-module-state`: nothing in `lib` remembers anything between two calls but the objects that a caller made.
 *
 * @module
 */

import { isLibrary, projectPath } from "./project_path.ts";
import { topLevelVariables } from "./top_level_variables.ts";

/** Reports module-level variables that can change: `let`, `var`, and maps and sets that start empty. */
export const noModuleState: Deno.lint.Rule = {
  create(context) {
    if (!isLibrary(projectPath(context.filename))) return {};
    return {
      Program({ body }) {
        for (const node of topLevelVariables(body)) {
          if (node.parent.declare || (node.parent.kind === "const" && !isEmptyCollection(node.init))) continue;
          context.report({
            node,
            message: "Module-level state outlives its run and is shared between users of the library",
            hint: "Make it a const that never changes, or keep it in an object that the caller makes",
          });
        }
      },
    };
  },
};

function isEmptyCollection(init: Deno.lint.Expression | null): boolean {
  return init?.type === "NewExpression" && init.arguments.length === 0 &&
    init.callee.type === "Identifier" && (init.callee.name === "Map" || init.callee.name === "Set");
}
