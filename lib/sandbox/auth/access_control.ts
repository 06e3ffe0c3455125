/**
 * Who sends requests, and what they may do: authentication, impersonation and authorization in their order.
 *
 * @module
 */

import type { IncomingRequest } from "../../client/transport/http_server.ts";
import type { SubresourceHandler } from "../api/api_server.ts";
import { objectOf } from "../api/write_verbs.ts";
import { stringifyJson } from "../../base/json.ts";
import type { AdmissionAttributes } from "../registry/admission.ts";
import { formatTime } from "../../kube/time.ts";
import type { Registry } from "../registry/registry.ts";
import type { Draft } from "../registry/served_resource.ts";
import { badRequest, forbidden, methodNotAllowed, unauthorized } from "../registry/status_error.ts";
import type { UserInfo } from "../registry/user_info.ts";
import { objectKey } from "../storage/storage.ts";
import { type AccessAttributes, type Decision, forbiddenMessage } from "./access.ts";
import { aggregatedRules } from "./aggregation.ts";
import { ANONYMOUS, Authenticator } from "./authenticator.ts";
import { bootstrapPolicy } from "./bootstrap_policy.ts";
import { refuseEscalation } from "./escalation.ts";
import { readImpersonation } from "./impersonation.ts";
import type { PolicyRule } from "./policy_rule.ts";
import { Rbac } from "./rbac.ts";
import { REVIEWS } from "./reviews.ts";
import { ServiceAccountTokens } from "./service_account_tokens.ts";
import { tokenRequest } from "./token_request.ts";

const GROUP = "rbac.authorization.k8s.io";

/** What everybody may do who is known, if roles do not count. */
const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
  { nonResourceURLs: ["*"], verbs: ["*"] },
];

/** How access is controlled. */
export interface AccessControlOptions {
  /** The objects. */
  readonly registry: Registry;
  /** Users by their tokens. */
  readonly tokens: ReadonlyMap<string, UserInfo>;
  /** The secret by which tokens of ServiceAccounts are signed. */
  readonly signingKey: string;
  /** Who sends requests without any credential; by default somebody whom nobody knows. */
  readonly anonymous?: UserInfo | undefined;
  /** Whether roles count; otherwise everybody who is known may do everything. */
  readonly rbac: boolean;
}

/** Controls the access to one server. */
export class AccessControl {
  readonly #registry: Registry;
  readonly #authenticator: Authenticator;
  readonly #accounts: ServiceAccountTokens;
  readonly #roles: Rbac;
  readonly #rbac: boolean;

  /**
   * Makes it.
   *
   * @param options The objects, and who is known.
   */
  constructor({ registry, tokens, signingKey, anonymous, rbac }: AccessControlOptions) {
    const { context } = registry;
    this.#registry = registry;
    this.#accounts = new ServiceAccountTokens(signingKey, context.find);
    this.#authenticator = new Authenticator({ tokens, accounts: this.#accounts, anonymous });
    this.#roles = new Rbac(context);
    this.#rbac = rbac;
  }

  /**
   * Finds out as whom a request is to be carried out.
   *
   * @param request The request.
   * @returns The sender, or whom the sender may act as.
   * @throws {StatusError} If what it shows is not accepted, or the sender may not act as somebody else.
   */
  authenticate({ headers, clientCertificate }: IncomingRequest): UserInfo {
    const authorization = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
    const nowMs = this.#registry.clock.now();
    const sender = this.#authenticator.authenticate({ authorization, certificate: clientCertificate }, nowMs);
    if (!sender) throw unauthorized();
    const impersonation = readImpersonation(headers);
    if (impersonation === undefined) return sender;
    if (typeof impersonation === "string") throw badRequest(impersonation);
    for (const access of impersonation.needed) {
      const { allowed, reason } = this.authorize(sender, access);
      if (allowed) continue;
      const { group, resource, name } = access;
      throw forbidden({ group, plural: resource }, name, forbiddenMessage(sender, access, reason));
    }
    return impersonation.user;
  }

