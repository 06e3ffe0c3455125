import { deepStrictEqual } from "node:assert/strict";
import { type ObjectOptions, withOptions } from "./object_options.ts";
import { optionsOf } from "./read_options.ts";

const OBJECT = Object.freeze({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "cfg" } });

function problemsOf(options: unknown): string[] {
  const problems: string[] = [];
  optionsOf(withOptions(OBJECT, options as ObjectOptions), (problem) => problems.push(problem));
  return problems;
}

Deno.test("optionsOf() checks the options", () => {
  const cases: [options: unknown, problem: string][] = [
    [{ kep: true }, 'option "kep" is unknown: did you mean "keep"?'],
    [{ keep: "yes" }, 'option "keep" must be true or false'],
    [{ adopt: 1 }, 'option "adopt" must be true or false'],
    [{ ignore: "spec" }, 'option "ignore" must be a list of field paths such as "spec.replicas"'],
    [{ ignore: ["spec..replicas"] }, 'option "ignore" must be a list of field paths such as "spec.replicas"'],
    [{ dependsOn: "x" }, 'option "dependsOn" must be objects'],
    [{ readyWhen: true }, 'option "readyWhen" must be a function'],
  ];
  for (const [options, problem] of cases) deepStrictEqual(problemsOf(options), [problem]);
  deepStrictEqual(problemsOf({ keep: undefined, dependsOn: [], ignore: ["spec.replicas", 'data["a.b"]'] }), []);
});
