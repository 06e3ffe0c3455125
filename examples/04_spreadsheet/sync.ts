/**
 * Brings a table and the Deployments of a cluster together.
 *
 * @module
 */

import { ApiError, type Client, type Live } from "@kubescript/kubescript";
import { Deployment, type HorizontalPodAutoscaler } from "@kubescript/kubescript/kinds";
import type { Column, Row, Table } from "./table.ts";

/** What there is in the cluster. */
export interface State {
  readonly deployments: readonly Live<Deployment>[];
  readonly autoscalers: readonly Live<HorizontalPodAutoscaler>[];
}

/** How to bring table and cluster together. */
export interface SyncOptions {
  /** `pull` changes only the table, and adds rows for Deployments that it lacks; `push` also scales. */
  readonly direction: "pull" | "push";
  /** Whether the side that the changes come from wins where the other one has changed, too. */
  readonly force: boolean;
  /** The namespace that is meant; all of them if absent. */
  readonly namespace: string | undefined;
}

/** What came of it. */
export interface Report {
  /** What was scaled, in words. */
  readonly changes: string[];
  /** The same Deployments as they are now. */
  readonly scaled: Live<Deployment>[];
  /** What somebody has to look at; it is in the notes of the table, too. */
  readonly problems: string[];
}

/** What is wrong with a cell. */
class Problem extends Error {
  constructor(readonly column: Column, message: string) {
    super(message);
  }
}

/** Brings table and cluster together, row by row; a problem with one row does not concern the others. */
export async function sync(k: Client, table: Table, state: State, options: SyncOptions): Promise<Report> {
  const report: Report = { changes: [], scaled: [], problems: [] };
  const deployments = new Map(state.deployments.map((object) => [nameOf(object), object]));
  const autoscalers = new Map(state.autoscalers.map((object) => [targetOf(object), object]));
  for (const [name, rows] of rowsByName(table, deployments, options)) {
    for (const row of rows) {
      let deployment = deployments.get(name);
      let note = "";
      try {
        const twin = rows.find((other) => other !== row);
        if (twin) throw new Problem("name", `${twin.address("name")} names the same`);
        if (!deployment) throw new Problem("name", "there is no such Deployment");
        const decision = decide(row, deployment, autoscalers.get(name), options);
        const before = replicasOf(deployment);
        if (decision.action === "send") {
          deployment = await scale(k, deployment, decision.replicas);
          report.scaled.push(deployment);
          report.changes.push(`${name}: ${before} → ${decision.replicas} replicas`);
        }
        if (decision.action === "take") row.set("replicas", before);
        if (decision.action !== "wait") row.set("last seen", replicasOf(deployment));
        note = decision.note;
      } catch (error) {
        if (!(error instanceof Problem || error instanceof ApiError)) throw error;
        const cell = row.address(error instanceof Problem ? error.column : "replicas");
        note = `${cell}: ${error.message}`;
        report.problems.push(`${cell} ${name}: ${error.message}`);
      }
      row.set("note", note);
      row.set("status", deployment ? statusOf(deployment) : "not found");
      row.set("ready", deployment ? deployment.status?.readyReplicas ?? 0 : "");
      row.set("image", deployment?.spec.template.spec?.containers.map(({ image }) => image).join(", ") ?? "");
    }
  }
  return report;
}

/** Finds the rows that are meant; a pull adds those that are missing. */
function rowsByName(
  table: Table,
  deployments: ReadonlyMap<string, Live<Deployment>>,
  { direction, namespace }: SyncOptions,
): Map<string, Row[]> {
  const meant = table.rows.filter((row) =>
    (row.get("namespace") || row.get("name")) && (namespace ?? row.get("namespace")) === row.get("namespace")
  );
  const rows = Map.groupBy(meant, (row) => `${row.get("namespace")}/${row.get("name")}`);
  if (direction === "push") return rows;
  for (const [name, { metadata }] of deployments) {
    if (rows.has(name)) continue;
    const row = table.addRow();
    row.set("namespace", metadata.namespace);
    row.set("name", metadata.name);
    rows.set(name, [row]);
  }
  return rows;
}

/** What to do about the replicas of one Deployment. */
interface Decision {
  /** To `send` the table's number, to `take` the cluster's, to `wait` for a push, or nothing as they `agree`. */
  readonly action: "send" | "take" | "wait" | "agree";
  /** The table's number. */
  readonly replicas: number;
  readonly note: string;
}

/**
 * Compares three numbers: what the table wants, what the cluster had when they last agreed, and what it has.
 * @throws {Problem} If a person has to decide.
 */
function decide(
  row: Row,
  deployment: Live<Deployment>,
  autoscaler: Live<HorizontalPodAutoscaler> | undefined,
  { direction, force }: SyncOptions,
): Decision {
  const text = row.get("replicas");
  if (!/^\d{0,9}$/.test(text)) throw new Problem("replicas", `"${text}" is no number of replicas`);
  const replicas = Number(text);
  const live = replicasOf(deployment);
  const seen = row.get("last seen");
  const note = autoscaler ? `scaled by HorizontalPodAutoscaler ${autoscaler.metadata.name}` : "";
  if (text !== "" && replicas === live) return { action: "agree", replicas, note };
  if (text === "" || text === seen || (direction === "pull" && force)) {
    if (!row.isFormula("replicas")) return { action: "take", replicas, note };
    throw new Problem("replicas", `the formula gives ${text || "nothing"}, the cluster has ${live}`);
  }
  if (autoscaler) throw new Problem("replicas", `${text} is not applied, as the Deployment is ${note}`);
  if (seen !== "" && seen !== String(live) && !force) {
    throw new Problem("replicas", `conflict: ${text} here, ${live} in the cluster, ${seen} when they last agreed`);
  }
  if (direction === "push") return { action: "send", replicas, note };
  return { action: "wait", replicas, note: `${text} is not pushed yet, the cluster has ${live}` };
}

/** Sets the replicas, unless somebody else has just done that. */
async function scale(k: Client, deployment: Live<Deployment>, replicas: number): Promise<Live<Deployment>> {
  return await k.patch(Deployment, deployment, [
    { op: "test", path: "/spec/replicas", value: replicasOf(deployment) },
    { op: "replace", path: "/spec/replicas", value: replicas },
  ]);
}

function statusOf({ metadata, spec, status = {} }: Live<Deployment>): string {
  const { availableReplicas = 0, updatedReplicas = 0, conditions = [], observedGeneration } = status;
  if (spec.paused) return "paused";
  if (observedGeneration !== metadata.generation) return "changing";
  const stalled = conditions.find(({ type, status }) => type === "Progressing" && status === "False");
  if (stalled) return `stalled: ${stalled.message ?? stalled.reason}`;
  const done = Math.min(availableReplicas, updatedReplicas);
  if (done < replicasOf({ spec })) return `rolling out: ${done} of ${replicasOf({ spec })}`;
  return "available";
}

function replicasOf({ spec }: Pick<Live<Deployment>, "spec">): number {
  return spec.replicas ?? 1;
}

function nameOf({ metadata }: Live<Deployment>): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function targetOf({ metadata, spec }: Live<HorizontalPodAutoscaler>): string | undefined {
  const target = spec?.scaleTargetRef;
  return target?.kind === "Deployment" ? `${metadata.namespace}/${target.name}` : undefined;
}
