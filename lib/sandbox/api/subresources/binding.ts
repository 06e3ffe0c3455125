/**
 * Binding Pods to Nodes.
 *
 * @module
 */

import { copyJson, isJsonObject, stringifyJson } from "../../../base/json.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { formatTime } from "../../../kube/time.ts";
import { notSupported, required } from "../../registry/field_error.ts";
import type { Draft, ServedResource } from "../../registry/served_resource.ts";
import { badRequest, conflict, invalid } from "../../registry/status_error.ts";
import type { ApiContext } from "../api_context.ts";
import type { ApiRequest } from "../api_request.ts";
import { objectOf } from "../write_verbs.ts";

/** See the API reference, `Binding v1 core`. */
type Binding = KubeObject & { readonly target?: { readonly kind?: string; readonly name?: string } };

/** A Pod, as far as binding is concerned. */
type Pod = Draft & {
  spec: { nodeName?: string; schedulingGates?: readonly unknown[] };
  status?: { conditions?: { type: string }[] };
};

/**
 * Answers a request to bind a Pod: `pods/binding`, and `bindings`.
 *
 * @param request The request.
 * @param _resource The resource.
 * @param context What it works with.
 * @returns The answer.
 * @throws {StatusError} If the Pod cannot be bound.
 */
export async function bind(request: ApiRequest, _resource: ServedResource, context: ApiContext): Promise<Response> {
  const { registry } = context;
  const { namespace, name: pathName } = request.info;
  const options = request.writeOptions("CreateOptions");
  const binding = await objectOf(request, "Binding") as Binding;
  const name = binding.metadata?.name ?? "";
  if (pathName !== "" && pathName !== name) throw badRequest("name in URL does not match name in Binding object");
  const { kind, name: nodeName } = binding.target ?? {};
  if (kind && kind !== "Node") throw invalid(BINDING, name, [notSupported("target.kind", kind, ["Node", "<empty>"])]);
  if (!nodeName) throw invalid(BINDING, name, [required("target.name")]);
  const pods = registry.resources.find("", "v1", "pods")!;
  const pod = copyJson(registry.get(pods, namespace, name)) as Pod;
  const why = obstacleOf(pod);
  if (why !== undefined) throw conflict({ group: "", plural: "pods/binding" }, name, why);
  pod.spec = { ...pod.spec, nodeName };
  pod.metadata.annotations = { ...pod.metadata.annotations, ...binding.metadata?.annotations };
  pod.metadata.labels = { ...pod.metadata.labels, ...binding.metadata?.labels };
  pod.status = withScheduled(pod.status, formatTime(registry.clock.now()));
  registry.update(pods, namespace, name, pod, { ...options, subresource: "binding" });
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
  return context.answerText(request, stringifyJson(status), 201);
}

const BINDING = { group: "", kind: "Binding" };

function obstacleOf({ metadata: { name, deletionTimestamp }, spec }: Pod): string | undefined {
  if (deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (spec.nodeName) return `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`;
  return spec.schedulingGates?.length ? `pod ${name} has non-empty .spec.schedulingGates` : undefined;
}

function withScheduled(status: Pod["status"], now: string): NonNullable<Pod["status"]> {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const scheduled = { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: now };
  return { ...isJsonObject(status) && status, conditions: [...others, scheduled] };
}
