import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ManualClock, settle } from "../../base/manual_clock.ts";
import { TransportError } from "../../client/errors.ts";
import { getRequest } from "../../kube/read_request.ts";
import { Lease } from "../../kinds/coordination/v1.ts";
import { clientOf, type LeaseFault, LeaseSender, LeaseServer, refusal } from "./_lease_server_test.ts";
import { LeaderElection, type LeaderStatus } from "./leader.ts";
import type { Term } from "./term.ts";

const EPOCH = Date.parse("2026-08-01T12:00:00Z");

/** A process that takes part in an election, on a clock of its own. */
class Candidate {
  readonly clock = new ManualClock(EPOCH);
  readonly sender: LeaseSender;
  readonly election: LeaderElection;
  readonly statuses: LeaderStatus[] = [];
  readonly #stop = new AbortController();
  readonly #run: Promise<void>;

  constructor(server: LeaseServer, identity = "a") {
    this.sender = new LeaseSender(server);
    this.election = new LeaderElection({
      client: clientOf(this.sender),
      clock: this.clock,
      namespace: "shop",
      name: "tenants",
      identity,
      onChange: (status) => this.statuses.push(status),
    });
    this.#run = this.election.run(this.#stop.signal);
  }

  get term(): Term | undefined {
    return this.election.term;
  }

  /** Counts the requests, by their methods, and forgets them. */
  takeMethods(): string {
    return this.sender.methods.splice(0).join(" ");
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await settle();
    // What gets no answer is waited for until its deadline.
    await this.clock.advance(10_000);
    await this.#run;
  }
}

/** Runs a test with a server, and a candidate that has had its first chance. */
async function withCandidate(
  test: (candidate: Candidate, server: LeaseServer) => Promise<void>,
  prepare: (server: LeaseServer) => void = () => {},
): Promise<void> {
  const server = new LeaseServer();
  prepare(server);
  const candidate = new Candidate(server);
  await settle();
  await test(candidate, server);
  await candidate.stop();
}

function heldByB(server: LeaseServer): void {
  const renewTime = "2026-08-01T12:00:00.000000Z";
  server.edit({
    holderIdentity: "b",
    leaseDurationSeconds: 15,
    leaseTransitions: 4,
    acquireTime: renewTime,
    renewTime,
  });
}

Deno.test("LeaderElection makes the Lease, and renews it", () =>
  withCandidate(async ({ clock, election, ...candidate }, server) => {
    const { term } = election;
    ok(term);
    deepStrictEqual([term.id, term.resumed, term.remainingMs()], [0, false, 15_000]);
    await clock.advance(6_000);
    strictEqual(candidate.sender.methods.join(" "), "GET POST PUT PUT PUT");
    strictEqual(election.term, term);
    strictEqual(term.remainingMs(), 15_000);
    deepStrictEqual(server.lease!.spec, {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "2026-08-01T12:00:00.000000Z",
      renewTime: "2026-08-01T12:00:06.000000Z",
      leaseTransitions: 0,
    });
    deepStrictEqual(candidate.statuses, [{ term, holder: "a", reason: undefined }]);
  }));

const storedTimes = ["1999-01-01T00:00:00.000000Z", "2026-08-01T12:00:00.000000Z", "2042-01-01T00:00:00.000000Z"];
for (const renewTime of storedTimes) {
  Deno.test(`LeaderElection counts from when it saw a renewal, though it says ${renewTime}`, () =>
    withCandidate(async (candidate, server) => {
      await candidate.clock.advance(14_000);
      strictEqual(candidate.term, undefined);
      deepStrictEqual(candidate.statuses, [{ term: undefined, holder: "b", reason: undefined }]);
      // One more renewal; it is seen at 16 s.
      server.edit({ renewTime: renewTime.replace("00:00.0", "00:01.0") });
      await candidate.clock.advance(17_000);
      strictEqual(candidate.term, undefined);
      strictEqual(candidate.takeMethods(), Array(16).fill("GET").join(" "));
      await candidate.clock.advance(2_000);
      strictEqual(candidate.takeMethods(), "GET PUT");
      deepStrictEqual([candidate.term!.id, candidate.term!.resumed], [5, false]);
      strictEqual(server.lease!.spec!.holderIdentity, "a");
    }, (server) => {
      heldByB(server);
      server.edit({ renewTime });
    }));
}

Deno.test("LeaderElection does not take a Lease over because its time of day is set", () =>
  withCandidate(async (candidate) => {
    candidate.clock.set(3_600_000);
    await candidate.clock.advance(14_000);
    strictEqual(candidate.term, undefined);
  }, heldByB));

