import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Answer } from "../../client/answer.ts";
import type { AttemptOptions, Sender } from "../../client/sender.ts";
import { getRequest } from "../../kube/read_request.ts";
import type { KubeRequest } from "../../kube/request.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import {
  applyRequest,
  createRequest,
  deleteCollectionRequest,
  deleteRequest,
  patchRequest,
  replaceRequest,
} from "../../kube/write_request.ts";
import { FencingSender } from "./fencing_sender.ts";
import { HeldTerm, stopwatch, type Term } from "./term.ts";

const address = { namespace: "shop", name: "a" };
const object = { apiVersion: "v1", kind: "ConfigMap", metadata: address };
const apply = applyRequest(CONFIG_MAP, object, { fieldManager: "m" });
const REFUSED = "Cannot apply ConfigMap/shop/a: this process is not the leader";

/** A transport that makes two attempts of everything, unless it is refused. */
class Transport implements Sender {
  readonly limitsMs: (number | undefined)[] = [];
  between: () => Promise<void> | void = () => {};

  async #send(options: AttemptOptions = {}): Promise<void> {
    this.limitsMs.push(options.beforeAttempt?.());
    await this.between();
    this.limitsMs.push(options.beforeAttempt?.());
  }

  async send(_request: KubeRequest, options?: AttemptOptions): Promise<Answer> {
    await this.#send(options);
    return { status: 200, headers: new Headers(), text: "{}" };
  }

  async connect(_request: KubeRequest, _protocols: readonly string[], options?: AttemptOptions): Promise<never> {
    await this.#send(options);
    return undefined as never;
  }

  async *stream(): AsyncGenerator<never> {}

  serverTimeMs(): number {
    return 7;
  }

  [Symbol.dispose](): void {}
}

function makeTerm(clock: ManualClock, id = 0): HeldTerm {
  return new HeldTerm(clock, { id, resumed: false }, stopwatch(clock));
}

const questions: [what: string, request: KubeRequest][] = [
  ["a read", getRequest(CONFIG_MAP, address)],
  ["a dry run", applyRequest(CONFIG_MAP, object, { fieldManager: "m", dryRun: "All" })],
  ["a deletion that is only tried", deleteRequest(CONFIG_MAP, address, { dryRun: "All" })],
  ["a review", {
    method: "POST",
    verb: "create",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    what: "ask",
    body: {},
    idempotent: true,
  }],
];
for (const [what, request] of questions) {
  Deno.test(`FencingSender lets ${what} pass in a process that does not lead`, async () => {
    const transport = new Transport();
    strictEqual((await new FencingSender(transport, () => undefined).send(request)).status, 200);
    deepStrictEqual(transport.limitsMs, [undefined, undefined]);
  });
}

const writes: [what: string, request: KubeRequest][] = [
  ["a create", createRequest(CONFIG_MAP, object)],
  ["a replace", replaceRequest(CONFIG_MAP, object)],
  ["a patch", patchRequest(CONFIG_MAP, address, {}, "merge")],
  ["an apply", apply],
  ["a deletion", deleteRequest(CONFIG_MAP, address)],
  ["a deletion of a collection", deleteCollectionRequest(CONFIG_MAP, { namespace: "shop" })],
];
for (const [what, request] of writes) {
  Deno.test(`FencingSender refuses ${what} of a process that does not lead, and gives a leader the time it has`, async () => {
    const transport = new Transport();
    const refused = { name: "NotLeaderError", message: `Cannot ${request.what}: this process is not the leader` };
    await rejects(new FencingSender(transport, () => undefined).send(request), refused);
    deepStrictEqual(transport.limitsMs, []);
    const clock = new ManualClock();
    const term = makeTerm(clock);
    transport.between = () => clock.skip(1_500);
    await new FencingSender(transport, () => term).send(request);
    deepStrictEqual(transport.limitsMs, [13_000, 11_500]);
  });
}

Deno.test("FencingSender asks again before each attempt", async () => {
  const clock = new ManualClock();
  const term = makeTerm(clock);
  const transport = new Transport();
  transport.between = () => clock.skip(10_001);
  await rejects(new FencingSender(transport, () => term).send(apply), { message: REFUSED });
  ok(term.lost.aborted);
});

Deno.test("FencingSender refuses in a later term what was begun in an earlier one", async () => {
  const clock = new ManualClock();
  const first = makeTerm(clock);
  let term: Term = first;
  const transport = new Transport();
  transport.between = () => {
    first.end("it is over");
    term = makeTerm(clock, 2);
  };
  const sender = new FencingSender(transport, () => term);
  await rejects(sender.send(apply), { message: REFUSED });
  await sender.send(apply);
});

Deno.test("FencingSender gives no write more than 30 s, and none that must end at once", async () => {
  const transport = new Transport();
  const term = { id: 0, resumed: false, lost: new AbortController().signal };
  await new FencingSender(transport, () => ({ ...term, remainingMs: () => 60_000 })).send(apply);
  deepStrictEqual(transport.limitsMs, [30_000, 30_000]);
  await rejects(new FencingSender(transport, () => ({ ...term, remainingMs: () => 2_000 })).send(apply));
});

Deno.test("FencingSender takes commands in containers for writes, and streams for reads", async () => {
  const transport = new Transport();
  const sender = new FencingSender(transport, () => undefined);
  const exec: KubeRequest = { ...getRequest(CONFIG_MAP, address), what: "run a command in Pod/shop/a" };
  await rejects(sender.connect(exec, []), {
    message: "Cannot run a command in Pod/shop/a: this process is not the leader",
  });
  deepStrictEqual(await Array.fromAsync(sender.stream(exec, () => transport.stream())), []);
  strictEqual(sender.serverTimeMs(), 7);
});
