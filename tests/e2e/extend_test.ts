import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { testCluster } from "../cluster/attach.ts";
import { runForJson, runKubescript, startKubescript, succeed, tempFolder, writeScript } from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();

interface ScriptOptions {
  /** The names of the rules. */
  readonly rules?: readonly string[];
  /** What the rules return for a Secret. */
  readonly returned?: string;
  /** The resources of the script. */
  readonly resources?: string;
  /** The label of the Secrets that the rules are about. */
  readonly label?: string;
}

/** The same field for every Secret, which one may own together with others. */
const COMMON = `extend(ConfigMap, "settings", { data: { common: "yes" } })`;
/** A field of its own for each Secret. */
const OWN = `extend(ConfigMap, "settings", { data: { [name]: data?.value ?? "" } })`;

/** Rules that extend the ConfigMap `settings` for each Secret with a label. */
function scriptFor(namespace: string, options: ScriptOptions): string {
  const { rules = ["notes"], returned = OWN, resources = "", label = "web" } = options;
  const each = (rule: string) => `
    "${rule}": each(Secret, { labels: { app: "${label}" }, namespaces: ["${namespace}"] },
      ({ metadata: { name }, data }) => [${returned.replaceAll("RULE", rule)}]),`;
  return `
import { each, extend, script } from "@kubescript/kubescript";
import { ConfigMap, Secret } from "@kubescript/kubescript/kinds";
void ConfigMap, each, extend, Secret;
export default script("extending", {
  namespace: "${namespace}",
  resources: [${resources}],
  rules: {${rules.map(each).join("")}
  },
});
`;
}

