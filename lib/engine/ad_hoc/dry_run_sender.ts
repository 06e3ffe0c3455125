/**
 * A dry run of anything: writes are tried on the server and not kept, and reads see what they would have led to.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { type Answer, parseObject } from "../../client/answer.ts";
import { DryRunError } from "../../client/dry_run_error.ts";
import { ForwardingSender } from "../../client/forwarding_sender.ts";
import type { Channel, Sender, SendOptions, StreamOptions } from "../../client/sender.ts";
import type { LiveObject } from "../../kube/object.ts";
import { getRequest } from "../../kube/read_request.ts";
import type { KubeRequest, RequestTarget } from "../../kube/request.ts";
import { formatTime } from "../../kube/time.ts";
import { diffObjects } from "../../plan/diff_objects.ts";
import { Mask } from "../../plan/mask.ts";
import { alreadyExists, found, foundScale, isNotPermitted, itemsOf, notFound } from "./answers.ts";
import type { Journal } from "./journal.ts";
import { Overlay, type OverlayEntry } from "./overlay.ts";
import { asDryRun, canBeTried, createsMissing, isDeletion, isQuestion } from "./requests.ts";
import { type NewIdentity, rebase, suppose, supposeDeletion, withReplicas } from "./supposition.ts";

/** What a {@linkcode DryRunSender} is made of. */
export interface DryRunOptions {
  /** Carries the requests. */
  readonly sender: Sender;
  /** Where is noted what would be written. */
  readonly journal: Journal;
  /** Told what the dry run cannot show, once for each text. */
  readonly onWarning: (message: string) => void;
}

/** What a write would lead to. */
interface Effect extends Omit<OverlayEntry, "object"> {
  /** The object before it; `undefined` if there was none, or it is not known. */
  readonly before: LiveObject | undefined;
  /** The object after it; `undefined` if it would be gone. */
  readonly after: LiveObject | undefined;
  /** Whether it may be done. @default {true} */
  readonly isPermitted?: boolean;
}

/** Tries writes, and lays their results over what is read. */
export class DryRunSender extends ForwardingSender {
  readonly #journal: Journal;
  readonly #onWarning: DryRunOptions["onWarning"];
  readonly #overlay = new Overlay();
  readonly #warned = new Set<string>();
  readonly #mask = new Mask();
  #madeUp = 0;

  /**
   * Makes a sender.
   *
   * @param options What it is made of.
   */
  constructor({ sender, journal, onWarning }: DryRunOptions) {
    super(sender);
    this.#journal = journal;
    this.#onWarning = onWarning;
  }

  /**
   * Sends a read, or tries a write.
   *
   * @param request The request.
   * @param options The signal that cancels it.
   * @returns The answer, as it would be.
   * @throws {DryRunError} If it cannot be tried.
   */
  override async send(request: KubeRequest, options?: SendOptions): Promise<Answer> {
    const { target, verb } = request;
    if (isQuestion(request)) return await this.#ask(request, options);
    if (!canBeTried(request)) throw this.#refusal(request);
    if (target && verb === "deletecollection") return await this.#deleteAll(request, target, options);
    if (target) return await this.#write(request, target, options);
    const answer = await this.sender.send(asDryRun(request), options);
    if (answer.status < 300) this.#journal.note({ request });
    return answer;
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
  override stream<T>(
    request: KubeRequest,
    read: (response: Response) => AsyncIterable<T>,
    options?: StreamOptions,
  ): AsyncIterable<T> {
    if (request.verb === "watch") this.#warn("A watch does not see what this dry run would change");
    return this.sender.stream(request, read, options);
  }

  /**
   * Opens a connection that only reads, such as to copy files out of a container. All others are merely noted.
   *
   * @param request The request.
   * @param protocols The protocols of the connection.
   * @param options The signal that ends it.
   * @returns The connection.
   * @throws {DryRunError} If it might change something.
   */
  override async connect(request: KubeRequest, protocols: readonly string[], options?: SendOptions): Promise<Channel> {
    if (request.verb !== "get") throw this.#refusal(request);
    return await this.sender.connect(request, protocols, options);
  }

  #refusal(request: KubeRequest): DryRunError {
    this.#journal.note({ request });
    return new DryRunError(request);
  }

