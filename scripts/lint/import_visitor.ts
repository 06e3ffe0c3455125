/**
 * One view of all the ways in which a module names another.
 *
 * @module
 */

/**
 * Makes the part of a rule that looks at imports.
 *
 * @param visit Called with the specifier of every static import, re-export, dynamic `import()` of a literal and
 * `import()` type, and with the node to report.
 * @returns The visitor.
 */
export function importVisitor(visit: (specifier: string, node: Deno.lint.Node) => void): Deno.lint.LintVisitor {
  function visitSource(source: Deno.lint.Node | null): void {
    if (source?.type === "Literal" && typeof source.value === "string") visit(source.value, source);
  }
  return {
    ImportDeclaration: (node) => visitSource(node.source),
    ExportNamedDeclaration: (node) => visitSource(node.source),
    ExportAllDeclaration: (node) => visitSource(node.source),
    ImportExpression: (node) => visitSource(node.source),
    TSImportType: ({ argument }) => visitSource(argument.type === "TSLiteralType" ? argument.literal : null),
  };
}
