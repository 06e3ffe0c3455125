/**
 * The options of deletions, from the body or the query of a request.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import type { Schema } from "../../kube/schema.ts";
import { decodeObject } from "../registry/decode_object.ts";
import { checkDeleteOptions } from "../registry/delete.ts";
import { notRegistered } from "../registry/read_draft.ts";
import { type Shape, shapeOfKind } from "../registry/shape.ts";
import { badRequest } from "../registry/status_error.ts";
import type { DeleteOptions, WriteOptions } from "../registry/write_options.ts";
import { type ApiRequest, cannotUnmarshal } from "./api_request.ts";
import { booleanOf, integerOf } from "./query_values.ts";

const TEXT: Schema = { type: "string" };
const SCHEMA: Schema = {
  type: "object",
  properties: {
    dryRun: { type: "array", items: TEXT },
    gracePeriodSeconds: { type: "integer", format: "int64" },
    orphanDependents: { type: "boolean" },
    preconditions: { type: "object", properties: { uid: TEXT, resourceVersion: TEXT } },
    propagationPolicy: TEXT,
  },
};

/** Reads the options of deletions. */
export class DeleteOptionsReader {
  readonly #shape: Shape = shapeOfKind({ schema: SCHEMA, find: () => undefined }, "DeleteOptions");

  /**
   * Reads the options of a deletion; those of the query count if there is no body.
   *
   * @param request The request.
   * @returns The options, and those that all requests have that write.
   * @throws {StatusError} If they make no sense.
   */
  async read(request: ApiRequest): Promise<{ deleteOptions: DeleteOptions; options: WriteOptions }> {
    const body = await request.value("DeleteOptions");
    const { dryRun, ...deleteOptions } = body === undefined ? fromQuery(request.query) : this.#fromBody(body);
    checkDeleteOptions(deleteOptions);
    return { deleteOptions, options: request.writeOptions("DeleteOptions", [], dryRun ?? []) };
  }

  #fromBody(body: unknown): ReadOptions {
    if (!isJsonObject(body)) throw badRequest(`couldn't get version/kind; json parse error: ${cannotUnmarshal(body)}`);
    const { kind = "DeleteOptions", apiVersion = "v1" } = body as { kind?: string; apiVersion?: string };
    if (kind !== "DeleteOptions") {
      throw badRequest(notRegistered(kind, apiVersion));
    }
    const { draft, error } = decodeObject({ ...body, kind, apiVersion }, this.#shape, false);
    if (error !== undefined) throw badRequest(error);
    return draft as ReadOptions;
  }
}

type ReadOptions = DeleteOptions & { readonly dryRun?: readonly string[] };

function fromQuery(query: URLSearchParams): ReadOptions {
  const gracePeriodSeconds = integerOf(query, "gracePeriodSeconds");
  const orphanDependents = booleanOf(query, "orphanDependents");
  const propagationPolicy = query.get("propagationPolicy") as NonNullable<DeleteOptions["propagationPolicy"]> | null;
  return {
    dryRun: query.getAll("dryRun"),
    ...gracePeriodSeconds !== undefined && { gracePeriodSeconds },
    ...orphanDependents !== undefined && { orphanDependents },
    ...propagationPolicy && { propagationPolicy },
  };
}
