import { deepStrictEqual, rejects } from "node:assert/strict";
import { parseJson } from "../../base/json.ts";
import { StatusError } from "../registry/status_error.ts";
import { ProtobufDecoder } from "./protobuf_decoder.ts";

/** Bodies that kubectl 1.37.1 sent or that the encoder of client-go 0.37.1 made, and the same objects as JSON. */
const BODIES = new URL("testdata/bodies.json", import.meta.url);

Deno.test("ProtobufDecoder.decode() reads what clients in Go send as what they would have sent in JSON", async (t) => {
  const bodies = parseJson(await Deno.readTextFile(BODIES)) as { from: string; body: string; object: unknown }[];
  const decoder = new ProtobufDecoder();
  for (const { from, body, object } of bodies) {
    await t.step(`${(object as { kind: string }).kind}: ${from}`, async () => {
      deepStrictEqual(await decoder.decode(Uint8Array.fromBase64(body), "Thing", ""), object);
    });
  }
});

Deno.test("ProtobufDecoder.decode() skips fields that it does not know", async () => {
  // Field 15 of a ConfigMap, and field 9 of the envelope.
  const body = bytesOf("k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x07\x7d1234\x20\x01\x48\x01");
  deepStrictEqual(await new ProtobufDecoder().decode(body, "ConfigMap", ""), {
    apiVersion: "v1",
    kind: "ConfigMap",
    immutable: true,
  });
});

Deno.test("ProtobufDecoder.decode() refuses other bodies in the words of the API server", async (t) => {
  const head = "k8s\0\x0a\x0f\x0a\x02v1\x12\x09";
  const unrecognized = "the object provided is unrecognized (must be of type ConfigMap): ";
  const unhandled = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: ';
  const prefix = "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]";
  const cases: [body: string, message: string][] = [
    ["abc", `${unrecognized}${prefix} (abc…)`],
    ["k8s\0", `${unrecognized}empty body (abc…)`],
    ["k8s\0\x0a\x05\x0a\x02v1", `${unrecognized}unexpected EOF (abc…)`],
    [
      `${head}Configmap`,
      'Configmap in version "v1" cannot be handled as a ConfigMap: no kind "Configmap" is registered for version "v1" ' +
      'in scheme "pkg/runtime/scheme.go:111"',
    ],
    [`${head}ConfigMap\x12\x03\x0a\x09\x01`, `${unhandled}unexpected EOF`],
    [`${head}ConfigMap\x12\x02\x08\x01`, `${unhandled}proto: wrong wireType = 0`],
    [`${head}ConfigMap\x12\x02\x22\x00`, `${unhandled}proto: wrong wireType = 2`],
    [`${head}ConfigMap\x12\x01\x0b`, `${unhandled}proto: illegal wireType 3`],
    [`${head}ConfigMap\x12\x0b\x20${"\xff".repeat(10)}`, `${unhandled}proto: integer overflow`],
  ];
  const decoder = new ProtobufDecoder();
  for (const [body, message] of cases) {
    await t.step(message, async () => {
      await rejects(decoder.decode(bytesOf(body), "ConfigMap", "abc…"), (error) => {
        deepStrictEqual([(error as StatusError).status.code, (error as StatusError).status.message], [400, message]);
        return error instanceof StatusError;
      });
    });
  }
});

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
