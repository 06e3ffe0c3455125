import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { ConfigMap, Namespace } from "../../kinds/core/v1.ts";
import type { LiveObject } from "../../kube/object.ts";
import { isConcerned, makeReads, type ReadRecord } from "./reads.ts";

function object(kind: string, name: string, namespace?: string, labels: Record<string, string> = {}): LiveObject {
  const metadata = { name, uid: name, resourceVersion: "1", labels, ...(namespace && { namespace }) };
  return { apiVersion: "v1", kind, metadata };
}

const MAPS = [
  object("ConfigMap", "a", "shop", { app: "web" }),
  object("ConfigMap", "b", "shop"),
  object("ConfigMap", "a", "other"),
];
const SHOP = object("Namespace", "shop");

function read() {
  const records: ReadRecord[] = [];
  const source = (objects: readonly LiveObject[]) => ({
    get: (namespace: string | undefined, name: string) =>
      objects.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
    list: () => objects,
  });
  const sources = new Map([["ConfigMap", source(MAPS)], ["Namespace", source([SHOP])]]);
  return { records, ...makeReads({ sources, namespace: "shop", onRead: (record) => records.push(record) }) };
}

Deno.test("makeReads() reads by name, in the namespace of the rule's object unless another one is named", () => {
  const { get, records } = read();
  strictEqual(get(ConfigMap, "a"), MAPS[0]);
  strictEqual(get(ConfigMap, "other/a"), MAPS[2]);
  strictEqual(get(ConfigMap, { namespace: "other", name: "a" }), MAPS[2]);
  strictEqual(get(ConfigMap, "missing"), undefined);
  strictEqual(get(Namespace, "shop"), SHOP);
  deepStrictEqual(records.map(({ ref }) => `${ref?.namespace}/${ref?.name}`), [
    "shop/a",
    "other/a",
    "other/a",
    "shop/missing",
    "undefined/shop",
  ]);
});

Deno.test("makeReads() lists by namespace and labels", () => {
  const { list } = read();
  const names = (objects: readonly { readonly metadata: { readonly name: string; readonly namespace?: string } }[]) =>
    objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  deepStrictEqual(names(list(ConfigMap)), ["shop/a", "shop/b", "other/a"]);
  deepStrictEqual(names(list(ConfigMap, { namespace: "shop" })), ["shop/a", "shop/b"]);
  deepStrictEqual(names(list(ConfigMap, { labels: { app: "web" } })), ["shop/a"]);
  deepStrictEqual(names(list(ConfigMap, { namespace: "other", labels: "app" })), []);
});

Deno.test("makeReads() refuses a kind that the rule does not name", () => {
  const { get } = makeReads({ sources: new Map(), namespace: "shop" });
  throws(() => get(ConfigMap, "a"), {
    name: "TypeError",
    message: 'Cannot read ConfigMap: the rule does not name it under "reads"',
  });
});

function one(namespace: string | undefined, name: string): ReadRecord {
  return { kind: "ConfigMap", ref: { namespace, name } };
}

function some(selection: ReadRecord["selection"] & object): ReadRecord {
  return { kind: "ConfigMap", selection };
}

const [A, B, OTHER] = MAPS as [LiveObject, LiveObject, LiveObject];

for (
  const { name, record, states, is } of [
    { name: "the object itself", record: one("shop", "a"), states: [A], is: true },
    { name: "another object", record: one("shop", "a"), states: [B], is: false },
    { name: "the same name elsewhere", record: one("shop", "a"), states: [OTHER], is: false },
    { name: "another kind", record: one(undefined, "shop"), states: [SHOP], is: false },
    { name: "anything, if all were listed", record: some({}), states: [OTHER], is: true },
    { name: "the namespace that was listed", record: some({ namespace: "other" }), states: [OTHER], is: true },
    { name: "another namespace", record: some({ namespace: "shop" }), states: [OTHER], is: false },
    { name: "one that enters the selection", record: some({ labels: "app" }), states: [A, B], is: true },
    { name: "one that leaves the selection", record: some({ labels: "app" }), states: [B, A], is: true },
    { name: "one that was never in it", record: some({ labels: "app" }), states: [B, B], is: false },
  ]
) {
  Deno.test(`isConcerned() by ${name}: ${is}`, () => {
    strictEqual(isConcerned(record, states[0] === SHOP ? "Namespace" : "ConfigMap", states), is);
  });
}
