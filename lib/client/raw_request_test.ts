import { deepStrictEqual, throws } from "node:assert/strict";
import { rawRequest } from "./raw_request.ts";

Deno.test("rawRequest() asks by a GET that may be repeated", () => {
  deepStrictEqual(rawRequest("/readyz?verbose"), {
    method: "GET",
    verb: "get",
    path: "/readyz?verbose",
    what: "get /readyz",
    idempotent: true,
  });
});

Deno.test("rawRequest() carries a body, and is not repeated", () => {
  const methods = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" } as const;
  for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
    const options = { method, text: "a: 1", contentType: "application/yaml", accept: "text/plain" };
    const { what, ...request } = rawRequest("/apis", options);
    deepStrictEqual(request, { ...options, verb: methods[method], path: "/apis", idempotent: false });
    deepStrictEqual(what, `${method.toLowerCase()} /apis`);
  }
  deepStrictEqual(rawRequest("/apis", { method: "POST", body: null }).body, null);
});

Deno.test("rawRequest() refuses what is no path", () => {
  throws(() => rawRequest("api"), { name: "TypeError", message: 'Cannot ask for "api": a path begins with "/"' });
});
