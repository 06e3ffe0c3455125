/**
 * Judges custom resources by the rules of their schemas, `x-kubernetes-validations`.
 *
 * @see {@link https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules | Validation rules}
 *
 * @module
 */

import { type Environment, Optional } from "@marcbachmann/cel-js";
import { isJsonObject, jsonEquals, stringifyJson } from "../../base/json.ts";
import { forbiddenField, invalidValue, required } from "../registry/field_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import { makeEnvironment } from "./cel_library.ts";
import { celValue } from "./cel_value.ts";
import { oldFieldOf, oldItemOf } from "./correlate.ts";
import type { CustomSchema, ValidationRule } from "./definition.ts";

type Program = (context: Record<string, unknown>) => unknown;

/** A value that is judged. */
interface Place {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: CustomSchema;
  readonly path: string;
}

const OLD_SELF = /\boldSelf\b/;

/** Judges custom resources of one version; rules are compiled when they are first needed. */
export class CelRules {
  /** Whether there are any. */
  readonly isUsed: boolean;
  #environment: Environment | undefined;
  readonly #programs = new Map<string, Program>();
  readonly #schema: CustomSchema;

  /**
   * Makes it.
   *
   * @param schema The schema of whole objects.
   */
  constructor(schema: CustomSchema) {
    this.#schema = schema;
    this.isUsed = stringifyJson(schema).includes('"x-kubernetes-validations"');
  }

  /**
   * Judges an object.
   *
   * @param object The object.
   * @param old The object before an update.
   * @returns What is wrong with it.
   */
  validate(object: unknown, old?: unknown): FieldError[] {
    if (!this.isUsed) return [];
    return this.#walk({ value: object, old, schema: this.#schema, path: "" });
  }

  /**
   * Compiles an expression.
   *
   * @param expression The expression.
   * @returns What it is called with to be evaluated.
   * @throws {Error} If it is none.
   */
  compile(expression: string): Program {
    const known = this.#programs.get(expression);
    if (known) return known;
    this.#environment ??= makeEnvironment();
    const program: Program = this.#environment.parse(expression.trim());
    this.#programs.set(expression, program);
    return program;
  }

  #walk({ value, old, schema, path }: Place): FieldError[] {
    if (value === null || value === undefined) return [];
    // What did not change is not judged again.
    if (old !== undefined && jsonEquals(value, old)) return [];
    const own = (schema["x-kubernetes-validations"] ?? []).flatMap((rule) =>
      this.#judge(rule, { value, old, schema, path })
    );
    return [...own, ...this.#below({ value, old, schema, path })];
  }

  #below({ value, old, schema, path }: Place): FieldError[] {
    const { items, properties = {}, additionalProperties: values } = schema;
    if (Array.isArray(value)) {
      if (!items) return [];
      return value.flatMap((item, i) =>
        this.#walk({ value: item, old: oldItemOf(item, schema, old), schema: items, path: `${path}[${i}]` })
      );
    }
    if (!isJsonObject(value)) return [];
    return Object.keys(value).flatMap((name) => {
      const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const inner = field ?? (typeof values === "object" ? values : undefined);
      if (!inner) return [];
      const at = field ? (path === "" ? name : `${path}.${name}`) : `${path}[${name}]`;
      return this.#walk({ value: value[name], old: oldFieldOf(name, schema, old), schema: inner, path: at });
    });
  }

  #judge(rule: ValidationRule, place: Place): FieldError[] {
    const { value, old, schema, path } = place;
    const isTransition = OLD_SELF.test(rule.rule);
    // Rules about changes wait for one, unless they say that they know what to do without.
    if (isTransition && old === undefined && !rule.optionalOldSelf) return [];
    const oldValue = old === undefined ? undefined : celValue(old, schema);
    const oldSelf = rule.optionalOldSelf ? (old === undefined ? Optional.none() : Optional.of(oldValue)) : oldValue;
    const context = { self: celValue(value, schema), ...isTransition && { oldSelf } };
    const omits = schema.type === "object" || schema.type === "array";
    const at = `${path}${rule.fieldPath ?? ""}`.replace(/^\./, "") || "<nil>";
    try {
      if (this.compile(rule.rule)(context) === true) return [];
    } catch (error) {
      const detail = `${firstLine(error)} evaluating rule: ${(rule.message ?? rule.rule).trim()}`;
      return [invalidValue(path || "<nil>", schema.type ?? "", detail)];
    }
    return [fieldError(at, rule, this.#message(rule, context), omits ? OMITTED : value)];
  }

  #message({ rule, message, messageExpression }: ValidationRule, context: Record<string, unknown>): string {
    const fallback = message?.trim() || `failed rule: ${rule.trim()}`;
    if (!messageExpression) return fallback;
    try {
      const text = this.compile(messageExpression)(context);
      return typeof text === "string" && text.trim() !== "" && !text.includes("\n") ? text.trim() : fallback;
    } catch {
      return fallback;
    }
  }
}

/** Stands for objects and lists, which are not shown. */
const OMITTED: unique symbol = Symbol("omitted");

function fieldError(field: string, { reason }: ValidationRule, detail: string, value: unknown): FieldError {
  switch (reason) {
    case "FieldValueForbidden":
      return forbiddenField(field, detail);
    case "FieldValueRequired":
      return required(field, detail);
    case "FieldValueDuplicate": {
      const shown = value === OMITTED ? "" : `: ${stringifyJson(value)}`;
      return { reason, field, message: `Duplicate value${shown}` };
    }
    default:
      if (value !== OMITTED) return invalidValue(field, value, detail);
      return { reason: "FieldValueInvalid", field, message: `Invalid value: ${detail}` };
  }
}

function firstLine(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.replace(/^No such key/, "no such key");
}
