/**
 * What a write does, in words.
 *
 * @module
 */

import type { KubeRequest, RequestTarget } from "../../kube/request.ts";
import type { ResourceType } from "../../kube/resource_type.ts";

/** What a write does. */
export interface WriteAction {
  /** In the infinitive, such as `delete`. */
  readonly verb: string;
  /** Once it is done, such as `deleted`. */
  readonly done: string;
}

const SUBRESOURCES: Readonly<Record<string, WriteAction>> = {
  eviction: { verb: "evict", done: "evicted" },
  scale: { verb: "scale", done: "scaled" },
  binding: { verb: "bind", done: "bound" },
  token: { verb: "make a token for", done: "made a token for" },
  exec: { verb: "run a command in", done: "ran a command in" },
  attach: { verb: "attach to", done: "attached to" },
  portforward: { verb: "forward a port to", done: "forwarded a port to" },
};

/**
 * Names what a write does.
 *
 * @param request The request.
 * @returns The words.
 */
export function writeAction({ verb, contentType, target }: KubeRequest): WriteAction {
  const subresource = target?.subresource;
  const special = subresource === undefined ? undefined : SUBRESOURCES[subresource];
  if (special) return special;
  const action = plainAction(verb, contentType);
  return subresource === undefined ? action : {
    verb: `${action.verb} ${subresource} of`,
    done: `${action.done} ${subresource} of`,
  };
}

function plainAction(verb: KubeRequest["verb"], contentType: string | undefined): WriteAction {
  switch (verb) {
    case "create":
      return { verb: "create", done: "created" };
    case "update":
      return { verb: "replace", done: "replaced" };
    case "patch":
      return contentType === "application/apply-patch+yaml"
        ? { verb: "apply", done: "applied" }
        : { verb: "patch", done: "patched" };
    default:
      return { verb: "delete", done: "deleted" };
  }
}

/**
 * Counts objects of a kind in words.
 *
 * @param count How many.
 * @param type The kind.
 * @returns For example `1 Pod`, `12 NetworkPolicies`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const type = { group: "", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies", namespaced: true };
 * strictEqual(countOfKind(2, type), "2 NetworkPolicies");
 * ```
 */
export function countOfKind(count: number, { kind, plural }: ResourceType): string {
  if (count === 1) return `1 ${kind}`;
  const lower = kind.toLowerCase();
  let common = 0;
  while (common < lower.length && lower[common] === plural[common]) common++;
  return `${count} ${kind.slice(0, common)}${plural.slice(common)}`;
}

/**
 * Names what a request is about.
 *
 * @param target The target.
 * @returns For example `Pod/shop/web-0`.
 */
export function nameTarget({ type, namespace, name }: RequestTarget): string {
  return [type.kind, type.namespaced ? namespace : undefined, name].filter((part) => part).join("/");
}
