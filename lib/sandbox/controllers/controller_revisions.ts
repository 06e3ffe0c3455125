/**
 * The history of DaemonSets and StatefulSets: one ControllerRevision for each template.
 *
 * @module
 */

import type { DeepReadonly } from "../../base/deep_readonly.ts";
import { jsonEquals } from "../../base/json.ts";
import type { ControllerRevision } from "../../kinds/apps/v1.ts";
import type { Pod, PodTemplateSpec } from "../../kinds/core/v1.ts";
import type { Live } from "../../kube/live.ts";
import type { Cache } from "./cache.ts";
import { CONTROLLER_REVISIONS } from "./kinds.ts";
import { controllerReference } from "./pods.ts";
import { templateHash } from "./template_hash.ts";
import type { AnyLive, Writer } from "./writer.ts";

/** The label that tells of which revision a Pod is. */
export const REVISION_HASH = "controller-revision-hash";

/**
 * Makes sure that there is a revision of a template, and that it is the latest one.
 *
 * @param cache What is stored.
 * @param writer Who writes.
 * @param owner The object whose template it is.
 * @param template The template.
 * @returns The revision.
 */
export function syncRevision(
  cache: Cache,
  writer: Writer,
  owner: AnyLive,
  template: DeepReadonly<PodTemplateSpec>,
): Live<ControllerRevision> {
  const data = { spec: { template: { ...template, $patch: "replace" } } };
  const revisions = cache.controlledBy(CONTROLLER_REVISIONS, owner);
  const latest = Math.max(0, ...revisions.map(({ revision = 0 }) => revision));
  const same = revisions.find((revision) => jsonEquals(revision.data, data));
  if (same) {
    if (same.revision !== latest) writer.update(same, { revision: latest + 1 });
    return cache.get(CONTROLLER_REVISIONS, same.metadata.namespace, same.metadata.name)!;
  }
  const hash = templateHash(template);
  const { name, namespace = "" } = owner.metadata;
  return writer.create(CONTROLLER_REVISIONS, {
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [REVISION_HASH]: hash },
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision: latest + 1,
  });
}

/**
 * Deletes the oldest revisions of which no Pod is any more.
 *
 * @param cache What is stored.
 * @param writer Who deletes.
 * @param owner The object whose revisions they are.
 * @param pods Its Pods.
 * @param limit How many to keep beside those in use.
 */
export function cleanRevisions(
  cache: Cache,
  writer: Writer,
  owner: AnyLive,
  pods: readonly Live<Pod>[],
  limit: number,
): void {
  const inUse = new Set(pods.map(({ metadata }) => metadata.labels?.[REVISION_HASH]));
  const revisions = cache.controlledBy(CONTROLLER_REVISIONS, owner).toSorted((a, b) => a.revision! - b.revision!);
  // The Pods of StatefulSets name the revision itself.
  const old = revisions.slice(0, -1).filter(({ metadata }) =>
    !inUse.has(metadata.labels?.[REVISION_HASH]) && !inUse.has(metadata.name)
  );
  for (const revision of old.slice(0, Math.max(0, old.length - limit))) writer.delete(revision);
}
