import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { ConfigError } from "../config_error.ts";
import type { IncomingRequest } from "../transport/http_server.ts";
import { ApiProxy, type ApiProxyOptions } from "./api_proxy.ts";
import { DEFAULT_FILTER, parsePatterns } from "./request_filter.ts";

const filter = {
  acceptHosts: parsePatterns(DEFAULT_FILTER.acceptHosts),
  acceptPaths: parsePatterns(DEFAULT_FILTER.acceptPaths),
  rejectPaths: parsePatterns(DEFAULT_FILTER.rejectPaths),
  rejectMethods: parsePatterns(DEFAULT_FILTER.rejectMethods),
};

type Options = Omit<ApiProxyOptions, "address">;

/** Asks a proxy; what it passes on is answered with status 200 and the path as text. */
async function ask(
  target: string,
  options: Options = { filter },
  request: Partial<IncomingRequest> = {},
): Promise<[status: number, text: string]> {
  const forward = (_: IncomingRequest, path: string) => Promise.resolve(new Response(path));
  return await answerOf(new ApiProxy({ forward }, options), { target, ...request });
}

async function answerOf(proxy: ApiProxy, request: Partial<IncomingRequest>): Promise<[number, string]> {
  const answer = await proxy.answer({
    method: "GET",
    target: "/",
    headers: [["Host", "localhost:8001"]],
    body: undefined,
    bytes: () => Promise.resolve(new Uint8Array()),
    upgrade: undefined,
    signal: new AbortController().signal,
    ...request,
  }) as Response;
  const text = await answer.text();
  return [answer.status, answer.status === 200 ? text : JSON.parse(text).message];
}

const passedOn: [target: string, sent: string, options: Options][] = [
  ["/api/v1/pods?watch=1", "/api/v1/pods?watch=1", {}],
  ["/", "/", {}],
  ["/a/%2e%2e/api", "/api", {}],
  ["/k8s/api/v1/pods", "/api/v1/pods", { apiPrefix: "/k8s/" }],
  ["/k8s", "/", { apiPrefix: "/k8s/" }],
  // As with kubectl, such a prefix is a part of the API.
  ["/api/v1/pods", "/api/v1/pods", { apiPrefix: "/api/" }],
  ["/api", "/api", { apiPrefix: "/api/" }],
  ["/apis/apps/v1", "/apis/apps/v1", { apiPrefix: "/apis/apps/" }],
  ["/static", "/static", { files: { folder: "/no/such/folder", prefix: "/static/x/" } }],
  ["/api/v1", "/api/v1", { apiPrefix: "/api/", files: { folder: "/no/such/folder", prefix: "/" } }],
];
for (const [target, sent, options] of passedOn) {
  Deno.test(`ApiProxy.answer() passes ${target} on as ${sent} (${JSON.stringify(options)})`, async () => {
    deepStrictEqual(await ask(target, { filter, ...options }), [200, sent]);
  });
}

const exec = "/api/v1/namespaces/a/pods/b/exec";
const refused: [what: string, target: string, status: number, message: string, Options?, Partial<IncomingRequest>?][] =
  [
    ["a command", exec, 403, "its path is not passed on"],
    ["a command behind an escape", exec.replace("exec", "%65xec"), 403, "its path is not passed on"],
    ["a command below a prefix", `/k${exec}`, 403, "its path is not passed on", { filter, apiPrefix: "/k/" }],
    ["an empty step", `/${exec}`, 400, "its path has empty or relative steps, or cannot be read"],
    ["another prefix", "/api/v1", 404, "the API is found under /k8s/", { filter, apiPrefix: "/k8s/" }],
    ["a file that is not there", "/x", 404, "there is no such file", {
      apiPrefix: "/k8s/",
      files: { folder: "/no", prefix: "/" },
    }],
    ["another host", "/api", 403, 'host "a.b" is not accepted', { filter }, { headers: [["host", "a.b"]] }],
    [
      "another user",
      "/api",
      403,
      "it is to be made as another user; start the proxy with --as for that",
      {},
      { headers: [["Impersonate-User", "admin"]] },
    ],
    [
      "a write to a file",
      "/static/a",
      405,
      "files can only be read",
      { files: { folder: "/no", prefix: "/static/" } },
      { method: "PUT" },
    ],
  ];
for (const [what, target, status, message, options, request] of refused) {
  Deno.test(`ApiProxy.answer() refuses ${what}`, async () => {
    const expected = [status, `The proxy cannot pass on the request: ${message}`];
    deepStrictEqual(await ask(target, options, request), expected);
  });
}

Deno.test("ApiProxy.answer() passes everything on without a filter, but no other user", async () => {
  strictEqual((await ask(exec, {}, { headers: [["host", "a.b"]] }))[0], 200);
  strictEqual((await ask(exec, {}, { headers: [["impersonate-group", "x"]] }))[0], 403);
});

const faults: [fault: Error, status: number, message: RegExp][] = [
  [
    new TypeError("x", { cause: new Error("tcp connect error") }),
    503,
    /no answer from the API server: tcp connect error$/,
  ],
  [new TypeError(`Invalid URL ${"x".repeat(100_000)}`), 400, /: Invalid URL x{100,200}$/],
  [new ConfigError("Cannot log in"), 503, /: Cannot log in$/],
];
for (const [fault, status, message] of faults) {
  Deno.test(`ApiProxy.answer() tells of ${fault.name}: ${fault.message.slice(0, 20)}`, async () => {
    const proxy = new ApiProxy({ forward: () => Promise.reject(fault) }, {});
    const [code, text] = await answerOf(proxy, {});
    strictEqual(code, status);
    match(text, message);
  });
}

Deno.test("ApiProxy.answer() says nothing to a client that is gone", async () => {
  const answers: unknown[] = [];
  const proxy = new ApiProxy({ forward: () => Promise.reject(new TypeError("x")) }, {
    onAnswer: (...answer) => answers.push(answer),
  });
  const signal = AbortSignal.abort(new DOMException("gone", "AbortError"));
  await rejects(answerOf(proxy, { signal }), { message: "gone" });
  deepStrictEqual(answers, []);
  await answerOf(proxy, { method: "PUT", target: "/api?x=1" });
  deepStrictEqual(answers, [["PUT", "/api?x=1", 400]]);
});
