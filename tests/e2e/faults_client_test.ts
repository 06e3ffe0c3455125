/**
 * What the client makes of faults: every fault meets every verb.
 *
 * @module
 */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { systemClock } from "../../lib/base/clock.ts";
import { ApiError } from "../../lib/client/errors.ts";
import { KubescriptError } from "../../lib/kube/error.ts";
import { htmlAnswer, statusAnswer, textAnswer } from "../../lib/testing/faults/answers.ts";
import type { Fault } from "../../lib/testing/faults/fault.ts";
import type { RecordedRequest } from "../../lib/testing/faults/fault_proxy.ts";
import { connectThroughFaults, type FaultyClientOptions, writeKubeconfigWith } from "./faulty_client.ts";
import { endOf, errorOf, requestsOf, type Target, type Verb, VERBS, withEachVerb } from "./faulty_verbs.ts";

/** A fault, and how a verb ends that meets it: the error if any, the number of requests, how often it was carried out. */
interface Row {
  readonly what: string;
  readonly fault: Fault;
  /** How many requests are struck. @default {1} */
  readonly times?: number;
  readonly options?: FaultyClientOptions;
  readonly idempotent: string;
  readonly other: string;
  /** Verbs that end in another way. */
  readonly except?: Readonly<Record<string, string>>;
}

const DONE_AT_ONCE = "done, 1 request, 1 effect";
const DONE_AT_SECOND = "done, 2 requests, 1 effect";
const LOST = "TransportError, 1 request, 0 effects";
const LOST_AFTERWARDS = "TransportError, 1 request, 1 effect";
// It is gone, as it was meant to be; whether by our own doing, nobody knows.
const DELETED_BEFORE = { "delete by uid": "ApiError 404, 2 requests, 1 effect" };
const IMPATIENT = { requestTimeoutMs: 2_000 };
const REAL_TIME = { clock: systemClock };
// Then other code makes the connections.
const INSECURE: FaultyClientOptions = {
  writeKubeconfig: (proxy) => writeKubeconfigWith(proxy, { cluster: { "insecure-skip-tls-verify": true } }),
};

const tooMany = { reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 1 };
const unavailable = { reason: "ServiceUnavailable", message: "starting" };
const internal = statusAnswer(500, { reason: "InternalError", message: "something broke" });
const lateAnswer = statusAnswer(504, { reason: "Timeout", message: "the server was too slow" });
const cutJson = { status: 200, headers: { "content-type": "application/json" }, body: '{"kind":"Conf' };

