/**
 * kubescript: scripts that declare Kubernetes objects, and the engine that keeps a cluster as they say.
 *
 * @example A script
 * ```ts
 * import { param, script } from "@kubescript/kubescript";
 *
 * export default script("shop", {
 *   namespace: "shop",
 *   params: { replicas: param.integer({ default: 2 }) },
 *   resources: ({ params }) => [
 *     { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { replicas: String(params.replicas) } },
 *   ],
 * });
 * ```
 *
 * @module
 */

export { main } from "./lib/cli/main.ts";
export { type ManifestObject, manifests, type ManifestsOptions } from "./lib/engine/load/manifests.ts";
export { KubescriptError, type KubescriptErrorOptions } from "./lib/kube/error.ts";
export type { KubeObject, LiveObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from "./lib/kube/object.ts";
export type { Id, KindOf, Live } from "./lib/kube/live.ts";
export type { GroupVersionKind, ResourceType } from "./lib/kube/resource_type.ts";
export type { DeepReadonly } from "./lib/base/deep_readonly.ts";
export { initial } from "./lib/script/initial.ts";
export { type Body, defineKind, type DefineKindOptions, type Kind } from "./lib/script/kind.ts";
export type { Many } from "./lib/script/many.ts";
export { type ObjectOptions, withOptions } from "./lib/script/object_options.ts";
export {
  type IntegerOptions,
  type Param,
  param,
  type ParamConstructors,
  type ParamOptions,
  type Params,
  type Preset,
  type Reading,
  type SecretOptions,
  type StringOptions,
  type Values,
} from "./lib/script/param.ts";
export type { Ref } from "./lib/kube/ref.ts";
export { type RequiredObject, requires } from "./lib/script/requires.ts";
export type { Rule } from "./lib/script/rule.ts";
export {
  isScript,
  type Resource,
  type Resources,
  type ResourcesContext,
  type Script,
  script,
  type ScriptOptions,
} from "./lib/script/script.ts";
export { ScriptError } from "./lib/script/script_error.ts";
export type { ListOptions, LiveList, ScriptReader } from "./lib/script/script_reader.ts";
