/**
 * A sandbox for tests: an API server in this process, a clock that the test moves, and the commands of kubescript.
 *
 * @module
 */

import { systemClock } from "../base/clock.ts";
import { parseDuration } from "../base/duration.ts";
import { ManualClock } from "../base/manual_clock.ts";
import { seededRandom } from "../base/seeded_random.ts";
import { Client } from "../client/client.ts";
import type { ConnectClientOptions } from "../client/connect.ts";
import type { ClusterConfig } from "../client/config/cluster_config.ts";
import { fixedCredentials } from "../client/config/credentials.ts";
import { completeImpersonation } from "../client/config/impersonation.ts";
import { ConfigError } from "../client/config_error.ts";
import { KindFinder } from "../client/kind_finder.ts";
import { Transport } from "../client/transport.ts";
import { applyScript, deleteScript, planScript } from "../engine/commands.ts";
import type { Result, RunEvent } from "../engine/result.ts";
import { KubescriptError } from "../kube/error.ts";
import type { KubeObject, LiveObject } from "../kube/object.ts";
import type { Plan } from "../plan/change.ts";
import { type KubeconfigOptions, Sandbox } from "../sandbox/sandbox.ts";
import { Activity } from "./activity.ts";
import { type CommandEnvironment, commandOptions, complete } from "./commands.ts";
import { SandboxFaults } from "./faults/sandbox_faults.ts";
import { loadObject, readObjects } from "./load.ts";
import type {
  TestApplyOptions,
  TestedScript,
  TestPlanOptions,
  TestRunOptions,
  TestSandboxOptions,
  TestUser,
} from "./test_options.ts";
import { TestRun } from "./test_run.ts";
import { nextTurn, QUIET_TURNS } from "./turns.ts";

/** How long an answer may take, in milliseconds of real time. */
const PATIENCE_MS = 10_000;
/** How long a command waits for another one that holds the lock of the set, in milliseconds. */
const LONGEST_LOCK_MS = 60_000;
/** A function of a rule that asks nothing for so long waits for something that does not come by itself. */
const IDLE_MS = 2_000;

/**
 * Starts a sandbox.
 *
 * @param options How it is set up.
 * @returns The sandbox; `await using` ends it.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { script } from "@kubescript/kubescript";
 * import { ConfigMap } from "@kubescript/kubescript/kinds";
 *
 * const shop = script("shop", {
 *   resources: () => [ConfigMap({ metadata: { name: "settings" }, data: { color: "blue" } })],
 * });
 *
 * await using sandbox = await startSandbox();
 * await sandbox.apply(shop);
 * deepStrictEqual((await sandbox.client.get(ConfigMap, "settings")).data, { color: "blue" });
 * ```
 */
export async function startSandbox(options: TestSandboxOptions = {}): Promise<TestSandbox> {
  const { now = "2030-01-01T00:00:00Z", seed = 1 } = options;
  const clock = new ManualClock(Date.parse(now), seededRandom(seed));
  const faults = new SandboxFaults(clock);
  const errors: unknown[] = [];
  const sandbox = await Sandbox.start({
    ...options,
    clock,
    wrap: (handle) => faults.wrap(handle),
    onError: (error) => errors.push(error),
  });
  return new TestSandbox({ sandbox, clock, faults, errors });
}

interface Parts {
  readonly sandbox: Sandbox;
  readonly clock: ManualClock;
  readonly faults: SandboxFaults;
  readonly errors: readonly unknown[];
}

/** A sandbox for tests; see {@linkcode startSandbox}. */
export class TestSandbox implements AsyncDisposable {
  /** Lets things go wrong between clients and the sandbox. */
  readonly faults: SandboxFaults;
  /** A client that may do everything. */
  readonly client: Client;
  readonly #sandbox: Sandbox;
  readonly #clock: ManualClock;
  readonly #errors: readonly unknown[];
  readonly #activity = new Activity();
  readonly #held = new AsyncDisposableStack();
  readonly #runs = new Set<TestRun>();
  /** How many functions of rules wait for something that does not come by itself. */
  #idle = 0;

  /** @ignore Use {@linkcode startSandbox}. */
  constructor({ sandbox, clock, faults, errors }: Parts) {
    this.#sandbox = this.#held.use(sandbox);
    this.#clock = clock;
    this.#errors = errors;
    this.faults = faults;
    this.client = this.#connect({ concurrency: 16, requestTimeoutMs: 30_000 });
  }

  /** Its address, such as `http://127.0.0.1:39201`. */
  get server(): string {
    return this.#sandbox.server;
  }

