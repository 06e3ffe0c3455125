/**
 * Calls webhooks.
 *
 * @module
 */

import { deadline } from "../../base/clock.ts";
import { isJsonObject, parseJson, stringifyJson } from "../../base/json.ts";
import { openConnections } from "../../client/transport/connections.ts";
import type { ValidatingWebhook } from "../../kinds/admissionregistration/v1.ts";
import type { Registry } from "../registry/registry.ts";
import { objectKey } from "../storage/storage.ts";

const DEFAULT_TIMEOUT_SECONDS = 10;

/** Why a webhook gave no answer, in the words of the API server. */
export class CallFault extends Error {}

/**
 * Sends a webhook a request for admission.
 *
 * @param webhook The webhook.
 * @param request The request.
 * @param registry The objects, and the clock.
 * @returns The response.
 * @throws {CallFault} If it does not answer as it should.
 */
export async function postReview(
  { clientConfig, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, admissionReviewVersions }: ValidatingWebhook,
  request: Readonly<Record<string, unknown>>,
  { storage, clock }: Registry,
): Promise<Record<string, unknown>> {
  const { service, caBundle } = clientConfig;
  // Not as a URL, which would leave out the port that is the usual one.
  const base = clientConfig.url ??
    `https://${service!.name}.${service!.namespace}.svc:${service!.port ?? 443}${service!.path ?? "/"}`;
  const address = `${base}${base.includes("?") ? "&" : "?"}timeout=${timeoutSeconds}s`;
  const fail = (why: string) => new CallFault(`failed to call webhook: Post "${address}": ${why}`);
  if (service) {
    const isThere = storage.get("/services", objectKey(service.namespace, service.name)) !== undefined;
    const quoted = JSON.stringify(service.name);
    throw fail(isThere ? `no endpoints available for service ${quoted}` : `service ${quoted} not found`);
  }
  const apiVersion = `admission.k8s.io/${admissionReviewVersions.find((version) => version === "v1") ?? "v1beta1"}`;
  const connections = await openConnections({
    server: new URL(address).origin,
    tls: { caCerts: caBundle ? [atob(caBundle)] : [], insecureSkipTlsVerify: false },
    source: "clientConfig",
    clientCertificate: undefined,
    mostIdle: 0,
  });
  using end = deadline(clock, timeoutSeconds * 1_000);
  let text: string;
  try {
    const answer = await connections.fetch(address, {
      method: "POST",
      headers: [["content-type", "application/json"], ["accept", "application/json"]],
      body: new Blob([stringifyJson({ kind: "AdmissionReview", apiVersion, request })]),
      signal: end.signal,
    });
    text = await answer.text();
    if (!answer.ok) throw new CallFault(`the server answered ${answer.status}: ${text.slice(0, 200)}`);
  } catch (error) {
    if (end.signal.aborted) throw fail("context deadline exceeded");
    const { message, cause } = error as Error;
    throw fail(cause instanceof Error ? cause.message : message);
  } finally {
    connections.close();
  }
  const review = readReview(text);
  const { response } = review;
  if (review.apiVersion !== apiVersion || review.kind !== "AdmissionReview" || !isJsonObject(response)) {
    throw invalid(`expected webhook response of ${apiVersion}, Kind=AdmissionReview with a response`);
  }
  if (response.uid !== request.uid) {
    throw invalid(`expected response.uid="${request.uid}", got "${response.uid ?? ""}"`);
  }
  return response;
}

function readReview(text: string): Record<string, unknown> {
  try {
    const review = parseJson(text);
    return isJsonObject(review) ? review : {};
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

function invalid(why: string): CallFault {
  return new CallFault(`received invalid webhook response: ${why}`);
}
