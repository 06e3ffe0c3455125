/**
 * Reads what all kinds have in common.
 *
 * @module
 */

import { loadMetadataSchema } from "../../kinds/schemas.ts";
import { type Decoded, decodeTyped } from "./decode.ts";
import type { GoTypes } from "./go_types.ts";
import { Plans } from "./plans.ts";

/**
 * Loads how a type is read that all kinds have in common.
 *
 * @param name The name of its schema, such as `meta/v1.ObjectMeta`.
 * @returns Reads a value of it.
 */
export async function loadMetaDecoder(name: string): Promise<(value: unknown) => Decoded> {
  const [find, { default: goTypes }] = await Promise.all([
    loadMetadataSchema(),
    import("./go_types.json", { with: { type: "json" } }),
  ]);
  const plans = new Plans(goTypes as GoTypes);
  const type = { name, schema: { schema: find(name)!, find } };
  return (value) => decodeTyped(value, type, plans);
}
