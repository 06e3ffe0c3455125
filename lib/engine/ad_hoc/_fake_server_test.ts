import { stringifyJson } from "../../base/json.ts";
import type { Answer } from "../../client/answer.ts";
import type { Channel, Sender } from "../../client/sender.ts";
import { matchesLabels, parseLabelSelector } from "../../kube/label_selector.ts";
import type { KubeObject, LiveObject } from "../../kube/object.ts";
import type { KubeRequest, RequestTarget } from "../../kube/request.ts";
import { patchLocally } from "./local_patch.ts";

/** The body of an answer, with its status code if that is not 200. */
type Reply = readonly [body: object, status?: number];

const KINDS = [
  ["", "Namespace", "namespaces", "Cluster"],
  ["", "ConfigMap", "configmaps", "Namespaced"],
  ["", "Pod", "pods", "Namespaced"],
  ["", "Secret", "secrets", "Namespaced"],
  ["", "ServiceAccount", "serviceaccounts", "Namespaced"],
  ["apps", "Deployment", "deployments", "Namespaced"],
] as const;

/** A server that keeps nothing: it fails if it is sent a write that is no dry run. */
export class FakeServer implements Sender {
  /** What was sent, without discovery: methods and paths. */
  readonly requests: string[] = [];
  /** Answers before the server does, where a test wants so. */
  intercept: (request: KubeRequest) => Reply | undefined = () => undefined;
  readonly #objects = new Map<string, LiveObject>();
  #generated = 0;

  constructor(objects: readonly KubeObject[] = []) {
    for (const object of objects) {
      const metadata = { namespace: "shop", name: "", uid: `uid-${object.metadata?.name}`, resourceVersion: "7" };
      const live = { ...object, metadata: { ...metadata, ...object.metadata } };
      this.#objects.set(`${live.kind}/${live.metadata.namespace}/${live.metadata.name}`, live);
    }
  }

  serverTimeMs(): number {
    return Date.parse("2026-01-01T00:00:00.500Z");
  }

  send(request: KubeRequest): Promise<Answer> {
    const [body, status = 200] = this.#reply(request);
    return Promise.resolve({
      status,
      headers: new Headers({ "content-type": "application/json" }),
      text: stringifyJson(body),
    });
  }

  async *stream<T>(): AsyncGenerator<T> {}

  connect(request: KubeRequest): Promise<Channel> {
    return Promise.reject(new Error(`Cannot connect: ${request.what}`));
  }

  [Symbol.dispose](): void {}

  #reply(request: KubeRequest): Reply {
    const { method, path, target } = request;
    if (path === "/api" || path === "/apis") return [discovery(path)];
    this.requests.push(`${method} ${path}`);
    const intercepted = this.intercept(request);
    if (intercepted) return intercepted;
    const { dryRun } = (request.body ?? {}) as { dryRun?: string[] };
    if (method !== "GET" && !path.includes("dryRun=All") && dryRun?.[0] !== "All") {
      throw new Error(`Cannot forget what was to be kept: ${request.what}`);
    }
    if (!target) return [{}];
    if (request.verb === "list" || request.verb === "deletecollection") return this.#list(request, target);
    const old = this.#objects.get(`${target.type.kind}/${target.namespace ?? "shop"}/${target.name}`);
    if (method === "POST" && !target.subresource) return this.#create(request, target, old);
    if (!old && request.contentType?.includes("apply")) return this.#create(request, target, old);
    return old ? answerFor(request, target, old) : status(404, "NotFound", `${target.type.plural} not found`);
  }

  #list({ path }: KubeRequest, { type, namespace }: RequestTarget): Reply {
    const query = new URLSearchParams(path.split("?")[1]);
    const selector = parseLabelSelector(query.get("labelSelector") ?? "");
    const [field, value] = (query.get("fieldSelector") ?? "").split("=");
    const start = Number(query.get("continue") ?? 0);
    const limit = Number(query.get("limit") ?? Infinity);
    const all = [...this.#objects.values()].filter(({ kind, metadata }) =>
      kind === type.kind && metadata.namespace === (namespace ?? metadata.namespace) &&
      matchesLabels(selector, metadata.labels) && (!field || metadata.name === value)
    );
    const more = all.length > start + limit && { continue: String(start + limit) };
    return [{ kind: `${type.kind}List`, metadata: { ...more }, items: all.slice(start, start + limit) }];
  }

  #create({ body }: KubeRequest, { namespace }: RequestTarget, old: LiveObject | undefined): Reply {
    if (old) return status(409, "AlreadyExists", "it already exists");
    if (namespace === "new") return status(404, "NotFound", 'namespaces "new" not found');
    const { metadata, ...rest } = body as KubeObject;
    const number = ++this.#generated;
    const name = metadata?.name ?? `${metadata?.generateName}x${number}`;
    return [{ ...rest, metadata: { ...metadata, namespace, name, uid: `new-${number}`, resourceVersion: "" } }, 201];
  }
}

/** Answers as if what there is were written to. */
function answerFor({ verb, body, contentType }: KubeRequest, { subresource }: RequestTarget, old: LiveObject): Reply {
  if (verb === "get") return [old];
  if (verb === "delete") return [old.metadata.finalizers ? old : { kind: "Status", status: "Success" }];
  if (subresource === "eviction") return [{ kind: "Status", status: "Success" }, 201];
  if (subresource === "scale") return [{ kind: "Scale", metadata: old.metadata, spec: (body as LiveObject).spec }];
  return [patchLocally(old, body, contentType) as object];
}

/** Makes a refusal. */
export function status(code: number, reason: string, message: string): Reply {
  return [{ apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message }, code];
}

function discovery(path: string): object {
  const groups = path === "/api" ? [""] : ["apps"];
  const items = groups.map((name) => ({
    metadata: { name },
    versions: [{
      version: "v1",
      resources: KINDS.filter(([group]) => group === name)
        .map(([, kind, resource, scope]) => ({ resource, responseKind: { kind }, scope })),
    }],
  }));
  return { kind: "APIGroupDiscoveryList", items };
}
