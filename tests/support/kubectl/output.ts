/**
 * Writes objects as kubectl does with `--output`.
 *
 * @module
 */
import { formatGroupKind, parseApiVersion } from "../../../lib/kube/resource_type.ts";
import type { KubeObject, LiveObject } from "../../../lib/kube/object.ts";
import { jsonPath } from "../../../lib/sandbox/crds/json_path.ts";

/** How to write objects. */
export interface OutputOptions {
  /** The format, such as `name` or `jsonpath={.data}`. */
  readonly format: string;
  /** Whether a list was asked for, be it of one object. */
  readonly isList: boolean;
  /** Whether to show `metadata.managedFields`. */
  readonly withManagers: boolean;
}

/**
 * Writes objects.
 *
 * @param objects The objects.
 * @param options How.
 * @returns The text.
 * @throws {TypeError} If the format is not known here.
 */
export function formatObjects(objects: readonly LiveObject[], options: OutputOptions): string {
  const { format, isList, withManagers } = options;
  const items = withManagers ? objects : objects.map(withoutManagers);
  const shown = isList ? { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items } : items[0];
  const [kind, template] = [format.replace(/=.*/s, ""), format.replace(/^[^=]*=/s, "")];
  if (kind === "name" || kind === "") return items.map((object) => `${nameOf(object)}\n`).join("");
  if (kind === "json") return `${JSON.stringify(shown, undefined, 4)}\n`;
  if (kind === "jsonpath") return fillTemplate(template, shown);
  if (kind === "custom-columns") return formatColumns(template.split(","), items);
  throw new TypeError(`Cannot stand in for kubectl: it is not told of the output "${format}"`);
}

/**
 * Names an object as `--output=name` does.
 *
 * @param object The object.
 * @returns For example `deployment.apps/web`.
 */
export function nameOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${formatGroupKind({ ...parseApiVersion(apiVersion), kind: kind.toLowerCase() })}/${metadata!.name}`;
}

function withoutManagers(object: LiveObject): LiveObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function formatColumns(columns: readonly string[], items: readonly LiveObject[]): string {
  const paths = columns.map((column) => jsonPath(column.replace(/^[^:]*:/, "")));
  const rows = items.map((item) => paths.map((path) => path(item).map(textOf).join(",") || "<none>").join("   "));
  return [columns.map((column) => column.replace(/:.*/, "")).join("   "), ...rows].map((row) => `${row}\n`).join("");
}

/** What the server says of objects for a table of them. */
export interface Table {
  /** The columns; those with a priority are left out. */
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  /** What stands in them. */
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/**
 * Writes a table.
 *
 * @param table The table.
 * @returns The text; the columns are not aligned.
 */
export function formatTable({ columnDefinitions, rows }: Table): string {
  const isShown = (_: unknown, i: number) => columnDefinitions[i]!.priority === 0;
  const header = columnDefinitions.map(({ name }) => name.toUpperCase());
  return [header, ...rows.map(({ cells }) => cells)].map((cells) => `${cells.filter(isShown).join("   ")}\n`).join("");
}

/** Fills a template such as `{range .items[*]}{.metadata.name}{'\n'}{end}`; ranges are not nested. */
function fillTemplate(template: string, object: unknown): string {
  return template.replace(/\{range ([^}]*)\}(.*?)\{end\}/gs, (_, path: string, body: string) => {
    return jsonPath(path)(object).map((item) => fillTemplate(body, item)).join("");
  }).replace(/\{('[^']*'|\.[^}]*)\}/g, (_, part: string) => {
    if (part.startsWith("'")) return part.slice(1, -1).replaceAll("\\n", "\n");
    return jsonPath(part)(object).map(textOf).join(" ");
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
