import { deepStrictEqual } from "node:assert/strict";
import type { LiveObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { CONFIG_MAP, NAMESPACE, SECRET } from "../kube/well_known_types.ts";
import { NOTED, NotedKinds } from "./noted_kinds.ts";
import type { Session } from "./session.ts";

/** The kinds of a parent that notes some already; what is written to it is kept. */
function setUp({ noted = "", dryRun = false } = {}) {
  const written: unknown[] = [];
  const known: readonly ResourceType[] = [CONFIG_MAP, NAMESPACE, SECRET];
  const session = {
    client: {
      dryRun,
      patch: (_type: unknown, _ref: unknown, { metadata }: { metadata: { annotations: unknown } }) =>
        Promise.resolve(void written.push(metadata.annotations)),
    },
    mapper: { find: ({ kind }: { kind: string }) => known.find((type) => type.kind === kind) },
  } as unknown as Session;
  const parent = { metadata: { annotations: { [NOTED.extended]: noted } } } as unknown as LiveObject;
  return { kinds: new NotedKinds(session, parent, "extended"), written };
}

Deno.test("NotedKinds finds the kinds that there still are", () => {
  const { kinds } = setUp({ noted: "ConfigMap,Widget.example.com" });
  deepStrictEqual(kinds.types, [CONFIG_MAP]);
});

Deno.test("NotedKinds writes what is new, once, and keeps what it does not know", async () => {
  const { kinds, written } = setUp({ noted: "ConfigMap,Widget.example.com" });
  await kinds.add([CONFIG_MAP]);
  deepStrictEqual(written, []);
  await Promise.all([kinds.add([SECRET]), kinds.add([SECRET]), kinds.add([CONFIG_MAP])]);
  deepStrictEqual(written, [{ [NOTED.extended]: "ConfigMap,Secret,Widget.example.com" }]);
  deepStrictEqual(kinds.types, [CONFIG_MAP, SECRET]);
});

Deno.test("NotedKinds writes nothing in a dry run", async () => {
  const { kinds, written } = setUp({ dryRun: true });
  await kinds.add([NAMESPACE]);
  deepStrictEqual([written, kinds.types], [[], [NAMESPACE]]);
});
