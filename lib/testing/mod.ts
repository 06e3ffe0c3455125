/**
 * Unit tests of scripts: a Kubernetes API server in the process of the test, a clock that the test moves, and faults.
 *
 * @example A test
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { script } from "@kubescript/kubescript";
 * import { ConfigMap } from "@kubescript/kubescript/kinds";
 * import { changesOf, startSandbox } from "@kubescript/kubescript/testing";
 *
 * const shop = script("shop", {
 *   resources: () => [ConfigMap({ metadata: { name: "settings" }, data: { color: "blue" } })],
 * });
 *
 * await using sandbox = await startSandbox();
 * await sandbox.apply(shop);
 * await sandbox.as("ada").patch(ConfigMap, "settings", { data: { color: "red" } });
 * deepStrictEqual(changesOf(await sandbox.plan(shop)), ["update ConfigMap/default/settings"]);
 * ```
 *
 * @module
 */

export { ManualClock } from "../base/manual_clock.ts";
export type { ByteStream } from "../client/transport/byte_stream.ts";
export type { ClientIdentity, IncomingRequest, RequestHandler, Upgraded } from "../client/transport/http_server.ts";
export type { NotReady, Outcome, Result, Stop } from "../engine/result.ts";
export type { ObservedRule } from "../engine/run/observer.ts";
export type { LogLine } from "../engine/run/rule_call.ts";
export type { FailingObject, RulePhase, RuleState } from "../engine/run/rule_state.ts";
export type { WorkCounts } from "../engine/run/work_queue.ts";
export type { DesiredObject, FieldPath, Origin } from "../kube/desired_object.ts";
export type { ObjectRef } from "../kube/object_ref.ts";
export type { Action, Change, Extender, FieldChange, Plan, PlannedApply } from "../plan/change.ts";
export type { KubeconfigOptions, SandboxOptions, SandboxUser } from "../sandbox/sandbox.ts";
export type {
  ContainerBehavior,
  ContainerScript,
  PortTarget,
  ProcessContext,
  ProcessOutput,
} from "../sandbox/pods/script.ts";
export { changesOf, IncompleteError } from "./commands.ts";
export { htmlAnswer, statusAnswer, type StatusAnswerOptions, textAnswer } from "./faults/answers.ts";
export type {
  BodyOffset,
  Fault,
  FaultAnswer,
  FaultInBody,
  FaultInstead,
  Injection,
  RequestMatcher,
} from "./faults/fault.ts";
export { FaultProxy, type FaultProxyOptions, type RecordedRequest } from "./faults/fault_proxy.ts";
export {
  expired,
  expiredToken,
  expiredWatch,
  internalError,
  tooManyRequests,
  unavailable,
} from "./faults/known_faults.ts";
export type { SandboxFaults } from "./faults/sandbox_faults.ts";
export type * from "./test_options.ts";
export type { TestRun } from "./test_run.ts";
export { startSandbox, type TestSandbox } from "./test_sandbox.ts";
