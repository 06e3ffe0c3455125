/**
 * Runs the rules of a script until it is stopped.
 *
 * Every rule starts by itself, as soon as what it looks at is known: a kind that is missing or must not be read delays
 * the rules that need it, and no others.
 *
 * @module
 */

import { deadline } from "../../base/clock.ts";
import { parseDuration } from "../../base/duration.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import type { PlanContext } from "../../plan/plan_object.ts";
import type { RuleDefinition } from "../../script/rules/rule.ts";
import type { Debounce } from "../../script/rules/select.ts";
import type { Informer } from "../../watch/informer.ts";
import { Informers } from "../../watch/informers.ts";
import type { Session } from "../session.ts";
import type { ReadSource } from "../rules/reads.ts";
import { ChangedRunner } from "./changed_runner.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { Children, type ChildState } from "./children.ts";
import { EachRunner } from "./each_runner.ts";
import { finalizerOf, Finalizing } from "./finalizing.ts";
import { ReconcileRunner } from "./reconcile_runner.ts";
import { PruneGate } from "./prune_gate.ts";
import { type LogLine, RuleCall } from "./rule_call.ts";
import type { RuleRun } from "./rule_run.ts";
import { Subjects } from "./subjects.ts";
import { Timetable } from "./timetable.ts";
import { type WorkCause, WorkQueue, type WorkResult, type WorkRule } from "./work_queue.ts";

/** What a {@linkcode Runner} works with. */
export interface RunnerOptions {
  /** The session. */
  readonly session: Session;
  /** The rules by name. */
  readonly rules: ReadonlyMap<string, RuleDefinition>;
  /** What is the same for all plans. */
  readonly context: PlanContext;
  /** What rules have handled. */
  readonly checkpoints: Checkpoints;
  /** How many objects may be handled at once, of all rules. */
  readonly concurrency: number;
  /** Whether writes are only tried. */
  readonly dryRun: boolean;
  /** Whether every rule runs once, timers at once; else rules run whenever they are due. */
  readonly once: boolean;
  /** Brings the resources of the script in line; absent if it has none. */
  readonly resources: ResourcesRule | undefined;
  /** Writes to the log. */
  readonly log: (line: LogLine) => void;
}

/** The resources of a script, run like a rule. */
export interface ResourcesRule {
  /** Their kinds. */
  readonly types: readonly ResourceType[];
  /** Brings them in line. */
  run(): Promise<void>;
}

type ObjectRule = Extract<RuleDefinition, { kind: unknown }>;
type TimerRule = Extract<RuleDefinition, { type: "every" | "cron" }>;

const DEFAULT_CONCURRENCY = 4;
const DEBOUNCE_FACTOR = 10;
const TIMER_KEY = "timer";
/** No rule can have this name. */
const RESOURCES = "(resources)";
const RESOURCES_TIMEOUT_MS = 600_000;

