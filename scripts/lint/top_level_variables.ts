/**
 * The variables of a module.
 *
 * @module
 */

/**
 * Finds the variables that a module declares at its top level, exported or not.
 *
 * @param body The module's statements.
 * @returns The declarators.
 */
export function topLevelVariables(body: Deno.lint.Program["body"]): Deno.lint.VariableDeclarator[] {
  return body.flatMap((statement) => {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    return declaration?.type === "VariableDeclaration" ? declaration.declarations : [];
  });
}
