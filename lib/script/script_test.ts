import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { param } from "./param.ts";
import { isScript, script, type ScriptOptions } from "./script.ts";
import { ScriptError } from "./script_error.ts";

/** Options as plain JavaScript may give them. */
function untyped(options: unknown): ScriptOptions<Record<never, never>> {
  return options as ScriptOptions<Record<never, never>>;
}

function problemsOf(name: string, options: unknown): readonly string[] {
  try {
    script(name, untyped(options));
  } catch (error) {
    if (error instanceof ScriptError) return error.problems;
    throw error;
  }
  return [];
}

Deno.test("script() makes a branded value with defaults", () => {
  const empty = script("empty", {});
  strictEqual(isScript(empty), true);
  strictEqual(Object.isFrozen(empty), true);
  deepStrictEqual({ ...empty }, {
    [Symbol.for("kubescript.script")]: true,
    name: "empty",
    params: {},
    presets: {},
    namespace: undefined,
    drift: "repair",
    resources: undefined,
    rules: undefined,
  });
});

Deno.test("isScript() knows scripts of another copy of the library", () => {
  strictEqual(isScript({ [Symbol.for("kubescript.script")]: true }), true);
  for (const value of [undefined, null, "x", {}, () => {}]) strictEqual(isScript(value), false);
});

Deno.test("script() checks the name", () => {
  for (const name of ["a", "shop-2", "a".repeat(53)]) strictEqual(script(name, {}).name, name);
  for (const name of ["", "Shop", "-shop", "shop-", "a.b", "a".repeat(54)]) {
    throws(() => script(name, {}), /^ScriptError: Cannot define script ".*": the name must have at most 53/);
  }
});

Deno.test("script() checks the options", () => {
  const params = { image: param.string(), size: param.choice(["s", "m"]), token: param.secret() };
  const cases: [options: unknown, problem: string][] = [
    [undefined, "the options must be an object"],
    [{ resource: [] }, 'option "resource" is unknown: did you mean "resources"?'],
    [{ namespace: "Shop" }, 'option "namespace" must be a namespace\'s name'],
    [{ drift: "fix" }, 'option "drift" must be "repair" or "report"'],
    [{ resources: "x" }, 'option "resources" must be a list or a function'],
    [{ rules: [] }, 'option "rules" must be an object or a function'],
    [{ params: [] }, 'option "params" must be an object'],
    [{ params: { "a=b": param.string() } }, 'param "a=b" must be named with letters, digits, "_" and "-"'],
    [{ params: { a: "x" } }, 'param "a" must be made with param.string(), param.integer() or the like'],
    [{ params: { a: param.integer({ default: 0, minimum: 1 }) } }, 'the default of param "a" must be at least 1, is 0'],
    [{ presets: 1 }, 'option "presets" must be an object'],
    [{ presets: { p: 1 } }, 'preset "p" must be an object'],
    [{ params, presets: { p: { imge: "x" } } }, 'param "imge" in preset "p" is unknown: did you mean "image"?'],
    [{ params, presets: { p: { size: "n" } } }, 'param "size" in preset "p" is "n": did you mean "s"?'],
    [
      { params, presets: { p: { token: "hunter2" } } },
      'param "token" in preset "p" is a secret: a script must not contain it',
    ],
  ];
  for (const [options, problem] of cases) deepStrictEqual(problemsOf("x", options), [problem]);
});

Deno.test("script() names all mistakes at once", () => {
  throws(() => script("X", untyped({ drift: 1, n: 1 })), {
    message: 'Cannot define script "X": 3 problems\n' +
      "  - the name must have at most 53 lower-case letters, digits and hyphens, and begin and end with a letter or digit\n" +
      '  - option "n" is unknown: known are "params", "presets", "namespace", "drift", "resources", "rules"\n' +
      '  - option "drift" must be "repair" or "report"',
  });
});