/** Runs rules. */
export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions;
  readonly #queue: WorkQueue;
  readonly #informers: Informers;
  readonly #children: Children;
  readonly #held = new DisposableStack();
  readonly #stopped = new AbortController();
  readonly #failed = new Set<string>();

  /**
   * Makes a runner, which begins to watch what is needed by all rules.
   *
   * @param options What it works with.
   */
  constructor(options: RunnerOptions) {
    const { session, rules, concurrency } = options;
    const { clock } = session.options;
    this.#options = options;
    this.#queue = new WorkQueue({ clock, concurrency });
    this.#informers = new Informers(session.client, {
      clock,
      onError: (error) => this.#logError("", undefined, error),
    });
    const types = new Map(options.resources?.types.map((type) => [formatGroupKind(type), type]));
    for (const definition of rules.values()) {
      if (definition.type !== "each") continue;
      for (const { type } of definition.options.owns ?? []) types.set(formatGroupKind(type), type);
    }
    this.#children = this.#held.use(
      new Children({
        informers: this.#informers,
        set: session.set,
        types: [...types.values()],
        onDrift: (child) => this.#onDrift(child),
        onMember: () => this.#addResources(),
      }),
    );
  }

  /**
   * Starts all rules.
   *
   * @returns Settles when every rule runs, or has been stopped before it could.
   */
  async start(): Promise<void> {
    this.#startResources();
    await Promise.all([...this.#options.rules].map(async ([name, definition]) => {
      try {
        if ("kind" in definition) await this.#startObjects(name, definition);
        else if (definition.type !== "task") this.#startTimer(name, definition);
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        this.#failed.add(name);
        this.#logError(name, undefined, error);
      }
    }));
  }

  /**
   * Waits until there is nothing to do.
   *
   * @returns The names of the rules that failed, or are blocked.
   */
  async idle(): Promise<string[]> {
    await this.#queue.idle();
    return [...this.#failed];
  }

  /** Begins nothing any more, waits for what is under way, and stores what was handled. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.#queue.close();
    await this.#options.checkpoints.flush();
    this.#held.dispose();
    await this.#informers[Symbol.asyncDispose]();
  }

  #startResources(): void {
    const { resources } = this.#options;
    if (!resources) return;
    this.#queue.addRule(RESOURCES, {
      concurrency: 1,
      debounce: { waitMs: 500, longestMs: 5_000 },
      run: () =>
        this.#guarded(RESOURCES, undefined, RESOURCES_TIMEOUT_MS, async () => {
          await resources.run();
          return { status: "done" };
        }),
    });
    this.#addResources();
  }

  #addResources(): void {
    if (this.#queue.hasRule(RESOURCES)) this.#queue.add(RESOURCES, RESOURCES, { live: true, fresh: true });
  }

  async #startObjects(name: string, definition: ObjectRule): Promise<void> {
    const { signal } = this.#stopped;
    const known = new Set<string>();
    let add = (uid: string, _cause: WorkCause & { readonly missed?: boolean }): void => void known.add(uid);
    const subjects = this.#held.use(
      new Subjects({
        informers: this.#informers,
        kind: definition.kind,
        select: definition.options,
        onChange: (uid, cause) => add(uid, cause),
      }),
    );
    const reads = "reads" in definition.options ? definition.options.reads ?? [] : [];
    const informers = await this.#readInformers(reads.map(({ type }) => type));
    const call = this.#call(name, new Map([...informers].map(([kind, informer]) => [kind, sourceOf(informer)])));
    for (const [kind, informer] of informers) {
      informer.subscribe({
        onEvent({ object, old }) {
          for (const uid of call.concerned(kind, old ? [object, old] : [object])) add(uid, { live: true, fresh: true });
        },
      });
    }
    const finalizing = this.#finalizing(name, definition);
    const run = this.#objectRun(name, definition, subjects, call, finalizing);
    await subjects.synced(signal);
    if (definition.type === "each") {
      await this.#children.synced((definition.options.owns ?? []).map(({ type }) => type), signal);
    }
    await finalizing?.begin();
    const gate = this.#gate(name, run);
    this.#queue.addRule(name, this.#workRule(name, definition, run, subjects, gate));
    if (run instanceof ChangedRunner) {
      run.begin();
      for (const uid of run.known()) known.add(uid);
    }
    add = (uid, cause) => {
      if (cause.missed && gate) gate.lose(uid);
      else this.#queue.add(name, uid, cause);
    };
    await gate?.begin((uid) => subjects.mayHave(uid));
    for (const uid of known) this.#queue.add(name, uid, { live: false, fresh: true });
  }

  #finalizing(name: string, { kind: { type }, options }: ObjectRule): Finalizing | undefined {
    const { client, set } = this.#options.session;
    const finalize = "finalize" in options ? options.finalize : undefined;
    return finalize && new Finalizing({ client, type, finalizer: finalizerOf(set, name), finalize: finalize as never });
  }

  #gate(rule: string, run: RuleRun): PruneGate | undefined {
    if (!run.parents) return undefined;
    const { session: { client, set, options: { clock } }, log } = this.#options;
    return this.#held.use(
      new PruneGate({
        rule,
        client,
        set,
        clock,
        parents: () => run.parents!(),
        onAllowed: (uid) => this.#queue.add(rule, uid, { live: true, fresh: true }),
        onBlocked: (reason) => {
          this.#failed.add(rule);
          log({ level: "warn", rule, message: `blocked: ${reason}; to prune them: kubescript approve FILE ${rule}` });
        },
        onError: (error) => this.#logError(rule, undefined, error),
      }),
    );
  }

  #objectRun(
    name: string,
    definition: ObjectRule,
    subjects: Subjects,
    call: RuleCall,
    finalizing: Finalizing | undefined,
  ): RuleRun {
    const { session, context, checkpoints } = this.#options;
    switch (definition.type) {
      case "each": {
        const children = this.#children;
        return new EachRunner({ name, definition, session, subjects, children, context, call, finalizing });
      }
      case "changed":
        return new ChangedRunner({ name, definition, client: session.client, subjects, checkpoints, call });
      case "reconcile":
        return new ReconcileRunner({ definition, subjects, call, finalizing });
    }
  }

  async #readInformers(types: readonly ResourceType[]): Promise<Map<string, Informer<LiveObject>>> {
    const informers = types.map((type) => this.#held.use(this.#informers.get(type, { allNamespaces: true })));
    await Promise.all(informers.map((informer) => informer.synced({ signal: this.#stopped.signal })));
    return new Map(informers.map((informer, i) => [formatGroupKind(types[i]!), informer]));
  }

  #startTimer(name: string, definition: TimerRule): void {
    const { session: { options: { clock } }, checkpoints, once } = this.#options;
    const last = checkpoints.get(name, TIMER_KEY);
    const table = new Timetable({ definition, clock, lastMs: last && Number(last.value) });
    const call = this.#call(name, new Map());
    const timeoutMs = parseDuration(definition.options.timeout ?? "10m");
    this.#queue.addRule(name, {
      concurrency: 1,
      run: async () => {
        const { dueMs } = table;
        checkpoints.set(name, { uid: TIMER_KEY, name: TIMER_KEY, value: String(clock.now()) });
        await this.#guarded(name, undefined, timeoutMs, async (signal) => {
          await definition.run(call.context(undefined, signal, dueMs));
          return { status: "done" };
        });
        table.advance();
        return { status: "done", againMs: once ? undefined : table.waitMs() };
      },
    });
    this.#queue.add(name, TIMER_KEY, { live: true, delayMs: once ? 0 : table.waitMs() });
  }

  #workRule(
    name: string,
    { options }: ObjectRule,
    run: RuleRun,
    subjects: Subjects,
    gate: PruneGate | undefined,
  ): WorkRule {
    const timeoutMs = parseDuration(options.timeout ?? "60s");
    return {
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      // Whoever runs everything once does not wait for what may still happen.
      debounce: this.#options.once ? undefined : debounceOf(options.debounce),
      run: (uid) =>
        this.#guarded(name, subjects.look(uid), timeoutMs, async (signal) => {
          if (gate && subjects.find(uid)) gate.found(uid);
          return gate?.holds(uid) ? { status: "done" } : await run.run(uid, signal);
        }),
    };
  }

  /** Runs a function of a rule: what it throws decides when it is tried again, and reaches nobody else. */
  async #guarded(
    name: string,
    object: LiveObject | undefined,
    timeoutMs: number,
    run: (signal: AbortSignal) => Promise<WorkResult>,
  ): Promise<WorkResult> {
    using limit = deadline(this.#options.session.options.clock, timeoutMs, this.#stopped.signal);
    try {
      return await run(limit.signal);
    } catch (error) {
      if (this.#stopped.signal.aborted) return { status: "failed" };
      this.#failed.add(name);
      this.#logError(name, object, error);
      if (isNamed(error, "Permanent")) return { status: "permanent" };
      const retryMs = isNamed(error, "RetryAfter") ? (error as { delayMs?: number }).delayMs : undefined;
      return { status: "failed", retryMs };
    }
  }

  #call(rule: string, sources: ReadonlyMap<string, ReadSource>): RuleCall {
    const { session: { client, set, options: { clock } }, dryRun, log } = this.#options;
    const fieldManager = `${set.fieldManager}:${rule}`;
    return new RuleCall({
      rule,
      client: client.withFieldManager(fieldManager),
      fieldManager,
      sources,
      log,
      clock,
      dryRun,
    });
  }

  #onDrift({ rule, owner }: ChildState): void {
    if (this.#queue.hasRule(rule)) this.#queue.add(rule, owner, { live: true, fresh: true });
  }

  #logError(rule: string, object: LiveObject | undefined, error: unknown): void {
    const about = object && `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const message = error instanceof Error ? error.message : String(error);
    this.#options.log({ level: "error", rule, object: about?.replace("//", "/"), message });
  }
}

function sourceOf(informer: Informer<LiveObject>): ReadSource {
  return { get: (namespace, name) => informer.get({ namespace, name }), list: () => informer.list() };
}

/** By name, as the script may use another copy of the library. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function debounceOf(debounce: string | Debounce | undefined): WorkRule["debounce"] {
  if (debounce === undefined) return undefined;
  const { wait, longest } = typeof debounce === "string" ? { wait: debounce, longest: undefined } : debounce;
  const waitMs = parseDuration(wait);
  return { waitMs, longestMs: longest === undefined ? waitMs * DEBOUNCE_FACTOR : parseDuration(longest) };
}
