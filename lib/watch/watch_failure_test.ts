import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ApiError, TransportError, UnexpectedResponseError } from "../client/errors.ts";
import { type WatchFailure, watchFailureOf } from "./watch_failure.ts";

const request = { method: "GET", path: "/", what: "watch pods" } as const;

function refusal(code: number, retryAfterSeconds?: number): ApiError {
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new ApiError(request, code, { apiVersion: "v1", kind: "Status", details });
}

const cases: [what: string, error: unknown, kind: WatchFailure["kind"], retryAfterMs?: number][] = [
  ["400", refusal(400), "invalid"],
  ["401", refusal(401), "denied"],
  ["403", refusal(403), "denied"],
  ["404", refusal(404), "missing"],
  ["405", refusal(405), "missing"],
  ["410", refusal(410), "expired"],
  ["422", refusal(422), "invalid"],
  ["429", refusal(429), "throttled", 1_000],
  ["429 with a delay", refusal(429, 5), "throttled", 5_000],
  ["429 with a very long delay", refusal(429, 86_400), "throttled", 60_000],
  ["429 in plain text", new UnexpectedResponseError(request, 429, "text/plain", "Too many"), "throttled", 1_000],
  ["500", refusal(500), "failed"],
  ["503", refusal(503), "failed"],
  ["503 with a delay", refusal(503, 2), "throttled", 2_000],
  ["504", refusal(504, 1), "failed"],
  ["no answer", new TransportError(request, "https://server", 1, new Error("refused")), "unreachable"],
  ["a deadline", new DOMException("no answer within 10 s", "TimeoutError"), "unreachable"],
  ["a page of a proxy", new UnexpectedResponseError(request, 502, "text/html", "<html>"), "unreachable"],
  ["anything else", new Error("unknown"), "failed"],
];
for (const [what, error, kind, retryAfterMs] of cases) {
  Deno.test(`watchFailureOf() takes ${what} for ${kind}`, () => {
    const failure = watchFailureOf(error);
    strictEqual(failure.error, error);
    deepStrictEqual([failure.kind, failure.retryAfterMs], [kind, retryAfterMs]);
  });
}
