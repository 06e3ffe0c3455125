/**
 * Params: what a script can be told from outside.
 *
 * @module
 */

import { parseDuration } from "../base/duration.ts";
import { stringifyJson } from "../base/json.ts";
import { suggestion } from "./suggestion.ts";

// Registered globally, as a script may use another copy of the library than the runner.
const PARAM: unique symbol = Symbol.for("kubescript.param");

/**
 * A param of a script.
 *
 * @typeParam T The type of its value.
 * @typeParam I The type in which a default or a preset writes the value; `never` for secrets, which have neither.
 */
export interface Param<T, I = T> {
  /** @ignore The mark of a param. */
  readonly [PARAM]: true;
  /** What kind of value it takes. */
  readonly type: "string" | "secret" | "integer" | "boolean" | "duration" | "list" | "choice";
  /** The value if none is given; a param without one must be given. */
  readonly default?: I | undefined;
  /** What it is for, in a few words. */
  readonly help?: string | undefined;
  /** The environment variable that gives the value. */
  readonly env?: string | undefined;
  /** The file that gives the value. */
  readonly file?: string | undefined;
  /**
   * Reads a value.
   *
   * @param input Text from the command line or the environment, or a value from a params file, a preset or a default.
   * @returns The value, or why the param cannot have it.
   */
  read(input: unknown): Reading<T>;
}

/**
 * A value that was read, or what is wrong with it, in words that go on from the name of the param.
 *
 * @typeParam T The type of the value.
 */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** The params of a script by name. */
export type Params = Readonly<Record<string, Param<unknown, unknown>>>;

/**
 * The values of params by name.
 *
 * @typeParam P The params.
 */
export type Values<P extends Params> = { readonly [K in keyof P]: P[K] extends Param<infer T, infer _> ? T : never };

/**
 * Values that a preset may give: some of the params, but no secrets.
 *
 * @typeParam P The params.
 */
export type Preset<P extends Params> = {
  readonly [K in keyof P]?: P[K] extends Param<infer _, infer I> ? I : never;
};

/**
 * What most params have in common.
 *
 * @typeParam I The type in which the default is written.
 */
export interface ParamOptions<I> {
  /** The value if none is given; without it, the param must be given. */
  default?: I;
  /** What it is for, in a few words. */
  help?: string;
  /** The environment variable that may give the value. */
  env?: string;
}

/** Options of `param.string`. */
export interface StringOptions extends ParamOptions<string> {
  /** What the value must match; anchor it to match all of the value. */
  pattern?: RegExp;
}

/** Options of `param.integer`. */
export interface IntegerOptions extends ParamOptions<number> {
  /** The least value. */
  minimum?: number;
  /** The greatest value. */
  maximum?: number;
}

/** Options of `param.secret`. */
export interface SecretOptions {
  /** What it is for, in a few words. */
  help?: string;
  /** The environment variable that gives the value. */
  env?: string;
  /** The file that gives the value; a line break at its end does not count. */
  file?: string;
}

/** The constructors of params. */
export interface ParamConstructors {
  /**
   * Text.
   *
   * @param options Default, help, environment variable, pattern.
   * @returns The param.
   */
  string(options?: StringOptions): Param<string>;

  /**
   * Text that is never shown. It has no default and no place in presets.
   *
   * @param options Help, environment variable, file.
   * @returns The param.
   */
  secret(options?: SecretOptions): Param<string, never>;

  /**
   * A whole number.
   *
   * @param options Default, help, environment variable, bounds.
   * @returns The param.
   */
  integer(options?: IntegerOptions): Param<number>;

  /**
   * `true` or `false`.
   *
   * @param options Default, help, environment variable.
   * @returns The param.
   */
  boolean(options?: ParamOptions<boolean>): Param<boolean>;

  /**
   * A duration, written such as `"90s"` or `"1h30m"`; its value is in milliseconds.
   *
   * @param options Default, help, environment variable.
   * @returns The param.
   */
  duration(options?: ParamOptions<string>): Param<number, string>;

