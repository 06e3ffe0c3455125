/**
 * Roles and their bindings.
 *
 * @module
 */

import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import { checkImmutable, checkOneOf, checkSelector, pathSegmentFaults } from "./checks.ts";
import type { KindRules, RulesByKind } from "./kind_rules.ts";

const GROUP = "rbac.authorization.k8s.io";

/** The rules of the kinds. */
export const RBAC: RulesByKind = {
  [`${GROUP}/Role`]: role(true),
  [`${GROUP}/ClusterRole`]: role(false),
  [`${GROUP}/RoleBinding`]: binding(true),
  [`${GROUP}/ClusterRoleBinding`]: binding(false),
};

function role(isNamespaced: boolean): KindRules {
  return {
    nameFaults: pathSegmentFaults,
    validate({ rules, aggregationRule }, errors) {
      for (const [index, rule] of (rules ?? []).entries()) validateRule(rule, `rules[${index}]`, isNamespaced, errors);
      for (const [index, selector] of (aggregationRule?.clusterRoleSelectors ?? []).entries()) {
        checkSelector(errors, `aggregationRule.clusterRoleSelectors[${index}]`, selector);
      }
    },
  };
}

function validateRule(rule: Part, path: string, isNamespaced: boolean, errors: FieldErrors): void {
  if (!rule.verbs?.length) errors.required(`${path}.verbs`);
  if (rule.nonResourceURLs?.length) {
    if (isNamespaced) {
      errors.invalid(
        `${path}.nonResourceURLs`,
        rule.nonResourceURLs,
        "namespaced rules cannot apply to non-resource URLs",
      );
    }
    if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length) {
      const detail = "rules cannot apply to both regular resources and non-resource URLs";
      errors.invalid(`${path}.nonResourceURLs`, rule.nonResourceURLs, detail);
    }
    return;
  }
  if (!rule.apiGroups?.length) {
    errors.required(`${path}.apiGroups`, "resource rules must supply at least one api group");
  }
  if (!rule.resources?.length) errors.required(`${path}.resources`, "resource rules must supply at least one resource");
}

function binding(isNamespaced: boolean): KindRules {
  const kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  return {
    nameFaults: pathSegmentFaults,
    validate({ roleRef, subjects = [] }, errors) {
      checkOneOf(errors, "roleRef.apiGroup", roleRef.apiGroup, [GROUP]);
      checkOneOf(errors, "roleRef.kind", roleRef.kind, kinds);
      if (!roleRef.name) errors.required("roleRef.name");
      else errors.invalid("roleRef.name", roleRef.name, ...pathSegmentFaults(roleRef.name));
      for (const [index, subject] of (subjects ?? []).entries()) {
        validateSubject(subject, `subjects[${index}]`, isNamespaced, errors);
      }
    },
    validateUpdate({ roleRef }, { roleRef: old }, errors) {
      checkImmutable(errors, "roleRef", goRole(roleRef), goRole(old));
    },
  };
}

/** A reference as the API server prints its internal type. */
function goRole({ apiGroup, kind, name }: Part): Part {
  return { APIGroup: apiGroup, Kind: kind, Name: name };
}

function validateSubject(
  { kind, name, namespace, apiGroup }: Part,
  path: string,
  isNamespaced: boolean,
  errors: FieldErrors,
): void {
  if (!name) errors.required(`${path}.name`);
  switch (kind) {
    case "ServiceAccount":
      if (apiGroup) errors.notSupported(`${path}.apiGroup`, apiGroup, [""]);
      if (!isNamespaced && !namespace) errors.required(`${path}.namespace`);
      break;
    case "User":
    case "Group":
      if (apiGroup !== GROUP) errors.notSupported(`${path}.apiGroup`, apiGroup, [GROUP]);
      break;
    default:
      errors.notSupported(`${path}.kind`, kind, ["ServiceAccount", "User", "Group"]);
  }
}
