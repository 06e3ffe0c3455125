/**
 * Issues tokens of ServiceAccounts to those who ask for them.
 *
 * @see {@link https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ | TokenRequest}
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import type { TokenRequest } from "../../kinds/authentication/v1.ts";
import type { SubresourceHandler } from "../api/api_server.ts";
import { objectOf } from "../api/write_verbs.ts";
import { formatTime } from "../../kube/time.ts";
import type { Registry } from "../registry/registry.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import { badRequest, conflict, invalid, notFound } from "../registry/status_error.ts";
import { ISSUER, type ServiceAccountTokens, type TokenOptions } from "./service_account_tokens.ts";

const DEFAULT_SECONDS = 3_600;
const LEAST_SECONDS = 600;

/**
 * Makes the handler of `serviceaccounts/token`.
 *
 * @param tokens Issues tokens.
 * @returns The handler.
 */
export function tokenRequest(tokens: ServiceAccountTokens): SubresourceHandler {
  return async (request, resource, context) => {
    const { registry } = context;
    const { namespace, name } = request.info;
    const account = registry.get(resource, namespace, name);
    const draft = await objectOf(request, "TokenRequest") as unknown as TokenRequest;
    const { audiences, expirationSeconds = DEFAULT_SECONDS, boundObjectRef = null } = draft.spec ?? {};
    if (expirationSeconds < LEAST_SECONDS) {
      const message = `Invalid value: ${expirationSeconds}: may not specify a duration less than 10 minutes`;
      throw invalid({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", [
        { reason: "FieldValueInvalid", field: "spec.expirationSeconds", message },
      ]);
    }
    const nowMs = registry.clock.now();
    const boundTo = boundObjectRef ? findBound(registry, account, boundObjectRef) : undefined;
    const meantFor = audiences?.length ? audiences : [ISSUER];
    const token = tokens.issue({
      account,
      audiences: meantFor,
      expirationSeconds,
      ...(boundTo && { boundTo }),
      id: registry.newUid(),
      nowMs,
    });
    const answer = {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name, namespace, uid: account.metadata.uid, creationTimestamp: formatTime(nowMs) },
      spec: { audiences: meantFor, expirationSeconds, boundObjectRef },
      status: { token, expirationTimestamp: formatTime(nowMs + expirationSeconds * 1_000) },
    };
    return context.answerText(request, stringifyJson(answer), 201);
  };
}

type BoundObject = NonNullable<NonNullable<TokenRequest["spec"]>["boundObjectRef"]>;

function findBound(registry: Registry, account: StoredObject, bound: BoundObject): TokenOptions["boundTo"] {
  const { kind = "", name = "", uid } = bound;
  if (kind !== "Pod" && kind !== "Secret") {
    throw badRequest(`cannot bind token for serviceaccount "${account.metadata.name}" to ${kind} "${name}"`);
  }
  const resource = registry.resources.find("", "v1", kind === "Pod" ? "pods" : "secrets")!;
  const object = registry.get(resource, account.metadata.namespace!, name);
  if (uid !== undefined && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. ` +
      "The object might have been deleted and then recreated";
    throw conflict(resource, name, why);
  }
  if (kind === "Pod") {
    const { serviceAccountName } = object.spec as { serviceAccountName?: string };
    if (serviceAccountName !== account.metadata.name) throw notFound(resource, name);
  }
  return { kind, name, uid: object.metadata.uid! };
}
