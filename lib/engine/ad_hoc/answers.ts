/**
 * Answers of the server as the journal and the dry run read them, and those that a dry run makes up.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import { type Answer, parseObject } from "../../client/answer.ts";
import type { LiveObject } from "../../kube/object.ts";
import type { RequestTarget } from "../../kube/request.ts";

/**
 * Reads the objects of a list, or those that the deletion of a collection names.
 *
 * @param answer The answer.
 * @returns The objects.
 */
export function itemsOf(answer: Answer): LiveObject[] {
  const { items } = parseObject(answer.text) ?? {};
  return Array.isArray(items) ? items : [];
}

/**
 * Tells whether a permission is missing. A quota or a policy forbids things, too, but to everybody.
 *
 * @param answer The answer.
 * @returns Whether it is so.
 */
export function isNotPermitted({ status, text }: Answer): boolean {
  return status === 403 && / is forbidden: user \\"/i.test(text);
}

/**
 * Makes the answer that brings an object.
 *
 * @param object The object; a mere success if absent.
 * @returns The answer.
 */
export function found(object: object = { apiVersion: "v1", kind: "Status", status: "Success" }): Answer {
  return answerOf(200, object);
}

/**
 * Makes the answer that brings the scale of an object.
 *
 * @param object The object.
 * @returns The answer.
 */
export function foundScale({ metadata, spec, status }: LiveObject): Answer {
  const { name, namespace, uid, resourceVersion } = metadata;
  const replicasOf = (part: unknown) => (part as { replicas?: number } | undefined)?.replicas ?? 0;
  // The server leaves out a zero, but in the status.
  const wanted = replicasOf(spec) || undefined;
  return found({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name, namespace, uid, resourceVersion },
    spec: { replicas: wanted },
    status: { replicas: replicasOf(status) },
  });
}

/**
 * Makes the answer to who asks for an object that is gone in a dry run only.
 *
 * @param target What is asked for.
 * @returns The answer.
 */
export function notFound({ type, name }: RequestTarget): Answer {
  return refusal(404, "NotFound", `${type.plural} "${name}" not found, as this run would have deleted it`);
}

/**
 * Makes the answer to who creates an object that exists in a dry run only.
 *
 * @param target What is to be created.
 * @returns The answer.
 */
export function alreadyExists({ type, name }: RequestTarget): Answer {
  return refusal(409, "AlreadyExists", `${type.plural} "${name}" already exists, as this run would have created it`);
}

function refusal(code: number, reason: string, message: string): Answer {
  return answerOf(code, { apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message });
}

function answerOf(status: number, body: object): Answer {
  return { status, headers: new Headers({ "content-type": "application/json" }), text: stringifyJson(body) };
}
