import { strictEqual } from "node:assert/strict";
import { describeCondition, findCondition } from "./condition.ts";

Deno.test("findCondition() finds nothing in a status of another shape", () => {
  for (
    const status of [undefined, null, "ok", {}, { conditions: null }, { conditions: { Ready: {} } }, {
      conditions: [1, null],
    }]
  ) {
    strictEqual(findCondition({ apiVersion: "v1", kind: "X", status }, "Ready"), undefined);
  }
});

Deno.test("describeCondition() tells what there is to tell", () => {
  const condition = { type: "Ready", status: "False" } as const;
  strictEqual(describeCondition({ ...condition, reason: "NoDisk", message: "no disk" }), "NoDisk: no disk");
  strictEqual(describeCondition({ ...condition, message: "no disk" }), "no disk");
  strictEqual(describeCondition({ ...condition, reason: "NoDisk", message: "" }), "NoDisk");
  strictEqual(describeCondition(condition), 'condition "Ready" is "False"');
});
