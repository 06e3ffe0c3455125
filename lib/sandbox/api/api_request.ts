/**
 * Requests of the API, as its handlers see them.
 *
 * @module
 */

import { parseJson } from "../../base/json.ts";
import { parseYamlDocuments } from "../../base/yaml.ts";
import type { IncomingRequest } from "../../client/transport/http_server.ts";
import { PROTOBUF, type ProtobufDecoder } from "../protobuf/protobuf_decoder.ts";
import type { AdmissionAttributes } from "../registry/admission.ts";
import { invalidValue, notSupported, tooLong } from "../registry/field_error.ts";
import {
  badRequest,
  invalid,
  requestTooLarge,
  type StatusError,
  unsupportedMediaType,
} from "../registry/status_error.ts";
import type { FieldError } from "../registry/served_resource.ts";
import type { UserInfo } from "../registry/user_info.ts";
import type { WriteOptions } from "../registry/write_options.ts";
import { goJsonError } from "../registry/go_json_error.ts";
import { duplicateFields } from "./duplicate_fields.ts";
import { MEDIA_TYPES, parseMediaType } from "./media_type.ts";
import type { RequestInfo } from "./request_info.ts";

const MAX_BODY_BYTES = 3 * 1024 * 1024;
const MAX_MANAGER_LENGTH = 128;
const MAX_START_BYTES = 30;
const BODY_TYPES: readonly string[] = [...MEDIA_TYPES, PROTOBUF];
const JSON_PATCH = "application/json-patch+json";
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
  readonly #faults: string[] = [];
  readonly #protobuf: ProtobufDecoder;
  #start = "<empty>";
  #body: Promise<Uint8Array> | undefined;
  #rehearsed: AdmissionAttributes[] | undefined;

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
    if (type !== "" && !BODY_TYPES.includes(type)) throw unsupportedMediaType(BODY_TYPES);
    if (bytes.length === 0) return undefined;
    this.#start = startOf(bytes);
    if (type === PROTOBUF) return this.#protobuf.decode(bytes, what, this.#start);
    return this.parse(new TextDecoder().decode(bytes), (why) => this.notJson(what, why).message);
  }

  /**
   * Parses the body, and takes down which fields are there twice.
   *
   * @param text The body.
   * @param explain Makes the message if it is not well-formed.
   * @returns The value.
   * @throws {StatusError} If it is not well-formed.
   */
  parse(text: string, explain: (why: string) => string): unknown {
    const type = this.contentType;
    const value = parseBody(text, type, explain);
    if (!YAML_TYPES.includes(type) && this.query.get("fieldValidation") !== "Ignore") {
      const what = type === JSON_PATCH ? "json patch duplicate field" : "duplicate field";
      this.#faults.push(...duplicateFields(text, value).map((path) => `${what} ${JSON.stringify(path)}`));
    }
    return value;
  }

  /**
   * Makes the error of a body that is no JSON object; the body was read.
   *
   * @param kind The kind that it should be.
   * @param why Why it is none, in Go's words.
   * @returns The error.
   */
  notJson(kind: string, why: string): StatusError {
    return this.unrecognized(kind, `couldn't get version/kind; json parse error: ${why}`);
  }

  /**
   * Makes the error of a body of which it is not clear what it is; the body was read.
   *
   * @param kind The kind that it should be.
   * @param why Why it is not clear, in Go's words.
   * @returns The error.
   */
  unrecognized(kind: string, why: string): StatusError {
    return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${this.#start})`);
  }

  /**
   * Finds out what would be stored, without storing it.
   *
   * @param work Carries the request out.
   * @returns The writes, as they would be stored.
   * @throws {StatusError} If the request would fail.
   */
  async rehearse(work: () => unknown): Promise<readonly AdmissionAttributes[]> {
    const writes: AdmissionAttributes[] = this.#rehearsed = [];
    await work();
    this.#rehearsed = undefined;
    return writes;
  }

  #bytes(): Promise<Uint8Array> {
    return this.#body ??= this.#readBytes();
  }

  async #readBytes(): Promise<Uint8Array> {
    const bytes = await this.incoming.bytes(MAX_BODY_BYTES);
    if (bytes === undefined) throw requestTooLarge(MAX_BODY_BYTES);
    return bytes;
  }

  /**
   * Reads the query of a request that writes.
   *
   * @param kind The kind of the options, such as `CreateOptions`, for messages.
   * @param errors What is wrong with other options.
   * @param dryRun How far it is to be carried out; by default as the query says.
   * @returns The options.
   * @throws {StatusError} If they make no sense.
   */
  writeOptions(
    kind: string,
    errors: FieldError[] = [],
    dryRun: readonly string[] = this.query.getAll("dryRun"),
  ): WriteOptions {
    const { query, info, user } = this;
    errors.push(...checkManager(query.get("fieldManager") ?? ""));
    if (dryRun.some((value) => value !== "All")) errors.push(notSupported("dryRun", dryRun, ["All"]));
    const fieldValidation = query.get("fieldValidation") || "Warn";
    if (!["Ignore", "Warn", "Strict"].includes(fieldValidation)) {
      errors.push(notSupported("fieldValidation", fieldValidation, ["", "Ignore", "Strict", "Warn"]));
    }
    if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
    const isDryRun = dryRun.length > 0;
    const rehearsed = this.#rehearsed;
    return {
      fieldManager: query.get("fieldManager") || managerOf(this.headers.get("user-agent") ?? ""),
      dryRun: isDryRun || rehearsed !== undefined,
      ...rehearsed && { onAdmitted: (write) => rehearsed.push({ ...write, dryRun: isDryRun }) },
      fieldValidation: fieldValidation as NonNullable<WriteOptions["fieldValidation"]>,
      user,
      warn: (message) => this.warn(message),
      // The body may be read later.
      faults: this.#faults,
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
    throw badRequest(explain(error instanceof SyntaxError ? goJsonError(text) : (error as Error).message));
  }
}

/** The beginning of a body, for messages. */
function startOf(bytes: Uint8Array): string {
  const start = bytes.subarray(0, MAX_START_BYTES);
  const text = bytes[0] === "{".charCodeAt(0) ? new TextDecoder().decode(start) : start.toHex();
  return bytes.length > MAX_START_BYTES ? `${text} ...` : text;
}

function checkManager(manager: string): FieldError[] {
  // deno-lint-ignore no-control-regex -- what cannot be printed
  const at = manager.search(/[\u0000-\u001f\u007f-\u009f]/);
  const code = `U+${manager.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`;
  return [
    ...manager.length > MAX_MANAGER_LENGTH ? [tooLong("fieldManager", MAX_MANAGER_LENGTH)] : [],
    ...at < 0 ? [] : [invalidValue("fieldManager", manager, `invalid character ${code} (at position ${at})`)],
  ];
}

/**
 * Says that a body is no object.
 *
 * @param value The body.
 * @returns Go's error.
 */
export function cannotUnmarshal(value: unknown): string {
  const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return `json: cannot unmarshal ${type} into Go value of type ` +
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
}

/** The manager of clients that name none: what stands before the version. */
function managerOf(userAgent: string): string {
  // deno-lint-ignore no-control-regex -- what cannot be printed is left out
  return userAgent.split("/")[0]!.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "").slice(0, MAX_MANAGER_LENGTH);
}
