/**
 * How values merge: the types of structured-merge-diff, read from OpenAPI schemas when they are needed.
 *
 * @module
 */

import {
  dereference,
  type FindSchema,
  type KindSchema,
  referenceOf,
  type Schema,
  valuesOf,
} from "../../kube/schema.ts";

/** The type of a value; of several shapes the value itself tells which one it has. */
export interface ValueType {
  /** What scalars are allowed. */
  readonly scalar?: ScalarType;
  /** How it is a list. */
  readonly list?: ListType;
  /** How it is an object or a map. */
  readonly map?: MapType;
}

/** A kind of scalars. */
export type ScalarType = "numeric" | "string" | "boolean" | "untyped";

/** The type of lists. */
export interface ListType {
  /** Whether it is owned as a whole, is a set of scalars, or has items that are known by their keys. */
  readonly relation: "atomic" | "set" | "map";
  /** The fields by which items are known. */
  readonly keys: readonly string[];
  /** The type of the items. */
  readonly item: ValueType;
}

/** The type of objects and maps. */
export interface MapType {
  /** Whether it is owned as a whole. */
  readonly isAtomic: boolean;
  /** Whether nothing is known about its fields. */
  readonly isDeduced: boolean;
  /**
   * Finds the type of a field that has a name of its own.
   *
   * @param name The field.
   * @returns The type; `undefined` if the schema does not name it.
   */
  field(name: string): ValueType | undefined;
  /**
   * Finds the type of a field or of an entry.
   *
   * @param name The field or key.
   * @returns The type; `undefined` if there cannot be such a field.
   */
  typeOf(name: string): ValueType | undefined;
  /**
   * Finds what a field has if it is left out.
   *
   * @param name The field.
   * @returns The default; `undefined` if there is none.
   */
  defaultOf(name: string): unknown;
}

/** Anything, owned as a whole. */
const ATOMIC: ValueType = {
  scalar: "untyped",
  list: {
    relation: "atomic",
    keys: [],
    get item() {
      return ATOMIC;
    },
  },
  map: mapOf({ isAtomic: true, isDeduced: false, entryType: () => ATOMIC }),
};

/** Anything; maps are owned entry by entry. */
const DEDUCED: ValueType = { ...ATOMIC, map: mapOf({ isAtomic: false, isDeduced: true, entryType: () => DEDUCED }) };

/** Reads types; what it read of a schema is kept as long as the schema is. */
export class ValueTypes {
  readonly #kinds = new WeakMap<Schema, ValueType>();

  /**
   * Finds the type of the objects of a kind.
   *
   * @param kind Its schema.
   * @returns The type.
   */
  of(kind: KindSchema): ValueType {
    let type = this.#kinds.get(kind.schema);
    if (type === undefined) this.#kinds.set(kind.schema, type = new TypeReader(kind.find).read(kind.schema));
    return type;
  }
}

class TypeReader {
  readonly #find: FindSchema;
  readonly #named = new Map<string, ValueType>();

  constructor(find: FindSchema) {
    this.#find = find;
  }

  /** Reads a type; `keepsUnknown` is inherited by what is inside, but not by what is referred to. */
  read(schema: Schema, keepsUnknown: boolean = false): ValueType {
    const name = referenceOf(schema);
    if (name === undefined) return this.#readInline(schema, keepsUnknown);
    const isPlain = schema["x-kubernetes-map-type"] === undefined;
    let type = isPlain ? this.#named.get(name) : undefined;
    if (type === undefined) {
      type = this.#readInline(dereference(schema, this.#find), false);
      if (isPlain) this.#named.set(name, type);
    }
    return type;
  }

  #readInline(schema: Schema, inherited: boolean): ValueType {
    const keepsUnknown = inherited || schema["x-kubernetes-preserve-unknown-fields"] === true;
    switch (schema.type) {
      case "object":
        return { map: this.#readMap(schema, keepsUnknown) };
      case "array":
        return { list: this.#readList(schema, keepsUnknown) };
      case "integer":
      case "number":
        return { scalar: "numeric" };
      case "boolean":
        return { scalar: "boolean" };
      case "string":
        return { scalar: schema.format === undefined || schema.format === "byte" ? "string" : "untyped" };
      default:
        // An empty schema is that of a RawExtension; custom resources must say that they keep what they do not know.
        if (Object.keys(schema).length === 0) return ATOMIC;
        return {
          scalar: "untyped",
          list: this.#readList(schema, keepsUnknown),
          map: this.#readMap(schema, keepsUnknown),
        };
    }
  }

  #readMap(schema: Schema, keepsUnknown: boolean): MapType {
    const { properties = {} } = schema;
    const values = valuesOf(schema);
    const isOpen = schema.additionalProperties === undefined && (keepsUnknown || Object.keys(properties).length === 0);
    const fields = new Map<string, ValueType | undefined>();
    const field = (name: string): ValueType | undefined => {
      let type = fields.get(name);
      if (type === undefined && Object.hasOwn(properties, name)) {
        fields.set(name, type = this.read(properties[name]!, keepsUnknown));
      }
      return type;
    };
    let entry: ValueType | undefined;
    const entryType = () => {
      if (schema.additionalProperties === true || isOpen) return DEDUCED;
      return values && (entry ??= this.read(values, keepsUnknown));
    };
    return mapOf({
      isAtomic: schema["x-kubernetes-map-type"] === "atomic",
      isDeduced: isOpen && schema.properties === undefined,
      entryType,
      field,
      properties,
    });
  }

  #readList(schema: Schema, keepsUnknown: boolean): ListType {
    // Read when it is needed, as some schemas contain themselves.
    let item: ValueType | undefined;
    const readItem = () => item ??= schema.items === undefined ? ATOMIC : this.read(schema.items, keepsUnknown);
    return {
      ...relationOf(schema),
      get item() {
        return readItem();
      },
    };
  }
}

function relationOf(schema: Schema): Pick<ListType, "relation" | "keys"> {
  const relation = schema["x-kubernetes-list-type"];
  if (relation !== undefined) {
    return { relation, keys: relation === "map" ? schema["x-kubernetes-list-map-keys"] ?? [] : [] };
  }
  if (!schema["x-kubernetes-patch-strategy"]?.startsWith("merge")) return { relation: "atomic", keys: [] };
  const key = schema["x-kubernetes-patch-merge-key"];
  return key === undefined ? { relation: "set", keys: [] } : { relation: "map", keys: [key] };
}

interface MapParts {
  readonly isAtomic: boolean;
  readonly isDeduced: boolean;
  readonly entryType: () => ValueType | undefined;
  readonly field?: MapType["field"];
  readonly properties?: Readonly<Record<string, Schema>>;
}

function mapOf({ isAtomic, isDeduced, entryType, field = () => undefined, properties = {} }: MapParts): MapType {
  return {
    isAtomic,
    isDeduced,
    field,
    typeOf: (name) => field(name) ?? entryType(),
    defaultOf: (name) => Object.hasOwn(properties, name) ? properties[name]!.default : undefined,
  };
}
