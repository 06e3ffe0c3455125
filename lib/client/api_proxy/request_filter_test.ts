import { strictEqual, throws } from "node:assert/strict";
import type { IncomingRequest } from "../transport/http_server.ts";
import { DEFAULT_FILTER, parsePatterns, refuseHost, refuseRequest, type RequestFilter } from "./request_filter.ts";

const filter: RequestFilter = {
  acceptHosts: parsePatterns(DEFAULT_FILTER.acceptHosts),
  acceptPaths: parsePatterns(DEFAULT_FILTER.acceptPaths),
  rejectPaths: parsePatterns(DEFAULT_FILTER.rejectPaths),
  rejectMethods: parsePatterns(DEFAULT_FILTER.rejectMethods),
};

function request(...headers: [string, string][]): IncomingRequest {
  const { signal } = new AbortController();
  const bytes = () => Promise.resolve(new Uint8Array());
  return { method: "GET", target: "/", headers, body: undefined, bytes, upgrade: undefined, signal };
}

const hosts: [host: string, accepted: boolean][] = [
  ["localhost", true],
  ["localhost:8001", true],
  ["LOCALHOST:8001", true],
  ["127.0.0.1", true],
  ["127.0.0.1:8001", true],
  ["[::1]", true],
  ["[::1]:8001", true],
  ["", false],
  ["127.0.0.1.example.com", false],
  ["example.com", false],
  ["example.com:8001", false],
  ["localhost.example.com", false],
  ["localhost@example.com", false],
  ["127.0.0.2", false],
  ["::1", false],
];
for (const [host, accepted] of hosts) {
  Deno.test(`refuseHost() ${accepted ? "accepts" : "refuses"} host "${host}"`, () => {
    const expected = accepted ? undefined : `host "${host}" is not accepted`;
    strictEqual(refuseHost(request(["Host", host]), filter.acceptHosts), expected);
  });
}

Deno.test("refuseHost() refuses a request that names no host, or two", () => {
  strictEqual(refuseHost(request(), filter.acceptHosts), 'host "" is not accepted');
  const two = request(["Host", "localhost"], ["host", "example.com"]);
  strictEqual(refuseHost(two, filter.acceptHosts), 'host "localhost" is not accepted');
});

const origins: [origin: string, accepted: boolean][] = [
  ["http://localhost:8001", true],
  ["http://127.0.0.1:3000", true],
  ["http://[::1]", true],
  ["https://example.com", false],
  ["http://localhost.example.com", false],
  ["null", false],
  ["", false],
];
for (const [origin, accepted] of origins) {
  Deno.test(`refuseHost() ${accepted ? "accepts" : "refuses"} web pages of "${origin}"`, () => {
    const asked = request(["Host", "localhost"], ["Origin", origin]);
    strictEqual(refuseHost(asked, filter.acceptHosts), accepted ? undefined : `web pages of "${origin}" may not ask`);
  });
}

Deno.test("refuseHost() goes by the hosts that it is given", () => {
  const asked = request(["Host", "k8s.example.com:8001"], ["Origin", "https://app.example.com"]);
  strictEqual(refuseHost(asked, parsePatterns("^(k8s|app)\\.example\\.com$")), undefined);
  strictEqual(refuseHost(asked, []), 'host "k8s.example.com:8001" is not accepted');
});

const requests: [method: string, path: string, set: Partial<RequestFilter>, reason: string | undefined][] = [
  ["GET", "/", {}, undefined],
  ["POST", "/api/v1/namespaces/a/pods", {}, undefined],
  ["GET", "/api/v1/namespaces/a/pods/b/log", {}, undefined],
  ["POST", "/api/v1/namespaces/a/pods/b/portforward", {}, undefined],
  ["POST", "/api/v1/namespaces/a/pods/b/exec", {}, "its path is not passed on"],
  ["GET", "/api/v1/namespaces/a/pods/b/attach", {}, "its path is not passed on"],
  ["GET", "/api/v1/namespaces/a/pods/b\n/exec", {}, "its path is not passed on"],
  ["GET", "/api/v1/pods", { acceptPaths: parsePatterns("^/version$,^/api/") }, undefined],
  ["GET", "/metrics", { acceptPaths: parsePatterns("^/version$,^/api/") }, "its path is not passed on"],
  ["GET", "/api/v1/secrets", { rejectPaths: parsePatterns("/secrets") }, "its path is not passed on"],
  ["GET", "/api/v1/namespaces/a/pods/b/exec", { rejectPaths: [] }, undefined],
  ["GET", "/api", { acceptPaths: [] }, "its path is not passed on"],
  ["PATCH", "/api", { rejectMethods: parsePatterns("POST,PUT,PATCH") }, "its method is not passed on"],
  ["patch", "/api", { rejectMethods: parsePatterns("POST,PUT,PATCH") }, "its method is not passed on"],
  ["GET", "/api", { rejectMethods: parsePatterns("POST,PUT,PATCH") }, undefined],
];
for (const [method, path, set, reason] of requests) {
  Deno.test(`refuseRequest(): ${method} ${JSON.stringify(path)}: ${reason ?? "passed on"}`, () => {
    strictEqual(refuseRequest(method, path, { ...filter, ...set }), reason);
  });
}

Deno.test("parsePatterns() tells which expression is wrong", () => {
  strictEqual(parsePatterns("").length, 0);
  throws(() => parsePatterns("^/api,("), {
    name: "RangeError",
    message: /^Cannot read the regular expression "\(": .*Unterminated group/,
  });
});
