/**
 * What the tests of planObject() share: tables of what happened to an object, and what is planned for it.
 *
 * @module
 */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { DesiredObject } from "../kube/desired_object.ts";
import type { KubeObject, LiveObject, ManagedFieldsEntry } from "../kube/object.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import { applied, configMap, SET, setBy, wanted } from "./_objects_test.ts";
import type { Change } from "./change.ts";
import { digest } from "./digest.ts";
import { Mask } from "./mask.ts";
import { type PlanContext, planObject } from "./plan_object.ts";
import { ADOPTED_ANNOTATION, KEEP_ANNOTATION } from "./set_identity.ts";

const CONTEXT: PlanContext = { set: SET, force: false, drift: "repair", digest, mask: new Mask() };

/** Another applier. */
export const ARGOCD: ManagedFieldsEntry = { manager: "argocd", operation: "Apply", time: "2026-01-03T00:00:00Z" };
/** An autoscaler. */
export const HPA: ManagedFieldsEntry = {
  manager: "kube-controller-manager",
  operation: "Update",
  subresource: "scale",
};

/** An object with one field. */
export const BASE: DesiredObject = configMap({ a: "1" });
/** The same object with another value. */
export const OTHER: DesiredObject = configMap({ a: "2" });

/** Something that happens to a live object. */
export type Edit = (live: LiveObject) => LiveObject;

/** What happened to an object, and what is planned for it. */
export interface Case {
  readonly name: string;
  /** What was applied last. */
  readonly before?: DesiredObject;
  /** What happened to the object since. */
  readonly edits?: readonly Edit[];
  /** What is desired now; as before by default. */
  readonly now?: DesiredObject;
  readonly context?: Partial<PlanContext>;
  readonly want: {
    readonly action: Change["action"];
    /** `path: from → to (note)`. */
    readonly fields?: readonly string[];
    readonly reason?: RegExp;
    readonly hint?: RegExp;
    readonly drift?: boolean;
    /** What is sent, as flags and field paths; absent if nothing is. */
    readonly sent?: readonly string[];
  };
}

/** Runs a table. */
export function runCases(cases: readonly Case[]): void {
  for (const { name, before = BASE, edits = [], now = before, context, want } of cases) {
    Deno.test(`planObject() plans ${want.action} for ${name}`, async () => {
      const live = edits.reduce((live, edit) => edit(live), await applied(before));
      const change = await plan(now, live, context);
      strictEqual(change.action, want.action, change.reason);
      deepStrictEqual(change.fields.map(formatField), want.fields ?? []);
      if (want.reason === undefined && change.action !== "conflict") strictEqual(change.reason, undefined);
      else match(change.reason ?? "", want.reason ?? /./);
      if (want.hint) match(change.hint ?? "", want.hint);
      strictEqual(change.drift, want.drift);
      deepStrictEqual(describeSent(change), want.sent);
      strictEqual(change.live, live);
      strictEqual(change.desired, now);
    });
  }
}

/** A Deployment, as a script wants it. */
export function deployment(spec: object, options: Partial<DesiredObject> = {}): DesiredObject {
  const metadata = { name: "d", namespace: "home" };
  return wanted({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec }, options);
}

/** Somebody sets a field, or removes it. */
export function edit(owner: ManagedFieldsEntry, path: readonly string[], value?: unknown): Edit {
  return (live) => setBy(live, owner, path, value);
}

/** Changes metadata without a record of who did it. */
export function withMetadata(metadata: object): Edit {
  return (live) => ({ ...live, metadata: { ...live.metadata, ...metadata } });
}

/** Sets a value without a change of its owner, as the server or an admission webhook does. */
export function rewrite(field: string, value: unknown): Edit {
  return (live) => ({ ...live, [field]: value });
}

/** Plans one object. */
export function plan(
  desired: DesiredObject,
  live: LiveObject | undefined,
  context?: Partial<PlanContext>,
): Promise<Change> {
  const { apiVersion, kind } = desired.object;
  const type = { ...parseApiVersion(apiVersion), kind, plural: `${kind.toLowerCase()}s`, namespaced: true };
  return planObject(desired, live, type, { ...CONTEXT, ...context });
}

/** Writes a change of a field as `path: from → to (note)`. */
export function formatField({ path, from, to, note }: Change["fields"][number]): string {
  return `${path}: ${formatValue(from)} → ${formatValue(to)}${note === undefined ? "" : ` (${note})`}`;
}

function formatValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "undefined";
}

/** Lists the preconditions and marks that are sent, and the fields of `data` and `spec`. */
export function describeSent({ apply }: Change): string[] | undefined {
  if (apply === undefined) return undefined;
  const { metadata, data, spec } = apply.object as KubeObject & Record<"data" | "spec", object | undefined>;
  const { annotations = {} } = metadata!;
  const flags: Record<string, boolean> = {
    force: apply.force,
    uid: metadata!.uid !== undefined,
    resourceVersion: metadata!.resourceVersion !== undefined,
    restoreOwnership: apply.restoreOwnership,
    adopted: ADOPTED_ANNOTATION in annotations,
    keep: KEEP_ANNOTATION in annotations,
  };
  const fields = [["data", data], ["spec", spec]] as const;
  return [
    ...Object.keys(flags).filter((flag) => flags[flag]),
    ...fields.flatMap(([name, map]) =>
      Object.entries(map ?? {}).map(([key, value]) => `${name}.${key}=${formatValue(value)}`)
    ),
  ];
}
