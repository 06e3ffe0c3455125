import { throws } from "node:assert/strict";
import type { AdmissionAttributes } from "../registry/admission.ts";
import type { StoredObject } from "../registry/served_resource.ts";
import type { AdmissionContext } from "./admission_context.ts";
import { definitionLifecycle } from "./definition_lifecycle.ts";

Deno.test("definitionLifecycle() refuses new objects of kinds that go", () => {
  const judge = (operation: string, deletionTimestamp?: string) => {
    const definition = { metadata: { name: "widgets.example.com", ...deletionTimestamp && { deletionTimestamp } } };
    const find = (_storedAs: string, _namespace: string, name: string) => {
      return name === definition.metadata.name ? definition as StoredObject : undefined;
    };
    const resource = { group: "example.com", plural: "widgets", custom: true };
    definitionLifecycle(
      { operation, resource } as AdmissionAttributes,
      { find } as Partial<AdmissionContext> as AdmissionContext,
    );
  };
  judge("CREATE");
  judge("UPDATE", "2026-01-01T00:00:00Z");
  throws(() => judge("CREATE", "2026-01-01T00:00:00Z"), { message: /while custom resource definition is terminating/ });
});
