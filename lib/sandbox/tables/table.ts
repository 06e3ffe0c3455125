/**
 * Answers as tables: `application/json;as=Table;v=v1;g=meta.k8s.io`.
 *
 * @see {@link https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables | Tables}
 *
 * @module
 */

import type { ServedResource, StoredObject, TableColumn } from "../registry/served_resource.ts";

/** What of the objects stands beside their rows. */
export type IncludeObject = "None" | "Metadata" | "Object";

/** How to make a table. */
export interface TableOptions {
  /** What of the objects stands beside their rows. @default {"Metadata"} */
  readonly includeObject?: IncludeObject | undefined;
  /** The present in milliseconds since the epoch. */
  readonly nowMs: number;
  /** The metadata of the list, or of the only object. */
  readonly metadata: TableMetadata;
  /** Whether the objects are those of a list. @default {true} */
  readonly isList?: boolean | undefined;
  /** Whether the headings are there: of a watch only its first event has them. @default {true} */
  readonly headings?: boolean | undefined;
}

/** What a table has from the list of which it tells. */
export interface TableMetadata {
  readonly resourceVersion?: string | undefined;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

/** A table as it is sent. */
export interface ServedTable {
  readonly kind: "Table";
  readonly apiVersion: "meta.k8s.io/v1";
  readonly metadata: TableMetadata;
  readonly columnDefinitions: readonly Required<Omit<TableColumn, "cell">>[] | null;
  readonly rows: readonly unknown[];
}

/** The conditions of rows of Pods that have ended, by their phases. */
const ENDED_PODS: Readonly<Record<string, string>> = {
  Succeeded: "The pod has completed successfully.",
  Failed: "The pod failed.",
};

/**
 * Makes a table of objects.
 *
 * @param objects The objects as they are stored: also the tables of other versions are made of these.
 * @param resource The resource.
 * @param options What of the objects to include, and the metadata.
 * @returns The table.
 */
export function tableOf(
  objects: readonly StoredObject[],
  resource: ServedResource,
  { includeObject = "Metadata", nowMs, metadata, isList = true, headings = true }: TableOptions,
): ServedTable {
  const { columns } = resource;
  const { resourceVersion, continue: token, remainingItemCount } = metadata;
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: {
      ...resourceVersion && { resourceVersion },
      ...token && { continue: token },
      ...remainingItemCount !== undefined && { remainingItemCount },
    },
    columnDefinitions: headings
      ? columns.map(({ name, type, format = "", description, priority }) => {
        return { name, type, format, description, priority };
      })
      : null,
    rows: objects.map((object) => {
      const conditions = conditionsOf(object);
      return {
        cells: columns.map((column) => column.cell(object, nowMs, isList ? objects : [])),
        ...conditions && { conditions },
        object: includeObject === "Object" ? resource.fromStored(object) : partOf(object, includeObject),
      };
    }),
  };
}

function conditionsOf({ apiVersion, kind, status }: StoredObject): unknown[] | undefined {
  const reason = apiVersion === "v1" && kind === "Pod" ? (status as { phase?: string } | undefined)?.phase ?? "" : "";
  const message = ENDED_PODS[reason];
  return message === undefined ? undefined : [{ type: "Completed", status: "True", reason, message }];
}

function partOf(object: StoredObject, include: IncludeObject): unknown {
  if (include === "None") return null;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}
