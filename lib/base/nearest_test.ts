import { strictEqual } from "node:assert/strict";
import { nearest } from "./nearest.ts";

const KINDS = ["DaemonSet", "Deployment", "Pod", "PodTemplate", "Service", "ServiceAccount"];

for (
  const [name, want] of [
    ["Deployment", "Deployment"],
    ["Deploymnet", "Deployment"], // a swap counts once
    ["deployment", "Deployment"],
    ["Deploymentt", "Deployment"],
    ["Deploy", undefined],
    ["Servcie", "Service"],
    ["ServiceAcount", "ServiceAccount"],
    ["Pdo", "Pod"],
    ["Pot", "Pod"],
    ["Pxx", undefined],
    ["", undefined],
    ["Widget", undefined],
  ] as const
) {
  Deno.test(`nearest() finds ${want} for "${name}"`, () => strictEqual(nearest(name, KINDS), want));
}

Deno.test("nearest() takes the first of equally near names, and any iterable", () => {
  strictEqual(nearest("bat", new Set(["cat", "rat"])), "cat");
  strictEqual(nearest("bat", []), undefined);
});
