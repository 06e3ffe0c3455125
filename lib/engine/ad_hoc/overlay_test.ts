import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { LiveObject } from "../../kube/object.ts";
import { Overlay, type OverlayEntry } from "./overlay.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const a = { app: "a" };
const b = { app: "b" };

function pod(name: string, labels: Record<string, string> = a, namespace = "shop"): LiveObject {
  const metadata = { namespace, name, labels, uid: name, resourceVersion: "1" };
  return { apiVersion: "v1", kind: "Pod", metadata };
}

function overlayOf(entries: Record<string, OverlayEntry>): Overlay {
  const overlay = new Overlay();
  for (const [key, entry] of Object.entries(entries)) {
    const [namespace, name] = key.split("/") as [string, string];
    overlay.set({ type: pods, namespace, name }, entry);
  }
  return overlay;
}

const gone: OverlayEntry = { object: undefined, isNew: false, serverLabels: a };

function fresh(object: LiveObject): OverlayEntry {
  return { object, isNew: true, serverLabels: undefined };
}

function changed(object: LiveObject, serverLabels: OverlayEntry["serverLabels"]): OverlayEntry {
  return { object, isNew: false, serverLabels };
}

const cases: Record<string, {
  entries: Record<string, OverlayEntry>;
  query?: string;
  namespace?: string;
  isLast?: false;
  names: string[];
}> = {
  "nothing has changed": { entries: {}, names: ["x/1", "y/1"] },
  "one is gone": { entries: { "shop/x": gone }, names: ["y/1"] },
  "one has changed": {
    entries: { "shop/x": changed({ ...pod("x"), changed: true }, a) },
    names: ["x/changed", "y/1"],
  },
  "one is new": {
    entries: { "shop/z": fresh(pod("z")) },
    names: ["x/1", "y/1", "z/1"],
  },
  "one is new and more pages follow": {
    entries: { "shop/z": fresh(pod("z")) },
    isLast: false,
    names: ["x/1", "y/1"],
  },
  "one is new in another namespace": {
    entries: { "blog/z": fresh(pod("z", a, "blog")) },
    names: ["x/1", "y/1"],
  },
  "one is new and all namespaces are listed": {
    entries: { "blog/z": fresh(pod("z", a, "blog")) },
    namespace: "",
    names: ["x/1", "y/1", "z/1"],
  },
  "one has lost the label": {
    entries: { "shop/x": changed(pod("x", b), a) },
    query: "?labelSelector=app%3Da",
    names: ["y/1"],
  },
  "one has got the label": {
    entries: { "shop/z": changed(pod("z"), b) },
    query: "?labelSelector=app%3Da",
    names: ["x/1", "y/1", "z/1"],
  },
  "one that has the label is on another page": {
    entries: { "shop/z": changed(pod("z"), a) },
    query: "?labelSelector=app%3Da",
    names: ["x/1", "y/1"],
  },
  "one is new without the label": {
    entries: { "shop/z": fresh(pod("z", b)) },
    query: "?limit=500&labelSelector=app%3Da",
    names: ["x/1", "y/1"],
  },
  "the server selects by fields": {
    entries: { "shop/x": gone, "shop/z": fresh(pod("z")) },
    query: "?fieldSelector=spec.nodeName%3Da",
    names: ["y/1"],
  },
};
for (const [what, { entries, query = "", namespace = "shop", isLast = true, names }] of Object.entries(cases)) {
  Deno.test(`Overlay.page() knows that ${what}`, () => {
    const target = { type: pods, namespace: namespace || undefined };
    const page = overlayOf(entries).page({ path: `/api/v1/pods${query}` }, target, [pod("x"), pod("y")], isLast);
    deepStrictEqual(page.map((object) => `${object.metadata.name}/${object["changed"] ? "changed" : 1}`), names);
  });
}

Deno.test("Overlay.find() knows objects in all versions of their kind, and no others", () => {
  const overlay = overlayOf({ "shop/x": gone });
  strictEqual(overlay.find({ type: { ...pods, version: "v2" }, namespace: "shop", name: "x" }), gone);
  strictEqual(overlay.find({ type: pods, namespace: "blog", name: "x" }), undefined);
  strictEqual(overlay.find({ type: { ...pods, group: "x" }, namespace: "shop", name: "x" }), undefined);
  strictEqual(overlay.has({ type: pods }), true);
  strictEqual(overlay.has({ type: pods, namespace: "shop" }), true);
  strictEqual(overlay.has({ type: pods, namespace: "sho" }), false);
  strictEqual(overlay.has({ type: { ...pods, plural: "nodes" } }), false);
});

Deno.test("Overlay.set() forgets what neither is nor would be", () => {
  const overlay = overlayOf({ "shop/x": fresh(pod("x")) });
  overlay.set({ type: pods, namespace: "shop", name: "x" }, {
    object: undefined,
    isNew: true,
    serverLabels: undefined,
  });
  strictEqual(overlay.find({ type: pods, namespace: "shop", name: "x" }), undefined);
});
