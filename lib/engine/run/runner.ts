/**
 * Runs the rules of a script until it is stopped.
 *
 * Every rule starts by itself, as soon as what it looks at is known: a kind that is missing or must not be read delays
 * the rules that need it, and no others.
 *
 * @module
 */

import { parseDuration } from "../../base/duration.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatGroupKind, type ResourceType } from "../../kube/resource_type.ts";
import type { RuleDefinition } from "../../script/rules/rule.ts";
import type { Informer } from "../../watch/informer.ts";
import type { Informers } from "../../watch/informers.ts";
import type { Listener } from "../result.ts";
import type { Session } from "../session.ts";
import { type ReadSource, sourceOf } from "../rules/reads.ts";
import { ChangedRunner } from "./changed_runner.ts";
import { Children, type ChildState } from "./children.ts";
import { EachRunner } from "./each_runner.ts";
import { debounceOf } from "./debounce.ts";
import { drain } from "./drain.ts";
import { FailureEvents } from "./failure_events.ts";
import { Extensions } from "./extensions.ts";
import { type Finalizing, finalizingOf } from "./finalizing.ts";
import type { RunObserver } from "./observer.ts";
import { ReconcileRunner } from "./reconcile_runner.ts";
import { OverlaySender } from "./overlay_sender.ts";
import { PruneGate } from "./prune_gate.ts";
import { RuleCall } from "./rule_call.ts";
import { RuleExtensions } from "./rule_extensions.ts";
import { RuleFights } from "./rule_fights.ts";
import type { RuleRun } from "./rule_run.ts";
import type { RuleState } from "./rule_state.ts";
import { RuleGuard } from "./rule_guard.ts";
import { RunHealth } from "./run_health.ts";
import type { RunnerOptions } from "./runner_options.ts";
import { Subjects } from "./subjects.ts";
import { Timetable } from "./timetable.ts";
import { type WorkCause, type WorkCounts, WorkQueue, type WorkRule } from "./work_queue.ts";

type ObjectRule = Extract<RuleDefinition, { kind: unknown }>;
type TimerRule = Extract<RuleDefinition, { type: "every" | "cron" }>;

const DEFAULT_CONCURRENCY = 4;
const TIMER_KEY = "timer";
/** No rule can have this name. */
const RESOURCES = "(resources)";
const RESOURCES_TIMEOUT_MS = 600_000;
const NOTHING: WorkCounts = { ready: 0, delayed: 0, running: 0, oldestMs: 0 };

