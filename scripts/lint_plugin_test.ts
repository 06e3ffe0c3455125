import { deepStrictEqual } from "node:assert/strict";
import plugin from "./lint_plugin.ts";

const ROOT = import.meta.dirname!.replace(/scripts$/, "");

/** A file's path below the root, its source, and how each message about it begins. */
type Case = [file: string, source: string, ...messages: string[]];

function testRule(rule: string, cases: Case[]): void {
  Deno.test(`${rule} reports what it should`, () => {
    for (const [file, source, ...messages] of cases) {
      const found = Deno.lint.runPlugin(plugin, ROOT + file, source)
        .filter(({ id }) => id === `kubescript/${rule}`)
        .map(({ message }, index) => message.slice(0, messages[index]?.length));
      deepStrictEqual(found, messages, `${file}: ${source.slice(0, 200)}`);
    }
  });
}

testRule("layers", [
  ["lib/kube/a.ts", `import { a } from "../base/json.ts"; export * from "./b.ts";`],
  ["lib/kube/a.ts", `import { a } from "js-yaml"; import { b } from "node:path";`],
  ["lib/client/config/a.ts", `import { a } from "../../kube/error.ts"; import { b } from "../client.ts";`],
  ["lib/engine/a.ts", `import { a } from "../plan/change.ts"; import { b } from "../watch/a.ts";`],
  ["lib/base/a.ts", `import { a } from "../kube/error.ts";`, `"lib/base" must not import "lib/kube": imports go`],
  ["lib/plan/a.ts", `import { a } from "../client/client.ts";`, `"lib/plan" must not import "lib/client"`],
  ["lib/plan/a.ts", `import type { A } from "../script/a.ts";`, `"lib/plan" must not import "lib/script"`],
  ["lib/plan/a.ts", `export { a } from "../script/a.ts";`, `"lib/plan" must not import "lib/script"`],
  ["lib/plan/a.ts", `export * from "../kinds/mod.ts";`, `"lib/plan" must not import "lib/kinds"`],
  ["lib/script/a.ts", `import { A } from "../kinds/apps/v1.ts";`, `"lib/script" must not import "lib/kinds"`],
  ["lib/kinds/apps/v1.ts", `import { a } from "../../script/kind.ts"; import type { B } from "../core/v1.ts";`],
  ["lib/plan/a.ts", `type A = import("../script/a.ts").A;`, `"lib/plan" must not import "lib/script"`],
  ["lib/plan/a.ts", `await import("../script/a.ts");`, `"lib/plan" must not import "lib/script"`],
  ["lib/client/config/a.ts", `import { a } from "../../plan/change.ts";`, `"lib/client" must not import "lib/plan"`],
  ["lib/engine/a.ts", `import { a } from "../cli/main.ts";`, `"lib/engine" must not import "lib/cli"`],
  ["lib/typegen/a.ts", `import { a } from "../kinds/mod.ts"; import { b } from "../client/client.ts";`],
  ["lib/typegen/a.ts", `import { a } from "../engine/a.ts";`, `"lib/typegen" must not import "lib/engine"`],
  ["lib/plan/a_test.ts", `import { a } from "../client/client.ts";`, `"lib/plan" must not import "lib/client"`],
  // Out of lib.
  ["lib/cli/a.ts", `import { a } from "../../mod.ts";`, `"lib" must not import "mod.ts"`],
  ["lib/cli/a.ts", `import { a } from "@kubescript/kubescript";`, `"lib" must not import "mod.ts"`],
  ["lib/cli/a.ts", `import { a } from "../../tests/helper.ts";`, `"lib" must not import "tests/helper.ts"`],
  ["lib/cli/a_test.ts", `import { a } from "../../tests/helper.ts";`],
  ["lib/cli/a.ts", `import config from "../../deno.json" with { type: "json" };`],
  ["mod.ts", `export { a } from "./lib/engine/a.ts"; export { b } from "./lib/testing/mod.ts";`],
  ["tests/e2e/a_test.ts", `import { a } from "../../lib/client/client.ts";`],
  // Aside.
  ["lib/cli/main.ts", `import { a } from "../sandbox/mod.ts";`, `"lib/cli" must not import "lib/sandbox"`],
  ["lib/engine/a_test.ts", `import { a } from "../testing/mod.ts";`, `"lib/engine" must not import "lib/testing"`],
  ["lib/sandbox/a.ts", `import { a } from "../testing/mod.ts";`, `"lib/sandbox" must not import "lib/testing"`],
  ["lib/testing/a.ts", `import { a } from "../cli/main.ts";`, `"lib/testing" must not import "lib/cli"`],
  ["lib/cli/commands/sandbox.ts", `import { a } from "../../sandbox/mod.ts";`],
  ["lib/testing/a.ts", `import { a } from "../sandbox/mod.ts"; import { b } from "../engine/a.ts";`],
  // Private files, and files without a layer.
  ["lib/kube/a.ts", `import { a } from "./_a.ts";`],
  ["lib/plan/a.ts", `import { a } from "../kube/_a.ts";`, `"lib/kube/_a.ts" is private to its folder`],
  ["tests/e2e/a_test.ts", `import { a } from "../../lib/kube/_a.ts";`, `"lib/kube/_a.ts" is private`],
  ["lib/helpers/a.ts", `import { a } from "../base/json.ts";`, `"lib/helpers/a.ts" is in no layer of lib`],
  ["lib/a.ts", `export {};`, `"lib/a.ts" is in no layer of lib`],
]);

