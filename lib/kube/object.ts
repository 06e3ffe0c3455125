/**
 * Kubernetes objects as they are on the wire: plain JSON, never copied through model classes.
 *
 * @module
 */

/** A reference from an object to its owner. See the API reference, `OwnerReference v1 meta`. */
export interface OwnerReference {
  /** The owner's group and version. */
  apiVersion: string;
  /** The owner's kind. */
  kind: string;
  /** The owner's name. */
  name: string;
  /** The owner's uid; an owner that was made anew under the same name has another one. */
  uid: string;
  /** Whether the owner is the managing controller; at most one is. */
  controller?: boolean;
  /** Whether foreground deletion of the owner waits for this object. */
  blockOwnerDeletion?: boolean;
}

/** Who set which fields last. See "Field management" in the Kubernetes documentation of server-side apply. */
export interface ManagedFieldsEntry {
  /** The name of the field manager. */
  manager?: string;
  /** `Apply` for server-side apply, `Update` for everything else. */
  operation?: string;
  /** The version in which the fields are named. */
  apiVersion?: string;
  /** When the entry last changed, RFC 3339. */
  time?: string;
  /** Always `FieldsV1`. */
  fieldsType?: string;
  /** The set of fields as a trie, see {@link https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#FieldsV1 | FieldsV1}. */
  fieldsV1?: Record<string, unknown>;
  /** The subresource through which the fields were set, such as `status` or `scale`. */
  subresource?: string;
}

/** What every object carries. See the API reference, `ObjectMeta v1 meta`. */
export interface ObjectMeta {
  /** The name, unique within the namespace and kind. */
  name?: string;
  /** A prefix from which the server makes a unique name. */
  generateName?: string;
  /** The namespace; absent for cluster-scoped kinds. */
  namespace?: string;
  /** Unique over time and space, set by the server. */
  uid?: string;
  /** Opaque version of the object: compare for equality only. */
  resourceVersion?: string;
  /** Counts changes of the desired state. */
  generation?: number;
  /** When the object was made, RFC 3339. */
  creationTimestamp?: string;
  /** When the object was asked to go, RFC 3339; it stays until its finalizers are gone. */
  deletionTimestamp?: string;
  /** Seconds that the object has to go gracefully. */
  deletionGracePeriodSeconds?: number;
  /** Keys and values to select by. */
  labels?: Record<string, string>;
  /** Keys and values to keep. */
  annotations?: Record<string, string>;
  /** The objects that this one depends on. */
  ownerReferences?: OwnerReference[];
  /** What must be done before the object may go. */
  finalizers?: string[];
  /** Who set which fields. */
  managedFields?: ManagedFieldsEntry[];
}

/** Any Kubernetes object. */
export interface KubeObject {
  /** Group and version, such as `apps/v1` or `v1`. */
  apiVersion: string;
  /** The kind, such as `Deployment`. */
  kind: string;
  /** What every object carries. */
  metadata?: ObjectMeta;
}

/** An object as the server returned it: its identity is known. */
export type LiveObject = KubeObject & {
  readonly metadata: ObjectMeta & { name: string; uid: string; resourceVersion: string };
  readonly [field: string]: unknown;
};