/** Runs rules. */
export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions;
  readonly #queue: WorkQueue;
  readonly #informers: Informers;
  readonly #children: Children;
  readonly #extensions: Extensions;
  readonly #held = new DisposableStack();
  readonly #stopped = new AbortController();
  /** Whether what is under way is not waited for. */
  #left = false;
  readonly #events: FailureEvents | undefined;
  /** How the rules stand. */
  readonly #health: RunHealth;
  readonly #guard: RuleGuard;

  /**
   * Makes a runner, which begins to watch what is needed by all rules.
   *
   * @param options What it works with.
   */
  constructor(options: RunnerOptions) {
    const { session, rules, concurrency } = options;
    const { client, options: { clock } } = session;
    this.#options = options;
    this.#queue = new WorkQueue({ clock, concurrency });
    this.#informers = options.caches.informers;
    const types = new Map(options.resources?.types.map((type) => [formatGroupKind(type), type]));
    for (const definition of rules.values()) {
      if (definition.type !== "each") continue;
      for (const { type } of definition.options.owns ?? []) types.set(formatGroupKind(type), type);
    }
    const onDrift = (drifted: Pick<ChildState, "rule" | "owner">) => this.#onDrift(drifted);
    const same = { informers: this.#informers, set: session.set, onDrift };
    const { caches: { project, projectExtended }, extendedKinds: kinds } = options;
    const onMember = () => this.#addResources();
    this.#children = this.#held.use(new Children({ ...same, project, types: [...types.values()], onMember }));
    this.#extensions = this.#held.use(new Extensions({ ...same, project: projectExtended, kinds }));
    const onError = (error: unknown) => this.#guard.tell("", undefined, error);
    // Nobody can count up, or take back, what a run tells that ends at once.
    this.#events = options.once || client.dryRun ? undefined : new FailureEvents({ client, clock, onError });
    const { context: { mask }, observer, log } = options;
    const health = this.#health = new RunHealth({
      clock,
      mask: (text) => mask.text(text),
      events: this.#events,
      observer,
    });
    this.#guard = new RuleGuard({ clock, mask, log, health, stopped: this.#stopped.signal, mayAct: options.mayAct });
    if (options.resources) this.#health.add(RESOURCES, "resources");
    for (const [name, { type }] of rules) if (type !== "task") this.#health.add(name, type);
    observer?.onRun({
      rules: () => this.#health.observed((rule) => this.#counts(rule)),
      inputs: () => this.#health.inputs(),
      busy: () => this.#queue.busy,
    });
  }

  /** How the rules stand. */
  states(): RuleState[] {
    return this.#health.states();
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
        this.#health.break(name, error);
        this.#guard.fail(name, undefined, error);
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
    return [...this.#guard.failed];
  }

  /**
   * Begins nothing any more, and gives what is under way time to end.
   *
   * @param graceMs How long all of the end may take, in milliseconds.
   * @param signal Ends the wait.
   */
  async drain(graceMs: number, signal: AbortSignal): Promise<void> {
    const { session: { options: { clock } }, log } = this.#options;
    const [ended, underWay] = [this.#queue.close(), () => this.underWay];
    const abort = () => this.#stopped.abort();
    this.#left = !await drain({ clock, graceMs, ended, underWay, abort, signal, log });
  }

  /** What is under way, such as `tenants Namespace/shop`. */
  get underWay(): readonly string[] {
    return this.#health.underWay;
  }

  /** Begins nothing any more, waits for what is under way, and stores what was handled. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    const closed = this.#queue.close();
    if (!this.#left) await closed;
    this.#options.observer?.onRun(undefined);
    try {
      await this.#events?.settled();
      await this.#options.checkpoints.flush();
    } finally {
      this.#held.dispose();
    }
  }

  #counts(rule: string): WorkCounts {
    return this.#queue.hasRule(rule) ? this.#queue.counts(rule) : NOTHING;
  }

  #startResources(): void {
    const { resources } = this.#options;
    if (!resources) return;
    this.#queue.addRule(RESOURCES, {
      concurrency: 1,
      debounce: { waitMs: 500, longestMs: 5_000 },
      run: (key, attempts, waitedMs) =>
        this.#guard.run(
          { rule: RESOURCES, key, object: undefined, turn: { attempts, waitedMs }, timeoutMs: RESOURCES_TIMEOUT_MS },
          async () => {
            await resources.run();
            return { status: "done" };
          },
        ),
    });
    this.#health.start(RESOURCES);
    this.#addResources();
  }

  #addResources(): void {
    if (this.#queue.hasRule(RESOURCES)) this.#queue.add(RESOURCES, RESOURCES, { live: true, fresh: true });
  }

  async #startObjects(name: string, definition: ObjectRule): Promise<void> {
    const { signal } = this.#stopped;
    const known = new Set<string>();
    const fights = this.#fights(name, definition);
    let add = (uid: string, _cause: WorkCause & { readonly missed?: boolean }): void => void known.add(uid);
    const subjects = this.#held.use(
      new Subjects({
        informers: this.#informers,
        kind: definition.kind,
        select: definition.options,
        // A function that tells about changes is told about its own as well.
        writer: definition.type === "changed" ? undefined : name,
        onWritten: (old, object) => fights.wrote(object.metadata.uid, old, object),
        onChange(uid, cause) {
          // What is outside of the cluster follows what is wanted, not what is.
          if (cause.fresh || definition.type !== "reconcile") add(uid, cause);
        },
      }),
    );
    const reads = "reads" in definition.options ? definition.options.reads ?? [] : [];
    const owned = definition.type === "each" ? (definition.options.owns ?? []).map(({ type }) => type) : [];
    this.#health.watch(name, [...subjects.inputs, ...this.#children.inputs(owned)]);
    if (definition.type === "each") this.#health.watch(name, this.#extensions.inputs);
    const informers = await this.#readInformers(name, reads.map(({ type }) => type));
    const call = this.#call(name, new Map([...informers].map(([kind, informer]) => [kind, sourceOf(informer)])));
    for (const [kind, informer] of informers) {
      informer.subscribe({
        onEvent({ object, old, by }) {
          for (const uid of call.concerned(kind, old ? [object, old] : [object])) {
            if (by === name && old) fights.wrote(uid, old, object);
            add(uid, { live: true, fresh: true });
          }
        },
      });
    }
    const finalizing = finalizingOf(this.#sessionOf(name), name, definition);
    const run = this.#objectRun(name, definition, subjects, call, fights, finalizing);
    await subjects.synced(signal);
    await this.#children.synced(owned, signal);
    if (definition.type === "each") await this.#extensions.synced(signal);
    await finalizing?.begin();
    const gate = this.#gate(name, run);
    this.#queue.addRule(name, this.#workRule(name, definition, run, subjects, gate, fights));
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
    known.clear();
    const throttled = () => fights.reason;
    this.#health.start(name, { blocked: () => gate?.blocked, throttled, objects: () => subjects.size });
  }

  /** The session in which a rule works: whatever it writes is seen at once by all that is watched here. */
  #sessionOf(rule: string): Session {
    const { session } = this.#options;
    // What rules do stands in the log.
    const listen: Listener = (event) => event.type === "outcome" || session.options.listen(event);
    const quiet = { ...session, options: { ...session.options, listen } };
    // What is only tried is not there afterwards.
    if (session.client.dryRun) return quiet;
    const client = session.client.withSender((sender) => new OverlaySender(sender, this.#informers, rule));
    return { ...quiet, client };
  }

  #fights(rule: string, { kind: { type } }: ObjectRule): RuleFights {
    const { session: { client, set, options: { clock } }, context: { mask }, log } = this.#options;
    return new RuleFights({ rule, type, ours: `${set.fieldManager}:${rule}`, client, clock, mask, log });
  }

  #gate(rule: string, run: RuleRun): PruneGate | undefined {
    if (!run.parents) return undefined;
    const { session: { client, set, options: { clock } } } = this.#options;
    return this.#held.use(
      new PruneGate({
        rule,
        client,
        set,
        clock,
        parents: () => run.parents!(),
        onAllowed: (uid) => this.#queue.add(rule, uid, { live: true, fresh: true }),
        onBlocked: (reason) => {
          this.#guard.block(rule, `blocked: ${reason}; to prune them: kubescript approve FILE ${rule}`);
        },
        onError: (error) => this.#guard.tell(rule, undefined, error),
      }),
    );
  }

  #objectRun(
    name: string,
    definition: ObjectRule,
    subjects: Subjects,
    call: RuleCall,
    fights: RuleFights,
    finalizing: Finalizing | undefined,
  ): RuleRun {
    const { context, checkpoints, observer } = this.#options;
    const session = this.#sessionOf(name);
    switch (definition.type) {
      case "each": {
        const children = this.#children;
        const onChildren: RunObserver["onChildren"] = (...told) => observer?.onChildren(...told);
        // A dry run tells what it would write by its journal.
        const log = session.client.dryRun ? () => {} : this.#options.log;
        const same = { name, session, context, fights, onChildren, log };
        const extensions = new RuleExtensions({ ...same, extensions: this.#extensions });
        return new EachRunner({ ...same, definition, subjects, children, extensions, call, finalizing });
      }
      case "changed":
        return new ChangedRunner({ name, definition, client: session.client, subjects, checkpoints, call });
      case "reconcile":
        return new ReconcileRunner({ definition, subjects, call, finalizing });
    }
  }

  async #readInformers(rule: string, types: readonly ResourceType[]): Promise<Map<string, Informer<LiveObject>>> {
    const informers = types.map((type) => this.#held.use(this.#informers.get(type, { allNamespaces: true })));
    this.#health.watch(rule, informers.map((informer, i) => ({ type: types[i]!, selector: "", informer })));
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
      run: async (key, attempts, waitedMs) => {
        const { dueMs } = table;
        checkpoints.set(name, { uid: TIMER_KEY, name: TIMER_KEY, value: String(clock.now()) });
        const called = { rule: name, key, object: undefined, turn: { attempts, waitedMs }, timeoutMs };
        await this.#guard.run(called, async (limit) => {
          await definition.run(call.context(undefined, limit, dueMs));
          return { status: "done" };
        });
        table.advance();
        return { status: "done", againMs: once ? undefined : table.waitMs() };
      },
    });
    this.#health.start(name, { nextMs: () => table.dueMs });
    this.#queue.add(name, TIMER_KEY, { live: true, delayMs: once ? 0 : table.waitMs() });
  }

  #workRule(
    name: string,
    { options }: ObjectRule,
    run: RuleRun,
    subjects: Subjects,
    gate: PruneGate | undefined,
    fights: RuleFights,
  ): WorkRule {
    const timeoutMs = parseDuration(options.timeout ?? "60s");
    return {
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      // Whoever runs everything once does not wait for what may still happen.
      debounce: this.#options.once ? undefined : debounceOf(options.debounce),
      run: (uid, attempts, waitedMs) => {
        const object = subjects.look(uid);
        const called = { rule: name, key: uid, object, turn: { attempts, waitedMs }, timeoutMs };
        const call = () =>
          this.#guard.run(called, (limit) => {
            if (gate && subjects.find(uid)) gate.found(uid);
            return gate?.holds(uid) ? Promise.resolve({ status: "done" }) : run.run(uid, limit);
          });
        return fights.hold(uid, object, call);
      },
    };
  }

  #call(rule: string, sources: ReadonlyMap<string, ReadSource>): RuleCall {
    const { log } = this.#options;
    const { client, set, options: { clock } } = this.#sessionOf(rule);
    const fieldManager = `${set.fieldManager}:${rule}`;
    return new RuleCall({
      rule,
      client: client.inNamespace(set.namespace).withFieldManager(fieldManager),
      fieldManager,
      sources,
      log,
      clock,
    });
  }

  #onDrift({ rule, owner }: Pick<ChildState, "rule" | "owner">): void {
    if (this.#queue.hasRule(rule)) this.#queue.add(rule, owner, { live: true, fresh: true });
  }
}
