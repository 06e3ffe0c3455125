/**
 * Measures the sandbox: how fast it starts, how many objects and Pods it carries, and how many requests it answers.
 *
 * ```sh
 * eval "$(deno task -q cluster env)"
 * deno run -A bench/sandbox.ts --seconds=5
 * ```
 *
 * It ends with the figures as JSON. Requests are counted by second of the server's own processor time, too, as the load
 * runs on the same machine. With a test cluster it sends the same requests there.
 *
 * @module
 */
import { Agent, request } from "node:https";
import { parseArgs } from "node:util";
import { readLines } from "../lib/base/lines.ts";
import { attachVariable, testCluster } from "../tests/cluster/attach.ts";
import { tokens } from "../tests/cluster/pki.ts";
import { startTestSandbox } from "../tests/sandbox/test_sandbox.ts";

/** A server to send requests to. */
interface Target {
  readonly server: string;
  readonly ca: string;
  /** The process whose processor time counts. */
  readonly pid?: number;
}

/** A request of the load, by its number. */
type Ask = (i: number) => { method: string; path: string; type?: string; body?: unknown };

const CONNECTIONS = 8;
const { values } = parseArgs({
  options: { seconds: { type: "string", default: "5" }, starts: { type: "string", default: "7" } },
});
const namespace = `bench-sandbox-${crypto.randomUUID().slice(0, 8)}`;
const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const LOADS: Readonly<Record<string, Ask>> = {
  create: (i) => ({ method: "POST", path: maps, body: { metadata: { name: `made-${i}` }, data: { i: String(i) } } }),
  get: (i) => ({ method: "GET", path: `${maps}/made-${i % 100}` }),
  list: () => ({ method: "GET", path: `${maps}?limit=20` }),
  patch: (i) => ({
    method: "PATCH",
    path: `${maps}/made-${i % 100}`,
    type: "application/merge-patch+json",
    body: { data: { patched: String(i) } },
  }),
  apply: (i) => ({
    method: "PATCH",
    path: `${maps}/made-${i % 100}?fieldManager=bench&force=true`,
    type: "application/apply-patch+yaml",
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `made-${i % 100}` }, data: { applied: String(i) } },
  }),
};

const report: Record<string, unknown> = { coldStart: await coldStarts(Number(values.starts)) };
for (const mode of ["warm", "objects", "pods"]) report[mode] = await runCase(mode);
{
  await using sandbox = await startTestSandbox();
  report.requests = await measure(sandbox);
}
if (Deno.env.has(attachVariable)) {
  const { server, dir } = testCluster();
  report.requestsOfRealServer = await measure({ server, ca: await Deno.readTextFile(`${dir}/pki/ca.crt`) });
}
console.log(JSON.stringify(report, undefined, 2));

/** The whole life of a process that starts a sandbox, asks it once and ends. */
async function coldStarts(count: number): Promise<unknown> {
  const runs = [];
  for (let i = 0; i < count; i++) {
    const startMs = performance.now();
    const { importMs, startMs: ownMs } = await runCase("cold") as Record<string, number>;
    runs.push({ processMs: performance.now() - startMs, importMs: importMs!, startMs: ownMs! });
  }
  return {
    processMs: spread(runs.map(({ processMs }) => processMs)),
    importMs: spread(runs.map(({ importMs }) => importMs)),
    startMs: spread(runs.map(({ startMs }) => startMs)),
  };
}

async function runCase(mode: string): Promise<unknown> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", "--v8-flags=--expose-gc", "bench/sandbox_case.ts", mode],
    stdout: "piped",
  }).spawn();
  let figures: unknown;
  for await (const line of readLines(child.stdout)) figures = JSON.parse(line);
  const { code } = await child.status;
  if (code !== 0) throw new Error(`Cannot measure "${mode}": exit code ${code}`);
  return figures;
}

async function measure(target: Target): Promise<Record<string, unknown>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, ca: target.ca });
  const send = sender(target, agent);
  await send({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: namespace } } });
  const figures: Record<string, unknown> = {};
  for (const [name, ask] of Object.entries(LOADS)) {
    const cpuBefore = cpuMs(target.pid);
    const startMs = performance.now();
    const endMs = startMs + Number(values.seconds) * 1_000;
    let sent = 0;
    const latencies: number[] = [];
    await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < endMs) {
        const sentMs = performance.now();
        await send(ask(sent++));
        latencies.push(performance.now() - sentMs);
      }
    }));
    const seconds = (performance.now() - startMs) / 1_000;
    const cpuSeconds = (cpuMs(target.pid) - cpuBefore) / 1_000;
    latencies.sort((a, b) => a - b);
    figures[name] = {
      perSecond: Math.round(sent / seconds),
      ...target.pid !== undefined && { perCpuSecond: Math.round(sent / cpuSeconds) },
      medianMs: rounded(latencies[latencies.length >> 1]!),
      p99Ms: rounded(latencies[Math.floor(latencies.length * 0.99)]!),
    };
  }
  await send({ method: "DELETE", path: `/api/v1/namespaces/${namespace}` });
  agent.destroy();
  return figures;
}

function sender({ server }: Target, agent: Agent): (asked: ReturnType<Ask>) => Promise<void> {
  return ({ method, path, type = "application/json", body }) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${tokens.admin}`, "content-type": type };
      const outgoing = request(`${server}${path}`, { method, agent, headers }, (incoming) => {
        incoming.resume();
        incoming.on("end", () => {
          const { statusCode = 0 } = incoming;
          if (statusCode < 300) resolve();
          else reject(new Error(`Cannot ${method} ${path}: status ${statusCode}`));
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

function cpuMs(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function spread(values: readonly number[]): Record<string, number> {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: rounded(sorted[sorted.length >> 1]!), least: rounded(sorted[0]!), most: rounded(sorted.at(-1)!) };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
