import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { controllerOf, isOwnedBy, isTerminating, ownerReference } from "./owner.ts";

const OWNER = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name: "web-5d8f", namespace: "shop", uid: "2" },
};

function ownedBy(...ownerReferences: ReturnType<typeof ownerReference>[]) {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web-0", ownerReferences } };
}

Deno.test("controllerOf() finds the controller, not other owners", () => {
  const controller = ownerReference(OWNER, { controller: true });
  strictEqual(controllerOf(ownedBy()), undefined);
  strictEqual(controllerOf(ownedBy(ownerReference(OWNER), ownerReference(OWNER, { controller: false }))), undefined);
  deepStrictEqual(controllerOf(ownedBy(ownerReference(OWNER), controller)), controller);
});

Deno.test("isOwnedBy() tells an owner from one that was made anew under its name", () => {
  strictEqual(isOwnedBy(ownedBy(ownerReference(OWNER)), OWNER), true);
  strictEqual(isOwnedBy(ownedBy(ownerReference(OWNER)), { metadata: { ...OWNER.metadata, uid: "3" } }), false);
  strictEqual(isOwnedBy({ apiVersion: "v1", kind: "Pod" }, OWNER), false);
});

Deno.test("isTerminating() tells what was asked to go", () => {
  strictEqual(isTerminating(ownedBy()), false);
  strictEqual(
    isTerminating({ apiVersion: "v1", kind: "Pod", metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
    true,
  );
});
