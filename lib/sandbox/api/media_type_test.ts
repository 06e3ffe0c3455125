import { deepStrictEqual, throws } from "node:assert/strict";
import { negotiate } from "./media_type.ts";

Deno.test("negotiate() chooses what the client likes best among what there is", async (t) => {
  const protobuf = "application/vnd.kubernetes.protobuf";
  const table = ";as=Table;v=v1;g=meta.k8s.io";
  const cases: [accept: string | null, form: object][] = [
    [null, { encoding: "json" }],
    ["*/*", { encoding: "json" }],
    ["application/yaml", { encoding: "yaml" }],
    ["application/yaml;q=0.5, application/json", { encoding: "json" }],
    // As clients in Go ask, of which kubectl's typed ones send protocol buffers.
    [`${protobuf},application/json`, { encoding: "json" }],
    [`${protobuf}, */*`, { encoding: "json" }],
    [`application/json${table},application/json`, { encoding: "json", as: "Table" }],
    [`${protobuf}${table},application/json${table},application/json`, { encoding: "json", as: "Table" }],
  ];
  for (const [accept, form] of cases) {
    await t.step(`${accept}`, () => deepStrictEqual(negotiate(accept, false), { ...form, isPretty: false }));
  }
  for (const accept of [protobuf, "text/html"]) {
    await t.step(accept, () => throws(() => negotiate(accept, false), /406: Not Acceptable/));
  }
});
