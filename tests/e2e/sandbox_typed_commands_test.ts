import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { Sandbox } from "../../lib/sandbox/sandbox.ts";
import { testCluster } from "../cluster/attach.ts";

/** Commands that send protocol buffers. */
const CREATE: readonly string[][] = [
  ["namespace", "team"],
  ["deployment", "web", "--image=nginx", "--replicas=2", "--port=80"],
  ["job", "once", "--image=busybox", "--", "date"],
  ["cronjob", "tick", "--image=busybox", "--schedule=*/5 * * * *", "--", "date"],
  ["service", "clusterip", "web", "--tcp=80:8080", "--clusterip=None"],
  ["service", "externalname", "elsewhere", "--external-name=example.com"],
  ["configmap", "settings", "--from-literal=a=1", "--from-literal=b=two"],
  ["secret", "generic", "login", "--from-literal=password=secret", "--type=example.com/login"],
  ["secret", "docker-registry", "registry", "--docker-username=a", "--docker-password=b", "--docker-email=c@d"],
  ["quota", "some", "--hard=pods=10,requests.cpu=1500m", "--scopes=NotTerminating"],
  ["role", "reader", "--verb=get,list", "--resource=pods,deployments.apps", "--resource-name=web"],
  ["clusterrole", "sum", "--aggregation-rule=a=b"],
  ["clusterrole", "health", "--verb=get", "--non-resource-url=/healthz"],
  ["rolebinding", "readers", "--role=reader", "--user=ann", "--group=all", "--serviceaccount=default:default"],
  ["clusterrolebinding", "health", "--clusterrole=health", "--user=ann"],
  ["serviceaccount", "robot"],
  ["ingress", "web", "--rule=a.example.com/path*=web:80,tls=cert", "--class=nginx", "--annotation=a=b"],
  ["poddisruptionbudget", "half", "--selector=app=web", "--min-available=50%"],
  ["poddisruptionbudget", "one", "--selector=app=web", "--max-unavailable=1"],
  ["priorityclass", "high", "--value=1000", "--description=first", "--preemption-policy=Never"],
];

Deno.test("kubectl create makes in the sandbox what it makes on a real API server", async (t) => {
  await using sandbox = await startSandbox();
  const cluster = testCluster();
  await using namespace = await cluster.namespace("typed");
  await sandbox.kubectl(["create", "namespace", namespace.name]);
  for (const [what = "", ...args] of CREATE) {
    await t.step(`${what} ${args[0]}`, async () => {
      const command = ["create", what, `--namespace=${namespace.name}`, "--dry-run=server", "--output=json", ...args];
      const real = await cluster.kubectl(command);
      strictEqual(real.stderr, "");
      deepStrictEqual(withoutUnique(await sandbox.kubectl(command)), withoutUnique(real.stdout));
    });
  }
});

Deno.test("kubectl sends the sandbox other typed requests", async (t) => {
  await using sandbox = await startSandbox();
  const rows: [args: string[], output: RegExp][] = [
    [["auth", "can-i", "get", "pods"], /^yes$/],
    [["auth", "can-i", "get", "/healthz"], /^yes$/],
    [["auth", "can-i", "--list"], /^\*\.\* .*\[\*\]$/m],
    [["auth", "whoami", "--output=jsonpath={.status.userInfo.username}"], /^admin$/],
    [["create", "token", "default", "--duration=1h", "--audience=a"], /^ey[\w-]+\.[\w-]+\.[\w-]+$/],
    [["create", "deployment", "web", "--image=nginx"], /created/],
    [["expose", "deployment", "web", "--port=80", "--target-port=http"], /exposed/],
    [["get", "service", "web", "--output=jsonpath={.spec.ports[0].targetPort}"], /^http$/],
    [["autoscale", "deployment", "web", "--min=2", "--max=5", "--cpu=50%"], /autoscaled/],
    [
      ["get", "hpa", "web", "--output=jsonpath={.spec.minReplicas} {.spec.metrics[0].resource.target}"],
      /^2 \{"averageUtilization":50,"type":"Utilization"\}$/,
    ],
    [["create", "cronjob", "tick", "--image=busybox", "--schedule=@daily"], /created/],
    [["create", "job", "now", "--from=cronjob/tick"], /created/],
    [["get", "job", "now", "--output=jsonpath={.metadata.ownerReferences[0].name}"], /^tick$/],
    [["debug", "node/sandbox-0", "--image=busybox", "--profile=general"], /Creating debugging pod/],
  ];
  for (const [args, output] of rows) {
    await t.step(args.join(" "), async () => match((await sandbox.kubectl(args)).trim(), output));
  }
  ok(sandbox.protobufBodies > 5, "these commands do not send protocol buffers any more");
});

/** Starts a sandbox with a kubectl of its own. */
async function startSandbox() {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  let protobufBodies = 0;
  const sandbox = stack.use(
    await Sandbox.start({
      wrap: (handle) => (request) => {
        if (request.headers.some(([, value]) => value === "application/vnd.kubernetes.protobuf")) protobufBodies++;
        return handle(request);
      },
    }),
  );
  const kubeconfig = join(folder, "kubeconfig");
  await Deno.writeTextFile(kubeconfig, JSON.stringify(sandbox.kubeconfig()));
  const all = stack.move();
  return {
    /** How many requests with a body of protocol buffers there were. */
    get protobufBodies() {
      return protobufBodies;
    },
    /** Runs kubectl, which must succeed. */
    async kubectl(args: string[]): Promise<string> {
      const { code, stdout, stderr } = await testCluster().kubectl(args, { kubeconfig });
      strictEqual(code, 0, stderr);
      return stdout;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Leaves out what is another in every object. */
function withoutUnique(text: string): unknown {
  const { uid, creationTimestamp } = JSON.parse(text).metadata;
  return JSON.parse(text.replaceAll(uid, "").replaceAll(creationTimestamp, ""));
}
