import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";
import { columnsOf } from "./columns.ts";
import { age, humanDuration } from "./human_duration.ts";
import { tableOf } from "./table.ts";

const NOW_MS = Date.UTC(2026, 0, 2);

Deno.test("humanDuration() tells two or three significant digits", () => {
  const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
  const cases: [ms: number, text: string][] = [
    [-2 * second, "<invalid>"],
    [-second, "0s"],
    [0, "0s"],
    [119 * second, "119s"],
    [2 * minute, "2m"],
    [9 * minute + 59 * second, "9m59s"],
    [179 * minute, "179m"],
    [3 * hour, "3h"],
    [7 * hour + 5 * minute, "7h5m"],
    [47 * hour, "47h"],
    [50 * hour, "2d2h"],
    [729 * day, "729d"],
    [731 * day, "2y1d"],
    [9 * 365 * day, "9y"],
  ];
  for (const [ms, text] of cases) strictEqual(humanDuration(ms), text);
  strictEqual(age(undefined, NOW_MS), "<unknown>");
});

Deno.test("columnsOf() has a cell for every heading", () => {
  const kinds = [["", "Pod"], ["apps", "Deployment"], ["batch", "Job"], ["", "Node"], ["unknown.example.com", "Any"]];
  const metadata = { name: "a", creationTimestamp: "2026-01-01T00:00:00Z" };
  const object = { metadata, spec: { containers: [] } } as unknown as StoredObject;
  for (const [group, kind] of kinds) {
    const columns = columnsOf(group!, kind!);
    ok(columns.length > 0 && columns.every(({ cell }) => cell(object, NOW_MS) !== null), kind);
  }
});

Deno.test("tableOf() includes what is asked for", () => {
  const resource = {
    columns: columnsOf("", "ConfigMap"),
    fromStored: (object: StoredObject) => object,
  } as Partial<ServedResource> as ServedResource;
  const metadata = { name: "a", creationTimestamp: "2026-01-01T00:00:00Z" };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "1" } } as StoredObject;
  const table = (includeObject: "None" | "Metadata" | "Object") =>
    tableOf([map], resource, { includeObject, nowMs: NOW_MS, metadata: { resourceVersion: "7" } });
  const [row] = table("Metadata").rows as { cells: unknown[]; object: unknown }[];
  deepStrictEqual(row!.cells, ["a", 1, "24h"]);
  deepStrictEqual(row!.object, { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata });
  deepStrictEqual((table("Object").rows as { object: unknown }[])[0]!.object, map);
  deepStrictEqual((table("None").rows as { object: unknown }[])[0]!.object, null);
  deepStrictEqual(table("None").metadata, { resourceVersion: "7" });
  deepStrictEqual(table("None").columnDefinitions?.map(({ name }) => name), ["Name", "Data", "Age"]);
  const event = tableOf([map], resource, { nowMs: NOW_MS, metadata: {}, headings: false });
  strictEqual(event.columnDefinitions, null);
});

Deno.test("tableOf() marks Pods that have ended", () => {
  const resource = { columns: columnsOf("", "Pod") } as Partial<ServedResource> as ServedResource;
  const pod = (phase: string) =>
    ({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, status: { phase } }) as StoredObject;
  const { rows } = tableOf([pod("Running"), pod("Failed")], resource, { nowMs: NOW_MS, metadata: {} });
  deepStrictEqual((rows as { conditions?: { reason: string }[] }[]).map(({ conditions }) => conditions?.[0]?.reason), [
    undefined,
    "Failed",
  ]);
});
