/**
 * Which requests a webhook is asked about.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules | Matching requests: rules}
 * @module
 */

import type { ValidatingWebhook } from "../../kinds/admissionregistration/v1.ts";
import { selects } from "../../kube/label_selector.ts";
import type { AdmissionAttributes } from "../registry/admission.ts";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";

type Rule = NonNullable<ValidatingWebhook["rules"]>[number];

/**
 * Tells whether a webhook may be asked about a resource at all.
 *
 * @param webhook The webhook.
 * @param resource The resource.
 * @param subresource The subresource; empty for none.
 * @returns Whether one of its rules names it.
 */
export function namesResource(
  { rules = [] }: ValidatingWebhook,
  resource: ServedResource,
  subresource: string,
): boolean {
  return rules.some((rule) => ruleNames(rule, resource, subresource));
}

/**
 * Tells whether a webhook is asked about a request.
 *
 * @param webhook The webhook.
 * @param attributes The request.
 * @param namespace The namespace of the request, if it has one.
 * @returns Whether rules and selectors match.
 */
export function matchesWebhook(
  { rules = [], namespaceSelector = {}, objectSelector = {} }: ValidatingWebhook,
  { resource, subresource, operation, object, old }: AdmissionAttributes,
  namespace: StoredObject | undefined,
): boolean {
  const matches = rules.some((rule) => {
    return isOneOf(rule.operations, operation) && ruleNames(rule, resource, subresource);
  });
  if (!matches) return false;
  const ownNamespace = resource.plural === "namespaces" && resource.group === "" ? object ?? old : namespace;
  if (ownNamespace && !selects(namespaceSelector, ownNamespace.metadata.labels)) return false;
  return [object, old].some((state) => state && selects(objectSelector, state.metadata.labels));
}

function ruleNames(
  { apiGroups, apiVersions, resources = [], scope = "*" }: Rule,
  { group, version, plural, namespaced }: ServedResource,
  subresource: string,
): boolean {
  if (scope !== "*" && (scope === "Namespaced") !== namespaced) return false;
  return isOneOf(apiGroups, group) && isOneOf(apiVersions, version) && resources.some((name) => {
    const [wanted, wantedSub = ""] = name.split("/");
    return (wanted === "*" || wanted === plural) && (wantedSub === "*" || wantedSub === subresource);
  });
}

function isOneOf(items: readonly string[] = [], wanted: string): boolean {
  return items.includes("*") || items.includes(wanted);
}
