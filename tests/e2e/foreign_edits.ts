/**
 * What others may do to an object of a set.
 *
 * @module
 */
import type { FieldPath } from "../../lib/kube/desired_object.ts";
import type { KubeObject, LiveObject } from "../../lib/kube/object.ts";
import { refOf } from "../../lib/kube/object_ref.ts";
import { patchRequest } from "../../lib/kube/write_request.ts";
import type { Target } from "../../lib/engine/wanted.ts";
import { copyAt, removeAt, setAt, valueAt } from "../../lib/plan/field_edit.ts";
import { payload, withHash } from "../../lib/plan/payload.ts";
import { APPLIED_ANNOTATION, PART_OF_LABEL } from "../../lib/plan/set_identity.ts";
import type { NoopLab } from "./noop_lab.ts";
import { type Edit, type Random, randomEdit } from "./random_edits.ts";

/** Does something to an object, and tells what; it throws what the server says about it. */
export type ForeignEdit = (lab: NoopLab, random: Random, target: Target) => Promise<string>;

const OTHER = "somebody-else";

/** All that others may do, by name. */
export const FOREIGN_EDITS: Readonly<Record<string, ForeignEdit>> = {
  "JSON patch": patchJson,
  "merge patch": patchMerge,
  "replace": (lab, random, target) => replace(lab, random, target, OTHER),
  "replace in our name": (lab, random, target) => replace(lab, random, target, lab.fieldManager),
  "apply": applyAsOther,
  "apply and withdraw": applyAndWithdraw,
  "apply in our name": applyInOurName,
  "scale": scale,
  "take our marks": takeMarks,
  "add metadata": addMetadata,
  "clear managedFields": clearManagedFields,
  "take an entry of managedFields": takeEntry,
  "edit an entry of managedFields": editEntry,
};

/**
 * Carries out an edit.
 *
 * @param object The object.
 * @param edit The edit.
 * @returns An edited copy.
 */
export function withEdit<T extends object>(object: T, { path, value }: Edit): T {
  const copy = copyAt(object, path);
  return (value === undefined ? removeAt(copy, path) : setAt(copy, path, value)) as T;
}

/**
 * Names an edit.
 *
 * @param edit The edit.
 * @returns For example `remove spec.replicas`.
 */
export function nameEdit({ what, path }: Edit): string {
  return `${what} ${path.join(".")}`;
}

async function patchJson(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const live = await lab.read(target);
  const edit = randomEdit(random, live);
  const path = pointer(edit.path);
  const operation = edit.value === undefined ? { op: "remove", path } : { op: "replace", path, value: edit.value };
  await lab.client.patch(target.type, live, [operation], { type: "json", fieldManager: OTHER });
  return nameEdit(edit);
}

async function patchMerge(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const live = await lab.read(target);
  const edit = randomEdit(random, live);
  // A merge patch replaces a list as a whole.
  const end = edit.path.findIndex((step) => typeof step === "number");
  const path = end < 0 ? edit.path : edit.path.slice(0, end);
  const value = valueAt(withEdit(live, edit), path) ?? null;
  await lab.client.patch(target.type, live, path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value), {
    fieldManager: OTHER,
  });
  return nameEdit(edit);
}

async function replace(lab: NoopLab, random: Random, target: Target, fieldManager: string): Promise<string> {
  const live = await lab.read(target);
  const edit = randomEdit(random, live);
  await lab.client.replace(random.below(4) === 0 ? live : withEdit(live, edit), { fieldManager });
  return nameEdit(edit);
}

async function applyAsOther(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const edit = randomEdit(random, target.desired.object);
  // Every third time nothing is changed, but only owned as well.
  const object = random.below(3) === 0 ? target.desired.object : withEdit(target.desired.object, edit);
  await lab.client.apply(object, { fieldManager: OTHER, force: true });
  return nameEdit(edit);
}

