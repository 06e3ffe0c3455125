/**
 * A script as a value: what a file exports, and what the runner plans, applies and runs.
 *
 * Nothing is registered when a script is imported.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import { isDns1123Label } from "../kube/names.ts";
import type { KubeObject } from "../kube/object.ts";
import type { DeepReadonly } from "../base/deep_readonly.ts";
import type { Many } from "./many.ts";
import { isParam, type Param, type Params, type Preset, type Values } from "./param.ts";
import type { RequiredObject } from "./requires.ts";
import type { Rule } from "./rules/rule.ts";
import { ScriptError } from "./script_error.ts";
import type { ScriptReader } from "./script_reader.ts";
import { suggestion } from "./suggestion.ts";

// Registered globally: `instanceof` fails for a script that uses another copy of the library than the runner.
const SCRIPT: unique symbol = Symbol.for("kubescript.script");

/** What may stand among the resources of a script: objects of any kind, typed or not, and requirements. */
export type Resource =
  | DeepReadonly<KubeObject>
  | DeepReadonly<KubeObject> & { readonly [field: string]: unknown }
  | RequiredObject;

/** The resources of a script. Without `undefined`, so that the compiler finds a function that forgot its `return`. */
export type Resources = Exclude<Many<Resource>, undefined>;

/**
 * What the resources function of a script gets.
 *
 * @typeParam P The script's params.
 */
export interface ResourcesContext<P extends Params> {
  /** The values of the params. */
  readonly params: Values<P>;
  /** Reads from the cluster. */
  readonly k: ScriptReader;
  /** Aborts when the run is stopped. */
  readonly signal: AbortSignal;
}

/**
 * What a script consists of.
 *
 * @typeParam P Its params.
 */
export interface ScriptOptions<P extends Params> {
  /** What the script can be told from outside. */
  params?: P;
  /** Values of params that go together, by name: `--preset production`. */
  presets?: Readonly<Record<string, Preset<NoInfer<P>>>>;
  /** The home namespace: that of the script's records, and of objects that name none. By default, the context's. */
  namespace?: string;
  /** Whether fields that somebody else changed are set back, or only reported. @default {"repair"} */
  drift?: "repair" | "report";
  /** The objects that should exist, or a function that declares them. */
  resources?: Resources | ((context: ResourcesContext<P>) => Resources | Promise<Resources>);
  /** What to do when something happens, or a function that declares it. */
  rules?: Readonly<Record<string, Rule>> | ((context: { params: Values<P> }) => Readonly<Record<string, Rule>>);
}

/** A script. */
export interface Script {
  /** @ignore The mark of a script. */
  readonly [SCRIPT]: true;
  /** The name: with the home namespace, the identity of what the script owns. */
  readonly name: string;
  /** The params; empty if there are none. */
  readonly params: Params;
  /** The presets; empty if there are none. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The home namespace, if the script names one. */
  readonly namespace: string | undefined;
  /** Whether fields that somebody else changed are set back, or only reported. */
  readonly drift: "repair" | "report";
  /** The objects that should exist, or a function that declares them. */
  readonly resources: ScriptOptions<Params>["resources"];
  /** What to do when something happens, or a function that declares it. */
  readonly rules: ScriptOptions<Params>["rules"];
}

/**
 * Makes a script.
 *
 * @typeParam P Its params.
 * @param name A DNS-1123 label of at most 53 characters. With the home namespace it is the identity of the script's
 * objects: whoever renames a script orphans them.
 * @param options What the script consists of.
 * @returns The script, to be the default export of its file.
 * @throws {ScriptError} If the name or an option is wrong; it names all mistakes at once.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { param } from "./param.ts";
 *
 * const hello = script("hello", {
 *   params: { greeting: param.string({ default: "Hello" }) },
 *   resources: ({ params }) => [
 *     { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "hello" }, data: { greeting: params.greeting } },
 *   ],
 * });
 *
 * strictEqual(hello.name, "hello");
 * ```
 */
