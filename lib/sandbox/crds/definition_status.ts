/**
 * What becomes of CustomResourceDefinitions: which of their names are accepted, and whether their kinds are served.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import type { Definition, DefinitionCondition, DefinitionNames, DefinitionStatus } from "./definition.ts";

/** A condition before it is compared with what was. */
type Verdict = Omit<DefinitionCondition, "lastTransitionTime">;

const APPROVAL = "api-approved.kubernetes.io";

/**
 * Judges the names of a definition, as controllers of the API server do.
 *
 * @param definition The definition.
 * @param others The other definitions of its group.
 * @param now The present, RFC 3339 with seconds.
 * @returns Its status; the same one if nothing changes.
 */
export function definitionStatus(definition: Definition, others: readonly Definition[], now: string): DefinitionStatus {
  const { spec, status } = definition;
  const { names, conflict } = acceptNames(spec.names, status?.acceptedNames, others);
  const before = status?.conditions ?? [];
  const verdicts = [namesAccepted(conflict), established(conflict === undefined, before), ...approval(definition)];
  const stored = spec.versions.find(({ storage }) => storage)?.name;
  const storedVersions = status?.storedVersions ?? [];
  const known = new Set(verdicts.map(({ type }) => type));
  const next: DefinitionStatus = {
    acceptedNames: names,
    conditions: [
      ...before.filter(({ type }) => !known.has(type)),
      ...verdicts.map((verdict) => withTime(verdict, before, now)),
    ],
    storedVersions: stored === undefined || storedVersions.includes(stored)
      ? storedVersions
      : [...storedVersions, stored],
  };
  return status && jsonEquals(sorted(next), sorted(status)) ? status : next;
}

/**
 * Tells whether the kinds of a definition are served.
 *
 * @param status The definition's status.
 * @returns Whether they are.
 */
export function isEstablished(status: DefinitionStatus | undefined): boolean {
  return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
}

/** A name that another definition has. */
interface Conflict {
  readonly reason: string;
  readonly message: string;
}

function acceptNames(
  wanted: DefinitionNames,
  accepted: DefinitionNames | undefined,
  others: readonly Definition[],
): { names: DefinitionNames; conflict: Conflict | undefined } {
  const used = others.flatMap(({ status }) => status ? [status.acceptedNames] : []);
  const resources = new Set(used.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]));
  const kinds = new Set(used.flatMap(({ kind, listKind }) => [kind, listKind]));
  const names: Record<string, unknown> = { ...accepted };
  let conflict: Conflict | undefined;
  for (const field of ["plural", "singular", "shortNames", "kind", "listKind"] as const) {
    const taken = field === "kind" || field === "listKind" ? kinds : resources;
    const own = new Set<unknown>([accepted?.[field] ?? []].flat());
    const mine = [wanted[field] ?? []].flat();
    const clashes = mine.filter((name) => !own.has(name) && taken.has(name));
    if (clashes.length === 0) {
      if (wanted[field] === undefined) delete names[field];
      else names[field] = wanted[field];
      continue;
    }
    const messages = clashes.map((name) => `${JSON.stringify(name)} is already in use`);
    const message = messages.length > 1 ? `[${messages.join(", ")}]` : messages[0]!;
    conflict = { reason: `${field[0]!.toUpperCase()}${field.slice(1)}Conflict`, message };
  }
  if (wanted.categories === undefined) delete names.categories;
  else names.categories = wanted.categories;
  return { names: { plural: "", kind: "", ...names } as DefinitionNames, conflict };
}

function namesAccepted(conflict: Conflict | undefined): Verdict {
  const type = "NamesAccepted";
  if (conflict) return { type, status: "False", ...conflict };
  return { type, status: "True", reason: "NoConflicts", message: "no conflicts found" };
}

/** What is served once stays so. */
function established(isAccepted: boolean, before: readonly DefinitionCondition[]): Verdict {
  const type = "Established";
  const old = before.find((condition) => condition.type === type);
  if (old?.status === "True") return old;
  if (!isAccepted) {
    return old ?? { type, status: "False", reason: "NotAccepted", message: "not all names are accepted" };
  }
  const message = "the initial names have been accepted";
  return { type, status: "True", reason: "InitialNamesAccepted", message };
}

/** Groups of Kubernetes itself need an approval. */
function approval({ spec, metadata }: Definition): Verdict[] {
  if (!isProtected(spec.group)) return [];
  const text = metadata.annotations?.[APPROVAL] ?? "";
  const type = "KubernetesAPIApprovalPolicyConformant";
  if (URL.canParse(text)) {
    return [{ type, status: "True", reason: "ApprovedAnnotation", message: `approved in ${text}` }];
  }
  const message = `not approved: ${JSON.stringify(text)}`;
  return [{ type, status: "False", reason: "UnapprovedAnnotation", message }];
}

/**
 * Tells whether a group belongs to Kubernetes.
 *
 * @param group The group.
 * @returns Whether it does.
 */
export function isProtected(group: string): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(group);
}

function withTime(verdict: Verdict, before: readonly DefinitionCondition[], now: string): DefinitionCondition {
  const old = before.find(({ type }) => type === verdict.type);
  return { ...verdict, lastTransitionTime: old?.status === verdict.status ? old.lastTransitionTime : now };
}

/** Conditions come in no order that matters. */
function sorted({ conditions, ...status }: DefinitionStatus): unknown {
  // Go writes that there are none yet as null.
  return { ...status, conditions: (conditions ?? []).toSorted((a, b) => a.type < b.type ? -1 : 1) };
}
