/**
 * Listing objects.
 *
 * @module
 */

import type { SortedEntries } from "../storage/sorted_map.ts";
import { CompactedError } from "../storage/storage.ts";
import { formatContinueToken, parseContinueToken } from "./continue_token.ts";
import type { Core } from "./core.ts";
import { forbiddenField, notSupported } from "./field_error.ts";
import { checkReached, parseRevision } from "./revision_request.ts";
import { Selection, type Selectors } from "./selection.ts";
import type { FieldError, ServedResource, StoredObject } from "./served_resource.ts";
import { badRequest, expired, invalid } from "./status_error.ts";

/** Options of a list. See the API reference, `ListOptions v1 meta`. */
export interface ListOptions extends Selectors {
  /** How many objects to list at most; absent or 0 for all. */
  readonly limit?: number;
  /** Where to go on. */
  readonly continue?: string;
  /** Which revision to list. */
  readonly resourceVersion?: string;
  /** `Exact` or `NotOlderThan`. */
  readonly resourceVersionMatch?: string;
}

/** A list. */
export interface ObjectList {
  /** The objects in the version of the resource. */
  readonly items: readonly StoredObject[];
  /** The revision of the list. */
  readonly resourceVersion: string;
  /** Where to go on, if there may be more. */
  readonly continue?: string;
  /** How many there are more, if that is known. */
  readonly remainingItemCount?: number;
}

const TOO_OLD = "The resourceVersion for the provided list is too old.";
const TOKEN_TOO_OLD =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
  "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
  "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
  "deleted between the time the first chunk was returned and now may show up in the list.";

/**
 * Lists objects.
 *
 * @param core The core of the registry.
 * @param resource The resource.
 * @param namespace The namespace; `undefined` for all.
 * @param options Which objects, and of which revision.
 * @returns The list.
 * @throws {StatusError} If the options make no sense, or the revision is not known any more.
 */
export function listObjects(
  core: Core,
  resource: ServedResource,
  namespace: string | undefined,
  options: ListOptions = {},
): ObjectList {
  const selection = new Selection(resource, namespace, options);
  const { storage } = core;
  const { revision, from } = placeOf(core, selection, options);
  const limit = options.limit !== undefined && options.limit > 0 ? options.limit : Infinity;
  const items: StoredObject[] = [];
  let lastKey = "";
  const entries = entriesAt(core, resource, selection, revision, from);
  let remaining = entries.size;
  for (const [key, stored] of entries) {
    if (items.length >= limit) break;
    remaining--;
    lastKey = key;
    const object = core.view(resource, stored);
    if (selection.has(object)) items.push(object);
  }
  const resourceVersion = String(revision ?? storage.revision);
  if (remaining === 0) return { items, resourceVersion };
  const startKey = `${lastKey.slice(selection.prefix.length)}\0`;
  const token = formatContinueToken({ revision: revision ?? storage.revision, startKey });
  return { items, resourceVersion, continue: token, ...selection.isWhole && { remainingItemCount: remaining } };
}

/** The revision (`undefined` for the present one) and the first key. */
function placeOf(
  { storage }: Core,
  selection: Selection,
  options: ListOptions,
): { revision: number | undefined; from: string } {
  checkOptions(options);
  selection.check();
  const { continue: token, resourceVersion, resourceVersionMatch, limit } = options;
  if (token) {
    const { revision, startKey } = parseContinueToken(token);
    if (resourceVersion && resourceVersion !== "0") {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    return { revision: revision < 0 ? undefined : revision, from: selection.prefix + startKey };
  }
  const revision = parseRevision(resourceVersion);
  checkReached(storage, revision);
  const isExact = resourceVersionMatch === "Exact" || !resourceVersionMatch && (limit ?? 0) > 0 && revision > 0;
  return { revision: isExact ? revision : undefined, from: selection.prefix };
}

function checkOptions({ continue: token, resourceVersion, resourceVersionMatch: match }: ListOptions): void {
  if (!match) return;
  const field = "resourceVersionMatch";
  const errors: FieldError[] = [];
  if (!resourceVersion) errors.push(forbiddenField(field, `${field} is forbidden unless resourceVersion is provided`));
  if (token) errors.push(forbiddenField(field, `${field} is forbidden when continue is provided`));
  if (match !== "Exact" && match !== "NotOlderThan") {
    errors.push(notSupported(field, match, ["Exact", "NotOlderThan", ""]));
  }
  if (match === "Exact" && resourceVersion === "0") {
    errors.push(forbiddenField(field, `${field} "exact" is forbidden for resourceVersion "0"`));
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
}

function entriesAt(
  { storage }: Core,
  { storedAs }: ServedResource,
  { prefix }: Selection,
  revision: number | undefined,
  from: string,
): SortedEntries<StoredObject> {
  if (revision === undefined) return storage.entries(storedAs, prefix, from);
  try {
    return storage.entriesAt(revision, storedAs, prefix, from);
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    if (from === prefix) throw expired(TOO_OLD);
    const tooOld = expired(TOKEN_TOO_OLD);
    tooOld.status.metadata = { continue: formatContinueToken({ revision: -1, startKey: from.slice(prefix.length) }) };
    throw tooOld;
  }
}
