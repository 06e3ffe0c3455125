import { deepStrictEqual } from "node:assert/strict";
import type { Lease } from "../../kinds/coordination/v1.ts";
import type { Live } from "../../kube/live.ts";
import { claimLease, releaseLease } from "./lease.ts";

const ref = { namespace: "shop", name: "tenants" };
const FIVE = Date.parse("2026-08-01T12:00:05.678Z");

function lease(spec: Live<Lease>["spec"]): Live<Lease> {
  const metadata = { ...ref, uid: "u", resourceVersion: "7", annotations: { "example.com/a": "b" } };
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, ...(spec && { spec }) };
}

const held = {
  holderIdentity: "a",
  leaseDurationSeconds: 60,
  acquireTime: "2026-08-01T11:00:00.000000Z",
  renewTime: "2026-08-01T12:00:00.000000Z",
  leaseTransitions: 3,
};
const now = "2026-08-01T12:00:05.678000Z";

const claims: [what: string, before: Live<Lease>["spec"] | undefined, identity: string, after: Live<Lease>["spec"]][] =
  [
    ["renews", held, "a", { ...held, leaseDurationSeconds: 15, renewTime: now }],
    ["takes over", held, "b", {
      holderIdentity: "b",
      leaseDurationSeconds: 15,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 4,
    }],
    ["takes what was given back, though by itself", { ...held, holderIdentity: "" }, "a", {
      ...held,
      leaseDurationSeconds: 15,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 4,
    }],
    ["fills in what nobody wrote", {}, "a", {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 1,
    }],
  ];
for (const [what, before, identity, after] of claims) {
  Deno.test(`claimLease() ${what}`, () => {
    const found = lease(before);
    deepStrictEqual(claimLease(found, ref, identity, FIVE), { ...found, spec: after });
  });
}

Deno.test("releaseLease() lets anybody take it at once", () => {
  const found = lease(held);
  deepStrictEqual(releaseLease(found, FIVE).spec, {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: 3,
  });
});
