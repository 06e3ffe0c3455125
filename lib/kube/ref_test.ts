import { deepStrictEqual, throws } from "node:assert/strict";
import { parseRef, type Ref } from "./ref.ts";

Deno.test("parseRef() reads every form", () => {
  const cases: [ref: Ref, namespace: string | undefined, name: string][] = [
    ["web", undefined, "web"],
    ["shop/web", "shop", "web"],
    [{ name: "web" }, undefined, "web"],
    [{ metadata: { namespace: "shop", name: "web" } }, "shop", "web"],
  ];
  for (const [ref, namespace, name] of cases) {
    const parsed = parseRef(ref);
    deepStrictEqual([parsed.namespace, parsed.name], [namespace, name]);
  }
});

Deno.test("parseRef() refuses what names no object", () => {
  for (const ref of ["", "a/b/c", "a/", "/b", { name: "" }]) throws(() => parseRef(ref), TypeError);
});
