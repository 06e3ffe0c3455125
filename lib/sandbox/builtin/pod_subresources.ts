/**
 * What can be changed of a Pod that is there: `ephemeralcontainers` adds containers, `resize` changes resources.
 *
 * @module
 */

import { jsonEquals } from "../../base/json.ts";
import type { FieldErrors } from "../schema/field_errors.ts";
import type { Part } from "../schema/typed_walk.ts";
import type { SubresourceRules } from "./kind_rules.ts";
import { qosClass } from "./qos_class.ts";

const LISTS = ["containers", "initContainers"];
const RESIZABLE = ["cpu", "memory"];

/** The rules of the subresources. */
export const POD_SUBRESOURCES: Readonly<Record<string, SubresourceRules>> = {
  ephemeralcontainers: {
    prepareForUpdate(pod, old) {
      const { ephemeralContainers } = pod.spec;
      keepAllBut(pod, old, { ...old.spec, ephemeralContainers });
      if (ephemeralContainers === undefined) delete pod.spec.ephemeralContainers;
    },
    validateUpdate: validateEphemeralContainers,
  },
  resize: {
    prepareForUpdate(pod, old) {
      // What adds, removes or renames containers is left for validation to refuse.
      if (LISTS.some((list) => namesIn(pod.spec[list]).join() !== namesIn(old.spec[list]).join())) return;
      const spec = { ...old.spec };
      for (const list of LISTS) if (old.spec[list]) spec[list] = resized(pod.spec[list], old.spec[list]);
      if (pod.spec.resources) spec.resources = pod.spec.resources;
      keepAllBut(pod, old, spec);
    },
    validateUpdate: validateResize,
  },
};

function keepAllBut(pod: Part, old: Part, spec: Part): void {
  const { managedFields, resourceVersion } = pod.metadata;
  pod.metadata = { ...old.metadata, resourceVersion, managedFields };
  if (managedFields === undefined) delete pod.metadata.managedFields;
  pod.spec = spec;
  pod.status = old.status;
}

function resized(containers: readonly Part[], old: readonly Part[]): Part[] {
  return old.map((container, i) => {
    const { resources, resizePolicy } = containers[i]!;
    const { resources: _resources, resizePolicy: _resizePolicy, ...rest } = container;
    return { ...rest, ...resources && { resources }, ...resizePolicy && { resizePolicy } };
  });
}

function validateEphemeralContainers({ spec }: Part, { spec: old }: Part, errors: FieldErrors): void {
  const containers: readonly Part[] = spec.ephemeralContainers ?? [];
  for (const container of old.ephemeralContainers ?? []) {
    const next = containers.find(({ name }) => name === container.name);
    if (jsonEquals(next, container)) continue;
    const what = next === undefined ? "removed" : "changed";
    errors.forbidden(
      "spec.ephemeralContainers",
      `existing ephemeral containers ${JSON.stringify(container.name)} may not be ${what}\n`,
    );
  }
}

function validateResize({ spec }: Part, { spec: old, status }: Part, errors: FieldErrors): void {
  if (qosClass(spec) !== (status?.qosClass ?? qosClass(old))) {
    errors.invalid("spec", status?.qosClass, "Pod QOS Class may not change as a result of resizing");
  }
  for (const list of LISTS) {
    const [names, oldNames] = [namesIn(spec[list]), namesIn(old[list])];
    if (names.length !== oldNames.length) {
      errors.forbidden(`spec.${list}`, `${list} may not be added or removed on resize`);
      return;
    }
    const renamed = oldNames.findIndex((name, i) => name !== names[i]);
    if (renamed >= 0) {
      errors.forbidden(`spec.${list}[${renamed}].name`, `${list} may not be renamed or reordered on resize`);
      return;
    }
  }
  for (const list of [...LISTS].reverse()) {
    for (const [i, container] of (old[list] ?? []).entries()) {
      checkNothingRemoved(spec[list][i], container, `spec.${list}[${i}].resources`, errors);
    }
  }
  const fixed = (containers: readonly Part[] = []) =>
    containers.map(({ resources = {} }) => withoutResizable(resources));
  if (!jsonEquals(fixed(spec.containers), fixed(old.containers))) {
    errors.forbidden("spec", "only cpu and memory resources are mutable");
  }
}

function checkNothingRemoved(
  { resources = {} }: Part,
  { resources: old = {} }: Part,
  path: string,
  errors: FieldErrors,
) {
  for (const field of ["requests", "limits"]) {
    const removed = Object.keys(old[field] ?? {}).some((name) => resources[field]?.[name] === undefined);
    if (removed) errors.forbidden(`${path}.${field}`, `resource ${field} cannot be removed`);
  }
}

function withoutResizable({ requests = {}, limits = {}, ...rest }: Part): unknown {
  const others = (list: Part) => Object.entries(list).filter(([name]) => !RESIZABLE.includes(name));
  return [others(requests), others(limits), rest];
}

function namesIn(containers: readonly Part[] = []): string[] {
  return containers.map(({ name }) => name);
}
