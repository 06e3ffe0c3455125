/**
 * Changing objects through their subresource `scale`.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { formatApiVersion } from "../../kube/resource_type.ts";
import type { KindSchema } from "../../kube/schema.ts";
import { FieldManager } from "../field_manager/field_manager.ts";
import { fromScaleEntries, type ReplicasPaths, toScaleEntries } from "../field_manager/scale.ts";
import { objectKey } from "../storage/storage.ts";
import type { Core } from "./core.ts";
import { managedWrite, mergeApplied } from "./patch.ts";
import { fieldNames, hasReplicas, type Scale, scaleOf, scalePathsOf, withScale } from "./scale.ts";
import type { Draft, ServedResource, StoredObject } from "./served_resource.ts";
import { badRequest, notFound } from "./status_error.ts";
import { checkName, checkUid, updateDraft } from "./update.ts";
import type { Write } from "./write.ts";

/** What of a Scale has an owner. */
const SCALE_SCHEMA: KindSchema = {
  schema: {
    type: "object",
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: {},
      spec: { type: "object", properties: { replicas: { type: "integer" } } },
      status: {},
    },
  },
  find: () => undefined,
};

/** Stands for the replicas of a custom resource that has none. */
const NO_REPLICAS = -(2 ** 31);

/** A change of a Scale: what it becomes, or what is applied to it. */
export type ScaleChange = { readonly config: unknown } | { readonly change: (scale: Scale) => KubeObject };

/**
 * Scales an object.
 *
 * @param write The request.
 * @param name The name of the object.
 * @param change The change.
 * @returns The object then.
 * @throws {StatusError} If it cannot be scaled so.
 */
export function writeScale(write: Write, name: string, change: ScaleChange): StoredObject {
  const { core, resource, namespace } = write;
  const stored = core.storage.get(resource.storedAs, objectKey(namespace, name));
  if (stored === undefined) throw notFound(resource, name);
  const object = core.view(resource, stored);
  const replicasPaths = replicasPathsOf(core, resource);
  const { managedFields } = object.metadata;
  const paths = scalePathsOf(resource);
  const live = scaleOf(object, paths);
  const isBare = resource.custom && !hasReplicas(object, paths);
  const entries = toScaleEntries(managedFields, replicasPaths);
  const scale = changedScale(write, isBare ? { ...live, spec: { replicas: NO_REPLICAS } } : live, entries, change);
  if ((scale as Partial<Scale>).spec?.replicas === NO_REPLICAS) {
    throw badRequest(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} cannot be empty`);
  }
  const draft = withScale(object, scale, paths);
  checkName(draft, name);
  if (draft.metadata.uid) checkUid(write, name, stored, draft.metadata.uid);
  const apiVersion = formatApiVersion(resource);
  const owners = fromScaleEntries(managedFields, scale.metadata.managedFields, apiVersion, replicasPaths);
  if (owners === undefined) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = owners;
  return updateDraft(write, draft, stored);
}

function changedScale(
  write: Write,
  scale: Scale,
  managedFields: Draft["metadata"]["managedFields"],
  change: ScaleChange,
): Draft {
  const manager = new FieldManager({ schema: () => SCALE_SCHEMA, convert: (object) => object });
  const live: StoredObject = { ...scale, metadata: { ...scale.metadata, ...managedFields && { managedFields } } };
  const request = { ...managedWrite(write), ignoredPaths: [], live };
  if ("config" in change) {
    return mergeApplied(manager, {
      ...request,
      config: checkConfig(change.config),
      force: write.options.force ?? false,
    });
  }
  const { metadata = {}, ...rest } = change.change(scale);
  const { managedFields: _managedFields, ...kept } = metadata;
  return manager.update({
    ...request,
    draft: { ...rest, apiVersion: scale.apiVersion, kind: scale.kind, metadata: kept },
  });
}

function checkConfig(config: unknown): KubeObject {
  const { apiVersion, kind } = isJsonObject(config) ? config : {};
  if (apiVersion === "autoscaling/v1" && kind === "Scale") return config as KubeObject;
  throw badRequest(`invalid object type: ${apiVersion ?? "/"}, Kind=${kind ?? ""}`);
}

/** Where the versions of a kind have the replicas. */
function replicasPathsOf({ resources }: Core, { storedAs }: ServedResource): ReplicasPaths {
  const versions = resources.all().filter((resource) => resource.storedAs === storedAs);
  return Object.fromEntries(
    versions.map((version) => [formatApiVersion(version), fieldNames(scalePathsOf(version).specReplicasPath)]),
  );
}
