/**
 * What can go wrong between a client and an API server, and with which requests.
 *
 * @module
 */

import type { ResourceType } from "../../kube/resource_type.ts";
import { parseRequestInfo } from "../../sandbox/api/request_info.ts";

/** What happens instead of the server's answer. */
export type FaultInstead =
  /** The connection is closed. */
  | { readonly fault: "drop" }
  /** The connection stays open, and nothing is heard of it any more. */
  | { readonly fault: "blackHole" }
  /** There is another answer, see `answers.ts`. */
  | { readonly fault: "answer"; readonly answer: FaultAnswer };

/** What happens to the body of the server's answer. */
export type FaultInBody =
  /** The connection is closed in the middle. */
  | { readonly fault: "cut" } & BodyOffset
  /** The connection stays open, and nothing more comes. */
  | { readonly fault: "stall" } & BodyOffset
  /** The body comes slowly. */
  | { readonly fault: "throttle"; readonly bytesPerSecond: number }
  /** Every line comes twice: in a watch, every event. */
  | { readonly fault: "duplicate" }
  /** A line comes that the server did not send: in a watch, an event. */
  | { readonly fault: "insert"; readonly line: string; readonly afterLines?: number };

/** A fault. */
export type Fault =
  | FaultInstead & {
    /** Whether the server gets the request all the same, and only its answer is lost. */
    readonly carriedOut?: boolean;
  }
  | FaultInBody
  /** The server gets the request later. */
  | { readonly fault: "delay"; readonly ms: number };

/** How much of a body gets through: so many lines, and then so many bytes. */
export interface BodyOffset {
  /** The whole lines. @default {0} */
  readonly afterLines?: number;
  /** The bytes after them. @default {0} */
  readonly afterBytes?: number;
}

/** An answer that does not come from the server. */
export interface FaultAnswer {
  /** The HTTP status code. */
  readonly status: number;
  /** The header fields; the length of the body is added. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body. */
  readonly body: string;
}

/** Which requests a fault strikes: those for which all of this holds. */
export interface RequestMatcher {
  /** What it does, as authorization names it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` … */
  readonly verb?: string;
  /** The kind. */
  readonly kind?: { readonly type: Pick<ResourceType, "group" | "plural"> };
  /** The namespace of the objects. */
  readonly namespace?: string;
  /** The name of the object. */
  readonly name?: string;
  /** The HTTP method. */
  readonly method?: string;
  /** What the path with its query must match. */
  readonly path?: RegExp;
  /** Whether it must be a watch, or must be none. */
  readonly watch?: boolean;
  /** How many such requests get away before the first one is struck. @default {0} */
  readonly skip?: number;
  /** How many such requests are struck. @default {Infinity} */
  readonly times?: number;
}

/** A fault that is in force: until it is disposed, or has struck as often as it may. */
export class Injection implements Disposable {
  /** The fault. */
  readonly fault: Fault;
  readonly #matcher: RequestMatcher;
  #matched = 0;
  #disposed = false;

  /**
   * Puts a fault in force.
   *
   * @param fault The fault.
   * @param matcher Which requests it strikes.
   */
  constructor(fault: Fault, matcher: RequestMatcher) {
    this.fault = fault;
    this.#matcher = matcher;
  }

  /** How many requests it struck so far. */
  get strikes(): number {
    const { skip = 0, times = Infinity } = this.#matcher;
    return Math.min(Math.max(this.#matched - skip, 0), times);
  }

  /**
   * Decides whether a request is struck, and counts it.
   *
   * @param method Its method.
   * @param path Its path with the query.
   * @returns Whether the fault strikes it.
   */
  strikesRequest(method: string, path: string): boolean {
    if (this.#disposed || !matches(this.#matcher, method, path)) return false;
    const before = this.strikes;
    this.#matched++;
    return this.strikes > before;
  }

  /** Ends the fault; requests that are under way keep it. */
  [Symbol.dispose](): void {
    this.#disposed = true;
  }
}

/** All faults that are in force. */
export class Injections {
  readonly #all = new Set<Injection>();

  /**
   * Puts a fault in force.
   *
   * @param fault The fault.
   * @param matcher Which requests it strikes.
   * @returns The fault in force; disposing it ends it.
   */
  inject(fault: Fault, matcher: RequestMatcher = {}): Injection {
    const injection = new Injection(fault, matcher);
    this.#all.add(injection);
    return injection;
  }

  /**
   * Finds the fault that strikes a request; of several the one that was injected last.
   *
   * @param method Its method.
   * @param path Its path with the query.
   * @returns The fault, if there is one.
   */
  choose(method: string, path: string): Fault | undefined {
    let chosen: Fault | undefined;
    // All of them count the request, so that `skip` and `times` do not depend on one another.
    for (const injection of this.#all) {
      if (injection.strikesRequest(method, path)) chosen = injection.fault;
    }
    return chosen;
  }
}

function matches(matcher: RequestMatcher, method: string, target: string): boolean {
  const { path: pattern, verb, kind, namespace, name } = matcher;
  const isWatch = /[?&]watch=(true|1)\b/.test(target);
  if ((matcher.method ?? method) !== method || (matcher.watch ?? isWatch) !== isWatch) return false;
  if (pattern && target.search(pattern) < 0) return false;
  if ([verb, kind, namespace, name].every((wanted) => wanted === undefined)) return true;
  const [path = "", query] = target.split("?");
  const info = parseRequestInfo(method, path, new URLSearchParams(query));
  const { group = info.group, plural = info.resource } = kind?.type ?? {};
  return (verb ?? info.verb) === info.verb && group === info.group && plural === info.resource &&
    (namespace ?? info.namespace) === info.namespace && (name ?? info.name) === info.name;
}

/**
 * Tells whether the server's answer is lost by a fault.
 *
 * @param fault The fault.
 * @returns Whether it is.
 */
export function isInstead(fault: Fault | undefined): fault is FaultInstead & { readonly carriedOut?: boolean } {
  return fault?.fault === "drop" || fault?.fault === "blackHole" || fault?.fault === "answer";
}
