/**
 * Plans and results as JSON documents of a fixed form.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import type { NotReady, Outcome, Result } from "../../engine/result.ts";
import { type ObjectRef, refKey } from "../../kube/object_ref.ts";
import { type Change, type Plan, summarize } from "../../plan/change.ts";

/** What documents contain. */
export interface JsonOptions {
  /** Whether unchanged objects are listed too. */
  readonly verbose: boolean;
}

const API_VERSION = "kubescript.dev/v1";

/**
 * Prints a plan as a document.
 *
 * @param plan The plan.
 * @param options What it contains.
 * @returns The document, with a line feed.
 */
export function planDocument(plan: Plan, options: JsonOptions): string {
  return print({ ...head("Plan", plan), changes: listed(plan, options).map(changeEntry) });
}

/**
 * Prints what a run did as a document. Objects that a stopped run did not touch are `skipped`.
 *
 * @param result What it did.
 * @param options What it contains.
 * @returns The document, with a line feed.
 */
export function resultDocument(result: Result, options: JsonOptions): string {
  const { plan, notReady, stopped, interrupted } = result;
  const outcomes = new Map(result.outcomes.map((outcome) => [refKey(outcome.change.ref), outcome]));
  const apiVersions = new Map(plan.changes.map((change) => [refKey(change.ref), change.apiVersion]));
  return print({
    ...head("Result", plan),
    changes: listed(plan, options).map((change) => outcomeEntry(change, outcomes.get(refKey(change.ref)))),
    notReady: notReady.map(({ ref, ...rest }: NotReady) => ({
      object: objectEntry(apiVersions.get(refKey(ref)), ref),
      ...rest,
    })),
    ...(stopped && { stopped }),
    interrupted,
  });
}

/**
 * Prints versions as a document.
 *
 * @param versions Versions by program.
 * @returns The document, with a line feed.
 */
export function versionDocument(versions: Readonly<Record<string, string>>): string {
  return print({ apiVersion: API_VERSION, kind: "Version", ...versions });
}

function print(document: unknown): string {
  return `${stringifyJson(document, 2)}\n`;
}

function head(kind: string, { script, namespace, changes }: Plan): Record<string, unknown> {
  return { apiVersion: API_VERSION, kind, script, namespace, summary: summarize(changes) };
}

function listed({ changes }: Plan, { verbose }: JsonOptions): readonly Change[] {
  return verbose ? changes : changes.filter((change) => change.action !== "unchanged" || change.drift);
}

function outcomeEntry(change: Change, outcome: Outcome | undefined): Record<string, unknown> {
  const status = outcome?.status ?? (change.action === "unchanged" ? "done" : "skipped");
  // Not everything ends as it was planned: an object that somebody else made in the meantime was adopted.
  const { reason, hint, ...entry } = changeEntry(outcome?.change ?? change);
  return { ...entry, reason: outcome?.reason ?? reason, hint: outcome?.hint ?? hint, status };
}

function changeEntry({ action, apiVersion, ref, fields, reason, hint, drift }: Change): Record<string, unknown> {
  return { action, object: objectEntry(apiVersion, ref), fields, reason, hint, drift };
}

function objectEntry(apiVersion: string | undefined, { kind, namespace, name }: ObjectRef): Record<string, unknown> {
  return { apiVersion, kind, namespace, name };
}
