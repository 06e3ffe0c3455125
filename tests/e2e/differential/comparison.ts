/**
 * Sends sequences of requests to two servers and finds where their answers first disagree.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isJsonObject, jsonEquals } from "../../../lib/base/json.ts";
import { KNOWN_DISAGREEMENTS } from "./known.ts";
import { TESTED_KINDS, type TestedKind } from "./kinds.ts";
import type { RequestTemplate, Sequence } from "./requests.ts";
import { type ComparableAnswer, type ServerLocation, Session } from "./server.ts";

/** Two servers that should be alike. */
export interface Pair {
  /** The server that is right. */
  readonly real: ServerLocation;
  /** The server that is tested. */
  readonly sandbox: ServerLocation;
  /** The namespace, which both have, with a ConfigMap `owner`. */
  readonly namespace: string;
}

/** What came of a sequence. */
export interface Outcome {
  /** How many requests were sent to each server. */
  readonly requests: number;
  /** Where they disagree, for people; absent if they agree. */
  readonly disagreement?: string;
  /** Which known disagreement ended the sequence. */
  readonly known?: string;
}

/** Kinds whose objects nobody but the test writes. */
const WATCHED = ["secrets", "roles", "rolebindings", "gadgets", "pods", "cronjobs"];
const SETTLE_MS = 10_000;
const POLL_MS = 50;

/**
 * Sends a sequence to both servers.
 *
 * @param sequence The sequence.
 * @param pair The servers.
 * @returns What came of it.
 */
export async function compare(sequence: Sequence, pair: Pair): Promise<Outcome> {
  const unique = `unique-${crypto.randomUUID().slice(0, 8)}`;
  const sessions = [
    new Session(pair.real, pair.namespace, unique),
    new Session(pair.sandbox, pair.namespace, unique),
  ] as const;
  await both(sessions, (session) => session.send({ method: "GET", path: `${TESTED_KINDS.configmaps!.path}/owner` }));
  const watched = sequence.watches ? sequence.kinds.filter((kind) => WATCHED.includes(kind)) : [];
  const starts = await both(sessions, (session) => Promise.all(watched.map((kind) => versionOf(session, kind))));
  const told: string[] = [];
  try {
    for (const [i, request] of sequence.requests.entries()) {
      const [real, sandbox] = await both(sessions, (session) => session.send(request));
      told.push(`${i + 1}. ${describe(request)}\n   ${real.code}`);
      const known = KNOWN_DISAGREEMENTS.find(({ concerns }) => concerns(request, real, sandbox));
      const difference = differenceOf(real, sandbox);
      if (difference !== "") {
        if (known) return { requests: told.length, known: known.name };
        return { requests: told.length, disagreement: `${told.join("\n")}\n\n${difference}` };
      }
      await both(sessions, (session) => settle(session, request, real));
    }
    for (const [i, kind] of watched.entries()) {
      const { path } = TESTED_KINDS[kind]!;
      const sandbox = await sessions[1].watch(path, starts[1][i]!, Infinity, 100);
      const real = await sessions[0].watch(path, starts[0][i]!, sandbox.length, 1_000);
      const difference = differenceOf(real.map(typeOf), sandbox.map(typeOf)) || differenceOf(real, sandbox);
      if (difference !== "") {
        return { requests: told.length, disagreement: `${told.join("\n")}\nwatch of ${kind}\n\n${difference}` };
      }
    }
    return { requests: told.length };
  } finally {
    await both(sessions, (session) => Promise.all(sequence.kinds.map((kind) => cleanUp(session, TESTED_KINDS[kind]!))));
  }
}

async function both<T>(
  [one, other]: readonly [Session, Session],
  act: (session: Session) => Promise<T>,
): Promise<readonly [T, T]> {
  return await Promise.all([act(one), act(other)]);
}

function typeOf(event: unknown): string {
  const { type, object } = event as { type: string; object: { metadata: Record<string, string> } };
  return `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`;
}

function describe({ method, path, contentType, accept, body }: RequestTemplate): string {
  return [method, path, contentType ?? accept ?? "", body ?? ""].join(" ").trimEnd();
}

/** Says in which places two values differ. */
function differenceOf(real: ComparableAnswer | unknown[], sandbox: ComparableAnswer | unknown[]): string {
  const lines = [...differences(real, sandbox, "")];
  return lines.length === 0 ? "" : lines.slice(0, 30).join("\n");
}