export function script<const P extends Params = Record<never, never>>(name: string, options: ScriptOptions<P>): Script {
  const problems = [...nameProblems(name), ...optionProblems(options)];
  if (problems.length > 0) throw new ScriptError(`Cannot define script "${name}"`, problems);
  const { params = {}, presets = {}, namespace, drift = "repair", resources, rules } = options as ScriptOptions<Params>;
  return Object.freeze<Script>({ [SCRIPT]: true, name, params, presets, namespace, drift, resources, rules });
}

/**
 * Tells whether a value was made by {@linkcode script}, by whichever copy of the library.
 *
 * @param value The value to look at.
 * @returns Whether it is a script.
 */
export function isScript(value: unknown): value is Script {
  return typeof value === "object" && value !== null && SCRIPT in value;
}

function nameProblems(name: unknown): string[] {
  return isLabel(name) && name.length <= MAX_NAME_LENGTH ? [] : [
    `the name must have at most ${MAX_NAME_LENGTH} lower-case letters, digits and hyphens, ` +
    "and begin and end with a letter or digit",
  ];
}

// The field manager "kubescript/<home>/<name>" may have 128 bytes, of which the home namespace may take 63.
const MAX_NAME_LENGTH = 53;

function optionProblems(options: unknown): string[] {
  if (!isJsonObject(options)) return ["the options must be an object"];
  const problems: string[] = [];
  for (const key of Object.keys(options)) {
    if (!OPTION_NAMES.includes(key)) problems.push(`option "${key}" is unknown${suggestion(key, OPTION_NAMES)}`);
  }
  const { params = {}, presets = {}, namespace, drift, resources, rules } = options;
  if (namespace !== undefined && !isLabel(namespace)) {
    problems.push('option "namespace" must be a namespace\'s name');
  }
  if (drift !== undefined && drift !== "repair" && drift !== "report") {
    problems.push('option "drift" must be "repair" or "report"');
  }
  if (!["undefined", "object", "function"].includes(typeof resources)) {
    problems.push('option "resources" must be a list or a function');
  }
  if (rules !== undefined && !isJsonObject(rules) && typeof rules !== "function") {
    problems.push('option "rules" must be an object or a function');
  }
  return [...problems, ...paramProblems(params), ...presetProblems(presets, params)];
}

const OPTION_NAMES: readonly string[] = ["params", "presets", "namespace", "drift", "resources", "rules"];

function paramProblems(params: unknown): string[] {
  if (!isJsonObject(params)) return ['option "params" must be an object'];
  return Object.entries(params).flatMap(([name, param]) => {
    if (!/^[A-Za-z][\w-]*$/.test(name)) return [`param "${name}" must be named with letters, digits, "_" and "-"`];
    if (!isParam(param)) return [`param "${name}" must be made with param.string(), param.integer() or the like`];
    return param.default === undefined ? [] : valueProblems(`the default of param "${name}"`, param, param.default);
  });
}

function presetProblems(presets: unknown, params: unknown): string[] {
  if (!isJsonObject(presets)) return ['option "presets" must be an object'];
  if (!isJsonObject(params)) return [];
  return Object.entries(presets).flatMap(([preset, values]) => {
    if (!isJsonObject(values)) return [`preset "${preset}" must be an object`];
    return Object.entries(values).flatMap(([name, value]) => {
      const param = Object.hasOwn(params, name) ? params[name] : undefined;
      const what = `param "${name}" in preset "${preset}"`;
      if (param === undefined) return [`${what} is unknown${suggestion(name, Object.keys(params))}`];
      if (!isParam(param) || value === undefined) return [];
      return param.type === "secret"
        ? [`${what} is a secret: a script must not contain it`]
        : valueProblems(what, param, value);
    });
  });
}

function valueProblems(what: string, param: Param<unknown>, value: unknown): string[] {
  const reading = param.read(value);
  return "problem" in reading ? [`${what} ${reading.problem}`] : [];
}

function isLabel(value: unknown): value is string {
  return typeof value === "string" && isDns1123Label(value);
}
