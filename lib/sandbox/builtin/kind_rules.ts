/**
 * What is particular about a built-in kind; what all have in common is in `strategy_of.ts`.
 *
 * @module
 */

import type { StoredObject } from "../registry/served_resource.ts";
import type { StrategyContext } from "../registry/strategy.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";

/** The rules of a kind. */
export interface KindRules {
  /** Tells what is wrong with a name. @default {validateDns1123Subdomain} */
  readonly nameFaults?: (name: string) => string[];
  /** Whether `metadata.generation` is counted. @default {false} */
  readonly generation?: boolean;
  /** Whether a new object keeps the status that it came with. @default {false} */
  readonly keepsStatus?: boolean;
  /** The policy of deletions that name none. @default {"Background"} */
  readonly defaultPropagation?: "Orphan" | "Background";
  /** The fields that field selectors can name, and, if that is not their path, how their values are found. */
  readonly selectable?: Readonly<Record<string, true | ((object: Part) => unknown)>>;
  /** The paths of fields that cannot be changed. */
  readonly immutable?: readonly string[];
  /** The paths of fields that cannot be changed by a tag of their type; what they should have been is not told. */
  readonly immutableByTag?: readonly string[];
  /** See {@linkcode Strategy.prepareForCreate}. */
  prepareForCreate?(draft: Part, context: StrategyContext): void;
  /** See {@linkcode Strategy.prepareForUpdate}. */
  prepareForUpdate?(draft: Part, old: Part, context: StrategyContext): void;
  /** See {@linkcode Strategy.prepareForStatusUpdate}. */
  prepareForStatusUpdate?(draft: Part, old: Part, context: StrategyContext): void;
  /** See {@linkcode Strategy.validate}. */
  validate?(draft: Part, errors: FieldErrors, context: StrategyContext, old: Part | undefined): void;
  /** See {@linkcode Strategy.warnings}. */
  warnings?(draft: Part): string[];
  /** See {@linkcode Strategy.validateUpdate}. */
  validateUpdate?(draft: Part, old: Part, errors: FieldErrors, context: StrategyContext): void;
  /** See {@linkcode Strategy.gracePeriodSeconds}. */
  gracePeriodSeconds?(object: StoredObject, seconds: number | undefined): number;
  /** See {@linkcode Strategy.isHeld}. */
  isHeld?(object: Part): boolean;
  /** See {@linkcode Strategy.prepareForDelete}. */
  prepareForDelete?(draft: Part): void;
  /** See {@linkcode Strategy.subresources}. */
  readonly subresources?: Readonly<Record<string, SubresourceRules>>;
}

/** The rules of a subresource. */
export interface SubresourceRules {
  /** See {@linkcode SubresourceStrategy.prepareForUpdate}. */
  prepareForUpdate(draft: Part, old: Part, context: StrategyContext): void;
  /** See {@linkcode SubresourceStrategy.validateUpdate}. */
  validateUpdate(draft: Part, old: Part, errors: FieldErrors): void;
}

/** Rules by group and kind, such as `apps/Deployment` or `/Pod`. */
export type RulesByKind = Readonly<Record<string, KindRules>>;