  /** The authority by which clients know the server, as PEM; absent if it serves HTTP. */
  get ca(): string | undefined {
    return this.#sandbox.ca;
  }

  /** The time, which only {@linkcode advance} and waiting commands move on. */
  get now(): Date {
    return new Date(this.#clock.now());
  }

  /**
   * Makes a kubeconfig, for other programs.
   *
   * @param options As whom, and in which namespace.
   * @returns The kubeconfig, as a value; it can be written as JSON.
   */
  kubeconfig(options?: KubeconfigOptions): Record<string, unknown> {
    return this.#sandbox.kubeconfig(options);
  }

  /**
   * Puts objects into the cluster as they are given, with their status; namespaces that are missing are made.
   *
   * @param objects Objects, or manifests in YAML or JSON.
   * @returns The objects as they were stored.
   * @throws {KubescriptError} If an object is not valid.
   */
  async load(objects: string | KubeObject | readonly KubeObject[]): Promise<LiveObject[]> {
    const loaded = (await readObjects(objects)).map((object) => loadObject(this.#sandbox, object));
    await this.settled();
    return loaded;
  }

  /**
   * Acts as somebody else, for example to change something from outside.
   *
   * @param user The user's name.
   * @param options The groups, and in whose name fields are owned.
   * @returns A client of that user.
   */
  as(user: string, { groups = ["system:masters"], fieldManager = user }: TestUser = {}): Client {
    const options = { concurrency: 16, requestTimeoutMs: 30_000, impersonate: { user, groups } };
    return this.#connect(options).withFieldManager(fieldManager);
  }

  /**
   * Plans a script.
   *
   * @param script The script.
   * @param options Its params, and as whom.
   * @returns What an apply would change.
   */
  async plan(script: TestedScript, options: TestPlanOptions = {}): Promise<Plan> {
    return await this.#command((environment) => planScript(commandOptions(script, options, environment)));
  }

  /**
   * Applies a script, and waits until everything is ready. Time passes only as far as that takes.
   *
   * @param script The script.
   * @param options Its params, and what is allowed.
   * @returns What was done.
   * @throws {IncompleteError} If something could not be done, or is not ready; it has the result.
   */
  async apply(script: TestedScript, options: TestApplyOptions = {}): Promise<Result> {
    return complete(await this.#command((environment) => applyScript(commandOptions(script, options, environment))));
  }

  /**
   * Deletes what a script has made.
   *
   * @param script The script.
   * @param options What is allowed.
   * @returns What was done.
   * @throws {IncompleteError} If something could not be done; it has the result.
   */
  async delete(script: TestedScript, options: TestApplyOptions = {}): Promise<Result> {
    return complete(await this.#command((environment) => deleteScript(commandOptions(script, options, environment))));
  }

  /**
   * Runs a script: its resources and rules, or some rules only, until it is stopped.
   *
   * @param script The script.
   * @param options Which rules, and its params.
   * @returns The run, when it has done all that there was to do; `await using` stops it.
   * @throws {KubescriptError} If it ended by a failure meanwhile.
   */
  async run(script: TestedScript, options: TestRunOptions = {}): Promise<TestRun> {
    const run = new TestRun(commandOptions(script, options, this.#environment()), options, () => this.settled());
    this.#runs.add(run);
    const ended = run.ended.finally(() => this.#runs.delete(run));
    if (options.once) await this.#until(ended);
    else await Promise.race([ended, this.settled()]);
    return run;
  }

  /**
   * Runs a task of a script.
   *
   * @param script The script.
   * @param name The task's name.
   * @param args Its arguments.
   * @param options The params of the script.
   * @returns The run, which has ended.
   * @throws What the task throws.
   */
  async task(
    script: TestedScript,
    name: string,
    args: Readonly<Record<string, unknown>> = {},
    options: TestPlanOptions = {},
  ): Promise<TestRun> {
    return await this.run(script, { ...options, params: { ...options.params, ...args }, rules: [name], once: true });
  }

  /**
   * Lets time pass, timer by timer, and everything happen that comes with it.
   *
   * @param duration How much, such as `"10m"`.
   */
  async advance(duration: string): Promise<void> {
    await this.#clock.advance(parseDuration(duration), () => this.settled());
  }

  /** Closes all connections, as an API server does that restarts. */
  async restart(): Promise<void> {
    this.#sandbox.disconnect();
    await this.settled();
  }

  /**
   * Waits until nothing happens any more without time passing: all requests are answered, all watches have told
   * everything, and no rule has anything to do.
   *
   * @throws {KubescriptError} If that does not come.
   */
  async settled(): Promise<void> {
    await this.#settle(() => false);
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  /** Stops what runs, and ends the sandbox. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#runs].map((run) => run.stop()));
    await this.#held.disposeAsync();
  }

  async #settle(isOver: () => boolean): Promise<void> {
    const { registry } = this.#sandbox;
    let seen = "";
    let told = "";
    let sinceMs = 0;
    for (let quiet = 0; quiet < QUIET_TURNS && !isOver();) {
      this.#sandbox.settle();
      const pending = this.#activity.pending(registry.storage.revision, this.faults.held);
      const busy = pending.length === 0 ? this.#countBusy() : 0;
      const now = `${this.#activity.begun} ${registry.storage.revision} ${pending.length} ${busy}`;
      if (now !== seen) sinceMs = systemClock.monotonic();
      const forMs = systemClock.monotonic() - sinceMs;
      // Once is enough to find out that some functions do not go on.
      if (pending.length === 0) this.#idle = forMs > IDLE_MS ? busy : Math.min(this.#idle, busy);
      quiet = now === seen && pending.length === 0 && busy <= this.#idle ? quiet + 1 : 0;
      seen = now;
      if (pending.length > 0 && told !== now) registry.sendBookmarks();
      told = now;
      if (forMs > PATIENCE_MS) throw stuck(pending);
      await nextTurn();
    }
  }

  /** How much rules have to do at once, besides waiting for answers that time or nobody gives them. */
  #countBusy(): number {
    const waiting = this.#activity.sleeping + this.faults.held.size;
    return Math.max(0, [...this.#runs].reduce((sum, { busy }) => sum + busy, 0) - waiting);
  }

  /** What a command is given, and until when it waits for time to pass, by what it tells. */
  #environment(): CommandEnvironment & { untilMs: number } {
    const environment = {
      clock: this.#clock,
      signal: new AbortController().signal,
      connect: (options: ConnectClientOptions) => Promise.resolve(this.#connect(options)),
      untilMs: 0,
      listen: ({ type }: RunEvent) => {
        const longestMs = type === "waiting" ? Infinity : type === "locked" ? LONGEST_LOCK_MS : 0;
        environment.untilMs = this.#clock.monotonic() + longestMs;
      },
    };
    return environment;
  }

  /** Runs a command. Time passes when it tells that it waits for something, and nothing else happens. */
  async #command<T>(run: (environment: CommandEnvironment) => Promise<T>): Promise<T> {
    const environment = this.#environment();
    return await this.#until(run(environment), () => this.#clock.monotonic() < environment.untilMs);
  }

  async #until<T>(result: Promise<T>, waits: () => boolean = () => false): Promise<T> {
    let ended = false;
    const end = () => void (ended = true);
    result.then(end, end);
    let sinceMs = systemClock.monotonic();
    while (!ended) {
      await this.#settle(() => ended);
      const passes = !ended && (waits() || this.#activity.sleeping > 0) && this.#clock.fireNext();
      if (passes) sinceMs = systemClock.monotonic();
      else await nextTurn();
      if (systemClock.monotonic() - sinceMs > PATIENCE_MS) throw stuck(["a command"]);
    }
    return await result;
  }

  #connect({ guard, dryRun, impersonate, ...options }: Omit<ConnectClientOptions, "clock">): Client {
    const config = this.#config(impersonate);
    const transport = new Transport(config, { ...options, clock: this.#activity.clock(this.#clock) });
    const noted = this.#held.use(this.#activity.guard(transport));
    const sender = guard?.(noted) ?? noted;
    return new Client({ sender, kinds: new KindFinder(sender), namespace: config.namespace, dryRun });
  }

  #config(impersonate: ConnectClientOptions["impersonate"]): ClusterConfig {
    const { server, ca } = this.#sandbox;
    return {
      name: "sandbox",
      server,
      namespace: "default",
      tls: { caCerts: ca === undefined ? [] : [ca], insecureSkipTlsVerify: false },
      credentials: fixedCredentials({ authorization: `Bearer ${this.#sandbox.adminToken}` }),
      disableCompression: true,
      impersonate: completeImpersonation(impersonate ?? {}, (problem, options) => new ConfigError(problem, options)),
      source: "the sandbox",
    };
  }
}

function stuck(what: readonly string[]): KubescriptError {
  return new KubescriptError(`Cannot settle: ${what.join(", ")} is still under way`, {
    hint: "Let time pass with advance() meanwhile, if that is what it waits for",
  });
}
