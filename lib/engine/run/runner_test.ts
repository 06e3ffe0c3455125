import { rejects, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../base/manual_clock.ts";
import type { Client } from "../../client/client.ts";
import { CONFIG_MAP } from "../../kube/well_known_types.ts";
import { Mask } from "../../plan/mask.ts";
import type { SetIdentity } from "../../plan/set_identity.ts";
import { NotedKinds } from "../noted_kinds.ts";
import type { Session } from "../session.ts";
import { MemoryCheckpoints } from "./memory_checkpoints.ts";
import { RunCaches } from "./run_caches.ts";
import { Runner } from "./runner.ts";
import type { RunnerOptions } from "./runner_options.ts";

Deno.test("Runner ends its watches though the last checkpoints cannot be stored", async () => {
  const clock = new ManualClock();
  let watches = 0;
  const client = {
    namespace: "n",
    dryRun: false,
    stream: async function* (_request: unknown, _read: unknown, { signal }: { signal: AbortSignal }) {
      watches++;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      watches--;
      yield* [];
    },
  } as unknown as Client;
  const set = { id: "x", namespace: "n", script: "x", parentName: "kubescript-x", fieldManager: "kubescript/n/x" };
  const checkpoints = Object.assign(new MemoryCheckpoints(), { flush: () => Promise.reject(new Error("forbidden")) });
  const session = { client, set: set as SetIdentity, options: { clock } } as unknown as Session;
  await using caches = new RunCaches(session, () => {});
  const runner = new Runner({
    session,
    caches,
    extendedKinds: new NotedKinds(session, undefined, "extended"),
    rules: new Map(),
    context: { mask: new Mask() } as RunnerOptions["context"],
    checkpoints,
    concurrency: 1,
    once: false,
    mayAct: () => true,
    resources: { types: [CONFIG_MAP], run: () => Promise.resolve() },
    log() {},
  });
  for (let i = 0; i < 20; i++) await Promise.resolve();
  strictEqual(watches, 1);
  await rejects(runner[Symbol.asyncDispose](), /forbidden/);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  strictEqual(watches, 0);
});
