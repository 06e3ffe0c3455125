/**
 * From the script to what it wants: evaluated, with the kinds looked up and the namespaces filled in.
 *
 * @module
 */

import { readEnv } from "../client/config/env.ts";
import { isBuiltIn } from "../kube/built_in.ts";
import { type DesiredObject, formatOrigin, type Requirement } from "../kube/desired_object.ts";
import type { KubeObject } from "../kube/object.ts";
import { formatGroupKind, parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import { fillAtomicDefaults } from "../plan/atomic_defaults.ts";
import type { Extension } from "../plan/extension.ts";
import { Mask } from "../plan/mask.ts";
import { normalize } from "../plan/normalize.ts";
import { checkDuplicates } from "../script/duplicates.ts";
import { resolveParams } from "../script/params.ts";
import { evaluate, evaluateDocuments, type Evaluation } from "../script/resources.ts";
import type { Script } from "../script/script.ts";
import { ScriptError } from "../script/script_error.ts";
import { definedKinds } from "./defined_kinds.ts";
import { KindSchemas } from "./kind_schemas.ts";
import { readParamsFile } from "./load/params_file.ts";
import { eachObjects } from "./rules/each_objects.ts";
import { scriptReader } from "./script_reader.ts";
import type { OpenedScript, Session } from "./session.ts";
import { type Finding, findMistakes, refuseMistakes } from "./validation.ts";

/** A desired object with the way the API serves its kind. */
export interface Target {
  /** The desired object, normalized and with its namespace. */
  readonly desired: DesiredObject;
  /** The desired object as it was written. */
  readonly written: DesiredObject;
  /** How the API serves its kind, or will once its CustomResourceDefinition is applied. */
  readonly type: ResourceType;
  /** Whether the kind does not exist yet, as its CustomResourceDefinition is part of the set. */
  readonly pending: boolean;
}

/** What the script wants, ready to be planned. */
export interface Wanted {
  /** The objects that should exist. */
  readonly targets: readonly Target[];
  /** What rules are to own of other objects. */
  readonly extensions: readonly Extension[];
  /** The objects that must exist already. */
  readonly requirements: readonly (Requirement & { readonly type: ResourceType })[];
  /** Hides secret values. */
  readonly mask: Mask;
  /** Mistakes in the objects, if some of them depend on what there is; see {@linkcode refuseMistakes}. */
  readonly findings: readonly Finding[];
}

/**
 * Evaluates the script.
 *
 * @param opened The script and the session.
 * @returns What the script wants.
 * @throws {ScriptError} If something in it is not right; all mistakes are named at once.
 */
export async function evaluateScript({ loaded, session }: OpenedScript): Promise<Wanted> {
  const { script, set, options } = session;
  const params = await readParams(session);
  const evaluation = loaded.documents === undefined
    ? await evaluate(script, {
      params,
      k: scriptReader(session.client, set.namespace),
      file: loaded.file,
      signal: options.signal,
    })
    : evaluateDocuments(script, loaded.documents);
  const defined = definedKinds(evaluation.objects.map(({ object }) => object));
  const children = options.rules === false
    ? { objects: [], extensions: [] }
    : await eachObjects(session, params, (object) => {
      const gvk = { ...parseApiVersion(object.apiVersion), kind: object.kind };
      return session.mapper.find(gvk) ?? defined.get(`${formatGroupKind(gvk)}/${gvk.version}`)?.type;
    });
  const objects = [...evaluation.objects, ...children.objects];
  const { extensions } = children;
  return {
    ...await resolveTargets(session, { ...evaluation, objects }, new Mask(secretValues(script, params))),
    extensions,
  };
}

/**
 * Finds the values of the script's params.
 *
 * @param session The session.
 * @param flags What `--param` gave.
 * @returns The values by name.
 * @throws {ParamsError} If one is missing, unknown or of a wrong form.
 */
export async function readParams(
  { script, options }: Session,
  flags: readonly string[] = options.params,
): Promise<Readonly<Record<string, unknown>>> {
  return await resolveParams(script, {
    flags,
    preset: options.preset,
    env: readEnv,
    readFile: (path) => Deno.readTextFile(path),
    file: options.paramsFile === undefined
      ? undefined
      : { name: options.paramsFile, content: await readParamsFile(options.paramsFile) },
  });
}

async function resolveTargets(
  session: Session,
  evaluation: Evaluation,
  mask: Mask,
): Promise<Omit<Wanted, "extensions">> {
  const problems: string[] = [];
  const defined = definedKinds(evaluation.objects.map(({ object }) => object));
  const typeOf = (object: KubeObject, where: string) => {
    const gvk = { ...parseApiVersion(object.apiVersion), kind: object.kind };
    const served = session.mapper.find(gvk);
    if (served) return { type: served, pending: false };
    const planned = defined.get(`${formatGroupKind(gvk)}/${gvk.version}`);
    if (planned) return { type: planned.type, pending: true };
    const error = session.mapper.unknown(gvk, `${object.kind}/${object.metadata?.name}`);
    problems.push(`${where}: ${error.message}${error.hint ? ` (${error.hint})` : ""}`);
    return undefined;
  };
  const targets = evaluation.objects.flatMap((written): Target[] => {
    const found = typeOf(written.object, formatOrigin(written.origin));
    if (!found) return [];
    return [{ ...found, written, desired: place(normalize(written), found.type, session.set.namespace) }];
  });
  const requirements = evaluation.requirements.flatMap((requirement) => {
    const { apiVersion, ref, origin } = requirement;
    const found = typeOf({ apiVersion, kind: ref.kind, metadata: { name: ref.name } }, formatOrigin(origin));
    if (!found) return [];
    const namespace = found.type.namespaced ? ref.namespace ?? session.set.namespace : undefined;
    return [{ ...requirement, type: found.type, ref: { ...ref, namespace } }];
  });
  const schemas = new KindSchemas(session, defined);
  const findings = session.options.validate === false ? [] : await findMistakes(targets, schemas, mask);
  if (problems.length > 0) {
    const certain = findings.filter(({ incomplete }) => !incomplete).map(({ text }) => text);
    throw new ScriptError(`Cannot plan script "${session.script.name}"`, [...problems, ...certain]);
  }
  if (findings.every(({ incomplete }) => !incomplete)) refuseMistakes(session, findings);
  checkDuplicates(session.script, targets.map((target) => target.desired));
  const complete = await Promise.all(targets.map((target) => withDefaults(target, schemas)));
  return { targets: placeDependencies(complete, session.set.namespace), requirements, mask, findings };
}

/** Fills in what the server would. The schemas of built-in kinds do not tell that; `plan/normal_forms.ts` knows it. */
async function withDefaults(target: Target, schemas: KindSchemas): Promise<Target> {
  const schema = isBuiltIn(target.type.group) ? undefined : await schemas.find(target.type);
  return schema === undefined ? target : { ...target, desired: fillAtomicDefaults(target.desired, schema) };
}

/** Puts an object where it belongs: into the home namespace, if it names none, or into none at all. */
function place(desired: DesiredObject, type: ResourceType, home: string): DesiredObject {
  const { namespace, ...metadata } = desired.object.metadata ?? {};
  const placed = type.namespaced ? { ...metadata, namespace: namespace ?? home } : metadata;
  return { ...desired, object: { ...desired.object, metadata: placed } };
}

function placeDependencies(targets: readonly Target[], home: string): Target[] {
  const namespaced = new Map(targets.map(({ type }) => [formatGroupKind(type), type.namespaced]));
  return targets.map((target) => ({
    ...target,
    desired: {
      ...target.desired,
      dependsOn: target.desired.dependsOn.map((ref) =>
        namespaced.get(formatGroupKind(ref)) ? { ...ref, namespace: ref.namespace ?? home } : ref
      ),
    },
  }));
}

/**
 * Lists what must not be shown.
 *
 * @param script The script.
 * @param params The values of its params.
 * @returns The values of those that are secret.
 */
export function secretValues(script: Script, params: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(script.params).flatMap(([name, param]) =>
    param.type === "secret" && typeof params[name] === "string" ? [params[name]] : []
  );
}
