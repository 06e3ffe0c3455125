/**
 * Collects what is wrong with an object, in the words of `k8s.io/apimachinery/pkg/util/validation/field`.
 *
 * @module
 */

import {
  duplicate,
  forbiddenField,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
  tooLong,
} from "../registry/field_error.ts";
import type { FieldError } from "../registry/served_resource.ts";

/** Faults of an object. */
export class FieldErrors {
  /** What was found. */
  readonly list: FieldError[] = [];

  /**
   * Reports a field that must be there.
   *
   * @param field The path.
   * @param detail Why.
   */
  required(field: string, detail?: string): void {
    this.list.push(required(field, detail));
  }

  /**
   * Reports a value.
   *
   * @param field The path.
   * @param value The value.
   * @param details Why, one fault each.
   */
  invalid(field: string, value: unknown, ...details: readonly string[]): void {
    for (const detail of details) this.list.push(invalidValue(field, value, detail));
  }

  /**
   * Reports a value that is not among those allowed.
   *
   * @param field The path.
   * @param value The value.
   * @param allowed What is allowed.
   */
  notSupported(field: string, value: unknown, allowed: readonly string[]): void {
    this.list.push(notSupported(field, value, allowed));
  }

  /**
   * Reports a value that is there twice.
   *
   * @param field The path.
   * @param value The value.
   */
  duplicate(field: string, value: unknown): void {
    this.list.push(duplicate(field, value));
  }

  /**
   * Reports something that does not go here.
   *
   * @param field The path.
   * @param detail Why.
   */
  forbidden(field: string, detail: string): void {
    this.list.push(forbiddenField(field, detail));
  }

  /**
   * Reports a name of nothing.
   *
   * @param field The path.
   * @param value The name.
   */
  notFound(field: string, value: unknown): void {
    this.list.push(notFoundValue(field, value));
  }

  /**
   * Reports a value that is too long.
   *
   * @param field The path.
   * @param maxBytes How long it may be.
   */
  tooLong(field: string, maxBytes: number): void {
    this.list.push(tooLong(field, maxBytes));
  }
}
