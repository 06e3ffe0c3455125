/**
 * `run`: keeps the resources and the rules of a script converged until it is stopped.
 *
 * @module
 */

import type { Sender } from "../client/sender.ts";
import { KubescriptError } from "../kube/error.ts";
import type { LiveObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { NAMESPACE } from "../kube/well_known_types.ts";
import type { Plan } from "../plan/change.ts";
import { Mask } from "../plan/mask.ts";
import type { RuleDefinition } from "../script/rules/rule.ts";
import { readRules } from "../script/rules/read_rules.ts";
import { ScriptError } from "../script/script_error.ts";
import { suggestion } from "../script/suggestion.ts";
import { type DryRunOptions, DryRunSender } from "./ad_hoc/dry_run_sender.ts";
import { applyOpened } from "./apply_command.ts";
import { NotedKinds } from "./noted_kinds.ts";
import type { ApplyCommandOptions } from "./options.ts";
import { readParent } from "./parent.ts";
import { planOpened } from "./plan_command.ts";
import { planContext } from "./plan_set.ts";
import type { Result } from "./result.ts";
import { sweepExtensions } from "./rules/extensions.ts";
import type { RunLock } from "./run_lock.ts";
import { noteFinalizedKinds } from "./run/finalized_kinds.ts";
import type { LogLine } from "./run/rule_call.ts";
import { Leadership, UNCONTESTED } from "./run/leadership.ts";
import { MeasuringSender } from "./run/measuring_sender.ts";
import type { RunObserver } from "./run/observer.ts";
import { runTask } from "./run/run_task.ts";
import { MemoryCheckpoints } from "./run/memory_checkpoints.ts";
import { RunCaches } from "./run/run_caches.ts";
import { Runner } from "./run/runner.ts";
import type { RunnerOptions } from "./run/runner_options.ts";
import { StateStore } from "./run/state_store.ts";
import { StoredCheckpoints } from "./run/stored_checkpoints.ts";
import type { Term } from "./run/term.ts";
import { SecretKey } from "./secret_key.ts";
import { type OpenedScript, openSession, type Session } from "./session.ts";
import { evaluateScript, readParams, secretValues } from "./wanted.ts";
import { takeRunnerLock } from "./write_run.ts";

/** What `run` is given. */
export interface RunCommandOptions extends ApplyCommandOptions {
  /** The rules to run; all rules, and the resources, if there are none. */
  readonly only: readonly string[];
  /** Whether everything is done once, instead of until the run is stopped. */
  readonly once: boolean;
  /** Whether there are no replicas, among which one is elected that acts. @default {false} */
  readonly alone?: boolean | undefined;
  /** How many objects may be handled at once, of all rules. */
  readonly ruleConcurrency: number;
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
  /** How long the run may take to end when it is stopped, in milliseconds. */
  readonly gracePeriodMs: number;
  /** Told what happens; absent if nobody looks. */
  readonly observer?: RunObserver | undefined;
  /** Told how to find out what is under way. */
  readonly onUnderWay: (read: () => readonly string[]) => void;
  /** Told what would be written; nothing is, then. Absent if writes are carried out. */
  readonly dryRun?: RunDryRun | undefined;
}

/** What is told about a run that only tries its writes. */
export interface RunDryRun extends Omit<DryRunOptions, "sender"> {
  /** Told what an apply of the resources would change. */
  readonly onPlan: (plan: Plan) => void;
}

/**
 * Runs a script.
 *
 * @param options The script, the cluster, the params, the rules.
 * @returns Settles when everything was done once, or the signal stopped the run.
 * @throws {KubescriptError} If something failed in a run that does everything once.
 * @throws {ScriptError} If the script is not right, or has no such rule.
 * @throws {ConfigError} If there is no cluster to talk to.
 * @throws {KubescriptError} If another run took over the set.
 */
export async function runScript(options: RunCommandOptions): Promise<void> {
  const { dryRun, observer, clock } = options;
  const leadership = new Leadership();
  const guard = (transport: Sender) => {
    const sender = observer ? new MeasuringSender(transport, clock, observer) : transport;
    return dryRun ? new DryRunSender({ ...dryRun, sender }) : leadership.guard(sender);
  };
  // Children of rules are the rules' business here, one object at a time.
  const opened = await openSession({ ...options, rules: false }, guard, dryRun !== undefined);
  using session = opened.session;
  const { own, others } = divideParams(session, options);
  const params = await readParams(session, own);
  const rules = chooseRules(opened, readRules(session.script, params), options.only);
  for (const [name, definition] of rules) {
    if (definition.type !== "task" || options.only.length === 0) continue;
    await runTask({ name, definition, session, args: others, log: options.log });
  }
  const lasting = new Map([...rules].filter(([, { type }]) => type !== "task"));
  if (lasting.size === 0 && options.only.length > 0) return;
  const isTimer = ({ type }: RuleDefinition) => type === "every" || type === "cron";
  // Timers that are named run once, now.
  const once = options.once || (options.only.length > 0 && [...lasting.values()].every(isTimer));
  const onCacheError = (error: unknown) =>
    options.log({ level: "error", rule: "", message: `Cannot follow: ${error}` });
  await using caches = new RunCaches(session, onCacheError);
  const run = (term?: Term) => runLasting(opened, params, lasting, caches, { ...options, once }, term);
  if (dryRun) return await tryLasting(opened, params, lasting, caches, { ...options, once }, dryRun);
  if (once) return await run();
  // The Lease and the lock live in the home namespace, which the script may have to make.
  const home = await session.client.find(NAMESPACE, { name: session.set.namespace });
  if (!home && options.only.length === 0) await applyResources(opened, options);
  caches.warm(lasting.values());
  if (options.alone) return await run();
  await leadership.lead(session, options, options.log, run, observer);
}

async function runLasting(
  opened: OpenedScript,
  params: Readonly<Record<string, unknown>>,
  rules: ReadonlyMap<string, RuleDefinition>,
  caches: RunCaches,
  options: RunCommandOptions,
  term: Term = UNCONTESTED,
): Promise<void> {
  const { session } = opened;
  const { once } = options;
  const { lost, resumed } = term;
  const wanted = options.only.length > 0 ? undefined : await evaluateScript(opened);
  // Also makes the home namespace, in which the lock lives.
  if (wanted && once) await applyResources(opened, options);
  const types = wanted?.targets.map(({ type }) => type) ?? [];
  const lock = await takeRunnerLock(session, [...types, ...ownedTypes(rules)]);
  try {
    const resources = wanted && { types, run: () => applyResources(opened, options, lock) };
    const ousted = AbortSignal.any([lock.lost, lost]);
    // Whoever led in between has handled more than this process knows.
    if (!resumed) caches.checkpoints = undefined;
    if (!once) caches.warmChildren(types);
    const mayAct = () => term.remainingMs() > 0;
    await runRules(opened, params, rules, options, { parent: lock.parent.live, resources, ousted, mayAct, caches });
  } finally {
    // Who does not lead any more leaves the lock to whoever does.
    if (lost.aborted) lock.stop();
    else if (!lock.lost.aborted) await lock.release(lock.parent.scope);
    if (!lost.aborted) lock.lost.throwIfAborted();
  }
}

/** Runs rules without a lock, as nothing is written; the resources are planned once. */
async function tryLasting(
  opened: OpenedScript,
  params: Readonly<Record<string, unknown>>,
  rules: ReadonlyMap<string, RuleDefinition>,
  caches: RunCaches,
  options: RunCommandOptions,
  { onPlan }: RunDryRun,
): Promise<void> {
  if (options.only.length === 0) onPlan(await planOpened(opened));
  const parent = await readParent(opened.session.client, opened.session.set, options.signal);
  const place = { parent: parent?.live, resources: undefined, caches };
  const { lost: ousted } = UNCONTESTED;
  await runRules(opened, params, rules, options, { ...place, ousted, mayAct: () => true });
}

/** Where rules run. */
interface Place extends Pick<RunnerOptions, "resources" | "caches" | "mayAct"> {
  /** The parent of the set, if there is one. */
  readonly parent: LiveObject | undefined;
  /** Aborts when somebody else has taken over. */
  readonly ousted: AbortSignal;
}

/** Runs rules until the signal stops them, or once. */
async function runRules(
  { session }: OpenedScript,
  params: Readonly<Record<string, unknown>>,
  rules: ReadonlyMap<string, RuleDefinition>,
  { only, once, signal, clock, ruleConcurrency, log, observer, gracePeriodMs, onUnderWay }: RunCommandOptions,
  { parent, resources, ousted, mayAct, caches }: Place,
): Promise<void> {
  const { client, set, script } = session;
  const context = {
    ...planContext(session, new Mask(secretValues(script, params)), new SecretKey(client, set)),
    // Nobody is there to decide: whoever runs rules must win what they own, or stay behind for ever.
    forceOwn: script.drift === "repair",
  };
  // Of a part of the rules one cannot tell which ones are no more.
  if (parent && only.length === 0) {
    await noteFinalizedKinds(session, parent, rules);
    await sweepExtensions(session, parent, rules, context);
  }
  const onError = (error: unknown) => log({ level: "warn", rule: "", message: `Cannot store checkpoints: ${error}` });
  const checkpoints = caches.checkpoints ??= parent
    ? await StoredCheckpoints.load({ client, set, parent, clock, onError })
    : new MemoryCheckpoints();
  const extendedKinds = new NotedKinds(session, parent, "extended");
  const concurrency = ruleConcurrency;
  const work = { session, rules, context, caches, extendedKinds, checkpoints, concurrency, once, resources };
  await using runner = new Runner({ ...work, mayAct, log, observer });
  onUnderWay(() => runner.underWay);
  const read = () => runner.states();
  const onStateError = (error: unknown) =>
    log({ level: "warn", rule: "", message: `Cannot write the status: ${error}` });
  await using _ = parent && !once && !client.dryRun
    ? await StateStore.open({ client, set, parent, clock, read, onError: onStateError })
    : undefined;
  const stop = AbortSignal.any([signal, ousted]);
  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
  if (stop.aborted) return;
  const started = runner.start();
  const failed = await Promise.race([stopped, once ? started.then(() => runner.idle()) : stopped]);
  // Whoever does not lead any more must stop at once.
  if (signal.aborted) await runner.drain(gracePeriodMs, ousted);
  if (failed?.length) {
    throw new KubescriptError(`Cannot finish the run: ${failed.join(", ")} failed or is blocked`, {
      hint: "The log above tells why; run again to try again",
    });
  }
}

/** Tasks have arguments of their own, which are given like the params of the script. */
function divideParams({ script }: Session, { params, only }: RunCommandOptions): { own: string[]; others: string[] } {
  const isOwn = (flag: string) => only.length === 0 || Object.hasOwn(script.params, flag.slice(0, flag.indexOf("=")));
  return { own: params.filter(isOwn), others: params.filter((flag) => !isOwn(flag)) };
}

function chooseRules(
  { session: { script } }: OpenedScript,
  rules: ReadonlyMap<string, RuleDefinition>,
  only: readonly string[],
): ReadonlyMap<string, RuleDefinition> {
  const unknown = only.filter((name) => !rules.has(name));
  if (unknown.length > 0) {
    const problems = unknown.map((name) => `it has no rule "${name}"${suggestion(name, [...rules.keys()])}`);
    throw new ScriptError(`Cannot run script "${script.name}"`, problems);
  }
  return only.length === 0 ? rules : new Map(only.map((name) => [name, rules.get(name)!]));
}

function ownedTypes(rules: ReadonlyMap<string, RuleDefinition>): ResourceType[] {
  return [...rules.values()].flatMap((rule) =>
    rule.type === "each" ? (rule.options.owns ?? []).map(({ type }) => type) : []
  );
}

async function applyResources(opened: OpenedScript, options: ApplyCommandOptions, lock?: RunLock): Promise<void> {
  const result = await applyOpened(opened, { ...options, wait: false, pruneEarly: true }, lock);
  const problem = problemOf(result);
  if (problem) throw new KubescriptError(problem);
}

function problemOf({ stopped, outcomes }: Result): string | undefined {
  if (stopped) return stopped.hint ? `${stopped.reason} (${stopped.hint})` : stopped.reason;
  const failed = outcomes.filter(({ status }) => status === "failed");
  return failed.length === 0
    ? undefined
    : failed.map(({ change, reason }) => `${change.ref.name}: ${reason}`).join("; ");
}
