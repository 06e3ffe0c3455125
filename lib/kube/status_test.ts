import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { asStatus, formatCauses } from "./status.ts";

Deno.test("asStatus() recognises Status v1 and nothing else", () => {
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", code: 404 };
  strictEqual(asStatus(status), status);
  for (const value of [undefined, null, "Status", [], {}, { kind: "Status" }, { kind: "Pod", apiVersion: "v1" }]) {
    strictEqual(asStatus(value), undefined);
  }
});

Deno.test("formatCauses() prints one line per cause", () => {
  const causes = [
    { reason: "FieldValueInvalid", message: "Invalid value: -1", field: "spec.replicas" },
    { reason: "NamespaceTerminating", message: "namespace shop is being terminated" },
    { reason: "FieldValueForbidden", field: "metadata" },
  ];
  deepStrictEqual(formatCauses({ apiVersion: "v1", kind: "Status", details: { causes, retryAfterSeconds: 1 } }), [
    "spec.replicas: Invalid value: -1",
    "namespace shop is being terminated",
    "metadata: FieldValueForbidden",
  ]);
  deepStrictEqual(formatCauses({ apiVersion: "v1", kind: "Status" }), []);
});
