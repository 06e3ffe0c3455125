/**
 * The rules of all built-in kinds.
 *
 * @module
 */

import { APPS } from "./apps.ts";
import { AUTOSCALING } from "./autoscaling.ts";
import { BATCH } from "./batch.ts";
import { CORE } from "./core.ts";
import type { RulesByKind } from "./kind_rules.ts";
import { NETWORKING } from "./networking.ts";
import { OTHERS } from "./others.ts";
import { RBAC } from "./rbac.ts";
import { STORAGE } from "./storage.ts";

/** The rules by group and kind. */
export const RULES: RulesByKind = {
  ...APPS,
  ...AUTOSCALING,
  ...BATCH,
  ...CORE,
  ...NETWORKING,
  ...OTHERS,
  ...RBAC,
  ...STORAGE,
};
