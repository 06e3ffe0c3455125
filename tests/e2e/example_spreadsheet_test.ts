import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { openXlsx, writeXlsx } from "hucre/xlsx";
import { type Column, Table } from "../../examples/04_spreadsheet/table.ts";
import { testCluster } from "../cluster/attach.ts";
import { type KubescriptResult, projectPath, startScript, tempFolder } from "./kubescript.ts";
import { getObject, kubectl, until } from "./objects.ts";

const cluster = testCluster();
const script = projectPath("examples/04_spreadsheet/main.ts");

for (const format of ["csv", "xlsx"]) {
  Deno.test(`examples/04_spreadsheet with a ${format} file`, async (t) => {
    await using namespace = await cluster.namespace("spreadsheet");
    await using folder = await tempFolder();
    const ns = namespace.name;
    const file = join(folder.path, `deployments.${format}`);
    const run = (command: string, ...flags: string[]) => runScript([command, file, `--namespace=${ns}`, ...flags]);
    await Promise.all([createDeployment(ns, "api", 2), createDeployment(ns, "web", 3)]);
    await createAutoscaler(ns, "api");
    await kubectl(["wait", "--for=condition=Available", "deployment", "--all", `--namespace=${ns}`]);

    await t.step("pull writes the Deployments, in a dry run to nowhere", async () => {
      strictEqual((await run("pull", "--dry-run")).code, 0);
      deepStrictEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
      strictEqual((await run("pull")).code, 0);
      const api = ["api", "2", "2", "nginx:1.28", "available", "scaled by HorizontalPodAutoscaler api"];
      deepStrictEqual(await read(file), [api, ["web", "3", "3", "nginx:1.28", "available", ""]]);
    });

    await t.step("push scales what was edited, in a dry run nothing", async () => {
      await edit(file, "web", { replicas: 5 });
      const before = await Deno.readFile(file);
      const tried = await run("push", "--dry-run");
      deepStrictEqual([tried.code, tried.stdout], [0, `${ns}/web: 3 → 5 replicas\n`]);
      match(tried.stderr, /would patch Deployment\/.*\/web\n {4}spec\.replicas: 3 → 5\n/);
      deepStrictEqual([await replicas(ns, "web"), await Deno.readFile(file)], [3, before]);

      const pushed = await run("push");
      deepStrictEqual([pushed.code, pushed.stdout], [0, `${ns}/web: 3 → 5 replicas\n`]);
      strictEqual(await replicas(ns, "web"), 5);
      const again = await run("push");
      deepStrictEqual([again.code, again.stdout], [0, ""]);
    });

    await t.step("both follow the cluster where the file was not edited", async () => {
      await kubectl(["scale", "deployment/web", "--replicas=1", `--namespace=${ns}`]);
      strictEqual((await run("pull")).code, 0);
      strictEqual((await read(file))[1]![1], "1");
      await kubectl(["scale", "deployment/web", "--replicas=2", `--namespace=${ns}`]);
      strictEqual((await run("push")).code, 0);
      deepStrictEqual([(await read(file))[1]![1], await replicas(ns, "web")], ["2", 2]);
    });

    await t.step("a conflict is shown and left to a person", async () => {
      await kubectl(["scale", "deployment/web", "--replicas=3", `--namespace=${ns}`]);
      await edit(file, "web", { replicas: 6 });
      for (const command of ["push", "pull", "push"]) {
        const { code, stderr } = await run(command);
        strictEqual(code, 1);
        match(stderr, /^C3 .*\/web: conflict: 6 here, 3 in the cluster, 2 when they last agreed$/m);
        strictEqual(await replicas(ns, "web"), 3);
        const [, [, shown, , , , note] = []] = await read(file);
        deepStrictEqual([shown, note], ["6", "C3: conflict: 6 here, 3 in the cluster, 2 when they last agreed"]);
      }
      deepStrictEqual([(await run("push", "--force")).code, await replicas(ns, "web")], [0, 6]);

      await kubectl(["scale", "deployment/web", "--replicas=1", `--namespace=${ns}`]);
      await edit(file, "web", { replicas: 4 });
      strictEqual((await run("pull", "--force")).code, 0);
      deepStrictEqual([(await read(file))[1]![1], await replicas(ns, "web")], ["1", 1]);
    });

    await t.step("a wrong row is named by its cell, and the others are applied", async () => {
      await Promise.all([createDeployment(ns, "twin", 1), createDeployment(ns, "other", 1)]);
      strictEqual((await run("pull")).code, 0);
      await edit(file, "api", { replicas: 4 });
      await edit(file, "other", { replicas: "many" });
      await edit(file, "web", { replicas: 2 });
      await add(file, { namespace: ns, name: "nope", replicas: 1 });
      await add(file, { namespace: ns, name: "twin", replicas: 9 });
      const { code, stdout, stderr } = await run("push");
      deepStrictEqual([code, stdout], [1, `${ns}/web: 1 → 2 replicas\n`]);
      deepStrictEqual(stderr.trimEnd().split("\n").slice(0, -1), [
        `C2 ${ns}/api: 4 is not applied, as the Deployment is scaled by HorizontalPodAutoscaler api`,
        `C4 ${ns}/other: "many" is no number of replicas`,
        `B5 ${ns}/twin: B7 names the same`,
        `B7 ${ns}/twin: B5 names the same`,
        `B6 ${ns}/nope: there is no such Deployment`,
      ]);
      deepStrictEqual([await replicas(ns, "api"), await replicas(ns, "twin")], [2, 1]);
    });
  });

  Deno.test(`examples/04_spreadsheet watches a ${format} file and the cluster`, async () => {
    await using namespace = await cluster.namespace("spreadsheet");
    await using folder = await tempFolder();
    const ns = namespace.name;
    const file = join(folder.path, `deployments.${format}`);
    await createDeployment(ns, "web", 1);
    strictEqual((await runScript(["pull", file, `--namespace=${ns}`])).code, 0);
    await using watch = startScript(script, ["watch", file, `--namespace=${ns}`]);
    const shows = async (...cells: string[]) => {
      const [[, replicas, ready, , status] = []] = await read(file);
      return [replicas, ready, status].join() === cells.join();
    };
    await until("the file shows that the Pod is ready", () => shows("1", "1", "available"));

    await edit(file, "web", { replicas: 3 });
    await until("the Deployment is scaled", async () => await replicas(ns, "web") === 3);
    await until("the file shows that the Pods are ready", () => shows("3", "3", "available"));
    await kubectl(["scale", "deployment/web", "--replicas=2", `--namespace=${ns}`]);
    await until("the file shows what others have changed", () => shows("2", "2", "available"));
    await edit(file, "web", { replicas: "many" });
    await until("the mistake is told", () => Promise.resolve(watch.output.includes('"many" is no number')));
    await edit(file, "web", { replicas: 1 });
    await until("the Deployment is scaled again", async () => await replicas(ns, "web") === 1);
    watch.kill("SIGINT");
    const { code, stdout } = await watch.result;
    deepStrictEqual([code, stdout], [130, `${ns}/web: 1 → 3 replicas\n${ns}/web: 2 → 1 replicas\n`]);
  });
}

