/**
 * From what the script wants and what there is to the plan of a whole set.
 *
 * @module
 */

import { formatOrigin } from "../kube/desired_object.ts";
import { formatRef, refKey, refOf } from "../kube/object_ref.ts";
import { formatGroupKind } from "../kube/resource_type.ts";
import type { Change, Plan } from "../plan/change.ts";
import { digest } from "../plan/digest.ts";
import type { Mask } from "../plan/mask.ts";
import { type GraphNode, orderObjects } from "../plan/order.ts";
import { NO_HASH, type PlanContext, planObject } from "../plan/plan_object.ts";
import { planRemovals } from "../plan/removal.ts";
import { RULE_LABEL } from "./rules/child_marks.ts";
import { planExtensions } from "./rules/extensions.ts";
import type { SecretKey } from "./secret_key.ts";
import type { Session } from "./session.ts";
import type { Target, Wanted } from "./wanted.ts";
import type { Survey } from "./survey.ts";

/** A target with its place in the order. */
export type TargetNode = GraphNode<OrderedTarget>;

/** A target in the form that the ordering needs. */
export interface OrderedTarget {
  /** The object. */
  readonly object: Target["desired"]["object"];
  /** What the user named as needed. */
  readonly dependsOn: Target["desired"]["dependsOn"];
  /** The target. */
  readonly target: Target;
}

/** The plan of a set, with what is needed to carry it out. */
export interface SetPlan {
  /** The plan. */
  readonly plan: Plan;
  /** The desired objects with what they need, in the order in which they can be applied. */
  readonly nodes: readonly TargetNode[];
  /** The changes of desired objects, by key. */
  readonly changes: ReadonlyMap<string, Change>;
  /** The changes of what rules own of other objects. */
  readonly extensions: readonly Change[];
  /** The changes of members that are not desired, in the order in which they can be deleted. */
  readonly removals: readonly Change[];
  /** What is the same for all objects, for planning one of them again. */
  readonly context: PlanContext;
  /** What there was. */
  readonly survey: Survey;
}

/**
 * Plans a set.
 *
 * @param session The session.
 * @param wanted What the script wants.
 * @param found What there is.
 * @param key The key for hashes of Secrets.
 * @returns The plan.
 */
export async function planSet(session: Session, wanted: Wanted, found: Survey, key: SecretKey): Promise<SetPlan> {
  const context = planContext(session, wanted.mask, key);
  const nodes = orderObjects(wanted.targets.map((target): OrderedTarget => ({
    object: target.desired.object,
    dependsOn: target.desired.dependsOn,
    target,
  })));
  const desiredKeys = new Set(nodes.map((node) => node.key));
  const changes = new Map<string, Change>();
  for (const { key: objectKey, item } of nodes) {
    changes.set(objectKey, await planTarget(item.target, objectKey, desiredKeys, found, context));
  }
  // One object can be served in several groups, and is then listed in each of them.
  const desiredUids = new Set([...desiredKeys].map((desiredKey) => found.live.get(desiredKey)?.metadata.uid));
  const leaving = [...found.members]
    .filter(([memberKey, { live }]) => !desiredKeys.has(memberKey) && !desiredUids.has(live.metadata.uid))
    .filter(([, { live }]) => session.options.rules !== false || live.metadata.labels?.[RULE_LABEL] === undefined)
    .map(([, member]) => member);
  const removals = orderRemovals(planRemovals(leaving, session.set));
  const parent = found.parent?.live;
  const extensions = session.options.rules === false
    ? []
    : await planExtensions(session, wanted.extensions, { parent, desiredKeys, context });
  const plan: Plan = {
    script: session.script.name,
    namespace: session.set.namespace,
    changes: [
      ...await planRequirements(session, wanted),
      ...planHome(session, found, desiredKeys),
      ...changes.values(),
      ...extensions,
      ...removals,
    ],
  };
  return { plan, nodes, changes, extensions, removals, context, survey: found };
}

/**
 * Orders removals: what needs others goes before them.
 *
 * @param removals The removals.
 * @returns The removals in an order in which they can be done.
 */
