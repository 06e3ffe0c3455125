/**
 * Objects that many rows use.
 *
 * @module
 */
import type { DeploymentSpec, PodSpec } from "../../lib/kinds/mod.ts";
import { Deployment, Pod } from "../../lib/kinds/mod.ts";
import { ApiError } from "../../lib/client/errors.ts";

/**
 * Makes a Pod that stays as it is, as no scheduler knows it.
 *
 * @param name Its name.
 * @param spec Fields to set in its spec, such as `nodeName` to have it run.
 * @param labels Its labels.
 * @returns The Pod.
 */
export function pod(name: string, spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}): Pod {
  const containers = [{ name: "main", image: "main:1" }];
  return Pod({ metadata: { name, labels }, spec: { schedulerName: "nobody", containers, ...spec } });
}

/**
 * Makes a Deployment without Pods.
 *
 * @param name Its name.
 * @param spec Fields to set in its spec.
 * @returns The Deployment.
 */
export function deployment(name: string, spec: Partial<DeploymentSpec> = {}): Deployment {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "main:1" }] } };
  return Deployment({
    metadata: { name },
    spec: { replicas: 0, selector: { matchLabels: labels }, template, ...spec },
  });
}

/**
 * Waits for a refusal.
 *
 * @param work What is to be refused by the server.
 * @returns The error.
 * @throws {Error} If it succeeds.
 */
export async function refusal(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("Cannot find an error: the request succeeded");
}

/**
 * Names objects.
 *
 * @param objects The objects.
 * @returns Their names in order.
 */
export async function namesOf(
  objects: AsyncIterable<{ readonly metadata: { readonly name: string } }>,
): Promise<string[]> {
  return (await Array.fromAsync(objects, ({ metadata }) => metadata.name)).sort();
}