  /**
   * A list of texts; on the command line separated by commas, or one by one.
   *
   * @param options Default, help, environment variable.
   * @returns The param.
   */
  list(options?: ParamOptions<readonly string[]>): Param<readonly string[]>;

  /**
   * One of several texts.
   *
   * @typeParam C The texts.
   * @param choices The texts.
   * @param options Default, help, environment variable.
   * @returns The param.
   */
  choice<const C extends string>(choices: readonly C[], options?: ParamOptions<NoInfer<C>>): Param<C>;
}

/**
 * Makes params.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const params = {
 *   env: param.choice(["dev", "prod"], { default: "dev" }),
 *   replicas: param.integer({ minimum: 1 }),
 *   password: param.secret({ env: "DB_PASSWORD" }),
 *   wait: param.duration({ default: "5m" }),
 * };
 *
 * deepStrictEqual(params.wait.read("1m30s"), { value: 90_000 });
 * ```
 */
export const param: ParamConstructors = {
  string(options = {}) {
    const { pattern } = options;
    return define("string", options, (input) => {
      if (typeof input !== "string") return { problem: `must be text, is ${show(input)}` };
      // Not pattern.test(), which remembers where it stopped if the pattern is global.
      if (pattern && input.search(pattern) < 0) return { problem: `must match ${pattern}, is ${show(input)}` };
      return { value: input };
    });
  },

  secret(options = {}) {
    return define<string, never>("secret", options, (input) => {
      if (typeof input !== "string") return { problem: "must be text" };
      if (input === "") return { problem: "must not be empty" };
      return { value: input };
    });
  },

  integer(options = {}) {
    const { minimum = -Infinity, maximum = Infinity } = options;
    return define("integer", options, (input) => {
      const value = typeof input === "string" && /^[+-]?\d+$/.test(input) ? Number(input) : input;
      if (!Number.isSafeInteger(value)) return { problem: `must be an integer, is ${show(input)}` };
      if (value as number < minimum) return { problem: `must be at least ${minimum}, is ${value}` };
      if (value as number > maximum) return { problem: `must be at most ${maximum}, is ${value}` };
      return { value: value as number };
    });
  },

  boolean(options = {}) {
    return define("boolean", options, (input) => {
      const value = input === "true" ? true : input === "false" ? false : input;
      return typeof value === "boolean" ? { value } : { problem: `must be true or false, is ${show(input)}` };
    });
  },

  duration(options = {}) {
    return define("duration", options, (input) => {
      try {
        return { value: parseDuration(input as string) };
      } catch {
        return { problem: `must be a duration such as "30s" or "1h30m", is ${show(input)}` };
      }
    });
  },

  list(options = {}) {
    return define("list", options, (input) => {
      if (typeof input === "string") return { value: input === "" ? [] : input.split(",") };
      if (!Array.isArray(input) || input.some((item) => typeof item !== "string")) {
        return { problem: `must be a list of texts, is ${show(input)}` };
      }
      return { value: [...input] };
    });
  },

  choice(choices, options = {}) {
    return define("choice", options, (input) => {
      const value = choices.find((choice) => choice === input);
      if (value === undefined) return { problem: `is ${show(input)}${suggestion(String(input), choices)}` };
      return { value };
    });
  },
};

/**
 * Tells whether a value was made by {@linkcode param}.
 *
 * @param value The value to look at.
 * @returns Whether it is a param.
 */
export function isParam(value: unknown): value is Param<unknown, unknown> {
  return typeof value === "object" && value !== null && PARAM in value;
}

function define<T, I = T>(
  type: Param<T, I>["type"],
  options: ParamOptions<I> & { file?: string },
  read: (input: unknown) => Reading<NoInfer<T>>,
): Param<T, I> {
  const { default: value, help, env, file } = options;
  return { [PARAM]: true, type, default: value, help, env, file, read };
}

function show(input: unknown): string {
  return stringifyJson(input) ?? String(input);
}
