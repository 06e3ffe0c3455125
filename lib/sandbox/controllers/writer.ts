/**
 * Writes to the API server in the name of one component, as the real one does.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import { isJsonObject, jsonEquals } from "../../base/json.ts";
import type { Live } from "../../kube/live.ts";
import type { KubeObject, ObjectMeta } from "../../kube/object.ts";
import { refOf } from "../../kube/object_ref.ts";
import { asStatus, type Status } from "../../kube/status.ts";
import type { Draft, ServedResource, StoredObject } from "../registry/served_resource.ts";
import type { UserInfo } from "../registry/user_info.ts";
import type { EventRecorder } from "./event_recorder.ts";
import type { KindKey } from "./kinds.ts";
import type { World, WorldDeleteOptions, WorldWriteOptions } from "./world.ts";

/** An object of any kind, with what identifies it. */
export type AnyLive = DeepReadonly<KubeObject> & {
  readonly metadata: DeepReadonly<ObjectMeta> & { readonly name: string; readonly uid: string };
};

/** What a writer is made of. */
export interface WriterOptions {
  /** The field manager. */
  readonly manager: string;
  /** Who writes. */
  readonly user: UserInfo;
  /** The name under which events are recorded. */
  readonly component: string;
  /** The Node that it works for, if it does. */
  readonly host?: string;
  /** Records events. */
  readonly events: EventRecorder;
}

/** Writes in the name of one component. */
export class Writer {
  readonly #world: World;
  readonly #options: WriterOptions;

  /**
   * Makes a writer.
   *
   * @param world Where to write.
   * @param options In whose name.
   */
  constructor(world: World, options: WriterOptions) {
    this.#world = world;
    this.#options = options;
  }

  /**
   * Creates an object.
   *
   * @typeParam T Its type.
   * @param kind Its kind.
   * @param object The object.
   * @returns The object as it was stored.
   */
  create<T extends KubeObject>(kind: KindKey<T>, object: DeepReadonly<Omit<T, "apiVersion" | "kind">>): Live<T> {
    const { apiVersion, kind: name } = kind;
    const draft = { apiVersion, kind: name, ...object } as unknown as Draft;
    const namespace = draft.metadata.namespace ?? "";
    return this.#world.create(this.#resource(kind), namespace, draft, this.#write()) as unknown as Live<T>;
  }

  /**
   * Replaces fields of an object.
   *
   * @param live The object as it is.
   * @param fields Its new fields.
   * @param subresource What is written.
   */
  update(live: AnyLive, fields: Readonly<Record<string, unknown>>, subresource?: string): void {
    if (Object.entries(fields).every(([name, value]) => jsonEquals(value, (live as StoredObject)[name]))) return;
    const { namespace = "", name } = live.metadata;
    const draft = { ...live, ...fields } as Draft;
    const options = subresource === undefined ? this.#write() : { ...this.#write(), subresource };
    this.#world.update(this.#resource(live), namespace, name, draft, options);
  }

  /**
   * Replaces the status of an object.
   *
   * @param live The object as it is.
   * @param status Its new status.
   */
  updateStatus(live: AnyLive, status: unknown): void {
    this.update(live, { status: withoutUndefined(status) }, "status");
  }

  /**
   * Replaces metadata of an object.
   *
   * @param live The object as it is.
   * @param metadata The new fields; `undefined` drops one.
   */
  updateMetadata(live: AnyLive, metadata: DeepReadonly<{ [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined }>): void {
    this.update(live, { metadata: withoutUndefined({ ...live.metadata, ...metadata }) });
  }

  /**
   * Deletes an object; one that is gone already is no error.
   *
   * @param live The object as it is.
   * @param options How.
   */
  delete(live: AnyLive, options: WorldDeleteOptions = {}): void {
    const { namespace = "", name, uid } = live.metadata;
    try {
      const deleteOptions = { ...options, preconditions: { uid } };
      this.#world.delete(this.#resource(live), namespace, name, deleteOptions, this.#write());
    } catch (error) {
      if (!["NotFound", "Conflict"].includes(statusOf(error)?.reason ?? "")) throw error;
    }
  }

  /**
   * Gives a Pod its Node, as the subresource `binding` does.
   *
   * @param pod The Pod.
   * @param name The name of the Node.
   */
  bind(pod: AnyLive, name: string): void {
    this.update(pod, { spec: { ...(pod as StoredObject).spec as object, nodeName: name } }, "binding");
  }

  /**
   * Records an event.
   *
   * @param about The object that it is about.
   * @param type Its type.
   * @param reason Why, for programs.
   * @param message Why, for people.
   */
  event(about: AnyLive, type: "Normal" | "Warning", reason: string, message: string): void {
    const { component, host, events } = this.#options;
    const source = host === undefined ? { component } : { component, host };
    events.record({ about, type, reason, message, source, options: this.#write() });
  }

  #resource({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): ServedResource {
    const resource = this.#world.resources.findKind(apiVersion, kind);
    if (!resource) throw new TypeError(`Cannot write ${kind}: ${apiVersion} does not serve it`);
    return resource;
  }

  #write(): WorldWriteOptions {
    return { fieldManager: this.#options.manager, user: this.#options.user };
  }
}

/**
 * Finds the answer of the API server in what was thrown.
 *
 * @param error What was thrown.
 * @returns The answer, if it is one.
 */
export function statusOf(error: unknown): Status | undefined {
  return isJsonObject(error) ? asStatus(error.status) : undefined;
}

/**
 * Names an object in messages of controllers.
 *
 * @param object The object.
 * @returns Namespace and name, or the name alone.
 */
export function namespacedName(object: AnyLive): string {
  const { namespace, name } = refOf(object);
  return namespace ? `${namespace}/${name}` : name;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => field === undefined ? [] : [[key, withoutUndefined(field)]]),
  );
}
