import { doesNotThrow, throws } from "node:assert/strict";
import type { DesiredObject } from "../kube/desired_object.ts";
import { checkDuplicates } from "./duplicates.ts";
import { evaluateDocuments } from "./resources.ts";
import { script } from "./script.ts";

const SHOP = script("shop", {});

function declare(
  ...objects: [apiVersion: string, kind: string, namespace: string, name: string][]
): readonly DesiredObject[] {
  return evaluateDocuments(
    SHOP,
    objects.map(([apiVersion, kind, namespace, name], i) => ({
      value: { apiVersion, kind, metadata: { name, namespace } },
      origin: { file: "a.yaml", line: i + 1 },
    })),
  ).objects;
}

Deno.test("checkDuplicates() names every object and every place", () => {
  const objects = declare(
    ["apps/v1", "Deployment", "shop", "web"],
    ["v1", "ConfigMap", "shop", "cfg"],
    ["apps/v1beta1", "Deployment", "shop", "web"],
    ["v1", "ConfigMap", "shop", "cfg"],
    ["v1", "ConfigMap", "shop", "cfg"],
  );
  throws(() => checkDuplicates(SHOP, objects), {
    name: "DuplicateResourceError",
    message: [
      'Cannot evaluate script "shop": 2 problems',
      "  - Deployment/shop/web is declared 2 times: a.yaml:1 and a.yaml:3",
      "  - ConfigMap/shop/cfg is declared 3 times: a.yaml:2 and a.yaml:4 and a.yaml:5",
    ].join("\n"),
  });
});

Deno.test("checkDuplicates() tells groups, kinds, namespaces and names apart", () => {
  const objects = declare(
    ["v1", "Service", "shop", "web"],
    ["serving.knative.dev/v1", "Service", "shop", "web"],
    ["v1", "ConfigMap", "shop", "web"],
    ["v1", "Service", "blog", "web"],
    ["v1", "Service", "shop", "api"],
  );
  doesNotThrow(() => checkDuplicates(SHOP, objects));
});
