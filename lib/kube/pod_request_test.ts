import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { attachRequest, execRequest, logRequest, portForwardRequest } from "./pod_request.ts";

const pod = { namespace: "shop", name: "web-0" };

Deno.test("requests to the streams of Pods have their path, and are called what they do", () => {
  const requests = [
    logRequest(pod, { follow: true, tailLines: 0, container: undefined }),
    execRequest(pod, { command: ["sh", "-c", "a&b"], stdin: false, stdout: true, tty: true }),
    attachRequest(pod, { container: "app" }),
    portForwardRequest(pod),
  ];
  const root = "/api/v1/namespaces/shop/pods/web-0";
  deepStrictEqual(requests.map(({ verb, path, what, idempotent }) => [verb, path, what, idempotent]), [
    ["get", `${root}/log?follow=true&tailLines=0`, "read the log of Pod/shop/web-0", true],
    [
      "create",
      `${root}/exec?command=sh&command=-c&command=a%26b&stdin=false&stdout=true&tty=true`,
      'run "sh" in Pod/shop/web-0',
      false,
    ],
    ["create", `${root}/attach?container=app`, "attach to Pod/shop/web-0", false],
    ["create", `${root}/portforward`, "forward a port to Pod/shop/web-0", false],
  ]);
  strictEqual(requests.every(({ method }) => method === "GET"), true);
  deepStrictEqual(requests.map(({ target }) => target?.subresource), ["log", "exec", "attach", "portforward"]);
});
