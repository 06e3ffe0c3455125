/**
 * `plan`: tells what an apply would change. It only reads.
 *
 * @module
 */

import type { Plan } from "../plan/change.ts";
import type { CommandOptions } from "./options.ts";
import { planSet } from "./plan_set.ts";
import { SecretKey } from "./secret_key.ts";
import { type OpenedScript, openSession } from "./session.ts";
import { evaluateScript } from "./wanted.ts";
import { survey } from "./survey.ts";
import { refuseMistakes } from "./validation.ts";

/**
 * Plans a script.
 *
 * @param options The script, the cluster, the params.
 * @returns The plan; conflicts and blocked objects are part of it, not errors.
 * @throws {ScriptError} If the script is not right.
 * @throws {ConfigError} If there is no cluster to talk to.
 * @throws {ApiError} If the server refuses what cannot be done without.
 */
export async function planScript(options: CommandOptions): Promise<Plan> {
  const opened = await openSession(options);
  using _ = opened.session;
  return await planOpened(opened);
}

/**
 * Plans a script that was opened already.
 *
 * @param opened The script and the session.
 * @returns What an apply would change.
 * @throws {ScriptError} If the script is not right.
 */
export async function planOpened(opened: OpenedScript): Promise<Plan> {
  const { session } = opened;
  const wanted = await evaluateScript(opened);
  const found = await survey(session, wanted.targets);
  refuseMistakes(session, wanted.findings, found);
  const { plan } = await planSet(session, wanted, found, new SecretKey(session.client, session.set));
  return plan;
}
