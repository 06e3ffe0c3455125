/**
 * Objects, lists and tables as answers.
 *
 * @module
 */

import { stringifyJson } from "../../base/json.ts";
import { formatApiVersion } from "../../kube/resource_type.ts";
import type { ObjectList } from "../registry/list.ts";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";
import { notAcceptable } from "../registry/status_error.ts";
import { type IncludeObject, tableOf } from "../tables/table.ts";
import { type AnswerForm, MEDIA_TYPES } from "./media_type.ts";
import type { ObjectTexts } from "./object_text.ts";

/** What texts of answers are made of. */
export interface TextContext {
  /** The texts of objects that were written. */
  readonly texts: ObjectTexts;
  /** How answers are to be written. */
  readonly form: AnswerForm;
  /** What of objects stands in tables. */
  readonly includeObject: IncludeObject | undefined;
  /** The present in milliseconds since the epoch, for ages in tables. */
  readonly nowMs: number;
}

/**
 * Writes an object.
 *
 * @param object The object.
 * @param resource The resource.
 * @param context How.
 * @param headings Whether a table has headings.
 * @returns Its JSON.
 * @throws {StatusError} If it cannot be written so.
 */
export function objectText(
  object: StoredObject,
  resource: ServedResource,
  { texts, form, includeObject, nowMs }: TextContext,
  headings: boolean = true,
): string {
  switch (form.as) {
    case "PartialObjectMetadata":
      return stringifyJson(partialOf(object));
    case "PartialObjectMetadataList":
      throw notAcceptable(MEDIA_TYPES);
    case "Table": {
      const { resourceVersion } = object.metadata;
      const metadata = { resourceVersion };
      return stringifyJson(tableOf([object], resource, { includeObject, nowMs, metadata, isList: false, headings }));
    }
    default:
      return texts.textOf(object);
  }
}

/**
 * Writes a list.
 *
 * @param list The list.
 * @param resource The resource.
 * @param context How.
 * @returns Its JSON.
 * @throws {StatusError} If it cannot be written so.
 */
export function listText(list: ObjectList, resource: ServedResource, context: TextContext): string {
  const { items, ...metadata } = list;
  const apiVersion = formatApiVersion(resource);
  switch (context.form.as) {
    case "PartialObjectMetadataList":
      return stringifyJson({
        kind: "PartialObjectMetadataList",
        apiVersion: "meta.k8s.io/v1",
        metadata,
        items: items.map(partialOf),
      });
    case "PartialObjectMetadata":
      throw notAcceptable(MEDIA_TYPES);
    case "Table": {
      const { includeObject, nowMs } = context;
      return stringifyJson(tableOf(items, resource, { includeObject, nowMs, metadata }));
    }
    default: {
      const texts = items.map((item) => itemText(context.texts.textOf(item), resource, apiVersion));
      // The lists of custom resources say expressly that there is nothing more.
      const listed = resource.custom ? { continue: "", ...metadata } : metadata;
      const head = stringifyJson({ kind: resource.listKind, apiVersion, metadata: listed });
      return `${head.slice(0, -1)},"items":[${texts.join(",")}]}`;
    }
  }
}

function partialOf({ metadata }: StoredObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

/** Lists of built-in kinds name the kind of their items only once. */
function itemText(text: string, { custom, kind }: ServedResource, apiVersion: string): string {
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
  return !custom && text.startsWith(head) ? `{${text.slice(head.length)}` : text;
}
