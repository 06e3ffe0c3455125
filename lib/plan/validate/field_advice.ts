/**
 * What may be meant by a field that does not exist: one with a similar name, or one that belongs elsewhere.
 *
 * @module
 */

import { nearest } from "../../base/nearest.ts";
import type { FieldPath } from "../../kube/desired_object.ts";
import { formatFieldPath } from "../../kube/field_path.ts";
import { dereference, type FindSchema, type Schema } from "../../kube/schema.ts";
import { listValues } from "./problem.ts";

/** An object on the way to the field. */
export interface Level {
  /** Its schema. */
  readonly schema: Schema;
  /** How many steps it is from the root. */
  readonly depth: number;
}

/** A place where the field might belong. */
interface Place {
  readonly schema: Schema;
  /** Written like a field path, with `[]` for the items of a list. */
  readonly name: string;
}

const MOST_LEVELS_DOWN = 2;
const MOST_PLACES = 4;
const MOST_NAMES = 8;

/**
 * Says what may be meant by a field that does not exist.
 *
 * @param path The path of the field.
 * @param levels The objects on the way to it, from the root; the last one is that in which it stands.
 * @param find Finds the schemas to which theirs refer.
 * @returns Text to append to a message; empty if nothing comes to mind.
 */
export function adviceForField(path: FieldPath, levels: readonly Level[], find: FindSchema): string {
  const field = String(path.at(-1));
  const known = Object.keys(levels.at(-1)!.schema.properties ?? {});
  const [here, ...above] = levels.map(({ schema, depth }) => ({ schema, name: formatPath(path.slice(0, depth)) }))
    .reverse();
  const places = [findBelow(field, here!, find), findAbove(field, above, find)].filter((place) => place !== undefined);
  if (places.length > 0) {
    {
      return ` here: it belongs ${
        places.map(({ name }) => name === "" ? "at the top level" : `in ${name}`).join(" or ")
      }`;
    }
  }
  const near = nearest(field, known);
  if (near !== undefined) return `: did you mean "${near}"?`;
  return known.length > 0 && known.length <= MOST_NAMES ? `: known are ${listValues(known, "and")}` : "";
}

/** Looks for the field further down, through objects and lists. The nearest places count, if they are not too many. */
function findBelow(field: string, from: Place, find: FindSchema): Place | undefined {
  let places = [from];
  for (let depth = 0; depth < MOST_LEVELS_DOWN; depth++) {
    places = places.flatMap((place) => placesIn(place, find));
    const found = places.filter((place) => hasField(place, field));
    if (found.length > 0) return found.length <= MOST_PLACES ? found[0] : undefined;
  }
  return undefined;
}

/** Looks for the field in the objects above, and in what stands directly in them. */
function findAbove(field: string, above: readonly Place[], find: FindSchema): Place | undefined {
  const places = above.flatMap((place) => [place, ...placesIn(place, find).filter(({ name }) => !name.endsWith("[]"))]);
  return places.find((place) => hasField(place, field));
}

function placesIn({ schema, name }: Place, find: FindSchema): Place[] {
  // The status is not for those who write objects.
  const fields = Object.entries(schema.properties ?? {}).filter(([field]) => name !== "" || field !== "status");
  return fields.map(([field, property]) => {
    const below = dereference(property, find);
    const place = name === "" ? field : `${name}.${field}`;
    return below.items
      ? { schema: dereference(below.items, find), name: `${place}[]` }
      : { schema: below, name: place };
  });
}

function hasField({ schema }: Place, field: string): boolean {
  return Object.hasOwn(schema.properties ?? {}, field);
}

function formatPath(path: FieldPath): string {
  return formatFieldPath(path.map((step) => typeof step === "number" ? { index: step } : { field: step }));
}
