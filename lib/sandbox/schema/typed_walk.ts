/**
 * Goes through objects of built-in kinds, type by type: to fill in defaults, and to judge texts.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { FindSchema } from "../../kube/schema.ts";
import type { DecodedType } from "./decode.ts";
import type { FieldErrors } from "./field_errors.ts";
import type { ObjectPlan, ValuePlan } from "./go_types.ts";
import type { Plans } from "./plans.ts";

/** An object, or a part of one, that may be changed. */
// deno-lint-ignore no-explicit-any -- what it holds is known by its type
export type Part = Record<string, any>;

/**
 * The defaults of a type: values of fields that are absent or empty, or what fills them in. Those of a type are set
 * before those of its parts.
 */
export type TypeDefaults = Readonly<Part> | ((part: Part) => void);

/** Goes through objects. */
export class TypedWalk {
  readonly #plans: Plans;
  readonly #defaults: Readonly<Record<string, TypeDefaults>>;
  readonly #reach = new Map<string, boolean>();

  /**
   * @param plans How types are read.
   * @param defaults Defaults by the names of types, such as `core/v1.Container`.
   */
  constructor(plans: Plans, defaults: Readonly<Record<string, TypeDefaults>>) {
    this.#plans = plans;
    this.#defaults = defaults;
  }

  /**
   * Fills in what Go's `SetDefaults_*` functions do.
   *
   * @param draft The object.
   * @param type Its type.
   */
  setDefaults(draft: Part, { name, schema: { schema, find } }: DecodedType): void {
    this.#setDefaults(draft, name, this.#plans.objectPlan(name, find, schema), find);
  }

  /**
   * Judges the texts of an object by its schema: those that must be there, and those of which only some are allowed.
   *
   * @param draft The object.
   * @param type Its type.
   * @param errors Where to report; fields that are there already are not reported twice.
   */
  check(draft: Part, { name, schema: { schema, find } }: DecodedType, errors: FieldErrors): void {
    const reported = new Set(errors.list.map(({ field }) => field));
    const plan = this.#plans.objectPlan(name, find, schema);
    for (const [field, value] of plan.fields) {
      if (field === "status" || field === "metadata" || draft[field] === undefined) continue;
      this.#checkValue(draft[field], value, field, find, { errors, reported });
    }
  }

  #setDefaults(part: Part, type: string, plan: ObjectPlan, find: FindSchema): void {
    const defaults = this.#defaults[type];
    if (typeof defaults === "function") defaults(part);
    else if (defaults !== undefined) {
      for (const field in defaults) if (part[field] === undefined || part[field] === "") part[field] = defaults[field];
    }
    for (const [field, value] of plan.fields) {
      if (part[field] !== undefined && this.#reaches(value, find)) this.#visit(part[field], value, find);
    }
  }

  #visit(value: unknown, plan: ValuePlan, find: FindSchema): void {
    if (plan.kind === "object") {
      if (isJsonObject(value)) this.#setDefaults(value, plan.type!, this.#plans.objectPlan(plan.type!, find), find);
    } else if (Array.isArray(value)) { for (const item of value) this.#visit(item, plan.item!, find); }
    else if (plan.kind === "map" && isJsonObject(value)) {
      for (const key in value) this.#visit(value[key], plan.item!, find);
    }
  }

  /** Tells whether a value, or what is in it, has defaults. */
  #reaches({ type, item }: ValuePlan, find: FindSchema): boolean {
    if (item !== undefined) return this.#reaches(item, find);
    if (type === undefined) return false;
    let reaches = this.#reach.get(type);
    if (reaches === undefined) {
      // Types that contain themselves have no defaults.
      this.#reach.set(type, false);
      reaches = type in this.#defaults ||
        [...this.#plans.objectPlan(type, find).fields.values()].some((field) => this.#reaches(field, find));
      this.#reach.set(type, reaches);
    }
    return reaches;
  }

  #checkValue(value: unknown, plan: ValuePlan, path: string, find: FindSchema, report: Report): void {
    if (Array.isArray(value)) {
      if (plan.item === undefined || plan.item.kind === "string") return;
      for (let i = 0; i < value.length; i++) this.#checkValue(value[i], plan.item, `${path}[${i}]`, find, report);
    } else if (isJsonObject(value)) {
      if (plan.kind === "object") this.#checkObject(value, plan.type!, path, find, report);
      else if (plan.item?.kind === "object") {
        for (const key in value) this.#checkValue(value[key], plan.item, `${path}[${key}]`, find, report);
      }
    }
  }

  #checkObject(part: Part, type: string, path: string, find: FindSchema, report: Report): void {
    const plan = this.#plans.objectPlan(type, find);
    for (const field of plan.required) {
      if (part[field] === "" && !OPTIONAL.has(`${type}.${field}`) && !report.reported.has(`${path}.${field}`)) {
        report.errors.required(`${path}.${field}`);
      }
    }
    for (const field in part) {
      const value = plan.fields.get(field);
      if (value === undefined) continue;
      const fieldPath = `${path}.${field}`;
      const text = part[field];
      if (value.allowed !== undefined) {
        const isReported = report.reported.has(fieldPath) || report.reported.has(path);
        if (text !== "" && !value.allowed.includes(text) && !isReported) {
          report.errors.notSupported(fieldPath, text, value.allowed);
        }
      } else if (value.kind === "object" || value.kind === "list" || value.kind === "map") {
        this.#checkValue(text, value, fieldPath, find, report);
      }
    }
  }
}

interface Report {
  readonly errors: FieldErrors;
  readonly reported: ReadonlySet<string>;
}

/** Texts that may be empty although the schema demands them. */
const OPTIONAL: ReadonlySet<string> = new Set([
  "core/v1.HTTPHeader.value",
  "meta/v1.LabelSelectorRequirement.key",
  "meta/v1.LabelSelectorRequirement.operator",
  "rbac/v1.Subject.name",
]);
