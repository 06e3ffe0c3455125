import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { ApiError } from "../../lib/client/errors.ts";
import type { Target } from "../../lib/engine/wanted.ts";
import { formatRef, refOf } from "../../lib/kube/object_ref.ts";
import { testCluster } from "../cluster/attach.ts";
import { FOREIGN_EDITS, nameEdit, withEdit } from "./foreign_edits.ts";
import { projectPath, runKubescript, type TempFolder, tempFolder } from "./kubescript.ts";
import { NoopLab, type Verdict } from "./noop_lab.ts";
import { Random, randomEdit } from "./random_edits.ts";

// Other seeds are tried by hand.
const SEED = Number(Deno.env.get("KUBESCRIPT_TEST_SEED") ?? 1);
const FOREIGN_COUNT = 300;
const DESIRED_COUNT = 200;

/** What costs a request: empty values of custom resources, and defaults that the server computes. */
const DOUBTFUL = /^Gadget\/.*\/bare: (spec\.options|the values are there already, .*)$|^LimitRange\/.*: spec\.limits$/;

const cluster = testCluster();

/** Counts what both sides said. */
class Tally {
  readonly #counts: Record<string, Record<string, number>> = {};
  /** Where the engine called unchanged what the server changed or refused: there may be none. */
  readonly falseUnchanged: string[] = [];
  /** Where the engine saw a change and the server none: each costs a request. */
  readonly falseChanged: string[] = [];

  add(group: string, name: string, { change, truth, detail }: Verdict): void {
    const said = change.action === "unchanged" ? "unchanged" : "changed";
    const count = this.#counts[group] ??= {};
    const key = `${said}: ${truth}`;
    count[key] = (count[key] ?? 0) + 1;
    if (said === "unchanged" && (truth === "changed" || truth === "refused")) {
      this.falseUnchanged.push(`${name}: ${truth} ${detail}`);
    }
    if (said === "changed" && (truth === "unchanged" || truth === "counted")) {
      this.falseChanged.push(`${name}: ${change.fields.map((field) => field.path).join(", ") || change.reason}`);
    }
  }

  print(): void {
    console.table(this.#counts);
    if (Deno.env.has("KUBESCRIPT_TEST_SEED")) console.log(this.falseChanged.join("\n"));
  }
}

Deno.test('plan never says "unchanged" where an apply would change something', async (t) => {
  await using namespace = await cluster.namespace("noop");
  await using folder = await tempFolder();
  const path = await writeManifests(folder, namespace.name);
  const { code, stdout, stderr } = await runKubescript(["apply", path, `--namespace=${namespace.name}`, "--no-wait"]);
  strictEqual(code, 0, stdout + stderr);
  using lab = await NoopLab.open(path, namespace.name, cluster.kubeconfig);
  try {
    await t.step("after an apply", () => checkAll(lab));
    await t.step(`after ${FOREIGN_COUNT} random edits by others, from seed ${SEED}`, () => checkForeignEdits(lab));
    await t.step("after an apply that takes them back", () => checkRestored(lab));
    await t.step(`after ${DESIRED_COUNT} random edits of manifests, from seed ${SEED}`, () => checkDesiredEdits(lab));
  } finally {
    await deleteClusterScoped(lab);
  }
});

/** Writes the manifests with names that nobody else has. */
async function writeManifests({ path }: TempFolder, unique: string): Promise<string> {
  const source = projectPath("tests/e2e/fixtures/noop");
  const target = join(path, unique);
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(source)) {
    const text = await Deno.readTextFile(join(source, name));
    await Deno.writeTextFile(join(target, name), text.replaceAll("UNIQUE", unique));
  }
  return target;
}

async function checkAll(lab: NoopLab): Promise<void> {
  const tally = new Tally();
  for (const target of lab.targets) tally.add(target.type.kind, nameOf(target), await lab.judge(target));
  tally.print();
  deepStrictEqual([...tally.falseUnchanged, ...tally.falseChanged.filter((name) => !DOUBTFUL.test(name))], []);
}

async function checkForeignEdits(lab: NoopLab): Promise<void> {
  const random = new Random(SEED);
  const tally = new Tally();
  for (let count = 0; count < FOREIGN_COUNT;) {
    const target = random.pick(lab.targets);
    const [group, edit] = random.pick(Object.entries(FOREIGN_EDITS));
    const what = await edit(lab, random, target).catch(orRefused);
    if (what === undefined) continue;
    count++;
    tally.add(group, `${nameOf(target)}: ${group}: ${what}`, await lab.judge(target));
    // Some edits are left to meet the next one.
    if (random.below(3) > 0) await lab.restore(target);
  }
  tally.print();
  deepStrictEqual(tally.falseUnchanged, []);
}

async function checkRestored(lab: NoopLab): Promise<void> {
  for (const target of lab.targets) await lab.restore(target);
  await checkAll(lab);
}

async function checkDesiredEdits(lab: NoopLab): Promise<void> {
  const random = new Random(SEED);
  const tally = new Tally();
  for (let count = 0; count < DESIRED_COUNT; count++) {
    const target = random.pick(lab.targets);
    const edit = randomEdit(random, target.desired.object);
    const object = withEdit(target.desired.object, edit);
    const edited = { ...target, desired: { ...target.desired, object } };
    tally.add(edit.what, `${nameOf(target)}: ${nameEdit(edit)}`, await lab.judge(edited));
    await lab.restore(target);
  }
  tally.print();
  deepStrictEqual(tally.falseUnchanged, []);
}

function orRefused(error: unknown): undefined {
  if (!(error instanceof ApiError)) throw error;
}

function nameOf({ desired }: Target): string {
  return formatRef(refOf(desired.object));
}

async function deleteClusterScoped(lab: NoopLab): Promise<void> {
  for (const { type, desired } of lab.targets) {
    if (!type.namespaced) await lab.client.delete(type, refOf(desired.object)).catch(orRefused);
  }
}