Deno.test("examples/04_spreadsheet keeps what else is in a CSV file, and its dialect", async () => {
  await using namespace = await cluster.namespace("spreadsheet");
  await using folder = await tempFolder();
  const ns = namespace.name;
  await createDeployment(ns, "web", 1);
  await kubectl(["wait", "--for=condition=Available", "deployment/web", `--namespace=${ns}`]);
  const file = join(folder.path, "mine.csv");
  const rows = ["\ufeffteam;Replicas;namespace;name", '"Häuser; ""A""";2;NS;web', ";;;", "sum;2;;", ""];
  await Deno.writeTextFile(file, rows.join("\n").replace("NS", ns), { mode: 0o640 });
  strictEqual((await runScript(["push", file])).stdout, `${ns}/web: 1 → 2 replicas\n`);
  await kubectl(["wait", "--for=jsonpath={.status.readyReplicas}=2", "deployment/web", `--namespace=${ns}`]);
  strictEqual((await runScript(["push", file])).code, 0);
  deepStrictEqual((await Deno.readTextFile(file)).split("\n"), [
    "\ufeffteam;Replicas;namespace;name;ready;image;status;note;last seen",
    `"Häuser; ""A""";2;${ns};web;2;nginx:1.28;available;;2`,
    ";;;",
    "sum;2;;",
    "",
  ]);
  strictEqual((await Deno.stat(file)).mode! & 0o777, 0o640);
});

