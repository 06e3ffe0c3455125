/**
 * Where the engine's word that an object is unchanged meets the word of the server.
 *
 * @module
 */
import { isJsonObject, jsonEquals, stringifyJson } from "../../lib/base/json.ts";
import { systemClock } from "../../lib/base/clock.ts";
import type { Client } from "../../lib/client/client.ts";
import { ApiError } from "../../lib/client/errors.ts";
import { planSet } from "../../lib/engine/plan_set.ts";
import { SecretKey } from "../../lib/engine/secret_key.ts";
import { openSession } from "../../lib/engine/session.ts";
import { survey } from "../../lib/engine/survey.ts";
import { evaluateScript, type Target } from "../../lib/engine/wanted.ts";
import type { KubeObject, LiveObject } from "../../lib/kube/object.ts";
import { refOf } from "../../lib/kube/object_ref.ts";
import type { Change } from "../../lib/plan/change.ts";
import { payload, withPreconditions } from "../../lib/plan/payload.ts";
import type { ApplyQuery } from "../../lib/kube/write_request.ts";
import { type PlanContext, planObject } from "../../lib/plan/plan_object.ts";
import { until } from "./objects.ts";

/** What the engine says about an object, and what the server does with it. */
export interface Verdict {
  /** What the engine says. */
  readonly change: Change;
  /**
   * What the server does: it leaves the object alone, counts a new version without any other content, changes it, or
   * refuses.
   */
  readonly truth: "unchanged" | "counted" | "changed" | "refused";
  /** What the server changed, or why it refused. */
  readonly detail: string;
}

const MOST_ATTEMPTS = 20;

/** A set of manifests with a session to plan it. */
export class NoopLab implements Disposable {
  /** The objects of the set. */
  readonly targets: readonly Target[];
  /** The client. */
  readonly client: Client;
  /** What planning needs. */
  readonly context: PlanContext;

  private constructor(targets: readonly Target[], client: Client, context: PlanContext) {
    this.targets = targets;
    this.client = client;
    this.context = context;
  }

  /**
   * Loads manifests.
   *
   * @param folder Their folder, after which the set is named.
   * @param namespace The home namespace.
   * @param kubeconfig The kubeconfig file.
   * @returns The lab.
   */
  static async open(folder: string, namespace: string, kubeconfig: string): Promise<NoopLab> {
    const opened = await openSession({
      source: { file: folder, readStdin: () => Promise.resolve("") },
      kubeconfig,
      namespace,
      params: [],
      concurrency: 8,
      requestTimeoutMs: 30_000,
      forceConflicts: false,
      listen: () => {},
      signal: new AbortController().signal,
      clock: systemClock,
    });
    const { session } = opened;
    const wanted = await evaluateScript(opened);
    const found = await survey(session, wanted.targets);
    const { context } = await planSet(session, wanted, found, new SecretKey(session.client, session.set));
    return new NoopLab(wanted.targets, session.client, context);
  }

  /** The field manager of the set. */
  get fieldManager(): string {
    return this.context.set.fieldManager;
  }

  /**
   * Reads an object.
   *
   * @param target The object.
   * @returns The live object.
   */
  async read({ type, desired }: Target): Promise<LiveObject> {
    return await this.client.get(type, refOf(desired.object));
  }

  /**
   * Asks the engine what would happen to an object, and then the server, by an apply without force.
   *
   * @param target The object.
   * @returns What both say about the very same state.
   */
  async judge(target: Target): Promise<Verdict> {
    for (let attempt = 1;; attempt++) {
      const live = await this.read(target);
      const change = await planObject(target.desired, live, target.type, this.context);
      const object = withPreconditions(payload(target.desired, live, this.context.set), live, true);
      try {
        // A real apply where it must be without effect; elsewhere it would leave a state that no engine makes.
        const dryRun = change.action === "unchanged" ? undefined : "All";
        const after = await this.#apply(object, { dryRun });
        return { change, ...truthOf(live, after) };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // A controller was faster: the engine's word was about another state.
        if (error.isConflict && !error.isApplyConflict && attempt < MOST_ATTEMPTS) continue;
        return { change, truth: "refused", detail: error.message };
      }
    }
  }

  /**
   * Applies an object with all force, so that it is again as it should be.
   *
   * @param target The object.
   * @throws {Error} If it cannot be applied.
   */
  async restore(target: Target): Promise<void> {
    const live = await this.read(target);
    const change = await planObject(target.desired, live, target.type, { ...this.context, force: true });
    if (change.action === "unchanged") return;
    try {
      await this.#apply(change.apply!.object, { force: true });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Some edits cannot be taken back by an apply: a volume of another type, for example.
      await this.#recreate(target, live);
    }
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }

  async #recreate(target: Target, live: LiveObject): Promise<void> {
    const { type, desired } = target;
    await this.client.delete(type, live, { gracePeriodSeconds: 0 });
    await until("the object is gone", async () => await this.client.find(type, refOf(desired.object)) === undefined);
    const { apply } = await planObject(desired, undefined, type, this.context);
    await this.#apply(apply!.object, { force: true });
  }

  async #apply(object: KubeObject, options: Omit<ApplyQuery, "fieldManager">): Promise<LiveObject> {
    const { fieldManager } = this;
    return await this.client.apply(object, { ...options, fieldManager, fieldValidation: "Strict" });
  }
}

function truthOf(before: LiveObject, after: LiveObject): Pick<Verdict, "truth" | "detail"> {
  const detail = firstDifference(contentOf(before), contentOf(after), "");
  if (detail !== "") return { truth: "changed", detail };
  const isSame = before.metadata.resourceVersion === after.metadata.resourceVersion;
  return { truth: isSame ? "unchanged" : "counted", detail };
}

/** Names the first place at which two values differ, and what is there; empty if there is none. */
function firstDifference(before: unknown, after: unknown, path: string): string {
  if (jsonEquals(before, after)) return "";
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) {
    return `${path}: ${stringifyJson(before)} -> ${stringifyJson(after)}`;
  }
  const [a, b] = [before, after].map((value) => value as Record<string, unknown>);
  return Object.keys({ ...a, ...b }).map((key) => firstDifference(a![key], b![key], `${path} ${key}`))
    .find((difference) => difference !== "") ?? "";
}

/** All of an object but what the server keeps for itself: counters and times, and who owns fields that are empty. */
function contentOf({ metadata, ...rest }: LiveObject): unknown {
  const { resourceVersion: _version, generation: _generation, managedFields = [], ...kept } = metadata;
  const owners = managedFields.map(({ manager, operation, subresource, apiVersion, fieldsV1 }) => [
    `${manager} ${operation} ${subresource} ${apiVersion}`,
    withoutEmpty(fieldsV1, { metadata, ...rest }),
  ]);
  return { ...rest, metadata: { ...kept, managedFields: Object.fromEntries(owners) } };
}

/** Takes the leaves out of a field set that stand for nothing. */
function withoutEmpty(fields: unknown, live: unknown): unknown {
  if (!isJsonObject(fields) || !isJsonObject(live)) return fields;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, node]) => {
      const value = live[key.slice(2)];
      if (key.startsWith("f:") && (value === undefined || (Array.isArray(value) && value.length === 0))) return [];
      return [[key, withoutEmpty(node, value)]];
    }),
  );
}
