#!/usr/bin/env -S deno run -A
/** Finds containers without a memory limit in all namespaces: as a table, as CSV or as JSON. */
import { connect } from "@kubescript/kubescript";
import { Pod } from "@kubescript/kubescript/kinds";

await using k = await connect({ usage: "without_limits.ts [--csv | --json]" });
const rows: { namespace: string; pod: string; container: string; request: string }[] = [];

for await (const { metadata: { namespace, name: pod }, spec } of k.list(Pod, { allNamespaces: true })) {
  for (const { name: container, resources } of [...spec?.initContainers ?? [], ...spec?.containers ?? []]) {
    if (resources?.limits?.memory) continue;
    rows.push({ namespace, pod, container, request: String(resources?.requests?.memory ?? "") });
  }
}

const cells = [["NAMESPACE", "POD", "CONTAINER", "REQUEST"], ...rows.map((row) => Object.values(row))];
const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
const [form] = k.args;
if (form === "--json") console.log(JSON.stringify(rows, undefined, 2));
else if (form === "--csv") console.log(cells.map((row) => row.join(",")).join("\n"));
else for (const row of cells) console.log(row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd());
