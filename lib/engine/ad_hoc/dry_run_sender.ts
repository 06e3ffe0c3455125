/**
 * A dry run of anything: writes are tried on the server and not kept, and reads see what they would have led to.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../base/json.ts";
import { type Answer, parseObject } from "../../client/answer.ts";
import type { Channel, Sender, SendOptions, StreamOptions } from "../../client/sender.ts";
import type { LiveObject } from "../../kube/object.ts";
import { getRequest } from "../../kube/read_request.ts";
import type { KubeRequest, RequestTarget } from "../../kube/request.ts";
import { diffObjects } from "../../plan/diff_objects.ts";
import { Mask } from "../../plan/mask.ts";
import { DryRunError } from "./dry_run_error.ts";
import type { Journal } from "./journal.ts";
import { isQuestion, itemsOf } from "./journal_sender.ts";
import { Overlay } from "./overlay.ts";
import { rebase, suppose } from "./supposition.ts";

/** What a {@linkcode DryRunSender} is made of. */
export interface DryRunOptions {
  /** Carries the requests. */
  readonly sender: Sender;
  /** Where is noted what would be written. */
  readonly journal: Journal;
  /** Told what the dry run cannot show, once for each text. */
  readonly onWarning: (message: string) => void;
}

/** Subresources whose effect cannot be tried: a token is valid, a command has run. */
const NEVER_TRIED = new Set(["token", "binding", "exec", "attach", "portforward", "proxy"]);

/** Tries writes, and lays their results over what is read. */
export class DryRunSender implements Sender {
  readonly #sender: Sender;
  readonly #journal: Journal;
  readonly #onWarning: DryRunOptions["onWarning"];
  readonly #overlay = new Overlay();
  readonly #warned = new Set<string>();
  readonly #mask = new Mask();

  /**
   * Makes a sender.
   *
   * @param options What it is made of.
   */
  constructor({ sender, journal, onWarning }: DryRunOptions) {
    this.#sender = sender;
    this.#journal = journal;
    this.#onWarning = onWarning;
  }

  /** The server's time in milliseconds since the epoch. */
  serverTimeMs(): number {
    return this.#sender.serverTimeMs();
  }

  /**
   * Sends a read, or tries a write.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer, as it would be.
   * @throws {DryRunError} If it cannot be tried.
   */
  async send(request: KubeRequest, options?: SendOptions): Promise<Answer> {
    if (isQuestion(request)) return await this.#ask(request, options);
    if (!canBeTried(request)) {
      this.#journal.note({ request });
      throw new DryRunError(request);
    }
    if (request.verb === "deletecollection") return await this.#deleteCollection(request, options);
    return await this.#try(request, options);
  }

  /**
   * Opens a stream. It tells what really happens, not what would.
   *
   * @typeParam T What is read from the stream.
   * @param request The request.
   * @param read Reads the answer.
   * @param options The signal that ends the stream, and its duration.
   * @returns What was read.
   */
  stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncIterable<T> {
    if (!this.#overlay.isEmpty) this.#warn(`What this dry run would change is not seen by a ${request.verb}`);
    return this.#sender.stream(request, read, options);
  }

  /**
   * Notes that a command would be run, or the like.
   *
   * @param request The request.
   * @returns Never.
   * @throws {DryRunError} Always.
   */
  connect(request: KubeRequest): Promise<Channel> {
    this.#journal.note({ request });
    return Promise.reject(new DryRunError(request));
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    this.#sender[Symbol.dispose]();
  }

  async #ask(request: KubeRequest, options: SendOptions | undefined): Promise<Answer> {
    const { target, verb } = request;
    if (target === undefined || this.#overlay.isEmpty) return await this.#sender.send(request, options);
    if (verb === "list") return await this.#list(request, options);
    const entry = this.#overlay.find(target);
    if (entry === undefined) return await this.#sender.send(request, options);
    if (entry.object === undefined) return notFound(target);
    if (target.subresource === undefined || target.subresource === "status") return ok(entry.object);
    const answer = await this.#sender.send(request, options);
    const { replicas } = (entry.object.spec ?? {}) as { replicas?: number };
    if (target.subresource !== "scale" || replicas === undefined) return answer;
    const scale = parseObject(answer.text);
    return scale ? ok({ ...scale, spec: { ...scale.spec as object, replicas } }) : answer;
  }

  async #list(request: KubeRequest, options: SendOptions | undefined): Promise<Answer> {
    const answer = await this.#sender.send(request, options);
    const list = answer.status === 200 ? parseObject(answer.text) : undefined;
    if (!list || !Array.isArray(list.items)) return answer;
    const isLast = !(isJsonObject(list.metadata) && list.metadata.continue);
    const items = this.#overlay.page(request, list.items, isLast);
    if (!items) return answer;
    if (request.path.includes("fieldSelector=")) {
      this.#warn("Field selectors are matched by the server, which does not know what this dry run would change");
    }
    return ok({ ...list, items });
  }

