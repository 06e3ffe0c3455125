/**
 * The columns of the tables of custom resources.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import type { StoredObject, TableColumn } from "../registry/served_resource.ts";
import { columnsOf } from "../tables/columns.ts";
import { age } from "../tables/human_duration.ts";
import type { PrinterColumn } from "./definition.ts";
import { type JsonPath, jsonPath } from "./json_path.ts";

/** What is shown if a definition names no columns. */
const AGE: readonly PrinterColumn[] = [{
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: columnsOf("", "Namespace").find(({ name }) => name === "Age")!.description,
}];

/**
 * Makes the columns of a custom resource.
 *
 * @param columns The columns that its definition names.
 * @returns The columns, of which the first shows the name.
 */
export function printerColumns(columns: readonly PrinterColumn[] = AGE): readonly TableColumn[] {
  const [name] = columnsOf("", "Namespace");
  const described = columns.map(({ jsonPath: text, description, ...column }): TableColumn => {
    const path = pathOf(text);
    return {
      name: column.name,
      type: column.type,
      ...column.format !== undefined && { format: column.format },
      description: description || `Custom resource definition column (in JSONPath format): ${text}`,
      priority: column.priority ?? 0,
      cell: (object, nowMs) => cellOf(object, path, column.type, nowMs),
    };
  });
  return [name!, ...described];
}

/** Columns that are beyond the sandbox are empty. */
function pathOf(text: string): JsonPath {
  try {
    return jsonPath(text);
  } catch {
    return () => [];
  }
}

function cellOf(object: StoredObject, path: JsonPath, type: string, nowMs: number): unknown {
  const [value] = path(object);
  if (value === undefined || value === null) return null;
  switch (type) {
    case "string":
      return typeof value === "string" ? value : stringifyJson(value);
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : typeof value === "bigint" ? value : null;
    case "number":
      return typeof value === "number" || typeof value === "bigint" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      if (typeof value !== "string") return null;
      return Number.isNaN(Date.parse(value)) ? "<invalid>" : age(value, nowMs);
    default:
      return null;
  }
}
