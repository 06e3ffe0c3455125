import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Answer } from "../../client/answer.ts";
import type { AttemptOptions } from "../../client/sender.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { clientOf, LeaseSender, LeaseServer } from "./_lease_server_test.ts";
import { FencingSender } from "./fencing_sender.ts";
import { LeaderElection } from "./leader.ts";

const STEP_MS = 250;
const write: KubeRequest = { method: "PATCH", verb: "patch", path: "/api/a", what: "patch Pod/a", idempotent: false };

/** What a network does: how long a request and its answer are on their way; for ever, if they get lost. */
interface Way {
  readonly toMs: number;
  readonly backMs: number;
}

const GOOD: Way = { toMs: 0, backMs: 0 };

/** One server, several processes, and the time in which they all are. */
class Model {
  readonly server = new LeaseServer();
  readonly processes: Process[] = [];
  readonly #events: { readonly atMs: number; readonly run: () => void }[] = [];
  nowMs = 0;
  writes = 0;
  /** When two processes were allowed to write. */
  readonly overlapsMs: number[] = [];

  later(ms: number, run: () => void): void {
    if (ms === 0) run();
    else if (ms < Infinity) this.#events.push({ atMs: this.nowMs + ms, run });
  }

  async pass(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
      this.nowMs += STEP_MS;
      for (const event of this.#events.toSorted((a, b) => a.atMs - b.atMs)) {
        if (event.atMs > this.nowMs) continue;
        this.#events.splice(this.#events.indexOf(event), 1);
        event.run();
      }
      for (const process of this.processes) await process.live();
    }
  }

  /** A process may write for so long: nobody else may at the same time. */
  onWrite(writer: Process, untilMs: number): void {
    this.writes++;
    for (const process of this.processes) {
      if (process !== writer && process.writesUntilMs > this.nowMs) this.overlapsMs.push(this.nowMs);
    }
    writer.writesUntilMs = Math.max(writer.writesUntilMs, untilMs);
  }
}

/** A process with a clock that goes wrong, behind a network that does as well. */
class Process {
  readonly clock: ManualClock;
  way = GOOD;
  writesUntilMs = 0;
  election!: LeaderElection;
  readonly #model: Model;
  readonly #rate: number;
  readonly #number: number;
  #stop = new AbortController();
  #run = Promise.resolve();
  #runs = 0;
  #aliveMs = 0;
  #stalledUntilMs = 0;
  #isDraining = false;
  /** What has come in and is not read yet. */
  readonly #answers: (() => void)[] = [];

  constructor(model: Model, number: number, rate: number, epochMs: number) {
    this.#model = model;
    this.#number = number;
    this.#rate = rate;
    this.clock = new ManualClock(epochMs);
    this.begin();
  }

  begin(): void {
    this.#isDraining = false;
    const sender = new LeaseSender(this.#model.server);
    sender.send = (request, options) => this.#send(request, options!.signal!);
    this.election = new LeaderElection({
      client: clientOf(sender),
      clock: this.clock,
      namespace: "shop",
      name: "tenants",
      identity: `${this.#number}-${this.#runs++}`,
    });
    this.#stop = new AbortController();
    this.#run = this.election.run(this.#stop.signal);
  }

  /** Stops in good order, and begins again as another. */
  async restart(): Promise<void> {
    if (this.#isDraining || this.#stalledUntilMs > this.#model.nowMs) return;
    this.#isDraining = true;
    while (this.writesUntilMs > this.#model.nowMs) await this.#model.pass(STEP_MS);
    this.#stop.abort();
    void this.#run.then(() => this.begin());
  }

  stall(ms: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, this.#model.nowMs + ms);
  }

  wake(): void {
    this.#stalledUntilMs = this.#model.nowMs;
  }

  async live(): Promise<void> {
    const { nowMs } = this.#model;
    if (this.#stalledUntilMs > nowMs) return;
    const passedMs = (nowMs - this.#aliveMs) * this.#rate;
    this.#aliveMs = nowMs;
    if (passedMs <= STEP_MS * 2) await this.clock.advance(passedMs);
    else {
      this.clock.skip(passedMs);
      this.write();
    }
    for (const read of this.#answers.splice(0)) read();
    await this.clock.advance(0);
    this.write();
  }

  /** Writes, if it may. */
  write(): void {
    if (this.#isDraining) return;
    const transport = new LeaseSender(this.#model.server);
    transport.send = (_request, { beforeAttempt }: AttemptOptions = {}) => {
      this.#model.onWrite(this, this.#model.nowMs + beforeAttempt!() / this.#rate);
      return Promise.reject(new Error("Cannot write: this is a model"));
    };
    new FencingSender(transport, () => this.election.term).send(write).catch(() => {});
  }

  #send(request: KubeRequest, signal: AbortSignal): Promise<Answer> {
    const { toMs, backMs } = this.way;
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      const arrive = () => {
        const answer = this.#model.server.handle(request);
        this.#model.later(backMs, () => this.#answers.push(() => resolve(answer)));
      };
      this.#model.later(toMs, arrive);
    });
  }
}

type Command =
  | { readonly does: "pass"; readonly steps: number }
  | { readonly does: "way"; readonly n: number; readonly way: Way }
  | { readonly does: "stall"; readonly n: number; readonly ms: number }
  | { readonly does: "set"; readonly n: number; readonly ms: number }
  | { readonly does: "restart"; readonly n: number };

const n = fc.nat(2);
const delayMs = fc.constantFrom(0, 0, 500, 3_000, 4_500, 12_000, Infinity, Infinity);
const way = fc.oneof(fc.constant(GOOD), fc.record({ toMs: delayMs, backMs: delayMs }));

function seconds(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min, max }).map((s) => s * 1_000);
}

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant("pass"), steps: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("way"), n, way }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("stall"), n, ms: seconds(1, 40) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("set"), n, ms: seconds(-60, 60) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("restart"), n }) },
);

async function carryOut(model: Model, command: Command): Promise<void> {
  if (command.does === "pass") return await model.pass(command.steps * STEP_MS);
  const process = model.processes[command.n % model.processes.length]!;
  switch (command.does) {
    case "way":
      process.way = command.way;
      break;
    case "stall":
      process.stall(command.ms);
      break;
    case "set":
      process.clock.set(command.ms);
      break;
    case "restart":
      await process.restart();
  }
}

// The clocks of two machines may differ by 10 %: 13 s of a leader are less than 15 s of the others.
const processes = fc.array(
  fc.record({ rate: fc.constantFrom(95, 100, 105), epochMs: fc.nat(4e12) }),
  { minLength: 2, maxLength: 3 },
);

Deno.test("LeaderElection never lets two processes write at the same time, and one in the end", async () => {
  await fc.assert(
    fc.asyncProperty(processes, fc.array(command, { maxLength: 40, size: "max" }), async (clocks, commands) => {
      const model = new Model();
      for (const [i, { rate, epochMs }] of clocks.entries()) {
        model.processes.push(new Process(model, i, rate / 100, epochMs));
      }
      for (const command of commands) await carryOut(model, command);
      for (const process of model.processes) {
        process.way = GOOD;
        process.wake();
      }
      // What is under way still comes, and a Lease may have to expire first.
      await model.pass(40_000);
      deepStrictEqual(model.overlapsMs, []);
      strictEqual(model.processes.filter(({ election }) => election.term).length, 1);
      ok(model.writes > 0);
    }),
    { numRuns: 500 },
  );
});
