/**
 * Runs one `task` rule, once.
 *
 * @module
 */

import { readEnv } from "../../client/config/env.ts";
import { resolveParams } from "../../script/params.ts";
import type { TaskDefinition } from "../../script/rules/task.ts";
import type { Session } from "../session.ts";
import { type LogLine, RuleCall } from "./rule_call.ts";

/** What {@linkcode runTask} works with. */
export interface RunTaskOptions {
  /** The task's name. */
  readonly name: string;
  /** The task. */
  readonly definition: TaskDefinition;
  /** The session. */
  readonly session: Session;
  /** The task's arguments, as `name=value`. */
  readonly args: readonly string[];
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
}

/**
 * Runs a task.
 *
 * @param options The task, its arguments, the session.
 * @throws {ParamsError} If an argument is missing, unknown or of a wrong form; besides, what the task throws.
 */
export async function runTask({ name, definition, session, args, log }: RunTaskOptions): Promise<void> {
  const { client, set, options } = session;
  const values = await resolveParams({ name, params: definition.args, presets: {} }, {
    flags: args,
    env: readEnv,
    readFile: (path) => Deno.readTextFile(path),
  });
  const fieldManager = `${set.fieldManager}:${name}`;
  const call = new RuleCall({
    rule: name,
    client: client.inNamespace(set.namespace).withFieldManager(fieldManager),
    fieldManager,
    sources: new Map(),
    log,
    clock: options.clock,
  });
  await definition.run(values as never, call.context(undefined, options));
}
