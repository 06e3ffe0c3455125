/**
 * What explains why an object is not ready: containers that wait, warning events, last log lines.
 *
 * @module
 */

import type { LiveObject } from "../kube/object.ts";
import { objectPath } from "../kube/resource_path.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { EVENT, POD } from "../kube/well_known_types.ts";
import type { Session } from "./session.ts";

const MOST_PODS = 3;
const MOST_EVENTS = 3;
const LOG_LINES = 5;

interface ContainerStatus {
  name: string;
  ready?: boolean;
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { exitCode?: number; reason?: string } };
  restartCount?: number;
}

/**
 * Collects what explains why an object is not ready.
 *
 * @param session The session.
 * @param type How the API serves the object's kind.
 * @param live The object.
 * @returns Lines for people; none if nothing can be found out.
 */
export async function diagnose(session: Session, type: ResourceType, live: LiveObject): Promise<string[]> {
  try {
    const pods = type.kind === "Pod" ? [live] : await podsOf(session, live);
    const troubled = pods.filter((pod) => !isReady(pod)).slice(0, MOST_PODS);
    const parts = await Promise.all([
      warningsOf(session, live),
      ...troubled.map(async (pod) => [
        ...containerTroubles(pod),
        ...(pod === live ? [] : await warningsOf(session, pod)),
        ...await lastLogLines(session, pod),
      ]),
    ]);
    return [...new Set(parts.flat())];
  } catch {
    // An explanation is a courtesy: without the permission for it, the reason itself still stands.
    return [];
  }
}

async function podsOf(session: Session, live: LiveObject): Promise<LiveObject[]> {
  const { selector } = (live.spec ?? {}) as { selector?: { matchLabels?: Record<string, string> } };
  const labels = selector?.matchLabels ?? {};
  if (Object.keys(labels).length === 0) return [];
  return await session.client.list(POD, { namespace: live.metadata.namespace, labels }).toArray();
}

function isReady(pod: LiveObject): boolean {
  const { conditions = [] } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some((condition) => condition.type === "Ready" && condition.status === "True");
}

function containerStatuses(pod: LiveObject): ContainerStatus[] {
  const status = (pod.status ?? {}) as Record<string, ContainerStatus[] | undefined>;
  return [...status.initContainerStatuses ?? [], ...status.containerStatuses ?? []];
}

function containerTroubles(pod: LiveObject): string[] {
  return containerStatuses(pod).flatMap(({ name, state, restartCount = 0 }) => {
    const trouble = state?.waiting ?? state?.terminated;
    if (trouble?.reason === undefined || trouble.reason === "Completed") return [];
    const message = "message" in trouble && trouble.message ? `: ${trouble.message}` : "";
    const restarts = restartCount > 0 ? `, restarted ${restartCount} times` : "";
    return [`Pod/${pod.metadata.name} container "${name}": ${trouble.reason}${message}${restarts}`];
  });
}

async function warningsOf(session: Session, live: LiveObject): Promise<string[]> {
  const fields = `involvedObject.uid=${live.metadata.uid},type=Warning`;
  const events = await session.client.list(EVENT, { namespace: live.metadata.namespace, fields }).toArray();
  return events.slice(-MOST_EVENTS).map((event) =>
    `${live.kind}/${live.metadata.name}: ${event.reason}: ${event.message}`
  );
}

async function lastLogLines(session: Session, pod: LiveObject): Promise<string[]> {
  const crashed = containerStatuses(pod).filter(({ ready, restartCount = 0 }) => ready === false && restartCount > 0);
  const lines = await Promise.all(crashed.map(async ({ name }) => {
    const { namespace, name: podName } = pod.metadata;
    const query = new URLSearchParams({ container: name, previous: "true", tailLines: String(LOG_LINES) });
    const path = `${objectPath(POD, { namespace, name: podName, subresource: "log" })}?${query}`;
    const what = `read the log of Pod/${namespace}/${podName}`;
    const text = await session.client.fetchText({ method: "GET", verb: "get", path, what, idempotent: true });
    return text.trimEnd().split("\n").map((line) => `Pod/${podName} container "${name}" log: ${line}`);
  }));
  return lines.flat();
}
