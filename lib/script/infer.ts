/**
 * The TypeScript type of the values that a schema literal describes.
 *
 * @module
 */

/**
 * The type of a value, from its schema. It is `unknown` where the schema does not tell.
 *
 * A field with a default is optional, even if it is required: the server fills it in before it checks.
 *
 * @typeParam S The type of the schema literal.
 *
 * @example Usage
 * ```ts
 * const schema = {
 *   required: ["tier"],
 *   properties: { tier: { enum: ["free", "paid"] }, hosts: { items: { type: "string" } } },
 * } as const;
 *
 * const value: Infer<typeof schema> = { tier: "free", hosts: ["example.com"] };
 * ```
 */
export type Infer<S> = S extends { readonly nullable: true } ? Infer<Omit<S, "nullable">> | null
  : S extends { readonly enum: readonly (infer E)[] } ? E
  : S extends { readonly "x-kubernetes-int-or-string": true } ? number | string
  : S extends { readonly type: "string" } ? string
  : S extends { readonly type: "integer" | "number" } ? number
  : S extends { readonly type: "boolean" } ? boolean
  : S extends { readonly items: infer I } ? Infer<I>[]
  : S extends { readonly additionalProperties: infer V } ? Record<string, Infer<V>>
  : S extends { readonly properties: unknown; readonly "x-kubernetes-preserve-unknown-fields": true }
    ? Infer<Omit<S, "x-kubernetes-preserve-unknown-fields">> & Record<string, unknown>
  // `extends infer T` makes one object of the intersection, so that editors and messages show what it is.
  : S extends { readonly properties: infer P; readonly required: readonly (infer R)[] } ?
      & { -readonly [K in keyof P]?: Infer<P[K]> }
      & { -readonly [K in keyof P as P[K] extends { readonly default: unknown } ? never : K & R]: Infer<P[K]> } extends
      infer T ? { [K in keyof T]: T[K] } : never
  : S extends { readonly properties: infer P } ? { -readonly [K in keyof P]?: Infer<P[K]> }
  : S extends { readonly type: "object" } ? Record<string, unknown>
  : unknown;
