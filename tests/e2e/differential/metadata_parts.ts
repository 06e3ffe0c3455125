/**
 * Metadata that random requests write.
 *
 * @module
 */

/** What objects of all kinds have. */
export const METADATA_PARTS: readonly unknown[] = [
  { metadata: { labels: { a: "b" } } },
  { metadata: { labels: { a: "c", "example.com/d": "" } } },
  { metadata: { labels: { a: null } } },
  { metadata: { labels: null } },
  { metadata: { labels: { "-bad": "x" } } },
  { metadata: { labels: { a: "not good" } } },
  { metadata: { labels: { a: 1 } } },
  { metadata: { annotations: { note: "text" } } },
  { metadata: { annotations: { "a/b/c": "text" } } },
  { metadata: { finalizers: ["example.com/hold"] } },
  { metadata: { finalizers: ["hold"] } },
  { metadata: { finalizers: [] } },
  { metadata: { finalizers: null } },
  { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "$uid:owner" }] } },
  {
    metadata: {
      ownerReferences: [{
        apiVersion: "v1",
        kind: "ConfigMap",
        name: "owner",
        uid: "$uid:owner",
        controller: true,
        blockOwnerDeletion: true,
      }],
    },
  },
  { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner" }] } },
  { metadata: { ownerReferences: null } },
  { metadata: { uid: "$uid:a" } },
  { metadata: { uid: "other" } },
  { metadata: { namespace: "elsewhere" } },
  { metadata: { name: "b" } },
  { metadata: { generation: 7 } },
  { metadata: { creationTimestamp: null } },
  { metadata: { creationTimestamp: "2001-01-01T00:00:00Z" } },
  { metadata: { deletionTimestamp: "2001-01-01T00:00:00Z" } },
  { metadata: { managedFields: [] } },
  { metadata: { managedFields: [{}] } },
  { metadata: { managedFields: null } },
  { metadata: { unknown: 1 } },
  { metadata: null },
  { unknown: { deep: 1 } },
  { kind: "Other" },
  { apiVersion: "v9" },
  { apiVersion: "example.com/v1" },
  {},
];
