/**
 * The rule `layers`: imports in `lib` go strictly down.
 *
 * @module
 */

import { importVisitor } from "./import_visitor.ts";
import { isTest, projectPath } from "./project_path.ts";

/** The folders of `lib` from bottom to top; those of one rank are siblings and do not know each other. */
const RANKS: readonly (readonly string[])[] = [
  ["base"],
  ["kube"],
  ["client", "plan"],
  ["script"],
  ["kinds"],
  ["watch"],
  ["engine", "typegen"],
  ["sandbox"],
  ["testing"],
  ["cli"],
];

/** Layers that stand aside, and the only files in `lib` that may import them from outside. */
const ASIDE = /^lib\/(sandbox|testing)\//;
const ASIDE_USERS = /^lib\/(testing\/|cli\/commands\/sandbox[^/]*$)/;

const PACKAGE = "@kubescript/kubescript";

/** Reports imports that break the layer contract, and imports of another folder's private files. */
export const layers: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    return {
      Program() {
        if (!path.startsWith("lib/") || rankOf(path) >= 0) return;
        context.report({
          range: [0, 0],
          message: `"${path}" is in no layer of lib`,
          hint: "Move it into a layer, or give its folder a rank in scripts/lint/layers.ts",
        });
      },
      ...importVisitor((specifier, node) => {
        const target = resolve(specifier, path);
        const problem = target && (privacyProblem(path, target) ?? layerProblem(path, target));
        if (problem) context.report({ node, ...problem });
      }),
    };
  },
};

interface Problem {
  message: string;
  hint: string;
}

function resolve(specifier: string, path: string): string | undefined {
  if (specifier === PACKAGE || specifier.startsWith(`${PACKAGE}/`)) return "mod.ts";
  if (!/^\.\.?\//.test(specifier)) return undefined;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function privacyProblem(path: string, target: string): Problem | undefined {
  if (!basename(target).startsWith("_") || dirname(target) === dirname(path)) return undefined;
  return {
    message: `"${target}" is private to its folder`,
    hint: "Import a file without the leading underscore, or rename this one if it is meant for others",
  };
}

function layerProblem(path: string, target: string): Problem | undefined {
  if (!path.startsWith("lib/")) return undefined;
  if (!target.startsWith("lib/")) {
    // The version of the command is in deno.json.
    if (target === "deno.json" || (isTest(path) && target.startsWith("tests/"))) return undefined;
    return { message: `"lib" must not import "${target}"`, hint: "Import the file of lib that declares what you need" };
  }
  const from = layerOf(path);
  const to = layerOf(target);
  if (from === to || rankOf(path) < 0) return undefined;
  if (ASIDE.test(target) && !ASIDE_USERS.test(path)) {
    return {
      message: `"lib/${from}" must not import "lib/${to}"`,
      hint: "Move what is needed into a layer that both may import",
    };
  }
  if (rankOf(target) < rankOf(path)) return undefined;
  return {
    message: `"lib/${from}" must not import "lib/${to}": imports go strictly down`,
    hint: `Move what both need into a lower layer, or take it as an argument; from bottom to top: ${
      RANKS.map((siblings) => siblings.join(", ")).join(" < ")
    }`,
  };
}

function layerOf(path: string): string {
  return dirname(path).split("/")[1] ?? "";
}

function rankOf(path: string): number {
  return RANKS.findIndex((siblings) => siblings.includes(layerOf(path)));
}

function dirname(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
