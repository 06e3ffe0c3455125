import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { formatApiVersion, formatGroupKind, parseApiVersion, parseGroupKind } from "./resource_type.ts";

for (
  const [apiVersion, group, version] of [
    ["v1", "", "v1"],
    ["apps/v1", "apps", "v1"],
    ["gateway.networking.k8s.io/v1beta1", "gateway.networking.k8s.io", "v1beta1"],
  ] as const
) {
  Deno.test(`parseApiVersion() and formatApiVersion() know "${apiVersion}"`, () => {
    deepStrictEqual(parseApiVersion(apiVersion), { group, version });
    strictEqual(formatApiVersion({ group, version }), apiVersion);
  });
}

for (
  const [text, group, kind] of [
    ["Pod", "", "Pod"],
    ["Deployment.apps", "apps", "Deployment"],
    ["Gateway.gateway.networking.k8s.io", "gateway.networking.k8s.io", "Gateway"],
  ] as const
) {
  Deno.test(`parseGroupKind() and formatGroupKind() know "${text}"`, () => {
    deepStrictEqual(parseGroupKind(text), { group, kind });
    strictEqual(formatGroupKind({ group, kind }), text);
  });
}
