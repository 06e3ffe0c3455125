/**
 * The engine's commands.
 *
 * @module
 */

export { applyScript } from "./apply_command.ts";
export { approveRules } from "./approve_command.ts";
export { deleteScript, planDeletion } from "./delete_command.ts";
export { planScript } from "./plan_command.ts";
export { type RunCommandOptions, runScript } from "./run_command.ts";
export { readStatus, type RunStatus } from "./status_command.ts";
