/**
 * From what was given on the command line, in a file and in the environment to the values of a script's params.
 *
 * @module
 */

import { isJsonObject } from "../base/json.ts";
import type { Param, Params, Reading } from "./param.ts";
import type { Script } from "./script.ts";
import { ParamsError } from "./script_error.ts";
import { suggestion } from "./suggestion.ts";

/** Where values of params come from. The earlier a source stands here, the more it counts; a default counts least. */
export interface ParamSources {
  /** What `--param` gave, as `name=value`, in its order. */
  readonly flags?: readonly string[] | undefined;
  /** The params file: its name as the user wrote it, and its content. */
  readonly file?: { readonly name: string; readonly content: unknown } | undefined;
  /**
   * Reads an environment variable.
   *
   * @param name Its name.
   * @returns Its value, or `undefined` if it is not set.
   */
  env(name: string): string | undefined;
  /**
   * Reads a file that a secret names.
   *
   * @param path Its path, as the script wrote it.
   * @returns Its text.
   */
  readFile(path: string): Promise<string>;
  /** The name of the preset. */
  readonly preset?: string | undefined;
}

/** What has params: a script, or a task with its arguments. */
export type ParamOwner = Pick<Script, "name" | "params" | "presets">;

/** A value before it is read, or why it cannot be had, and where it comes from. */
type Given = ({ readonly input: unknown } | { readonly problem: string }) & { readonly from: string };

/**
 * Finds the value of every param of a script.
 *
 * @param script The script, or what else has params.
 * @param sources Where values come from.
 * @returns The values by name.
 * @throws {ParamsError} If a param is missing, unknown or wrong; it names all of them at once, and no secret's value.
 */
export async function resolveParams(
  script: ParamOwner,
  sources: ParamSources,
): Promise<Readonly<Record<string, unknown>>> {
  const problems: string[] = [];
  const flags = fromFlags(script.params, sources.flags ?? [], problems);
  const file = fromFile(script.params, sources.file, problems);
  const preset = fromPreset(script, sources.preset, problems);
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(script.params)) {
    const given = flags.get(name) ?? file.get(name) ?? fromEnv(param, sources) ??
      await fromSecretFile(param, sources) ?? preset.get(name) ?? fromDefault(param);
    const reading = given === undefined
      ? { problem: `is missing: ${howToGive(name, param)}` }
      : readGiven(param, given);
    if ("value" in reading) values[name] = reading.value;
    else problems.push(`"${name}" ${reading.problem}`);
  }
  if (problems.length > 0) throw new ParamsError(`Cannot resolve the params of script "${script.name}"`, problems);
  return values;
}

function fromFlags(params: Params, flags: readonly string[], problems: string[]): Map<string, Given> {
  const texts = new Map<string, string[]>();
  for (const flag of flags) {
    const [, name, text] = /^([^=]+)=(.*)$/s.exec(flag) ?? [];
    // What has no name is not shown: it may be the value of a secret.
    if (name === undefined) problems.push('a --param is not written as "name=value"');
    else if (isKnown(params, name, "--param", problems)) texts.set(name, [...texts.get(name) ?? [], text!]);
  }
  const from = "--param";
  return new Map([...texts].map(([name, all]) => {
    const isOne = all.length === 1 || params[name]!.type === "list";
    return [name, isOne ? { input: all.join(","), from } : { problem: "is given more than once", from }];
  }));
}

function fromFile(params: Params, file: ParamSources["file"], problems: string[]): Map<string, Given> {
  if (file === undefined) return new Map();
  const from = `params file "${file.name}"`;
  if (!isJsonObject(file.content)) {
    problems.push(`${from} must hold an object that gives each param by its name`);
    return new Map();
  }
  return givenIn(file.content, from, (name) => isKnown(params, name, from, problems));
}

function fromPreset(script: ParamOwner, name: string | undefined, problems: string[]): Map<string, Given> {
  if (name === undefined) return new Map();
  if (!Object.hasOwn(script.presets, name)) {
    problems.push(`preset "${name}" is unknown${suggestion(name, Object.keys(script.presets))}`);
    return new Map();
  }
  return givenIn(script.presets[name]!, `preset "${name}"`, () => true);
}

function givenIn(
  values: Readonly<Record<string, unknown>>,
  from: string,
  accept: (name: string) => boolean,
): Map<string, Given> {
  const accepted = Object.entries(values).filter(([name, input]) => accept(name) && input !== undefined);
  return new Map(accepted.map(([name, input]) => [name, { input, from }]));
}

function fromEnv({ env }: Param<unknown>, sources: ParamSources): Given | undefined {
  const input = env === undefined ? undefined : sources.env(env);
  return input === undefined ? undefined : { input, from: env! };
}

async function fromSecretFile({ file }: Param<unknown>, sources: ParamSources): Promise<Given | undefined> {
  if (file === undefined) return undefined;
  const from = `file "${file}"`;
  try {
    const text = await sources.readFile(file);
    return { input: text.replace(/\r?\n$/, ""), from };
  } catch (error) {
    return { problem: `cannot be read: ${error instanceof Error ? error.message : error}`, from };
  }
}

function fromDefault(param: Param<unknown>): Given | undefined {
  return param.default === undefined ? undefined : { input: param.default, from: "default" };
}

function readGiven(param: Param<unknown>, given: Given): Reading<unknown> {
  const reading = "problem" in given ? given : param.read(given.input);
  return "problem" in reading ? { problem: `${reading.problem} (from ${given.from})` } : reading;
}

function isKnown(params: Params, name: string, from: string, problems: string[]): boolean {
  const known = Object.hasOwn(params, name);
  if (!known) problems.push(`"${name}" is unknown (from ${from})${suggestion(name, Object.keys(params))}`);
  return known;
}

function howToGive(name: string, { type, env }: Param<unknown>): string {
  // A secret on a command line ends up in process lists and shell histories, so where there is another way, it is not proposed.
  if (type === "secret" && env !== undefined) return `set ${env}`;
  const flag = `give --param ${name}=…`;
  return env === undefined ? flag : `${flag} or set ${env}`;
}
