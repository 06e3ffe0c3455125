/**
 * Which objects of a collection a request is about.
 *
 * @module
 */

import { type LabelRequirement, matchesLabels, parseLabelSelector } from "../../kube/label_selector.ts";
import { checkFields, type FieldRequirement, matchesFields, parseFieldSelector } from "./field_selector.ts";
import { labelSelectorError } from "./label_selector_error.ts";
import type { ServedResource, StoredObject } from "./served_resource.ts";
import { badRequest } from "./status_error.ts";

/** Selectors, as clients write them. */
export interface Selectors {
  /** The label selector. */
  readonly labelSelector?: string;
  /** The field selector. */
  readonly fieldSelector?: string;
}

/** Objects of a resource that have something in common. */
export class Selection {
  /** What the keys begin with. */
  readonly prefix: string;
  readonly #resource: ServedResource;
  readonly #labels: readonly LabelRequirement[];
  readonly #fields: readonly FieldRequirement[];

  /**
   * Reads selectors.
   *
   * @param resource The resource.
   * @param namespace The namespace; `undefined` for all.
   * @param selectors The selectors.
   * @throws {StatusError} If a selector is none.
   */
  constructor(resource: ServedResource, namespace: string | undefined, { labelSelector, fieldSelector }: Selectors) {
    this.prefix = namespace && resource.namespaced ? `${namespace}/` : "";
    this.#resource = resource;
    this.#labels = labelSelector ? parseLabels(labelSelector) : [];
    this.#fields = fieldSelector ? parseFieldSelector(fieldSelector) : [];
  }

  /**
   * Refuses fields by which the resource cannot be selected.
   *
   * @throws {StatusError} If there is one.
   */
  check(): void {
    checkFields(this.#fields, this.#resource);
  }

  /** Whether it takes all objects with the prefix. */
  get isWhole(): boolean {
    return this.#labels.length === 0 && this.#fields.length === 0;
  }

  /**
   * Tells whether an object is selected.
   *
   * @param object The object, in the version of the resource; its key has the prefix.
   * @returns Whether it is.
   */
  has(object: StoredObject): boolean {
    return matchesLabels(this.#labels, object.metadata.labels) && matchesFields(this.#fields, object, this.#resource);
  }
}

function parseLabels(text: string): LabelRequirement[] {
  try {
    return parseLabelSelector(text);
  } catch {
    throw badRequest(labelSelectorError(text));
  }
}
