/**
 * What admission can ask for.
 *
 * @module
 */

import type { StrategyContext } from "../registry/strategy.ts";

/** What admission can ask for. */
export type AdmissionContext = Pick<StrategyContext, "find" | "list" | "random">;
