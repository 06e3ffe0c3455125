import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { StatusCause } from "../kube/status.ts";
import {
  ApiError,
  describeFault,
  isCertificateFault,
  isConnectFault,
  TransportError,
  UnexpectedResponseError,
} from "./errors.ts";

const request = { method: "PATCH", path: "/api/v1/namespaces/shop/pods/web", what: "apply Pod/shop/web" } as const;

function apiError(code: number, reason: string, causes: StatusCause[] = [], message = "no"): ApiError {
  return new ApiError(request, code, { apiVersion: "v1", kind: "Status", reason, message, details: { causes } });
}

const predicates = [
  "isBadRequest",
  "isNotFound",
  "isMethodNotSupported",
  "isAlreadyExists",
  "isConflict",
  "isApplyConflict",
  "isForbidden",
  "isNamespaceTerminating",
  "isUnauthorized",
  "isInvalid",
  "isExpired",
  "isRequestEntityTooLarge",
  "isUnsupportedMediaType",
  "isTooManyRequests",
  "isInternalError",
  "isServiceUnavailable",
  "isTimeout",
] as const;

const manager = { reason: "FieldManagerConflict", field: ".spec.replicas", message: 'conflict with "hpa"' };
const reasons: [error: ApiError, true: (typeof predicates)[number][]][] = [
  [apiError(400, "BadRequest"), ["isBadRequest"]],
  [apiError(401, "Unauthorized"), ["isUnauthorized"]],
  [apiError(403, "Forbidden"), ["isForbidden"]],
  [apiError(403, "Forbidden", [{ reason: "NamespaceTerminating" }]), ["isForbidden", "isNamespaceTerminating"]],
  [apiError(404, "NotFound"), ["isNotFound"]],
  [apiError(405, "MethodNotAllowed"), ["isMethodNotSupported"]],
  [apiError(409, "AlreadyExists"), ["isAlreadyExists"]],
  [apiError(409, "Conflict"), ["isConflict"]],
  [apiError(409, "Conflict", [manager]), ["isConflict", "isApplyConflict"]],
  [apiError(410, "Expired"), ["isExpired"]],
  [apiError(410, "Gone"), ["isExpired"]],
  [apiError(413, "RequestEntityTooLarge"), ["isRequestEntityTooLarge"]],
  [apiError(415, "UnsupportedMediaType"), ["isUnsupportedMediaType"]],
  [apiError(422, "Invalid"), ["isInvalid"]],
  [apiError(429, "TooManyRequests"), ["isTooManyRequests"]],
  [apiError(500, "InternalError"), ["isInternalError"]],
  [apiError(500, "ServerTimeout"), ["isTimeout"]],
  [apiError(503, "ServiceUnavailable"), ["isServiceUnavailable"]],
  [apiError(504, "Timeout"), ["isTimeout"]],
];
for (const [error, expected] of reasons) {
  Deno.test(`ApiError knows ${error.code} ${error.reason} with ${error.causes.length} causes`, () => {
    deepStrictEqual(predicates.filter((predicate) => error[predicate]), expected);
    strictEqual(error.message, `Cannot apply Pod/shop/web: no (${error.code} ${error.reason})`);
    deepStrictEqual([error.name, error.request], ["ApiError", request]);
  });
}

Deno.test("ApiError says what to do only if the server does not say it better", () => {
  const hinted = reasons.map(([error]) => error).filter((error) => error.hint !== undefined);
  deepStrictEqual([...new Set(hinted.map((error) => error.code))], [401, 403]);
});

Deno.test("ApiError does without reason, message and causes, and with too much of them", () => {
  const bare = new ApiError(request, 418, { apiVersion: "v1", kind: "Status" });
  strictEqual(bare.message, "Cannot apply Pod/shop/web: the server gave no message (418 Unknown)");
  deepStrictEqual([bare.reason, bare.causes], ["", []]);
  const quote = `Invalid value: "${"x".repeat(100_000)}": unknown field "spec.replica"`;
  match(
    apiError(422, "Invalid", [], quote).message,
    /^Cannot apply Pod\/shop\/web: Invalid value: "x{400,500} … x{400,500}": unknown field "spec.replica" \(422 Invalid\)$/,
  );
});