  async #try(request: KubeRequest, options: SendOptions | undefined): Promise<Answer> {
    const target = request.target;
    if (target === undefined) return await this.#sendTry(request, options);
    const known = target.name === undefined ? undefined : this.#overlay.find(target);
    if (known && known.object === undefined && request.verb !== "create") return notFound(target);
    if (known && (known.object === undefined || known.serverLabels === undefined)) {
      if (known.object !== undefined && request.verb === "create" && !target.subresource) return alreadyExists(target);
      return this.#keep(request, known.object, suppose(request, known.object), { server: undefined });
    }
    const [server, answer] = await Promise.all([this.#read(target, options), this.#sendTry(request, options)]);
    const before = known?.object ?? server;
    if (answer.status === 403 && !answer.text.includes("NamespaceTerminating")) {
      return this.#keep(request, before, suppose(request, before), { server, note: "not permitted" });
    }
    if (answer.status === 404 && request.verb === "create" && this.#isNewNamespace(target.namespace)) {
      return this.#keep(request, undefined, suppose(request, undefined), { server: undefined });
    }
    if (answer.status >= 300) return answer;
    const after = afterOf(request, parseObject(answer.text), server);
    const result = known && after ? rebase(known.object, server, after) as LiveObject : after;
    return this.#keep(request, before, result, { server, answer });
  }

  /** Keeps what a write would lead to, and notes it. */
  #keep(
    request: KubeRequest,
    before: LiveObject | undefined,
    after: LiveObject | undefined,
    { server, answer, note }: { server: LiveObject | undefined; answer?: Answer; note?: string },
  ): Answer {
    const target = { ...request.target!, subresource: undefined };
    const name = target.name ?? after?.metadata.name;
    if (name !== undefined) this.#overlay.set({ ...target, name }, after, server);
    const fields = before && after ? diffObjects(before, after, { kind: target.type, mask: this.#mask }) : undefined;
    const prefix = after?.metadata.generateName;
    const shown = target.name === undefined && prefix !== undefined ? `${prefix}*****` : undefined;
    this.#journal.note({ request, name: shown, note, ...(fields && { fields }) });
    // The server's own answer is the better one, unless the object has changed before.
    const isScale = request.target?.subresource === "scale";
    if (answer && (isScale || after === undefined || before === server)) return answer;
    return ok(after ?? { apiVersion: "v1", kind: "Status", status: "Success" });
  }

  async #deleteCollection(request: KubeRequest, options: SendOptions | undefined): Promise<Answer> {
    const target = request.target!;
    const answer = await this.#sendTry(request, options);
    if (answer.status >= 300) return answer;
    const found = itemsOf(answer);
    const victims = this.#overlay.page(request, found, true) ?? found;
    for (const victim of victims) {
      const { namespace, name } = victim.metadata;
      const one = { ...target, namespace, name };
      this.#overlay.set(one, undefined, found.includes(victim) ? victim : undefined);
      this.#journal.note({ request: { ...request, verb: "delete", target: one } });
    }
    return answer;
  }

  /** Sends a write that the server checks and does not keep. It can be repeated, as nothing happens. */
  async #sendTry(request: KubeRequest, options: SendOptions | undefined): Promise<Answer> {
    return await this.#sender.send({ ...withDryRun(request), idempotent: true }, options);
  }

  async #read(target: RequestTarget, options: SendOptions | undefined): Promise<LiveObject | undefined> {
    if (target.name === undefined) return undefined;
    const answer = await this.#sender.send(
      getRequest(target.type, { ...target, name: target.name, subresource: undefined }),
      options,
    );
    return answer.status === 200 ? parseObject(answer.text) as unknown as LiveObject : undefined;
  }

  #isNewNamespace(name: string | undefined): boolean {
    const type = { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
    const entry = this.#overlay.find({ type, name });
    return entry !== undefined && entry.serverLabels === undefined;
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#onWarning(message);
  }
}

function canBeTried({ target, path }: KubeRequest): boolean {
  if (target !== undefined) return !NEVER_TRIED.has(target.subresource ?? "");
  return /^\/apis?\//.test(path) && !/\/proxy([/?]|$)/.test(path);
}

function withDryRun(request: KubeRequest): KubeRequest {
  // Beside a body of DeleteOptions the server does not look at the query.
  if (request.method === "DELETE") return { ...request, body: { ...request.body as object, dryRun: ["All"] } };
  return { ...request, path: `${request.path}${request.path.includes("?") ? "&" : "?"}dryRun=All` };
}

/** Tells what the object would be, from what the server answered to the write. */
function afterOf(
  { verb, target }: KubeRequest,
  answer: Record<string, unknown> | undefined,
  before: LiveObject | undefined,
): LiveObject | undefined {
  if (target?.subresource === "eviction") return undefined;
  if (target?.subresource === "scale") {
    const { replicas } = (answer?.spec ?? {}) as { replicas?: number };
    return before && { ...before, spec: { ...before.spec as object, replicas } };
  }
  const object = answer as unknown as LiveObject;
  if (verb !== "delete") return object;
  return object.kind !== "Status" && object.metadata?.finalizers?.length ? object : undefined;
}

function ok(object: object): Answer {
  return answerOf(200, object);
}

function notFound({ type, name }: RequestTarget): Answer {
  return refusal(404, "NotFound", `${type.plural} "${name}" not found, as this run would have deleted it`);
}

function alreadyExists({ type, name }: RequestTarget): Answer {
  return refusal(409, "AlreadyExists", `${type.plural} "${name}" already exists, as this run would have created it`);
}

function refusal(code: number, reason: string, message: string): Answer {
  return answerOf(code, { apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message });
}

function answerOf(status: number, body: object): Answer {
  return { status, headers: new Headers({ "content-type": "application/json" }), text: stringifyJson(body) };
}
