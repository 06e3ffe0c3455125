/**
 * What can happen to runners, their network and the API server.
 *
 * @module
 */
import { failureStatus, statusAnswer } from "../../lib/testing/faults/answers.ts";
import type { Fault, RequestMatcher } from "../../lib/testing/faults/fault.ts";
import type { FaultProxy } from "../../lib/testing/faults/fault_proxy.ts";
import type { Scene } from "./soak.ts";

/** Something that happens, and is over when its function returns. */
export interface Accident {
  /** What it is called. */
  readonly name: string;
  /** Lets it happen. */
  readonly happen: (scene: Scene) => Promise<void>;
}

const gone = { reason: "Expired", message: "too old resource version: 1 (2)" };
const slowDown = { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 1 };
const unauthorized = { reason: "Unauthorized", message: "Unauthorized" };
const broken = { reason: "InternalError", message: "oops" };

/** All that can happen. */
export const ACCIDENTS: readonly Accident[] = [
  { name: "nothing for 20 s", happen: ({ sleep }) => sleep(20_000) },
  inject("API server down for 60 s", { fault: "drop" }, {}, 60_000),
  inject("429 for everything", { fault: "answer", answer: statusAnswer(429, slowDown) }),
  inject("410 for watches", { fault: "answer", answer: statusAnswer(410, gone) }, { watch: true }),
  inject("410 in watches", {
    fault: "insert",
    line: JSON.stringify({ type: "ERROR", object: failureStatus(410, gone) }),
    afterLines: 2,
  }, { watch: true }),
  inject("500 for writes", { fault: "answer", answer: statusAnswer(500, broken) }, { method: "PATCH" }),
  inject("401 for everything", { fault: "answer", answer: statusAnswer(401, unauthorized) }),
  inject("lost answers", { fault: "drop", carriedOut: true }, { watch: false }, 5_000),
  inject("slow answers", { fault: "delay", ms: 800 }),
  inject("watches that are cut", { fault: "cut", afterLines: 1, afterBytes: 30 }, { watch: true }),
  inject("watches that send everything twice", { fault: "duplicate" }, { watch: true }),
  {
    name: "black hole for one",
    async happen({ proxies, random, sleep }) {
      using _ = pick(proxies, random).blackHole();
      await sleep(5_000 + random() * 25_000);
    },
  },
  {
    name: "black hole for both",
    async happen({ proxies, random, sleep }) {
      using holes = new DisposableStack();
      for (const proxy of proxies) holes.use(proxy.blackHole());
      await sleep(5_000 + random() * 15_000);
    },
  },
  {
    name: "API server killed",
    async happen({ server, random, sleep }) {
      await server.kill();
      await sleep(random() * 10_000);
      await server.start();
    },
  },
  {
    name: "replica killed",
    async happen({ replicas, restart, sleep }) {
      replicas()[1]!.kill("SIGKILL");
      await restart();
      await sleep(5_000);
    },
  },
  {
    name: "replica replaced",
    async happen({ replicas, restart, sleep }) {
      replicas()[1]!.kill("SIGTERM");
      await restart();
      await sleep(5_000);
    },
  },
  {
    name: "replica that stands still",
    async happen({ replicas, random, sleep }) {
      const replica = pick(replicas(), random);
      replica.kill("SIGSTOP");
      await sleep(5_000 + random() * 20_000);
      replica.kill("SIGCONT");
    },
  },
];

function inject(name: string, fault: Fault, matcher: RequestMatcher = {}, ms: number = 12_000): Accident {
  return {
    name,
    async happen({ proxies, sleep }) {
      using injections = new DisposableStack();
      for (const proxy of proxies) injections.use(proxy.inject(fault, matcher));
      // What goes on already is struck, too.
      await Promise.all(proxies.map((proxy: FaultProxy) => proxy.closeConnections()));
      await sleep(ms);
    },
  };
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!;
}