function network(name: string): string {
  return `Cannot use "${name}" here: only lib/client/transport.ts`;
}
const HOST = `Cannot use "Deno" here: base, kube`;
function clock(name: string): string {
  return `Cannot use "${name}" here: only lib/base/clock.ts`;
}
function terminal(name: string): string {
  return `Cannot use "${name}" here: only lib/cli`;
}

testRule("walls", [
  ["lib/client/a.ts", `await fetch(url);`, network("fetch")],
  ["lib/client/a.ts", `const send = options.fetch ?? fetch;`, network("fetch")],
  ["lib/client/a.ts", `const o = { fetch };`, network("fetch")],
  ["lib/client/a.ts", `globalThis.fetch(url);`, network("fetch")],
  ["lib/client/a.ts", `new WebSocket(url);`, network("WebSocket")],
  ["lib/engine/a.ts", `Deno.serve(() => x);`, network("Deno.serve")],
  ["lib/engine/a.ts", `await Deno.connectTls({});`, network("Deno.connectTls")],
  ["lib/engine/a.ts", `const { listen } = Deno;`, network("Deno.listen")],
  ["lib/engine/a.ts", `import { Agent } from "node:https";`, network("node:https")],
  ["lib/engine/a.ts", `await import("node:net");`, network("node:net")],
  ["lib/client/transport.ts", `import "node:tls"; Deno.createHttpClient({}); fetch(url); new WebSocket(url);`],
  ["lib/client/transport/web_socket.ts", `new WebSocket(url);`],
  ["lib/client/a.ts", `this.fetch(x.fetch); class A { fetch() {} } interface B { fetch: typeof fetch; s: WebSocket }`],
  ["lib/client/a_test.ts", `await fetch(url); setTimeout(f, 1); console.log(1);`],
  ["tests/e2e/a.ts", `await fetch(url);`],

  ["lib/base/a.ts", `Deno.readTextFile(f);`, HOST],
  ["lib/kube/a.ts", `Deno["env"].get(f);`, HOST],
  ["lib/plan/a.ts", `globalThis.Deno.cwd();`, HOST],
  ["lib/script/a.ts", `function f(c: Deno.HttpClient) {}`, HOST],
  ["lib/kinds/a.ts", `const { cwd } = Deno;`, HOST],
  ["lib/client/a.ts", `Deno.readTextFile(f); new Deno.Command("x");`],

  ["lib/engine/a.ts", `Date.now();`, clock("Date.now")],
  ["lib/engine/a.ts", `Date["now"]();`, clock("Date.now")],
  ["lib/engine/a.ts", `new Date(); new globalThis.Date;`, clock("new Date()"), clock("new Date()")],
  ["lib/engine/a.ts", `new Date(0); Date.parse(text); Math.max(1, 2); crypto.subtle; AbortSignal.any([]);`],
  ["lib/engine/a.ts", `performance.now();`, clock("performance.now")],
  ["lib/engine/a.ts", `const { random } = Math;`, clock("Math.random")],
  ["lib/engine/a.ts", `crypto.randomUUID();`, clock("crypto.randomUUID")],
  ["lib/engine/a.ts", `crypto.getRandomValues(b);`, clock("crypto.getRandomValues")],
  ["lib/engine/a.ts", `setTimeout(f, 1);`, clock("setTimeout")],
  ["lib/engine/a.ts", `start(setInterval);`, clock("setInterval")],
  ["lib/engine/a.ts", `AbortSignal.timeout(1);`, clock("AbortSignal.timeout")],
  ["lib/engine/a.ts", `Temporal.Now.instant();`, clock("Temporal.Now")],
  ["lib/base/clock.ts", `Date.now(); setTimeout(f, 1); Math.random();`],

  ["lib/engine/a.ts", `console.error(1);`, terminal("console")],
  ["lib/engine/a.ts", `Deno.stdin.readable;`, terminal("Deno.stdin")],
  ["lib/engine/a.ts", `Deno.exitCode = 1;`, terminal("Deno.exitCode")],
  ["lib/engine/a.ts", `const { args } = Deno;`, terminal("Deno.args")],
  ["lib/cli/main.ts", `console.log(Deno.args); Deno.exit(1); Deno.stdin.readable;`],
  ["lib/cli/main.ts", `Date.now();`, clock("Date.now")],
]);

