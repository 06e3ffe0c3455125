import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import type { LiveObject } from "../kube/object.ts";
import { CONFIG_MAP } from "../kube/well_known_types.ts";
import type { Change } from "./change.ts";
import { checkGivingUp, extendedLabel, extenderOf, extendersOf, type Extension, planExtension } from "./extension.ts";
import { Mask } from "./mask.ts";
import type { PlanContext } from "./plan_object.ts";
import { parseAllowance } from "./removal.ts";
import { identifySet } from "./set_identity.ts";

const set = await identifySet("shop", "shop");
const extender = extenderOf(set, "notes", "uid-1");
const label = extendedLabel(set);
const context: PlanContext = {
  set,
  force: false,
  drift: "repair",
  digest: () => Promise.resolve("hash"),
  mask: new Mask(),
};
const REF = { group: "", kind: "ConfigMap", namespace: "shop", name: "settings" };

function wanted(data: Record<string, string>): Extension {
  const metadata = { namespace: "shop", name: "settings" };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
  const desired = { object, initial: [], ignore: [], dependsOn: [], keep: false, adopt: false, origin: {} };
  return { apiVersion: "v1", ref: REF, type: CONFIG_MAP, extender, desired };
}

const LEAVING: Extension = { apiVersion: "v1", ref: REF, type: CONFIG_MAP, extender };

function entry(manager: string, data: readonly string[], operation = "Apply") {
  return {
    manager,
    operation,
    apiVersion: "v1",
    fieldsV1: { "f:data": Object.fromEntries(data.map((key) => [`f:${key}`, {}])) },
  };
}

/** The object as others have it. */
function live(data: Record<string, string>, ...managedFields: unknown[]): LiveObject {
  const metadata = { namespace: "shop", name: "settings", uid: "u", resourceVersion: "7", managedFields };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data } as unknown as LiveObject;
}

/** The object as it is after an extension was applied to it. */
async function extended(data: Record<string, string>, ...others: unknown[]): Promise<LiveObject> {
  const { apply } = await planExtension(wanted(data), live({}, entry("kubectl", [], "Update")), context);
  const { labels, annotations } = apply!.object.metadata!;
  const [annotation] = Object.keys(annotations!);
  const own = entry(extender.fieldManager, Object.keys(data));
  const marks = {
    "f:labels": { [`f:${label}`]: {} },
    "f:annotations": { [`f:${annotation}`]: {} },
  };
  const object = live(data, { ...own, fieldsV1: { ...own.fieldsV1, "f:metadata": marks } }, ...others);
  return { ...object, metadata: { ...object.metadata, labels, annotations } } as LiveObject;
}

function told({ action, fields, reason }: Change) {
  return { action, fields, reason };
}

Deno.test("planExtension() applies the fields with their marks, and never creates the object", async () => {
  const change = await planExtension(wanted({ a: "1" }), live({ b: "2" }, entry("kubectl", ["b"], "Update")), context);
  deepStrictEqual(told(change), {
    action: "update",
    fields: [{ path: "data.a", to: "1" }],
    reason: 'extended by rule "notes"',
  });
  const { object, force } = change.apply!;
  deepStrictEqual([object.metadata?.uid, object.metadata?.labels, force], ["u", { [label]: "true" }, false]);
  deepStrictEqual(Object.values(object.metadata!.annotations!), ["hash"]);
  deepStrictEqual((object as { data?: unknown }).data, { a: "1" });

  const missing = await planExtension(wanted({ a: "1" }), undefined, context);
  deepStrictEqual([missing.action, missing.apply], ["blocked", undefined]);
  match(missing.reason!, /rule "notes" extends it, and it does not exist/);
});

Deno.test("planExtension() leaves alone what is as it should be", async () => {
  strictEqual((await planExtension(wanted({ a: "1" }), await extended({ a: "1" }), context)).action, "unchanged");
});

Deno.test("planExtension() gives up a field that is not wanted any more", async () => {
  const change = await planExtension(wanted({ a: "1" }), await extended({ a: "1", b: "2" }), context);
  deepStrictEqual([change.action, change.fields], ["update", [{ path: "data.b", from: "2", note: "removed" }]]);
});

