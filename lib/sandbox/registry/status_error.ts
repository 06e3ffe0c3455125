/**
 * What the API server answers to requests that fail, in its words.
 *
 * The reasons, codes and messages are those of
 * {@link https://pkg.go.dev/k8s.io/apimachinery/pkg/api/errors | k8s.io/apimachinery/pkg/api/errors}.
 *
 * @module
 */

import type { KubeObject } from "../../kube/object.ts";
import type { Status, StatusCause, StatusDetails } from "../../kube/status.ts";
import type { FieldError } from "./served_resource.ts";

/** A request that failed, with what is to be answered. */
export class StatusError extends Error {
  /** The answer. */
  readonly status: Status & { readonly code: number };

  /**
   * Makes an error.
   *
   * @param code The HTTP status code.
   * @param reason The machine-readable reason; absent if there is none.
   * @param message The description for people.
   * @param details What it is about.
   */
  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message);
    this.name = "StatusError";
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...reason !== undefined && { reason },
      ...details !== undefined && { details },
      code,
    };
  }

  /** The machine-readable reason, such as `NotFound`. */
  get reason(): string | undefined {
    return this.status.reason;
  }
}

/** A resource without its version. */
export interface GroupResource {
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The name in URLs. */
  readonly plural: string;
}

/** A kind without its version. */
export interface GroupKind {
  /** The API group; empty for the core group. */
  readonly group: string;
  /** The kind. */
  readonly kind: string;
}

/** What `Conflict` says of an object that is not as it was read. */
const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

/** 404: there is no such object. */
export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(404, "NotFound", `${resourceText(resource)} ${quote(name)} not found`, about(resource, name));
}

/** 404: there is no such resource. */
export function resourceNotFound(): StatusError {
  return new StatusError(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409: there is an object of this name. */
export function alreadyExists(resource: GroupResource, { metadata }: KubeObject): StatusError {
  const { name = "", deletionTimestamp } = metadata ?? {};
  const message = `${resourceText(resource)} ${quote(name)} already exists`;
  const whole = deletionTimestamp === undefined ? message : `object is being deleted: ${message}`;
  return new StatusError(409, "AlreadyExists", whole, about(resource, name));
}

/** 409: no name could be made that is free. */
export function generateNameConflict(resource: GroupResource, name: string): StatusError {
  const message = `${resourceText(resource)} ${quote(name)} already exists, ` +
    "the server was not able to generate a unique name for the object";
  return new StatusError(409, "AlreadyExists", message, { ...about(resource, name), retryAfterSeconds: 1 });
}

/** 409: the object is not in the state that the request is meant for. */
export function conflict(resource: GroupResource, name: string, why: string = MODIFIED): StatusError {
  const message = `Operation cannot be fulfilled on ${resourceText(resource)} ${quote(name)}: ${why}`;
  return new StatusError(409, "Conflict", message, about(resource, name));
}

/** 409: others manage fields that an apply wants to change. */
export function applyConflict(causes: StatusCause[], message: string): StatusError {
  return new StatusError(409, "Conflict", message, { causes });
}

/** 422: the object is not valid. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const kindText = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const causes = errors.map(({ reason, message, field }) => ({ reason, message, field }));
  const details = {
    ...name !== "" && { name },
    ...kind.group !== "" && { group: kind.group },
    ...kind.kind !== "" && { kind: kind.kind },
    causes,
  };
  const message = `${kindText} ${quote(name)} is invalid: ${aggregate(errors)}`;
  return new StatusError(422, "Invalid", message, details);
}

/** 400: the request makes no sense. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

/** 401: nobody knows who asks. */
export function unauthorized(message = "Unauthorized"): StatusError {
  return new StatusError(401, "Unauthorized", message);
}

/** 403: the user may not do it, or nobody may. */
export function forbidden(resource: GroupResource | undefined, name: string, why: string): StatusError {
  if (resource === undefined) return new StatusError(403, "Forbidden", `forbidden: ${why}`, {});
  const subject = name === "" ? resourceText(resource) : `${resourceText(resource)} ${quote(name)}`;
  return new StatusError(403, "Forbidden", `${subject} is forbidden: ${why}`, about(resource, name));
}

/** 410: what is asked for is not kept any more. */
export function expired(message: string): StatusError {
  return new StatusError(410, "Expired", message);
}

/** 504: what is asked for did not come in time. */
export function timeout(message: string, details: StatusDetails): StatusError {
  return new StatusError(504, "Timeout", `Timeout: ${message}`, details);
}

/** 429: the client must wait. */
export function tooManyRequests(message: string, retryAfterSeconds: number, causes?: StatusCause[]): StatusError {
  const details = { ...causes && { causes }, ...retryAfterSeconds > 0 && { retryAfterSeconds } };
  return new StatusError(429, "TooManyRequests", message, details);
}

/** 405: the resource does not offer this. */
export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

/** 405: the resource, as it is, cannot do this. */
export function methodNotSupported(resource: GroupResource, action: string): StatusError {
  const message = `${action} is not supported on resources of kind ${quote(resourceText(resource))}`;
  return new StatusError(405, "MethodNotAllowed", message, about(resource, ""));
}

/** 406: the client takes nothing that there is. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError(406, "NotAcceptable", `only the following media types are accepted: ${accepted.join(", ")}`);
}

/** 415: the body is of a type that cannot be read. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = "the body of the request was in an unknown format - accepted media types include: " +
    accepted.join(", ");
  return new StatusError(415, "UnsupportedMediaType", message);
}

/** 413: the body is too large. */
export function requestTooLarge(limitBytes: number): StatusError {
  const message = `Request entity too large: limit is ${limitBytes}`;
  return new StatusError(413, "RequestEntityTooLarge", message);
}

/** 422: the request is well-formed, but cannot be carried out. */
export function unprocessable(): StatusError {
  return new StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

/** 500: something went wrong in the server. */
export function internalError(why: string): StatusError {
  return new StatusError(500, "InternalError", `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

/**
 * Names a resource as the API server does in messages.
 *
 * @param resource The resource.
 * @returns For example `deployments.apps`, or `pods`.
 */
export function resourceText({ group, plural }: GroupResource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/**
 * Quotes a text as Go's `%q` does.
 *
 * @param text The text.
 * @returns The text in double quotes.
 */
export function quote(text: string): string {
  return JSON.stringify(text);
}

function about({ group, plural }: GroupResource, name: string): StatusDetails {
  return { ...name !== "" && { name }, ...group !== "" && { group }, kind: plural };
}

function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}
