/**
 * The headings of the tables of all kinds, as a running API server tells them: `lib/kinds/columns.json`.
 *
 * @module
 */
import type { Client } from "../../lib/client/client.ts";
import { readTable, type TableColumn } from "../../lib/client/table.ts";
import { collectionPath } from "../../lib/kube/resource_path.ts";
import type { BuiltInApi } from "./api.ts";

/** The headings by group and kind, such as `apps/Deployment`. */
export type Columns = Readonly<Record<string, readonly TableColumn[]>>;

/**
 * Asks an API server for the headings of its tables.
 *
 * @param client The server.
 * @param api What it says about itself.
 * @returns The headings.
 */
export async function readColumns(client: Client, { types }: BuiltInApi): Promise<Columns> {
  const listed = types.filter(({ verbs }) => verbs?.includes("list"));
  const entries = await Promise.all(listed.map(async (type) => {
    const path = `${collectionPath(type)}?limit=1`;
    const body = await client.raw(path, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" });
    return [`${type.group}/${type.kind}`, readTable(JSON.parse(body)).columnDefinitions] as const;
  }));
  return Object.fromEntries(entries);
}

/**
 * Prints the headings; descriptions, which many have in common, stand once.
 *
 * @param columns The headings.
 * @returns The text by its path below `lib/kinds`.
 */
export function printColumns(columns: Columns): Map<string, string> {
  const descriptions = new Set(Object.values(columns).flat().map(({ description = "" }) => description));
  const texts = [...descriptions].sort();
  const lines = Object.keys(columns).sort().map((kind) => {
    const compacted = columns[kind]!.map(({ description = "", ...column }) => {
      const said = Object.fromEntries(Object.entries(column).filter(([, value]) => value !== ""));
      return { ...said, description: texts.indexOf(description) };
    });
    return `${JSON.stringify(kind)}:${JSON.stringify(compacted)}`;
  });
  const list = texts.map((text) => JSON.stringify(text));
  return new Map([[
    "columns.json",
    `{"descriptions":[\n${list.join(",\n")}\n],"columns":{\n${lines.join(",\n")}\n}}\n`,
  ]]);
}
