/**
 * The options of deletions, from the body or the query of a request.
 *
 * @module
 */

import { isJsonObject } from "../../base/json.ts";
import { checkDeleteOptions } from "../registry/delete.ts";
import { notRegistered } from "../registry/read_draft.ts";
import { badRequest } from "../registry/status_error.ts";
import { loadMetaDecoder } from "../schema/meta_types.ts";
import type { DeleteOptions, WriteOptions } from "../registry/write_options.ts";
import { type ApiRequest, cannotUnmarshal } from "./api_request.ts";
import { booleanOf, integerOf } from "./query_values.ts";

/** Reads the options of deletions. */
export class DeleteOptionsReader {
  #decode: ReturnType<typeof loadMetaDecoder> | undefined;

  /**
   * Reads the options of a deletion; those of the query count if there is no body.
   *
   * @param request The request.
   * @returns The options, and those that all requests have that write.
   * @throws {StatusError} If they make no sense.
   */
  async read(request: ApiRequest): Promise<{ deleteOptions: DeleteOptions; options: WriteOptions }> {
    const body = await request.value("DeleteOptions");
    const { dryRun, ...deleteOptions } = body === undefined ? fromQuery(request.query) : await this.#fromBody(body);
    checkDeleteOptions(deleteOptions);
    return { deleteOptions, options: request.writeOptions("DeleteOptions", [], dryRun ?? []) };
  }

  async #fromBody(body: unknown): Promise<ReadOptions> {
    if (!isJsonObject(body)) throw badRequest(`couldn't get version/kind; json parse error: ${cannotUnmarshal(body)}`);
    const { kind = "DeleteOptions", apiVersion = "v1" } = body as { kind?: string; apiVersion?: string };
    if (kind !== "DeleteOptions") {
      throw badRequest(notRegistered(kind, apiVersion));
    }
    const decode = await (this.#decode ??= loadMetaDecoder("meta/v1.DeleteOptions"));
    const { draft, error } = decode(body);
    if (error !== undefined) throw badRequest(error);
    return draft as unknown as ReadOptions;
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
