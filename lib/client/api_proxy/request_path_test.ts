import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readPath, withoutPrefix } from "./request_path.ts";

const targets: [target: string, path: string | undefined, query?: string][] = [
  ["/", "/"],
  ["/api/v1/pods?watch=1&labelSelector=a%3Db", "/api/v1/pods", "?watch=1&labelSelector=a%3Db"],
  ["/api/", "/api/"],
  ["/api/v1/pods#fragment", "/api/v1/pods"],
  // Steps are gone through before anybody looks at the path, and so is what stands for them.
  ["/a/../api", "/api"],
  ["/a/%2e%2E/api", "/api"],
  ["/a/./b/%2E", "/a/b/"],
  ["/../../api", "/api"],
  ["/a\\..\\api", "/api"],
  // An escaped letter stays as it came; it is looked at as the API server reads it.
  ["/api/v1/p%6Fds", "/api/v1/p%6Fds"],
  ["/a/%252e%252e/b", "/a/%252e%252e/b"],
  [
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
  ],
  ["//api", undefined],
  ["/api//v1", undefined],
  ["/api/v1//", undefined],
  ["//example.com/api", undefined],
  ["/%2Fapi", undefined],
  ["/a%2F..%2Fapi", undefined],
  ["/a/..%2fapi", undefined],
  ["/a%2f.", undefined],
  ["/a%5C..%5Cb", "/a%5C..%5Cb"],
  ["/%zz", undefined],
  ["/%ff", undefined],
  ["http://example.com/api", undefined],
  ["*", undefined],
  ["", undefined],
];
for (const [target, path, query = ""] of targets) {
  Deno.test(`readPath() reads "${target}" as ${path ?? "none"}`, () => {
    deepStrictEqual(readPath(target), path === undefined ? undefined : { path, query });
  });
}

const prefixes: [path: string, prefix: string, rest: string | undefined][] = [
  ["/api", "/", "/api"],
  ["/", "/", "/"],
  ["/custom/api", "/custom/", "/api"],
  ["/custom/", "/custom/", "/"],
  ["/custom", "/custom/", ""],
  ["/customs", "/custom/", undefined],
  ["/CUSTOM/api", "/custom/", undefined],
  ["/a/custom/api", "/custom/", undefined],
];
for (const [path, prefix, rest] of prefixes) {
  Deno.test(`withoutPrefix() takes "${prefix}" off "${path}"`, () => strictEqual(withoutPrefix(path, prefix), rest));
}
