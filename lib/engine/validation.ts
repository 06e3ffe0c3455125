/**
 * Looks for mistakes in the objects of a set before anything is written.
 *
 * @module
 */

import { isBuiltIn } from "../kube/built_in.ts";
import type { DesiredObject, FieldPath } from "../kube/desired_object.ts";
import { parseFieldPath } from "../kube/field_path.ts";
import { refKey, refOf } from "../kube/object_ref.ts";
import { formatGroupKind } from "../kube/resource_type.ts";
import type { KindSchema } from "../kube/schema.ts";
import type { Mask } from "../plan/mask.ts";
import { findField } from "../plan/payload.ts";
import { findKnownMistakes } from "../plan/validate/known_mistakes.ts";
import { nameValue, type Problem } from "../plan/validate/problem.ts";
import { validateObject } from "../plan/validate/validate_object.ts";
import { formatProblem } from "../script/field_origin.ts";
import { ScriptError } from "../script/script_error.ts";
import type { KindSchemas } from "./kind_schemas.ts";
import type { Session } from "./session.ts";
import type { Survey } from "./survey.ts";
import type { Target } from "./wanted.ts";

/** A mistake in an object. */
export interface Finding {
  /** The object. */
  readonly target: Target;
  /** The place and what is wrong there, as a sentence. */
  readonly text: string;
  /** Whether it is a mistake only if the object does not exist yet. */
  readonly incomplete: boolean;
}

/**
 * Looks for mistakes in objects.
 *
 * @param targets The objects.
 * @param schemas Finds the schemas of their kinds.
 * @param mask Hides secret values.
 * @returns The mistakes for which the server would refuse the objects.
 */
export async function findMistakes(targets: readonly Target[], schemas: KindSchemas, mask: Mask): Promise<Finding[]> {
  const findings = await Promise.all(targets.map(async (target): Promise<Finding[]> => {
    const schema = await schemas.find(target.type);
    if (schema === undefined) return [];
    const { object, origin } = target.written;
    const problems = [...await compareWithSchemas(target, schema, schemas, mask), ...findKnownMistakes(object)];
    return withoutIgnored(problems, target.written).map(({ path, message, incomplete = false }) => {
      return { target, text: mask.text(formatProblem(object, origin, path, message)), incomplete };
    });
  }));
  return findings.flat();
}

/**
 * Refuses objects with mistakes, now that it is known which of them exist.
 *
 * @param session The session.
 * @param findings The mistakes.
 * @param survey What there is.
 * @throws {ScriptError} If there are any; all of them are named at once.
 */
export function refuseMistakes(session: Session, findings: readonly Finding[], survey?: Survey): void {
  const certain = findings.filter(({ target, incomplete }) => !incomplete || (survey && isAbsent(target, survey)));
  if (certain.length === 0) return;
  throw new ScriptError(`Cannot plan script "${session.script.name}"`, certain.map(({ text }) => text), {
    hint: "If the server accepts this, leave the check to it with --validate=false",
  });
}

async function compareWithSchemas(
  { type, written: { object } }: Target,
  schema: KindSchema,
  schemas: KindSchemas,
  mask: Mask,
): Promise<Problem[]> {
  const name = (path: FieldPath, value: unknown) => {
    const shown = mask.field(type, path.map((step) => ({ field: String(step) })), value);
    return typeof value === "object" || shown === value ? nameValue(value) : String(shown);
  };
  const options = { builtIn: isBuiltIn(type.group), name };
  const problems = validateObject(object, schema, options);
  if (problems.length === 0 || !options.builtIn) return problems;
  // The server may be of another version than the schemas of the library.
  const served = await schemas.findServed(type);
  const confirmed = served ? validateObject(object, served, options).map(({ path }) => path.join("\0")) : [];
  return problems.filter(({ path }) => confirmed.includes(path.join("\0")));
}

/** Leaves out what is wrong with fields that are not sent. */
function withoutIgnored(problems: readonly Problem[], { object, ignore }: DesiredObject): readonly Problem[] {
  if (problems.length === 0 || ignore.length === 0) return problems;
  const ignored = ignore.flatMap((path) => findField(object, parseFieldPath(path)));
  return problems.filter(({ path }) => !ignored.some((other) => isOnTheWay(path, other) || isOnTheWay(other, path)));
}

function isOnTheWay(path: FieldPath, other: FieldPath): boolean {
  return path.every((step, i) => step === other[i]);
}

function isAbsent({ desired, type }: Target, { live, unreadable, unreadableKinds }: Survey): boolean {
  const key = refKey(refOf(desired.object));
  return !live.has(key) && !unreadable.has(key) && !unreadableKinds.has(formatGroupKind(type));
}
