/**
 * What types the compiler finds for schemas. The function is checked, never called.
 */

import { strictEqual } from "node:assert/strict";
import type { CheckedSchema } from "./crd_schema.ts";
import type { Infer } from "./infer.ts";

/** Whether two types are the same, and not only assignable to each other. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** A schema, and the claim that it describes a type. */
declare function schema<const S extends CheckedSchema<S>>(literal: S): {
  is<T>(...wrong: Same<Infer<S>, T> extends true ? [] : [but: Infer<S>]): void;
};

function inferred(): void {
  schema({ type: "string" }).is<string>();
  schema({ type: "string", format: "byte", maxLength: 3 }).is<string>();
  schema({ type: "integer" }).is<number>();
  schema({ type: "number" }).is<number>();
  schema({ type: "boolean" }).is<boolean>();
  schema({ type: "string", nullable: true }).is<string | null>();
  schema({ type: "string", nullable: false }).is<string>();

  schema({ enum: ["a", "b"] }).is<"a" | "b">();
  schema({ type: "integer", enum: [1, 2] }).is<1 | 2>();
  schema({ enum: ["a"], nullable: true }).is<"a" | null>();

  schema({ "x-kubernetes-int-or-string": true }).is<number | string>();
  schema({ "x-kubernetes-preserve-unknown-fields": true }).is<unknown>();
  schema({}).is<unknown>();

  schema({ type: "array", items: { type: "string" } }).is<string[]>();
  schema({ items: { items: { type: "integer" } } }).is<number[][]>();

  schema({ type: "object" }).is<Record<string, unknown>>();
  schema({ type: "object", "x-kubernetes-preserve-unknown-fields": true }).is<Record<string, unknown>>();
  schema({ additionalProperties: { enum: ["a"] } }).is<Record<string, "a">>();
  schema({ properties: { a: { type: "string" }, b: { type: "integer" } } }).is<{ a?: string; b?: number }>();
  schema({ required: ["a"], properties: { a: { type: "string" }, b: {} } }).is<{ a: string; b?: unknown }>();
  schema({ properties: { a: { type: "string" } }, "x-kubernetes-preserve-unknown-fields": true })
    .is<{ a?: string } & Record<string, unknown>>();
  schema({ items: { properties: { a: { required: ["b"], properties: { b: { type: "string" } } } } } })
    .is<{ a?: { b: string } }[]>();
  // What has a default can be left out.
  schema({ required: ["a"], properties: { a: { type: "string", default: "b" } } }).is<{ a?: string }>();

  // @ts-expect-error the claim is wrong
  schema({ type: "string" }).is<number>();
}

Deno.test("Infer finds the type of what a schema describes", () => {
  // That this file passes the type check is the test.
  strictEqual(typeof inferred, "function");
});
