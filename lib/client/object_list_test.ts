import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { listRequest } from "../kube/read_request.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { ApiError } from "./errors.ts";
import { ObjectList } from "./object_list.ts";

const deployments = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true };
const expired = new ApiError(listRequest(deployments), 410, { apiVersion: "v1", kind: "Status", reason: "Expired" });

/** Makes a list whose pages are these, one after the other, and the tokens by which they are asked for. */
function listOf(pages: (string[] | Error)[], tokens: (string | undefined)[] = []): ObjectList {
  const fetchPage = (_type: ResourceType, token: string | undefined) => {
    const page = pages[tokens.length]!;
    tokens.push(token);
    if (page instanceof Error) return Promise.reject(page);
    const more = pages.length > tokens.length;
    return Promise.resolve({
      metadata: { resourceVersion: "7", ...(more && { continue: `t${tokens.length}`, remainingItemCount: 1 }) },
      items: page.map((name) => ({ metadata: { namespace: "shop", name } })),
    });
  };
  return new ObjectList(() => Promise.resolve(deployments), fetchPage);
}

async function names(list: AsyncIterable<{ metadata: { name: string } }>): Promise<string> {
  return (await Array.fromAsync(list)).map(({ metadata }) => metadata.name).join("");
}

Deno.test("ObjectList iterates over all pages, and fills in apiVersion and kind", async () => {
  const tokens: (string | undefined)[] = [];
  deepStrictEqual(await Array.fromAsync(listOf([["a"], [], ["b"]], tokens)), [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "shop", name: "a" } },
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "shop", name: "b" } },
  ]);
  deepStrictEqual(tokens, [undefined, "t1", "t2"]);
});

Deno.test("ObjectList fetches a page only when it is needed", async () => {
  const tokens: (string | undefined)[] = [];
  for await (const _ of listOf([["a", "b"], ["c"]], tokens)) break;
  strictEqual(tokens.length, 1);
});

Deno.test("ObjectList.pages() tells the version, and how many objects follow", async () => {
  const pages = await Array.fromAsync(listOf([["a"], ["b"]]).pages());
  deepStrictEqual(pages.map(({ resourceVersion, remainingItemCount }) => [resourceVersion, remainingItemCount]), [
    ["7", 1],
    ["7", undefined],
  ]);
});

Deno.test("ObjectList replaces the type of PartialObjectMetadata", async () => {
  const items = [{ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: "a" } }];
  const list = new ObjectList(() => Promise.resolve(deployments), () => Promise.resolve({ items }));
  const [object] = await list.toArray();
  deepStrictEqual([object?.apiVersion, object?.kind], ["apps/v1", "Deployment"]);
});

Deno.test("ObjectList has no objects if the server's list is empty", async () => {
  const list = new ObjectList(() => Promise.resolve(deployments), () => Promise.resolve({ items: null }));
  deepStrictEqual(await Array.fromAsync(list.pages()), [
    { items: [], resourceVersion: "", remainingItemCount: undefined },
  ]);
});

Deno.test("ObjectList starts once more after 410, without giving an object twice", async () => {
  const tokens: (string | undefined)[] = [];
  strictEqual(await names(listOf([["a", "b"], expired, ["b", "c"], ["d"]], tokens)), "abcd");
  deepStrictEqual(tokens, [undefined, "t1", undefined, "t3"]);
});

Deno.test("ObjectList.toArray() starts once more after 410 with nothing of the old snapshot", async () => {
  strictEqual((await listOf([["a", "b"], expired, ["b", "c"]]).toArray()).map((o) => o.metadata.name).join(""), "bc");
});

Deno.test("ObjectList gives up after a second 410, and at once after any other error", async () => {
  await rejects(names(listOf([["a"], expired, ["a"], expired, ["a"]])), expired);
  await rejects(listOf([["a"], expired, ["a"], expired, ["a"]]).toArray(), expired);
  await rejects(Array.fromAsync(listOf([["a"], expired, ["a"]]).pages()), expired);
  const other = new TypeError("other");
  await rejects(names(listOf([["a"], other, ["a"]])), other);
  await rejects(listOf([["a"], other, ["a"]]).toArray(), other);
});
