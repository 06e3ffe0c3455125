/**
 * The rule `walls`: network, host, time, chance and terminal are each reached from one place only.
 *
 * Names are compared as written, without regard to scope: a local variable is not called like a walled global.
 *
 * @module
 */

import { importVisitor } from "./import_visitor.ts";
import { isLibrary, projectPath } from "./project_path.ts";

interface Wall {
  /** Globals as dotted names, and modules by their specifiers. */
  readonly names: RegExp;
  /** The files of `lib` that may use them. */
  readonly allowed: RegExp;
  /** What holds, as the end of the message. */
  readonly because: string;
  /** What to do instead. */
  readonly hint: string;
}

const WALLS: readonly Wall[] = [
  {
    names:
      /^(fetch|WebSocket|EventSource|Deno\.(createHttpClient|connect\w*|listen\w*|serve\w*)|node:(https?|http2|net|tls))$/,
    allowed: /^lib\/client\/transport(\.ts$|\/)/,
    because: "only lib/client/transport.ts talks to the network",
    hint: "Take a transport as an argument",
  },
  {
    names: /^Deno$/,
    allowed: /^lib\/(?!(base|kube|plan|script|kinds)\/)/,
    because: "base, kube, plan, script and kinds are independent of the host",
    hint: "Take the value as an argument, or move the code to a layer that may do I/O",
  },
  {
    names:
      /^(Date\.now|new Date\(\)|performance\.now|Math\.random|crypto\.(randomUUID|getRandomValues)|setTimeout|setInterval|AbortSignal\.timeout|Temporal\.Now)$/,
    allowed: /^lib\/base\/clock\.ts$/,
    because: "only lib/base/clock.ts reads the clock, waits or draws random numbers",
    hint: "Take a Clock as an argument",
  },
  {
    names: /^(console|Deno\.(stdin|stdout|stderr|args|exit|exitCode))$/,
    allowed: /^lib\/cli\//,
    because: "only lib/cli owns the terminal, the arguments and the exit code",
    hint: "Return the value, or report through a callback",
  },
];

/** Reports uses of a global or a module outside the files that own it. */
export const walls: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    const closed = isLibrary(path) ? WALLS.filter(({ allowed }) => !allowed.test(path)) : [];

    function check(name: string | undefined, node: Deno.lint.Node): void {
      const wall = name && closed.find(({ names }) => names.test(name));
      if (wall) context.report({ node, message: `Cannot use "${name}" here: ${wall.because}`, hint: wall.hint });
    }

    return {
      ...importVisitor(check),
      Identifier(node) {
        if (isReference(node)) check(node.name, node);
      },
      MemberExpression(node) {
        check(dottedName(node), node);
      },
      "VariableDeclarator > ObjectPattern > Property"(node: Deno.lint.Property) {
        const { init } = node.parent.parent as Deno.lint.VariableDeclarator;
        if (init && node.key.type === "Identifier") check(join(dottedName(init), node.key.name), node);
      },
      NewExpression(node) {
        if (node.arguments.length === 0 && dottedName(node.callee) === "Date") check("new Date()", node);
      },
    };
  },
};

/** Tells a variable from a mere name: of a property, a member or a type. */
function isReference(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || parent.object === node;
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.computed || parent.key !== node;
    case "TSQualifiedName":
      return parent.left === node;
    case "ImportSpecifier":
      return parent.imported !== node;
    case "TSTypeReference":
    case "TSTypeQuery":
      return false;
    default:
      return true;
  }
}

/** Spells `a.b` or `a["b"]`, without a leading `globalThis`. */
function dottedName(node: Deno.lint.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return undefined;
  const { object, property, computed } = node;
  if (!computed && property.type === "Identifier") return join(dottedName(object), property.name);
  if (property.type === "Literal" && typeof property.value === "string") {
    return join(dottedName(object), property.value);
  }
  return undefined;
}

function join(object: string | undefined, property: string): string | undefined {
  return object === "globalThis" ? property : object && `${object}.${property}`;
}
