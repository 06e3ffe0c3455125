/**
 * What a request is about, read from its method, path and query.
 *
 * See `RequestInfoFactory` of {@link https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/request | k8s.io/apiserver}.
 *
 * @module
 */

/** What a request is about. */
export interface RequestInfo {
  /** Whether it is about a resource; other paths are `/version`, `/apis` and the like. */
  readonly isResource: boolean;
  /** The verb, such as `get` or `deletecollection`; of other paths the method in small letters. */
  readonly verb: string;
  /** The path, decoded. */
  readonly path: string;
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The version. */
  readonly version: string;
  /** The resource, such as `pods`. */
  readonly resource: string;
  /** The subresource, such as `log`; empty for none. */
  readonly subresource: string;
  /** What follows the subresource, such as the path of a proxy. */
  readonly rest: string;
  /** The namespace; empty for cluster-scoped resources and for all namespaces. */
  readonly namespace: string;
  /** The name; empty for collections. */
  readonly name: string;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** What of a namespace is no resource in it. */
const NAMESPACE_SUBRESOURCES = ["status", "finalize"];

/**
 * Reads what a request is about.
 *
 * @param method The method.
 * @param path The path, as it was sent.
 * @param query The query.
 * @returns What it is about.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const { verb, namespace, resource, name, subresource } = parseRequestInfo(
 *   "PATCH",
 *   "/apis/apps/v1/namespaces/shop/deployments/web/scale",
 *   new URLSearchParams(),
 * );
 * deepStrictEqual([verb, namespace, resource, name, subresource], ["patch", "shop", "deployments", "web", "scale"]);
 * ```
 */
export function parseRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const [prefix, ...parts] = path.split("/").filter((part) => part !== "").map(decode);
  const other: RequestInfo = { ...NOTHING, verb: method.toLowerCase(), path };
  const start = prefix === "api" ? 1 : prefix === "apis" ? 2 : Infinity;
  if (parts.length <= start) return other;
  const group = prefix === "api" ? "" : parts.shift()!;
  const version = parts.shift()!;
  let verb = VERBS[method] ?? "";
  if (parts[0] === "watch" && parts.length > 1) {
    parts.shift();
    verb = "watch";
  }
  const place = placeOf(parts);
  if (place.name === "" && (verb === "get" || verb === "delete")) {
    verb = verb === "delete" ? "deletecollection" : isTrue(query.get("watch")) ? "watch" : "list";
  } else if (place.subresource === "" && verb === "get" && isTrue(query.get("watch"))) verb = "watch";
  return { ...other, isResource: true, verb, group, version, ...place };
}

const NOTHING = {
  isResource: false,
  group: "",
  version: "",
  resource: "",
  subresource: "",
  rest: "",
  namespace: "",
  name: "",
};

function placeOf(parts: string[]): Pick<RequestInfo, "namespace" | "resource" | "name" | "subresource" | "rest"> {
  let namespace = "";
  let own = parts;
  if (parts[0] === "namespaces" && parts.length > 1) {
    namespace = parts[1]!;
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.includes(parts[2]!)) own = parts.slice(2);
  }
  const [resource = "", name = "", subresource = "", ...rest] = own;
  return { namespace, resource, name, subresource, rest: rest.join("/") };
}

/** Go takes these for `true`, and nothing but these for `false`. */
function isTrue(text: string | null): boolean {
  return text !== null && !["false", "0", "FALSE", "False", "f", "F"].includes(text);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
