/**
 * A soak test: two runners, faults and edits at random, and what must hold all the time.
 *
 * @module
 */
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { ConfigMap } from "../../lib/kinds/core/v1.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { tokens } from "../cluster/pki.ts";
import { type SecondApiServer, startSecondApiServer } from "../cluster/second_api_server.ts";
import { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import { findWrongChanges, type ToldChange } from "../runner/change_log.ts";
import { rateOf } from "../runner/request_rate.ts";
import { type Random, World } from "../runner/world.ts";
import { seededRandom } from "../../lib/base/seeded_random.ts";
import { findLedgerProblem, Ledger } from "./ledger.ts";
import { type Accident, ACCIDENTS } from "./accidents.ts";
import { Replica } from "./replica.ts";

const SOURCES = 60;
const EDIT_MS = 250;
/** The next leader comes within 20 s, and backoffs take their time. */
const PATIENCE_MS = 90_000;
const MOST_REQUESTS_A_SECOND = 300;
const MOST_GROWTH_MIB = 30;

/** What a soak test works on. */
export interface SoakOptions {
  /** A control plane of its own. */
  readonly cluster: Cluster;
  /** A client that no fault disturbs. */
  readonly admin: Client;
  /** The namespace. */
  readonly namespace: string;
  /** What the accidents depend on. */
  readonly seed: number;
}

/** One place for a process, with its own way to the API server. */
interface Seat {
  readonly letter: string;
  readonly proxy: FaultProxy;
  readonly kubeconfig: string;
  replica: Replica;
  count: number;
}

/** What an accident can strike. */
export interface Scene {
  /** The ways to the API server. */
  readonly proxies: readonly FaultProxy[];
  /** The API server. */
  readonly server: SecondApiServer;
  /** Draws a number from 0 to 1. */
  readonly random: Random;
  /** The processes; the first one is never killed, so that its memory can be judged. */
  readonly replicas: () => readonly Replica[];
  /** Starts another process in the place of the second one. */
  readonly restart: () => Promise<void>;
  /** Waits. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A soak test that is under way. */
export class Soak implements AsyncDisposable {
  /** What is wrong. */
  readonly problems: string[] = [];
  readonly #world: World;
  readonly #told: ToldChange[] = [];
  readonly #random: Random;
  readonly #seats: Seat[] = [];
  readonly #ledger: Ledger;
  readonly #server: SecondApiServer;
  readonly #options: SoakOptions;
  #held: AsyncDisposableStack;
  readonly #counts = new Map<string, number>();
  readonly #recoveryMs: number[] = [];
  readonly #rates = { total: 0, most: 0, outage: 0 };
  #elapsedMs = 0;

  private constructor(options: SoakOptions, server: SecondApiServer, held: AsyncDisposableStack) {
    this.#options = options;
    this.#server = server;
    this.#held = held;
    this.#random = seededRandom(options.seed);
    this.#world = new World(options.admin, options.namespace);
    this.#ledger = held.use(new Ledger(options.admin, options.namespace));
  }

  /**
   * Starts the processes.
   *
   * @param options What they work on.
   * @returns The test, when everything is as it should be for the first time.
   */
  static async start(options: SoakOptions): Promise<Soak> {
    await using held = new AsyncDisposableStack();
    const { cluster } = options;
    const server = held.use(await startSecondApiServer(cluster));
    const upstream = JSON.parse(await Deno.readTextFile(server.kubeconfig)).clusters[0].cluster.server;
    const upstreamCa = await Deno.readTextFile(`${cluster.dir}/pki/ca.crt`);
    const soak = new Soak(options, server, held);
    await soak.#world.create(SOURCES);
    for (const letter of ["a", "b"]) {
      const proxy = held.use(new FaultProxy({ upstream, upstreamCa }));
      const user = { token: tokens.admin };
      const kubeconfig = await cluster.writeKubeconfig({ user, server: proxy.server, ca: proxy.ca });
      const seat = { letter, proxy, kubeconfig, count: 0 } as unknown as Seat;
      soak.#startReplica(seat);
      soak.#seats.push(seat);
    }
    held.defer(async () => {
      for (const { replica } of soak.#seats) await replica[Symbol.asyncDispose]();
    });
    soak.#held = held.move();
    await soak.#recover("the start");
    return soak;
  }

  /**
   * Lets accidents happen.
   *
   * @param ms For how long.
   */
  async run(ms: number): Promise<void> {
    const startMs = systemClock.monotonic();
    const isOver = () => systemClock.monotonic() - startMs > ms;
    let left: Accident[] = [];
    while (!isOver()) {
      if (left.length === 0) left = shuffled(ACCIDENTS, this.#random);
      const accident = left.pop()!;
      await this.#suffer(accident);
      await this.#recover(accident.name);
      this.#elapsedMs = systemClock.monotonic() - startMs;
      this.#judge();
    }
    await this.#end();
  }

  /** What was seen, in words. */
  summary(): string {
    const recoveries = this.#recoveryMs.toSorted((a, b) => a - b).map((ms) => (ms / 1_000).toFixed(1));
    const [first] = this.#seats;
    const accidents = [...this.#counts].map(([name, count]) => `${count} × ${name}`).join(", ");
    const mean = (this.#rates.total / this.#elapsedMs * 1_000).toFixed(1);
    return [
      `${(this.#elapsedMs / 60_000).toFixed(1)} minutes, ${this.#world.edits} edits by others, ${accidents}`,
      `changes told: ${this.#told.length} about ${this.#world.histories.size} objects`,
      `all was well again after ${recoveries[Math.floor(recoveries.length / 2)]} s (median), ${
        recoveries.at(-1)
      } s at most`,
      `requests: ${this.#rates.total}, ${mean} a second on average, ${this.#rates.most} in the worst second`,
      `memory of ${first?.replica.name}: ${showGrowth(first?.replica.rss ?? [])}`,
      `writers in turn: ${this.#ledger.writers.join(" ")}`,
      ...this.problems.length === 0 ? ["Nothing was wrong"] : [`${this.problems.length} WRONG:`, ...this.problems],
    ].join("\n");
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync();
  }

  #startReplica(seat: Seat): void {
    const name = `${seat.letter}${seat.count++}`;
    const onTold = (change: ToldChange) => void this.#told.push(change);
    const { kubeconfig } = seat;
    seat.replica = new Replica({ name, kubeconfig, namespace: this.#options.namespace, onTold });
  }

  /** Others go on editing while it happens. */
  async #suffer({ name, happen }: Accident): Promise<void> {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    const over = new AbortController();
    const editing = this.#edit(over.signal);
    try {
      await happen({
        proxies: this.#seats.map(({ proxy }) => proxy),
        server: this.#server,
        random: this.#random,
        replicas: () => this.#seats.map(({ replica }) => replica),
        sleep: (ms) => systemClock.sleep(ms),
        restart: async () => {
          const seat = this.#seats[1]!;
          const code = await seat.replica.end();
          if (code !== 0 && code !== 137) this.problems.push(`${seat.replica.name} ended with code ${code}`);
          this.#startReplica(seat);
        },
      });
    } finally {
      over.abort();
      await editing;
    }
  }

  async #edit(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.#world.edit(this.#random);
      for (const { replica } of this.#seats) await replica.measure();
      await systemClock.sleep(EDIT_MS);
    }
  }

  async #recover(name: string): Promise<void> {
    const startMs = systemClock.monotonic();
    for (;;) {
      const wrong = [...await this.#world.findWrong(), ...findWrongChanges(this.#told, this.#world.histories)];
      const elapsedMs = systemClock.monotonic() - startMs;
      if (wrong.length === 0) {
        this.#recoveryMs.push(elapsedMs);
        console.log(`${name}: all was well after ${(elapsedMs / 1_000).toFixed(1)} s`);
        return;
      }
      if (elapsedMs > PATIENCE_MS) {
        const logs = this.#seats.flatMap(({ replica }) => [...replica.log.slice(-15), replica.errors]);
        const told = this.#told.filter(({ uid }) => wrong.some((line) => line.startsWith(uid)))
          .map((change) => JSON.stringify(change));
        throw new Error(`After ${name}, this is still wrong:\n${[...wrong, ...told, ...logs].join("\n")}`);
      }
      await systemClock.sleep(200);
    }
  }

  #judge(): void {
    for (const { proxy, replica } of this.#seats) {
      const { total, most } = rateOf(proxy.requests, 1);
      proxy.requests.length = 0;
      this.#rates.total += total;
      this.#rates.most = Math.max(this.#rates.most, most);
      if (most > MOST_REQUESTS_A_SECOND) this.problems.push(`${replica.name} sent ${most} requests in a second`);
      if (replica.ended) this.problems.push(`${replica.name} has ended: ${replica.errors}`);
    }
  }

  async #end(): Promise<void> {
    const rss = this.#seats[0]!.replica.rss;
    const [before, after] = thirds(rss);
    if (after - before > MOST_GROWTH_MIB) this.problems.push(`memory grew: ${showGrowth(rss)}`);
    const problem = findLedgerProblem(this.#ledger.writers, await this.#ledger.transitions());
    if (problem) this.problems.push(problem);
    for (const { replica } of this.#seats) {
      replica.kill("SIGTERM");
      const code = await replica.end();
      if (code !== 0) this.problems.push(`${replica.name} ended with code ${code}: ${replica.errors}`);
    }
    const { admin, namespace } = this.#options;
    await admin.inNamespace(namespace).deleteCollection(ConfigMap, {});
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, rank: random() })).sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** The medians of the second and of the last third. */
function thirds(samples: readonly number[]): [number, number] {
  const third = Math.floor(samples.length / 3);
  const median = (part: readonly number[]) => part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? 0;
  return [median(samples.slice(third, 2 * third)), median(samples.slice(2 * third))];
}

function showGrowth(rss: readonly number[]): string {
  const [before, after] = thirds(rss).map(Math.round);
  return `${before} MiB in the second third, ${after} MiB in the last, ${Math.round(Math.max(0, ...rss))} MiB at most`;
}
