import { strictEqual } from "node:assert/strict";
import type { RunEvent } from "../engine/result.ts";
import { change, type FakeHost, fakeHost, fakeInvocation } from "./fake_host_test.ts";
import { Progress } from "./progress.ts";

const plan = { script: "shop", namespace: "prod", changes: [] };

function outcome(name: string, status: "done" | "failed" = "done"): RunEvent {
  return { type: "outcome", outcome: { change: change("create", `ConfigMap/prod/${name}`), status } };
}

function waiting(...names: string[]): RunEvent {
  const refs = names.map((name) => ({ ref: change("create", `Pod/prod/${name}`).ref, reason: "not yet" }));
  return { type: "waiting", for: "ready", refs };
}

function tell(host: FakeHost, events: readonly RunEvent[], flags: { verbose?: boolean; output?: "json" } = {}): void {
  const progress = new Progress(fakeInvocation(host, flags), "applying");
  for (const event of events) progress.listen(event);
  progress.clear();
}

Deno.test("Progress writes the outcome of each object in a small run", () => {
  const host = fakeHost();
  tell(host, [{ type: "planned", plan, total: 2 }, outcome("a"), outcome("b", "failed")]);
  strictEqual(host.out(), "created   ConfigMap/prod/a\nfailed    ConfigMap/prod/b\n");
  strictEqual(host.err(), "");
});

Deno.test("Progress writes only what did not work in a large run", () => {
  const planned: RunEvent = { type: "planned", plan, total: 51 };
  const host = fakeHost();
  tell(host, [planned, outcome("a"), outcome("b", "failed")]);
  strictEqual(host.out(), "failed    ConfigMap/prod/b\n");
  strictEqual(host.err(), "applying 51 objects\n");

  const verbose = fakeHost();
  tell(verbose, [planned, outcome("a")], { verbose: true });
  strictEqual(verbose.out(), "created   ConfigMap/prod/a\n");
});

Deno.test("Progress leaves standard output to the JSON document", () => {
  const host = fakeHost();
  tell(host, [{ type: "planned", plan, total: 1 }, outcome("a")], { output: "json" });
  strictEqual(host.out(), "");
});

Deno.test("Progress draws one line on a terminal, and counts not too often", () => {
  const host = fakeHost({ columns: 30 });
  const progress = new Progress(fakeInvocation(host, {}), "applying");
  progress.listen({ type: "planned", plan, total: 60 });
  progress.listen(outcome("a"));
  progress.listen(outcome("b"));
  host.pass(100);
  progress.listen(outcome("c"));
  progress.listen(waiting("p"));
  progress.clear();
  progress.clear();
  strictEqual(
    host.err(),
    "\r\x1b[Kapplying 1/60\r\x1b[Kapplying 3/60\r\x1b[Kwaiting for 1 to be ready: P…\r\x1b[K",
  );
});

Deno.test("Progress takes the drawn line away before it writes others", () => {
  const host = fakeHost({ columns: 80 });
  tell(host, [waiting("p"), { type: "warning", message: "old" }, { type: "warning", message: "old" }]);
  strictEqual(host.err(), "\r\x1b[Kwaiting for 1 to be ready: Pod/prod/p: not yet\r\x1b[Kwarning: old\n");
});

Deno.test("Progress says elsewhere now and then what it waits for, when that changes", () => {
  const host = fakeHost();
  const progress = new Progress(fakeInvocation(host, {}), "applying");
  progress.listen(waiting("a", "b", "c", "d"));
  progress.listen(waiting("a"));
  host.pass(5_000);
  progress.listen(waiting("a", "b", "c", "d"));
  progress.listen(waiting("a"));
  strictEqual(
    host.err(),
    "waiting for 4 to be ready: Pod/prod/a: not yet; Pod/prod/b: not yet; Pod/prod/c: not yet; …\n" +
      "waiting for 1 to be ready: Pod/prod/a: not yet\n",
  );
});

Deno.test("Progress says once which other run it waits for", () => {
  const host = fakeHost();
  tell(host, [{ type: "locked", holder: "ci/1" }, { type: "locked", holder: "ci/1" }]);
  strictEqual(host.err(), "Waiting for another run on the same set: ci/1\n");
});