Deno.test("examples/04_spreadsheet keeps formulas, styles, charts and other sheets of an XLSX file", async () => {
  await using namespace = await cluster.namespace("spreadsheet");
  await using folder = await tempFolder();
  const ns = namespace.name;
  await Promise.all([createDeployment(ns, "web", 1), createDeployment(ns, "api", 1)]);
  const file = join(folder.path, "mine.xlsx");
  const style = { fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "FFC000" } } } as const;
  const rows = [["name", "namespace", "replicas", "cost"], ["web", ns, 2, null], ["api", ns, 1, null]];
  const cells = new Map([
    ["1,2", { value: 2, type: "number", style } as const],
    ["1,3", { value: 20, type: "formula", formula: "C2*10", formulaResult: 20 } as const],
    ["2,2", { value: 1, type: "formula", formula: "C2-1", formulaResult: 1 } as const],
  ]);
  const anchor = { from: { row: 6, col: 0 }, to: { row: 20, col: 8 } };
  const charts = [{ type: "column" as const, series: [{ values: "C2:C3" }], anchor }];
  const sheets = [{ name: "Plan", rows, cells, charts }, { name: "Other", rows: [["kept"]] }];
  await Deno.writeFile(file, await writeXlsx({ sheets }));

  strictEqual((await runScript(["push", file])).stdout, `${ns}/web: 1 → 2 replicas\n`);
  await kubectl(["scale", "deployment", "--all", "--replicas=3", `--namespace=${ns}`]);
  const { code, stderr } = await runScript(["pull", file, `--namespace=${ns}`]);
  strictEqual(code, 1);
  match(stderr, /^C3 .*\/api: the formula gives 1, the cluster has 3$/m);

  const workbook = await openXlsx(await Deno.readFile(file), { readStyles: true });
  const [plan, other] = workbook.sheets;
  deepStrictEqual(plan!.rows.map((row) => row.slice(0, 4)), [rows[0], ["web", ns, 3, 20], ["api", ns, 1, null]]);
  deepStrictEqual(["1,3", "2,2"].map((key) => plan!.cells?.get(key)?.formula), ["C2*10", "C2-1"]);
  deepStrictEqual(plan!.cells?.get("1,2")?.style?.fill, style.fill);
  deepStrictEqual([plan!.charts?.length, other!.rows], [1, [["kept"]]]);
});

Deno.test("examples/04_spreadsheet tells what is wrong with a file or a command", async () => {
  await using folder = await tempFolder();
  const file = join(folder.path, "a.csv");
  const problems: [content: string | Uint8Array, problem: string][] = [
    ["namespace,name\n", 'row 1 has no column "replicas"'],
    ["namespace,name,replicas,Note,note\n", 'row 1 has two columns "note"'],
    ['namespace,name,replicas\n"shop,web,1\n', "a quote is not closed"],
    [new Uint8Array([0xe4]), "The encoded data is not valid"],
  ];
  for (const [content, problem] of problems) {
    await Deno.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
    const { code, stderr } = await runScript(["push", file]);
    deepStrictEqual([code, stderr.split("\n")[0]], [1, `error: Cannot read "${file}": ${problem}`]);
  }
  match((await runScript(["push", join(folder.path, "b.csv")])).stderr, /b\.csv": it does not exist$/m);
  for (const args of [[], ["push"], ["pul", file], ["watch", file, "--dry-run"]]) {
    strictEqual((await runScript(args)).code, 64, args.join(" "));
  }
  ok((await runScript(["--help"])).stdout.startsWith("Usage: "));
});

async function runScript(args: readonly string[]): Promise<KubescriptResult> {
  await using run = startScript(script, args);
  return await run.result;
}

/** Reads what a file shows, without the namespaces. */
async function read(file: string): Promise<string[][]> {
  const columns: Column[] = ["name", "replicas", "ready", "image", "status", "note"];
  const table = await Table.open(file, { create: false });
  return table.rows.map((row) => columns.map((column) => row.get(column)));
}

/** Changes a row as a user does who saves the file. */
async function edit(file: string, name: string, cells: Partial<Record<Column, string | number>>): Promise<void> {
  await change(file, (table) => table.rows.find((row) => row.get("name") === name)!, cells);
}

/** Adds a row as a user does. */
async function add(file: string, cells: Partial<Record<Column, string | number>>): Promise<void> {
  await change(file, (table) => table.addRow(), cells);
}

async function change(
  file: string,
  pick: (table: Table) => ReturnType<Table["addRow"]>,
  cells: Partial<Record<Column, string | number>>,
): Promise<void> {
  for (let isSaved = false; !isSaved;) {
    const table = await Table.open(file, { create: false });
    const row = pick(table);
    for (const [column, value] of Object.entries(cells)) row.set(column as Column, value);
    isSaved = await table.save();
  }
}

async function replicas(namespace: string, name: string): Promise<number> {
  return (await getObject(`deployment/${name}`, namespace)).spec.replicas;
}

async function createDeployment(namespace: string, name: string, count: number): Promise<void> {
  await kubectl([
    "create",
    "deployment",
    name,
    "--image=nginx:1.28",
    `--replicas=${count}`,
    `--namespace=${namespace}`,
  ]);
}

async function createAutoscaler(namespace: string, name: string): Promise<void> {
  await kubectl(["autoscale", `deployment/${name}`, "--min=2", "--max=5", "--cpu=80%", `--namespace=${namespace}`]);
}