export function orderRemovals(removals: readonly Change[]): Change[] {
  const items = removals.map((change) => ({ object: change.live!, dependsOn: [], change }));
  return orderObjects(items).map((node) => node.item.change).reverse();
}

/**
 * Gathers what is the same for all plans of a run.
 *
 * @param session The session.
 * @param mask Hides secret values.
 * @param key The key for hashes of Secrets.
 * @returns The context.
 */
export function planContext(session: Session, mask: Mask, key: SecretKey): PlanContext {
  return {
    set: session.set,
    force: session.options.forceConflicts,
    drift: session.script.drift,
    mask,
    digest: async (desired) => {
      if (desired.object.kind !== "Secret" || desired.object.apiVersion !== "v1") return await digest(desired);
      const bytes = await key.read();
      if (bytes === "unreadable") return undefined;
      return bytes === "absent" ? NO_HASH : await digest(desired, bytes);
    },
  };
}

async function planTarget(
  target: Target,
  key: string,
  desiredKeys: ReadonlySet<string>,
  found: Survey,
  context: PlanContext,
): Promise<Change> {
  const { desired, type, pending } = target;
  const ref = refOf(desired.object);
  const base = { apiVersion: desired.object.apiVersion, ref, type, desired, fields: [] };
  const unreadable = found.unreadableKinds.get(formatGroupKind(type)) ?? found.unreadable.get(key);
  if (unreadable !== undefined) return { ...base, action: "unverified", reason: unreadable };
  const namespace = found.namespaces.get(ref.namespace ?? "");
  if (namespace === "missing" && !desiredKeys.has(refKey({ group: "", kind: "Namespace", name: ref.namespace! }))) {
    return {
      ...base,
      action: "blocked",
      reason: `namespace "${ref.namespace}" does not exist`,
      hint: `Create it, or add a Namespace "${ref.namespace}" to the script`,
    };
  }
  if (namespace === "terminating") {
    return {
      ...base,
      action: "blocked",
      reason: `namespace "${ref.namespace}" is being deleted`,
      hint: "Run again when it is gone",
    };
  }
  const change = await planObject(desired, found.live.get(key), type, context);
  return pending
    ? { ...change, reason: "its kind is defined in the same run, so that it is not validated yet" }
    : change;
}

/** The home must be there, or be made by the script, as the parent lives in it; and there must not be two. */
function planHome(session: Session, found: Survey, desiredKeys: ReadonlySet<string>): Change[] {
  const { namespace, parentName } = session.set;
  const ref = { group: "", kind: "Namespace", name: namespace };
  const blocked = { action: "blocked" as const, apiVersion: "v1", fields: [] };
  const [otherHome] = found.otherHomes;
  if (otherHome !== undefined) {
    return [{
      ...blocked,
      ref: { group: "", kind: "ConfigMap", namespace, name: parentName },
      reason: `there is a set "${session.script.name}" with its home in namespace "${otherHome}" already`,
      hint: `Use that home with --namespace=${otherHome}, or give the script another name`,
    }];
  }
  if (found.namespaces.get(namespace) !== "missing" || desiredKeys.has(refKey(ref))) return [];
  return [{
    ...blocked,
    ref,
    reason: "the home namespace of the set does not exist",
    hint: `Create it, add a Namespace "${namespace}" to the script, or choose another home with --namespace`,
  }];
}

async function planRequirements(session: Session, wanted: Wanted): Promise<Change[]> {
  const changes = await Promise.all(wanted.requirements.map(async ({ apiVersion, ref, type, origin }) => {
    const live = await session.client.find(type, ref, session.options);
    if (live !== undefined && live.metadata.deletionTimestamp === undefined) return [];
    const change: Change = {
      action: "blocked",
      apiVersion,
      ref,
      fields: [],
      reason: `the script requires it (${formatOrigin(origin)}), and it does not exist`,
      hint: `Create ${formatRef(ref)} first`,
    };
    return [change];
  }));
  return changes.flat();
}
