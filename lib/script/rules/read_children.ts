/**
 * What an `each` rule returned, checked and made into desired objects.
 *
 * @module
 */

import { parseDuration } from "../../base/duration.ts";
import { isJsonObject } from "../../base/json.ts";
import { type DesiredObject, formatOrigin, type Origin } from "../../kube/desired_object.ts";
import { flatten } from "../flatten.ts";
import { readResource } from "../resource.ts";
import { ScriptError } from "../script_error.ts";
import { extensionOf } from "./extend.ts";

/** What an `each` rule wants for one object. */
export interface Children {
  /** The children, as the rule wrote them. */
  readonly objects: readonly DesiredObject[];
  /** Other objects, each with nothing but the fields that the rule is to own. */
  readonly extensions: readonly DesiredObject[];
  /** The status that the object is to have; absent if the rule says nothing about it. */
  readonly status?: unknown;
  /** When to look again, in milliseconds. */
  readonly againMs?: number;
}

/**
 * Reads what an `each` rule returned.
 *
 * @param returned What it returned: children, or an object with `children`, `status` and `again`.
 * @param origin The rule and the object, for messages.
 * @returns What it wants; `undefined` if it has no opinion, so that nothing is to be touched.
 * @throws {ScriptError} If it is none of these; all mistakes are named at once.
 */
export function readChildren(returned: unknown, origin: Origin): Children | undefined {
  if (returned === undefined) return undefined;
  const action = `Cannot use what ${formatOrigin(origin)} returned`;
  const problems: string[] = [];
  if (returned instanceof Promise) {
    returned.catch(() => {});
    throw new ScriptError(action, ["it is a promise: the function must not be async"]);
  }
  const result = isResult(returned) ? returned : { children: returned };
  const objects: DesiredObject[] = [];
  const extensions: DesiredObject[] = [];
  for (const { value, origin: place } of flatten(result.children, { path: "children" })) {
    if (typeof value !== "object" || value === null) {
      problems.push(`${place.path} is a ${typeof value}`);
      continue;
    }
    const extension = extensionOf(value);
    const object = readResource(extension ?? value, { ...origin, path: `${origin.path} ${place.path}` }, problems);
    if (extension && object?.initial.length) {
      problems.push(`${place.path} marks a field with initial(), and the object that it extends exists already`);
    }
    if (object) (extension ? extensions : objects).push(object);
  }
  if (problems.length > 0) throw new ScriptError(action, problems);
  return {
    objects,
    extensions,
    ...(result.status !== undefined && { status: result.status }),
    ...(result.again !== undefined && { againMs: parseDuration(result.again) }),
  };
}

interface Result {
  readonly children: unknown;
  readonly status?: unknown;
  readonly again?: string;
}

/** An API object has a kind; it may have a field `children`, too. */
function isResult(value: unknown): value is Result {
  return isJsonObject(value) && "children" in value && !("kind" in value);
}
