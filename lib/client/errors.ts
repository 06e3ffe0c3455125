/**
 * What can go wrong between a request and its answer.
 *
 * @module
 */

import { KubescriptError } from "../kube/error.ts";
import type { KubeRequest } from "../kube/request.ts";
import type { Status, StatusCause } from "../kube/status.ts";

/** The part of a request that errors name. */
export type RequestInfo = Pick<KubeRequest, "method" | "path" | "what">;

// A message of the server can be very long, as it may quote a whole object: what is wrong stands before or after that.
const LONGEST_MESSAGE = 1_000;

/**
 * The API server refused a request with a `Status`.
 *
 * @example Usage
 * ```ts
 * import { ok } from "node:assert/strict";
 *
 * const request = { method: "GET", path: "/api/v1/namespaces/x", what: "get Namespace/x" } as const;
 * const message = 'namespaces "x" not found';
 * const error = new ApiError(request, 404, { apiVersion: "v1", kind: "Status", reason: "NotFound", message });
 * ok(error.isNotFound);
 * ```
 */
export class ApiError extends KubescriptError {
  /** The HTTP status code. */
  readonly code: number;
  /** The `Status` that the server sent. */
  readonly status: Status;
  /** The request. */
  readonly request: RequestInfo;

  /**
   * Makes the error.
   *
   * @param request The request.
   * @param code The HTTP status code.
   * @param status The `Status` that the server sent.
   */
  constructor(request: RequestInfo, code: number, status: Status) {
    const message = shorten(status.message ?? "the server gave no message");
    const answer = `${code} ${status.reason || "Unknown"}`;
    const why = message === status.reason ? answer : `${message} (${answer})`;
    super(`Cannot ${request.what}: ${why}`, { hint: hintFor(code, status) });
    this.code = code;
    this.status = status;
    this.request = request;
  }

  /** The server's reason, such as `NotFound`; empty if it gave none. */
  get reason(): string {
    return this.status.reason ?? "";
  }

  /** The single causes that the server named. */
  get causes(): readonly StatusCause[] {
    return this.status.details?.causes ?? [];
  }

  /** How many seconds the server asks to wait before the request is sent again, if it says so. */
  get retryAfterSeconds(): number | undefined {
    return this.status.details?.retryAfterSeconds;
  }

  /** Whether the request is wrong in itself, such as an unknown field under strict validation. */
  get isBadRequest(): boolean {
    return this.code === 400;
  }

  /** Whether the object or the kind does not exist. */
  get isNotFound(): boolean {
    return this.code === 404;
  }

  /** Whether the kind does not have this verb. */
  get isMethodNotSupported(): boolean {
    return this.code === 405;
  }

  /** Whether the object exists already. */
  get isAlreadyExists(): boolean {
    return this.code === 409 && this.reason === "AlreadyExists";
  }

  /** Whether the object, or the ownership of a field, is not as the request supposed. */
  get isConflict(): boolean {
    return this.code === 409 && this.reason === "Conflict";
  }

  /** Whether a server-side apply met fields that others own; {@linkcode ApiError.causes} names them. */
  get isApplyConflict(): boolean {
    return this.isConflict && hasCause(this.status, "FieldManagerConflict");
  }

  /** Whether the permission is missing. */
  get isForbidden(): boolean {
    return this.code === 403;
  }

  /** Whether the namespace is going away, so that nothing can be made in it. */
  get isNamespaceTerminating(): boolean {
    return this.isForbidden && hasCause(this.status, "NamespaceTerminating");
  }

  /** Whether the credentials were not accepted. */
  get isUnauthorized(): boolean {
    return this.code === 401;
  }

  /** Whether the object is not valid. */
  get isInvalid(): boolean {
    return this.code === 422;
  }

  /** Whether a `resourceVersion` or continue token is too old. */
  get isExpired(): boolean {
    return this.code === 410;
  }

  /** Whether the object is larger than the server takes. */
  get isRequestEntityTooLarge(): boolean {
    return this.code === 413;
  }

  /** Whether the server does not know the type of the body, such as a patch type that the kind does not have. */
  get isUnsupportedMediaType(): boolean {
    return this.code === 415;
  }

  /** Whether it is too much for now: for the server, or for the PodDisruptionBudget that an eviction meets. */
  get isTooManyRequests(): boolean {
    return this.code === 429;
  }