const rows: Row[] = [
  { what: "a dropped connection", fault: { fault: "drop" }, idempotent: DONE_AT_SECOND, other: LOST },
  {
    what: "a connection that is dropped after the request was carried out",
    fault: { fault: "drop", carriedOut: true },
    idempotent: DONE_AT_SECOND,
    other: LOST_AFTERWARDS,
    except: DELETED_BEFORE,
  },
  {
    what: "a dropped connection to a server whose certificate is not checked",
    fault: { fault: "drop", carriedOut: true },
    options: INSECURE,
    idempotent: DONE_AT_SECOND,
    other: LOST_AFTERWARDS,
    except: DELETED_BEFORE,
  },
  { what: "a black hole", fault: { fault: "blackHole" }, options: IMPATIENT, idempotent: DONE_AT_SECOND, other: LOST },
  {
    what: "an answer that is cut off",
    fault: { fault: "cut", afterBytes: 7 },
    idempotent: DONE_AT_SECOND,
    other: LOST_AFTERWARDS,
    except: DELETED_BEFORE,
  },
  {
    what: "an answer that stops coming",
    fault: { fault: "stall", afterBytes: 7 },
    options: IMPATIENT,
    idempotent: DONE_AT_SECOND,
    other: LOST_AFTERWARDS,
    except: DELETED_BEFORE,
  },
  { what: "a delay", fault: { fault: "delay", ms: 50 }, idempotent: DONE_AT_ONCE, other: DONE_AT_ONCE },
  {
    what: "a slow network",
    fault: { fault: "throttle", bytesPerSecond: 5_000 },
    idempotent: DONE_AT_ONCE,
    other: DONE_AT_ONCE,
  },
  ...[
    { what: "429 with Retry-After", answer: statusAnswer(429, tooMany) },
    { what: "429 with Retry-After, in plain text", answer: textAnswer(429, "slow down", tooMany) },
    { what: "503 with Retry-After", answer: statusAnswer(503, { ...unavailable, retryAfterSeconds: 1 }) },
    { what: "503 with Retry-After, in HTML", answer: htmlAnswer(503, { retryAfterSeconds: 1 }) },
  ].map(({ what, answer }) => ({
    what,
    fault: { fault: "answer", answer } as const,
    options: REAL_TIME,
    idempotent: DONE_AT_SECOND,
    other: DONE_AT_SECOND,
  })),
  {
    what: "503",
    fault: { fault: "answer", answer: statusAnswer(503, unavailable) },
    idempotent: DONE_AT_SECOND,
    other: "ApiError 503, 1 request, 0 effects",
  },
  {
    what: "500",
    fault: { fault: "answer", answer: internal },
    idempotent: DONE_AT_SECOND,
    other: "ApiError 500, 1 request, 0 effects",
  },
  {
    what: "504 after the request was carried out",
    fault: { fault: "answer", answer: lateAnswer, carriedOut: true },
    idempotent: DONE_AT_SECOND,
    other: "ApiError 504, 1 request, 1 effect",
    except: DELETED_BEFORE,
  },
  {
    what: "502 of a proxy",
    fault: { fault: "answer", answer: htmlAnswer(502) },
    idempotent: DONE_AT_SECOND,
    other: "UnexpectedResponseError 502, 1 request, 0 effects",
  },
  {
    what: "500 again and again",
    fault: { fault: "answer", answer: internal },
    times: Infinity,
    idempotent: "ApiError 500, 5 requests, 0 effects",
    other: "ApiError 500, 1 request, 0 effects",
  },
  {
    what: "429 with Retry-After again and again",
    fault: { fault: "answer", answer: statusAnswer(429, tooMany) },
    times: Infinity,
    idempotent: "ApiError 429, 10 requests, 0 effects",
    other: "ApiError 429, 10 requests, 0 effects",
  },
  {
    what: "one dropped connection after the other",
    fault: { fault: "drop" },
    times: Infinity,
    idempotent: "TransportError, 5 requests, 0 effects",
    other: LOST,
    // `fetch` itself repeats a request that has no body, once.
    except: Object.fromEntries(["get", "list", "text"].map((verb) => [verb, "TransportError, 6 requests"])),
  },
  {
    what: "one black hole after the other",
    fault: { fault: "blackHole" },
    times: Infinity,
    options: { requestTimeoutMs: 500 },
    idempotent: "TransportError, 5 requests, 0 effects",
    other: LOST,
  },
  {
    what: "a network that is too slow",
    fault: { fault: "throttle", bytesPerSecond: 1 },
    times: Infinity,
    options: { requestTimeoutMs: 500 },
    idempotent: "TransportError, 5 requests, 1 effect",
    other: LOST_AFTERWARDS,
  },
  ...[
    { what: "a web page", answer: htmlAnswer(200) },
    { what: "an empty body", answer: { ...cutJson, body: "" } },
    { what: "no content", answer: { ...cutJson, status: 204, body: "" } },
    { what: "cut-off JSON", answer: cutJson },
    { what: "plain text", answer: textAnswer(200, "ok") },
    { what: "a redirect", answer: { status: 302, headers: { location: "https://login.example.com" }, body: "" } },
  ].map(({ what, answer }) => ({
    what: `${what} instead of an answer of the API`,
    fault: { fault: "answer", answer } as const,
    idempotent: `UnexpectedResponseError ${answer.status}, 1 request, 0 effects`,
    other: `UnexpectedResponseError ${answer.status}, 1 request, 0 effects`,
    // Text may be anything.
    ...(answer.status < 300 && { except: { text: "Error, 1 request" } }),
  })),
];

for (const row of rows) {
  Deno.test(`Client meets ${row.what}`, async () => {
    const seen = await meet(row);
    const expected = VERBS.map((verb) => {
      const end = row.except?.[verb.name] ?? (verb.idempotent ? row.idempotent : row.other);
      return [verb.name, verb.effects ? end : end.replace(/, \d effects?$/, "")];
    });
    deepStrictEqual(seen, Object.fromEntries(expected));
  });
}

/** Lets every verb meet a fault, and tells how each ended. */
async function meet({ fault, times = 1, options }: Row): Promise<Record<string, string>> {
  return await withEachVerb(async ({ verb, target, direct }) => {
    await using faulty = await connectThroughFaults(options);
    const { client, proxy } = faulty;
    proxy.inject(fault, { method: verb.method, times });
    const ending = verb.run(client, target);
    const end = await endOf(ending);
    checkError(await errorOf(ending), verb, target);
    const requests = requestsOf(verb, proxy);
    if (end === "done") checkWait(fault, requests);
    const effects = await verb.effects?.(direct, target);
    return [end, plural(requests.length, "request"), ...effects === undefined ? [] : [plural(effects, "effect")]].join(
      ", ",
    );
  });
}

/** Checks that an error of the client says what was meant to be done, and what to do now. */
function checkError(error: Error | undefined, verb: Verb, { namespace, name }: Target): void {
  if (!(error instanceof KubescriptError)) return;
  ok(error.message.startsWith(`Cannot ${verb.what.replace("{}", `${namespace}/${name}`)}`), error.message);
  if (!(error instanceof ApiError)) match(error.hint!, /^Check /);
}

/** Checks that the client waited as long as it was asked to. */
function checkWait(fault: Fault, requests: readonly RecordedRequest[]): void {
  const asked = fault.fault === "answer" ? fault.answer.headers["retry-after"] : undefined;
  if (asked !== undefined) ok(requests[1]!.atMs - requests[0]!.atMs >= Number(asked) * 1_000);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
