import { deepStrictEqual } from "node:assert/strict";
import { CHANNEL, dataMessage, endOfStdin, readEnd, resizeMessage } from "./channels.ts";

Deno.test("messages begin with the number of their stream", () => {
  const text = (message: Uint8Array) => [message[0], new TextDecoder().decode(message.subarray(1))];
  deepStrictEqual(text(dataMessage(CHANNEL.stdin, new TextEncoder().encode("hi"))), [0, "hi"]);
  deepStrictEqual(text(resizeMessage({ width: 80, height: 24 })), [4, '{"Width":80,"Height":24}']);
  deepStrictEqual(endOfStdin(), new Uint8Array([255, 0]));
});

function failure(fields: object): object {
  return { apiVersion: "v1", kind: "Status", status: "Failure", ...fields };
}

function exit(message: string): object {
  return failure({ reason: "NonZeroExitCode", details: { causes: [{ reason: "ExitCode", message }] } });
}

const ends = [
  { name: "success", text: '{"metadata":{},"status":"Success"}', end: { exitCode: 0 } },
  { name: "an exit code", text: JSON.stringify(exit("137")), end: { exitCode: 137 } },
  { name: "an exit code that is none", text: JSON.stringify(exit("x")), end: { failure: exit("x") } },
  {
    name: "another failure",
    text: '{"status":"Failure","reason":"InternalError","code":500}',
    end: { failure: failure({ reason: "InternalError", code: 500 }) },
  },
  { name: "no Status", text: "oops", end: { failure: { apiVersion: "v1", kind: "Status", message: "oops" } } },
];
for (const { name, text, end } of ends) {
  Deno.test(`readEnd() reads ${name}`, () => deepStrictEqual(readEnd(text), end as ReturnType<typeof readEnd>));
}
