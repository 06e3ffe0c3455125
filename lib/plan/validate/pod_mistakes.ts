/**
 * Mistakes in Pods and in what makes Pods.
 *
 * @module
 */

import { nearest } from "../../base/nearest.ts";
import type { FieldPath } from "../../kube/desired_object.ts";
import { validateDns1123Label, validatePortName } from "../../kube/names.ts";
import type { KubeObject } from "../../kube/object.ts";
import { compareQuantities } from "../../kube/quantity.ts";
import { checkLabels, fieldsAt, itemsAt, type Mistakes } from "./mistakes.ts";
import { nameValue } from "./problem.ts";

/** Where kinds have the template of their Pods; a Pod is its own. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  ReplicationController: ["spec", "template"],
  "DaemonSet.apps": ["spec", "template"],
  "Deployment.apps": ["spec", "template"],
  "ReplicaSet.apps": ["spec", "template"],
  "StatefulSet.apps": ["spec", "template"],
  "Job.batch": ["spec", "template"],
  "CronJob.batch": ["spec", "jobTemplate", "spec", "template"],
};

/**
 * Looks for mistakes in Pods and in what makes Pods.
 *
 * @param object The object.
 * @param groupKind Its kind, such as `Deployment.apps`.
 * @param mistakes Receives them.
 */
export function checkPods(object: KubeObject, groupKind: string, mistakes: Mistakes): void {
  const path = TEMPLATES[groupKind];
  if (path === undefined) return;
  const { metadata, spec } = fieldsAt(object, ...path);
  if (path.length > 0) checkLabels(metadata, [...path, "metadata"], mistakes);
  if (groupKind.endsWith(".apps")) checkSelector(fieldsAt(object, "spec").selector, metadata, mistakes);
  const pod = fieldsAt(spec);
  checkRestartPolicy(pod.restartPolicy, [...path, "spec", "restartPolicy"], groupKind, mistakes);
  const claims = itemsAt(fieldsAt(object, "spec").volumeClaimTemplates, []).map(([claim]) =>
    fieldsAt(claim, "metadata")
  );
  const volumes = [...itemsAt(pod.volumes, []).map(([volume]) => volume), ...claims].map(({ name }) => String(name));
  const initContainers = itemsAt(pod.initContainers, [...path, "spec", "initContainers"]);
  const containers = itemsAt(pod.containers, [...path, "spec", "containers"]);
  for (const [container, place] of [...initContainers, ...containers]) {
    checkContainer(container, place, volumes, mistakes);
  }
  const initNames = new Set(initContainers.map(([{ name }]) => name));
  for (const [{ name }, place] of containers) {
    if (name && initNames.has(name)) {
      mistakes.add([...place, "name"], `is ${nameValue(name)}, as that of an init container`);
    }
  }
}

function checkSelector(selector: unknown, metadata: unknown, mistakes: Mistakes): void {
  const { matchLabels, matchExpressions } = fieldsAt(selector);
  const demanded = Object.entries(fieldsAt(matchLabels));
  if (selector && demanded.length === 0 && itemsAt(matchExpressions, []).length === 0) {
    mistakes.add(["spec", "selector"], "is empty");
  }
  const labels = fieldsAt(metadata, "labels");
  for (const [key, value] of demanded) {
    const label = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (label === value) continue;
    const state = label === undefined ? "is missing, and" : `is ${nameValue(label)}, while`;
    const message = `${state} spec.selector demands ${nameValue(value)}`;
    mistakes.add(["spec", "template", "metadata", "labels", key], message, label === undefined);
  }
}

function checkRestartPolicy(policy: unknown, path: FieldPath, groupKind: string, mistakes: Mistakes): void {
  if (groupKind.endsWith(".batch")) {
    if (!policy) mistakes.add(path, 'is missing: write "OnFailure" or "Never"', true);
    else if (policy === "Always") mistakes.add(path, 'must be "OnFailure" or "Never", is "Always"');
  } else if (!groupKind.startsWith("Pod") && (policy === "OnFailure" || policy === "Never")) {
    mistakes.add(path, `must be "Always", is "${policy}"`);
  }
}

function checkContainer(
  { name, image, ports, volumeMounts, resources }: Readonly<Record<string, unknown>>,
  path: FieldPath,
  volumes: readonly string[],
  mistakes: Mistakes,
): void {
  mistakes.text([...path, "name"], name, validateDns1123Label);
  if (!image) mistakes.add([...path, "image"], image === "" ? "is empty" : "is missing", image !== "");
  const portNames = itemsAt(ports, [...path, "ports"]).map(([{ name }, place]) => [[...place, "name"], name] as const);
  for (const [place, portName] of portNames) mistakes.text(place, portName, validatePortName);
  mistakes.unique(portNames);
  for (const [{ name: volume }, place] of itemsAt(volumeMounts, [...path, "volumeMounts"])) {
    if (typeof volume !== "string" || volume === "" || volumes.includes(volume)) continue;
    const near = nearest(volume, volumes);
    const advice = near === undefined ? "" : `: did you mean "${near}"?`;
    mistakes.add([...place, "name"], `is ${nameValue(volume)}, and there is no such volume${advice}`, true);
  }
  checkResources(resources, [...path, "resources", "requests"], mistakes);
}

function checkResources(resources: unknown, path: FieldPath, mistakes: Mistakes): void {
  const limits = fieldsAt(resources, "limits");
  for (const [name, request] of Object.entries(fieldsAt(resources, "requests"))) {
    if (!isMoreThan(request, limits[name])) continue;
    mistakes.add(
      [...path, name],
      `is ${nameValue(request)}, which is more than the limit of ${nameValue(limits[name])}`,
    );
  }
}

function isMoreThan(request: unknown, limit: unknown): boolean {
  if (!request || !limit) return false;
  try {
    return compareQuantities(String(request), String(limit)) > 0;
  } catch {
    // What is no quantity is reported as such.
    return false;
  }
}