testRule("no-module-state", [
  ["lib/base/a.ts", `let count = 0;`, "Module-level state"],
  ["lib/base/a.ts", `export var a = 1, b = 2;`, "Module-level state", "Module-level state"],
  ["lib/base/a.ts", `const cache = new Map<string, number>();`, "Module-level state"],
  ["lib/base/a.ts", `export const seen = new Set();`, "Module-level state"],
  ["lib/base/a.ts", `const TABLE = new Map([["a", 1]]); const NAMES = new Set(["a"]); const KEYS = new WeakMap();`],
  ["lib/base/a.ts", `function f() { let a = 1; const b = new Map(); } declare let c: number;`],
  ["lib/base/a_test.ts", `let count = 0;`],
  ["scripts/a.ts", `let count = 0;`],
]);

testRule("no-top-level-arrow", [
  ["lib/base/a.ts", `const f = () => 1;`, "A top-level function"],
  ["scripts/a.ts", `export const f = async (x) => { await x; };`, "A top-level function"],
  ["tests/cli/a_test.ts", `const f = function () {};`, "A top-level function"],
  ["lib/base/a.ts", `export default () => 1;`, "A top-level function"],
  [
    "lib/base/a.ts",
    `export function f() { const g = () => 1; } const o = { f: () => 1 }; export default function () {}`,
  ],
  ["examples/01_hello/hello.ts", `const f = () => 1;`],
]);

