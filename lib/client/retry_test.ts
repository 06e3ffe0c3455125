import { strictEqual } from "node:assert/strict";
import { type Attempt, retryDelayMs } from "./retry.ts";

function answered(status: number, retryAfter?: string, text = ""): Attempt {
  return {
    answer: { status, headers: new Headers(retryAfter === undefined ? {} : { "retry-after": retryAfter }), text },
  };
}

const broken: Attempt = { fault: new TypeError("error reading a body from connection") };
const untrusted: Attempt = {
  fault: new TypeError("fetch failed", { cause: new Error("invalid peer certificate: UnknownIssuer") }),
};
const refused: Attempt = {
  fault: new TypeError("fetch failed", {
    cause: new Error(
      "error sending request for url (https://a/): client error (Connect): tcp connect error: timed out",
    ),
  }),
};
const staleFields = "failed to create typed live object: .spec.old: field not declared in schema";

// The delays in milliseconds after the 1st attempt without jitter, for a request that may be repeated and one that
// may not.
const decisions: [what: string, attempt: Attempt, idempotent: number | undefined, other: number | undefined][] = [
  ["200", answered(200), undefined, undefined],
  ["302", answered(302), undefined, undefined],
  ["404", answered(404), undefined, undefined],
  ["409", answered(409), undefined, undefined],
  ["429", answered(429), undefined, undefined],
  ["429 with Retry-After", answered(429, "3"), 3_000, 3_000],
  ["500", answered(500), 100, undefined],
  ["500 with Retry-After", answered(500, "3"), 100, undefined],
  ["500 that stays so", answered(500, undefined, staleFields), undefined, undefined],
  ["502 of a proxy", answered(502, undefined, "<html>"), 100, undefined],
  ["503", answered(503), 100, undefined],
  ["503 with Retry-After", answered(503, "1"), 1_000, 1_000],
  ["503 with Retry-After 0", answered(503, "0"), 0, 0],
  ["503 with a date in Retry-After", answered(503, "Wed, 21 Oct 2026 07:28:00 GMT"), 1_000, 1_000],
  ["503 with an hour in Retry-After", answered(503, "3600"), 60_000, 60_000],
  ["504", answered(504), 100, undefined],
  ["a broken connection", broken, 100, undefined],
  ["a connection that could not be made", refused, 100, 100],
  ["a certificate that is not trusted", untrusted, undefined, undefined],
];
for (const [what, attempt, idempotent, other] of decisions) {
  Deno.test(`retryDelayMs() decides after ${what}`, () => {
    strictEqual(retryDelayMs({ idempotent: true }, attempt, 1, 0), idempotent);
    strictEqual(retryDelayMs({ idempotent: false }, attempt, 1, 0), other);
  });
}

Deno.test("retryDelayMs() waits longer each time, with jitter, and gives up after 5 attempts", () => {
  const delays = (random: number) => [1, 2, 3, 4, 5].map((n) => retryDelayMs({ idempotent: true }, broken, n, random));
  strictEqual(String(delays(0)), "100,200,400,800,");
  strictEqual(String(delays(0.5)), "200,400,800,1600,");
});

Deno.test("retryDelayMs() gives up after 10 attempts if the server asks to wait", () => {
  strictEqual(retryDelayMs({ idempotent: false }, answered(429, "1"), 9, 0.5), 1_100);
  strictEqual(retryDelayMs({ idempotent: true }, answered(429, "1"), 10, 0.5), undefined);
});
