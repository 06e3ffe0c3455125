import { deepStrictEqual, ok } from "node:assert/strict";
import { parseApiVersion } from "../../kube/resource_type.ts";
import type { KubeObject } from "../../kube/object.ts";
import { admissionHooks } from "../admission/hooks.ts";
import { customResources, loadMetadata } from "../crds/custom_resource.ts";
import type { Definition } from "../crds/definition.ts";
import { applyMergePatch } from "../patch/merge_patch.ts";
import type { Draft, FieldError, ServedResource } from "../registry/served_resource.ts";
import type { StrategyContext } from "../registry/strategy.ts";
import { StatusError } from "../registry/status_error.ts";
import { validateMetadata, validateMetadataUpdate } from "../registry/validate_metadata.ts";
import { builtInResources } from "./resources.ts";
import answers from "./testdata/answers.json" with { type: "json" };

interface Answer {
  readonly name: string;
  readonly object: KubeObject;
  readonly change?: unknown;
  // deno-lint-ignore no-explicit-any -- whatever the server said
  readonly answer: any;
}

const UID = "00000000-0000-4000-8000-000000000000";
const NOW = "2026-01-01T00:00:00Z";
/** A namespace with its account. */
const THERE: Readonly<Record<string, unknown>> = {
  "/namespaces//answers": { status: { phase: "Active" } },
  "/serviceaccounts/answers/default": {},
};
const CONTEXT: StrategyContext = {
  now: NOW,
  random: () => 0,
  find: (storedAs, namespace, name) => THERE[`${storedAs}/${namespace}/${name}`] as Draft | undefined,
  list: () => [],
  warn: () => {},
};

const admission = admissionHooks(CONTEXT);
const all = answers as unknown as Answer[];
const gadgets = all.find(({ name }) => name === "Gadget")!.object as Definition;
const resources = [...await builtInResources(), ...customResources(gadgets, await loadMetadata())];

function resourceOf({ apiVersion, kind }: KubeObject): ServedResource {
  const { group, version } = parseApiVersion(apiVersion);
  const resource = resources.find((one) => one.group === group && one.version === version && one.kind === kind);
  ok(resource, `${apiVersion} ${kind}`);
  return resource;
}

/** What the sandbox makes of an object: the object to store, or what is wrong with it. */
function create(object: KubeObject): { stored?: Draft; error?: string; causes?: FieldError[] } {
  try {
    return tryCreate(object);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { error: error.message };
  }
}

function tryCreate(object: KubeObject): { stored?: Draft; error?: string; causes?: FieldError[] } {
  const resource = resourceOf(object);
  const { draft, unknown, error } = resource.decode({ ...object });
  const refused = error ??
    (unknown.length > 0
      ? `strict decoding error: ${unknown.map((one) => `unknown field "${one}"`).join(", ")}`
      : undefined);
  if (refused !== undefined) return { error: refused };
  const { strategy } = resource;
  strategy.setDefaults?.(draft);
  Object.assign(draft.metadata, { uid: UID, creationTimestamp: NOW });
  if (resource.namespaced) draft.metadata.namespace = "answers";
  const attributes = {
    operation: "CREATE" as const,
    resource,
    subresource: "",
    namespace: resource.namespaced ? "answers" : "",
    name: draft.metadata.name!,
    object: draft,
    old: undefined,
    dryRun: false,
    user: { username: "me", groups: [] },
    warn: () => {},
  };
  for (const hook of admission.mutating) hook(attributes);
  if (strategy.generation) draft.metadata.generation = 1;
  strategy.prepareForCreate?.(draft, CONTEXT);
  const causes = [
    ...validateMetadata(draft.metadata, resource.namespaced, strategy.validateName),
    ...strategy.validate?.(draft, CONTEXT) ?? [],
  ];
  if (causes.length > 0) return { causes };
  for (const hook of admission.validating) hook(attributes);
  return { stored: draft };
}

function change(object: KubeObject, patch: unknown): FieldError[] {
  const resource = resourceOf(object);
  const { draft } = resource.decode(applyMergePatch(object, patch) as Draft);
  const { strategy } = resource;
  strategy.setDefaults?.(draft);
  strategy.prepareForUpdate?.(draft, object as Draft, CONTEXT);
  return [
    ...validateMetadataUpdate(draft.metadata, object.metadata!),
    ...strategy.validateUpdate?.(draft, object as Draft, CONTEXT) ?? [],
  ];
}

/** What is said of a field, without values in the form of the API server's internal types. */
function comparable(causes: readonly FieldError[]): string[] {
  return causes.map(({ field, reason, message }) =>
    `${field} ${reason} ${
      message.replace(/: [{[].*[}\]](?=: |$)/, "").replace(/ value: null(?=:)/, "").replace(/\n.*/s, "")
    }`
  ).sort();
}

/** An object without what is drawn by lot, and without what admission adds. */
function stable(object: KubeObject): unknown {
  return JSON.parse(JSON.stringify(object, (key, value) => {
    if (
      ["uid", "creationTimestamp", "lastPhaseTransitionTime", "controller-uid", "batch.kubernetes.io/controller-uid"]
        .includes(key)
    ) return "*";
    if (["clusterIP", "clusterIPs", "nodePort"].includes(key)) {
      return value?.[0] === "None" || value === "None" ? value : "*";
    }
    // Of exponents beyond bounds the API server makes others.
    if (typeof value === "string" && /^\d+e\d{3,}$/.test(value)) return "*";
    if (typeof value === "string" && value.startsWith("kube-api-access-")) return "*";
    return value === null ? undefined : value;
  }));
}

for (const { name, object, change: patch, answer } of all) {
  if (name === "Gadget") continue;
  Deno.test(`the sandbox answers as the API server does: ${name}`, () => {
    if (patch !== undefined) {
      if (answer.code === 422) deepStrictEqual(comparable(change(object, patch)), comparable(answer.details.causes));
      return;
    }
    const { stored, error, causes } = create(object);
    if (answer.code === 400) deepStrictEqual(error, answer.message.replace(/^.* cannot be handled as a \w+: /, ""));
    else if (answer.code === 403) deepStrictEqual(error, answer.message);
    else if (answer.kind === "Status") deepStrictEqual(comparable(causes ?? []), comparable(answer.details.causes));
    else {
      deepStrictEqual(causes ?? [], []);
      deepStrictEqual(stable(resourceOf(object).fromStored(resourceOf(object).toStored(stored!))), stable(answer));
    }
  });
}
