/**
 * A sandbox without a network, to compare what it answers with what a real API server answers.
 *
 * @module
 */
import { systemClock } from "../../lib/base/clock.ts";
import { builtInResources } from "../../lib/sandbox/builtin/resources.ts";
import { loadMetadata } from "../../lib/sandbox/crds/custom_resource.ts";
import { CustomResources } from "../../lib/sandbox/crds/custom_resources.ts";
import { definitionResource } from "../../lib/sandbox/crds/definition_resource.ts";
import { Registry } from "../../lib/sandbox/registry/registry.ts";
import { ResourceList } from "../../lib/sandbox/registry/resource_list.ts";
import { Storage } from "../../lib/sandbox/storage/storage.ts";

/**
 * Makes a registry that serves built-in kinds and what definitions define.
 *
 * @returns The registry.
 */
export async function makeRegistry(): Promise<Registry> {
  const builtIn = await builtInResources();
  const resources = new ResourceList(
    builtIn.map((resource) => resource.kind === "CustomResourceDefinition" ? definitionResource(resource) : resource),
  );
  const admission = { mutating: [], validating: [] };
  const registry = new Registry({ storage: new Storage(), resources, clock: systemClock, admission });
  new CustomResources({ registry, resources, metadata: await loadMetadata() });
  return registry;
}
