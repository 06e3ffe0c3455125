/**
 * What API servers are known to answer when something is wrong, as faults.
 *
 * @module
 */

import { failureStatus, statusAnswer } from "./answers.ts";
import type { Fault } from "./fault.ts";

const EXPIRED = { reason: "Expired", message: "The resourceVersion for the provided list is too old." };

/**
 * Refuses requests as there are too many (429).
 *
 * @param retryAfterSeconds When to send them again.
 * @returns The fault.
 */
export function tooManyRequests(retryAfterSeconds = 1): Fault {
  const message = "the server has received too many requests and has asked us to try again later";
  return { fault: "answer", answer: statusAnswer(429, { reason: "TooManyRequests", message, retryAfterSeconds }) };
}

/**
 * Lets requests fail by an error of the server (500).
 *
 * @returns The fault.
 */
export function internalError(): Fault {
  const message = "Internal error occurred: etcdserver: request timed out";
  return { fault: "answer", answer: statusAnswer(500, { reason: "InternalError", message }) };
}

/**
 * Lets requests fail as the server is not there (503), as a load balancer says it.
 *
 * @returns The fault.
 */
export function unavailable(): Fault {
  const message = "the server is currently unable to handle the request";
  return { fault: "answer", answer: statusAnswer(503, { reason: "ServiceUnavailable", message }) };
}

/**
 * Refuses requests as their token has expired (401).
 *
 * @returns The fault.
 */
export function expiredToken(): Fault {
  return { fault: "answer", answer: statusAnswer(401, { reason: "Unauthorized", message: "Unauthorized" }) };
}

/**
 * Refuses requests as what they ask for is not known any more (410), such as the next page of a list.
 *
 * @returns The fault.
 */
export function expired(): Fault {
  return { fault: "answer", answer: statusAnswer(410, EXPIRED) };
}

/**
 * Tells a watch in the middle that it is too far behind (410).
 *
 * @param afterEvents After how many events.
 * @returns The fault.
 */
export function expiredWatch(afterEvents = 0): Fault {
  const line = JSON.stringify({ type: "ERROR", object: failureStatus(410, EXPIRED) });
  return { fault: "insert", line, afterLines: afterEvents };
}
