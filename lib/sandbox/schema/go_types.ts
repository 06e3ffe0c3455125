/**
 * What the Go types of the built-in kinds say beyond their schemas: which fields are written although they are empty,
 * and which are not. Read from the types of `k8s.io/api` by reflection.
 *
 * @module
 */

/** A Go struct; fields are listed with blanks between them. */
export interface GoType {
  /** Structs that are no pointers: they are always there. */
  readonly object?: string;
  /** Fields that are `null` when nobody sets them. */
  readonly null?: string;
  /** Numbers, booleans and texts with a default that are left out when they are zero. */
  readonly omit?: string;
  /** Texts that are kept when they are empty. */
  readonly keep?: string;
  /** Times with microseconds. */
  readonly micro?: string;
  /** What fields of types with an encoding of their own hold when nobody sets them. */
  readonly zero?: Readonly<Record<string, unknown>>;
  /** The names of types that are texts to JSON, by field. */
  readonly names?: Readonly<Record<string, string>>;
}

/** The types by the names of their schemas, such as `core/v1.Container`. */
export type GoTypes = Readonly<Record<string, GoType>>;

/** How a value is read and written. */
export interface ValuePlan {
  /** What it is. */
  readonly kind:
    | "any"
    | "bool"
    | "bytes"
    | "int"
    | "intOrString"
    | "list"
    | "map"
    | "microTime"
    | "number"
    | "object"
    | "quantity"
    | "string"
    | "time";
  /** The name of its type in Go. */
  readonly go: string;
  /** The name of the schema of an object. */
  readonly type?: string;
  /** What a list or map holds. */
  readonly item?: ValuePlan;
}

/** How a field is read and written. */
export interface FieldPlan extends ValuePlan {
  /** Whether it is left out when it is zero. */
  readonly omitZero: boolean;
  /** What it holds when nobody sets it; objects are made anew. */
  readonly absent?: unknown;
  /** The texts that are allowed. */
  readonly allowed?: readonly string[];
}

/** How an object is read and written. */
export interface ObjectPlan {
  /** The name of its type in Go, without the package. */
  readonly go: string;
  /** Its fields. */
  readonly fields: ReadonlyMap<string, FieldPlan>;
  /** Those that hold something when nobody sets them. */
  readonly filled: readonly (readonly [string, FieldPlan])[];
  /** The texts that must be there. */
  readonly required: readonly string[];
}
