import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { getRequest } from "../kube/read_request.ts";
import { type Answer, readAnswer } from "./answer.ts";

const nodes = { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false };
const request = getRequest(nodes, { name: "a" });
const json = "application/json";

function answerOf(status: number, contentType: string | null, text: string): Answer {
  return { status, headers: new Headers(contentType === null ? {} : { "content-type": contentType }), text };
}

Deno.test("readAnswer() returns the object of a success", () => {
  deepStrictEqual(readAnswer(request, answerOf(200, json, '{"kind":"Node","n":9007199254740993}')), {
    kind: "Node",
    n: 9007199254740993n,
  });
  const success = { apiVersion: "v1", kind: "Status", status: "Success" };
  deepStrictEqual(readAnswer(request, answerOf(200, json, JSON.stringify(success))), success);
  // The server's content type is not looked at: what counts is that it is JSON.
  deepStrictEqual(readAnswer(request, answerOf(201, "text/plain", "{}")), {});
});

Deno.test("readAnswer() throws the Status of a refusal", () => {
  const status = { apiVersion: "v1", kind: "Status", message: 'nodes "a" not found', reason: "NotFound", code: 404 };
  throws(() => readAnswer(request, answerOf(404, json, JSON.stringify(status))), {
    name: "ApiError",
    code: 404,
    status,
    message: 'Cannot get Node/a: nodes "a" not found (404 NotFound)',
  });
});

Deno.test("readAnswer() takes what the server says in plain text for a Status", () => {
  const text = "text/plain; charset=utf-8";
  throws(() => readAnswer(request, answerOf(404, text, "404 page not found\n")), {
    name: "ApiError",
    isNotFound: true,
    retryAfterSeconds: undefined,
    message: "Cannot get Node/a: 404 page not found (404 NotFound)",
  });
  const throttled = answerOf(429, text, "Too many requests, please try again later.\n");
  throttled.headers.set("retry-after", "1");
  throws(() => readAnswer(request, throttled), {
    isTooManyRequests: true,
    reason: "TooManyRequests",
    retryAfterSeconds: 1,
    message: "Cannot get Node/a: Too many requests, please try again later. (429 TooManyRequests)",
  });
  throws(() => readAnswer(request, answerOf(418, text, "")), {
    message: "Cannot get Node/a: the server gave no message (418 Unknown)",
  });
});

const strange: [what: string, answer: Answer, end: string][] = [
  ["a login page", answerOf(200, "text/html", "<html>Log in"), '200 text/html that begins with "<html>Log in"'],
  ["the page of a proxy", answerOf(502, "text/html", "<h1>502"), '502 text/html that begins with "<h1>502"'],
  ["a redirect", answerOf(302, null, ""), "302 with an empty body"],
  ["an empty body", answerOf(200, json, ""), "200 application/json with an empty body"],
  ["no content", answerOf(204, null, ""), "204 with an empty body"],
  ["cut-off JSON", answerOf(200, json, '{"kind":"No'), '200 application/json that begins with "{\\"kind\\":\\"No"'],
  ["a text", answerOf(200, "text/plain", "ok"), '200 text/plain that begins with "ok"'],
  ["YAML", answerOf(200, "application/yaml", "kind: Node"), '200 application/yaml that begins with "kind: Node"'],
  ["a JSON list", answerOf(200, json, "[]"), '200 application/json that begins with "[]"'],
  ["an error that is no Status", answerOf(404, json, '{"e":1}'), '404 application/json that begins with "{\\"e\\":1}"'],
  [
    "a Status without failure",
    answerOf(304, json, '{"apiVersion":"v1","kind":"Status"}'),
    '304 application/json that begins with "{\\"apiVersion\\":\\"v1\\",\\"kind\\":\\"Status\\"}"',
  ],
];
for (const [what, answer, end] of strange) {
  Deno.test(`readAnswer() does not take ${what} for an answer of the API`, () => {
    throws(() => readAnswer(request, answer), (error: Error & { code?: number; hint?: string }) => {
      strictEqual(error.name, "UnexpectedResponseError");
      strictEqual(error.message, `Cannot get Node/a: the answer is not from a Kubernetes API: ${end}`);
      deepStrictEqual([error.code, error.hint?.startsWith("Check the server address")], [answer.status, true]);
      return true;
    });
  });
}
