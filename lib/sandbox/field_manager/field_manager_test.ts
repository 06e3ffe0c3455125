import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { isJsonObject, jsonEquals } from "../../base/json.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../kube/object.ts";
import {
  type Answer,
  type AnsweredCase,
  bodyOf,
  kindOf,
  objectName,
  readAnswers,
  readCases,
  type WriteCase,
  type WriteStep,
} from "../write_cases_test.ts";
import type { Draft } from "../registry/served_resource.ts";
import { loadSchema, sameVersions, stored } from "./gadget_test.ts";
import { ApplyConflictError, ApplyError } from "./errors.ts";
import { FieldManager } from "./field_manager.ts";
import { keepTimes } from "./managed.ts";
import { fromScaleEntries, toScaleEntries } from "./scale.ts";

const folder = new URL("_cases/", import.meta.url);
const cases = readCases(new URL("applies.yaml", folder));
const answers = readAnswers(new URL("applies.jsonl", folder));

/** What writes through a path cannot change. */
const IGNORED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "gadgets": [["status"]],
  "gadgets/status": [["metadata"], ["spec"]],
  "services": [["status"]],
};

/** The other refusals are up to the validation of requests and of objects. */
const FROM_FIELD_MANAGER = /^(?:Apply failed|failed to create typed|metadata\.managedFields)/;

for (const [i, writeCase] of cases.entries()) {
  Deno.test(`FieldManager answers as the server: ${writeCase.name}`, () => replayCase(writeCase, answers[i]!));
}

/**
 * Replays a case. What defaults and validation make of an object is taken from the server's answers, so that nothing but
 * the field manager is judged.
 */
async function replayCase(writeCase: WriteCase, { name, answers }: AnsweredCase): Promise<void> {
  strictEqual(name, writeCase.name);
  const [apiVersion, kind] = kindOf(writeCase);
  const schema = await loadSchema(apiVersion, kind);
  const versions = [apiVersion, ...kind === "Gadget" ? ["applies.example.com/v2"] : []];
  const manager = new FieldManager(sameVersions(schema, versions));
  const scaler = new FieldManager(sameVersions(await loadSchema("autoscaling/v1", "Scale"), ["autoscaling/v1"]));
  let live: Draft | undefined;
  for (const [round, step] of writeCase.steps.entries()) {
    const answer = answers[round]!;
    const write = step.subresource === "scale" ? writeScale.bind(undefined, scaler) : writeObject;
    const context = { manager, step, writeCase, now: timeOf(round), live, answer };
    if (!("object" in answer)) {
      if (step.apply !== undefined && FROM_FIELD_MANAGER.test(answer.message)) refuse(() => write(context), answer);
      continue;
    }
    const draft = write(context);
    const expected = withTimes(answer.object, objectName(writeCase));
    // Of a Scale the server tells no owners; the next step shows whether they are right.
    if (step.subresource !== "scale") {
      let { managedFields } = draft.metadata;
      // Values in other forms than the normal one are changes to the field manager, but not when they are stored.
      if (live !== undefined && isSame(live, expected)) {
        managedFields = keepTimes(managedFields, live.metadata.managedFields);
      }
      deepStrictEqual(managedFields, expected.metadata.managedFields, `step ${round}`);
    }
    if (step.apply !== undefined && kind === "Gadget" && step.subresource === undefined) {
      const { spec } = stored(draft, schema.schema) as { spec: unknown };
      deepStrictEqual(spec ?? undefined, expected.spec ?? undefined, `step ${round}`);
    }
    live = step.subresource === "scale" ? draft : expected;
  }
}

interface Context {
  readonly manager: FieldManager;
  readonly step: WriteStep;
  readonly writeCase: WriteCase;
  readonly now: string;
  readonly live: Draft | undefined;
  readonly answer: Answer;
}

function writeObject({ manager, step, writeCase, now, live, answer }: Context): Draft {
  const { subresource = "" } = step;
  const ignoredPaths = IGNORED[[writeCase.of ?? "gadgets", ...subresource ? [subresource] : []].join("/")] ?? [];
  const body = bodyOf(writeCase, step) as KubeObject;
  const request = { live, manager: step.by ?? "", subresource, now, ignoredPaths, force: step.force ?? false };
  if (step.apply !== undefined) return manager.apply({ ...request, config: body });
  // A patch leaves managedFields as they are, unless it is about them.
  const { metadata, ...object } = (answer as { object: Record<string, unknown> }).object as Draft;
  const { managedFields: _managedFields, ...rest } = metadata;
  const sent = isJsonObject(body?.metadata) && "managedFields" in body.metadata
    ? body.metadata.managedFields
    : step.update || step.create
    ? undefined
    : live?.metadata.managedFields;
  const draft = { ...object, metadata: { ...rest, ...sent != null && { managedFields: sent } } } as Draft;
  return manager.update({ ...request, draft });
}

function writeScale(scaler: FieldManager, context: Context): Draft {
  const live = context.live!;
  const paths = { "applies.example.com/v1": ["spec", "replicas"], "applies.example.com/v2": ["spec", "replicas"] };
  const scale = {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { uid: "u", managedFields: toScaleEntries(live.metadata.managedFields, paths)! },
    spec: { replicas: (live.spec as { replicas: number }).replicas },
    status: {},
  };
  const written = writeObject({ ...context, manager: scaler, live: scale });
  const spec = { ...live.spec as object, ...written.spec as object };
  const managedFields = fromScaleEntries(
    live.metadata.managedFields,
    written.metadata.managedFields,
    live.apiVersion,
    paths,
  )!;
  return { ...live, metadata: { ...live.metadata, managedFields }, spec };
}

function isSame(a: Draft, b: Draft): boolean {
  const [x, y] = [a, b].map((draft) => ({ ...draft, metadata: { ...draft.metadata, managedFields: [] } }));
  return jsonEquals(x, y);
}

function refuse(write: () => unknown, answer: Exclude<Answer, { object: unknown }>): void {
  throws(write, (error) => {
    if (error instanceof ApplyConflictError) {
      strictEqual(answer.reason, "Conflict");
      deepStrictEqual(sortedLines(error.message), sortedLines(answer.message));
      deepStrictEqual(sortedCauses(error.causes), sortedCauses(answer.causes));
    } else {
      ok(error instanceof ApplyError, String(error));
      strictEqual(error.code, answer.code);
      deepStrictEqual(sortedLines(error.message), sortedLines(answer.message));
    }
    return true;
  });
}

function sortedLines(text: string): string[] {
  return text.split("\n").sort();
}

function sortedCauses(causes: unknown): unknown[] {
  return (causes as unknown[]).map((cause) => JSON.stringify(cause, ["reason", "message", "field"])).sort();
}

function withTimes(object: Record<string, unknown>, name: string): Draft {
  const draft = structuredClone(object) as Draft;
  draft.metadata.name = name;
  for (const entry of draft.metadata.managedFields ?? []) setTime(entry);
  return draft;
}

function setTime(entry: ManagedFieldsEntry): void {
  if (entry.time !== undefined) entry.time = timeOf(Number(entry.time));
}

function timeOf(round: number): string {
  return `2026-01-01T00:00:${String(round).padStart(2, "0")}Z`;
}
