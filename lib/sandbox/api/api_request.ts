/**
 * Requests of the API, as its handlers see them.
 *
 * @module
 */

import { parseJson } from "../../base/json.ts";
import { parseYamlDocuments } from "../../base/yaml.ts";
import type { IncomingRequest } from "../../client/transport/http_server.ts";
import { isBuiltIn } from "../../kube/built_in.ts";
import { PROTOBUF, type ProtobufDecoder } from "../protobuf/protobuf_decoder.ts";
import { notSupported } from "../registry/field_error.ts";
import { badRequest, invalid, requestTooLarge, unsupportedMediaType } from "../registry/status_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import type { UserInfo } from "../registry/user_info.ts";
import type { WriteOptions } from "../registry/write_options.ts";
import { MEDIA_TYPES, parseMediaType } from "./media_type.ts";
import type { RequestInfo } from "./request_info.ts";

const MAX_BODY_BYTES = 3 * 1024 * 1024;
const MAX_MANAGER_LENGTH = 128;
const YAML_TYPES: readonly string[] = ["application/yaml", "text/yaml", "application/apply-patch+yaml"];

/** A request. */
export class ApiRequest {
  /** The request as it came. */
  readonly incoming: IncomingRequest;
  /** What it is about. */
  readonly info: RequestInfo;
  /** Its query. */
  readonly query: URLSearchParams;
  /** Its headers. */
  readonly headers: Headers;
  /** Who sends it. */
  readonly user: UserInfo;
  /** What the client is told beside the answer. */
  readonly warnings: string[] = [];
  readonly #protobuf: ProtobufDecoder;

  /**
   * Makes a request.
   *
   * @param incoming The request as it came.
   * @param info What it is about.
   * @param query Its query.
   * @param headers Its headers.
   * @param user Who sends it.
   * @param protobuf Reads its body if need be.
   */
  constructor(
    incoming: IncomingRequest,
    info: RequestInfo,
    query: URLSearchParams,
    headers: Headers,
    user: UserInfo,
    protobuf: ProtobufDecoder,
  ) {
    this.incoming = incoming;
    this.info = info;
    this.query = query;
    this.headers = headers;
    this.user = user;
    this.#protobuf = protobuf;
  }

  /** The type of the body, without parameters. */
  get contentType(): string {
    return parseMediaType(this.headers.get("content-type") ?? "").type;
  }

  /**
   * Tells the client something beside the answer.
   *
   * @param message The warning; the same one is told once.
   */
  warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  }

  /**
   * Reads the body.
   *
   * @returns The body as text.
   * @throws {StatusError} If it is too large.
   */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.#bytes());
  }

  /**
   * Reads the body as JSON, YAML or protocol buffers.
   *
   * @param what The kind that it should be, for messages.
   * @returns The value; `undefined` if there is no body.
   * @throws {StatusError} If it is of another type, too large, or not well-formed.
   */
  async value(what: string): Promise<unknown> {
    const bytes = await this.#bytes();
    const type = this.contentType;
    const types = isBuiltIn(this.info.group) ? [...MEDIA_TYPES, PROTOBUF] : MEDIA_TYPES;
    if (type !== "" && !types.includes(type)) throw unsupportedMediaType(types);
    if (bytes.length === 0) return undefined;
    if (type === PROTOBUF) return this.#protobuf.decode(bytes, what);
    const text = new TextDecoder().decode(bytes);
    return parseBody(text, type, (why) => {
      const start = text.length > 23 ? `${text.slice(0, 23)} ...` : text;
      return `the object provided is unrecognized (must be of type ${what}): couldn't get version/kind; ${why} (${start})`;
    });
  }

  async #bytes(): Promise<Uint8Array> {
    const bytes = await this.incoming.bytes(MAX_BODY_BYTES);
    if (bytes === undefined) throw requestTooLarge(MAX_BODY_BYTES);
    return bytes;
  }

  /**
   * Reads the query of a request that writes.
   *
   * @param kind The kind of the options, such as `CreateOptions`, for messages.
   * @returns The options.
   * @throws {StatusError} If they make no sense.
   */
  writeOptions(kind: string): WriteOptions {
    const { query, info, user } = this;
    const errors: FieldError[] = [];
    const dryRun = query.getAll("dryRun").filter((value) => value !== "");
    if (dryRun.some((value) => value !== "All")) errors.push(notSupported("dryRun", dryRun, ["All"]));
    const fieldValidation = query.get("fieldValidation") || "Warn";
    if (!["Ignore", "Warn", "Strict"].includes(fieldValidation)) {
      errors.push(notSupported("fieldValidation", fieldValidation, ["", "Ignore", "Strict", "Warn"]));
    }
    if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
    return {
      fieldManager: query.get("fieldManager") || managerOf(this.headers.get("user-agent") ?? ""),
      dryRun: dryRun.length > 0,
      fieldValidation: fieldValidation as NonNullable<WriteOptions["fieldValidation"]>,
      user,
      warn: (message) => this.warn(message),
      ...info.subresource !== "" && { subresource: info.subresource },
    };
  }
}

/**
 * Parses a body.
 *
 * @param text The body.
 * @param type Its type.
 * @param explain Makes the message if it is not well-formed.
 * @returns The value.
 * @throws {StatusError} If it is not well-formed.
 */
export function parseBody(text: string, type: string, explain: (why: string) => string): unknown {
  try {
    if (!YAML_TYPES.includes(type) || /^\s*\{/.test(text)) return parseJson(text);
    return parseYamlDocuments(text)[0]?.value;
  } catch (error) {
    throw badRequest(explain(goError(error as Error)));
  }
}

/** The manager of clients that name none: what stands before the version. */
function managerOf(userAgent: string): string {
  // deno-lint-ignore no-control-regex -- what cannot be printed is left out
  return userAgent.split("/")[0]!.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "").slice(0, MAX_MANAGER_LENGTH);
}

function goError({ message }: Error): string {
  return /end of JSON|Unexpected end/.test(message)
    ? "json parse error: unexpected end of JSON input"
    : `json parse error: ${message}`;
}
