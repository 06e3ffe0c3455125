/**
 * One measurement of `bench/sandbox.ts`, in a process of its own: prints its figures as JSON.
 *
 * @module
 */
const [mode] = Deno.args;
const importStartMs = performance.now();
const { Sandbox } = await import("../lib/sandbox/sandbox.ts");
const importMs = performance.now() - importStartMs;

const figures = { cold, warm, objects, pods };
console.log(JSON.stringify(await figures[mode as keyof typeof figures]()));

async function cold(): Promise<unknown> {
  const startMs = await timed(async () => {
    await using sandbox = await Sandbox.start();
    await (await fetch(`${sandbox.server}/readyz`)).text();
  });
  return { importMs, startMs };
}

async function warm(): Promise<unknown> {
  const runs = [];
  for (let i = 0; i < 30; i++) {
    const startMs = performance.now();
    const sandbox = await Sandbox.start();
    runs.push(performance.now() - startMs);
    await sandbox[Symbol.asyncDispose]();
  }
  // The first ones are compiled as they run.
  const sorted = runs.slice(10).sort((a, b) => a - b).map((ms) => Math.round(ms * 10) / 10);
  return { startMs: { median: sorted[10], least: sorted[0], most: sorted.at(-1) } };
}

async function objects(): Promise<unknown> {
  await using sandbox = await Sandbox.start();
  const { registry } = sandbox;
  const configMaps = registry.resources.find("", "v1", "configmaps")!;
  const before = heldMiB();
  const count = 50_000;
  const createMs = await timed(() => {
    for (let i = 0; i < count; i++) {
      const metadata = { name: `object-${i}`, labels: { bench: "objects" } };
      const draft = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata,
        data: { index: String(i), text: "x".repeat(300) },
      };
      registry.create(configMaps, "default", draft, { fieldManager: "bench" });
    }
    sandbox.settle();
  });
  const path = `${sandbox.server}/api/v1/namespaces/default/configmaps`;
  const heldAfter = heldMiB();
  let bytes = 0;
  const listMs = await timed(async () => void (bytes = (await (await fetch(path)).bytes()).length));
  const secondListMs = await timed(async () => void await (await fetch(path)).bytes());
  const selectMs = await timed(async () => void await (await fetch(`${path}?labelSelector=bench=none`)).bytes());
  const pageMs = await timed(async () => void await (await fetch(`${path}?limit=500`)).bytes());
  return {
    count,
    createMs,
    heldMiB: heldAfter - before,
    listMs,
    secondListMs,
    listMiB: bytes / 2 ** 20,
    selectMs,
    pageMs,
  };
}

async function pods(): Promise<unknown> {
  const { Deployment } = await import("../lib/kinds/apps/v1.ts");
  await using sandbox = await Sandbox.start({ nodes: 50 });
  const { registry } = sandbox;
  const deployments = registry.resources.find("apps", "v1", "deployments")!;
  const podsResource = registry.resources.find("", "v1", "pods")!;
  const running = () => registry.list(podsResource, "default", { fieldSelector: "status.phase=Running" }).items.length;
  const steps: Record<string, number> = {};
  for (const count of [1_000, 4_000]) {
    const before = running();
    const ms = await timed(() => {
      for (let i = 0; i < count / 100; i++) {
        const labels = { app: `web-${before}-${i}` };
        const deployment = Deployment({
          metadata: { name: labels.app },
          spec: {
            replicas: 100,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "web:1" }] } },
          },
        });
        registry.create(deployments, "default", deployment);
      }
      sandbox.settle();
    });
    for (let patience = 0; running() < before + count && patience < 200; patience++) {
      sandbox.settle();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (running() < before + count) throw new Error(`${running()} of ${before + count} Pods run`);
    steps[`msPerPodAt${before + count}`] = ms / count;
  }
  return steps;
}

async function timed(work: () => void | Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

function heldMiB(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = Deno.memoryUsage();
  return Math.round((heapUsed + external) / 2 ** 20);
}
