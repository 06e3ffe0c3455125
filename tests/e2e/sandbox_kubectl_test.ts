import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { readLines } from "../../lib/base/lines.ts";
import { type ServerPair, startPair } from "./server_pair.ts";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: "web:1", ports: [{containerPort: 80}], resources: {requests: {cpu: 10m}}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: {color: blue, size: "3"}
`;
const WEB_2 = WEB.replace("web:1", "web:2").replace('size: "3"', 'size: "4"');
const TOOL = `
apiVersion: v1
kind: Pod
metadata: {name: tool}
spec:
  terminationGracePeriodSeconds: 0
  nodeName: NODE
  containers: [{name: main, image: none, command: [sh, -c, "echo one; echo two; exec cat"], stdin: true}]
`;

/** Runs commands, one on each line, against both servers; \`<\` names what goes to stdin. */
async function compare(
  pair: ServerPair,
  t: Deno.TestContext,
  commands: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const line of commands.trim().split("\n")) {
    await t.step(`kubectl ${line.trim()}`, async () => {
      const [command = "", input = ""] = line.trim().split(" < ");
      const words = [...command.matchAll(/((?:[^\s']|'[^']*')+)/g)].map(([word]) => word.replaceAll("'", ""));
      const args = words.map((word) => word.replaceAll("HOME", pair.namespace));
      const { real, sandbox } = await pair.both(args, inputs[input]);
      deepStrictEqual(sandbox, real);
    });
  }
}

Deno.test("kubectl reads, changes and rolls out workloads of a sandbox as of a real cluster", async (t) => {
  await using pair = await startPair();
  await compare(
    pair,
    t,
    `
    apply -f - < web
    wait --for=condition=Available deployment/web --timeout=60s
    rollout status deployment/web
    get all
    get deployments,replicasets,pods,services,endpointslices,configmaps -o wide
    get deployment web -o yaml
    get service web -o json
    get configmap settings -o jsonpath={.data.color}
    get pods -l app=web -o name
    get pods --sort-by=.metadata.name --no-headers
    get pods -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image
    get pods --field-selector=status.phase=Running -o name
    get secret nothing
    get nonsense
    diff -f - < web2
    diff --server-side -f - < web2
    apply -f - < web2
    rollout status deployment/web
    rollout history deployment/web
    rollout history deployment/web --revision=1
    rollout undo deployment/web
    rollout status deployment/web
    rollout restart deployment/web
    rollout status deployment/web
    rollout pause deployment/web
    rollout resume deployment/web
    apply --server-side -f - < web2
    apply --server-side --force-conflicts -f - < web2
    apply --server-side --force-conflicts -f - --dry-run=server < web
    rollout status deployment/web
    set image deployment/web main=web:3
    set env deployment/web COLOR=red
    rollout status deployment/web
    scale deployment/web --replicas=3
    scale deployment/web --current-replicas=2 --replicas=3
    rollout status deployment/web
    patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}'
    patch deployment web --type=json -p '[{"op":"test","path":"/spec/replicas","value":7}]'
    rollout status deployment/web
    get deployment web -o jsonpath={.spec}
    apply view-last-applied deployment/web
    apply --prune -l app=web -f - < web
    delete -f - < web
    get all
    replace -f - < web
    create -f - < web
    create -f - < web
  `,
    { web: WEB, web2: WEB_2 },
  );
});

Deno.test("kubectl edits, patches, makes and describes objects of a sandbox as of a real cluster", async (t) => {
  await using pair = await startPair();
  await compare(
    pair,
    t,
    `
    apply -f - < web
    wait --for=condition=Available deployment/web --timeout=60s
    edit configmap settings
    patch configmap settings -p '{"data":{"a":"1"}}'
    patch configmap settings --type=merge -p '{"data":{"a":null}}'
    patch configmap settings --type=json -p '[{"op":"add","path":"/data/b","value":"2"}]'
    annotate configmap settings note=hi
    annotate configmap settings note-
    get configmap settings -o yaml --show-managed-fields
    label configmap settings tier=front
    label configmap settings tier=back
    label configmap settings tier=back --overwrite
    label configmap settings tier-
    expose deployment web --port=8080 --name=web2
    run once --image=web:1 --labels=app=once --restart=Never
    wait --for=condition=Ready pod/once --timeout=60s
    delete pod once --now
    create configmap made --from-literal=x=y
    create secret generic made --from-literal=x=y
    create serviceaccount made
    create role made --verb=get --resource=pods
    create rolebinding made --role=made --serviceaccount=HOME:made
    create job made --image=web:1
    create cronjob made --image=web:1 --schedule=@daily
    create quota made --hard=pods=100
    create service clusterip made --tcp=80
    create ingress made --rule=a.example/=web:80
    create pdb made --selector=app=web --min-available=1
    create priorityclass HOME --value=5
    delete priorityclass HOME
    create deployment made --image=web:1
    rollout status deployment/made
    get roles,rolebindings,cronjobs,quota,ingress,pdb,configmaps,secrets,serviceaccounts
    describe configmap settings
    describe service web
    describe quota made
    describe cronjob made
    describe ingress made
    describe pdb made
    describe rolebinding made
    describe namespace HOME
    explain deployment.spec.strategy
    explain pods.spec.containers --recursive
    auth can-i create pods
    auth can-i create pods --as=somebody
    auth can-i --list
    cluster-info
    top pods
    top nodes
    taint node nothing key=value:NoSchedule
    get --raw /healthz
    get --raw /nothing
    delete configmap made nothing
    delete deployment web --cascade=orphan
    get pods -l app=web -o name
  `,
    { web: WEB },
  );
});

Deno.test("kubectl reaches into the containers of a sandbox as of a real cluster", async (t) => {
  await using pair = await startPair();
  const { real, sandbox, folder } = pair;
  for (const [server, node] of [[real, "kubelet-0"], [sandbox, "sandbox-0"]] as const) {
    strictEqual((await server.run(["apply", "-f", "-"], TOOL.replace("NODE", node))).stderr, "");
  }
  const file = join(folder, "file");
  await Deno.writeTextFile(file, "copied");
  await compare(
    pair,
    t,
    `
    wait --for=condition=Ready pod/tool --timeout=60s
    logs tool
    logs tool --tail=1
    logs tool -c nothing
    exec tool -- echo hello
    exec -i tool -- cat < text
    exec tool -- sh -c 'echo failed >&2; exit 3'
    cp ${file} tool:file
    exec tool -- cat file
    cp tool:file ${file}-back
  `,
    { text: "from stdin" },
  );
  strictEqual(await Deno.readTextFile(`${file}-back`), "copied");
  await t.step("kubectl logs -f and attach -i", async () => {
    const logs = sandbox.start(["logs", "-f", "tool", "--tail=0"]);
    const attached = sandbox.start(["attach", "-i", "tool"]);
    const writer = attached.stdin.getWriter();
    const lines = readLines(logs.stdout);
    // Whoever attaches late misses what was said before.
    const next = lines.next();
    const timer = setInterval(() => void writer.write(new TextEncoder().encode("ping\n")).catch(() => {}), 100);
    strictEqual((await next).value, "ping");
    clearInterval(timer);
    await writer.close().catch(() => {});
    for (const child of [logs, attached]) child.kill();
    await lines.return(undefined);
    await Promise.all([logs.stdin.close(), logs.stderr.cancel(), attached.stdout.cancel(), attached.stderr.cancel()]);
    await Promise.all([logs.status, attached.status]);
  });
  await t.step("kubectl port-forward", async () => {
    await using echo = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("forwarded"));
    const child = sandbox.start(["port-forward", "pod/tool", `:${echo.addr.port}`]);
    const lines = readLines(child.stdout);
    const [, port] = (await lines.next()).value!.match(/127\.0\.0\.1:(\d+)/)!;
    strictEqual(
      await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).text(),
      "forwarded",
    );
    child.kill();
    await lines.return(undefined);
    await Promise.all([child.stdin.close(), child.stderr.cancel(), child.status]);
  });
});

Deno.test("kubectl sees and steers the cluster that a sandbox is", async (t) => {
  await using pair = await startPair();
  const { sandbox, namespace } = pair;
  const succeed = async (...args: string[]) => {
    const { code, stdout, stderr } = await sandbox.run(args);
    deepStrictEqual({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
    return stdout;
  };
  await t.step("kinds", async () => {
    const rows = (text: string) => new Set(text.trim().split("\n").map((line) => line.replace(/ +/g, " ")));
    const builtIn = (text: string) => [...rows(text)].filter((row) => !row.includes("example.com"));
    for (const args of [["api-resources"], ["api-resources", "--verbs=list", "-o=name"], ["api-versions"]]) {
      const [one, other] = await Promise.all([pair.real.run(args), sandbox.run(args)]);
      deepStrictEqual(builtIn(other.stdout), builtIn(one.stdout));
    }
  });
  await t.step("watches", async () => {
    const child = sandbox.start(["get", "configmaps", "-w", "--output-watch-events", "--no-headers"]);
    const lines = readLines(child.stdout);
    match((await lines.next()).value!, /^ADDED +kube-root-ca\.crt +1 /);
    await succeed("create", "configmap", "seen");
    match((await lines.next()).value!, /^ADDED +seen +0 /);
    await succeed("delete", "configmap", "seen");
    match((await lines.next()).value!, /^DELETED +seen +0 /);
    child.kill();
    await lines.return(undefined);
    await Promise.all([child.stdin.close(), child.stderr.cancel(), child.status]);
  });
  await t.step("users", async () => {
    match(await succeed("auth", "whoami"), /Username +admin\n/);
    await succeed("create", "serviceaccount", "robot");
    const token = (await succeed("create", "token", "robot", "--duration=10m")).trim();
    // A token counts only if no other credential does.
    const path = join(pair.folder, "robot");
    const config = JSON.parse(await succeed("config", "view", "--raw", "--output=json"));
    config.users[0].user = { token };
    await Deno.writeTextFile(path, JSON.stringify(config));
    const whoami = await succeed("auth", "whoami", `--kubeconfig=${path}`);
    match(whoami, new RegExp(`Username +system:serviceaccount:${namespace}:robot\\n`));
  });
  await t.step("nodes", async () => {
    await succeed("run", "steady", "--image=web:1");
    await succeed("wait", "--for=condition=Ready", "pod/steady");
    match(await succeed("events", "--for=pod/steady"), /Scheduled[^]*Started/);
    match(await succeed("describe", "pod", "steady"), /Successfully assigned/);
    await succeed("taint", "node", "sandbox-0", "key=value:NoSchedule");
    match(await succeed("describe", "node", "sandbox-0"), /Taints: +key=value:NoSchedule\n/);
    await succeed("taint", "node", "sandbox-0", "key-");
    const { code, stdout } = await sandbox.run(["drain", "sandbox-0", "--ignore-daemonsets", "--force"]);
    strictEqual(code, 0);
    match(stdout, /^node\/sandbox-0 cordoned\nevicting pod .*\/steady\n[^]*node\/sandbox-0 drained\n$/);
    ok((await succeed("get", "nodes")).includes("SchedulingDisabled"));
    match(await succeed("uncordon", "sandbox-0"), /uncordoned/);
  });
});