  /** Whether something failed within the server, or in a webhook that it asked. */
  get isInternalError(): boolean {
    return this.code === 500 && !this.isTimeout;
  }

  /** Whether the server, or the one behind it that serves the kind, cannot answer for now. */
  get isServiceUnavailable(): boolean {
    return this.code === 503;
  }

  /** Whether it took the server too long; the request may have been carried out. */
  get isTimeout(): boolean {
    return this.code === 504 || this.reason === "ServerTimeout";
  }
}

/** The server could not be reached, or did not answer in time. */
export class TransportError extends KubescriptError {
  /** The request. */
  readonly request: RequestInfo;
  /** How often it was tried. */
  readonly attempts: number;

  /**
   * Makes the error.
   *
   * @param request The request.
   * @param server The server's address, and how it is reached.
   * @param attempts How often it was tried.
   * @param cause The last fault.
   */
  constructor(request: RequestInfo, server: string, attempts: number, cause: unknown) {
    const reason = describeFault(cause);
    const tries = attempts === 1 ? "" : ` (${attempts} attempts)`;
    const hint = isCertificateFault(cause)
      ? "Check the certificates in the kubeconfig: the server's authority and the client certificate"
      : "Check that the server of this context is running and can be reached";
    super(`Cannot ${request.what}: no answer from ${server}: ${reason}${tries}`, { cause, hint });
    this.request = request;
    this.attempts = attempts;
  }
}

/** The answer is not one that a Kubernetes API server gives: an HTML page, cut-off JSON, a wrong content type. */
export class UnexpectedResponseError extends KubescriptError {
  /** The request. */
  readonly request: RequestInfo;
  /** The HTTP status code. */
  readonly code: number;

  /**
   * Makes the error.
   *
   * @param request The request.
   * @param code The HTTP status code.
   * @param contentType The content type of the answer.
   * @param body The text of the answer; its beginning is quoted.
   */
  constructor(request: RequestInfo, code: number, contentType: string | null, body: string) {
    const start = body.replace(/\s+/g, " ").trim().slice(0, 120);
    const quoted = start === "" ? "with an empty body" : `that begins with ${JSON.stringify(start)}`;
    const answer = [code, contentType, quoted].filter((part) => part !== null).join(" ");
    super(`Cannot ${request.what}: the answer is not from a Kubernetes API: ${answer}`, {
      hint: "Check the server address in the kubeconfig: a proxy or a login page may have answered",
    });
    this.request = request;
    this.code = code;
  }
}

/** The server does not know a kind. */
export class DiscoveryError extends KubescriptError {}

/**
 * Says what went wrong in the network, without the library's wrapping.
 *
 * @param fault What `fetch` threw.
 * @returns The innermost reason.
 */
export function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const text = fault.cause instanceof Error ? fault.cause.message : fault.message;
  // "error sending request for url (…): client error (Connect): tcp connect error: Connection refused (os error 111)"
  const inner = text.replace(/^error sending request .*?\): (client error \(\w+\): )?/, "");
  return inner.replace(/ \(os error \d+\)/, "").replace(/^client error \(\w+\): /, "");
}

/**
 * Tells whether there was no connection, so that nothing can have been sent.
 *
 * @param fault What `fetch` threw.
 * @returns Whether it is certain.
 */
export function isConnectFault(fault: unknown): boolean {
  return fault instanceof Error && fault.cause instanceof Error &&
    /client error \(Connect\)|ECONNREFUSED|ENOTFOUND/.test(fault.cause.message);
}

/**
 * Tells whether one side did not accept the certificate of the other, which does not pass by itself.
 *
 * @param fault What `fetch` threw.
 * @returns Whether it is about a certificate.
 */
export function isCertificateFault(fault: unknown): boolean {
  return /certificate|UnknownCA/i.test(describeFault(fault));
}

function shorten(message: string): string {
  const half = LONGEST_MESSAGE / 2;
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, half)} … ${message.slice(-half)}`;
}

function hintFor(code: number, status: Status): string | undefined {
  if (code === 401) return "The credentials were not accepted: check the user of this context, or log in again";
  if (code !== 403) return undefined;
  return hasCause(status, "NamespaceTerminating")
    ? "Wait until the namespace is gone, or use another one"
    : "Ask for the permission that the message names, or use another context";
}

function hasCause({ details }: Status, reason: string): boolean {
  return details?.causes?.some((cause) => cause.reason === reason) ?? false;
}
