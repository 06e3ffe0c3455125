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

export { type Clock, systemClock } from "./lib/base/clock.ts";
export type { DeepReadonly } from "./lib/base/deep_readonly.ts";
export { formatDuration, parseDuration } from "./lib/base/duration.ts";
export { connect, type ConnectOptions, contexts } from "./lib/cli/connect.ts";
export { main } from "./lib/cli/main.ts";
export type { AccessQuestion, AccessRule, Decision, UserInfo } from "./lib/client/access.ts";
export type { Answer } from "./lib/client/answer.ts";
export { Client, type ServerVersion } from "./lib/client/client.ts";
export type { Impersonation, ImpersonationOptions } from "./lib/client/config/cluster_config.ts";
export { ConfigError } from "./lib/client/config_error.ts";
export { DryRunError, type StandInOptions } from "./lib/client/dry_run_error.ts";
export {
  ApiError,
  DiscoveryError,
  type RequestInfo,
  TransportError,
  UnexpectedResponseError,
} from "./lib/client/errors.ts";
export type { EventText } from "./lib/client/event.ts";
export type { KindArgument } from "./lib/client/kind_finder.ts";
export type { KindFinder } from "./lib/client/kind_finder.ts";
export type { FetchPage, Listed, ListPage, ListProgress, ObjectList } from "./lib/client/object_list.ts";
export type * from "./lib/client/options.ts";
export { PodClient } from "./lib/client/pod_client.ts";
export type { TerminalSize } from "./lib/client/pod_streams/channels.ts";
export type { AttachResult, ExecOptions } from "./lib/client/pod_streams/exec.ts";
export type { PortArgument } from "./lib/client/pod_streams/forwarded_port.ts";
export type { LogOptions, Logs } from "./lib/client/pod_streams/logs.ts";
export { formatLogLine, type LogLine, type PodLogOptions } from "./lib/client/pod_streams/pod_logs.ts";
export type { ForwardedPort, PortForward, PortForwardOptions } from "./lib/client/pod_streams/port_forward.ts";
export type { ExecResult, ProcessOptions } from "./lib/client/pod_streams/run.ts";
export type { CopyOptions, CopyResult } from "./lib/client/pod_streams/tar.ts";
export type { RawOptions } from "./lib/client/raw_request.ts";
export { type ClientOptions, ResourceClient } from "./lib/client/resource_client.ts";
export { type ReaderOptions, ResourceReader } from "./lib/client/resource_reader.ts";
export type { RestMapper } from "./lib/client/rest_mapper.ts";
export type { AttemptOptions, Channel, Sender, SendOptions, StreamOptions } from "./lib/client/sender.ts";
export { SubresourceClient, type Token } from "./lib/client/subresource_client.ts";
export type { Table, TableColumn, TableRow } from "./lib/client/table.ts";
export type { WatchEvent } from "./lib/client/watch_stream.ts";
export { ScriptClient } from "./lib/engine/ad_hoc/script_client.ts";
export { UsageError } from "./lib/engine/ad_hoc/usage_error.ts";
export { type ManifestObject, manifests, type ManifestsOptions } from "./lib/engine/load/manifests.ts";
export type { Condition } from "./lib/kube/condition.ts";
export { KubescriptError, type KubescriptErrorOptions } from "./lib/kube/error.ts";
export type { Explanation } from "./lib/kube/explain.ts";
export type { LabelSelectorInput } from "./lib/kube/label_selector.ts";
export type { Id, KindOf, Live, Stored } from "./lib/kube/live.ts";
export type { KubeObject, LiveObject, ManagedFieldsEntry, ObjectMeta, OwnerReference } from "./lib/kube/object.ts";
export {
  controllerOf,
  isOwnedBy,
  isTerminating,
  type Owner,
  ownerReference,
  type OwnerReferenceOptions,
} from "./lib/kube/owner.ts";
export type { Patch, PatchItem, PatchOperation } from "./lib/kube/patch.ts";
export type { LogQuery } from "./lib/kube/pod_request.ts";
export {
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  type Quantity,
  type QuantityValue,
} from "./lib/kube/quantity.ts";
export type { Selector, StateOptions, WatchQuery } from "./lib/kube/read_request.ts";
export type { Ref } from "./lib/kube/ref.ts";
export type { KubeRequest, RequestTarget, Verb } from "./lib/kube/request.ts";
export type { ObjectAddress } from "./lib/kube/resource_path.ts";
export type { GroupVersionKind, ResourceType } from "./lib/kube/resource_type.ts";
export type { FindSchema, KindSchema, Schema } from "./lib/kube/schema.ts";
export type { Selection } from "./lib/kube/selection.ts";
export type { Status, StatusCause, StatusDetails } from "./lib/kube/status.ts";
export type { Scale, ScaleQuery, TokenSpec } from "./lib/kube/subresource_request.ts";
export type { ApplyQuery, DeletionOptions, PatchType, WriteQuery } from "./lib/kube/write_request.ts";
export { type FieldOwner, fieldOwners } from "./lib/plan/field_owners.ts";
export {
  crd,
  type CrdDefinition,
  type CrdKind,
  type CrdOptions,
  type CrdScope,
  type CustomResource,
  type PrinterColumn,
  type ScalePaths,
} from "./lib/script/crd.ts";
export type { Bound, CheckedSchema, CrdRules, CrdSchema, CrdValidation } from "./lib/script/crd_schema.ts";
export type { Infer } from "./lib/script/infer.ts";
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
export { type RequiredObject, requires } from "./lib/script/requires.ts";
export { type Change, changed, type ChangedOptions, type ChangeEvent } from "./lib/script/rules/changed.ts";
export { condition, type ConditionStatement } from "./lib/script/rules/condition.ts";
export type { Json, Kinds, Log, ObjectOf, Reads, ReadSelection, RuleContext } from "./lib/script/rules/context.ts";
export { each, type EachOptions, type EachResult } from "./lib/script/rules/each.ts";
export { extend, type Extension, type ExtensionFields } from "./lib/script/rules/extend.ts";
export { Permanent, permanent, RetryAfter, retryAfter } from "./lib/script/rules/outcome.ts";
export { reconcile, type ReconcileOptions } from "./lib/script/rules/reconcile.ts";
export type { Rule } from "./lib/script/rules/rule.ts";
export type { Debounce, Select } from "./lib/script/rules/select.ts";
export { task } from "./lib/script/rules/task.ts";
export { cron, type CronOptions, every, type EveryOptions } from "./lib/script/rules/timer.ts";
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
export type { LiveList, ScriptReader } from "./lib/script/script_reader.ts";
export { Informer, type InformerWaitOptions } from "./lib/watch/informer.ts";
export {
  type Form,
  type InformerOptions,
  Informers,
  type InformersOptions,
  type ReadAs,
} from "./lib/watch/informers.ts";
export type { ReflectorTiming } from "./lib/watch/reflector.ts";
export type { ReflectorStatus } from "./lib/watch/reflector_state.ts";
export type { InformerConsumer } from "./lib/watch/shared_informer.ts";
export type { Kept, StoreEvent, StoreSelection } from "./lib/watch/store.ts";
export type { Index, KeysOf } from "./lib/watch/store_index.ts";
export {
  type WaitCondition,
  type Waited,
  waitFor,
  type WaitForOptions,
  WaitTimeoutError,
} from "./lib/watch/wait_for.ts";