async function applyAndWithdraw(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const what = await applyAsOther(lab, random, target);
  const { apiVersion, kind, metadata } = target.desired.object;
  const { name, namespace } = metadata as { name: string; namespace?: string };
  const nothing = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
  await lab.client.apply(nothing, { fieldManager: OTHER, force: true });
  return what;
}

async function applyInOurName(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const edit = randomEdit(random, target.desired.object);
  const desired = { ...target.desired, object: withEdit<KubeObject>(target.desired.object, edit) };
  const object = payload(desired, await lab.read(target), lab.context.set);
  const hash = await lab.context.digest(desired) ?? "";
  await lab.client.apply(withHash(object, hash), { fieldManager: lab.fieldManager, force: true });
  return nameEdit(edit);
}

async function scale(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const replicas = random.below(4);
  const address = { ...refOf(target.desired.object), subresource: "scale" };
  const options = { fieldManager: "an-autoscaler" };
  await lab.client.fetch(patchRequest(target.type, address, { spec: { replicas } }, "merge", options));
  return `to ${replicas}`;
}

async function takeMarks(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const field = random.pick([["labels", PART_OF_LABEL], ["annotations", APPLIED_ANNOTATION]]);
  const value = random.pick([null, "", "something-else"]);
  const patch = { metadata: { [field[0]!]: { [field[1]!]: value } } };
  await lab.client.patch(target.type, await lab.read(target), patch, { fieldManager: OTHER });
  return `${field.join(".")} = ${value}`;
}

async function addMetadata(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const field = random.pick(["labels", "annotations"]);
  const patch = { metadata: { [field]: { [`somebody.else/${random.below(10)}`]: "x" } } };
  await lab.client.patch(target.type, await lab.read(target), patch, { fieldManager: OTHER });
  return field;
}

async function clearManagedFields(lab: NoopLab, _random: Random, target: Target): Promise<string> {
  const live = await lab.read(target);
  await lab.client.patch(target.type, live, { metadata: { managedFields: [{}] } }, { fieldManager: OTHER });
  return "all";
}

async function takeEntry(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const live = await lab.read(target);
  const entries = live.metadata.managedFields ?? [];
  const entry = random.pick(entries);
  await patchEntries(lab, target, live, entries.filter((other) => other !== entry));
  return `${entry?.manager} ${entry?.operation}`;
}

async function editEntry(lab: NoopLab, random: Random, target: Target): Promise<string> {
  const live = await lab.read(target);
  const entries = live.metadata.managedFields ?? [];
  const entry = random.pick(entries);
  const path = random.pick(leavesOf(entry?.fieldsV1, [])).slice(0, 1 + random.below(4));
  const fieldsV1 = withoutNode(entry?.fieldsV1, path);
  const edited = entries.flatMap((other) => {
    if (other !== entry) return [other];
    return fieldsV1 === undefined ? [] : [{ ...other, fieldsV1 }];
  });
  await patchEntries(lab, target, live, edited);
  return `${entry?.manager} ${path.join(" ")}`;
}

/** Takes a node out of a field set, and with it those above it that would be left empty, as the server does. */
function withoutNode(node: unknown, [step, ...rest]: FieldPath): Record<string, unknown> | undefined {
  if (step === undefined) return undefined;
  const { [step]: child, ...others } = node as Record<string, unknown>;
  const left = rest.length === 0 ? undefined : withoutNode(child, rest);
  const result = left === undefined ? others : { ...others, [step]: left };
  return Object.keys(result).length === 0 ? undefined : result;
}

function leavesOf(node: unknown, path: FieldPath): FieldPath[] {
  const children = Object.entries(node ?? {}).filter(([key]) => key !== ".");
  return children.length === 0 ? [path] : children.flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

async function patchEntries(lab: NoopLab, target: Target, live: LiveObject, entries: readonly unknown[]) {
  const patch = [{ op: "replace", path: "/metadata/managedFields", value: entries }];
  await lab.client.patch(target.type, live, patch, { type: "json", fieldManager: OTHER });
}

function pointer(path: FieldPath): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