  async #ask(request: KubeRequest, options: SendOptions | undefined): Promise<Answer> {
    const { target, verb } = request;
    if (target && verb === "list" && this.#overlay.has(target)) return await this.#list(request, target, options);
    const entry = target && this.#overlay.find(target);
    if (!entry) return await this.sender.send(request, options);
    if (!entry.object) return notFound(target);
    if (target.subresource === "scale") return foundScale(entry.object);
    const isView = target.subresource === undefined || target.subresource === "status";
    return isView ? found(entry.object) : await this.sender.send(request, options);
  }

  async #list(request: KubeRequest, target: RequestTarget, options: SendOptions | undefined): Promise<Answer> {
    const answer = await this.sender.send(request, options);
    const list = answer.status === 200 ? parseObject(answer.text) : undefined;
    if (!list) return answer;
    if (list.kind === "Table") {
      this.#warn("A table does not show what this dry run would change");
      return answer;
    }
    const isLast = !(isJsonObject(list.metadata) && list.metadata.continue);
    const items = this.#overlaid(request, target, (list.items ?? []) as LiveObject[], isLast);
    const isPartial = list.kind === "PartialObjectMetadataList";
    return found({ ...list, items: isPartial ? items.map(({ metadata }) => ({ metadata })) : items });
  }

  #overlaid(request: KubeRequest, target: RequestTarget, items: readonly LiveObject[], isLast: boolean): LiveObject[] {
    if (this.#overlay.has(target) && request.path.includes("fieldSelector=")) {
      this.#warn("The server, which matches field selectors, does not know what this dry run would change");
    }
    return this.#overlay.page(request, target, items, isLast);
  }

  async #write(request: KubeRequest, target: RequestTarget, options: SendOptions | undefined): Promise<Answer> {
    const entry = this.#overlay.find(target);
    if (entry && (entry.isNew || !entry.object)) return await this.#suppose(request, target, entry, options);
    const isChange = request.verb === "patch" || request.verb === "update";
    const [server, answer] = await Promise.all([
      isChange ? this.#read(target, options) : undefined,
      this.sender.send(asDryRun(request), options),
    ]);
    // Only now, as other writes of this run may have come in between.
    const known = this.#overlay.find(target);
    const before = known ? known.object : server;
    const isPermitted = !isNotPermitted(answer);
    const isMissing = answer.status === 404 && createsMissing(request) && this.#isNewNamespace(target.namespace);
    const isSupposed = !isPermitted || isMissing;
    const result = parseObject(answer.text) as LiveObject | undefined;
    if (!isSupposed && (answer.status >= 300 || !result)) return answer;
    const isNew = createsMissing(request) && (isSupposed ? !before : answer.status === 201);
    const after = isSupposed
      ? suppose(request, before, this.#identity(request))
      : this.#afterOf(request, target, before, server, result!);
    const serverLabels = known ? known.serverLabels : isNew ? undefined : labelsOf(server ?? after) ?? {};
    const made = this.#keep(request, target, { before, after, isNew, serverLabels, isPermitted });
    // The server's own answer is the better one, unless the object has changed before.
    return isSupposed || (known && after && target.subresource !== "scale") ? made : answer;
  }

  /** Tells what the object would be, from what the server answered; `undefined` also if that says nothing of it. */
  #afterOf(
    request: KubeRequest,
    target: RequestTarget,
    before: LiveObject | undefined,
    server: LiveObject | undefined,
    result: LiveObject,
  ): LiveObject | undefined {
    if (isDeletion(request)) {
      const object = before ?? (result.kind === "Status" ? undefined : result);
      return object && supposeDeletion(object, this.#time());
    }
    if (target.subresource === "scale") return before && withReplicas(before, result.spec);
    if (result.kind !== target.type.kind) return undefined;
    // A replacement does not depend on what was before.
    const isWhole = before === server || (request.verb === "update" && target.subresource === undefined);
    return isWhole ? result : rebase(before, server, result) as LiveObject;
  }

  /** A write to what exists in this run only, or is gone in this run only: the server has nothing to try it on. */
  async #suppose(
    request: KubeRequest,
    target: RequestTarget,
    { object: before, isNew, serverLabels }: OverlayEntry,
    options: SendOptions | undefined,
  ): Promise<Answer> {
    if (!before && !createsMissing(request)) return notFound(target);
    if (before && request.verb === "create" && target.subresource === undefined) return alreadyExists(target);
    const after = suppose(request, before, this.#identity(request));
    // A deletion does not ask for the labels, which tell lists where the server's object would be.
    const labels = !before && serverLabels ? labelsOf(await this.#read(target, options)) : serverLabels;
    return this.#keep(request, target, { before, after, isNew: isNew || !before, serverLabels: labels });
  }

  /** Keeps and notes what a write would lead to. */
  #keep(request: KubeRequest, target: RequestTarget, effect: Effect): Answer {
    const { before, after, isNew, serverLabels, isPermitted = true } = effect;
    const { subresource, type, name = after?.metadata.name } = target;
    // What could not be read can only be supposed in part: it stays as the server says.
    const isWhole = after && (before || isNew || isPermitted);
    if (name !== undefined && (isWhole || isDeletion(request))) {
      this.#overlay.set({ ...target, name }, { object: after, isNew, serverLabels });
    }
    const fields = before && after && !isDeletion(request)
      ? diffObjects(before, after, { kind: type, mask: this.#mask })
      : undefined;
    // The server would make up another name then.
    const prefix = isNew ? (after ?? before)?.metadata.generateName : undefined;
    this.#journal.note({
      request: isNew && !before && createsMissing(request) ? { ...request, verb: "create" } : request,
      name: prefix === undefined ? undefined : `${prefix}*****`,
      note: !isPermitted ? "not permitted" : fields?.length === 0 ? "no change" : undefined,
      ...(fields && { fields }),
    });
    return after && subresource === "scale" ? foundScale(after) : found(after);
  }

  async #deleteAll(request: KubeRequest, target: RequestTarget, options: SendOptions | undefined): Promise<Answer> {
    const tried = await this.sender.send(asDryRun(request), options);
    const isPermitted = !isNotPermitted(tried);
    const listing: KubeRequest = { ...request, method: "GET", verb: "list", body: undefined };
    const answer = isPermitted ? tried : await this.sender.send(listing, options);
    if (answer.status >= 300) return answer;
    const victims = this.#overlaid(request, target, itemsOf(answer), true);
    for (const before of victims) {
      const { namespace, name } = before.metadata;
      const one = { ...target, namespace, name };
      const known = this.#overlay.find(one);
      const serverLabels = known ? known.serverLabels : labelsOf(before);
      const after = supposeDeletion(before, this.#time());
      const effect = { before, after, isNew: known?.isNew ?? false, serverLabels, isPermitted };
      this.#keep({ ...request, verb: "delete", target: one }, one, effect);
    }
    return found({ ...parseObject(answer.text), items: victims });
  }

  async #read(target: RequestTarget, options: SendOptions | undefined): Promise<LiveObject | undefined> {
    const { type, namespace, name = "" } = target;
    const answer = await this.sender.send(getRequest(type, { namespace, name }), options);
    return answer.status === 200 ? parseObject(answer.text) as LiveObject | undefined : undefined;
  }

  #identity({ body }: KubeRequest): NewIdentity {
    const number = String(++this.#madeUp).padStart(5, "0");
    const { generateName = "" } = (body as Partial<LiveObject>).metadata ?? {};
    return { name: `${generateName}${number}`, uid: `dry-run-${number}`, creationTimestamp: this.#time() };
  }

  #time(): string {
    return formatTime(this.serverTimeMs());
  }

  #isNewNamespace(name: string | undefined): boolean {
    const type = { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
    const entry = this.#overlay.find({ type, name });
    return entry?.object !== undefined && entry.isNew;
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#onWarning(message);
  }
}

function labelsOf(object: LiveObject | undefined): OverlayEntry["serverLabels"] {
  return object && (object.metadata.labels ?? {});
}
