import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { PatchOperation } from "../kube/patch.ts";
import type { KubeRequest } from "../kube/request.ts";
import { editFinalizers } from "./finalizers.ts";
import { KindFinder } from "./kind_finder.ts";
import { ResourceClient } from "./resource_client.ts";
import type { Sender } from "./sender.ts";

const configMaps = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };

/** Serves one object; before each of so many patches somebody else changes it. */
function serve(finalizers: readonly string[] | undefined, rivals = 0) {
  const requests: KubeRequest[] = [];
  let stored = { finalizers, resourceVersion: "1" };
  let version = 1;
  const answer = (status: number, body: unknown) => ({ status, headers: new Headers(), text: JSON.stringify(body) });
  const send = (request: KubeRequest) => {
    requests.push(request);
    if (request.method === "PATCH") {
      if (rivals-- > 0) {
        stored = { finalizers: [...stored.finalizers ?? [], `x/${version}`], resourceVersion: `${++version}` };
      }
      const [test, change] = request.body as [PatchOperation & { value: string }, PatchOperation & { value: string[] }];
      if (test.value !== stored.resourceVersion) {
        return answer(409, { apiVersion: "v1", kind: "Status", status: "Failure", reason: "Conflict", code: 409 });
      }
      stored = { finalizers: change.op === "remove" ? undefined : change.value, resourceVersion: `${++version}` };
    }
    return answer(200, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "shop", name: "a", ...stored } });
  };
  const sender = { send: (request: KubeRequest) => Promise.resolve(send(request)) } as Partial<Sender> as Sender;
  const client = new ResourceClient({ sender, kinds: new KindFinder(sender), namespace: "shop" });
  return { client, requests, finalizers: () => stored.finalizers };
}

function add(name: string) {
  return (list: readonly string[]) => [...list, name];
}

Deno.test("editFinalizers() changes the list of the object that was read", async () => {
  const { client, requests, finalizers } = serve(["a/a"]);
  const live = await editFinalizers(client, configMaps, "a", add("b/b"), {});
  deepStrictEqual([live.metadata.finalizers, finalizers()], [["a/a", "b/b"], ["a/a", "b/b"]]);
  deepStrictEqual(requests.map(({ method }) => method), ["GET", "PATCH"]);
  strictEqual(requests[1]?.contentType, "application/json-patch+json");
});

Deno.test("editFinalizers() makes a first list, and removes the last one", async () => {
  const { client, finalizers } = serve(undefined);
  await editFinalizers(client, configMaps, "a", add("a/a"), {});
  deepStrictEqual(finalizers(), ["a/a"]);
  await editFinalizers(client, configMaps, "a", () => [], {});
  strictEqual(finalizers(), undefined);
});

Deno.test("editFinalizers() writes nothing if nothing is to be changed", async () => {
  const { client, requests } = serve(["a/a"]);
  deepStrictEqual((await editFinalizers(client, configMaps, "a", (list) => list, {})).metadata.finalizers, ["a/a"]);
  deepStrictEqual(requests.map(({ method }) => method), ["GET"]);
});

Deno.test("editFinalizers() loses nothing that others write in between", async () => {
  const { client, finalizers } = serve(["a/a"], 2);
  await editFinalizers(client, configMaps, "a", add("b/b"), {});
  deepStrictEqual(finalizers(), ["a/a", "x/1", "x/2", "b/b"]);
});

Deno.test("editFinalizers() gives up an object that changes all the time", async () => {
  const { client, requests } = serve([], Infinity);
  await rejects(editFinalizers(client, configMaps, "a", add("a/a"), {}), { name: "ApiError", isConflict: true });
  strictEqual(requests.length, 20);
});
