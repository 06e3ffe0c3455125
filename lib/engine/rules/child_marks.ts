/**
 * How the children of a rule are marked, so that they are found again.
 *
 * @module
 */

import type { DesiredObject } from "../../kube/desired_object.ts";
import type { LiveObject } from "../../kube/object.ts";
import { isOwnedBy, ownerReference } from "../../kube/owner.ts";

/** Label on the children of a rule: its name. */
export const RULE_LABEL = "kubescript.dev/rule";
/** Label on the children of a rule: the uid of the object for which they are there. */
export const OWNER_LABEL = "kubescript.dev/owner";

/**
 * Marks a child.
 *
 * Where Kubernetes allows it, the child also refers to its owner, so that it goes with it even if nobody runs the rule:
 * within a namespace, and to cluster-scoped owners. Any other reference would be taken for a dangling one, and the child
 * be collected within a second.
 *
 * @param child The child, with its namespace.
 * @param rule The rule's name.
 * @param owner The object for which it is there.
 * @returns The child with its marks.
 */
export function markChild(child: DesiredObject, rule: string, owner: LiveObject): DesiredObject {
  const { object } = child;
  const { labels, ownerReferences = [], ...metadata } = object.metadata ?? {};
  const { namespace } = owner.metadata;
  const mayRefer = (namespace === undefined || namespace === metadata.namespace) && !isOwnedBy(object, owner);
  const references = mayRefer ? [...ownerReferences, ownerReference(owner)] : ownerReferences;
  return {
    ...child,
    object: {
      ...object,
      metadata: {
        ...metadata,
        labels: { ...labels, [RULE_LABEL]: rule, [OWNER_LABEL]: owner.metadata.uid },
        ...(references.length > 0 && { ownerReferences: references }),
      },
    },
  };
}
