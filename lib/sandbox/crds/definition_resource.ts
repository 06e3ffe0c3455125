/**
 * How CustomResourceDefinitions themselves are judged and deleted.
 *
 * @module
 */

import type { ServedResource } from "../registry/served_resource.ts";
import { CLEANUP } from "./custom_resources.ts";
import type { Definition } from "./definition.ts";
import { validateDefinition, validateDefinitionUpdate } from "./validate_definition.ts";

/**
 * Completes the resource of CustomResourceDefinitions.
 *
 * @param resource The resource, with its defaults.
 * @returns The resource, which knows what definitions may say, and keeps them until their objects are gone.
 */
export function definitionResource(resource: ServedResource): ServedResource {
  return {
    ...resource,
    strategy: {
      ...resource.strategy,
      generation: true,
      prepareForCreate: (draft) => {
        const { versions } = (draft as unknown as Definition).spec;
        const stored = (versions ?? []).find(({ storage }) => storage);
        const storedVersions = stored ? [stored.name] : [];
        draft.status = { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions };
      },
      validate: (draft) => validateDefinition(draft as unknown as Definition),
      validateUpdate: (draft, old) => validateDefinitionUpdate(draft as unknown as Definition, old as Definition),
      deletionFinalizer: CLEANUP,
    },
  };
}
