/**
 * A web page of Pods by Node, kept live by list and watch.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { connect, type Informer, Informers, type Live } from "@kubescript/kubescript";
import { Pod } from "@kubescript/kubescript/kinds";

const { values: flags } = parseArgs({
  strict: false, // all other flags are those of connect()
  options: {
    port: { type: "string", default: "8080" },
    namespace: { type: "string", short: "n" },
    help: { type: "boolean", short: "h" },
  },
});
if (flags.help) console.log("Shows all Pods, or those of --namespace NAME, on 127.0.0.1:8080 or at --port NUMBER\n");

await using k = await connect();
await using informers = new Informers(k);
// All open pages share this one watch, and of each Pod only what they show is kept.
const pods = informers.get(Pod, { allNamespaces: flags.namespace === undefined, project: summarize });

const FILES = new Map([
  ["/", { name: "page.html", type: "text/html" }],
  ["/page.css", { name: "page.css", type: "text/css" }],
  ["/page.js", { name: "page.js", type: "text/javascript" }],
]);

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const server = Deno.serve({
  hostname: "127.0.0.1", // whoever can reach the page sees the Pods
  port: Number(flags.port),
  signal: k.signal, // Ctrl-C
  onListen: ({ hostname, port }) => console.log(`Pods by Node: http://${hostname}:${port}/`),
}, respond);
await server.finished;

async function respond(request: Request): Promise<Response> {
  const { hostname, pathname } = new URL(request.url);
  // A page of another site can give its own name this address (DNS rebinding), but then it asks for that name.
  if (hostname !== "127.0.0.1" && hostname !== "localhost") return new Response("Wrong host\n", { status: 421 });
  if (request.method !== "GET") return new Response("Only GET\n", { status: 405, headers: { allow: "GET" } });
  if (pathname === "/events") {
    const body = follow(pods).pipeThrough(new TextEncoderStream());
    return new Response(body, { headers: { ...HEADERS, "content-type": "text/event-stream" } });
  }
  const file = FILES.get(pathname);
  if (!file) return new Response("Not found\n", { status: 404 });
  const text = await Deno.readTextFile(new URL(file.name, import.meta.url));
  return new Response(text, { headers: { ...HEADERS, "content-type": `${file.type}; charset=utf-8` } });
}

/** Server-sent events: first all Pods, then what has changed since the event before, as fast as the page reads them. */
function follow(pods: Informer<Summary>): ReadableStream<string> {
  let changes = new Map<string, Summary | null>();
  let wake = Promise.withResolvers<void>();
  let subscription: Disposable;
  let isFirst = true;
  return new ReadableStream({
    start() {
      subscription = pods.subscribe({
        onEvent({ type, object }) {
          changes.set(object.metadata.uid, type === "deleted" ? null : object);
          wake.resolve();
        },
        onStatus: () => wake.resolve(),
      });
    },
    async pull(controller) {
      await wake.promise;
      wake = Promise.withResolvers();
      const { phase, reason } = pods.status;
      const data = JSON.stringify({ isFirst, phase, reason, pods: [...changes] });
      controller.enqueue(`retry: 1000\ndata: ${data}\n\n`);
      changes = new Map();
      isFirst = false;
    },
    cancel: () => subscription[Symbol.dispose](),
  });
}

/** What the page shows of a Pod. */
interface Summary extends Status {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
  node: string;
  ready: number;
  containers: number;
  restarts: number;
  created: string;
}

interface Status {
  level: "good" | "busy" | "bad";
  status: string;
  message: string;
}

function summarize(pod: Live<Pod>): Summary {
  const { name, namespace, uid, resourceVersion, creationTimestamp = "" } = pod.metadata;
  const containers = pod.status?.containerStatuses ?? [];
  return {
    metadata: { name, namespace, uid, resourceVersion },
    node: pod.spec?.nodeName ?? "",
    ready: containers.filter(({ ready }) => ready).length,
    containers: pod.spec?.containers.length ?? 0,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    created: creationTimestamp,
    ...statusOf(pod),
  };
}

/** The status in one word, as kubectl tells it, and why. */
function statusOf({ metadata, status }: Live<Pod>): Status {
  const { phase = "Unknown", reason = phase, message = "", conditions = [], containerStatuses = [] } = status ?? {};
  if (metadata.deletionTimestamp) return { level: "busy", status: "Terminating", message };
  for (const { state } of [...status?.initContainerStatuses ?? [], ...containerStatuses]) {
    const { waiting, terminated } = state ?? {};
    const isStarting = waiting?.reason === "ContainerCreating" || waiting?.reason === "PodInitializing";
    if (waiting?.reason && !isStarting) return { level: "bad", status: waiting.reason, message: waiting.message ?? "" };
    if (terminated?.exitCode) {
      const exit = `exit code ${terminated.exitCode}`;
      return { level: "bad", status: terminated.reason ?? "Error", message: terminated.message ?? exit };
    }
  }
  if (phase === "Succeeded") return { level: "good", status: "Completed", message };
  if (phase === "Failed" || phase === "Unknown") return { level: "bad", status: reason, message };
  const unmet = conditions.find(({ type, status }) => status === "False" && type !== "DisruptionTarget");
  return { level: unmet ? "busy" : "good", status: reason, message: unmet?.message ?? message };
}
