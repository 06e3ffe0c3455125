/**
 * Events: short notes about objects, which `kubectl describe` shows.
 *
 * @module
 */

import type { KubeRequest } from "../kube/request.ts";
import { collectionPath } from "../kube/resource_path.ts";

/** What an Event says. */
export interface EventText {
  /** The object that it is about. */
  readonly about: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly namespace?: string | undefined;
      readonly uid?: string;
      readonly resourceVersion?: string;
    };
  };
  /** `Warning` for what somebody should look at. */
  readonly type: "Normal" | "Warning";
  /** Why, in one word such as `ScaledUp`. */
  readonly reason: string;
  /** What happened, for people; longer texts are cut. */
  readonly message: string;
  /** When, in milliseconds since the epoch. */
  readonly timeMs: number;
}

const EVENT = { group: "events.k8s.io", version: "v1", kind: "Event", plural: "events", namespaced: true };

// Both are limits of the API, in bytes; names are ASCII.
const LONGEST_NOTE = 1_024;
const LONGEST_NAME = 200;

/**
 * Makes the request that records an Event.
 *
 * @param event What it says.
 * @returns The request. Events about cluster-scoped objects are in the namespace `default`, as everybody's are.
 */
export function recordEvent({ about, type, reason, message, timeMs }: EventText): KubeRequest {
  const { name, namespace = "default", uid, resourceVersion } = about.metadata;
  const { apiVersion, kind } = about;
  const time = new Date(timeMs).toISOString();
  return {
    method: "POST",
    verb: "create",
    path: collectionPath(EVENT, namespace),
    what: `record an Event about ${kind} "${name}"`,
    target: { type: EVENT, namespace },
    idempotent: false,
    body: {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { generateName: `${name.slice(0, LONGEST_NAME).replace(/[^a-z0-9]+$/, "")}-`, namespace },
      eventTime: time.replace("Z", "000Z"),
      reportingController: "kubescript",
      reportingInstance: "kubescript",
      action: reason,
      type,
      reason,
      note: cut(message),
      regarding: { apiVersion, kind, name, namespace: about.metadata.namespace, uid, resourceVersion },
    },
  };
}

/** Cuts a text where the next character would not fit any more. */
function cut(message: string): string {
  return message.slice(0, new TextEncoder().encodeInto(message, new Uint8Array(LONGEST_NOTE)).read);
}
