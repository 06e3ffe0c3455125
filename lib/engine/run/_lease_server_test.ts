import type { Answer } from "../../client/answer.ts";
import { Client } from "../../client/client.ts";
import { KindFinder } from "../../client/kind_finder.ts";
import type { Sender, SendOptions } from "../../client/sender.ts";
import { Lease } from "../../kinds/coordination/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { KubeRequest } from "../../kube/request.ts";

/** What the API server makes of one Lease. */
export class LeaseServer {
  lease: Live<Lease> | undefined;
  #version = 0;

  /** Carries a request out. */
  handle({ method, body }: KubeRequest): Answer {
    const { lease } = this;
    if (method === "GET") return lease ? answer(200, lease) : refusal(404, "NotFound");
    const wanted = body as Live<Lease>;
    if (method === "POST") return lease ? refusal(409, "AlreadyExists") : answer(201, this.store(wanted));
    const { uid, resourceVersion } = wanted.metadata;
    const isCurrent = lease?.metadata.uid === uid && lease.metadata.resourceVersion === resourceVersion;
    return isCurrent ? answer(200, this.store(wanted)) : refusal(409, "Conflict");
  }

  /** Stores the Lease, as somebody else would. */
  store(lease: Lease | Live<Lease>): Live<Lease> {
    const resourceVersion = String(++this.#version);
    const uid = this.lease?.metadata.uid ?? `uid-${resourceVersion}`;
    const { metadata } = lease as Live<Lease>;
    return this.lease = { ...lease, metadata: { ...metadata, uid, resourceVersion } } as Live<Lease>;
  }

  /** Changes fields of the Lease, as somebody else would. */
  edit(spec: Live<Lease>["spec"]): void {
    const found = this.lease ?? Lease({ metadata: { namespace: "shop", name: "tenants" } });
    this.store({ ...found, spec: { ...found.spec, ...spec } } as Lease);
  }
}

/** What happens to a request instead of what should. */
export type LeaseFault =
  /** Another answer. */
  | Answer
  /** An error at once. */
  | Error
  /** No answer; it is carried out all the same, or not. */
  | { readonly carriedOut: boolean };

/** The way from one process to the server. */
export class LeaseSender implements Sender {
  /** The requests that were sent, by their methods. */
  readonly methods: string[] = [];
  /** What happens to requests from now on. */
  fault: LeaseFault | undefined;
  /** Told about every request. */
  onRequest: (request: KubeRequest) => void = () => {};
  readonly #server: LeaseServer;

  constructor(server: LeaseServer) {
    this.#server = server;
  }

  serverTimeMs(): number {
    return 0;
  }

  async send(request: KubeRequest, { signal }: SendOptions = {}): Promise<Answer> {
    this.methods.push(request.method);
    this.onRequest(request);
    const { fault } = this;
    if (fault === undefined) return this.#server.handle(request);
    if (fault instanceof Error) throw fault;
    if ("status" in fault) return fault;
    if (fault.carriedOut) this.#server.handle(request);
    return await new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  }

  stream(): never {
    throw new Error("Cannot open a stream: no test does");
  }

  connect(): never {
    throw new Error("Cannot connect: no test does");
  }

  [Symbol.dispose](): void {}
}

/** Makes a client. */
export function clientOf(sender: Sender): Client {
  return new Client({ sender, kinds: new KindFinder(sender), namespace: "shop" });
}

/** Makes the answer of a server that refuses. */
export function refusal(code: number, reason: string): Answer {
  return answer(code, { apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message: "no" });
}

function answer(status: number, body: unknown): Answer {
  return { status, headers: new Headers(), text: JSON.stringify(body) };
}