Deno.test("LeaderElection respects how long the holder says that the Lease holds", () =>
  withCandidate(async (candidate) => {
    await candidate.clock.advance(60_000);
    strictEqual(candidate.term, undefined);
    await candidate.clock.advance(2_000);
    ok(candidate.term);
  }, (server) => {
    heldByB(server);
    server.edit({ leaseDurationSeconds: 60 });
  }));

Deno.test("LeaderElection gives the Lease back, and another takes it at its next look", async () => {
  const server = new LeaseServer();
  const a = new Candidate(server, "a");
  await settle();
  const b = new Candidate(server, "b");
  await b.clock.advance(1_999);
  const { lost } = a.term!;
  a.sender.onRequest = () => ok(lost.aborted);
  a.takeMethods();
  await a.stop();
  strictEqual(a.takeMethods(), "PUT");
  match(lost.reason.message, /: this process gives the Lease back$/);
  deepStrictEqual(a.statuses.at(-1), { term: undefined, holder: undefined, reason: undefined });
  deepStrictEqual(server.lease!.spec, {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: "2026-08-01T12:00:00.000000Z",
    renewTime: "2026-08-01T12:00:00.000000Z",
    leaseTransitions: 0,
  });
  b.takeMethods();
  await b.clock.advance(1);
  strictEqual(b.takeMethods(), "GET PUT");
  strictEqual(b.term!.id, 1);
  await b.stop();
});

Deno.test("LeaderElection gives back nothing that it does not hold", async () => {
  const server = new LeaseServer();
  heldByB(server);
  const candidate = new Candidate(server);
  await settle();
  candidate.takeMethods();
  await candidate.stop();
  strictEqual(candidate.takeMethods(), "");
  strictEqual(server.lease!.spec!.holderIdentity, "b");
});

const hangUp = new TransportError(
  getRequest(Lease.type, { namespace: "shop", name: "tenants" }),
  "https://k",
  5,
  new TypeError("connection refused"),
);
const faults: [what: string, fault: LeaseFault, reason: RegExp][] = [
  ["is down", hangUp, /no answer from https:\/\/k: connection refused/],
  ["gives no answer", { carriedOut: false }, /no answer within 5 s/],
  ["forbids it", refusal(403, "Forbidden"), /Cannot (get|replace) Lease\/shop\/tenants: no \(403 Forbidden\)/],
  ["fails", refusal(500, "InternalError"), /500 InternalError/],
  ["answers what is no Lease", { status: 200, headers: new Headers(), text: "<html>" }, /not from a Kubernetes API/],
];
for (const [what, fault, reason] of faults) {
  Deno.test(`LeaderElection goes on as if nothing had happened after the server ${what} for a while`, () =>
    withCandidate(async (candidate) => {
      const { clock, sender } = candidate;
      const term = candidate.term!;
      await clock.advance(4_000);
      sender.fault = fault;
      await clock.advance(9_999);
      strictEqual(candidate.term, term);
      match(candidate.election.status.reason!, reason);
      candidate.takeMethods();
      await clock.advance(20_001);
      ok(term.lost.aborted);
      const { term: none, holder, reason: why } = candidate.election.status;
      deepStrictEqual([none, holder], [undefined, "a"]);
      match(why!, reason);
      ok(candidate.takeMethods().split(" ").length <= 11);
      sender.fault = undefined;
      await clock.advance(5_000);
      deepStrictEqual([candidate.term!.id, candidate.term!.resumed], [0, true]);
      strictEqual(candidate.election.status.reason, undefined);
      deepStrictEqual(
        candidate.statuses.filter((status, i, all) => status.term !== all[i - 1]?.term).map(({ term }) => term),
        [term, undefined, candidate.term],
      );
    }));
}

Deno.test("LeaderElection leaves no repetition to the transport, which would ask more often", () =>
  withCandidate(async (candidate) => {
    const repeated: boolean[] = [];
    candidate.sender.onRequest = ({ idempotent }) => repeated.push(idempotent);
    await candidate.clock.advance(4_000);
    deepStrictEqual(repeated, [false, false]);
  }, heldByB));

Deno.test("LeaderElection stands by and says why as long as it may not even look", () =>
  withCandidate(async (candidate) => {
    candidate.sender.fault = undefined;
    deepStrictEqual(candidate.election.status, {
      term: undefined,
      holder: undefined,
      reason: "Cannot create Lease/shop/tenants: the answer is not from a Kubernetes API: 200 with an empty body",
    });
    await candidate.clock.advance(2_000);
    ok(candidate.term);
  }, (server) => {
    const handle = server.handle.bind(server);
    server.handle = (request) => {
      if (request.method === "GET") return handle(request);
      server.handle = handle;
      return { status: 200, headers: new Headers(), text: "" };
    };
  }));