  /**
   * Decides about an access.
   *
   * @param user Who asks.
   * @param access What for.
   * @returns The decision.
   */
  authorize(user: UserInfo, access: AccessAttributes): Decision {
    // As the API server has it: before all other authorizers.
    if (user.groups.includes("system:masters")) return { allowed: true, reason: "" };
    if (!this.#rbac && user.username !== ANONYMOUS.username) return { allowed: true, reason: "" };
    return this.#roles.authorize(user, access);
  }

  /** The handlers of reviews and of requests for tokens, by resource. */
  handlers(): [key: string, handler: SubresourceHandler][] {
    const review: SubresourceHandler = async (request, { kind }, context) => {
      if (request.info.verb !== "create") throw methodNotAllowed();
      const draft = await objectOf(request, kind) as Draft;
      const answer = REVIEWS[kind]!({ ...draft, metadata: draft.metadata ?? {} }, {
        user: request.user,
        now: formatTime(this.#registry.clock.now()),
        authorize: (user, access) => this.authorize(user, access),
        rulesOf: (user, namespace) => this.#rulesOf(user, namespace),
        readToken: (token) => this.#accounts.verify(token, this.#registry.clock.now()),
      });
      return context.answerText(request, stringifyJson(answer), 201);
    };
    return [
      ...REVIEW_RESOURCES.map((resource) => [resource, review] as [string, SubresourceHandler]),
      ["serviceaccounts/token", tokenRequest(this.#accounts)],
    ];
  }

  /**
   * Refuses writes by which people would get more than they have.
   *
   * @param attributes What is written.
   * @throws {StatusError} If it is refused.
   */
  refuseEscalation(
    { operation, resource, subresource, namespace, name, object, old, user }: AdmissionAttributes,
  ): void {
    if (!this.#rbac || resource.group !== GROUP || operation === "DELETE" || subresource !== "" || !object) return;
    if (user.groups.includes("system:masters")) return;
    refuseEscalation({ resource, namespace, name, object, old, user }, this.#roles);
  }

  /** Makes the roles that every cluster has, and keeps the aggregated ones complete from now on. */
  start(): void {
    const { resources } = this.#registry;
    for (const object of bootstrapPolicy()) {
      const resource = resources.findKind(object.apiVersion, object.kind)!;
      const name = object.metadata!.name!;
      if (!this.#registry.storage.get(resource.storedAs, objectKey("", name))) {
        this.#registry.create(resource, "", object, { fieldManager: "kube-apiserver" });
      }
    }
    this.#aggregate();
    this.#registry.subscribe(({ storedAs }) => {
      if (storedAs === `${GROUP}/clusterroles`) this.#aggregate();
    });
  }

  #aggregate(): void {
    const resource = this.#registry.resources.find(GROUP, "v1", "clusterroles")!;
    const roles = [...this.#registry.storage.entries(resource.storedAs)].map(([, role]) => role);
    for (const role of roles) {
      const rules = aggregatedRules(role, roles);
      if (rules === undefined) continue;
      const manager = { fieldManager: "clusterrole-aggregation-controller" };
      this.#registry.update(resource, "", role.metadata.name!, { ...role, rules } as Draft, manager);
    }
  }

  #rulesOf(user: UserInfo, namespace: string): readonly PolicyRule[] {
    return this.#rbac || user.username === ANONYMOUS.username ? this.#roles.rulesOf(user, namespace) : EVERYTHING;
  }
}

const REVIEW_RESOURCES = [
  "selfsubjectreviews.authentication.k8s.io",
  "tokenreviews.authentication.k8s.io",
  "localsubjectaccessreviews.authorization.k8s.io",
  "selfsubjectaccessreviews.authorization.k8s.io",
  "selfsubjectrulesreviews.authorization.k8s.io",
  "subjectaccessreviews.authorization.k8s.io",
];
