/**
 * Finalizing Namespaces.
 *
 * @module
 */

import type { Draft, ServedResource } from "../../registry/served_resource.ts";
import type { ApiContext } from "../api_context.ts";
import type { ApiRequest } from "../api_request.ts";
import { objectOf } from "../write_verbs.ts";

/** A Namespace. */
type Namespace = Draft & { spec?: { finalizers?: readonly string[] } };

/**
 * Answers a request to change the finalizers of a Namespace; without any, a Namespace that was asked to go goes.
 *
 * @param request The request.
 * @param resource The resource.
 * @param context What it works with.
 * @returns The answer.
 * @throws {StatusError} If the Namespace cannot be changed.
 */
export async function finalize(request: ApiRequest, resource: ServedResource, context: ApiContext): Promise<Response> {
  const { registry } = context;
  const { name } = request.info;
  const options = request.writeOptions("UpdateOptions");
  const { metadata, spec } = await objectOf(request, resource.kind) as Namespace;
  const live = registry.get(resource, "", name) as Namespace;
  const { finalizers, ...others } = { ...live.spec, finalizers: spec?.finalizers };
  const { resourceVersion = "" } = metadata ?? {};
  const draft = {
    ...live,
    metadata: { ...live.metadata, resourceVersion },
    spec: finalizers?.length ? { ...others, finalizers } : others,
  };
  return context.answerObject(request, resource, registry.update(resource, "", name, draft, options));
}
