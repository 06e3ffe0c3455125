/**
 * Mistakes that no schema tells: names that the API server does not accept, and fields that do not fit each other.
 *
 * Each of them is one for which the server refuses the object; `tests/e2e/validate_test.ts` asks it.
 *
 * @module
 */

import { validateDataKey, validateDns1123Label, validateDns1123Subdomain, validatePortName } from "../../kube/names.ts";
import type { KubeObject } from "../../kube/object.ts";
import { formatGroupKind, parseApiVersion } from "../../kube/resource_type.ts";
import { checkLabels, fieldsAt, itemsAt, Mistakes } from "./mistakes.ts";
import { checkPods } from "./pod_mistakes.ts";
import { nameValue, type Problem } from "./problem.ts";

/**
 * Looks for mistakes that no schema tells.
 *
 * @param object The object; it need not fit its schema.
 * @returns The mistakes.
 *
 * @example Usage
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(findKnownMistakes({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop.example" } }), [
 *   { path: ["metadata", "name"], message: 'is "shop.example": must not contain dots' },
 * ]);
 * ```
 */
export function findKnownMistakes(object: KubeObject): Problem[] {
  const mistakes = new Mistakes();
  const { group } = parseApiVersion(object.apiVersion);
  const groupKind = formatGroupKind({ group, kind: object.kind });
  checkMetadata(object, group, groupKind, mistakes);
  checkPods(object, groupKind, mistakes);
  if (groupKind === "ConfigMap" || groupKind === "Secret") checkDataKeys(object, mistakes);
  if (groupKind === "Service") checkService(object, mistakes);
  if (groupKind === "Ingress.networking.k8s.io") checkIngress(object, mistakes);
  if (groupKind === "CustomResourceDefinition.apiextensions.k8s.io") checkDefinition(object, mistakes);
  return mistakes.problems;
}

/** Kinds and groups whose names follow rules of their own. */
const FREE_NAMES: ReadonlySet<string> = new Set([
  "Event",
  "PodDisruptionBudget.policy",
  "IPAddress.networking.k8s.io",
  "APIService.apiregistration.k8s.io",
  "certificates.k8s.io",
  "rbac.authorization.k8s.io",
]);

function checkMetadata({ metadata = {} }: KubeObject, group: string, groupKind: string, mistakes: Mistakes): void {
  if (!FREE_NAMES.has(group) && !FREE_NAMES.has(groupKind)) {
    // The names of these become parts of DNS names.
    const isLabel = groupKind === "Namespace" || groupKind === "Service";
    mistakes.text(["metadata", "name"], metadata.name, isLabel ? validateDns1123Label : validateDns1123Subdomain);
  }
  checkLabels(metadata, ["metadata"], mistakes);
}

function checkDataKeys(object: KubeObject, mistakes: Mistakes): void {
  for (const field of ["data", "binaryData", "stringData"]) {
    for (const key of Object.keys(fieldsAt(object, field))) mistakes.text([field, key], key, validateDataKey);
  }
}

function checkService(object: KubeObject, mistakes: Mistakes): void {
  const ports = itemsAt(fieldsAt(object, "spec").ports, ["spec", "ports"]);
  mistakes.unique(ports.map(([{ name }, path]) => [[...path, "name"], name]));
  for (const [{ name, targetPort }, path] of ports) {
    if (!name && ports.length > 1) mistakes.add([...path, "name"], "is missing, as there are several ports", true);
    mistakes.text([...path, "name"], name, validateDns1123Label);
    mistakes.text([...path, "targetPort"], targetPort, validatePortName);
  }
}

function checkIngress(object: KubeObject, mistakes: Mistakes): void {
  for (const [rule, rulePath] of itemsAt(fieldsAt(object, "spec").rules, ["spec", "rules"])) {
    for (const [{ path, pathType }, place] of itemsAt(fieldsAt(rule, "http").paths, [...rulePath, "http", "paths"])) {
      const isFree = pathType !== "Exact" && pathType !== "Prefix";
      if (isFree || (typeof path === "string" && path.startsWith("/"))) continue;
      mistakes.add(
        [...place, "path"],
        path === undefined ? "is missing" : `must begin with "/", is ${nameValue(path)}`,
      );
    }
  }
}

function checkDefinition(object: KubeObject, mistakes: Mistakes): void {
  const { group, names } = fieldsAt(object, "spec");
  const { plural } = fieldsAt(names);
  const name = object.metadata?.name;
  if (typeof group !== "string" || typeof plural !== "string" || name === `${plural}.${group}`) return;
  mistakes.add(["metadata", "name"], `must be ${nameValue(`${plural}.${group}`)}, is ${nameValue(name)}`);
}
