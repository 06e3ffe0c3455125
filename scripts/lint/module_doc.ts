/**
 * The rule `module-doc`: a file begins by saying what it is for.
 *
 * @module
 */

import { isTest, projectPath } from "./project_path.ts";

/** A shebang and line comments such as lint directives may stand above the module doc. */
const MODULE_DOC = /^(#!.*)?(\s|\/\/.*)*\/\*\*((?!\*\/)[\s\S])*@module\b/;

/** Reports files of `lib` and `scripts` that do not begin with a module doc comment. */
export const moduleDoc: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (!/^(lib|scripts)\//.test(path) || isTest(path)) return {};
    return {
      Program() {
        if (MODULE_DOC.test(context.sourceCode.text)) return;
        context.report({
          range: [0, 0],
          message: "File does not begin with a module doc comment",
          hint: "Begin with /** What it is for … @module */",
        });
      },
    };
  },
};
