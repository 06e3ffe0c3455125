/**
 * The API over HTTP.
 *
 * @module
 */

import type { IncomingRequest, RequestHandler, Upgraded } from "../../client/transport/http_server.ts";
import { type AccessAttributes, type Decision, forbiddenMessage } from "../auth/access.ts";
import { ProtobufDecoder } from "../protobuf/protobuf_decoder.ts";
import type { AdmissionAttributes } from "../registry/admission.ts";
import type { Registry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served_resource.ts";
import {
  badRequest,
  forbidden,
  internalError,
  methodNotAllowed,
  methodNotSupported,
  notFound,
  resourceNotFound,
  resourceText,
  StatusError,
} from "../registry/status_error.ts";
import { SYSTEM_ADMIN, type UserInfo } from "../registry/user_info.ts";
import { addWarnings, answerStatus } from "./answer.ts";
import { ApiContext, formOf, isPretty } from "./api_context.ts";
import { ApiRequest } from "./api_request.ts";
import { getVerb, listVerb, watchVerb } from "./read_verbs.ts";
import { parseRequestInfo, type RequestInfo } from "./request_info.ts";
import { bind } from "./subresources/binding.ts";
import { evict } from "./subresources/eviction.ts";
import { finalize } from "./subresources/finalize.ts";
import { scaleVerb } from "./subresources/scale.ts";
import { createVerb, deleteCollectionVerb, deleteVerb, patchVerb, updateVerb } from "./write_verbs.ts";

/** What a handler answers. */
export type Answer = Response | Upgraded;

/** Answers requests about a subresource, or about a resource of which nothing is stored. */
export type SubresourceHandler = (
  request: ApiRequest,
  resource: ServedResource,
  context: ApiContext,
) => Answer | Promise<Answer>;

/** Answers requests about other paths; `undefined` if there is nothing. */
export type PathHandler = (request: ApiRequest) => Answer | undefined | Promise<Answer | undefined>;

/** Programs that judge writes. */
export interface Webhooks {
  /** Tells whether writes of a resource have to be judged. */
  areAsked(resource: ServedResource, subresource: string): boolean;
  /** Judges a write, as it would be stored; throws if it is refused. */
  judge(write: AdmissionAttributes): Promise<void>;
}

/** What an API is made of. */
export interface ApiOptions {
  /** The objects. */
  readonly registry: Registry;
  /** Answers requests about paths such as `/version` and `/apis`. */
  readonly paths?: PathHandler;
  /** Handlers by resource and subresource, such as `pods/eviction` or `selfsubjectreviews.authentication.k8s.io`. */
  readonly handlers?: ReadonlyMap<string, SubresourceHandler>;
  /** Finds out who sends a request; `system:admin` by default. */
  readonly authenticate?: (request: IncomingRequest) => UserInfo | Promise<UserInfo>;
  /** Judges writes beside the hooks of the registry; it takes its time. */
  readonly webhooks?: Webhooks;
  /** Decides about requests; all are allowed by default. */
  readonly authorize?: (user: UserInfo, access: AccessAttributes) => Decision;
}

type VerbHandler = (context: ApiContext, request: ApiRequest, resource: ServedResource) => Answer | Promise<Answer>;

/** What every API has. */
const HANDLERS: ReadonlyMap<string, SubresourceHandler> = new Map([
  ["bindings", bind],
  ["pods/binding", bind],
  ["pods/eviction", evict],
  ["namespaces/finalize", finalize],
]);

const VERBS: Readonly<Record<string, VerbHandler>> = {
  get: getVerb,
  list: listVerb,
  watch: watchVerb,
  create: createVerb,
  update: updateVerb,
  patch: patchVerb,
  delete: deleteVerb,
  deletecollection: deleteCollectionVerb,
};

const READ_VERBS: ReadonlySet<string> = new Set(["get", "list", "watch"]);
const OF_COLLECTIONS: ReadonlySet<string> = new Set(["create", "list", "deletecollection"]);

/**
 * Makes the API.
 *
 * @param options What it is made of.
 * @returns Answers requests.
 */
export function apiHandler(options: ApiOptions): RequestHandler {
  const context = new ApiContext(options.registry);
  const protobuf = new ProtobufDecoder();
  return async (incoming) => {
    const headers = new Headers(incoming.headers as [string, string][]);
    const mark = incoming.target.indexOf("?");
    const path = mark < 0 ? incoming.target : incoming.target.slice(0, mark);
    const query = new URLSearchParams(mark < 0 ? "" : incoming.target.slice(mark + 1));
    const auditId = headers.get("audit-id") ?? options.registry.newUid();
    const info = parseRequestInfo(incoming.method, path, query);
    let answer: Answer;
    let request: ApiRequest | undefined;
    try {
      const user = await options.authenticate?.(incoming) ?? SYSTEM_ADMIN;
      authorize(options, user, info);
      request = new ApiRequest(incoming, info, query, headers, user, protobuf);
      answer = await dispatch(options, context, request);
    } catch (error) {
      const status = error instanceof StatusError ? error : internalError(String(error));
      answer = answerStatus(status, { form: { encoding: "json", isPretty: isPretty(query, headers) } });
    }
    addWarnings(answer.headers, request?.warnings ?? []);
    context.metrics.count(info, answer instanceof Response ? answer.status : 0, query.has("dryRun"));
    answer.headers.set("audit-id", auditId);
    if (!answer.headers.has("cache-control")) answer.headers.set("cache-control", "no-cache, private");
    return answer;
  };
}

function authorize({ authorize }: ApiOptions, user: UserInfo, info: RequestInfo): void {
  if (authorize === undefined) return;
  const { verb, group, resource, subresource, namespace, name, path, isResource } = info;
  const access = isResource
    ? { verb, group, resource, subresource, namespace, name }
    : { verb, group: "", resource: "", namespace: "", name: "", path };
  const { allowed, reason } = authorize(user, access);
  if (allowed) return;
  throw forbidden(isResource ? { group, plural: resource } : undefined, name, forbiddenMessage(user, access, reason));
}

async function dispatch(
  { registry, paths, handlers, webhooks }: ApiOptions,
  context: ApiContext,
  request: ApiRequest,
): Promise<Answer> {
  const { info, incoming } = request;
  const { group, version, subresource, verb } = info;
  if (!info.isResource) {
    if (info.path === "/metrics") return context.metrics.answer(registry);
    return await paths?.(request) ?? pageNotFound();
  }
  const resource = registry.resources.find(group, version, info.resource);
  if (resource === undefined) {
    const isServed = registry.resources.all().some((other) =>
      other.group === group && (!other.custom || other.version === version)
    );
    if (!isServed) return pageNotFound();
    throw resourceNotFound();
  }
  checkScope(resource, info);
  if (resource.warning !== undefined) request.warn(resource.warning);
  const served = subresource === "" ? resource : resource.served.get(subresource);
  if (served === undefined) throw resource.custom ? notFound(resource, info.name) : resourceNotFound();
  const key = resourceText(resource) + (subresource && `/${subresource}`);
  // Some verbs are about a collection, some about one object of it.
  const isInPlace = subresource !== "" || verb === "watch" || OF_COLLECTIONS.has(verb) === (info.name === "") ||
    resource.custom && verb === "create";
  const isServed = incoming.method !== "HEAD" && isInPlace && served.verbs.includes(verb);
  const special = handlers?.get(key);
  if (special !== undefined) return special(request, resource, context);
  if (!isServed) {
    if (resource.custom && info.name === "" && (verb === "update" || verb === "patch")) {
      throw badRequest("name must be provided");
    }
    throw resource.custom && (subresource || !verb) ? methodNotSupported(resource, verb) : methodNotAllowed();
  }
  if (verb !== "watch") formOf(request);
  const work = () => carryOut(context, request, resource, HANDLERS.get(key));
  if (webhooks?.areAsked(resource, subresource) && !READ_VERBS.has(verb)) {
    for (const write of await request.rehearse(work)) await webhooks.judge(write);
  }
  return work();
}

function carryOut(
  context: ApiContext,
  request: ApiRequest,
  resource: ServedResource,
  handler: SubresourceHandler | undefined,
): Answer | Promise<Answer> {
  if (handler !== undefined) return handler(request, resource, context);
  const { verb, subresource } = request.info;
  if (subresource === "scale") return scaleVerb(context, request, resource);
  return VERBS[verb]!(context, request, resource);
}

/** Refuses paths on which the resource is not. */
function checkScope(resource: ServedResource, { namespace, name, verb }: RequestInfo): void {
  // A namespace is on its own path.
  if (!resource.namespaced && namespace !== "" && !(resource.plural === "namespaces" && namespace === name)) {
    throw resourceNotFound();
  }
  if (!resource.namespaced || namespace !== "") return;
  if (name !== "") throw resourceNotFound();
  if (verb === "create" || verb === "deletecollection") throw methodNotAllowed();
}

function pageNotFound(): Response {
  const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  return new Response("404 page not found\n", { status: 404, headers });
}
