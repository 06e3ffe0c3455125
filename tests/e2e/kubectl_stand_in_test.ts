import { deepStrictEqual } from "node:assert/strict";
import { canonicalJson } from "../../lib/base/json.ts";
import { testCluster } from "../cluster/attach.ts";
import { standInForKubectl } from "../support/kubectl/kubectl.ts";

const cluster = testCluster();

/** What tests ask of kubectl: the arguments and what is on stdin. */
const calls: readonly (readonly [string, string?])[] = [
  ["create configmap settings --from-literal=a=1 --from-literal=b=2"],
  ["create secret generic login"],
  ["create deployment web --image=example.com/web:1"],
  ["create deployment api --image=example.com/api:1 --replicas=2"],
  ["create secret generic tried --dry-run=server"],
  ["create -f -", config({ "a b": "1" })],
  ["create -f -", cronJob()],
  ["create job now --from=cronjob/clean"],
  ["autoscale deployment/web --min=2 --max=5 --cpu=80%"],
  ["scale deployment --all --replicas=4"],
  ["create -f -", config({ a: "1" })],
  ["apply -f -", secret({ a: "MQ==", b: "Mg==" })],
  ["apply -f -", secret({ b: "Mw==" })],
  ["apply -f -", secret({ b: "Mw==" })],
  ["apply --server-side --field-manager=other --force-conflicts -f -", config({ a: "2" })],
  ['patch configmap/settings -p {"data":{"a":"3"}}'],
  ['patch configmap settings --type=merge -p {"data":{"b":null}}'],
  ["label configmap settings app=web"],
  ["label configmap settings app=other"],
  ["label configmap/settings app=other --overwrite"],
  ["label secrets --all old=yes"],
  ["label secret/login old-"],
  ["annotate configmap settings example.com/note=1"],
  ["scale deployment/web --replicas=3"],
  ["set image deployment/web web=web:2"],
  ["delete secret/login"],
  ["delete secret/login --ignore-not-found"],
  ["delete secret/login"],
];

const reads: readonly string[] = [
  "get secret/login",
  "get secret/login --ignore-not-found -o name",
  "get configmaps,secrets,deployments,jobs,hpa -o name",
  "get job/now -o jsonpath={.metadata.annotations}",
  "get hpa/web -o jsonpath={.spec.scaleTargetRef.name} {.spec.minReplicas} {.spec.maxReplicas}",
  "get hpa/web -o jsonpath={.spec.metrics[*].resource.name} {.spec.metrics[*].resource.target.averageUtilization}",
  "get deployments -o jsonpath={.items[*].spec.replicas}",
  "get secrets -l old -o name",
  "get configmap/settings -o jsonpath={.data}",
  "get configmap/settings -o jsonpath={.metadata.annotations.example\\.com/note}",
  "get configmaps,secrets -o jsonpath={range .items[*]}{.kind}/{.metadata.name}{'\\n'}{end}",
  "get deployment/web -o jsonpath={.spec.template.spec.containers[*].image}",
  "get configmaps -o jsonpath={.items[*].metadata.name}",
];

Deno.test("what stands in for kubectl does the same", async () => {
  await using first = await cluster.namespace("kubectl");
  await using second = await cluster.namespace("kubectl");
  const real = await doAll(first.name, (args, stdin) => cluster.kubectl(args, { stdin }));
  const { kubeconfig } = cluster;
  const standIn = await doAll(second.name, (args, stdin) => standInForKubectl(args, { stdin, kubeconfig }));
  deepStrictEqual(standIn, real);
});

function secret(data: Record<string, string>): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "applied", labels: { app: "web" } },
    data,
  });
}

function config(data: Record<string, string>): string {
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "taken" }, data });
}

function cronJob(): string {
  const container = { name: "clean", image: "example.com/clean:1" };
  const template = { spec: { restartPolicy: "Never", containers: [container] } };
  return JSON.stringify({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "clean" },
    spec: { schedule: "0 0 1 1 *", suspend: true, jobTemplate: { spec: { template } } },
  });
}

async function doAll(
  namespace: string,
  run: (args: readonly string[], stdin: string) => Promise<{ code: number; stdout: string; stderr: string }>,
) {
  const argsOf = (text: string) => [...text.match(RANGE_OR_WORD)!, `-n=${namespace}`];
  const codes = [];
  for (const [args, stdin = ""] of calls) codes.push([args, (await run(argsOf(args), stdin)).code]);
  const texts = [];
  for (const args of reads) texts.push([args, (await run(argsOf(args), "")).stdout]);
  const { stdout } = await run(argsOf("get configmap/settings configmap/taken secret/applied -o json"), "");
  const managed = await run(argsOf("get configmaps,secrets -o json --show-managed-fields"), "");
  return { codes, texts, objects: contentOf(stdout, namespace), managers: managersOf(managed.stdout) };
}

/** A jsonpath may have a blank in it. */
const RANGE_OR_WORD = /jsonpath=.*|\S+/g;

function contentOf(text: string, namespace: string): unknown {
  return JSON.parse(text.replaceAll(namespace, "…")).items.map(({ metadata, ...rest }: Shown) => {
    const { uid: _, resourceVersion: __, creationTimestamp: ___, ...content } = metadata;
    return { metadata: content, ...rest };
  });
}

function managersOf(text: string): unknown {
  return JSON.parse(text).items.map(({ metadata: { name, managedFields } }: Shown) => {
    // Their order depends on when they wrote.
    return [name, managedFields.map(({ time: _, ...entry }) => canonicalJson(entry)).toSorted()];
  });
}

interface Shown {
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly managedFields: readonly Readonly<Record<string, unknown>>[];
  };
}
