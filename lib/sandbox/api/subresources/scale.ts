/**
 * Requests about the subresource `scale`.
 *
 * @module
 */

import { isJsonObject, stringifyJson } from "../../../base/json.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { formatApiVersion } from "../../../kube/resource_type.ts";
import { applyJsonPatch } from "../../patch/json_patch.ts";
import { applyMergePatch } from "../../patch/merge_patch.ts";
import { PatchError } from "../../patch/patch_error.ts";
import { patchRefused } from "../../registry/patch.ts";
import { hasReplicas, type Scale, scaleOf, withScale } from "../../registry/scale.ts";
import type { ScalePaths, ServedResource, StoredObject } from "../../registry/served_resource.ts";
import { badRequest, internalError } from "../../registry/status_error.ts";
import type { Patch, WriteOptions } from "../../registry/write_options.ts";
import type { ApiContext } from "../api_context.ts";
import type { ApiRequest } from "../api_request.ts";
import { objectOf, patchOf } from "../write_verbs.ts";

/** Where all built-in kinds have it. */
const BUILT_IN_PATHS: ScalePaths = {
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
  labelSelectorPath: ".spec.selector",
};

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
  const paths = resource.served.get("scale")?.scale ?? BUILT_IN_PATHS;
  const read = () => registry.get(resource, namespace, name);
  const replace = (object: StoredObject, scale: KubeObject, options: WriteOptions) => {
    return registry.update(resource, namespace, name, withScale(object, scale, paths), options);
  };
  let object: StoredObject;
  if (verb === "update") {
    const options = request.writeOptions("UpdateOptions");
    const scale = await objectOf(request, "Scale");
    object = replace(read(), scale, options);
  } else if (verb === "patch") {
    const { patch: { type, body }, options } = await patchOf(request, resource);
    object = read();
    if (type === "apply") {
      const config = withKindOf(resource, body, paths.specReplicasPath);
      object = registry.patch(resource, namespace, name, { type, body: config }, options);
    } else {
      const scale = scaleOf(object, paths);
      const patched = patchJson(scale, type, body);
      object = replace(object, patched as KubeObject, options);
    }
  } else {
    object = read();
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

/** An applied Scale as what it applies to the object itself. */
function withKindOf(resource: ServedResource, scale: unknown, path: string): unknown {
  const { apiVersion, kind, metadata, spec } = isJsonObject(scale) ? scale : {};
  if (apiVersion !== "autoscaling/v1" || kind !== "Scale") {
    throw badRequest(`invalid object type: ${apiVersion ?? "/"}, Kind=${kind ?? ""}`);
  }
  const names = path.split(".").filter((name) => name !== "");
  const replicas = isJsonObject(spec) ? spec.replicas : undefined;
  const fields = names.reduceRight<unknown>((value, name) => ({ [name]: value }), replicas ?? 0);
  return { apiVersion: formatApiVersion(resource), kind: resource.kind, metadata, ...fields as object };
}
