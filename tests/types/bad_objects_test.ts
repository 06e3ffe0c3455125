import { deepStrictEqual, ok } from "node:assert/strict";
import * as kinds from "../../lib/kinds/mod.ts";
import { BAD_SCHEMAS, BAD_USES } from "./bad_code.ts";
import { BAD_OBJECTS, type BadObject, makeObject } from "./bad_objects.ts";
import { checkTypes } from "./type_check.ts";
import { findMistakes } from "./validation.ts";

const LIB = new URL("../../lib/", import.meta.url);

const HEAD = `
import { ${Object.keys(kinds).join(", ")} } from "${LIB}kinds/mod.ts";
import type { Live } from "${LIB}kube/live.ts";
import { crd } from "${LIB}script/crd.ts";
import type { Resource } from "${LIB}script/script.ts";
import { Website } from "${new URL("bad_objects.ts", import.meta.url)}";

declare const deployment: Live<Deployment>;
declare const namespace: Live<Namespace>;
declare const pod: Live<Pod>;
declare const website: Live<ReturnType<typeof Website>>;
const names = { group: "example.com", version: "v1", kind: "Widget" } as const;
`;

Deno.test("the compiler names mistakes in few words, at their place", async () => {
  const snippets: [bad: BadObject, type: string][] = [
    ...BAD_OBJECTS.map((bad): [BadObject, string] => [bad, "Resource"]),
    ...[...BAD_USES, ...BAD_SCHEMAS].map((bad): [BadObject, string] => [bad, "unknown"]),
  ];
  const found = await checkTypes(
    HEAD,
    snippets.map(([{ source }, type], i) => {
      // In a list of one, as the compiler would point to the name of the constant for what is wrong with all of an object.
      return `export const value${i}: ${type}[] = [${source}];`;
    }),
  );
  for (const [i, [{ name, at, typeError }]] of snippets.entries()) {
    const said = found[i]!.map(({ message, from }) => {
      const lines = message.split("\n");
      ok(lines.length <= 3 && lines.every((line) => line.length < 250), `${name}: ${message}`);
      return { at: from.slice(0, at?.length), typeError: lines.at(-1)!.trim() };
    });
    deepStrictEqual(said, at === undefined ? [] : [{ at, typeError }], name);
  }
});

Deno.test("a plan names the same mistakes before any request, when the compiler does not look", async (t) => {
  for (const bad of BAD_OBJECTS) {
    await t.step(bad.name, async () => deepStrictEqual(await findMistakes(makeObject(bad)), bad.validation));
  }
});
