/**
 * The children of `each` rules, for `plan` and `apply`: every rule is evaluated once for every object that matches.
 *
 * @module
 */

import type { ObjectList } from "../../client/object_list.ts";
import { type DesiredObject, formatOrigin } from "../../kube/desired_object.ts";
import type { LiveObject } from "../../kube/object.ts";
import { formatRef, refOf } from "../../kube/object_ref.ts";
import { isTerminating } from "../../kube/owner.ts";
import { formatGroupKind, parseApiVersion } from "../../kube/resource_type.ts";
import { NAMESPACE } from "../../kube/well_known_types.ts";
import type { Extension } from "../../plan/extension.ts";
import { storeKey } from "../../watch/store.ts";
import type { EachDefinition } from "../../script/rules/each.ts";
import { readChildren } from "../../script/rules/read_children.ts";
import { readRules } from "../../script/rules/read_rules.ts";
import { ScriptError } from "../../script/script_error.ts";
import type { Session } from "../session.ts";
import { markChild } from "./child_marks.ts";
import { extensionsOf } from "./extensions.ts";
import { type FindType, placeChild } from "./place_child.ts";
import { makeReads, type ReadSource } from "./reads.ts";

/** What the `each` rules of a script want. */
export interface EachObjects {
  /** The children, with their namespaces and marks. */
  readonly objects: readonly DesiredObject[];
  /** What they are to own of other objects. */
  readonly extensions: readonly Extension[];
}

/**
 * Evaluates the `each` rules of a script.
 *
 * @param session The session.
 * @param params The values of the script's params.
 * @param findType Tells how the API serves the kind of a child.
 * @returns What they want.
 * @throws {ScriptError} If a rule failed for an object; all such failures are named at once.
 */
export async function eachObjects(
  session: Session,
  params: Readonly<Record<string, unknown>>,
  findType: FindType,
): Promise<EachObjects> {
  const rules = [...readRules(session.script, params)]
    .flatMap(([name, definition]) => definition.type === "each" ? [{ name, definition }] : []);
  const problems: string[] = [];
  const objects: DesiredObject[] = [];
  const extensions: Extension[] = [];
  const lists = new Map<string, Promise<LiveObject[]>>();
  for (const { name, definition } of rules) {
    const owners = await listOwners(session, definition);
    if (owners.length === 0) continue;
    const sources = await readSources(session, definition, lists);
    for (const owner of owners) {
      const origin = { path: `rule "${name}" for ${formatRef(refOf(owner))}` };
      try {
        const children = readChildren(callChildren(session, definition, owner, sources), origin);
        if (!children) continue;
        extensions.push(...extensionsOf(children, name, owner, findType, session));
        for (const child of children.objects) {
          checkOwned(definition, child);
          objects.push(markChild(placeChild(child, owner, findType, session), name, owner));
        }
      } catch (error) {
        problems.push(error instanceof ScriptError ? error.message : `${formatOrigin(origin)} failed: ${error}`);
      }
    }
  }
  if (problems.length > 0) throw new ScriptError(`Cannot evaluate the rules of "${session.script.name}"`, problems);
  return { objects, extensions };
}

/**
 * Checks that a child is of a kind that the rule names.
 *
 * @param definition The rule.
 * @param child The child.
 * @throws {TypeError} If it is not.
 */
export function checkOwned({ options: { owns = [] } }: EachDefinition, { object }: DesiredObject): void {
  const { group } = parseApiVersion(object.apiVersion);
  if (owns.some(({ type }) => type.kind === object.kind && type.group === group)) return;
  throw new TypeError(
    `Cannot use ${formatRef(refOf(object))} as a child: the rule does not name its kind under "owns"`,
  );
}

async function listOwners(session: Session, { kind, options }: EachDefinition): Promise<LiveObject[]> {
  const { client, mapper, options: { signal } } = session;
  // A kind that is defined in the same run has no objects yet.
  if (!mapper.find(kind.type)) return [];
  const { labels, fields, namespaces, where = () => true } = options;
  const found: LiveObject[] = [];
  for await (const object of client.list(kind.type, { allNamespaces: true, labels, fields, signal })) {
    found.push(object);
  }
  const inside = kind.type.namespaced ? await namespaceFilter(session, namespaces) : () => true;
  return found.filter((object) => !isTerminating(object) && inside(object) && where(object as never));
}

async function namespaceFilter(
  { client, options: { signal } }: Session,
  namespaces: EachDefinition["options"]["namespaces"],
): Promise<(object: LiveObject) => boolean> {
  if (namespaces === undefined) return () => true;
  const names = "labels" in namespaces
    ? (await client.listMetadata(NAMESPACE, { labels: namespaces.labels, signal }).toArray()).map((o) =>
      o.metadata.name
    )
    : namespaces;
  const allowed = new Set(names);
  return ({ metadata }) => allowed.has(metadata.namespace ?? "");
}

async function readSources(
  { client, mapper, options: { signal } }: Session,
  { options: { reads = [] } }: EachDefinition,
  lists: Map<string, Promise<LiveObject[]>>,
): Promise<Map<string, ReadSource>> {
  const sources = await Promise.all(reads.map(async ({ type }): Promise<[string, ReadSource]> => {
    const key = formatGroupKind(type);
    const list: ObjectList = client.list(type, { allNamespaces: true, signal });
    const read = lists.get(key) ?? (mapper.find(type) ? list.toArray() : Promise.resolve([]));
    lists.set(key, read);
    const objects = new Map((await read).map((object) => [storeKey(object.metadata), object]));
    return [key, {
      get: (namespace, name) => objects.get(storeKey({ namespace, name })),
      list: () => objects.values(),
    }];
  }));
  return new Map(sources);
}

function callChildren(
  session: Session,
  definition: EachDefinition,
  owner: LiveObject,
  sources: ReadonlyMap<string, ReadSource>,
): unknown {
  const { clock, signal, listen } = session.options;
  const warn = (message: string) => listen({ type: "warning", message });
  return definition.children(owner, {
    ...makeReads({ sources, namespace: owner.metadata.namespace ?? session.set.namespace }),
    log: { info: () => {}, warn },
    signal,
    now: new Date(clock.now()),
    dryRun: true,
    progress: () => {},
  });
}
