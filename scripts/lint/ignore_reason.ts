/**
 * The rule `ignore-reason`: whoever exempts code from a rule of this plugin says why.
 *
 * @module
 */

/** Reports lint directives that name a rule of this plugin and give no reason. */
export const ignoreReason: Deno.lint.Rule = {
  create(context) {
    return {
      Program() {
        for (const { value, range } of context.sourceCode.getAllComments()) {
          if (!/^\s*deno-lint-ignore\b.*\bkubescript\//.test(value) || /\s--\s+\S/.test(value)) continue;
          context.report({
            range,
            message: "Lint exemption gives no reason",
            hint: "Add it: // deno-lint-ignore kubescript/rule -- why",
          });
        }
      },
    };
  },
};
