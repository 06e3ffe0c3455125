/**
 * What the handlers of requests work with.
 *
 * @module
 */

import type { ObjectList } from "../registry/list.ts";
import type { Registry } from "../registry/registry.ts";
import type { ServedResource, StoredObject } from "../registry/served_resource.ts";
import { notSupported } from "../registry/field_error.ts";
import { invalid } from "../registry/status_error.ts";
import type { IncludeObject } from "../tables/table.ts";
import { answerJson } from "./answer.ts";
import { listText, objectText, type TextContext } from "./answer_objects.ts";
import type { ApiRequest } from "./api_request.ts";
import { DeleteOptionsReader } from "./delete_options.ts";
import { type AnswerForm, negotiate } from "./media_type.ts";
import { ObjectTexts } from "./object_text.ts";
import { RequestMetrics } from "./request_metrics.ts";

/** Programs whose users read what is answered. */
const FOR_PEOPLE = /^(curl|Wget|Mozilla\/5\.0)/;

/** Answers with objects as clients want them. */
export class ApiContext {
  /** The objects. */
  readonly registry: Registry;
  /** Counts requests. */
  readonly metrics: RequestMetrics = new RequestMetrics();
  /** Reads the options of deletions. */
  readonly deleteOptions: DeleteOptionsReader = new DeleteOptionsReader();
  readonly #texts = new ObjectTexts();

  /**
   * Makes it.
   *
   * @param registry The objects.
   */
  constructor(registry: Registry) {
    this.registry = registry;
  }

  /**
   * Answers with an object.
   *
   * @param request The request.
   * @param resource The resource.
   * @param object The object.
   * @param status The status code.
   * @returns The answer.
   */
  answerObject(request: ApiRequest, resource: ServedResource, object: StoredObject, status = 200): Response {
    return this.answerText(request, objectText(object, resource, this.textContext(request)), status);
  }

  /**
   * Answers with a list.
   *
   * @param request The request.
   * @param resource The resource.
   * @param list The list.
   * @returns The answer.
   */
  answerList(request: ApiRequest, resource: ServedResource, list: ObjectList): Response {
    return this.answerText(request, listText(list, resource, this.textContext(request)));
  }

  /**
   * Answers with a JSON text.
   *
   * @param request The request.
   * @param json The text.
   * @param status The status code.
   * @returns The answer.
   */
  answerText(request: ApiRequest, json: string, status = 200): Response {
    const takesGzip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
    return answerJson(json, { status, form: formOf(request), takesGzip });
  }

  /**
   * Tells how objects are to be written.
   *
   * @param request The request.
   * @returns How.
   * @throws {StatusError} If the client takes none of the forms that there are.
   */
  textContext(request: ApiRequest): TextContext {
    const form = formOf(request);
    const includeObject = request.query.get("includeObject") || undefined;
    if (form.as === "Table" && includeObject !== undefined && !["None", "Metadata", "Object"].includes(includeObject)) {
      throw invalid({ group: "meta.k8s.io", kind: "TableOptions" }, "", [
        notSupported("includeObject", includeObject, ["", "Metadata", "None", "Object"]),
      ]);
    }
    const nowMs = this.registry.clock.now();
    return { texts: this.#texts, form, includeObject: includeObject as IncludeObject | undefined, nowMs };
  }
}

/**
 * Chooses how to answer a request.
 *
 * @param request The request.
 * @returns The form.
 * @throws {StatusError} If the client takes none that there is.
 */
export function formOf({ headers, query }: ApiRequest): AnswerForm {
  return negotiate(headers.get("accept"), isPretty(query, headers));
}

/**
 * Tells whether people read the answer.
 *
 * @param query The query of the request.
 * @param headers Its headers.
 * @returns Whether they do.
 */
export function isPretty(query: URLSearchParams, headers: Headers): boolean {
  const pretty = query.get("pretty");
  if (pretty) return !["false", "0"].includes(pretty);
  return FOR_PEOPLE.test(headers.get("user-agent") ?? "");
}
