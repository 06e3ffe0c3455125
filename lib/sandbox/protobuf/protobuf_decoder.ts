/**
 * Bodies of requests as protocol buffers, which typed clients in Go send: an envelope that names the kind, and in it
 * the message of the object.
 *
 * @see {@link https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding | Kubernetes Protobuf encoding}
 * @module
 */

import { parseApiVersion } from "../../kube/resource_type.ts";
import type { FindSchema } from "../../kube/schema.ts";
import { loadBuiltInSchemas, loadMetadataSchema } from "../../kinds/schemas.ts";
import { badRequest } from "../registry/status_error.ts";
import { DecodeError } from "../schema/decode_error.ts";
import type { GoTypes } from "../schema/go_types.ts";
import { Plans } from "../schema/plans.ts";
import { MessageDecoder } from "./message_decoder.ts";
import { bytesOf, findField, malformed } from "./wire.ts";

/** The type of such bodies. */
export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Every body begins so. */
const PREFIX = "k8s\0";

/** Reads bodies. What it needs for that is loaded with the first one. */
export class ProtobufDecoder {
  #messages: Promise<MessageDecoder> | undefined;
  readonly #types = new Map<string, MessageType>();

  /**
   * Reads a body.
   *
   * @param body The body.
   * @param what The kind that it should be, for messages.
   * @param start The beginning of the body, for messages.
   * @returns The object, as it would be in JSON.
   * @throws {StatusError} If the body is none of a built-in kind.
   */
  async decode(body: Uint8Array, what: string, start: string): Promise<Record<string, unknown>> {
    const { apiVersion, kind, message } = orBadRequest(() => readEnvelope(body), (why) => {
      return `the object provided is unrecognized (must be of type ${what}): ${why} (${start})`;
    });
    const key = `${apiVersion}/${kind}`;
    const found = this.#types.get(key) ?? await findType(apiVersion, kind);
    if (found !== undefined) this.#types.set(key, found);
    const messages = await (this.#messages ??= loadMessages());
    return orBadRequest(() => {
      if (found === undefined) {
        const why = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
        return malformed(why);
      }
      return { apiVersion, kind, ...messages.decode(message, found.type, found.find) };
    }, (why) => `${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${what}: ${why}`);
  }
}

async function loadMessages(): Promise<MessageDecoder> {
  const [{ default: goTypes }, { default: numbers }] = await Promise.all([
    import("../schema/go_types.json", { with: { type: "json" } }),
    import("../schema/protobuf_fields.json", { with: { type: "json" } }),
  ]);
  return new MessageDecoder(new Plans(goTypes as GoTypes), numbers);
}

/** The type of a message. */
interface MessageType {
  readonly type: string;
  readonly find: FindSchema;
}

async function findType(apiVersion: string, kind: string): Promise<MessageType | undefined> {
  const { group, version } = parseApiVersion(apiVersion);
  const own = (await loadBuiltInSchemas(group, version))?.(kind);
  if (own) return { type: `${group.split(".")[0] || "core"}/${version}.${kind}`, find: own.find };
  // Every version of every group has the options of requests.
  const find = await loadMetadataSchema();
  const type = `meta/v1.${kind}`;
  return find(type) && { type, find };
}

function readEnvelope(body: Uint8Array): { apiVersion: string; kind: string; message: Uint8Array } {
  const text = new TextDecoder();
  if (text.decode(body.subarray(0, PREFIX.length)) !== PREFIX) {
    malformed("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  if (body.length === PREFIX.length) malformed("empty body");
  const part = (message: Uint8Array, number: number) => bytesOf(findField(message, number) ?? new Uint8Array());
  const envelope = body.subarray(PREFIX.length);
  const type = part(envelope, 1);
  return { apiVersion: text.decode(part(type, 1)), kind: text.decode(part(type, 2)), message: part(envelope, 2) };
}

function orBadRequest<T>(read: () => T, explain: (why: string) => string): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError || error instanceof SyntaxError) throw badRequest(explain(error.message));
    throw error;
  }
}
