import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { explainField } from "../kube/explain.ts";
import type { KubeRequest } from "../kube/request.ts";
import { ApiError, UnexpectedResponseError } from "./errors.ts";
import { readGroupSchemas, readOpenApiDocument, readOpenApiIndex } from "./openapi.ts";

const gvk = { group: "example.com", version: "v1", kind: "Widget" };
const key = "x-kubernetes-group-version-kind";

/** The schemas of a document in which references begin with a prefix. */
function schemas(prefix: string) {
  const spec = { $ref: `${prefix}com.example.v1.WidgetSpec` };
  return {
    "io.k8s.DeleteOptions": { type: "object", [key]: [{ ...gvk, kind: "DeleteOptions" }] },
    "com.example.v1.WidgetRef": { type: "string", [key]: [gvk] },
    "com.example.v1beta1.Widget": { properties: {}, [key]: [{ ...gvk, version: "v1beta1" }] },
    "com.example.v1.Widget": { type: "object", properties: { spec }, [key]: [gvk] },
    "com.example.v1.WidgetSpec": { type: "object", properties: { size: { type: "integer" } } },
  };
}

const index = {
  paths: {
    "api/v1": { serverRelativeURL: "/openapi/v3/api/v1?hash=A" },
    "apis/example.com/v1": { serverRelativeURL: "/openapi/v3/apis/example.com/v1?hash=B" },
  },
};
const v3 = {
  "/openapi/v3": index,
  "/openapi/v3/apis/example.com/v1": { components: { schemas: schemas("#/components/schemas/") } },
  "/openapi/v3/api/v1": {},
};
const v2 = { "/openapi/v2": { swagger: "2.0", definitions: schemas("#/definitions/") } };

function server(documents: Record<string, unknown>, code = 404) {
  const asked: string[] = [];
  const fetchObject = (request: KubeRequest) => {
    asked.push(request.path);
    const document = documents[request.path];
    if (document) return Promise.resolve(document as Record<string, unknown>);
    return Promise.reject(
      request.path.startsWith("/openapi/v3/") && code === 404
        ? new UnexpectedResponseError(request, code, null, "")
        : new ApiError(request, code, { apiVersion: "v1", kind: "Status" }),
    );
  };
  return { asked, fetchObject };
}

Deno.test("readOpenApiIndex() lists the documents", async () => {
  deepStrictEqual(await readOpenApiIndex(server(v3).fetchObject), {
    "api/v1": "/openapi/v3/api/v1?hash=A",
    "apis/example.com/v1": "/openapi/v3/apis/example.com/v1?hash=B",
  });
});

Deno.test("readOpenApiDocument() gives the schemas, of which there may be none", async () => {
  const { fetchObject } = server(v3);
  deepStrictEqual(await readOpenApiDocument(fetchObject, "/openapi/v3/api/v1"), {});
  const found = await readOpenApiDocument(fetchObject, "/openapi/v3/apis/example.com/v1");
  deepStrictEqual(found, schemas("#/components/schemas/"));
});

for (const [version, documents] of Object.entries({ v3, v2 })) {
  Deno.test(`readGroupSchemas() finds the schema of a kind, and what it refers to, in ${version}`, async () => {
    const find = await readGroupSchemas(server(documents).fetchObject, gvk);
    const widget = find("Widget")!;
    deepStrictEqual(explainField(widget, "spec.size").type, "integer");
    deepStrictEqual(explainField(widget, "spec").type, "WidgetSpec");
    // Neither a mere reference nor options are a kind.
    deepStrictEqual([find("WidgetRef"), find("DeleteOptions"), find("Gadget")], [undefined, undefined, undefined]);
    const beta = await readGroupSchemas(server(v2).fetchObject, { ...gvk, version: "v1beta1" });
    deepStrictEqual(beta("Widget")?.schema.properties, {});
  });
}

Deno.test("readGroupSchemas() asks for the one document of the group", async () => {
  const { asked, fetchObject } = server({ ...v3, ...v2 });
  await readGroupSchemas(fetchObject, gvk);
  await readGroupSchemas(fetchObject, { group: "", version: "v1" });
  deepStrictEqual(asked, ["/openapi/v3/apis/example.com/v1", "/openapi/v3/api/v1"]);
});

Deno.test("readGroupSchemas() does not read v2 if only the group is missing", async () => {
  const { asked, fetchObject } = server({ ...v3, ...v2 });
  const find = await readGroupSchemas(fetchObject, { group: "other.example.com", version: "v1" });
  strictEqual(find("Widget"), undefined);
  deepStrictEqual(asked, ["/openapi/v3/apis/other.example.com/v1", "/openapi/v3"]);
});

Deno.test("readGroupSchemas() finds nothing if nothing is published, and fails if the server does", async () => {
  const find = await readGroupSchemas(server({}).fetchObject, gvk);
  strictEqual(find("Widget"), undefined);
  await rejects(readGroupSchemas(server({}, 503).fetchObject, gvk), { name: "ApiError", code: 503 });
});