async function setUp(options: ScriptOptions = {}) {
  const stack = new AsyncDisposableStack();
  const { name } = stack.use(await cluster.namespace("extending"));
  const folder = stack.use(await tempFolder());
  const write = (options: ScriptOptions) => writeScript(folder, scriptFor(name, options));
  const file = await write(options);
  // A set has one home: the next test makes another one.
  stack.defer(async () => void await succeed(["delete", file, "--yes"]));
  const k = (...args: string[]) => kubectl([...args, "-n", name]);
  const settings = () => getObject("configmap/settings", name);
  return {
    file,
    name,
    write,
    k,
    settings,
    async secret(secret: string, value = "") {
      const data = { value: btoa(value) };
      const metadata = { name: secret, namespace: name, labels: { app: "web" } };
      await kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, data }));
    },
    create: () => k("create", "configmap", "settings", "--from-literal=theirs=1"),
    data: async () => (await settings()).data,
    /** The rules that own something, with the name of each owner. */
    async extenders() {
      const secrets = JSON.parse(await k("get", "secrets", "-o", "json")).items;
      const names = new Map(secrets.map(({ metadata }: never) => [(metadata as never)["uid"], metadata["name"]]));
      return (await settings()).metadata.managedFields.flatMap(({ manager = "" }) => {
        const [, rule, uid] = manager.split(":");
        return uid === undefined ? [] : [`${rule} ${names.get(uid) ?? "gone"}`];
      }).sort();
    },
    marks: async () => {
      const { labels = {}, annotations = {} } = (await settings()).metadata as Partial<
        Awaited<ReturnType<typeof settings>>["metadata"]
      >;
      return [...Object.keys(labels), ...Object.keys(annotations)].filter((key) => key.includes("extended")).length;
    },
    async until(what: string, wanted: Readonly<Record<string, string>>) {
      await until(what, async () => JSON.stringify(sorted(await this.data())) === JSON.stringify(sorted(wanted)));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function sorted(data: Readonly<Record<string, string>> = {}): unknown {
  return Object.entries(data).sort();
}

async function stop(running: ReturnType<typeof startKubescript>): Promise<string> {
  running.kill("SIGTERM");
  const { code, stderr } = await running.result;
  strictEqual(code, 0, stderr);
  return stderr;
}

Deno.test("run extends an object of others, keeps it so, and gives it up with its owner", async (t) => {
  await using test = await setUp();
  await test.create();
  await test.secret("a", "1");
  await using running = startKubescript(["run", test.file]);
  await test.until("a is there", { theirs: "1", a: btoa("1") });

  await t.step("another owner extends the same object", async () => {
    await test.secret("b", "2");
    await test.until("b is there", { theirs: "1", a: btoa("1"), b: btoa("2") });
    deepStrictEqual(await test.extenders(), ["notes a", "notes b"]);
  });
  await t.step("what the rule wants has changed", async () => {
    await test.secret("a", "3");
    await test.until("a is new", { theirs: "1", a: btoa("3"), b: btoa("2") });
  });
  await t.step("others change their fields, and nothing is written", async () => {
    await test.k("patch", "configmap", "settings", "-p", '{"data":{"theirs":"2"}}');
    const before = (await test.settings()).metadata.resourceVersion;
    await test.secret("c", "4");
    await test.until("c is there", { theirs: "2", a: btoa("3"), b: btoa("2"), c: btoa("4") });
    notStrictEqual((await test.settings()).metadata.resourceVersion, before);
  });
  await t.step("somebody changes, and takes away, what is ours", async () => {
    await test.k("patch", "configmap", "settings", "-p", '{"data":{"a":"theirs"}}');
    await test.until("a is repaired", { theirs: "2", a: btoa("3"), b: btoa("2"), c: btoa("4") });
    await test.k("patch", "configmap", "settings", "-p", '{"data":{"b":null}}');
    await test.until("b is back", { theirs: "2", a: btoa("3"), b: btoa("2"), c: btoa("4") });
  });
  await t.step("somebody takes the label away by which it is found", async () => {
    await test.k("label", "configmap", "settings", `${await labelOf(test)}-`);
    await until("the label is back", async () => await test.marks() === 4);
  });
  await t.step("an owner is deleted, another one leaves the match", async () => {
    await test.k("delete", "secret", "a");
    await test.until("a is gone", { theirs: "2", b: btoa("2"), c: btoa("4") });
    await test.k("label", "secret", "b", "app-");
    await test.until("b is gone", { theirs: "2", c: btoa("4") });
    deepStrictEqual(await test.extenders(), ["notes c"]);
  });
  await t.step("the object is deleted and made anew", async () => {
    await test.k("delete", "configmap", "settings");
    await until("it is missed", () => Promise.resolve(/extends it, and it does not exist/.test(running.output)));
    strictEqual(await test.k("get", "configmap", "settings", "--ignore-not-found"), "");
    await test.create();
    await test.until("c is back", { theirs: "1", c: btoa("4") });
  });
  await t.step("the last owner goes, and with it all marks", async () => {
    await test.k("delete", "secret", "c");
    await test.until("only theirs is left", { theirs: "1" });
    strictEqual(await test.marks(), 0);
  });
  await stop(running);
});

async function labelOf({ settings }: { settings: () => ReturnType<typeof getObject> }): Promise<string> {
  return Object.keys((await settings()).metadata.labels).find((key) => key.startsWith("extended.kubescript.dev/"))!;
}

Deno.test("run writes nothing where everything is as it should be, also after a restart", async () => {
  await using test = await setUp({ rules: ["one", "two"], returned: `${COMMON}` });
  await test.create();
  await test.secret("a");
  await test.secret("b");
  await succeed(["run", test.file, "--once"]);
  deepStrictEqual(await test.extenders(), ["one a", "one b", "two a", "two b"]);
  const before = await test.settings();
  deepStrictEqual(before.data, { theirs: "1", common: "yes" });
  const { stderr } = await succeed(["run", test.file, "--once"]);
  strictEqual(/updated|created/.test(stderr), false, stderr);
  await using running = startKubescript(["run", test.file]);
  await until("it runs", async () => (await status(test.file)).includes("Ready"));
  await test.k("label", "secret", "a", "more=1");
  await test.k("annotate", "configmap", "settings", "example.com/theirs=1");
  await test.secret("c");
  await until("c is there", async () => (await test.extenders()).length === 6);
  await test.k("delete", "secret", "c");
  await until("c is gone", async () => (await test.extenders()).length === 4);
  const after = await test.settings();
  const entries = (object: typeof before) =>
    object.metadata.managedFields.filter(({ manager = "" }) => manager.includes(":"));
  deepStrictEqual(entries(after), entries(before));
  await stop(running);
  const { document } = await runForJson(["plan", test.file]);
  deepStrictEqual(document.summary, { unchanged: 4 });
});

async function status(file: string): Promise<string> {
  return (await runKubescript(["status", file])).stdout;
}

Deno.test("run gives up what a renamed or removed rule owned, before others own it", async () => {
  await using test = await setUp({ returned: `extend(ConfigMap, "settings", { data: { rule: "RULE" } })` });
  await test.create();
  await test.secret("a");
  await succeed(["run", test.file, "--once"]);
  deepStrictEqual([await test.extenders(), await test.data()], [["notes a"], { theirs: "1", rule: "notes" }]);
  const returned = `extend(ConfigMap, "settings", { data: { rule: "RULE" } })`;
  await test.write({ rules: ["renamed"], returned });
  await succeed(["run", test.file, "--once"]);
  deepStrictEqual([await test.extenders(), await test.data()], [["renamed a"], { theirs: "1", rule: "renamed" }]);
  await test.write({ rules: ["again"], returned });
  await succeed(["apply", test.file, "--yes"]);
  deepStrictEqual([await test.extenders(), await test.data()], [["again a"], { theirs: "1", rule: "again" }]);
  await test.write({ rules: [] });
  await succeed(["run", test.file, "--once"]);
  deepStrictEqual([await test.extenders(), await test.data(), await test.marks()], [[], { theirs: "1" }, 0]);
});

Deno.test("run tells of a field that somebody else owns, and leaves it alone", async () => {
  await using test = await setUp({ returned: `extend(ConfigMap, "settings", { data: { theirs: "2" } })` });
  await test.create();
  await test.secret("a");
  const { code, stderr } = await runKubescript(["run", test.file, "--once"]);
  strictEqual(code, 1);
  match(
    stderr,
    /error notes Secret\/\S+\/a: ConfigMap\/\S+\/settings: field "data.theirs", which "kubescript\/\S+:notes:/,
  );
  match(stderr, /is owned by "kubectl-create"/);
  deepStrictEqual([await test.data(), await test.marks()], [{ theirs: "1" }, 0]);

  const planned = await runForJson(["plan", test.file]);
  deepStrictEqual(planned.document.summary, { conflict: 1 });
  match(
    planned.document.changes[0]!.reason!,
    /which "kubescript\/\S+:notes:\S+" is to own, is owned by "kubectl-create"/,
  );
  strictEqual((await runKubescript(["apply", test.file, "--yes"])).code, 4);
  await succeed(["apply", test.file, "--yes", "--force-conflicts"]);
  deepStrictEqual(await test.data(), { theirs: "2" });
});

Deno.test("two rules that want different values are told, and the first one keeps the field", async () => {
  const returned = `extend(ConfigMap, "settings", { data: { rule: "RULE" } })`;
  await using test = await setUp({ rules: ["one"], returned });
  await test.create();
  await test.secret("a");
  await succeed(["run", test.file, "--once"]);
  await test.write({ rules: ["one", "two"], returned });
  const { code, stderr } = await runKubescript(["run", test.file, "--once"]);
  strictEqual(code, 1);
  match(stderr, /which "kubescript\/\S+:two:\S+" is to own, is owned by "kubescript\/\S+:one:\S+"/);
  deepStrictEqual(await test.data(), { theirs: "1", rule: "one" });
});

Deno.test("plan and apply know what rules own of other objects, and delete gives it up", async (t) => {
  await using test = await setUp();
  await test.create();
  await test.secret("a", "1");
  await test.secret("b", "2");

  await t.step("plan shows the fields, and writes nothing", async () => {
    const { document } = await runForJson(["plan", test.file]);
    deepStrictEqual(document.summary, { update: 2 });
    deepStrictEqual(document.changes.map(({ fields, reason }) => [fields, reason]), [
      [[{ path: "data.a", to: btoa("1") }], 'extended by rule "notes"'],
      [[{ path: "data.b", to: btoa("2") }], 'extended by rule "notes"'],
    ]);
    deepStrictEqual(await test.data(), { theirs: "1" });
  });
  await t.step("apply", async () => {
    await succeed(["apply", test.file, "--yes"]);
    deepStrictEqual(await test.data(), { theirs: "1", a: btoa("1"), b: btoa("2") });
    deepStrictEqual((await runForJson(["plan", test.file])).document.summary, { unchanged: 2 });
    const before = (await test.settings()).metadata.resourceVersion;
    await succeed(["apply", test.file, "--yes"]);
    strictEqual((await test.settings()).metadata.resourceVersion, before);
  });
  await t.step("drift", async () => {
    await test.k("patch", "configmap", "settings", "-p", '{"data":{"a":"theirs"}}');
    const { document } = await runForJson(["plan", test.file]);
    match(document.changes[0]!.fields[0]!.note!, /drift: set by "kubectl-patch"/);
    await succeed(["apply", test.file, "--yes"]);
    strictEqual((await test.data()).a, btoa("1"));
  });
  await t.step("an owner that left, without rules and with them", async () => {
    await test.k("label", "secret", "a", "app-");
    await succeed(["apply", test.file, "--yes", "--no-rules"]);
    strictEqual((await test.data()).a, btoa("1"));
    const { document } = await runForJson(["plan", test.file]);
    deepStrictEqual(document.changes[0]!.fields, [{ path: "data.a", from: btoa("1"), note: "removed" }]);
    match(document.changes[0]!.reason!, /rule "notes" does not extend it any more/);
    await succeed(["apply", test.file, "--yes"]);
    deepStrictEqual(await test.data(), { theirs: "1", b: btoa("2") });
  });
  await t.step("delete", async () => {
    const { document } = await runForJson(["delete", test.file, "--dry-run"]);
    deepStrictEqual(document.summary, { update: 1 });
    await succeed(["delete", test.file, "--yes", "--no-rules"]);
    deepStrictEqual(await test.data(), { theirs: "1", b: btoa("2") });
    await succeed(["delete", test.file, "--yes"]);
    deepStrictEqual([await test.data(), await test.marks()], [{ theirs: "1" }, 0]);
  });
});

Deno.test("an extension never creates its object, and may extend one that is made in the same run", async () => {
  await using test = await setUp();
  await test.secret("a", "1");
  const planned = await runForJson(["plan", test.file]);
  deepStrictEqual(planned.document.summary, { blocked: 1 });
  match(planned.document.changes[0]!.reason!, /rule "notes" extends it, and it does not exist/);
  const { code, stderr } = await runKubescript(["apply", test.file, "--yes"]);
  strictEqual(code, 1, stderr);
  strictEqual((await runKubescript(["run", test.file, "--once"])).code, 1);
  strictEqual(await test.k("get", "configmap", "settings", "--ignore-not-found"), "");

  await test.write({ resources: `ConfigMap({ metadata: { name: "settings" }, data: { theirs: "1" } })` });
  await succeed(["apply", test.file, "--yes"]);
  deepStrictEqual(await test.data(), { theirs: "1", a: btoa("1") });
  deepStrictEqual((await runForJson(["plan", test.file])).document.summary, { unchanged: 2 });
});

Deno.test("run --dry-run shows what would be extended", async () => {
  await using test = await setUp();
  await test.create();
  await test.secret("a", "1");
  const before = (await test.settings()).metadata.resourceVersion;
  const { stdout, stderr } = await succeed(["run", test.file, "--once", "--dry-run"]);
  ok(/ConfigMap\/\S+\/settings/.test(stdout + stderr), stdout + stderr);
  strictEqual((await test.settings()).metadata.resourceVersion, before);
});

Deno.test("run keeps what is owned for many objects that a changed selector lost, until somebody approves", async () => {
  await using test = await setUp();
  await test.create();
  for (let i = 0; i < 8; i++) await test.secret(`s${i}`);
  await succeed(["run", test.file, "--once"]);
  strictEqual((await test.extenders()).length, 8);
  await test.write({ label: "wbe" });
  const { code, stderr } = await runKubescript(["run", test.file, "--once"]);
  strictEqual(code, 1);
  match(stderr, /blocked: 8 of 8 objects are missing at once/);
  strictEqual((await test.extenders()).length, 8);
  const applied = await runKubescript(["apply", test.file, "--yes"]);
  strictEqual(applied.code, 5);
  match(applied.stdout + applied.stderr, /8 of the 8 objects for which fields of other objects are owned have left/);
  strictEqual((await test.extenders()).length, 8);
  await succeed(["approve", test.file, "notes"]);
  await succeed(["run", test.file, "--once"]);
  deepStrictEqual([await test.extenders(), await test.data()], [[], { theirs: "1" }]);
});

Deno.test("mistakes in extensions are told", async () => {
  await using test = await setUp({ returned: `${COMMON}, ${COMMON}` });
  await test.create();
  await test.secret("a");
  const twice = await runKubescript(["run", test.file, "--once"]);
  match(twice.stderr, /Cannot extend ConfigMap\/\S+\/settings twice for the same object/);
  const long = "r".repeat(60);
  await test.write({ rules: [long], returned: COMMON });
  const { code, stderr } = await runKubescript(["plan", test.file]);
  strictEqual(code, 1);
  match(stderr, /its field manager "kubescript\/\S+" has \d+ characters, and may have 128/);
  strictEqual(await test.marks(), 0);
});
