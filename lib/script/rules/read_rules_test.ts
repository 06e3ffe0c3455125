import { deepStrictEqual, throws } from "node:assert/strict";
import { type Script, script, type ScriptOptions } from "../script.ts";
import type { Params } from "../param.ts";
import { defineKind } from "../kind.ts";
import { reconcile } from "./reconcile.ts";
import { readRules } from "./read_rules.ts";
import { task } from "./task.ts";
import { every } from "./timer.ts";

const ConfigMap = defineKind("v1", "ConfigMap", { plural: "configmaps" });
const tick = every("10m", {}, () => {});
function make(rules: unknown): Script {
  return script("shop", { rules } as ScriptOptions<Params>);
}

Deno.test("readRules() finds rules by name, also those of a function of the params", () => {
  deepStrictEqual([...readRules(script("shop", {}), {})], []);
  deepStrictEqual([...readRules(make({ tick, hello: task("Hello", {}, () => {}) }), {}).keys()], ["tick", "hello"]);
  const rules = readRules(make(({ params }: { params: { at: string } }) => ({ [params.at]: tick })), { at: "night" });
  deepStrictEqual([...rules].map(([name, { type }]) => [name, type]), [["night", "every"]]);
});

Deno.test("readRules() lets a finalizer be as long as the server does, and a rule without one longer", () => {
  const [longest, longer] = ["r".repeat(58), "r".repeat(60)];
  const rules = {
    [longest]: reconcile(ConfigMap, { finalize() {} }, () => {}),
    [longer]: reconcile(ConfigMap, {}, () => {}),
  };
  deepStrictEqual([...readRules(make(rules), {}).keys()], [longest, longer]);
});

for (
  const { name, rules, message } of [
    { name: "no object", rules: () => [], message: /: the rules must be an object$/ },
    {
      name: "a function that fails",
      rules: () => JSON.parse(""),
      message: /: the function of the rules failed: SyntaxError/,
    },
    { name: "an async function", rules: () => Promise.resolve({}), message: /must not be async$/ },
    { name: "what is no rule", rules: { a: () => {} }, message: /: rule "a" must be made with each\(\), changed\(\)/ },
    { name: "an empty name", rules: { "": tick }, message: /rule "": its name is empty/ },
    { name: "a name that is no label", rules: { "a b": tick }, message: /rule "a b": / },
    {
      name: "a finalizer that is too long",
      rules: { ["r".repeat(59)]: reconcile(ConfigMap, { finalize() {} }, () => {}) },
      message:
        /rule "r+": the name of its finalizer, "shop\.r+", has 64 characters, and may have 63: use a shorter name/,
    },
    { name: "all mistakes at once", rules: { a: 1, b: 2 }, message: /rule "a" must[\s\S]*rule "b" must/ },
  ] as readonly { name: string; rules: unknown; message: RegExp }[]
) {
  Deno.test(`readRules() refuses ${name}`, () => {
    throws(() => readRules(make(rules), {}), { name: "ScriptError", message });
  });
}
