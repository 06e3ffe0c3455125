/**
 * Asks admission webhooks whether writes are allowed, as ValidatingWebhookConfigurations say.
 *
 * Webhooks are called by their addresses; Services route nothing in the sandbox, so that those behind a Service never
 * answer. Match conditions are not evaluated.
 *
 * @see {@link https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ | Dynamic admission control}
 * @module
 */

import type { ValidatingWebhook, ValidatingWebhookConfiguration } from "../../kinds/admissionregistration/v1.ts";
import type { Status } from "../../kube/status.ts";
import type { AdmissionAttributes } from "../registry/admission.ts";
import type { Registry } from "../registry/registry.ts";
import type { Draft, ServedResource, StoredObject } from "../registry/served_resource.ts";
import { badRequest, internalError, StatusError } from "../registry/status_error.ts";
import { objectKey } from "../storage/storage.ts";
import { postReview } from "./post_review.ts";
import { matchesWebhook, namesResource } from "./webhook_rules.ts";

const GROUP = "admissionregistration.k8s.io";
const CONFIGURATIONS = `${GROUP}/validatingwebhookconfigurations`;

/** What a webhook answers. */
interface Response {
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly status?: Partial<Status>;
  readonly warnings?: readonly string[];
}

/** The webhooks of an API. */
export class ValidatingWebhooks {
  readonly #registry: Registry;

  /**
   * Makes it.
   *
   * @param registry The objects, among them the configurations.
   */
  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /**
   * Tells whether writes of a resource have to be judged.
   *
   * @param resource The resource.
   * @param subresource The subresource; empty for none.
   * @returns Whether a webhook may want to be asked.
   */
  areAsked(resource: ServedResource, subresource: string): boolean {
    // So that nobody is locked out of the configurations themselves.
    return resource.group !== GROUP && this.#all().some((webhook) => namesResource(webhook, resource, subresource));
  }

  /**
   * Asks all webhooks that are to be asked about a write.
   *
   * @param attributes The write, as it would be stored.
   * @throws {StatusError} If one of them refuses it, or does not answer as it should.
   */
  async judge(attributes: AdmissionAttributes): Promise<void> {
    const { storage } = this.#registry;
    const namespace = storage.get("/namespaces", objectKey("", attributes.namespace));
    const webhooks = this.#all().filter((webhook) => matchesWebhook(webhook, attributes, namespace));
    const results = await Promise.allSettled(webhooks.map((webhook) => this.#ask(webhook, attributes)));
    const refusal = results.find((result) => result.status === "rejected");
    if (refusal) throw refusal.reason;
  }

  #all(): ValidatingWebhook[] {
    const { storage } = this.#registry;
    if (storage.count(CONFIGURATIONS) === 0) return [];
    const configurations = Array.from(storage.entries(CONFIGURATIONS), ([, object]) => {
      return object as unknown as ValidatingWebhookConfiguration;
    });
    return configurations.flatMap(({ webhooks = [] }) => webhooks);
  }

  async #ask(webhook: ValidatingWebhook, attributes: AdmissionAttributes): Promise<void> {
    const { name, failurePolicy, sideEffects } = webhook;
    if (attributes.dryRun && sideEffects !== "None" && sideEffects !== "NoneOnDryRun") {
      throw badRequest(`admission webhook "${name}" does not support dry run`);
    }
    const uid = this.#registry.newUid();
    let response: Response;
    try {
      response = await postReview(webhook, requestOf(uid, attributes), this.#registry) as Response;
    } catch (error) {
      if (failurePolicy === "Ignore") return;
      throw internalError(`failed calling webhook "${name}": ${(error as Error).message}`);
    }
    for (const warning of response.warnings ?? []) attributes.warn(warning);
    if (!response.allowed) throw refusalOf(name, response.status ?? {});
  }
}

function requestOf(uid: string, attributes: AdmissionAttributes): Record<string, unknown> {
  const { resource, subresource, name, namespace, operation, user, object, old, dryRun, deleteOptions } = attributes;
  const { group, version, kind, plural } = resource;
  const ofKind = { group, version, kind };
  const ofResource = { group, version, resource: plural };
  const view = (stored: StoredObject | undefined) => stored === undefined ? null : resource.fromStored(stored as Draft);
  return {
    uid,
    kind: ofKind,
    resource: ofResource,
    ...subresource !== "" && { subResource: subresource },
    requestKind: ofKind,
    requestResource: ofResource,
    ...subresource !== "" && { requestSubResource: subresource },
    ...name !== "" && { name },
    ...namespace !== "" && { namespace },
    operation,
    userInfo: user,
    object: view(object),
    oldObject: view(old),
    dryRun,
    options: deleteOptions ? { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", ...deleteOptions } : null,
  };
}

function refusalOf(webhook: string, { code = 0, reason, message, details }: Partial<Status>): StatusError {
  const why = message || reason;
  const text = `admission webhook "${webhook}" denied the request${why ? `: ${why}` : " without explanation"}`;
  return new StatusError(Math.max(code, 400), reason, text, details);
}