Deno.test("planExtension() tells both who own a field, and takes it over only if it is asked to", async () => {
  const object = live({ a: "theirs" }, entry("helm", ["a"], "Update"));
  const change = await planExtension(wanted({ a: "1" }), object, context);
  deepStrictEqual([change.action, change.apply], ["conflict", undefined]);
  match(change.reason!, /^field "data.a", which "kubescript\/shop\/shop:notes:uid-1" is to own, is owned by "helm"$/);
  const forced = await planExtension(wanted({ a: "1" }), object, { ...context, force: true });
  deepStrictEqual([forced.apply?.force, forced.apply?.object.metadata?.resourceVersion], [true, "7"]);
});

Deno.test("planExtension() repairs what somebody has changed since, or reports it", async () => {
  const before = await extended({ a: "1" }, entry("kubectl-edit", ["a"], "Update"));
  const [own, edit] = before.metadata.managedFields!;
  const managedFields = [{ ...own, fieldsV1: { ...own!.fieldsV1, "f:data": {} } }, edit];
  const object = { ...before, data: { a: "theirs" }, metadata: { ...before.metadata, managedFields } } as LiveObject;
  const change = await planExtension(wanted({ a: "1" }), object, context);
  deepStrictEqual([change.action, change.drift, change.apply?.force], ["update", true, true]);
  const reported = await planExtension(wanted({ a: "1" }), object, { ...context, drift: "report" });
  deepStrictEqual([reported.action, reported.drift, reported.apply], ["unchanged", true, undefined]);
});

Deno.test("planExtension() gives everything up by an apply of nothing", async () => {
  const change = await planExtension(LEAVING, await extended({ a: "1" }), context);
  deepStrictEqual(told(change), {
    action: "update",
    fields: [{ path: "data.a", from: "1", note: "removed" }],
    reason: 'rule "notes" does not extend it any more',
  });
  const metadata = { namespace: "shop", name: "settings", uid: "u" };
  deepStrictEqual(change.apply?.object, { apiVersion: "v1", kind: "ConfigMap", metadata });
  strictEqual((await planExtension(LEAVING, live({}), context)).action, "unchanged");
  strictEqual((await planExtension(LEAVING, undefined, context)).action, "unchanged");
});

for (
  const { name, lost, stay, allowed, rail } of [
    { name: "a few objects", lost: 3, stay: 0, allowed: [], rail: undefined },
    { name: "a small part", lost: 4, stay: 10, allowed: [], rail: undefined },
    { name: "many", lost: 4, stay: 5, allowed: [], rail: "4 of the 9 objects" },
    { name: "many, if it is allowed", lost: 4, stay: 5, allowed: ["4"], rail: undefined },
    { name: "all, if everything is allowed", lost: 9, stay: 0, allowed: ["all"], rail: undefined },
  ]
) {
  Deno.test(`checkGivingUp() judges that ${name} have left`, () => {
    const changes = Array.from({ length: lost + stay }, (_, i): Change => {
      const extension = i < lost ? LEAVING : wanted({});
      return { ...extension, action: "update", fields: [], extender: extenderOf(set, "notes", `uid-${i}`) };
    });
    // A rule of another name for the same object loses nothing.
    const renamed = { ...changes.at(-1)!, desired: undefined, extender: extenderOf(set, "old", `uid-${lost}`) };
    const all = stay > 0 ? [...changes, renamed] : changes;
    strictEqual(checkGivingUp(all, parseAllowance(allowed))?.reason.slice(0, rail?.length), rail);
  });
}

Deno.test("extendersOf() finds for whom rules of the set own fields, and nobody else", () => {
  const managers = [set.fieldManager, `${set.fieldManager}:notes`, "kubescript/other/shop:notes:uid-1"];
  const object = live({}, ...[...managers, extender.fieldManager].map((manager) => entry(manager, [])));
  deepStrictEqual(extendersOf(object, set), [extender]);
  deepStrictEqual(extendersOf(live({}, entry(extender.fieldManager, [], "Update")), set), []);
});

Deno.test("extenderOf() refuses names that the server would refuse", () => {
  throws(() => extenderOf(set, "r".repeat(63), "u".repeat(50)), {
    name: "KubescriptError",
    message: /its field manager "kubescript\/shop\/shop:r+:u+" has 135 characters, and may have 128/,
  });
});