testRule("error-message", [
  ["lib/kube/a.ts", 'throw new TypeError(`Cannot read "${x}": field is missing`);'],
  ["lib/kube/a.ts", "throw new KubescriptError(`${ref} is gone: ${why}.${more}`); new ApiError(response);"],
  ["lib/kube/a.ts", `throw new RangeError("Cannot read version 1.2: " + "too old");`],
  ["lib/kube/a.ts", `throw new RangeError("invalid input");`, "Error message starts"],
  ["lib/kube/a.ts", 'throw new RangeError(`"${x}" is bad`);', "Error message starts"],
  ["lib/kube/a.ts", `throw new RangeError("");`, "Error message starts"],
  ["lib/kube/a.ts", `throw new RangeError("Cannot read " + x + ".");`, "Error message ends"],
  ["lib/kube/a.ts", `const e = new RangeError("Stop!");`, "Error message exclaims"],
  ["lib/kube/a.ts", `throw new RangeError("Cannot parse tag !!binary or a != b");`],
  ["lib/kube/a.ts", `throw new RangeError("Can't read" + x);`, "Error message contains"],
  ["lib/kube/a.ts", `throw new RangeError("Name isn’t known.");`, "Error message ends", "Error message contains"],
  ["lib/kube/a.ts", `throw new Error("Cannot read");`, "A plain Error"],
  ["lib/kube/a.ts", `throw new Error(text);`, "A plain Error"],
  ["lib/kube/a.ts", `throw new AggregateError(errors, "bad");`, "Error message starts"],
  ["lib/kube/a.ts", `class AError extends KubescriptError { constructor() { super("bad"); } }`, "Error message starts"],
  ["lib/kube/a.ts", `class B extends A { constructor() { super("bad"); } }`],
  ["lib/kube/a_test.ts", `throw new Error("bad.");`],
  ["scripts/a.ts", `throw new Error("bad.");`],
]);

testRule("module-doc", [
  ["lib/kube/a.ts", `/**\n * Parses.\n *\n * @module\n */\nexport {};`],
  ["scripts/a.ts", `#!/usr/bin/env -S deno run -A\n// deno-lint-ignore-file x -- why\n\n/** Runs. @module */\nf();`],
  ["lib/kube/a.ts", `f();`, "File does not begin"],
  ["lib/kube/a.ts", `/** Parses. */\nexport const a = 1; /** @module */`, "File does not begin"],
  ["lib/kube/a.ts", `/* Parses. @module */\nf();`, "File does not begin"],
  ["lib/kube/a.ts", `import "./b.ts";\n/** Parses. @module */\nf();`, "File does not begin"],
  ["lib/kube/a_test.ts", `f();`],
  ["tests/cli/a.ts", `f();`],
]);

const FUNCTION_60 = `function f() {${"\n  g();".repeat(58)}\n}\n`;
const FUNCTION_61 = `function f() {${"\n  g();".repeat(59)}\n}\n`;

testRule("size", [
  ["lib/kube/a.ts", "f();\n".repeat(400)],
  ["lib/kube/a.ts", "f();\n".repeat(401), "File has 401 lines: at most 400"],
  ["lib/kube/a.ts", FUNCTION_60],
  ["lib/kube/a.ts", FUNCTION_61, "Function has 61 lines: at most 60"],
  ["lib/kube/a.ts", `class A { f() {${"\n  g();".repeat(60)}\n} }`, "Function has 62 lines"],
  ["lib/kube/a.ts", `const o = { f: () => {${"\n  g();".repeat(60)}\n} };`, "Function has 62 lines"],
  ["lib/kinds/a.ts", "f();\n".repeat(401)],
  ["lib/kube/a_test.ts", FUNCTION_61],
  ["scripts/a.ts", FUNCTION_61],
]);

testRule("ignore-reason", [
  ["lib/kube/a.ts", `// deno-lint-ignore kubescript/size -- a state machine\nf();`],
  ["lib/kube/a.ts", `// deno-lint-ignore no-explicit-any\nf();`],
  ["lib/kube/a.ts", `// deno-lint-ignore kubescript/size\nf();`, "Lint exemption gives no reason"],
  ["lib/kube/a.ts", `// deno-lint-ignore-file no-var kubescript/walls --\nf();`, "Lint exemption gives no reason"],
]);
