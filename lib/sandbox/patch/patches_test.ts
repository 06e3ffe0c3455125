import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  type Answer,
  type AnsweredCase,
  kindOf,
  objectName,
  readAnswers,
  readCases,
  type WriteCase,
  type WriteStep,
} from "../write_cases_test.ts";
import { isJsonObject } from "../../base/json.ts";
import type { KindSchema } from "../../kube/schema.ts";
import { loadSchema, stored } from "../field_manager/gadget_test.ts";
import { applyJsonPatch } from "./json_patch.ts";
import { applyMergePatch } from "./merge_patch.ts";
import { PatchError } from "./patch_error.ts";
import { applyStrategicMergePatch } from "./strategic_merge_patch.ts";

const folder = new URL("_cases/", import.meta.url);
const cases = readCases(new URL("patches.yaml", folder));
const answers = readAnswers(new URL("patches.jsonl", folder));

/** The refusals of patches; the others are up to the validation of requests and of objects. */
const FROM_PATCHES =
  /json: cannot unmarshal|the server rejected our request|^invalid patch format|^unknown patch type|cannot yet be specified|merge key|^The order|^unable to find|^expected a |^list element types/;

for (const [i, writeCase] of cases.entries()) {
  Deno.test(`patches are applied as by the server: ${writeCase.name}`, () => replayCase(writeCase, answers[i]!));
}

async function replayCase(writeCase: WriteCase, { name, answers }: AnsweredCase): Promise<void> {
  strictEqual(name, writeCase.name);
  const [apiVersion, kind] = kindOf(writeCase);
  const schema = await loadSchema(apiVersion, kind);
  let live: Record<string, unknown> = {};
  for (const [round, step] of writeCase.steps.entries()) {
    const answer = answers[round]!;
    const before = structuredClone(live);
    if (!("object" in answer)) {
      if (FROM_PATCHES.test(answer.message)) refuse(() => patched(live, step, schema), answer);
    } else {
      const expected = contentOf(answer.object, writeCase);
      if (step.create === undefined) {
        const object = patched(live, step, schema) as Record<string, unknown>;
        const isGadget = kind === "Gadget";
        deepStrictEqual(
          isGadget ? stored(object, schema.schema) : essence(object),
          isGadget ? expected : essence(expected),
          `step ${round}`,
        );
      }
      deepStrictEqual(live, before);
      live = expected;
    }
  }
}

function patched(live: Record<string, unknown>, step: WriteStep, schema: KindSchema): unknown {
  if (step.json !== undefined) return applyJsonPatch(live, step.json);
  if (step.merge !== undefined) return applyMergePatch(live, step.merge);
  return applyStrategicMergePatch(live, step.strategic, schema);
}

function refuse(patch: () => unknown, { code, message }: Exclude<Answer, { object: unknown }>): void {
  throws(patch, (error) => {
    ok(error instanceof PatchError, String(error));
    deepStrictEqual([error.code, error.message], [code, message]);
    return true;
  });
}

/** The object without what patches are not about. */
function contentOf(object: Record<string, unknown>, writeCase: WriteCase): Record<string, unknown> {
  const { managedFields: _managedFields, ...metadata } = object.metadata as Record<string, unknown>;
  return { ...object, metadata: { name: objectName(writeCase), ...metadata } };
}

/** What the server adds to what a patch left, and fields of the cases that no kind has. */
const ADDED: Readonly<Record<string, unknown>> = {
  dnsPolicy: "ClusterFirst",
  imagePullPolicy: "IfNotPresent",
  protocol: "TCP",
  restartPolicy: "Always",
  schedulerName: "default-scheduler",
  terminationGracePeriodSeconds: 30,
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  maxUnavailable: "25%",
  none: 1,
  type: "",
};

/** Drops what the server adds, and what is as good as absent to it. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, essence(field)] as const);
  return Object.fromEntries(fields.filter(([name, field]) => {
    const isEmpty = field === null || typeof field === "object" && Object.keys(field).length === 0;
    return !isEmpty && field !== ADDED[name] && !["apiVersion", "kind", "targetPort", "nothing"].includes(name);
  }));
}
