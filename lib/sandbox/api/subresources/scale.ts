/**
 * Requests about the subresource `scale`.
 *
 * @module
 */

import { stringifyJson } from "../../../base/json.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { applyJsonPatch } from "../../patch/json_patch.ts";
import { applyMergePatch } from "../../patch/merge_patch.ts";
import { PatchError } from "../../patch/patch_error.ts";
import { patchRefused } from "../../registry/patch.ts";
import { hasReplicas, type Scale, scaleOf, scalePathsOf } from "../../registry/scale.ts";
import type { ServedResource, StoredObject } from "../../registry/served_resource.ts";
import { internalError } from "../../registry/status_error.ts";
import type { Patch } from "../../registry/write_options.ts";
import type { ApiContext } from "../api_context.ts";
import type { ApiRequest } from "../api_request.ts";
import { objectOf, patchOf } from "../write_verbs.ts";

/**
 * Answers a request about the scale of an object.
 *
 * @param context What it works with.
 * @param request The request.
 * @param resource The resource, which has one.
 * @returns The answer.
 * @throws {StatusError} If the object cannot be scaled so.
 */
export async function scaleVerb(context: ApiContext, request: ApiRequest, resource: ServedResource): Promise<Response> {
  const { registry } = context;
  const { verb, namespace, name } = request.info;
  const paths = scalePathsOf(resource);
  let object: StoredObject;
  if (verb === "update") {
    const options = request.writeOptions("UpdateOptions");
    const scale = await objectOf(request, "Scale");
    object = registry.scale(resource, namespace, name, { change: () => scale }, options);
  } else if (verb === "patch") {
    const { patch: { type, body }, options } = await patchOf(request, resource);
    const change = type === "apply"
      ? { config: body }
      : { change: (scale: Scale) => patchJson(scale, type, body) as KubeObject };
    object = registry.scale(resource, namespace, name, change, options);
  } else {
    object = registry.get(resource, namespace, name);
    if (resource.custom && !hasReplicas(object, paths)) {
      throw internalError(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`);
    }
  }
  return context.answerText(request, stringifyJson(scaleOf(object, paths)));
}

function patchJson(scale: Scale, type: Patch["type"], body: unknown): unknown {
  try {
    return type === "json" ? applyJsonPatch(scale, body) : applyMergePatch(scale, body);
  } catch (error) {
    if (error instanceof PatchError) throw patchRefused(error);
    throw error;
  }
}
