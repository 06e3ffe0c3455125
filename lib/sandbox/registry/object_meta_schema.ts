/**
 * The schema of `metadata`, the same for all kinds.
 *
 * @module
 */

import type { Schema } from "../../kube/schema.ts";

const TEXT: Schema = { type: "string" };
const TEXTS: Schema = { type: "object", additionalProperties: TEXT };
const TIME: Schema = { type: "string", format: "date-time" };
const LONG: Schema = { type: "integer", format: "int64" };

const OWNER_REFERENCE: Schema = {
  type: "object",
  required: ["apiVersion", "kind", "name", "uid"],
  properties: {
    apiVersion: { ...TEXT, default: "" },
    kind: { ...TEXT, default: "" },
    name: { ...TEXT, default: "" },
    uid: { ...TEXT, default: "" },
    controller: { type: "boolean" },
    blockOwnerDeletion: { type: "boolean" },
  },
};

const MANAGED_FIELDS_ENTRY: Schema = {
  type: "object",
  properties: {
    manager: TEXT,
    operation: TEXT,
    apiVersion: TEXT,
    time: TIME,
    fieldsType: TEXT,
    fieldsV1: {},
    subresource: TEXT,
  },
};

/** The schemas to which {@linkcode OBJECT_META} and its parts refer, by their names. */
export const OBJECT_META_SCHEMAS: Readonly<Record<string, Schema>> = {
  "meta/v1.OwnerReference": OWNER_REFERENCE,
  "meta/v1.ManagedFieldsEntry": MANAGED_FIELDS_ENTRY,
  "meta/v1.ObjectMeta": {
    type: "object",
    properties: {
      name: TEXT,
      generateName: TEXT,
      namespace: TEXT,
      selfLink: TEXT,
      uid: TEXT,
      resourceVersion: TEXT,
      generation: LONG,
      creationTimestamp: TIME,
      deletionTimestamp: TIME,
      deletionGracePeriodSeconds: LONG,
      labels: TEXTS,
      annotations: TEXTS,
      ownerReferences: { type: "array", items: { $ref: "meta/v1.OwnerReference" } },
      finalizers: { type: "array", items: TEXT },
      managedFields: { type: "array", items: { $ref: "meta/v1.ManagedFieldsEntry" } },
    },
  },
};

/** The schema of `metadata`. */
export const OBJECT_META: Schema = { $ref: "meta/v1.ObjectMeta" };
