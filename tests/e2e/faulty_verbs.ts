/**
 * Every verb of the client once, for tests that let each of them meet the same fault.
 *
 * @module
 */
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { connect } from "../../lib/client/connect.ts";
import { ApiError, UnexpectedResponseError } from "../../lib/client/errors.ts";
import { testCluster } from "../cluster/attach.ts";
import type { FaultProxy, RecordedRequest } from "../../lib/testing/faults/fault_proxy.ts";

/** A verb of the client on an object that nobody else uses. */
export interface Verb {
  /** What it is called in tests. */
  readonly name: string;
  /** Whether the client may send it again when it may have been carried out. */
  readonly idempotent: boolean;
  /** The HTTP method. */
  readonly method: string;
  /** What the client's errors call it; `{}` stands for namespace and name of the object. */
  readonly what: string;
  /** Whether the object is there before. */
  readonly needsObject: boolean;
  /** Carries it out, and throws if the answer is not what it should be. */
  readonly run: (client: Client, target: Target, signal?: AbortSignal) => Promise<void>;
  /** Tells how often it was carried out; absent for verbs that only read. */
  readonly effects?: (direct: Client, target: Target) => Promise<number>;
}

/** The object of a verb. */
export interface Target {
  /** Its namespace. */
  readonly namespace: string;
  /** Its name, which is also the value of its label `target`. */
  readonly name: string;
}

const CONFIG_MAP = "configmaps";

/** All verbs. */
export const VERBS: readonly Verb[] = [
  {
    name: "get",
    idempotent: true,
    method: "GET",
    what: "get ConfigMap/{}",
    needsObject: true,
    run: async (client, target, signal) => expectName(await client.get(CONFIG_MAP, target, { signal }), target.name),
  },
  {
    name: "list",
    idempotent: true,
    method: "GET",
    what: "list configmaps in namespace",
    needsObject: true,
    async run(client, { namespace, name }, signal) {
      const [object, ...others] = await client.list(CONFIG_MAP, { namespace, labels: { target: name }, signal })
        .toArray();
      if (others.length > 0) throw new Error("Cannot use the list: it is too long");
      expectName(object, name);
    },
  },
  {
    name: "text",
    idempotent: true,
    method: "GET",
    what: "get /readyz",
    needsObject: false,
    async run(client, _target, signal) {
      const text = await client.raw("/readyz?verbose", { signal });
      if (!text.endsWith("readyz check passed\n")) throw new Error(`Cannot use the text: ${text}`);
    },
  },
  {
    name: "create",
    idempotent: false,
    method: "POST",
    what: "create ConfigMap/{}",
    needsObject: false,
    run: async (client, target, signal) => expectName(await client.create(configMap(target), { signal }), target.name),
    effects: countObjects,
  },
  {
    name: "create with generateName",
    idempotent: false,
    method: "POST",
    what: "create ConfigMap/",
    needsObject: false,
    async run(client, target, signal) {
      const { name, ...metadata } = configMap(target).metadata;
      await client.create({ ...configMap(target), metadata: { ...metadata, generateName: `${name}-` } }, { signal });
    },
    effects: countObjects,
  },
  {
    name: "replace",
    idempotent: false,
    method: "PUT",
    what: "replace ConfigMap/{}",
    needsObject: true,
    run: async (client, target, signal) => void await client.replace(configMap(target, "new"), { signal }),
    effects: countChanges,
  },
  {
    name: "patch",
    idempotent: false,
    method: "PATCH",
    what: "patch ConfigMap/{}",
    needsObject: true,
    run: async (client, target, signal) =>
      void await client.patch(CONFIG_MAP, target, { data: { a: "new" } }, { signal }),
    effects: countChanges,
  },
  {
    name: "apply",
    idempotent: true,
    method: "PATCH",
    what: "apply ConfigMap/{}",
    needsObject: true,
    run: async (client, target, signal) =>
      void await client.apply(configMap(target, "new"), { fieldManager: "faults", force: true, signal }),
    effects: countChanges,
  },
  {
    name: "delete by name",
    idempotent: false,
    method: "DELETE",
    what: "delete ConfigMap/{}",
    needsObject: true,
    run: async (client, target, signal) => void await client.delete(CONFIG_MAP, target, { signal }),
    effects: countDeletions,
  },
  {
    name: "delete by uid",
    idempotent: true,
    method: "DELETE",
    what: "delete ConfigMap/{}",
    needsObject: true,
    async run(client, target, signal) {
      const { metadata } = await client.get(CONFIG_MAP, target);
      await client.delete(CONFIG_MAP, { metadata }, { signal });
    },
    effects: countDeletions,
  },
];