Deno.test("LeaderElection begins a new term if another process led in between", () =>
  withCandidate(async (candidate, server) => {
    const { clock, sender } = candidate;
    const { lost } = candidate.term!;
    sender.fault = { carriedOut: false };
    await clock.advance(20_000);
    ok(lost.aborted);
    heldByB(server);
    sender.fault = undefined;
    await clock.advance(5_000);
    deepStrictEqual(candidate.election.status, { term: undefined, holder: "b", reason: undefined });
    server.edit({ holderIdentity: "" });
    await clock.advance(2_000);
    deepStrictEqual([candidate.term!.id, candidate.term!.resumed], [5, false]);
  }));

Deno.test("LeaderElection takes a stall of the process for a loss", () =>
  withCandidate(async (candidate) => {
    const { clock } = candidate;
    const term = candidate.term!;
    clock.skip(10_001);
    strictEqual(candidate.term, undefined);
    ok(term.lost.aborted);
    await clock.advance(0);
    deepStrictEqual([candidate.term!.id, candidate.term!.resumed, candidate.term!.remainingMs()], [0, true, 15_000]);
    const resumed = candidate.term!;
    clock.skip(9_000);
    await clock.advance(0);
    strictEqual(candidate.term, resumed);
  }));

Deno.test("LeaderElection does not lead by an answer that it reads too late", async () => {
  const server = new LeaseServer();
  const candidate = new Candidate(server);
  const { clock, sender } = candidate;
  sender.onRequest = ({ method }) => {
    if (method !== "POST") return;
    strictEqual(candidate.statuses.length, 0);
    clock.skip(10_001);
  };
  await settle();
  await clock.advance(0);
  strictEqual(sender.methods.join(" "), "GET POST PUT");
  // It never knew that it led before, so there is nothing to go on with.
  deepStrictEqual(candidate.statuses.map(({ term }) => [term?.id, term?.resumed]), [[0, false]]);
  await candidate.stop();
});

Deno.test("LeaderElection counts its term from when it asked for it", async () => {
  const candidate = new Candidate(new LeaseServer());
  candidate.sender.onRequest = ({ method }) => void (method === "POST" && candidate.clock.skip(3_000));
  await settle();
  strictEqual(candidate.term!.remainingMs(), 12_000);
  await candidate.stop();
});

Deno.test("LeaderElection knows a Lease that it took without hearing of it", async () => {
  const server = new LeaseServer();
  const candidate = new Candidate(server);
  candidate.sender.onRequest = ({ method }) => {
    candidate.sender.fault = method === "POST" ? { carriedOut: true } : undefined;
  };
  await candidate.clock.advance(4_999);
  deepStrictEqual([candidate.term, server.lease!.spec!.holderIdentity], [undefined, "a"]);
  await candidate.clock.advance(1);
  deepStrictEqual([candidate.term!.id, candidate.term!.resumed], [0, false]);
  await candidate.stop();
});

Deno.test("LeaderElection keeps what others write beside it, and loses no time by it", () =>
  withCandidate(async (candidate, server) => {
    const term = candidate.term!;
    const { lease } = server;
    server.store({ ...lease!, metadata: { ...lease!.metadata, annotations: { "example.com/a": "b" } } });
    candidate.takeMethods();
    await candidate.clock.advance(2_000);
    strictEqual(candidate.takeMethods(), "PUT GET PUT");
    deepStrictEqual([candidate.term, term.remainingMs()], [term, 15_000]);
    deepStrictEqual(server.lease!.metadata.annotations, { "example.com/a": "b" });
  }));

const losses: [what: string, change: (server: LeaseServer) => void, reason: string, after: number | undefined][] = [
  ["another took it", heldByB, '"b" has taken the Lease', undefined],
  ["somebody released it", (server) => server.edit({ holderIdentity: "" }), "the Lease has changed hands", 1],
  ["it was deleted", (server) => server.lease = undefined, "the Lease has changed hands", 0],
];
for (const [what, change, reason, after] of losses) {
  Deno.test(`LeaderElection ends its term if ${what}`, () =>
    withCandidate(async (candidate, server) => {
      const { lost } = candidate.term!;
      change(server);
      await candidate.clock.advance(2_000);
      strictEqual(lost.reason.message, `Cannot go on as the leader: ${reason}`);
      deepStrictEqual([candidate.term?.id, candidate.term?.resumed ?? false], [after, false]);
    }));
}

Deno.test("LeaderElection.run() ends in time though nobody answers", async () => {
  const server = new LeaseServer();
  const candidate = new Candidate(server);
  await settle();
  candidate.sender.fault = { carriedOut: false };
  await candidate.clock.advance(3_000);
  await candidate.stop();
  strictEqual(candidate.election.status.reason, "no answer within 5 s");
});