Deno.test("TransportError names the server, the fault and the attempts", () => {
  const fault = new DOMException("no answer within 30 s", "TimeoutError");
  const error = new TransportError(request, "https://10.0.0.1", 5, fault);
  strictEqual(
    error.message,
    "Cannot apply Pod/shop/web: no answer from https://10.0.0.1: no answer within 30 s (5 attempts)",
  );
  deepStrictEqual([error.cause, error.attempts, error.request], [fault, 5, request]);
  match(error.hint!, /is running and can be reached/);
  match(new TransportError(request, "https://10.0.0.1", 1, new Error("unknown certificate")).hint!, /certificates in/);
});

Deno.test("UnexpectedResponseError quotes the beginning of the answer", () => {
  const long = new UnexpectedResponseError(
    request,
    502,
    "text/html",
    "<html>\n  <h1>Bad gateway</h1>" + "x".repeat(500),
  );
  match(long.message, /: 502 text\/html that begins with "<html> <h1>Bad gateway<\/h1>x{93}"$/);
  const empty = new UnexpectedResponseError(request, 200, null, " ");
  match(empty.message, /: the answer is not from a Kubernetes API: 200 with an empty body$/);
});

async function faultOf(url: string): Promise<unknown> {
  try {
    const response = await fetch(url);
    return await response.text();
  } catch (fault) {
    return fault;
  }
}

Deno.test("describeFault() unwraps what fetch throws", async (t) => {
  const lines: [what: string, bytes: string, reason: string][] = [
    ["a connection that closes", "", "connection closed before message completed"],
    ["an answer that is not HTTP", "SSH-2.0\r\n\r\n", "invalid HTTP version parsed"],
    ["a cut body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", "error reading a body from connection"],
  ];
  for (const [what, bytes, reason] of lines) {
    await t.step(what, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const fault = faultOf(`http://127.0.0.1:${listener.addr.port}/a`);
      const connection = await listener.accept();
      await connection.read(new Uint8Array(4_096));
      await connection.write(new TextEncoder().encode(bytes));
      connection.close();
      strictEqual(describeFault(await fault), reason);
      ok(!isConnectFault(await fault));
    });
  }
  await t.step("a port at which nobody listens", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const fault = await faultOf(`http://127.0.0.1:${port}`);
    strictEqual(describeFault(fault), "tcp connect error: Connection refused");
    ok(isConnectFault(fault));
  });
  await t.step("a name that is not known", async () => {
    const fault = await faultOf("http://nobody.invalid");
    match(describeFault(fault), /^dns error: failed to lookup address information/);
    ok(isConnectFault(fault));
  });
  await t.step("a server without TLS", async () => {
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response());
    const fault = await faultOf(`https://127.0.0.1:${server.addr.port}`);
    strictEqual(describeFault(fault), "received corrupt message of type InvalidContentType");
  });
  await t.step("anything else", () => {
    strictEqual(describeFault("x"), "x");
    strictEqual(describeFault(new Error("a", { cause: "b" })), "a");
    ok(!isConnectFault("x"));
    ok(isConnectFault(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") })));
  });
});

Deno.test("isCertificateFault() tells what does not pass by itself", () => {
  ok(isCertificateFault(new TypeError("fetch failed", { cause: new Error("invalid peer certificate: Expired") })));
  ok(isCertificateFault(new TypeError("fetch failed", { cause: new Error("received fatal alert: UnknownCA") })));
  ok(!isCertificateFault(new TypeError("fetch failed", { cause: new Error("tcp connect error: timed out") })));
});