function* differences(real: unknown, sandbox: unknown, path: string): Generator<string> {
  if (jsonEquals(real, sandbox)) return;
  // Of answers with other codes all is told.
  const isOther = isJsonObject(real) && isJsonObject(sandbox) && real.code !== sandbox.code;
  const areLists = Array.isArray(real) && Array.isArray(sandbox) && real.length === sandbox.length;
  if (!isOther && (areLists || isJsonObject(real) && isJsonObject(sandbox))) {
    const [one, other] = [real as Record<string, unknown>, sandbox as Record<string, unknown>];
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      yield* differences(one[name], other[name], `${path}/${name}`);
    }
  } else yield `${path}\n   real:    ${JSON.stringify(real)}\n   sandbox: ${JSON.stringify(sandbox)}`;
}

/** Waits until the controllers have done what the request makes them do. */
async function settle(session: Session, { method, path }: RequestTemplate, { code }: ComparableAnswer): Promise<void> {
  const kind = Object.values(TESTED_KINDS).find((one) => path.startsWith(one.path));
  if (kind === undefined || method === "GET" || code > 299 || kind.kind === "Namespace") return;
  let before = "";
  for (const deadline = Date.now() + SETTLE_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const { body } = await session.send({ method: "GET", path: kind.path });
    const text = JSON.stringify(body);
    const isStill = !kind.controlled || text === before;
    before = text;
    const objects = (isJsonObject(body) && Array.isArray(body.items) ? body.items : [body]) as LiveObject[];
    if (isStill && objects.every((object) => isSettled(object, kind))) return;
  }
  throw new Error(`Cannot go on: the controllers do not come to rest with ${kind.path}`);
}

interface LiveObject {
  readonly metadata?: { readonly generation?: number; readonly finalizers?: readonly string[] };
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly unknown[] };
}

function isSettled({ metadata = {}, status = {} }: LiveObject, { kind, controlled }: TestedKind): boolean {
  const { finalizers = [], generation } = metadata;
  if (finalizers.includes("orphan") || finalizers.includes("foregroundDeletion")) return false;
  if (!controlled || generation === undefined) return true;
  return kind === "Job" ? (status.conditions?.length ?? 0) > 0 : status.observedGeneration === generation;
}

async function versionOf(session: Session, kind: string): Promise<string> {
  const answer = await session.fetch({ method: "GET", path: `${TESTED_KINDS[kind]!.path}?limit=1` });
  return (await answer.json()).metadata.resourceVersion;
}

/** Removes all that a sequence may have left behind. */
async function cleanUp(session: Session, { path, kind }: TestedKind): Promise<void> {
  if (kind === "Namespace") return await removeNamespaces(session);
  for (const deadline = Date.now() + SETTLE_MS; Date.now() < deadline; await sleep(20)) {
    const { body } = await session.send({ method: "GET", path });
    const { items } = body as { items: { metadata: { name: string; finalizers?: string[] }; status?: unknown }[] };
    const rest = items.filter(({ metadata }) => !/^(owner|kube-)/.test(metadata.name));
    if (rest.length === 0) return;
    const names = (await (await session.fetch({ method: "GET", path })).json()).items.map(nameOf) as string[];
    await Promise.all(rest.map(async ({ metadata }, i) => {
      const item = `${path}/${names[items.indexOf(rest[i]!)]!}`;
      if (metadata.finalizers) await send(session, { ...WITHOUT_FINALIZERS, path: item });
      await send(session, { method: "DELETE", path: `${item}?gracePeriodSeconds=0` });
    }));
  }
  throw new Error(`Cannot remove what is left in ${path}`);
}

const WITHOUT_FINALIZERS = {
  method: "PATCH",
  contentType: "application/merge-patch+json",
  body: '{"metadata":{"finalizers":null}}',
};

/** Namespaces take their time; nobody waits for them, as each sequence has names of its own. */
async function removeNamespaces(session: Session): Promise<void> {
  for (const name of ["a", "b"]) {
    const path = `/api/v1/namespaces/UNIQUE-${name}`;
    await send(session, { ...WITHOUT_FINALIZERS, path });
    await send(session, { method: "DELETE", path });
  }
}

function nameOf({ metadata }: { metadata: { name: string } }): string {
  return metadata.name;
}

async function send(session: Session, request: RequestTemplate): Promise<void> {
  await (await session.fetch(request)).text();
}
