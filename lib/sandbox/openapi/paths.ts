/**
 * The paths of documents of OpenAPI: what can be done with a resource, and with which parameters.
 *
 * @module
 */

import { collectionPath } from "../../kube/resource_path.ts";
import type { GroupVersionKind } from "../../kube/resource_type.ts";
import type { ServedResource } from "../registry/served_resource.ts";
import { refTo } from "./components.ts";

/** What a document says about paths, by path. */
export type Paths = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required?: true;
  readonly schema: { readonly type: string; readonly uniqueItems: true };
}

/** Query parameters that are no texts. */
const TYPES: Readonly<Record<string, string>> = {
  allowWatchBookmarks: "boolean",
  force: "boolean",
  gracePeriodSeconds: "integer",
  ignoreStoreReadErrorWithClusterBreakingPotential: "boolean",
  limit: "integer",
  orphanDependents: "boolean",
  sendInitialEvents: "boolean",
  timeoutSeconds: "integer",
  watch: "boolean",
};

const LIST = [
  "allowWatchBookmarks",
  "continue",
  "fieldSelector",
  "labelSelector",
  "limit",
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "timeoutSeconds",
  "watch",
];
const WRITE = ["dryRun", "fieldManager", "fieldValidation"];
const DELETE = [
  "dryRun",
  "gracePeriodSeconds",
  "ignoreStoreReadErrorWithClusterBreakingPotential",
  "orphanDependents",
  "propagationPolicy",
];

/** What a verb is in a document. */
interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  readonly action: string;
  readonly query: readonly string[];
  readonly body?: "object" | "patch" | "DeleteOptions";
  readonly answer: "object" | "list" | "Status";
}

const OF_COLLECTIONS: Readonly<Record<string, Operation>> = {
  list: { method: "get", action: "list", query: LIST, answer: "list" },
  create: { method: "post", action: "post", query: WRITE, body: "object", answer: "object" },
  deletecollection: {
    method: "delete",
    action: "deletecollection",
    query: [...new Set([...LIST, ...DELETE])].filter((name) => name !== "watch" && name !== "allowWatchBookmarks")
      .sort(),
    body: "DeleteOptions",
    answer: "Status",
  },
};

const OF_OBJECTS: Readonly<Record<string, Operation>> = {
  get: { method: "get", action: "get", query: [], answer: "object" },
  update: { method: "put", action: "put", query: WRITE, body: "object", answer: "object" },
  delete: { method: "delete", action: "delete", query: DELETE, body: "DeleteOptions", answer: "Status" },
  patch: { method: "patch", action: "patch", query: [...WRITE, "force"], body: "patch", answer: "object" },
};

const OF_SUBRESOURCES: Readonly<Record<string, Operation>> = {
  ...OF_OBJECTS,
  create: { ...OF_COLLECTIONS.create!, action: "post" },
};

/** The names of the schemas of a resource. */
export interface SchemaNames {
  /** Of its objects. */
  readonly object: string;
  /** Of its lists. */
  readonly list: string;
  /**
   * Names the schema of what a subresource reads and writes.
   *
   * @param gvk Its kind.
   * @returns The full name; `undefined` if there is none, as of streams.
   */
  ofKind(gvk: GroupVersionKind): string | undefined;
}

/**
 * Describes what can be done with a resource.
 *
 * @param resource The resource.
 * @param names The names of its schemas.
 * @returns The paths.
 */
export function pathsOf(resource: ServedResource, names: SchemaNames): Paths {
  const { namespaced, verbs, served } = resource;
  const [outer, inner] = namespaced ? [["namespace"], ["name", "namespace"]] : [[], ["name"]];
  const all = collectionPath(resource);
  const collection = namespaced ? all.replace(/[^/]+$/, "namespaces/{namespace}/$&") : all;
  const describe = (operations: Readonly<Record<string, Operation>>, wanted: readonly string[]) =>
    describeAll(operations, wanted, resource, names.object, names.list);
  const entries: [string, Record<string, unknown>][] = [
    [collection, { ...describe(OF_COLLECTIONS, verbs), parameters: parameters(outer) }],
    [`${collection}/{name}`, { ...describe(OF_OBJECTS, verbs), parameters: parameters(inner) }],
  ];
  if (namespaced && verbs.includes("list")) {
    entries.push([all, { ...describe(OF_COLLECTIONS, ["list"]), parameters: parameters([]) }]);
  }
  for (const { name, verbs, kind = resource } of served.values()) {
    const schema = names.ofKind(kind);
    if (schema === undefined) continue;
    const described = describeAll(OF_SUBRESOURCES, verbs, kind, schema, schema);
    entries.push([`${collection}/{name}/${name}`, { ...described, parameters: parameters(inner) }]);
  }
  return Object.fromEntries(
    entries.filter(([, { parameters: _, ...operations }]) => Object.keys(operations).length > 0),
  );
}

function describeAll(
  operations: Readonly<Record<string, Operation>>,
  verbs: readonly string[],
  { group, version, kind }: GroupVersionKind,
  object: string,
  list: string,
): Record<string, unknown> {
  const entries = Object.entries(operations).filter(([verb]) => verbs.includes(verb)).map(([, operation]) => {
    const { method, action, query, body, answer } = operation;
    const schema = answer === "Status" ? refTo("Status") : refTo(answer === "list" ? list : object);
    const described = {
      parameters: query.map((name) => parameter(name, "query")),
      ...body && { requestBody: requestBody(body, object) },
      responses: {
        "200": { description: "OK", content: { "application/json": { schema }, "application/yaml": { schema } } },
        "401": { description: "Unauthorized" },
      },
      "x-kubernetes-action": action,
      "x-kubernetes-group-version-kind": { group, version, kind },
    };
    return [method, described];
  });
  return Object.fromEntries(entries);
}

function requestBody(body: NonNullable<Operation["body"]>, object: string): unknown {
  if (body !== "patch") {
    return { content: { "*/*": { schema: refTo(body === "object" ? object : body) } }, required: body === "object" };
  }
  const types = ["apply-patch+yaml", "json-patch+json", "merge-patch+json", "strategic-merge-patch+json"];
  return {
    content: Object.fromEntries(types.map((type) => [`application/${type}`, { schema: refTo("Patch") }])),
    required: true,
  };
}

function parameters(path: readonly string[]): Parameter[] {
  return [...path.map((name) => parameter(name, "path")), parameter("pretty", "query")];
}

function parameter(name: string, place: "path" | "query"): Parameter {
  const schema = { type: TYPES[name] ?? "string", uniqueItems: true } as const;
  return { name, in: place, ...place === "path" && { required: true }, schema };
}