/** One verb in a test. */
export interface VerbRun {
  /** The verb. */
  readonly verb: Verb;
  /** Its object, which is there if the verb needs it. */
  readonly target: Target;
  /** A client without faults. */
  readonly direct: Client;
}

/**
 * Runs a test for each verb, all at once.
 *
 * @typeParam T What a test returns.
 * @param test The test.
 * @returns What each returned, by the name of the verb.
 */
export async function withEachVerb<T>(test: (run: VerbRun) => Promise<T>): Promise<Record<string, T>> {
  const cluster = testCluster();
  await using namespace = await cluster.namespace("faults");
  const { kubeconfig } = cluster;
  using direct = await connect({ kubeconfig, concurrency: 16, requestTimeoutMs: 30_000, clock: systemClock });
  const runs = VERBS.map(async (verb, i): Promise<[string, T]> => {
    const target = { namespace: namespace.name, name: `target-${i}` };
    if (verb.needsObject) await direct.create(configMap(target));
    return [verb.name, await test({ verb, target, direct })];
  });
  // None of them outlives the test if another one fails.
  await Promise.allSettled(runs);
  return Object.fromEntries(await Promise.all(runs));
}

/**
 * Finds the requests of a verb among those that a proxy recorded.
 *
 * @param verb The verb.
 * @param proxy The proxy.
 * @returns Those that the verb consists of.
 */
export function requestsOf(verb: Verb, proxy: FaultProxy): readonly RecordedRequest[] {
  return proxy.requests.filter(({ method }) => method === verb.method);
}

/**
 * Tells how something ended.
 *
 * @param work The promise of its end.
 * @returns `done`, or the name of the error with its code.
 */
export async function endOf(work: Promise<unknown>): Promise<string> {
  const error = await errorOf(work);
  if (error === undefined) return "done";
  return error instanceof ApiError || error instanceof UnexpectedResponseError
    ? `${error.name} ${error.code}`
    : error.name;
}

/**
 * Catches an error.
 *
 * @param work The promise of the end of something.
 * @returns The error, if there is one.
 */
export async function errorOf(work: Promise<unknown>): Promise<Error | undefined> {
  return await work.then(() => undefined, (error) => error as Error);
}

function configMap({ namespace, name }: Target, value: string = "old") {
  const metadata = { namespace, name, labels: { target: name } };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: value } };
}

async function countObjects(direct: Client, { namespace, name }: Target): Promise<number> {
  return (await direct.list(CONFIG_MAP, { namespace, labels: { target: name } }).toArray()).length;
}

async function countChanges(direct: Client, target: Target): Promise<number> {
  const { data } = await direct.get(CONFIG_MAP, target) as unknown as ReturnType<typeof configMap>;
  return data.a === "new" ? 1 : 0;
}

async function countDeletions(direct: Client, target: Target): Promise<number> {
  return await direct.find(CONFIG_MAP, target) ? 0 : 1;
}

function expectName(object: { readonly metadata: { readonly name?: string } } | undefined, name: string): void {
  if (object?.metadata.name !== name) throw new Error(`Cannot use the answer: it is not about ${name}`);
}
