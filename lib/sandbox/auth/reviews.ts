/**
 * Answers the kinds that are questions about users and permissions. They are never stored.
 *
 * @see {@link https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/ | Authorization resources}
 * @module
 */

import type { SelfSubjectRulesReview, SubjectAccessReview } from "../../kinds/authorization/v1.ts";
import type { TokenReview } from "../../kinds/authentication/v1.ts";
import type { Draft, FieldError } from "../registry/served_resource.ts";
import { badRequest, invalid } from "../registry/status_error.ts";
import type { UserInfo } from "../registry/user_info.ts";
import type { AccessAttributes, Decision } from "./access.ts";
import type { PolicyRule } from "./policy_rule.ts";
import { ISSUER, type TokenUser } from "./service_account_tokens.ts";

/** What reviews ask. */
export interface ReviewContext {
  /** Who sends the review. */
  readonly user: UserInfo;
  /** The present, RFC 3339. */
  readonly now: string;
  /** Decides about an access. */
  authorize(user: UserInfo, access: AccessAttributes): Decision;
  /** Lists what somebody may do in a namespace. */
  rulesOf(user: UserInfo, namespace: string): readonly PolicyRule[];
  /** Finds out whom a token stands for. */
  readToken(token: string): TokenUser | undefined;
}

type Review = (draft: Draft, context: ReviewContext) => Draft;

/** The reviews by their kinds: each completes what was sent by its answer. */
export const REVIEWS: Readonly<Record<string, Review>> = {
  SelfSubjectReview: ({ apiVersion, kind }, { user, now }) => ({
    apiVersion,
    kind,
    metadata: { creationTimestamp: now },
    status: { userInfo: user },
  }),
  SelfSubjectAccessReview: (draft, context) => reviewAccess(draft, context, context.user),
  SubjectAccessReview: (draft, context) => reviewAccess(draft, context, readSubject(draft)),
  LocalSubjectAccessReview: (draft, context) => reviewAccess(draft, context, readSubject(draft)),
  SelfSubjectRulesReview: reviewRules,
  TokenReview: reviewToken,
};

type AccessSpec = NonNullable<SubjectAccessReview["spec"]>;

function readSubject(draft: Draft): UserInfo {
  const { user = "", groups = [], uid, extra } = (draft.spec ?? {}) as AccessSpec;
  return { username: user, groups, ...(uid !== undefined && { uid }), ...(extra && { extra }) };
}

function reviewAccess(draft: Draft, { authorize }: ReviewContext, user: UserInfo): Draft {
  const { resourceAttributes, nonResourceAttributes } = (draft.spec ?? {}) as AccessSpec;
  const errors: FieldError[] = [];
  if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined)) {
    const what = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    errors.push({ reason: "FieldValueInvalid", field: "spec", message: `Invalid value: null: ${what}` });
  }
  if (user.username === "" && user.groups.length === 0) {
    const message = 'Invalid value: "": at least one of user or group must be specified';
    errors.push({ reason: "FieldValueInvalid", field: "spec.user", message });
  }
  if (errors.length > 0) throw invalid({ group: "authorization.k8s.io", kind: draft.kind }, "", errors);
  const { verb = "", group = "", resource = "", subresource = "", namespace = "", name = "" } = resourceAttributes ??
    {};
  const { allowed, reason } = authorize(
    user,
    nonResourceAttributes
      ? { verb: nonResourceAttributes.verb ?? "", path: nonResourceAttributes.path ?? "", ...NO_RESOURCE }
      : { verb, group, resource, subresource, namespace, name },
  );
  return { ...draft, status: { allowed, ...(reason !== "" && { reason }) } };
}

const NO_RESOURCE = { group: "", resource: "", namespace: "", name: "" };

function reviewRules(draft: Draft, { user, rulesOf }: ReviewContext): Draft {
  const { namespace } = (draft.spec ?? {}) as SelfSubjectRulesReview["spec"];
  if (!namespace) throw badRequest("no namespace on request");
  const rules = rulesOf(user, namespace);
  const status = {
    resourceRules: rules.filter(({ resources }) => resources?.length).map((
      { verbs, apiGroups, resources, resourceNames },
    ) => ({
      verbs,
      apiGroups,
      resources,
      ...(resourceNames && { resourceNames }),
    })),
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
  return { ...draft, spec: {}, status };
}

function reviewToken(draft: Draft, { readToken }: ReviewContext): Draft {
  const { token, audiences = [ISSUER] } = (draft.spec ?? {}) as Partial<TokenReview["spec"]>;
  if (!token) throw badRequest("token is required for TokenReview in authentication");
  const found = readToken(token);
  const shared = found?.audiences.filter((audience) => audiences.includes(audience)) ?? [];
  const status = found && shared.length > 0
    ? { authenticated: true, user: found.user, audiences: shared }
    : { user: {}, error: "invalid bearer token" };
  return { ...draft, status };
}
